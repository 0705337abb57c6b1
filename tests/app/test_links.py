"""The address is the share link: what a click changes stands in it, and what stands in it comes back."""

import re
from collections.abc import Iterator
from time import sleep

import pytest
from playwright.sync_api import Browser, Locator, WebSocketRoute, expect

from tests.app.browsing import Visit, fetch, visiting

pytestmark = pytest.mark.browser

BEFORE, AFTER = "The session before", "The session after"
HASTE = """async (presses) => {
    const seen = [], parts = ['h1', '.mk-tile', '[role=figure]'];
    const look = () => {
        const day = new URLSearchParams(location.search).get('asof');
        const missing = parts.filter(part => !document.querySelector(part));
        if (missing.length || seen.at(-1) !== day) seen.push(missing.length ? missing.join() : day);
    };
    const timer = setInterval(look, 20);
    for (let press = 0; press < presses; press++) {
        document.querySelector('.st-key-step-back button').click();
        await new Promise(done => setTimeout(done, 200));
    }
    window.haste = { seen, timer };
}"""


@pytest.fixture
def visit(browser: Browser, site: str) -> Iterator[Visit]:
    with visiting(browser, site) as visit:
        yield visit
        assert visit.problems == []


def badge(visit: Visit) -> Locator:
    return visit.page.locator(".mk-badge-line b")


def chosen(visit: Visit, control: str) -> str:
    """The pressed button of a row of buttons."""
    return visit.page.locator(f"[class*=st-key-choose-{control}] [aria-checked=true]").inner_text().lower()


def step(visit: Visit, name: str) -> None:
    """Press one of the two arrows beside the date."""
    visit.page.get_by_role("button", name=name, exact=True).click()


def go_to(visit: Visit, place: str) -> None:
    """Choose a place from the menu beside the date, which stays open after a choice."""
    menu = visit.page.get_by_test_id("stPopoverBody")
    if not menu.is_visible():
        visit.page.locator(".st-key-asof").get_by_test_id("stPopoverButton").click()
    menu.get_by_role("button", name=place).click()


def follow(visit: Visit, page: str) -> None:
    """Click on a page in the navigation."""
    visit.page.get_by_test_id("stTopNavLink").filter(has_text=re.compile(f"^{page}$")).click()
    expect(visit.page).to_have_title(f"{page} · Market Stress")
    visit.settle()


def test_stepping_moves_by_session_and_stands_in_the_address(visit: Visit) -> None:
    visit.open("/sources?asof=2026-02-05")
    step(visit, AFTER)
    visit.wait_for("asof=2026-02-06")
    expect(badge(visit)).to_have_text("6 Feb 2026 24:00 UTC")
    step(visit, AFTER)
    visit.wait_for("asof=2026-02-09")
    for day in ("2026-02-06", "2026-02-05", "2026-02-04"):
        step(visit, BEFORE)
        visit.wait_for(f"asof={day}")
    expect(badge(visit)).to_have_text("4 Feb 2026 24:00 UTC")


def test_the_calendar_chooses_the_end_of_a_day(visit: Visit) -> None:
    visit.open("/sources?asof=2026-02-05")
    visit.page.get_by_role("button", name="Choose date").click()
    visit.page.get_by_role("button", name="Monday, 2 February 2026").click()
    visit.wait_for("asof=2026-02-02")
    expect(badge(visit)).to_have_text("2 Feb 2026 24:00 UTC")


@pytest.mark.parametrize(
    ("typed", "asof", "said"),
    [
        ("20260203", "2026-02-03", ""),
        ("2026-2-4", "2026-02-04", ""),
        ("2026-02-31", "2026-02-28", "There is no 2026-02-31; the nearest day is used."),
        ("20240101", "2026-02-05", "Please select a date between 2025-01-01 and 2026-03-06."),
    ],
)
def test_a_typed_date_is_applied_by_enter_or_says_why_not(
    visit: Visit, typed: str, asof: str, said: str
) -> None:
    visit.open("/sources?asof=2026-02-05")
    visit.page.locator(".st-key-asof [data-type=year]").click()
    visit.page.keyboard.type(typed)
    visit.page.keyboard.press("Enter")
    visit.wait_for(f"asof={asof}")
    expect(visit.page.locator(".mk-date-why")).to_have_count(1 if said else 0)
    if said:
        expect(visit.page.locator(".mk-date-why")).to_contain_text(said)


