"""What pages say of dates, clocks and gaps: never more than the prices behind it hold."""

import re

import pytest

from data_sources.settings import SHIPPED_RECORDING
from tests.app.conftest import Play
from tests.app.opening import TALKING, Opened, open_page, words

FIRST_DAY = "2025-01-02"


@pytest.fixture(scope="module", autouse=True)
def recording(play: Play) -> None:
    play(SHIPPED_RECORDING)


def captions(page: Opened, about: str) -> list[str]:
    """The lines under charts that speak of ``about``."""
    lines = [words(block) for block in page.blocks if "mk-source" in block]
    found = [line for line in lines if about in line]
    assert found
    return found


def everything(page: Opened) -> str:
    return words(" ".join(page.blocks))


@pytest.mark.parametrize(("view", "about"), [("overview", "60 sessions"), ("macro", "60 sessions, pearson")])
def test_a_statistic_of_finished_bars_names_no_open_bar(view: str, about: str) -> None:
    for caption in captions(open_page(view), about):
        assert "open bar" not in caption
        assert "15:00 UTC" not in caption


def test_a_ranking_over_two_clocks_says_so() -> None:
    [caption] = captions(open_page("macro"), "so far today")
    assert caption.endswith("Bitcoin: so far today; the others: to their last close")


@pytest.mark.parametrize("view", TALKING)
def test_a_page_with_prices_never_says_that_none_are_known(view: str) -> None:
    page = open_page(view, asof=FIRST_DAY)
    assert "No prices are known" not in page.title


@pytest.mark.parametrize("view", ["overview", "tech", "macro"])
def test_a_common_date_is_not_earlier_than_the_prices(view: str) -> None:
    page = open_page(view, asof="2025-02-03", since="2024-06-03")
    assert "3 Jun 2024" not in everything(page)
    assert re.search(r"(since|on) 2 Jan 2025", everything(page))


def test_a_mean_known_for_less_than_its_side_says_since_when_at_least() -> None:
    page = everything(open_page("tech", asof="2026-02-05"))
    assert "ever since it is known" not in page
    assert "first on record" not in page


def test_the_chart_of_a_level_says_how_far_it_reaches() -> None:
    assert "Closes by the hour since 26 Jan 2026" in everything(open_page("levels"))
    assert "Closes by the day since" in everything(open_page("levels", daily="1"))


def test_without_a_state_the_levels_say_why() -> None:
    assert open_page("levels", asof="2025-01-03").lead == "Too few closes yet to confirm a state."


def test_a_level_of_any_instrument_has_its_tab() -> None:
    page = open_page("levels", zone="ETH:2000-2100", keys="ETH")
    assert not [note for note in page.notes if "does not show" in note]
    assert page.title.startswith("Ether")


def test_a_key_that_a_page_cannot_show_is_said() -> None:
    assert "This page does not show Ether. Bitcoin is shown." in open_page("levels", keys="ETH").notes


def test_the_headline_of_the_episodes_is_the_finding_of_their_table() -> None:
    page = open_page("episodes")
    assert "passes" in page.title
    assert "?" not in page.title
    [best] = re.findall(r"passes (\d of \d)", page.title)
    assert best in everything(page).replace(page.title, "")


def test_an_old_price_in_the_watch_list_shows_its_day() -> None:
    page = open_page("overview", asof="2025-03-05")
    [watched] = [block for block in page.blocks if "Watch list" in block and "mk-table" in block]
    days = re.findall('<span class="mk-day"> (.*?)</span>', watched)
    assert len(days) == watched.count("mk-line")
    assert len(set(days)) > 1


def test_a_card_that_a_page_does_not_have_is_said_and_the_whole_page_shown() -> None:
    page = open_page("overview", card="no-such")
    assert "“card=no-such”: this page has no such card. All of it is shown." in page.notes
    assert not [note for note in open_page("overview", card="falls").notes if "no such card" in note]


def test_a_losing_streak_is_told_with_each_of_its_falls() -> None:
    page = everything(open_page("tech", asof="2026-02-05"))
    assert "Nasdaq3 falls−1.43%, −1.51%, −1.59%−4.5%" in page
    assert re.search(r"Utilities1 rise\+0.05%0.0%7, to 8 Sep 2025: −3.1%", page)


def test_a_long_run_is_told_by_its_newest_moves() -> None:
    page = everything(open_page("tech", asof="2026-01-02"))
    assert re.search(r"Nasdaq5 falls(−\d\.\d\d%, ){4}−\d\.\d\d%", page)


def test_a_fall_of_the_day_in_progress_is_one_so_far() -> None:
    page = everything(open_page("crypto", asof="2026-02-05T19:30Z"))
    assert page.count("5 Feb 2026, so far") == 1
    assert "31 Jan 2026, so far" not in page


def test_a_group_without_prices_is_left_out_of_the_watch_list() -> None:
    page = everything(open_page("overview", asof="2025-01-01"))
    assert "Tech and equities" not in page
    assert "Bitcoin Wed" in page
