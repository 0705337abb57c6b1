"""A window as narrow as a phone's, of a browser that is no phone's: the charts are a phone's."""

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.browser
PATIENCE = 60_000
WRITTEN = """size => [...document.querySelectorAll('[role=figure]')].every(
    chart => chart._fullLayout?.font.size === size)"""


def wait_for_text_of(page: Page, size: int) -> None:
    """Wait until every chart of the page is written in letters of that size."""
    expect(page.locator("[role=figure]")).to_have_count(4, timeout=PATIENCE)
    page.wait_for_function(
        WRITTEN,
        arg=size,
        timeout=PATIENCE,
    )


def test_charts_follow_the_width_of_the_window(browser: Browser, site: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site}/?asof=2026-02-05")
    wait_for_text_of(page, 11)
    page.set_viewport_size({"width": 1440, "height": 900})
    wait_for_text_of(page, 12)
    page.close()
