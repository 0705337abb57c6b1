import base64
import csv
import gc
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly
import plotly.graph_objects as go
import pytest
from PIL import Image
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect
from streamlit.elements.lib import streamlit_plotly_theme
from streamlit.testing.v1 import AppTest

from app.chart import MENU, serialise
from components.page.stylesheet import STYLESHEET
from tests.app.serving import ROOT, serving
from tests.app.six_charts import DAYS, HOSTILE, SOURCE, figures

STATIC = ROOT / "app" / "static"
SIX = Path(__file__).parent / "six_charts.py"
THEMES = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]


def sent(figure: go.Figure) -> Any:
    return json.loads(serialise(figure))


def values(packed: dict[str, str]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(packed["bdata"]), packed["dtype"])


# ---- what is sent


def test_values_are_sent_in_single_precision_with_their_gaps() -> None:
    packed = sent(go.Figure(go.Scatter(y=pd.Series([62_910.0, np.nan, -1.59]))))["data"][0]["y"]
    assert packed["dtype"] == "f4"
    np.testing.assert_allclose(values(packed), np.array([62_910, np.nan, -1.59]), rtol=1e-6)


def test_a_matrix_keeps_its_shape() -> None:
    packed = sent(go.Figure(go.Heatmap(z=np.arange(6.0).reshape(2, 3))))["data"][0]["z"]
    assert packed["shape"] == "2, 3"
    assert values(packed).tolist() == [0, 1, 2, 3, 4, 5]


def test_days_are_sent_as_days_and_instants_as_wall_clock_time() -> None:
    days = pd.date_range("2026-02-05", periods=2, tz="UTC")
    closes = pd.DatetimeIndex(["2026-02-05 21:00", "2026-02-06 21:00"], tz="UTC")
    for index, expected in ((days, ["2026-02-05", "2026-02-06"]), (days.tz_localize(None), None)):
        assert sent(go.Figure(go.Scatter(x=index, y=[1, 2])))["data"][0]["x"] == (
            expected or [f"{day:%Y-%m-%d}" for day in index]
        )
    assert sent(go.Figure(go.Scatter(x=closes, y=[1, 2])))["data"][0]["x"] == [
        "2026-02-05T21:00:00",
        "2026-02-06T21:00:00",
    ]


def test_dates_with_a_gap_are_sent_as_plotly_sends_them() -> None:
    dates = [pd.Timestamp("2026-02-05"), pd.NaT]
    assert sent(go.Figure(go.Scatter(x=dates, y=[1, 2])))["data"][0]["x"][1] is None


def test_text_and_layout_pass_unchanged() -> None:
    figure = go.Figure(
        go.Bar(x=["Energy"], y=[1]), {"title": {"text": "A − B"}, "xaxis": {"range": [0, 1.5]}}
    )
    assert sent(figure)["data"][0]["x"] == ["Energy"]
    assert sent(figure)["layout"]["title"]["text"] == "A − B"
    assert sent(figure)["layout"]["xaxis"]["range"] == [0, 1.5]


def test_a_figure_is_serialised_once_and_forgotten_with_it() -> None:
    figure = go.Figure(go.Scatter(y=[1.0]))
    first = serialise(figure)
    assert serialise(figure) is first
    del figure
    gc.collect()
    assert json.loads(serialise(go.Figure(go.Scatter(y=[2.0]))))["data"][0]["y"] == [2.0]


# ---- the files in the browser's hands


def test_the_bundle_is_of_the_plotly_js_that_the_installed_plotly_was_made_for() -> None:
    shipped = (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text()[:200]
    wanted = re.search(r"plotly\.js v([\d.]+)", shipped)
    recipe = json.loads((ROOT / "deploy" / "frontend" / "package.json").read_text())
    assert wanted and recipe["dependencies"]["plotly.js"] == wanted[1]
    [bundle] = STATIC.glob("plotly-*.js")
    assert f'"{wanted[1]}"' in bundle.read_text()


def test_each_bundled_file_is_named_after_its_content_and_used_under_that_name() -> None:
    used = (STATIC / "chart.js").read_text() + (ROOT / ".streamlit" / "config.toml").read_text()
    for path in [*STATIC.glob("plotly-*.js"), *STATIC.glob("*.woff2")]:
        assert path.stem.endswith(hashlib.sha256(path.read_bytes()).hexdigest()[:8])
        assert path.name in used


def test_the_bundle_needs_no_eval() -> None:
    [bundle] = STATIC.glob("plotly-*.js")
    assert not re.search(r"\bnew Function\(|\beval\(", bundle.read_text())


def test_streamlit_still_means_the_same_slots() -> None:
    assert streamlit_plotly_theme.CATEGORY_0 == "#000001"
    assert streamlit_plotly_theme.CATEGORY_9 == "#000010"
    assert streamlit_plotly_theme.SEQUENTIAL_0 == "#000011"
    assert streamlit_plotly_theme.DIVERGING_9 == "#000030"
    assert streamlit_plotly_theme.BG_MIX == "#000040"


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_theme_fills_every_slot(theme: str) -> None:
    for palette in ("chartCategoricalColors", "chartSequentialColors", "chartDivergingColors"):
        colours = THEMES[theme][palette]
        assert len(colours) == 10
        assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in colours)


