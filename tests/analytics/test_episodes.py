"""Falls by rule and by name, aligned on their peak, and what followed."""

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.episodes import QUANTILES, Sequel, episodes, falls_by_rule, fan, path_of, sequels
from market import catalogue
from tests.analytics.bars import series
from tests.analytics.recorded import recording

NAMED = catalogue.load().episodes


def prices(*values: float) -> pd.Series:
    return series("IXIC", list(values)).close


# By rule


def test_a_fall_runs_from_the_high_to_the_next_high_of_a_year() -> None:
    (fall,) = falls_by_rule(prices(100, 110, 100, 90, 105, 111, 110), 0.05)
    assert (fall.peak_row, fall.low_row, fall.end_row, fall.recovered_row) == (1, 3, 5, 5)
    assert fall.depth == pytest.approx(90 / 110 - 1)
    assert not fall.is_current


def test_a_fall_shallower_than_the_rule_is_none() -> None:
    assert falls_by_rule(prices(100, 95.1, 101), 0.05) == ()
    assert len(falls_by_rule(prices(100, 95, 101), 0.05)) == 1


def test_an_open_fall_is_current() -> None:
    (fall,) = falls_by_rule(prices(100, 90, 95), 0.05)
    assert (fall.is_current, fall.recovered_row, fall.end_row) == (True, None, 2)


def test_a_high_of_a_year_ends_a_fall_that_has_not_regained_its_peak() -> None:
    (fall,) = falls_by_rule(prices(100, 80, 70, 71, 72, 73), 0.05, year=3)
    assert (fall.low_row, fall.end_row, fall.recovered_row) == (2, 4, None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-0.1, 0.1), min_size=5, max_size=60), st.integers(3, 60))
def test_falls_never_overlap_and_past_ones_stay_as_they_were(moves: list[float], cut: int) -> None:
    close = prices(*(100 * np.cumprod(1 + np.array(moves))))
    falls = falls_by_rule(close, 0.05, year=10)
    assert all(one.end_row <= two.peak_row for one, two in pairwise(falls))
    assert all(fall.depth <= -0.05 and fall.peak_row < fall.low_row <= fall.end_row for fall in falls)
    then = [fall for fall in falls_by_rule(close.iloc[:cut], 0.05, year=10) if not fall.is_current]
    marks = [(fall.peak_row, fall.low_row, fall.end_row) for fall in then]
    assert marks == [(fall.peak_row, fall.low_row, fall.end_row) for fall in falls[: len(then)]]


def test_a_path_starts_at_the_peak_with_one_hundred() -> None:
    close = prices(100, 110, 99, 111)
    (fall,) = falls_by_rule(close, 0.05)
    assert path_of(close, fall).tolist() == pytest.approx([100, 90, 100 * 111 / 110])
    assert len(path_of(close, fall, sessions=1)) == 2


# What followed


def test_fewer_than_eight_past_falls_give_no_percentage() -> None:
    found = episodes("IXIC", recording("2026-02-05"), NAMED)
    assert found.n == 1
    assert all(sequel.quantiles == {} and sequel.n < 8 for sequel in found.sequels)
    assert found.sequels[0].why == "Past falls known at that age: 1. Percentages need 8."


def test_eight_past_falls_give_their_quantiles() -> None:
    cycle = [100.0, 90.0, *np.linspace(91, 102, 30)]
    close = prices(*[value * 1.05**step for step in range(10) for value in cycle])
    past = [fall for fall in falls_by_rule(close, 0.05) if not fall.is_current]
    first, *_rest = sequels(close, past, 1)
    assert first.n >= 8
    assert list(first.quantiles) == [0.10, 0.25, 0.50, 0.75, 0.90]
    assert sorted(first.quantiles.values()) == list(first.quantiles.values())
    assert sequels(close, past, None) == ()


