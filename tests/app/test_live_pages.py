"""Live pages in a real browser, on providers that answer, fail, lie and come late."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser

from app.frame import PAGES
from market import catalogue
from tests.app.browsing import LOOK, PATIENCE, Visit, fetch, visiting
from tests.app.serving import serving
from tests.fakes.sites import sites
from tests.fakes.upstream import Upstream
from tests.fakes.world import World

pytestmark = pytest.mark.browser

PATHS = [path for _, _, path in PAGES]
DISPUTED = date(2026, 2, 6)
FIRST_PAINT = 3.0
UNREACHABLE = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": ""}
PLACE = "document.querySelector('.st-key-card-falls').getBoundingClientRect().top"
A_LITTLE = 24  # pixels: a line more or less in the sentences above
WATCH_FOR_BLANKS = """() => {
    const names = () => [...document.querySelectorAll('[role=figure]')].map(each =>
        each.closest('[class*=st-key-card-]').className.match(/st-key-card-([a-z0-9_-]+)/)[1]);
    const charts = names();
    window.blanks = [];
    const look = () => {
        const drawn = names();
        const parts = ['h1', '.mk-tiles'].filter(part => !document.querySelector(part));
        const missing = [...parts, ...charts.filter(name => !drawn.includes(name))];
        if (missing.length) window.blanks.push(String(missing));
        requestAnimationFrame(look);
    };
    look();
}"""


@pytest.fixture(scope="module")
def world() -> World:
    """The invented market, in which Yahoo is wrong about one close of the VIX, as it once was."""
    world = World()
    world.warm(catalogue.load())
    world.override("yahoo", "VIX", DISPUTED, 20.37)
    world.override("fred", "VIX", DISPUTED, 17.76)
    return world


@pytest.fixture(scope="module")
def upstream(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    upstream = Upstream(sites(world), tmp_path_factory.mktemp("authority"))
    upstream.start()
    yield upstream
    upstream.stop()


def started(upstream: Upstream, mode: str) -> AbstractContextManager[str]:
    """A server without memory that asks ``upstream``."""
    return serving(settings={**upstream.environment(), "MARKET_DATA": mode})


def arrived(visit: Visit, path: str) -> Visit:
    """The page, once prices have come."""
    visit.open(path)
    visit.page.locator(".mk-live").wait_for(timeout=PATIENCE)
    visit.page.wait_for_function(
        "() => !document.querySelector('[role=note]')?.textContent.includes('not answered yet')",
        timeout=PATIENCE,
    )
    visit.settle()
    return visit


@pytest.fixture(scope="module")
def site(upstream: Upstream, browser: Browser) -> Iterator[str]:
    """A live server whose providers have answered."""
    upstream.heal()
    with started(upstream, "live") as address:
        with visiting(browser, address) as visit:
            arrived(visit, "/")
        yield address


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("device", ["desktop", "phone"])
def test_every_page_is_live_and_whole(browser: Browser, site: str, path: str, device: str) -> None:
    with visiting(browser, site, device) as visit:
        found = arrived(visit, f"/{path}").page.evaluate(LOOK)
        assert found["badge"].startswith("LIVE · ")
        assert found["failures"] == []
        assert visit.problems == []
        document, main, window = found["widths"]
        assert max(document, main) <= window


def test_every_number_is_of_the_newest_close(site: str, world: World) -> None:
    readings = fetch(site, "/api/v1/readings?keys=IXIC,BTC,VIX")
    for key, reading in readings.items():
        closes = world.days(key, catalogue.load()[key].calendar.value)["close"]
        assert reading["last"]["value"] == closes.iloc[-1]
    assert {reading["last"]["state"] for reading in readings.values()} <= {"final", "provisional"}


def test_the_venues_show_their_books_their_funding_and_their_age(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        page = arrived(visit, "/crypto").page
        for card, words in (
            ("book", "All venues"),
            ("rates", "By open interest"),
            ("interest", "All venues"),
        ):
            shown = page.locator(f".st-key-card-{card}")
            shown.get_by_text(words).wait_for(timeout=PATIENCE)
            assert shown.locator("[data-since]").count() >= 3


def test_the_fed_path_has_a_rate_for_the_coming_meetings(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        shown = arrived(visit, "/macro").page.locator(".st-key-card-fed")
        shown.locator("tbody tr").nth(3).wait_for(timeout=PATIENCE)
        assert "fed-funds futures imply" in shown.inner_text()
        assert shown.locator("[role=figure]").count() == 1


def test_the_official_gauges_stand_below_our_score(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        shown = arrived(visit, "/macro").page.locator(".st-key-card-gauges")
        shown.locator("tbody tr").nth(3).wait_for(timeout=PATIENCE)
        told = shown.inner_text()
        for words in (
            "OFR Financial Stress Index",
            "−1.93",
            "St. Louis Fed",
            "−0.66",
            "zero is average stress",
        ):
            assert words in told
        assert "late" not in told
        assert shown.locator("[role=figure]").count() == 1


def test_the_sources_page_tells_how_every_provider_does(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        shown = arrived(visit, "/sources").page.locator(".st-key-card-providers")
        shown.locator("tbody").get_by_text("Coinbase").wait_for(timeout=PATIENCE)
        told = shown.inner_text()
        assert "answers" in told
        assert "Yahoo Finance" in told


@pytest.mark.parametrize("hours", [-1, 0, 1])
def test_ages_count_by_the_servers_clock(browser: Browser, site: str, hours: int) -> None:
    with visiting(browser, site) as visit:
        visit.page.add_init_script(f"const now = Date.now; Date.now = () => now() + {hours} * 3600_000")
        shown = arrived(visit, "/sources").page.locator(".st-key-card-providers [data-since]")
        # A busy machine may hold one look up on its way; a clock that is off fails all of them.
        off = []
        for _ in range(4):
            visit.page.wait_for_timeout(1100)
            newest, told = max(
                shown.evaluate_all("ages => ages.map(age => [age.dataset.since, age.textContent])")
            )
            true = (datetime.now(UTC) - datetime.fromisoformat(newest)).total_seconds()
            off.append(abs(seconds(told) - true) - (2 if told.endswith(" s") else 60))
        assert min(off) <= 0


def seconds(age: str) -> float:
    """What an age on the page says, told in seconds or in minutes."""
    number, unit = age.split()
    return float(number) * {"s": 1, "min": 60}[unit]


def test_two_sources_that_disagree_are_both_told_and_make_no_headline(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        page = visit.open(f"/?asof={DISPUTED}").page
        told = "VIX, Fri 6 Feb: Yahoo Finance says 20.4, FRED says 17.8. Showing Yahoo Finance."
        assert told in page.locator("[role=note]", has_text="Two sources disagree.").inner_text()
        assert "FRED says 17.8" in page.locator(".mk-tile", has_text="VIX").inner_text()
        assert "VIX" not in visit.title
    facts = fetch(site, f"/api/v1/facts?page=overview&asof={DISPUTED}")["facts"]
    assert "VIX" not in {number["key"] for fact in facts for number in fact["numbers"]}


def test_with_nothing_reachable_the_recording_is_there_within_three_seconds(browser: Browser) -> None:
    """On a busy machine: as soon as from a server that asks nobody, give or take a half."""
    with serving() as address:
        asking_nobody = painted(browser, address)
    with serving(settings={**UNREACHABLE, "MARKET_DATA": "auto"}) as address:
        unreachable = painted(browser, address)
        with visiting(browser, address) as visit:
            visit.open("/")
            assert "No provider has answered yet." in visit.page.locator("[role=note]").first.inner_text()
    assert unreachable < max(FIRST_PAINT, 1.5 * asking_nobody)


def painted(browser: Browser, address: str) -> float:
    """Seconds from navigation until the recording is named; the best of three visits to a warm server."""
    with visiting(browser, address) as visit:
        visit.open("/")
    waits = []
    for _ in range(3):
        with visiting(browser, address) as visit:
            began = time.monotonic()
            visit.page.goto(address)
            visit.page.locator(".mk-recorded").wait_for(timeout=PATIENCE)
            waits.append(time.monotonic() - began)
    return min(waits)


def test_live_prices_replace_the_recording_without_a_blank_or_a_lost_control(
    browser: Browser, upstream: Upstream
) -> None:
    upstream.heal()
    upstream.fail("*", "refused")
    with started(upstream, "auto") as address, visiting(browser, address) as visit:
        page = visit.open("/?window=20").page
        assert page.locator(".mk-recorded").count() == 1
        page.evaluate(WATCH_FOR_BLANKS)
        page.evaluate("document.querySelector('[data-testid=stMain]').scrollTo(0, 400)")
        before = page.evaluate(PLACE)
        upstream.heal()
        page.locator(".mk-live").wait_for(timeout=2 * PATIENCE)
        visit.settle()
        # No score is made of what only the recording holds: it waits for its own series, and then comes back.
        assert set(page.evaluate("window.blanks")) <= {"stress"}
        page.locator(".st-key-card-stress [role=figure]").wait_for(timeout=2 * PATIENCE)
        assert "window=20" in visit.query
        assert page.locator("[class*=st-key-choose-window] [aria-checked=true]").inner_text() == "20"
        assert abs(page.evaluate(PLACE) - before) <= A_LITTLE


PLUGS = {
    "yahoo": ("*.yahoo.com", "429", "Yahoo Finance asked us to slow down"),
    "coinbase": ("api.exchange.coinbase.com", "451", "Coinbase does not serve this place"),
    "fred": ("fred.stlouisfed.org", "502", "FRED did not answer"),
    "everything": ("*", "silence", "Yahoo Finance did not answer"),
}


@pytest.mark.parametrize("plug", PLUGS)
def test_a_pulled_plug_ends_in_a_sentence(browser: Browser, upstream: Upstream, plug: str) -> None:
    host, mode, words = PLUGS[plug]
    upstream.heal()
    upstream.fail(host, mode)
    with started(upstream, "live") as address, visiting(browser, address) as visit:
        for path in ("/", "/crypto", "/macro", "/sources"):
            found = visit.open(path).page.evaluate(LOOK)
            assert found["badge"].startswith("LIVE · ")
            assert found["failures"] == []
            assert visit.problems == []
            assert found["titles"][0]
        visit.open("/macro").page.get_by_text(words).first.wait_for(timeout=PATIENCE)
    upstream.heal()
