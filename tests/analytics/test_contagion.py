import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from analytics import contagion
from market.readings import Result
from tests.analytics.strategies import daily


def normal_pair(size: int, rho: float, seed: int = 1) -> tuple[pd.Series, pd.Series]:
    """A normal pair with a constant correlation."""
    z = np.random.default_rng(seed).normal(size=(2, size))
    return daily(z[0]), daily(rho * z[0] + np.sqrt(1 - rho**2) * z[1])


def frame(size: int, rho: float, scale: float, seed: int, start: str) -> pd.DataFrame:
    """Three series of which two are correlated."""
    x, y = normal_pair(size, rho, seed)
    other = np.random.default_rng(seed + 1).normal(size=size)
    index = pd.date_range(start, periods=size, tz="UTC")
    return pd.DataFrame({"x": scale * x.to_numpy(), "y": scale * y.to_numpy(), "z": other}, index=index)


@settings(max_examples=60, deadline=None)
@given(p=st.lists(st.floats(0, 1) | st.just(float("nan")), min_size=0, max_size=30))
def test_marks_are_those_of_benjamini_and_hochberg(p: list[float]):
    values = np.array(p, float)
    found = contagion.benjamini_hochberg(values)
    known = ~np.isnan(values)
    assert not found[~known].any()
    if known.any():
        np.testing.assert_array_equal(found[known], multipletests(values[known], 0.10, "fdr_bh")[0])


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.3, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("share", [0.05, 0.1, 0.3, 0.5])
def test_the_chance_of_a_normal_corner_agrees_with_scipy(rho: float, share: float):
    h = stats.norm.ppf(1 - share)
    wanted = stats.multivariate_normal.cdf([-h, -h], cov=[[1, rho], [rho, 1]])
    assert contagion.bivariate_normal_tail(h, rho) == pytest.approx(wanted, abs=2e-6)


@pytest.mark.parametrize("rho", [-0.4, 0.2, 0.6, 0.9])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_the_normal_curve_is_the_correlation_of_a_truncated_normal(share: float, rho: float):
    side = np.linspace(-9, stats.norm.ppf(share), 1501)
    x, y = np.meshgrid(side, side)
    edge = np.ones(len(side))
    edge[[0, -1]] = 0.5  # the trapezoidal rule
    weight = np.exp(-(x * x - 2 * rho * x * y + y * y) / (2 * (1 - rho * rho))) * np.outer(edge, edge)
    weight /= weight.sum()
    mean = (weight * x).sum()
    wanted = ((weight * x * y).sum() - mean**2) / ((weight * x * x).sum() - mean**2)
    assert contagion.normal_exceedance(rho, share) == pytest.approx(wanted, abs=1e-4)


def test_the_normal_curve_lies_under_the_whole_and_falls_to_zero():
    curve = [contagion.normal_exceedance(0.6, share) for share in (0.5, 0.3, 0.1, 0.01, 0.0001)]
    assert curve == sorted(curve, reverse=True)
    assert curve[0] < 0.6
    assert contagion.normal_exceedance(0.0, 0.1) == pytest.approx(0, abs=1e-12)
    assert contagion.normal_exceedance(1.0, 0.1) == 1


def test_a_tail_needs_twenty_days():
    lower = contagion.exceedance_correlations(*normal_pair(150, 0.5))
    assert [(each.share, each.lower) for each in lower[:2]] == [(0.1, True), (0.2, True)]
    assert "of 20 days needed" in (lower[0].correlation.why or "")
    half = next(each for each in lower if each.share == 0.5 and each.lower)
    assert half.correlation.n >= 20
    assert half.correlation.value is not None


def test_tails_of_nothing_are_missing():
    for each in contagion.exceedance_correlations(daily([]), daily([])):
        assert each.correlation.why == "There are no joint observations."
    assert contagion.downside_correlation(daily([]), daily([])).value is None
    assert contagion.lower_tail_dependence(daily([]), daily([])).value is None


def test_downside_correlation_takes_the_market_s_bad_days():
    asset, market = normal_pair(200, 0.7)
    found = contagion.downside_correlation(asset, market)
    bad = market < np.quantile(market, 0.5)
    assert found.n == bad.sum()
    assert found.value == pytest.approx(np.corrcoef(asset[bad], market[bad])[0, 1])


def test_tail_dependence_of_strangers_is_the_share_itself():
    found = contagion.lower_tail_dependence(*normal_pair(4000, 0.0))
    assert found.value == pytest.approx(0.10, abs=0.04)
    assert found.low < 0.10 < found.high
    together = contagion.lower_tail_dependence(*normal_pair(4000, 0.95))
    assert together.value > 0.6


