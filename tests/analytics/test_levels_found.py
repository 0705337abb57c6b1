"""Levels found: the published vectors, and that nothing is known before it could be."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.levels_found import (
    Leg,
    Reason,
    average_levels,
    crossed,
    find_levels,
    found_number,
    newest_fall,
    retracements,
    round_levels,
    round_step,
    strength_unit,
    swing_levels,
    swing_places,
    volume_levels,
    volume_profile,
)
from market.bars import Bars
from tests.analytics.recorded import recording
from tests.analytics.test_zones import btc

LEG = Leg("the fall from the record", 126_198.07, 60_074.20)


def test_a_swing_high_is_the_largest_of_its_neighbours() -> None:
    highs = np.array([1.0, 3, 2, 5, 4, 4, 6])
    assert [highs[place] for place in swing_places(highs, k=1)] == [3, 5]


def test_the_first_bar_of_a_plateau_is_the_swing() -> None:
    assert swing_places(np.array([1.0, 4, 4, 1, 0]), k=1) == [1]


def test_a_swing_is_known_only_k_bars_later() -> None:
    peak = [100.0] * 20 + [101, 102, 103, 104, 110, 104, 103, 102, 101, 100]
    closes = [price + 0.001 * place for place, price in enumerate(peak)]
    for seen in range(20, 31):
        tops = [each for each in swing_levels(btc(closes[:seen])) if each.reason is Reason.SWING_HIGH]
        assert bool(tops) == (seen >= 30)
    (top,) = (each for each in swing_levels(btc(closes)) if each.reason is Reason.SWING_HIGH)
    assert top.known_at is not None
    assert top.formed is not None
    assert top.known_at - top.formed == timedelta(days=5)
    assert top.why == "A swing high of 25 Jan 2026."


def test_close_turning_points_are_one_level_and_count_by_their_recency() -> None:
    wave = [100.0, 104, 108, 110, 108, 104] * 8
    levels = swing_levels(btc(wave, spread=0.5), k=2)
    (top,) = (each for each in levels if each.price > 110)
    assert top.price == pytest.approx(110.5)
    assert top.why.startswith("8 turning points since")
    assert top.strength is not None
    assert 6 < top.strength < 8


def test_retracements_of_the_published_leg() -> None:
    found = [level.price for level in retracements(LEG)]
    assert found == pytest.approx([75679.43, 85333.52, 93136.13, 100938.75, 112047.56], abs=0.02)
    assert retracements(LEG)[0].why == "23.6% of the fall from the record given back: a convention."


@pytest.mark.parametrize(
    ("price", "step"),
    [(70_000, 2_000), (22_000, 1_000), (20, 1), (110_000, 5_000), (0.09, 0.002), (1.0, 0.05)],
)
def test_round_numbers_stand_two_to_five_percent_apart(price: float, step: float) -> None:
    assert round_step(price) == pytest.approx(step)


def test_round_numbers_lie_around_the_price() -> None:
    assert [level.price for level in round_levels(70_000, 0.04)] == [68_000, 70_000, 72_000]
    assert round_levels(-37.6) == ()


def test_volume_is_spread_and_adds_up() -> None:
    bars = btc([100.0, 104.0], spread=2)
    bars.frame["volume"] = [40.0, 20.0]
    edges, traded = volume_profile(bars.frame, 2)
    assert edges.tolist() == [98, 100, 102, 104, 106]
    assert traded.tolist() == [20, 20, 10, 10]


@given(st.lists(st.tuples(st.floats(50, 150), st.floats(0, 20), st.floats(0, 1e6)), min_size=1, max_size=30))
def test_no_volume_is_lost_between_bins(drawn: list[tuple[float, float, float]]) -> None:
    bars = btc([price for price, _, _ in drawn])
    bars.frame["low"] = [price - span for price, span, _ in drawn]
    bars.frame["high"] = [price + span for price, span, _ in drawn]
    bars.frame["volume"] = [volume for _, _, volume in drawn]
    _, traded = volume_profile(bars.frame, 1.0)
    assert traded.sum() == pytest.approx(sum(volume for _, _, volume in drawn))
    assert (traded >= -1e-6).all()


def test_the_most_traded_price_lies_in_its_value_area() -> None:
    found = {level.reason: level for level in volume_levels(recording()["BTC"])}
    low, most, high = (
        found[each].price for each in (Reason.VALUE_LOW, Reason.MOST_TRADED, Reason.VALUE_HIGH)
    )
    assert low < most < high
    assert all(level.strength for level in found.values())


def test_volume_that_is_not_published_gives_no_levels() -> None:
    assert volume_levels(recording()["IXIC"]) == ()


def test_averages_wait_for_enough_closes_and_tell_their_slope() -> None:
    rising = [float(100 + day) for day in range(60)]
    (fifty,) = average_levels(btc(rising))
    assert fifty.price == pytest.approx(np.mean(rising[-50:]))
    assert fifty.why == "The mean of the last 50 closes, rising."


def test_the_last_cross_of_two_averages() -> None:
    closes = [*range(100, 200), *range(200, 100, -1)]
    moment, side = crossed(btc([float(each) for each in closes]), 5, 20) or (None, "")
    assert side == "below"
    assert moment is not None
    assert crossed(btc([1.0] * 300)) is None


def test_levels_are_found_lowest_first_with_a_reason_each() -> None:
    bars = recording("2026-02-07")["BTC"]
    found = find_levels(bars, legs=(LEG,))
    assert all(low.price <= high.price for low, high in pairwise(found))
    assert all(level.why.endswith(".") for level in found)
    assert {level.reason for level in found} == set(Reason)


def test_the_newest_fall_runs_from_the_highest_high_to_the_lowest_low_after_it() -> None:
    fall = newest_fall(recording("2026-02-07")["BTC"])
    assert fall is not None
    assert (fall.name, fall.start, fall.end) == ("the fall from 6 Oct 2025 to 6 Feb 2026", 126_200, 60_000)
    assert fall.known_at == datetime(2026, 2, 7, tzinfo=UTC)
    a_day_before = newest_fall(recording("2026-02-05")["BTC"])
    assert a_day_before is not None
    assert a_day_before.end > 62_000


@pytest.mark.parametrize("closes", [[100.0], [100.0, 120.0], [100.0, 91.0]])
def test_what_did_not_fall_by_a_tenth_has_no_fall(closes: list[float]) -> None:
    assert newest_fall(btc(closes)) is None


def test_a_leg_is_not_used_before_it_was_known() -> None:
    later = Leg("a later fall", 100.0, 50.0, datetime(2026, 2, 20, tzinfo=UTC))
    assert not any(
        level.reason is Reason.RETRACEMENT
        for level in find_levels(recording("2026-02-07")["BTC"], legs=(later,))
    )


@pytest.mark.parametrize("asof", ["2025-01-03", "2025-01-10", "2025-06-30", "2026-02-05"])
def test_no_level_is_known_after_the_moment_it_is_drawn_at(asof: str) -> None:
    for bars in (recording(asof)["BTC"], recording(asof)["IXIC"]):
        for level in find_levels(bars):
            assert level.known_at is None or level.known_at <= bars.as_of
            age = level.age(bars.as_of)
            assert age is None or age >= timedelta(0)


def test_a_number_of_a_level_tells_its_reason_and_its_days() -> None:
    bars = recording("2026-02-07")["BTC"]
    swing = next(each for each in find_levels(bars) if each.reason is Reason.SWING_LOW)
    found = found_number(swing, bars, swing.price, "USD")
    assert (found.value, found.formula, found.n) == (swing.price, "found_level", len(bars))
    assert [name for name, _ in found.inputs] == ["reason", "first bar", "known since"]
    assert strength_unit(swing) == "turning points"


def holed(closes: list[float], *places: int) -> Bars:
    """Bars with days of which nothing is known."""
    bars = btc(closes, spread=0.5)
    bars.frame.iloc[list(places)] = np.nan
    return bars


def test_a_turning_point_needs_all_the_bars_around_it() -> None:
    peak = [*np.linspace(100, 109, 10), 110.0, *np.linspace(109, 100, 10)]
    assert [each.reason for each in swing_levels(holed(peak))] == [Reason.SWING_HIGH]
    assert swing_levels(holed(peak, 8)) == ()


def test_a_mean_over_a_missing_close_says_how_many_it_is_of() -> None:
    (fifty,) = average_levels(holed([100.0] * 30 + [102.0] * 29 + [101.0], 40))
    assert fifty.why.startswith("The mean of the 49 known of the last 50 closes, ")
    assert fifty.price == pytest.approx((20 * 100 + 28 * 102 + 101) / 49)


def test_the_newest_fall_steps_over_a_missing_day() -> None:
    fall = newest_fall(holed([100.0, 90.0, 80.0, 70.0, 75.0, 74.0], 2))
    assert fall is not None
    assert (fall.start, fall.end) == (100.5, 69.5)
