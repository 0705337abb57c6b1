"""Official gauges: each in its own unit, against its own history."""

import pytest

from analytics.gauges import gauge, unknown
from market import catalogue
from market.bars import State
from tests.analytics.bars import series

KNOWN = catalogue.load()


def test_an_index_around_zero_changes_in_points() -> None:
    found = gauge(series("OFR_FSI", [-1.5, 0.5, -1.93]))
    assert (found.value.value, found.value.unit) == (-1.93, "points")
    assert (found.change.value, found.change.unit) == (pytest.approx(-2.43), "points")


def test_a_spread_changes_in_basis_points_and_the_dollar_in_percent() -> None:
    spread, dollar = gauge(series("HY_OAS", [2.97, 3.05])), gauge(series("BROAD_DOLLAR", [120.0, 121.2]))
    assert (spread.change.value, spread.change.unit) == (pytest.approx(8), "bp")
    assert (dollar.change.value, dollar.change.unit) == (pytest.approx(1), "percent")


def test_the_percentile_is_of_the_whole_history_and_says_how_long_that_is() -> None:
    place = gauge(series("STLFSI", [float(n) for n in range(400)])).percentile
    assert (place.value, place.n) == (pytest.approx(100 * 399.5 / 400), 400)


def test_a_short_history_has_no_percentile_and_one_value_no_change() -> None:
    found = gauge(series("HY_OAS", [2.97]))
    assert found.value.value == 2.97
    assert (found.change.value, found.change.why) == (None, "There is one value only.")
    assert found.percentile.value is None
    assert found.percentile.why == "1 of 60 observations are known."


@pytest.mark.parametrize("key", ["OFR_FSI", "STLFSI", "HY_OAS", "BROAD_DOLLAR"])
def test_a_gauge_without_values_is_missing_in_the_units_it_would_have(key: str) -> None:
    here, away = gauge(series(key, [1.0, 1.1])), unknown(KNOWN[key], "It did not answer.")
    for name in ("value", "change", "percentile"):
        there, gone = getattr(here, name), getattr(away, name)
        assert (gone.value, gone.state, gone.why) == (None, State.MISSING, "It did not answer.")
        assert (gone.unit, gone.formula) == (there.unit, there.formula)
