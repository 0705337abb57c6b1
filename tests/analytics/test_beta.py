import warnings
from math import expm1, log1p

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings

from analytics import beta as betas
from analytics.alignment import align
from analytics.beta import beta, implied_move, rolling_beta
from tests.analytics import oracles, strategies
from tests.analytics.recorded import recording
from tests.analytics.strategies import daily

Pair = tuple[pd.Series, pd.Series]


def moves(size: int = 120, slope: float = 1.5, seed: int = 1) -> Pair:
    """An asset that follows a market with fat-tailed noise of its own."""
    noise = np.random.default_rng(seed)
    market = 0.01 * noise.standard_t(4, size)
    return daily(0.001 + slope * market + 0.02 * noise.standard_t(4, size)), daily(market)


def test_errors_and_fit_agree_with_statsmodels():
    asset, market = moves()
    found = beta(asset, market, 60)
    y, x = asset.to_numpy()[-60:], sm.add_constant(market.to_numpy()[-60:])
    plain = sm.OLS(y, x).fit()
    hac = sm.OLS(y, x).fit(cov_type="HAC", cov_kwds={"maxlags": 3})
    hc3 = sm.OLS(y, x).fit(cov_type="HC3")
    assert (found.alpha, found.slope.value) == pytest.approx(tuple(plain.params))
    assert found.se_ols == pytest.approx(plain.bse[1])
    assert found.se_hac == pytest.approx(hac.bse[1])
    assert found.se_hc3 == pytest.approx(hc3.bse[1])
    assert found.r2 == pytest.approx(plain.rsquared)
    assert found.se == max(found.se_ols, found.se_hac, found.se_hc3)
    assert found.t == pytest.approx(found.slope.value / found.se)


def test_the_prediction_interval_agrees_with_statsmodels():
    asset, market = moves()
    found = beta(asset, market, 60)
    y, x = asset.to_numpy()[-60:], sm.add_constant(market.to_numpy()[-60:])
    at = log1p(-0.03)
    wanted = sm.OLS(y, x).fit().get_prediction([[1, at]]).summary_frame(alpha=0.10)
    moved = implied_move(found, -0.03)
    assert moved.low == pytest.approx(expm1(wanted["obs_ci_lower"].iloc[0]))
    assert moved.high == pytest.approx(expm1(wanted["obs_ci_upper"].iloc[0]))
    assert moved.value == pytest.approx(expm1(wanted["mean"].iloc[0]))


@settings(max_examples=60, deadline=None)
@given(pair=strategies.pairs(shortest=25))
def test_beta_solves_the_normal_equations(pair: Pair):
    asset, market = pair
    found = beta(asset, market, 25)
    if found.slope.value is None:
        assert found.slope.why
        return
    both = pd.DataFrame({"y": asset, "x": market}).iloc[-25:].dropna()
    scale = float(both["x"].abs().max())
    alpha, slope = oracles.least_squares(both["x"] / scale, both["y"])
    assert found.slope.value == pytest.approx(slope / scale, rel=1e-6, abs=1e-9)
    assert found.alpha == pytest.approx(alpha, rel=1e-6, abs=1e-6 * (both["y"].abs().max() + 1e-12))


def test_the_line_is_the_slow_one_made_fast():
    asset, market = moves(90)
    asset.iloc[[20, 61, 62]] = np.nan
    line = rolling_beta(asset, market, 40)
    for row in range(len(line)):
        slow = beta(asset.iloc[: 40 + row], market.iloc[: 40 + row], 40).slope
        assert line.iloc[row].tolist() == [slow.value, slow.low, slow.high, slow.n]


def test_each_side_needs_twenty_days_of_its_own():
    asset, market = moves(60)
    found = beta(asset, market, 60)
    assert found.down.n + found.up.n == 60
    x, y = market.to_numpy(), asset.to_numpy()
    below = x < x.mean()
    assert found.down.value == pytest.approx(np.polyfit(x[below], y[below], 1)[0])
    few = beta(asset, market, 25)
    assert "of 20 days needed" in (few.down.why or "")
    assert few.slope.value is not None