def test_a_date_that_is_not_whole_says_so_and_changes_nothing(visit: Visit) -> None:
    visit.open("/macro?asof=2026-02-05")
    since = visit.page.locator("[class*=st-key-choose-since]")
    since.locator("[data-type=month]").click()
    for _ in range(3):
        visit.page.keyboard.press("Backspace")
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("alert")).to_contain_text("This date has no month yet")
    assert visit.query == "asof=2026-02-05"
    visit.page.keyboard.type("20260102")
    visit.page.keyboard.press("Enter")
    visit.wait_for("since=2026-01-02")


def test_the_places_of_the_recording_are_one_click_away(visit: Visit) -> None:
    visit.open("/sources")
    expect(badge(visit)).to_have_text("7 Feb 2026 15:30 UTC")
    go_to(visit, "The worst day")
    visit.wait_for("asof=2026-02-05")
    expect(badge(visit)).to_have_text("5 Feb 2026 24:00 UTC")
    go_to(visit, "End of recording")
    visit.wait_for("asof=2026-03-06")
    expect(badge(visit)).to_have_text("6 Mar 2026 24:00 UTC")
    expect(visit.page.get_by_role("button", name=AFTER, exact=True)).to_be_disabled()
    go_to(visit, "The moment")
    expect(badge(visit)).to_have_text("7 Feb 2026 15:30 UTC")
    visit.settle()
    assert visit.query == ""


def test_the_moment_moves_all_pages_together(visit: Visit, site: str) -> None:
    visit.open("/?asof=2026-02-05")
    for page, path in (("Tech sell-off", "tech"), ("Macro", "macro"), ("Overview", "overview")):
        follow(visit, page)
        assert visit.query == "asof=2026-02-05"
        expect(badge(visit)).to_have_text("5 Feb 2026 24:00 UTC")
        assert visit.title == fetch(site, f"/api/v1/facts?page={path}&asof=2026-02-05")["headline"]


def test_the_back_button_leads_to_the_page_and_moment_before(visit: Visit) -> None:
    visit.open("/sources?asof=2026-02-05")
    follow(visit, "Methods")
    visit.page.go_back()
    expect(visit.page).to_have_title("Sources · Market Stress")
    visit.wait_for("asof=2026-02-05")
    expect(badge(visit)).to_have_text("5 Feb 2026 24:00 UTC")


def test_a_click_in_the_navigation_is_one_step_however_slowly_the_browser_hears_of_it(visit: Visit) -> None:
    def one_by_one(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        server.on_message(lambda message: (sleep(0.02), socket.send(message)))

    visit.page.route_web_socket(re.compile("_stcore/stream"), one_by_one)
    visit.open("/sources?asof=2026-02-05")
    steps = visit.page.evaluate("history.length")
    for page in ("Methods", "Sources", "Methods"):
        follow(visit, page)
        visit.wait_for("asof=2026-02-05")
    assert visit.page.evaluate("history.length") == steps + 3


def test_back_and_forward_lead_through_the_moments_of_one_page(visit: Visit) -> None:
    visit.open("/sources")
    step(visit, BEFORE)
    visit.wait_for("asof=2026-02-06")
    step(visit, BEFORE)
    visit.wait_for("asof=2026-02-05")
    visit.page.go_back()
    expect(badge(visit)).to_have_text("6 Feb 2026 24:00 UTC")
    visit.page.go_back()
    expect(badge(visit)).to_have_text("7 Feb 2026 15:30 UTC")
    assert visit.query == ""
    visit.page.go_forward()
    expect(badge(visit)).to_have_text("6 Feb 2026 24:00 UTC")
    assert visit.query == "asof=2026-02-06"


def test_a_link_restores_the_macro_page(visit: Visit) -> None:
    visit.open("/macro?asof=2026-02-05&range=1y&window=120&method=spearman&stress=1")
    assert [chosen(visit, name) for name in ("range", "window", "method")] == ["1y", "120", "spearman"]
    expect(visit.page.get_by_role("switch", name="Stress minus calm")).to_be_checked()
    expect(visit.page.get_by_role("figure", name="Differences of correlations")).to_have_count(1)


def test_days_stepped_through_in_haste_only_lead_back_and_nothing_vanishes(visit: Visit) -> None:
    visit.open("/?asof=2026-02-05")
    visit.page.evaluate(HASTE, 8)
    visit.settle()
    seen = visit.page.evaluate("clearInterval(haste.timer); haste.seen")
    assert len(seen) > 2
    assert seen == sorted(set(seen), reverse=True)
    day = visit.page.locator(".st-key-asof input[type=date]").get_attribute("value")
    assert visit.query == f"asof={day}"


def test_days_stepped_through_in_haste_leave_only_the_day_in_the_link(visit: Visit) -> None:
    visit.open("/macro?asof=2025-10-20")
    visit.page.evaluate(HASTE, 5)
    visit.settle()
    visit.page.evaluate("clearInterval(haste.timer)")
    day = visit.page.locator(".st-key-asof input[type=date]").get_attribute("value")
    assert visit.query == f"asof={day}"


def test_a_link_restores_the_crypto_page(visit: Visit) -> None:
    visit.open("/crypto?range=3m&log=1&zone=BTC:75000-77000&since=2026-01-02")
    assert chosen(visit, "range") == "3m"
    expect(visit.page.get_by_role("switch", name="Log scale")).to_be_checked()
    candles = visit.page.get_by_role("figure", name="Bitcoin, daily candles")
    assert candles.evaluate("chart => chart._fullLayout.yaxis.type") == "log"
    assert "$75K–$77K" in str(candles.get_attribute("aria-label")) + candles.inner_text()
    expect(visit.page.locator(".st-key-card-underwater")).to_contain_text("2 Jan 2026")


def test_a_choice_stands_in_the_address_and_moves_only_what_it_should(visit: Visit) -> None:
    visit.open("/macro")
    visit.page.locator("[class*=st-key-choose-window]").get_by_text("20", exact=True).click()
    visit.wait_for("window=20")
    visit.page.locator("[class*=st-key-choose-method]").get_by_text("spearman").click()
    visit.wait_for("method=spearman")
    assert visit.query == "window=20&method=spearman"
    expect(visit.page.locator(".st-key-card-together .mk-source")).to_contain_text("20 sessions, spearman")
    visit.page.reload()
    visit.settle()
    assert chosen(visit, "window") == "20"


def test_a_hostile_link_is_told_and_harmless(visit: Visit) -> None:
    opened: list[str] = []
    visit.page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))
    zones = "&".join(f"zone=BTC:{60_000 + n}" for n in range(90))
    script = "%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E"
    visit.open(f"/sources?asof={script}&range={script}&window=99999&{zones}")
    notes = [note for note in visit.page.get_by_role("note").all_inner_texts() if note.startswith("“")]
    assert len(notes) == 4
    assert opened == []
    assert visit.foreign == []


