"""What the scoreboard shows: the fall it judges, and each test by the number that is tested."""

from analytics.rebound import ASSETS, Scoreboard, scoreboard
from app.present.rebound import board_table, rates_table, say_lows
from tests.analytics.recorded import recording


def boards(day: str) -> list[Scoreboard]:
    known = recording(day)
    return [scoreboard(key, known) for key in ASSETS]


def test_the_fall_that_is_judged_comes_first_with_its_days() -> None:
    judged = boards("2026-02-06")
    table = str(rates_table(judged))
    assert table.index("High of the fall") < table.index("Its low") < table.index("Tests passed")
    assert "22,541 on 5 Feb 2026" in table
    assert "Nasdaq Composite 5 Feb 2026" in say_lows(judged)


def test_a_share_has_no_sign_and_a_percentile_says_of_what() -> None:
    table = str(board_table(boards("2026-02-06")))
    assert "fail · 37.3%" in table
    assert "+37.3%" not in table
    assert "percentile of the dollar’s 20-session moves" in table


def test_nothing_to_judge_is_no_count() -> None:
    judged = [scoreboard(key, {}) for key in ASSETS]
    assert "0 of 0" not in str(rates_table(judged))
    assert say_lows(judged) == ""
