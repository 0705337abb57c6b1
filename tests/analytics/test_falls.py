"""The table of the largest one-day falls."""

from datetime import date

import pytest

from analytics.falls import largest_falls
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


def test_rises_are_not_falls_and_ties_keep_their_order() -> None:
    falls = largest_falls(series("BTC", [100, 50, 100, 50, 60, 54], start="2025-01-02"))
    assert [(fall.rank, fall.day.day) for fall in falls] == [(1, 2), (2, 4), (3, 6)]
    assert largest_falls(series("BTC", [1.0, 2.0])) == ()
    assert largest_falls(series("BTC", [1.0])) == ()


def test_a_fall_opens_to_its_two_closes() -> None:
    (fall,) = largest_falls(series("BTC", [100.0, 90.0]))
    assert fall.change.inputs == (("close", 90.0), ("before", 100.0))
    assert fall.change.n == 1
