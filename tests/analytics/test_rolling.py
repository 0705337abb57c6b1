import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analytics.rolling import CHUNK, rolling_correlation, windows_of
from tests.analytics import oracles, strategies
from tests.analytics.torture import Torture, cases, returns

WINDOW = 60


@pytest.mark.parametrize("case", cases(days=330, assets=8), ids=lambda case: case.name)
def test_stays_exact_through_whatever_the_data_hold(case: Torture):
    found = rolling_correlation(case.x, WINDOW, case.min_periods)
    wanted = oracles.rolling_correlation(case.x, WINDOW, case.min_periods or WINDOW)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(wanted))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12)
    assert np.nanmax(np.abs(found)) <= 1


def test_a_bad_tick_is_gone_when_it_leaves_the_window():
    x = returns(200, 6)
    spoilt = x.copy()
    spoilt[50, 2] = 1e6
    after = 51
    clean, other = rolling_correlation(x, WINDOW), rolling_correlation(spoilt, WINDOW)
    np.testing.assert_array_equal(other[after:], clean[after:])


def test_a_constant_stretch_has_no_correlation_at_any_level():
    x = returns(120, 5)
    x[:, 1] = 0.1
    x[:, 3] = 1e9 / 3
    found = rolling_correlation(x, WINDOW)
    constant = [
        pair for pair, (i, j) in enumerate(zip(*np.triu_indices(5, 1), strict=True)) if {i, j} & {1, 3}
    ]
    assert np.isnan(found[:, constant]).all()
    assert np.isfinite(np.delete(found, constant, axis=1)).all()


def test_agrees_with_pandas_where_that_is_right():
    x = returns(150, 4)
    wide = pd.DataFrame(x).rolling(WINDOW).corr().to_numpy().reshape(len(x), 4, 4)[WINDOW - 1 :]
    first, second = np.triu_indices(4, 1)
    np.testing.assert_allclose(rolling_correlation(x, WINDOW), wide[:, first, second], atol=1e-12)


def test_gives_the_wanted_pairs_in_the_place_given():
    x = returns(100, 6)
    pairs = np.array([0, 0]), np.array([3, 5])
    out = np.empty((len(x) - WINDOW + 1, 2))
    assert rolling_correlation(x, WINDOW, pairs=pairs, out=out) is out
    everything = rolling_correlation(x, WINDOW)
    np.testing.assert_array_equal(out, everything[:, [2, 4]])


def test_a_window_longer_than_the_history_gives_no_rows():
    assert rolling_correlation(returns(59, 4), WINDOW).shape == (0, 6)


def test_asking_for_more_observations_than_the_window_holds_gives_nothing():
    assert np.isnan(rolling_correlation(returns(80, 3), WINDOW, min_periods=61)).all()


@pytest.mark.parametrize("cut", [WINDOW, WINDOW + 1, WINDOW + CHUNK, 150, 151])
def test_a_gap_later_on_does_not_touch_the_windows_before_it(cut: int):
    x = returns(200, 5)
    x[cut:, 2] = np.nan
    early = rolling_correlation(x[:cut], WINDOW, 40)
    np.testing.assert_array_equal(rolling_correlation(x, WINDOW, 40)[: len(early)], early)


@settings(max_examples=40, deadline=None)
@given(pair=strategies.pairs(shortest=8, longest=40))
def test_equals_the_plain_definition(pair: tuple[pd.Series, pd.Series]):
    x = np.column_stack(pair)
    found = rolling_correlation(x, 8, 4)
    np.testing.assert_allclose(found, oracles.rolling_correlation(x, 8, 4), rtol=0, atol=1e-9)


def test_windows_are_a_view():
    x = returns(10, 2)
    assert np.shares_memory(windows_of(x, 4), x)
    assert windows_of(x, 4).shape == (7, 2, 4)