def test_an_address_that_is_too_long_is_refused_in_a_sentence(browser: Browser, site: str) -> None:
    with visiting(browser, site) as visit:
        answer = visit.page.goto(f"{site}/sources?{'&zone=BTC:60000-70000' * 500}")
        assert answer is not None
        assert answer.status == 414
        assert visit.page.inner_text("body").strip() == "The address is longer than 2000 characters."


def test_the_json_of_a_page_stands_at_its_moment(visit: Visit, site: str) -> None:
    visit.open("/tech?asof=2026-02-05")
    address = visit.page.locator(".mk-footer").get_by_role("link", name="JSON").get_attribute("href")
    readings = fetch(site, f"/{address}")
    shown = visit.page.locator(".mk-tile", has_text="Nasdaq").first.locator("[data-formula=last]")
    assert float(str(shown.get_attribute("data-value"))) == readings["IXIC"]["last"]["value"] == 22_540.59


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_link_may_ask_for_a_theme(browser: Browser, site: str, theme: str) -> None:
    other = "dark" if theme == "light" else "light"
    with visiting(browser, site, color_scheme=other) as visit:
        visit.open(f"/sources?theme={theme}&asof=2026-02-05")
        ground = visit.page.locator("[data-testid=stApp]").evaluate(
            "app => getComputedStyle(app).backgroundColor"
        )
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) > 384) == (theme == "light")
        expect(badge(visit)).to_have_text("5 Feb 2026 24:00 UTC")


def test_an_embedded_page_has_no_frame_of_controls(visit: Visit) -> None:
    visit.open("/sources?embed=true&asof=2026-02-05")
    expect(badge(visit)).to_have_text("5 Feb 2026 24:00 UTC")
    expect(visit.page.locator(".st-key-asof")).to_have_count(0)
    expect(visit.page.get_by_test_id("stTopNavLink")).to_have_count(0)


def test_two_visitors_do_not_move_each_other(browser: Browser, site: str, visit: Visit) -> None:
    visit.open("/sources?asof=2026-02-05")
    with visiting(browser, site) as other:
        other.open("/sources?asof=2026-01-05")
        step(other, BEFORE)
        other.wait_for("asof=2026-01-02")
    expect(badge(visit)).to_have_text("5 Feb 2026 24:00 UTC")
