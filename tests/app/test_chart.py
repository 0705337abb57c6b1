import base64
import gc
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly
import plotly.graph_objects as go
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from streamlit.elements.lib import streamlit_plotly_theme
from streamlit.testing.v1 import AppTest

from app.chart import serialise
from tests.app.serving import ROOT, chromium, serving

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
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


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
