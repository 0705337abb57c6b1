from datetime import UTC, date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analytics import correlation
from analytics.alignment import align
from market.bars import Bars
from market.calendars import session_closes
from market.instruments import Interval
from tests.analytics import oracles, strategies
from tests.analytics.recorded import recording
from tests.analytics.strategies import bars, daily

Pair = tuple[pd.Series, pd.Series]


@settings(max_examples=80, deadline=None)
@given(pair=strategies.pairs())
def test_the_estimators_are_the_textbook_ones(pair: Pair):
    x, y = (side.to_numpy() for side in pair)
    wanted = oracles.correlation(x, y)
    np.testing.assert_allclose(correlation.pearson(x, y), wanted, rtol=0, atol=1e-9)
    x, y = correlation.joint(x, y)
    if np.isnan(wanted):
        assert np.isnan(correlation.spearman(x, y))
        assert np.isnan(correlation.kendall(x, y))
    else:
        assert correlation.spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-9)
        assert correlation.kendall(x, y) == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(pair=strategies.pairs(shortest=8), method=st.sampled_from(list(correlation.Method)))
def test_a_correlation_has_no_side_and_no_scale(pair: Pair, method: correlation.Method):
    x, y = pair
    there, back = (correlation.correlate(a, b, 8, method) for a, b in ((x, y), (y, x)))
    assert there.value == pytest.approx(back.value)
    scaled = correlation.correlate(4 * x, -y / 8, 8, method)
    assert (there.value is None) == (scaled.value is None)
    if there.value is not None and scaled.value is not None:
        assert scaled.value == pytest.approx(-there.value, abs=1e-12)
        assert there.low is not None and there.high is not None
        assert there.low <= there.value <= there.high


def test_kurtosis_widens_the_interval_of_fat_tails():
    noise = np.random.default_rng(1)
    thin, fat = noise.normal(size=(2, 4000)), noise.standard_t(4, size=(2, 4000))
    fat *= np.sqrt(1 + noise.exponential(size=4000))
    assert correlation.mardia_kappa(*thin) < 0.1
    assert correlation.mardia_kappa(*fat) > 0.5


def test_mardia_s_kurtosis_is_the_mean_fourth_power_of_distance():
    x = np.random.default_rng(2).standard_t(5, size=(60, 2))
    gap = x - x.mean(axis=0)
    distance = np.einsum("ij,jk,ik->i", gap, np.linalg.inv(np.cov(x.T, ddof=0)), gap)
    wanted = max(0, (distance**2).mean() / 8 - 1) * 61 / 59
    assert correlation.mardia_kappa(x[:, 0], x[:, 1]) == pytest.approx(wanted)


@pytest.mark.parametrize(("method", "least"), [("pearson", 0.87), ("spearman", 0.90), ("kendall", 0.90)])
def test_the_intervals_cover_what_they_say_under_fat_tails(method: str, least: float):
    noise = np.random.default_rng(3)
    rho, runs, n = 0.5, 400, 60
    truth = {"pearson": rho, "spearman": 0.468, "kendall": 2 / np.pi * np.arcsin(rho)}[method]
    scale = np.sqrt(noise.chisquare(4, size=(runs, n)) / 4)
    z = noise.normal(size=(2, runs, n))
    x, y = z[0] / scale, (rho * z[0] + np.sqrt(1 - rho**2) * z[1]) / scale
    hits = 0
    for row in range(runs):
        found = correlation.correlate(daily(x[row]), daily(y[row]), n, method)
        assert found.low is not None and found.high is not None
        hits += found.low <= truth <= found.high
    assert hits / runs >= least


@pytest.mark.parametrize("window", [5, 10, 24])
def test_a_short_window_is_answered_and_says_that_it_knows_little(window: int):
    noise = np.random.default_rng(4)
    found = correlation.correlate(daily(noise.normal(size=30)), daily(noise.normal(size=30)), window)
    assert found.n == window
    assert correlation.INDISTINCT in found.flags


@pytest.mark.parametrize(("window", "needed"), [(4, 4), (5, 4), (20, 16), (25, 20), (60, 48), (252, 202)])
def test_how_many_joint_observations_a_window_needs(window: int, needed: int):
    assert correlation.fewest_joint(window) == needed


@pytest.mark.parametrize("method", list(correlation.Method))
def test_bad_input_is_missing_and_says_why(method: correlation.Method):
    noise = daily(np.random.default_rng(5).normal(size=70))
    holed = noise.copy()
    holed.iloc[-30:] = np.nan
    cases = {
        "The history holds 70 of 99999 sessions.": (noise, noise, 99999),
        "Only 30 of 60 observations are joint; 48 are needed.": (noise, holed, 60),
        "Only 0 of 60 observations are joint; 48 are needed.": (noise, noise * np.nan, 60),
        "One of the two does not vary in this window.": (noise, daily([0.1] * 70), 60),
        "The history holds 0 of 60 sessions.": (noise[:0], noise[:0], 60),
    }
    for why, (x, y, window) in cases.items():
        found = correlation.correlate(x, y, window, method)
        assert found.value is None
        assert found.why == why
        assert np.isnan(correlation.rolling_correlate(x, y, window, method)["value"]).all()
        square = correlation.correlation_matrix(pd.DataFrame({"x": x, "y": y}), window, method)
        assert square.cell("x", "y").why == why


def test_a_perfect_correlation_has_no_width():
    x = daily(range(30))
    found = correlation.correlate(x, x, 30)
    assert (found.value, found.low, found.high) == (1, 1, 1)


