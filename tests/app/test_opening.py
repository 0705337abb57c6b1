"""Every number opens: in a real Chromium, by pointer, finger and key, under the strict policy."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from analytics.definitions import definitions
from app.opening import FLAGS, STATES
from market.bars import State
from tests.app.serving import ROOT, serving

ODD = Path(__file__).parent / "odd_numbers.py"
PATIENCE = 60_000
NUMBER = "[data-formula]"


def test_every_state_and_every_mark_has_words() -> None:
    assert set(STATES) == set(State)
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "analytics").glob("*.py"))
    assert [flag for flag in FLAGS if f'"{flag}"' not in code] == []


@pytest.fixture(scope="module")
def odd_site() -> Iterator[str]:
    with serving(ODD) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert problems == []


def visit(page: Page, address: str) -> None:
    page.goto(address)
    ready(page)


def ready(page: Page) -> None:
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_have_count(
        1, timeout=PATIENCE
    )
    expect(page.locator("dialog.mk-open")).to_have_count(1, timeout=PATIENCE)


def told(page: Page) -> dict[str, str]:
    """What the open dialog says, by name."""
    expect(page.locator("dialog[open]")).to_have_count(1)
    names = page.locator("dialog dt").all_inner_texts()
    values = page.locator("dialog dt + dd").all_inner_texts()
    head = page.locator("dialog h2").inner_text()
    return {"title": head, "value": page.locator(".mk-open-value").inner_text()} | dict(
        zip(names, values, strict=True)
    )


def close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.browser
def test_a_tile_opens_to_the_number_that_json_gives(page: Page, site: str) -> None:
    visit(page, f"{site}/tech?asof=2026-02-05")
    page.locator(".mk-tile", has_text="Nasdaq").first.click(position={"x": 12, "y": 12})
    found = told(page)
    with urlopen(f"{site}/api/v1/readings?keys=IXIC&asof=2026-02-05", timeout=60) as answer:
        number = json.load(answer)["IXIC"]["last"]
    assert found["title"] == "Nasdaq · Last price"
    assert found["value"].split()[0].replace(",", "") == f"{number['value']:.10g}"
    assert found["Source"] == number["source"]
    assert found["Formula"] == definitions()["last"].formula
    assert found["As of"] == "Thu 5 Feb 2026, 21:00 UTC"
    assert found["State"] == STATES[State.RECORDED]
    assert not Axe().run(page, context="dialog").response["violations"]


@pytest.mark.browser
def test_a_number_is_copied_with_its_source_and_an_address_that_shows_it_again(page: Page, site: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit(page, f"{site}/tech")
    page.locator(f".mk-tile:has-text('Nasdaq') {NUMBER}[data-formula=last]").first.click()
    page.get_by_role("button", name="Copy with its source").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    number, source, address = re.fullmatch(r"(.*)\. Source: (.*)\. (http\S+)", copied).groups()
    assert number == "Nasdaq · Last price: 23,031.21 points, Fri 6 Feb 2026, 21:00 UTC"
    assert source == told(page)["Source"]
    visit(page, address)
    assert (
        page.locator(".mk-tile", has_text="Nasdaq")
        .first.locator("[data-formula=last]")
        .get_attribute("data-value")
        == "23031.21"
    )


@pytest.mark.browser
def test_a_score_is_copied_as_people_quote_it_on_plain_http_as_well(page: Page, site: str) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.add_init_script(
        "addEventListener('copy', () => { window.copied = String(document.getSelection()) })"
    )
    visit(page, f"{site}/?asof=2026-02-05")
    number = page.locator(f"{NUMBER}[data-formula=stress_score]").first
    value = float(str(number.get_attribute("data-value")))
    number.click()
    page.get_by_role("button", name="Copy with its source").click()
    expect(page.get_by_role("button", name="Copied")).to_be_focused()
    copied = page.evaluate("copied")
    assert f": {value:.1f} of 100" in copied
    assert re.search(r"Source: ([^,.]+, )+[^,.]+ and [^,.]+\. http", copied.replace("S&P", "SP"))
    assert copied.endswith("?asof=2026-02-05")


@pytest.mark.browser
def test_a_number_opens_by_key_and_gives_the_focus_back(page: Page, site: str) -> None:
    visit(page, f"{site}/macro?asof=2026-02-05")
    number = page.locator(f"h1 {NUMBER}").first
    for key in ("Enter", " "):
        number.focus()
        page.keyboard.press(key)
        assert told(page)["title"].startswith("VIX · ")
        expect(page.get_by_role("button", name="Close")).to_be_focused()
        close(page)
        expect(number).to_be_focused()


@pytest.mark.browser
def test_cells_parts_of_the_score_and_facts_open_too(page: Page, site: str) -> None:
    visit(page, f"{site}/?asof=2026-02-07T15:30Z")
    for place, name in ((".mk-table td", ""), (".mk-parts li", "Volatility"), (".mk-facts li", "")):
        page.locator(f"{place}:has({NUMBER})").first.locator(NUMBER).first.click()
        assert name in told(page)["title"]
        close(page)


@pytest.mark.browser
def test_numbers_open_on_other_pages_and_after_reruns_with_one_dialog_only(page: Page, site: str) -> None:
    visit(page, f"{site}/?asof=2026-02-05")
    for name in ("Macro", "Tech sell-off", "Overview"):
        page.get_by_role("link", name=name, exact=True).click()
        page.wait_for_timeout(300)
        ready(page)
        page.locator(f".mk-tile {NUMBER}").first.click()
        assert told(page)["Source"]
        close(page)
    page.get_by_text("90", exact=True).first.click()
    ready(page)
    page.locator(f".mk-tile {NUMBER}").first.click()
    told(page)
    close(page)
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.browser
def test_a_finger_opens_a_sheet_at_the_foot_of_a_phone(browser: Browser, site: str) -> None:
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, color_scheme="dark"
    )
    page = context.new_page()
    visit(page, f"{site}/crypto?asof=2026-02-05")
    page.locator(f".mk-tile {NUMBER}").first.tap()
    told(page)
    box = page.locator("dialog").bounding_box()
    assert box is not None
    assert (box["x"], round(box["width"]), round(box["y"] + box["height"])) == (0, 390, 844)
    assert not Axe().run(page, context="dialog").response["violations"]
    page.touchscreen.tap(195, 20)
    expect(page.locator("dialog[open]")).to_have_count(0)
    context.close()


@pytest.mark.browser
def test_text_from_outside_stays_text_in_the_dialog(page: Page, odd_site: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, odd_site)
    page.get_by_role("button", name="hostile").click()
    found = told(page)
    assert found["Source"].startswith("<img src=//evil.example/x onerror=alert(1)>")
    assert page.locator("dialog img").count() == 0
    assert [url for url in asked if "evil" in url] == []


@pytest.mark.browser
def test_a_disputed_number_shows_both_sources_and_its_interval(page: Page, odd_site: str) -> None:
    visit(page, odd_site)
    page.get_by_role("button", name="disputed").click()
    found = told(page)
    assert found["value"].startswith("−1,234,567.25")
    assert found["Interval"] == "−2.5 to 1e-07"
    assert found["Second source"] == "FRED says 22,980.5, 0.22% away, Sat 7 Feb 2026, 15:30 UTC"
    assert found["State"] == STATES[State.DISPUTED]
    assert FLAGS["async"] in page.locator("dialog dd").all_inner_texts()


@pytest.mark.browser
def test_a_missing_number_says_why(page: Page, odd_site: str) -> None:
    visit(page, odd_site)
    page.get_by_role("row", name="missing").get_by_role("button").click()
    found = told(page)
    assert found["Why"] == "The history starts later."
    assert found["value"].strip() == "–"
    assert "As of" not in found


@pytest.mark.browser
def test_the_dialog_stays_open_and_single_through_a_rerun(page: Page, odd_site: str) -> None:
    visit(page, odd_site)
    page.get_by_role("button", name="disputed").click()
    page.locator("button", has_text="Again").evaluate("button => button.click()")
    expect(page.get_by_text("Run 2")).to_be_attached(timeout=PATIENCE)
    told(page)
    close(page)
    expect(page.get_by_role("button", name="disputed")).to_be_focused()


@pytest.mark.browser
def test_what_the_article_said_leads_to_the_row_of_its_claim(page: Page, site: str) -> None:
    visit(page, f"{site}/tech?asof=2026-02-05")
    page.locator("a[href*='#claim-year_to_date']").click()
    page.wait_for_url("**/claims?asof=2026-02-05#claim-year_to_date", timeout=PATIENCE)
    ready(page)
    expect(page.locator("#claim-year_to_date.mk-here")).to_be_in_viewport(ratio=1)
    header = page.locator("[data-testid=stHeader]").bounding_box()
    row = page.locator("#claim-year_to_date").bounding_box()
    assert header and row
    assert row["y"] >= header["y"] + header["height"]


@pytest.mark.browser
def test_a_link_to_methods_keeps_the_date_and_ends_at_its_entry(page: Page, site: str) -> None:
    visit(page, f"{site}/tech?asof=2026-02-05")
    page.locator(f"h1 {NUMBER}").first.click()
    page.locator("dialog a").click()
    page.wait_for_url("**/methods?asof=2026-02-05#streak", timeout=PATIENCE)
    ready(page)
    expect(page.locator("#streak.mk-here")).to_be_in_viewport(ratio=1)
    header = page.locator("[data-testid=stHeader]").bounding_box()
    entry = page.locator("#streak").bounding_box()
    assert header and entry
    assert entry["y"] >= header["y"] + header["height"]
    shown = page.locator(".mk-entry").evaluate_all("entries => entries.map(entry => entry.id)")
    assert sorted(shown) == sorted(definitions())
