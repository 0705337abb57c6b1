"""The whole program under a path of a host that has other things at its root."""

from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, expect

from tests.app.browsing import Visit, fetch, visiting
from tests.app.serving import serving
from tests.app.test_links import follow, step

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def below() -> Iterator[str]:
    """The address of the program under a path."""
    with serving(base="/stress") as address:
        yield address


@pytest.fixture
def visit(browser: Browser, below: str) -> Iterator[Visit]:
    with visiting(browser, below) as visit:
        yield visit
        assert visit.problems == []
        assert visit.foreign == [], "nothing outside of the path is asked for"


def test_pages_load_lead_to_each_other_and_keep_their_address(visit: Visit, below: str) -> None:
    visit.open("/macro?asof=2026-02-05")
    assert visit.title == fetch(below, "/api/v1/facts?page=macro&asof=2026-02-05")["headline"]
    step(visit, "The session before")
    visit.wait_for("/stress/macro?asof=2026-02-04")
    visit.page.mouse.move(700, 600)  # away from the words that stand beside the arrow
    follow(visit, "Sources")
    visit.wait_for("/stress/sources?asof=2026-02-04")
    follow(visit, "Overview")
    visit.wait_for("/stress/?asof=2026-02-04")
    visit.page.go_back()
    visit.wait_for("/stress/sources?asof=2026-02-04")
    visit.page.reload()
    visit.settle()
    assert visit.page.url == f"{below}/sources?asof=2026-02-04"


def test_every_link_of_a_page_and_what_it_offers_to_copy_stand_under_the_path(
    visit: Visit, below: str
) -> None:
    visit.open("/tech?asof=2026-02-05")
    links = visit.page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
    assert len(links) > 10
    assert {link for link in links if not link.startswith(f"{below}/")} == set()
    assert str(visit.page.locator(".mk-footer").get_attribute("data-address")).startswith(f"{below}/tech?")
    visit.page.get_by_role("button", name="Share").click()
    expect(visit.page.get_by_test_id("stCode")).to_contain_text(f"{below}/tech?asof=2026-02-05")


def test_what_probes_ask_for_stands_at_the_root_as_well(below: str) -> None:
    root = below.removesuffix("/stress")
    for path in ("/healthz", "/readyz"):
        assert fetch(root, path) == fetch(below, path)
    with pytest.raises(HTTPError, match="404"):
        urlopen(f"{root}/api/v1/readings")
