"""The table of the largest one-day falls."""

from dataclasses import replace
from datetime import date

import pytest

from analytics.falls import largest_falls, runs
from market.bars import Bars, InProgress, State
from tests.analytics.bars import series
from tests.analytics.recorded import recording


def test_recorded_bitcoin_falls_on_the_fifth_of_february() -> None:
    first, *_rest = largest_falls(recording("2026-02-05")["BTC"])
    assert (first.rank, first.day) == (1, date(2026, 2, 5))
    assert first.change.value == pytest.approx(-14.02, abs=0.005)
    assert first.after.why == "0 of 5 days after it are known."


def test_the_days_after_appear_when_they_are_known() -> None:
    first, *_ = largest_falls(recording("2026-02-10")["BTC"])
    closes = recording("2026-02-10")["BTC"].close
    assert first.after.value == pytest.approx(100 * (closes.iloc[-1] / closes.iloc[-6] - 1))


def in_progress(closes: list[float]) -> Bars:
    """Days of Bitcoin of which the last is not over, and trades on another venue."""
    change = closes[-1] / closes[-2] - 1
    return replace(series("BTC", closes, start="2025-01-02"), in_progress=InProgress("elsewhere", change))


def test_only_what_reaches_the_day_in_progress_is_provisional() -> None:
    first, second, third = largest_falls(in_progress([100.0, 90.0, 95.0, 85.0, 80.0]), after=1)
    assert [fall.day.day for fall in (first, second, third)] == [4, 2, 5]
    states = [(fall.change.state, fall.after.state) for fall in (first, second, third)]
    assert states == [
        (State.FINAL, State.PROVISIONAL),
        (State.FINAL, State.FINAL),
        (State.PROVISIONAL, State.MISSING),
    ]
    assert (first.change.source, third.change.source) == ("test", "test, open bar from elsewhere")
    assert (first.change.flags, third.change.flags) == ((), ("rebased",))


def test_a_run_that_ended_before_the_day_in_progress_is_closed() -> None:
    found = runs(in_progress([100.0, 90.0, 80.0, 95.0, 85.0]))
    assert (found.length.value, found.length.state) == (-1, State.PROVISIONAL)
    assert (found.longest.value, found.longest.state) == (2, State.FINAL)
    assert found.longest_change.source == "test"
    going_on = runs(in_progress([100.0, 90.0, 80.0]))
    assert (going_on.longest.value, going_on.longest.state) == (2, State.PROVISIONAL)


def test_rises_are_not_falls_and_ties_share_a_rank() -> None:
    falls = largest_falls(series("BTC", [100, 50, 100, 50, 60, 54], start="2025-01-02"))
    assert [(fall.rank, fall.day.day) for fall in falls] == [(1, 2), (1, 4), (3, 6)]
    assert largest_falls(series("BTC", [1.0, 2.0])) == ()
    assert largest_falls(series("BTC", [1.0])) == ()


def test_a_fall_opens_to_its_two_closes() -> None:
    (fall,) = largest_falls(series("BTC", [100.0, 90.0]))
    assert fall.change.inputs == (("close", 90.0), ("before", 100.0))
    assert fall.change.n == 1


def test_recorded_nasdaq_fell_three_times_in_a_row_by_the_fifth_of_february() -> None:
    found = runs(recording("2026-02-05")["IXIC"])
    assert found.length.value == -3
    assert [round(move, 2) for move in found.moves] == [-1.43, -1.51, -1.59]
    assert found.change.value == pytest.approx(-4.46, abs=0.005)
    assert [name for name, _ in found.change.inputs] == ["3 Feb 2026", "4 Feb 2026", "5 Feb 2026"]
    assert found.change.formula == "streak_change"


def test_a_rise_ends_a_run_of_falls_and_is_a_run_itself() -> None:
    found = runs(series("IXIC", [100, 90, 81, 72.9, 80.19]))
    assert found.length.value == 1
    assert found.moves == pytest.approx([10.0])
    assert (found.longest.value, found.longest_change.value) == (3, pytest.approx(-27.1))
    assert found.longest_end == date(2025, 1, 7)


def test_of_runs_of_equal_length_the_newest_is_the_longest() -> None:
    found = runs(series("BTC", [100, 90, 80, 90, 80, 70, 75], start="2025-01-02"))
    assert (found.longest.value, found.longest_end) == (2, date(2025, 1, 6))


def test_an_unchanged_close_is_no_run() -> None:
    found = runs(series("BTC", [100.0, 90.0, 90.0]))
    assert (found.length.value, found.moves) == (0, ())
    assert found.change.why == "There is no run: the price did not move."


def test_without_a_fall_there_is_no_longest_run_of_them() -> None:
    found = runs(series("BTC", [100.0, 110.0]))
    assert (found.longest.value, found.longest_end) == (None, None)
    assert found.longest.why == "No close was lower than the one before."
    assert runs(series("BTC", [100.0])).length.why == "There are no returns."