def test_what_became_a_fall_only_later_does_not_tell_what_follows_a_fall() -> None:
    """Ten dips of 2% that went on to fall by 20% were no falls on their first day."""
    cycle = [100.0, 98.0, *np.linspace(97, 80, 20), *np.linspace(81, 102, 40)]
    close = prices(*[value * 1.02**step for step in range(10) for value in cycle])
    past = [fall for fall in falls_by_rule(close, 0.05) if not fall.is_current]
    assert len(past) >= 8
    assert {each.n for each in sequels(close, past, 1)} == {0}
    assert sequels(close, past, 5)[0].n >= 8


def test_the_present_fall_is_never_among_those_that_tell_what_followed() -> None:
    found = episodes("IXIC", recording("2026-02-05"), NAMED)
    assert found.current is not None
    assert found.current.key not in {each.key for each in found.alike}
    assert found.n == len(found.falls) - 1


# The page


def test_recorded_falls_of_the_nasdaq() -> None:
    found = episodes("IXIC", recording("2026-03-06"), NAMED)
    spring, now = found.falls
    assert (spring.peak_day, spring.low_day) == (date(2025, 2, 19), date(2025, 4, 8))
    assert spring.depth.value == pytest.approx(-23.87, abs=0.005)
    assert spring.recovery_days.value == 79
    assert spring.beta.value == pytest.approx(0.50, abs=0.005)
    assert spring.beta.n >= 20
    assert now.is_current
    assert now.recovery_days.why == "The peak has not been regained."
    assert now.beta.why == "The fall took 16 sessions; 20 are needed."


def test_named_episodes_carry_their_citation_and_those_before_the_history_are_said() -> None:
    found = episodes("IXIC", recording("2026-03-06"), NAMED)
    assert [each.key for each in found.named] == ["2025-04", "2025-10", "2026-02"]
    assert all(each.cite.startswith("https://") for each in found.named)
    assert found.missing == ("Pandemic", "Crypto lenders", "FTX", "Yen carry trade")
    rout = found.named[-1]
    assert (rout.peak_day, rout.low_day) == (date(2026, 1, 28), date(2026, 2, 5))


@pytest.mark.parametrize("day", ["2026-02-02", "2026-02-04"])
def test_before_an_episode_is_over_it_has_no_name(day: str) -> None:
    found = episodes("IXIC", recording(day), NAMED)
    assert "Tech rout" not in {*found.missing, *(each.name for each in found.named)}
    assert "Pandemic" in found.missing
    assert "Tech rout" in {each.name for each in episodes("IXIC", recording("2026-02-05"), NAMED).named}


def test_missing_and_impossible_prices_are_said() -> None:
    assert episodes("IXIC", {}, NAMED).why == "There are no prices of Nasdaq Composite."
    assert episodes("WTI", {"WTI": series("WTI", [18.0, -37.0])}).why == "A price is not positive."
    alone = episodes("IXIC", {"IXIC": recording("2026-02-05")["IXIC"]})
    assert alone.falls[0].beta.why == "There are no prices of Bitcoin and the Nasdaq together."


def test_the_catalogue_names_seven_episodes_in_order() -> None:
    keys = [each.key for each in NAMED]
    assert keys == ["2020-03", "2022-06", "2022-11", "2024-08", "2025-04", "2025-10", "2026-02"]
    assert all(each.end is None or each.start <= each.end for each in NAMED)


# The fan


def sequel(ahead: int, *quantiles: float) -> Sequel:
    told = dict(zip(QUANTILES, quantiles, strict=False))
    return Sequel(ahead, told, 9 if told else 3, None if told else "too few")


def test_the_fan_starts_at_the_newest_close_and_has_a_point_for_each_stretch_that_is_told() -> None:
    bars = series("IXIC", [100, 90, 80])
    found = fan((sequel(20, -10, -5, 0, 5, 10), sequel(40), sequel(60, -20, -10, 5, 10, 30)), bars)
    assert list(found) == list(QUANTILES)
    assert found[0.1].tolist() == pytest.approx([80, 72, 64])
    assert found[0.5].tolist() == pytest.approx([80, 80, 84])
    assert found[0.5].index[0] == bars.as_of
    assert found[0.5].index.is_monotonic_increasing


def test_a_fan_of_too_few_falls_is_empty() -> None:
    assert fan((sequel(20), sequel(40)), series("IXIC", [100, 90, 80])) == {}