def test_a_market_with_two_values_has_no_side_to_fit():
    market = daily([0.01, -0.01] * 30)
    found = beta(moves(60)[0], market, 60)
    assert found.up.why == "The market does not vary above its mean."


@pytest.mark.parametrize(
    ("asset", "market", "why"),
    [
        (daily([1.0] * 10), daily(range(10)), "The history holds 10 of 60 sessions."),
        (daily([np.nan] * 70), daily(range(70)), "Only 0 of 60 observations are joint; 48 are needed."),
        (daily(range(70)), daily([0.1] * 70), "The market does not vary in this window."),
        (daily([]), daily([]), "The history holds 0 of 60 sessions."),
    ],
)
def test_bad_input_is_missing_and_says_why(asset: pd.Series, market: pd.Series, why: str):
    found = beta(asset, market, 60)
    assert found.slope.why == found.down.why == found.up.why == why
    assert (found.se, found.t, found.is_leveraged) == (None, None, False)
    assert implied_move(found, -0.03).why == why
    assert rolling_beta(asset, market, 60)["value"].isna().all()
    with pytest.raises(ValueError, match=why.split(";")[0]):
        betas.prediction_interval(found, -0.03)


def test_an_asset_that_does_not_move_has_a_beta_of_zero():
    found = beta(daily([0.0] * 60), moves(60)[1], 60)
    assert found.slope.value == 0
    assert found.r2 is None
    assert found.correlation is None


def test_a_move_far_outside_the_window_is_refused():
    asset, market = moves()
    found = implied_move(beta(asset, market, 60), -0.5)
    assert found.value is None
    assert found.flags == (betas.EXTRAPOLATION,)
    assert (found.why or "").startswith("The largest market move of the window was a ")
    assert implied_move(beta(asset, market, 60), -1).why == "A market cannot fall by more than 100 %."


def test_a_slope_hung_on_one_day_has_no_interval():
    market = daily([0.0] * 4 + [0.05])
    found = beta(daily([0.01, 0.0, 0.0, 0.01, 0.1]), market, 5)
    assert found.slope.value is not None
    assert (found.slope.low, found.slope.high, found.se_hc3) == (None, None, None)


def test_leverage_is_said_only_when_the_whole_interval_says_so():
    asset, market = moves(120, slope=3)
    assert beta(asset, market, 120).is_leveraged
    assert not beta(*moves(120, slope=1), 120).is_leveraged


def test_an_exponential_beta_follows_the_covariance():
    asset, market = moves(80)
    found = betas.ewma_beta(asset, market)
    assert found.iloc[:60].isna().all()
    y, x = asset.to_numpy(), market.to_numpy()
    cov, var = (y * x)[:60].mean(), (x * x)[:60].mean()
    for a, b in zip(y[60:], x[60:], strict=True):
        cov, var = 0.94 * cov + 0.06 * a * b, 0.94 * var + 0.06 * b * b
    assert found.iloc[-1] == pytest.approx(cov / var)


def test_bitcoin_on_the_nasdaq_in_february_as_published():
    known = recording("2026-02-05")
    for market in ("IXIC", "NDX"):
        pair = align([known["BTC"], known[market]])
        found = beta(pair["BTC"], pair[market], 60)
        assert found.slope.value is not None
        assert 1.4 < found.slope.value < 1.8
    year = beta(pair["BTC"], pair[market], 252).slope.value
    assert year == pytest.approx(0.84, abs=0.03)


def test_no_warning_reaches_the_console():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        beta(daily([0.0] * 60), daily([0.0] * 59 + [0.01]), 60)
        rolling_beta(daily([0.0] * 60), daily([0.0] * 59 + [0.01]), 5)