def test_more_variance_alone_is_not_contagion():
    calm = frame(400, 0.5, 1.0, 1, "2024-01-01")
    wild = frame(400, 0.5, 1.0, 5, "2026-01-01")
    common = np.random.default_rng(9).normal(size=400) * 3
    shocked = wild.assign(x=wild["x"] + common, y=wild["y"] + 0.5 * common)
    found = contagion.stress_minus_calm(shocked, calm)
    assert found.difference[0, 1] > 0.15
    assert abs(found.adjusted[0, 1] - 0.5) < 0.1
    assert found.marked[0, 1] and found.marked[1, 0]
    assert not found.marked[0, 2]
    np.testing.assert_array_equal(found.z, found.z.T)
    assert found.why is None


def test_two_samples_of_one_thing_do_not_differ():
    found = contagion.stress_minus_calm(
        frame(60, 0.5, 1, 1, "2026-01-01"), frame(60, 0.5, 3, 7, "2024-01-01")
    )
    assert not found.marked.any()
    assert np.nanmax(found.p) <= 1


def test_days_that_are_both_are_refused():
    moves = frame(60, 0.5, 1, 1, "2026-01-01")
    with pytest.raises(ValueError, match="different days"):
        contagion.stress_minus_calm(moves, moves.iloc[-10:])
    with pytest.raises(ValueError, match="same series"):
        contagion.stress_minus_calm(moves.iloc[:30], moves.iloc[30:, :2])


@pytest.mark.parametrize("days", [0, 1, 3])
def test_too_few_days_of_stress_are_said(days: int):
    moves = frame(60, 0.5, 1, 1, "2026-01-01")
    found = contagion.stress_minus_calm(moves.iloc[:days], moves.iloc[days:])
    assert found.why == "Too few days are of one kind to compare the two."
    assert not found.marked.any()


def test_a_series_that_stood_still_in_calm_has_no_adjustment():
    moves = frame(80, 0.5, 1, 1, "2026-01-01")
    moves.iloc[:40, 0] = 0.1
    found = contagion.stress_minus_calm(*contagion.split_last(moves, 40))
    assert np.isnan(found.adjusted[0]).all()
    assert np.isnan(found.z[0, 1])
    assert np.isfinite(found.adjusted[1, 2])


def test_the_last_days_and_as_many_before():
    moves = frame(100, 0.5, 1, 1, "2026-01-01")
    late, early = contagion.split_last(moves, 30)
    assert (len(late), len(early)) == (30, 30)
    assert early.index[-1] < late.index[0]


def test_a_perfect_correlation_has_no_z():
    assert np.isnan(contagion.two_window_z(1, 60, 0.5, 60))
    assert np.isnan(contagion.two_window_z(0.5, 3, 0.5, 60))


def test_the_interval_of_a_difference_widens_with_both_of_its_sides():
    """Zou's own arithmetic by hand: .49 [.355, .605] less .36 [.213, .491], both of 145 observations."""
    first = Result(0.49, 145, low=0.355, high=0.605)
    second = Result(0.36, 145, low=0.213, high=0.491)
    wanted = 0.13 - np.hypot(0.135, 0.131), 0.13 + np.hypot(0.115, 0.147)
    assert contagion.zou_interval(first, second) == pytest.approx(wanted)
    with pytest.raises(ValueError, match="known"):
        contagion.zou_interval(first, Result.missing("nothing"))


def test_a_cell_tells_both_sides_and_the_adjustment():
    found = contagion.stress_minus_calm(
        frame(60, 0.8, 2, 1, "2026-01-01"), frame(60, 0.1, 1, 7, "2024-01-01")
    )
    cell = found.cell("x", "y")
    assert cell.value == pytest.approx(found.difference[0, 1])
    assert cell.low is not None and cell.high is not None
    assert cell.low < cell.value < cell.high
    assert [flag.rpartition(" ")[0] for flag in cell.flags] == [
        "stress",
        "calm",
        "stress after Forbes-Rigobon",
    ]
    against = contagion.stress_minus_calm(
        frame(60, -0.8, 2, 1, "2026-01-01"), frame(60, 0.1, 1, 7, "2024-01-01")
    )
    assert against.cell("x", "y").flags[0].startswith("stress −0.")
    few = contagion.stress_minus_calm(frame(2, 0.8, 2, 1, "2026-01-01"), frame(60, 0.1, 1, 7, "2024-01-01"))
    assert few.cell("x", "y").value is None


def test_a_corner_that_nothing_reaches_has_no_normal_curve():
    assert np.isnan(contagion.normal_exceedance(-0.999, 0.01))