# ---- on a page


def test_six_charts_run_without_a_browser() -> None:
    page = AppTest.from_file(str(SIX), default_timeout=30).run()
    assert not page.exception
    assert len(page.get("bidi_component")) == 6


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving(SIX) as started:
        yield started


@dataclass
class Visit:
    """A page as a visitor has it open, and what the browser noticed."""

    page: Page
    asked: list[str] = field(default_factory=list)
    told: list[str | bytes] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("websocket", lambda socket: socket.on("framesent", self._tell))
        self.page.on("console", self._note)

    def _tell(self, frame: str | bytes) -> None:
        self.told.append(frame)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(message.text)


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Visit]:
    context = browser.new_context(
        viewport={"width": 1440, "height": 1000}, timezone_id="America/New_York", color_scheme="light"
    )
    visit = Visit(context.new_page())
    visit.listen()
    visit.page.goto(address)
    expect(visit.page.locator(".js-plotly-plot[data-draws]")).to_have_count(6, timeout=60_000)
    yield visit
    context.close()


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit.page


def colours(page: Page) -> set[str]:
    return set(
        page.locator(".js-plotly-plot .scatterlayer .js-line").evaluate_all(
            "lines => lines.map(line => getComputedStyle(line).stroke)"
        )
    )


def rgb(colour: str) -> str:
    return "rgb({}, {}, {})".format(*bytes.fromhex(colour[1:]))


@pytest.mark.browser
def test_six_charts_are_drawn_under_the_policy_and_nothing_else_is_asked(visit: Visit, address: str) -> None:
    assert visit.problems == []
    assert [url for url in visit.asked if not url.startswith((address, "data:", "blob:"))] == []
    drawn = visit.page.locator(".js-plotly-plot")
    marks = ".trace path, .hm image, .trace.bars path"
    assert drawn.evaluate_all("(plots, marks) => plots.every(plot => plot.querySelector(marks))", marks)
    assert drawn.evaluate_all("plots => plots.map(plot => plot.getBoundingClientRect().height)") == [300] * 6


@pytest.mark.browser
def test_a_chart_is_a_figure_with_words_for_a_screen_reader(page: Page) -> None:
    expect(page.get_by_role("figure", name="heat of a random walk")).to_have_count(1)


@pytest.mark.browser
def test_days_are_the_same_days_west_of_greenwich(page: Page) -> None:
    first = page.get_by_role("figure", name="lines of").evaluate("plot => plot._fullLayout.xaxis.range[0]")
    assert str(first).startswith("2025-01-02")
    assert "19:00" not in str(first)


@pytest.mark.browser
def test_a_live_theme_flip_recolours_without_asking_the_server(visit: Visit) -> None:
    page, told = visit.page, len(visit.told)
    light, dark = (
        {rgb(colour) for colour in THEMES[theme]["chartCategoricalColors"]} for theme in ("light", "dark")
    )
    assert colours(page) <= light
    page.emulate_media(color_scheme="dark")
    expect(page.locator(".js-plotly-plot[data-draws='2']")).to_have_count(6, timeout=20_000)
    assert colours(page) <= dark
    assert len(visit.told) == told


@pytest.mark.browser
def test_a_changed_figure_keeps_its_node_and_never_blanks(visit: Visit) -> None:
    page, plots = visit.page, visit.page.locator(".js-plotly-plot")
    plots.evaluate_all("plots => plots.forEach((plot, place) => { plot.place = place })")
    page.evaluate("""() => {
        window.blanks = 0;
        const watch = () => {
            const plots = [...document.querySelectorAll(".js-plotly-plot")];
            if (plots.filter(plot => plot.querySelector(".trace, .hm")).length < 6) window.blanks += 1;
            requestAnimationFrame(watch);
        };
        watch();
    }""")
    page.get_by_role("button", name="Again").click()
    expect(page.locator(".js-plotly-plot[data-draws='2']").first).to_be_attached(timeout=20_000)
    page.wait_for_timeout(300)
    assert plots.evaluate_all("plots => plots.map(plot => plot.place)") == list(range(6))
    assert page.evaluate("window.blanks") == 0
    assert visit.problems == []