def test_a_matrix_is_symmetric_with_ones_where_a_series_varies():
    noise = np.random.default_rng(6).normal(size=(80, 3))
    moves = pd.DataFrame(noise, columns=list("abc"), index=daily(range(80)).index)
    moves["still"] = 0.1
    found = correlation.correlation_matrix(moves, 60)
    np.testing.assert_array_equal(found.value, found.value.T)
    np.testing.assert_array_equal(np.diag(found.value), [1, 1, 1, np.nan])
    assert (found.n == 60).all()
    assert found.cell("a", "a").value == 1
    assert found.cell("a", "still").value is None


def test_an_exponential_correlation_starts_from_its_first_sixty_days():
    noise = np.random.default_rng(7).normal(size=(100, 2))
    x, y = daily(noise[:, 0]), daily(noise[:, 1])
    found = correlation.ewma_correlation(x, y)
    assert found.iloc[:60].isna().all()
    state = (noise[:60, [0, 1, 0]] * noise[:60, [0, 1, 1]]).mean(axis=0)
    for row in noise[60:]:
        state = 0.94 * state + 0.06 * np.array([row[0] ** 2, row[1] ** 2, row[0] * row[1]])
    assert found.iloc[-1] == pytest.approx(state[2] / np.sqrt(state[0] * state[1]))
    assert correlation.ewma_correlation(x[:50], y[:50]).isna().all()


def test_bitcoin_and_the_nasdaq_in_february_as_published():
    known = recording("2026-02-05")
    for market in ("IXIC", "GSPC", "NDX"):
        pair = align([known["BTC"], known[market]])
        found = correlation.correlate(pair["BTC"], pair[market], 60)
        assert found.value is not None
        assert 0.495 < found.value < 0.575
        assert pair.flags(60) == ("async_3h", "async_6h")
    five = correlation.correlate(pair["BTC"], pair[market], 5)
    assert five.flags == (correlation.INDISTINCT,)


def test_an_interval_of_kendall_s_tau():
    low, high = correlation.kendall_interval(0.3, 60)
    half = 1.959964 * np.sqrt(0.437 / 56)
    assert (low, high) == pytest.approx(tuple(np.tanh(np.arctanh(0.3) + np.array([-half, half]))))
    assert correlation.kendall_interval(0.3, 4) == (-1, 1)


def test_a_matrix_in_another_order_says_the_same():
    moves = pd.DataFrame(np.random.default_rng(8).normal(size=(80, 3)), columns=list("abc"))
    found = correlation.correlation_matrix(moves, 60)
    turned = found.ordered([2, 0, 1])
    assert turned.keys == ("c", "a", "b")
    assert turned.cell("a", "b") == found.cell("a", "b")
    assert turned.cells[0][2] == found.cell("c", "b")


# One pair, one number


def _hours_of(key: str, days: int) -> dict[str, Bars]:
    """Made-up hours of a coin at the New York closes of the last ``days`` calendar days of the recording."""
    closes = session_closes(date(2026, 3, 6) - timedelta(days), date(2026, 3, 6))
    prices = 100 * np.exp(np.random.default_rng(len(key) + days).normal(0, 0.03, len(closes)).cumsum())
    series = pd.Series(prices, index=pd.DatetimeIndex(closes).tz_convert(UTC))
    return {key: bars(recording()[key].instrument, series, Interval.HOUR)}


HOURS = _hours_of("BTC", 45) | _hours_of("ETH", 20)
MIXED = ("BTC", "ETH", "SOL", "IXIC", "DXY", "US10Y", "GLD", "IBIT", "VIX")
CUT_SHORT = {"SOL": "2026-02-27", "GLD": "2026-03-03", "IBIT": "2026-03-05"}


@cache
def _mixed() -> dict[str, Bars]:
    """Series that end on different days, coins with hours and without."""
    return {key: recording(CUT_SHORT.get(key, "2026-03-06"))[key] for key in MIXED}


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(MIXED), min_size=2, max_size=9, unique=True),
    st.sampled_from([5, 20, 60, 252, 400]),
    st.sampled_from(["pearson", "spearman"]),
)
def test_a_pair_has_one_number_whoever_else_is_asked_for(keys: list[str], window: int, method: str) -> None:
    known = _mixed()
    aligned = align([known[key] for key in keys], HOURS)
    found = correlation.correlation_matrix(aligned, window, method)
    for first in keys:
        for second in keys:
            if first != second:
                alone = align([known[first], known[second]], HOURS)
                pair = correlation.correlate(alone[first], alone[second], window, method)
                assert found.cell(first, second) == pair
                taken = aligned.pair(first, second)
                pd.testing.assert_frame_equal(taken.moves, alone.moves, check_exact=True)
                assert (taken.flags(), taken.sampling()) == (alone.flags(), alone.sampling())


def test_a_newer_line_of_the_same_pair_ends_at_the_number_of_the_map() -> None:
    known = _mixed()
    whole = correlation.correlation_matrix(align(list(known.values()), HOURS), 20)
    alone = align([known["IXIC"], known["BTC"]], HOURS)
    line = correlation.rolling_correlate(alone["IXIC"], alone["BTC"], 20).iloc[-1]
    cell = whole.cell("BTC", "IXIC")
    assert [cell.value, cell.low, cell.high, cell.n] == line.tolist()


def test_the_interval_does_not_turn_on_which_of_the_two_is_named_first() -> None:
    known = _mixed()
    aligned = align([known["BTC"], known["IXIC"]], HOURS)
    there, back = (
        correlation.correlate(aligned[a], aligned[b], 60) for a, b in (("BTC", "IXIC"), ("IXIC", "BTC"))
    )
    assert there == back
