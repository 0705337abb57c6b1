"""Bounces, day 0, base rates and the random-walk null."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.bounces import (
    CRYPTO,
    EXCHANGE,
    BounceRule,
    base_rate,
    bounces,
    day_zero,
    latest_low,
    new_low_probability,
    new_low_probability_at_closes,
    random_walk_null,
    rule_for,
    track_record,
)
from analytics.quantiles import wilson_interval
from tests.analytics.bars import series
from tests.analytics.recorded import recording
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}


def closes(*stretches: tuple[int, float, float]) -> pd.Series:
    """Straight stretches of (rows, from, to), joined."""
    values = np.concatenate([np.linspace(start, end, rows) for rows, start, end in stretches])
    return series("IXIC", list(values)).close


FALL_AND_BOUNCE = ((40, 100, 110), (10, 109, 99), (3, 100, 103))


def test_the_null_and_the_interval_match_the_vectors() -> None:
    null, wilson = BY_KEY["9.3"], BY_KEY["9.2"]
    given_ = null.given
    chance = new_low_probability(given_["log_distance"], given_["sigma"], given_["days"])
    assert chance == pytest.approx(null.expect, abs=null.tolerance)
    interval = wilson_interval(wilson.given["k"], wilson.given["n"])
    assert list(interval) == pytest.approx(wilson.expect, abs=wilson.tolerance)


def falls_below(distance: float, sessions: int) -> float:
    """The chance that a walk of normal steps of size 1 is below zero at one of its steps, by integration."""
    width = 0.02
    at = np.arange(width / 2, distance + 8 * sessions**0.5, width)
    step = np.exp(-((at[:, None] - at) ** 2) / 2) / np.sqrt(2 * np.pi) * width
    alive = np.exp(-((at - distance) ** 2) / 2) / np.sqrt(2 * np.pi) * width
    for _ in range(sessions - 1):
        alive = step @ alive
    return float(1 - alive.sum())


@pytest.mark.parametrize(
    ("distance", "within"), [(0.0, 0.013), (0.5, 0.004), (1.0, 0.001), (3.0, 0.001), (8.0, 0.001)]
)
def test_the_null_is_that_of_a_walk_seen_at_closes(distance: float, within: float) -> None:
    exact = falls_below(distance, 60)
    assert new_low_probability_at_closes(0.012 * distance, 0.012, 60) == pytest.approx(exact, abs=within)
    assert new_low_probability(0.012 * distance, 0.012, 60) > exact + 0.01


def test_the_null_of_the_nasdaq_in_february() -> None:
    close = recording("2026-02-06")["IXIC"].close
    chance = random_walk_null(close, 22_540.59)
    assert chance.value == pytest.approx(0.726, abs=0.001)


def test_a_missing_close_counts_as_its_session() -> None:
    whole = closes(*FALL_AND_BOUNCE, (70, 104, 104))
    gone = whole.copy()
    gone.iloc[[20, 60]] = np.nan
    (found,), (holed,) = bounces(whole, EXCHANGE), bounces(gone, EXCHANGE)
    assert (holed.low_row, holed.confirmed_row, holed.high) == (
        found.low_row,
        found.confirmed_row,
        found.high,
    )
    # It may have been lower: the bounce is not among those whose 65 sessions are known.
    assert (found.settled, holed.settled) == (True, False)
    start = day_zero(gone, EXCHANGE)
    assert (start is None) == (day_zero(whole, EXCHANGE) is None)


def test_a_bounce_needs_a_fall_a_fresh_low_and_a_rise() -> None:
    (found,) = bounces(closes(*FALL_AND_BOUNCE), EXCHANGE)
    assert (found.low.price, found.high.price) == (99, 110)
    assert found.low_row == 49
    assert (found.broken_row, found.settled) == (None, False)
    too_shallow = ((40, 100, 110), (10, 109, 106), (3, 107, 110))
    too_late = ((40, 100, 110), (10, 109, 99), (8, 99.1, 99.9), (2, 102, 103))
    too_weak = ((40, 100, 110), (10, 109, 99), (3, 99.5, 100.9))
    for shape in (too_shallow, too_late, too_weak):
        assert bounces(closes(*shape), EXCHANGE) == ()


def test_a_new_low_within_the_horizon_breaks_a_bounce_and_settles_it_at_its_end() -> None:
    (found,) = bounces(closes(*FALL_AND_BOUNCE, (1, 98, 98), (70, 99, 99)), EXCHANGE)
    assert (found.broken_row, found.settled) == (53, True)
    (held,) = bounces(closes(*FALL_AND_BOUNCE, (62, 104, 104), (5, 98, 98)), EXCHANGE)
    assert (held.broken_row, held.settled) == (None, True)


def test_recorded_day_zero_of_each_asset() -> None:
    def start(key: str, day: str) -> tuple[date, bool]:
        bars = recording(day)[key]
        found = day_zero(bars.close, rule_for(bars))
        assert found is not None
        return (found.low.at - timedelta(microseconds=1)).date(), found.bounced

    assert start("IXIC", "2026-02-05") == (date(2026, 2, 5), False)
    assert start("IXIC", "2026-02-06") == (date(2026, 2, 5), True)
    assert start("BTC", "2026-02-06") == (date(2026, 2, 5), True)
    # undercut on 3 March, and still the low that the recovery is measured from
    assert start("IXIC", "2026-03-06") == (date(2026, 2, 5), True)
    # the S&P 500 fell by too little in February to begin a new count
    assert start("GSPC", "2026-02-06") == (date(2025, 11, 20), True)


def test_a_series_that_never_fell_or_is_too_short_has_no_day_zero() -> None:
    assert day_zero(closes((10, 100, 110)), EXCHANGE) is None
    assert latest_low(pd.Series(dtype=float), EXCHANGE) is None
    assert latest_low(series("IXIC", [1.0]).close, EXCHANGE) is None


def test_a_low_that_no_fall_led_to_is_no_day_zero() -> None:
    """The Nasdaq of July 2025: the lowest close of 20 stood above every close of the 63 before it."""
    rising = closes((10, 100, 110), (30, 110, 140))
    assert latest_low(rising, EXCHANGE) is None
    assert day_zero(rising, EXCHANGE) is None
    close = recording("2025-07-22")["IXIC"].close
    assert day_zero(close, EXCHANGE) is None


def test_few_outcomes_are_a_count_and_no_percentage() -> None:
    rate = base_rate(bounces(recording()["IXIC"].close, EXCHANGE))
    assert (rate.failed, rate.settled, rate.pending) == (1, 3, 2)
    assert rate.share.why == "Insufficient history: 1 of 3 made a new low; 20 are needed."


def test_enough_outcomes_are_a_share_with_its_interval() -> None:
    cycle = (*FALL_AND_BOUNCE, (1, 98, 98), (70, 99, 99))
    many = bounces(closes(*cycle * 20), EXCHANGE)
    rate = base_rate(many)
    assert rate.settled >= 20
    assert rate.share.value == pytest.approx(rate.failed / rate.settled)
    assert rate.share.low is not None
    assert rate.share.high is not None
    assert rate.share.low < rate.share.value <= rate.share.high + 1e-12


def test_the_null_says_why_it_is_missing() -> None:
    flat = closes((70, 100, 100))
    assert random_walk_null(flat, 100).why == "The price does not move."
    assert random_walk_null(closes((30, 100, 90)), 80).why == "Only 29 of 60 returns are known."
    falling = closes((70, 100, 90.0))
    assert random_walk_null(falling, 95).why == "The price is below the low already."
    for bad in ((-0.1, 0.01, 60), (0.1, 0.0, 60), (0.1, 0.01, 0)):
        with pytest.raises(ValueError, match="a walk needs"):
            new_low_probability(*bad)


def test_the_track_record_holds_failures_and_what_is_still_open() -> None:
    spring, april, *_rest, february = track_record(recording("2026-03-06")["IXIC"])
    assert (spring.low_day, spring.broken_day) == (date(2025, 3, 13), date(2025, 3, 31))
    assert (april.low_day, april.broken_day, april.settled) == (date(2025, 4, 8), None, True)
    assert set(april.changes) == {20, 60, 120}
    assert (february.broken_day, set(february.changes)) == (date(2026, 3, 3), set())
    open_one = track_record(recording("2026-02-13")["IXIC"])[-1]
    assert (open_one.broken_day, open_one.settled) == (None, False)


def test_crypto_days_and_sessions_have_their_own_rule() -> None:
    assert rule_for(recording()["BTC"]) is CRYPTO
    assert rule_for(recording()["IXIC"]) is EXCHANGE


SMALL = BounceRule(depth=0.05, rise=0.02, lookback=8, low_window=5, freshness=3, refractory=3, horizon=10)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.05, 0.05), min_size=20, max_size=60), st.data())
def test_a_bounce_once_found_stays_found(moves: list[float], data: st.DataObject) -> None:
    close = series("IXIC", list(100 * np.cumprod(1 + np.array(moves)))).close
    cut = data.draw(st.integers(2, len(close)))
    then = bounces(close.iloc[:cut], SMALL)
    later = [each for each in bounces(close, SMALL) if each.confirmed_row < cut]
    same = [(each.low, each.high, each.confirmed_row) for each in then]
    assert same == [(each.low, each.high, each.confirmed_row) for each in later]
    assert all(each.high.price > each.low.price for each in then)
