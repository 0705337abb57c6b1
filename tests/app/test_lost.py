"""An address where there is nothing: 404, and a page that leads back."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from app.frame import PAGES
from app.lost import way_back
from tests.app.browsing import visiting


def test_the_way_back_leads_to_every_page_under_the_path_of_the_server() -> None:
    for base in ("", "/stress"):
        html = way_back(base)
        for _, name, path in PAGES:
            assert f'href="{base}/{path}" target="_self">{name}</a>' in html
        assert "<script" not in html


@pytest.mark.browser
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_reads_well_and_leads_back(browser: Browser, site: str, theme: str) -> None:
    with visiting(browser, site, color_scheme=theme) as visit:
        answer = visit.page.goto(f"{site}/nosuch?asof=2026-02-05")
        assert answer is not None
        assert answer.status == 404
        assert visit.title == "There is nothing at this address."
        assert Axe().run(visit.page, options={"resultTypes": ["violations"]}).violations_count == 0
        ground = visit.page.evaluate("getComputedStyle(document.querySelector('.mk-page')).backgroundColor")
        ink = visit.page.evaluate("getComputedStyle(document.querySelector('h1')).color")
        assert (ground > ink) == (theme == "light"), (ground, ink)
        assert visit.page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Inter'))")
        visit.page.get_by_role("link", name="Overview").click()
        visit.settle()
        assert visit.page.url == f"{site}/"
        assert visit.foreign == []