@pytest.mark.browser
def test_a_rerun_with_the_same_figures_draws_nothing_again(page: Page) -> None:
    page.get_by_role("button", name="Again").click()
    expect(page.locator(".js-plotly-plot[data-draws='2']").first).to_be_attached(timeout=20_000)
    still = page.locator(".js-plotly-plot[data-draws='1']").count()
    page.get_by_role("button", name="Again").click()
    page.wait_for_timeout(1000)
    assert page.locator(".js-plotly-plot[data-draws='1']").count() == still


@pytest.mark.browser
def test_a_chart_follows_the_width_of_the_page(page: Page) -> None:
    page.set_viewport_size({"width": 700, "height": 1000})
    page.wait_for_timeout(700)
    gaps = page.locator(".js-plotly-plot").evaluate_all(
        "plots => plots.map(plot => Math.abs(plot.clientWidth - plot.querySelector('.main-svg').clientWidth))"
    )
    assert max(gaps) <= 1


# ---- the menu


PLACES = "all => all.map(each => each.getBoundingClientRect().top - all[0].getBoundingClientRect().top)"


def surface(page: Page, name: str) -> Locator:
    """One chart with its menu."""
    return page.get_by_test_id("stBidiComponentRegular").filter(
        has=page.locator(f"[aria-label='{name} of a random walk']")
    )


def press(page: Page, name: str, button: str) -> None:
    surface(page, name).get_by_role("button", name=button).click()


def table(page: Page, name: str) -> list[list[str]]:
    rows: list[list[str]] = (
        surface(page, name)
        .locator("tr")
        .evaluate_all("rows => rows.map(row => [...row.cells].map(cell => cell.textContent))")
    )
    return rows


def saved(page: Page, name: str, button: str) -> Path:
    with page.expect_download() as download:
        press(page, name, button)
    assert download.value.suggested_filename == f"{name}.{button.lower()}"
    return Path(download.value.path())


def numbers(cells: Iterable[str]) -> list[float]:
    return [float(cell.replace("−", "-").replace(",", "")) for cell in cells]


def singles(values: Any) -> list[float]:
    """The shortest decimals that stand for ``values`` in single precision."""
    return [float(str(np.float32(value))) for value in values]


def test_the_menu_is_as_high_as_the_room_it_is_given() -> None:
    assert f"height:{MENU}px" in re.findall(r"\.mk-menu\{([^}]*)\}", STYLESHEET)[0].replace("\n", "")


@pytest.mark.browser
def test_a_table_shows_what_the_chart_was_drawn_from(page: Page) -> None:
    press(page, "lines", "Table")
    head, *rows = table(page, "lines")
    assert head == ["Date", "0", "1", "2", "3", HOSTILE]
    drawn = figures(1)["lines"].data
    assert [row[0] for row in rows] == [f"{day:%Y-%m-%d}" for day in DAYS]
    for place, trace in enumerate(drawn, 1):
        np.testing.assert_allclose(numbers(row[place] for row in rows), trace.y, atol=1e-4)


@pytest.mark.browser
def test_a_candle_has_four_columns_and_a_heat_map_is_a_matrix(page: Page) -> None:
    press(page, "candles", "Table")
    head, *rows = table(page, "candles")
    assert head == ["Date", "Open", "High", "Low", "Close"]
    np.testing.assert_allclose(
        numbers(row[4] for row in rows), figures(1)["candles"].data[0].close, atol=1e-4
    )
    press(page, "heat", "Table")
    _, *rows = table(page, "heat")
    np.testing.assert_allclose([numbers(row[1:]) for row in rows], figures(1)["heat"].data[0].z, atol=1e-4)


@pytest.mark.browser
def test_a_table_takes_the_place_of_the_plot_and_gives_it_back(page: Page) -> None:
    plot, plots = surface(page, "under"), page.locator(".js-plotly-plot")
    before = plots.evaluate_all(PLACES)
    press(page, "under", "Table")
    expect(plot.get_by_role("figure")).to_have_count(0)
    expect(plot.get_by_role("region")).to_have_attribute("tabindex", "0")
    expect(plot.get_by_role("table", name="under of a random walk")).to_be_visible()
    assert plots.evaluate_all(PLACES) == before
    press(page, "under", "Table")
    expect(plot.get_by_role("figure")).to_be_visible()
    expect(plot.get_by_role("table")).to_have_count(0)


