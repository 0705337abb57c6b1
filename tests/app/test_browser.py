"""Each page in a real browser, wide and narrow, light and dark: whole, calm, private, true to its numbers."""

from functools import cache

import pytest
from playwright.sync_api import Browser

from app.frame import PAGES
from market import catalogue
from tests.app.browsing import DEVICES, Sight, fetch, look

pytestmark = pytest.mark.browser

NAMES = {path: name for name, _, path in PAGES}
WITH_CHARTS = {"": 3, "tech": 8, "crypto": 7, "macro": 4}
OVERHEARD = {"": "overview", "tech": "tech", "crypto": "crypto", "macro": "macro"}


@pytest.fixture(scope="module", params=[(path, device) for path in NAMES for device in DEVICES], ids="-".join)
def sight(request: pytest.FixtureRequest, browser: Browser, site: str) -> Sight:
    path, device = request.param
    return look(browser, site, f"/{path}", device)


def name_of(sight: Sight) -> str:
    return sight.path.removeprefix("/")


def test_nothing_fails_and_the_console_stays_silent(sight: Sight) -> None:
    assert sight.found["failures"] == []
    assert sight.problems == []


def test_no_other_host_is_asked(sight: Sight) -> None:
    assert sight.foreign == []


def test_there_is_one_headline_and_the_badge_says_recorded(sight: Sight) -> None:
    [title] = sight.found["titles"]
    assert title
    assert sight.found["badge"] == "RECORDED · 7 Feb 2026 15:30 UTC"


def test_every_chart_is_drawn_and_has_words(sight: Sight) -> None:
    charts = sight.found["charts"]
    assert len(charts) >= WITH_CHARTS.get(name_of(sight), 0)
    for chart in charts:
        assert chart["draws"] >= 1, chart
        assert chart["marks"] > 0, chart
        assert chart["alt"].endswith("."), chart
        assert len(chart["alt"]) > 20, chart


def test_the_page_does_not_scroll_sideways(sight: Sight) -> None:
    document, main, window = sight.found["widths"]
    assert document <= window
    assert main <= window


def test_a_flip_of_the_theme_recolours_the_charts(sight: Sight) -> None:
    assert (sight.strokes["light"] != sight.strokes["dark"]) == bool(sight.found["charts"])


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_is_usable_without_eyes_or_mouse(sight: Sight, theme: str) -> None:
    assert sight.faults[theme] == []


def test_the_headline_says_what_the_tiles_and_the_json_say(sight: Sight, site: str) -> None:
    page = OVERHEARD.get(name_of(sight))
    quoted = sight.found["headline"]
    if page is None:
        bitcoin = (
            {"last": fetched_readings(site)["BTC"]["last"]["value"]} if name_of(sight) == "levels" else {}
        )
        assert {each["formula"]: float(each["value"]) for each in quoted} == bitcoin
        return
    told = fetch(site, f"/api/v1/facts?page={page}")
    assert sight.found["titles"] == [told["headline"]]
    numbers = {number["text"]: number for fact in told["facts"] for number in fact["numbers"]}
    for each in quoted:
        number = numbers[each["text"]]
        value = float(each["value"])
        assert value == number["number"]["value"]
        shown = sight.tiles.get(catalogue.load()[number["key"]].short, {})
        if each["formula"] in shown:
            assert float(shown[each["formula"]]) == value


def test_the_tiles_say_what_the_json_says(sight: Sight, site: str) -> None:
    readings = {
        catalogue.load()[key].short: {name: number["value"] for name, number in reading.items()}
        for key, reading in fetched_readings(site).items()
    }
    checked = 0
    for name, numbers in sight.tiles.items():
        for formula, value in numbers.items():
            known = readings.get(name, {})
            said = [known.get(f"{formula}{unit}") for unit in ("", "_pct")]
            if any(each is not None for each in said):
                assert float(value) in said
                checked += 1
    assert checked >= (6 if name_of(sight) in OVERHEARD else 0)


@cache
def fetched_readings(site: str) -> dict[str, dict[str, dict[str, float | None]]]:
    answer: dict[str, dict[str, dict[str, float | None]]] = fetch(site, "/api/v1/readings")
    return answer