@pytest.mark.browser
def test_an_open_table_follows_new_numbers_and_a_theme_flip(visit: Visit) -> None:
    page = visit.page
    press(page, "under", "Table")
    first = table(page, "under")
    page.get_by_role("button", name="Again").click()
    expect(surface(page, "under").locator("[data-draws='2']")).to_be_attached(timeout=20_000)
    second = table(page, "under")
    assert second != first
    page.emulate_media(color_scheme="dark")
    expect(surface(page, "under").locator("[data-draws='3']")).to_be_attached(timeout=20_000)
    assert table(page, "under") == second
    assert visit.problems == []


@pytest.mark.browser
def test_a_csv_says_where_it_comes_from_and_holds_every_digit(page: Page, address: str) -> None:
    content = saved(page, "lines", "CSV").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf#"), "else Excel reads a minus as three signs"
    told, *lines = content.decode("utf-8-sig").splitlines()
    assert told.startswith("# lines of a random walk.")
    assert SOURCE.replace(" @", " '@") in told
    assert told.endswith(address + "/")
    _, *rows = csv.reader(lines)
    for place, trace in enumerate(figures(1)["lines"].data, 1):
        assert [float(row[place]) for row in rows] == singles(trace.y)


@pytest.mark.browser
def test_a_name_that_looks_like_a_formula_is_no_formula_in_a_csv(page: Page) -> None:
    _, head, *rows = csv.reader(saved(page, "lines", "CSV").read_text(encoding="utf-8-sig").splitlines())
    assert head[-1] == f"'{HOSTILE}"
    _, *under = csv.reader(saved(page, "under", "CSV").read_text(encoding="utf-8-sig").splitlines()[1:])
    assert any(row[1].startswith("-") for row in under)
    assert not [cell for row in rows for cell in row if cell.startswith("'")]


MINUSES = """async () => {
    const { csvOf } = await import("/_stcore/bidi-components/market_stress.chart/sheet.js");
    const cells = ["−44.7%", "−1,234.5", "−0.45 to 0.98", "-3", "−5 bp", "=1", "12"];
    return csvOf({ head: ["a"], rows: cells.map((cell) => [cell]) }, ["x"]);
}"""


@pytest.mark.browser
def test_a_number_in_words_is_a_number_in_a_csv(page: Page) -> None:
    _, _, *cells = csv.reader(page.evaluate(MINUSES).splitlines())
    assert [cell for (cell,) in cells] == ["-44.7%", "-1,234.5", "−0.45 to 0.98", "-3", "−5 bp", "'=1", "12"]


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_has_twice_the_pixels_and_the_ground_of_the_theme(visit: Visit, scheme: Any) -> None:
    page = visit.page
    if scheme == "dark":
        page.emulate_media(color_scheme="dark")
        expect(page.locator(".js-plotly-plot[data-draws='2']")).to_have_count(6, timeout=20_000)
    width = surface(page, "heat").locator(".js-plotly-plot").evaluate("plot => plot.clientWidth")
    drawn = Image.open(saved(page, "heat", "PNG"))
    ground = THEMES[scheme]["chartSequentialColors"][6]
    assert drawn.width == pytest.approx(2 * (width + 32), abs=2)
    assert drawn.height > 2 * 300
    assert drawn.convert("RGB").getpixel((1, 1)) == tuple(bytes.fromhex(ground[1:]))
    assert len(drawn.convert("RGB").getcolors(1 << 20) or []) > 50
    assert visit.problems == []


@pytest.mark.browser
def test_the_menu_appears_for_the_mouse_and_for_the_keyboard(page: Page) -> None:
    menu = surface(page, "lines").locator(".mk-menu")
    expect(menu).to_have_css("opacity", "0")
    surface(page, "lines").hover()
    expect(menu).to_have_css("opacity", "1")
    page.mouse.move(0, 0)
    expect(menu).to_have_css("opacity", "0")
    page.get_by_role("button", name="Again").focus()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("button", name="Table: lines of a random walk")).to_be_focused()
    expect(menu).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect(surface(page, "lines").get_by_role("table")).to_be_visible()
    page.keyboard.press("Space")
    expect(surface(page, "lines").get_by_role("figure")).to_be_visible()


@pytest.mark.browser
def test_the_menu_asks_nothing_of_the_server(visit: Visit) -> None:
    asked, told = len(visit.asked), len(visit.told)
    press(visit.page, "heat", "Table")
    saved(visit.page, "heat", "CSV")
    assert [url for url in visit.asked[asked:] if not url.startswith(("blob:", "data:"))] == []
    assert len(visit.told) == told
