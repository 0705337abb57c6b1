"""Every reference value through the product's own functions."""

import numpy as np
import pandas as pd
import pytest

from analytics import (
    beta,
    bounces,
    clustering,
    contagion,
    correlation,
    crypto,
    drawdowns,
    fed,
    leadlag,
    likeness,
    macro,
    orderbook,
    quantiles,
    ranks,
    rebound,
    rebound_signals,
    returns,
    rotation,
    stress_score,
    systemic,
    volatility,
)
from tests.analytics import test_zone_machine
from tests.analytics.strategies import aligned_pair, daily
from tests.analytics.vectors import VECTORS, Vector, check


def depths(prices):
    return drawdowns.drawdown(daily(prices)).to_numpy()


def rolling_depths(prices, n):
    return drawdowns.rolling_drawdown(daily(prices), n).to_numpy()[n - 1 :]


def fall_rows(prices):
    rows = {stamp: row for row, stamp in enumerate(daily(prices).index)}
    return [
        [rows[each.peak.at], rows[each.trough.at], rows[each.recovery.at]]
        for each in drawdowns.drawdowns(daily(prices))
    ]


def held_mean(values, gaps_days):
    stamps = pd.Timestamp("2026-02-02", tz="UTC") + pd.to_timedelta(np.cumsum([0, *gaps_days]), unit="D")
    return drawdowns.time_weighted_mean(pd.Series(values, index=stamps)).value


def worst_since(returns, i):
    series = daily(returns[: i + 1])
    found = ranks.largest_since(series)
    since = -1 if found.since is None else series.index.get_loc(found.since)
    assert found.rank == ranks.rank_among_last(series, i + 1).value
    return since, found.rank


def three(x, y):
    x, y = np.array(x, float), np.array(y, float)
    return correlation.pearson(x, y), correlation.spearman(x, y), correlation.kendall(x, y)


def ewma_correlation(var_x, var_y, cov, rx, ry):
    old = {"x": var_x, "y": var_y, "xy": cov}
    new = {"x": rx * rx, "y": ry * ry, "xy": rx * ry}
    x, y, xy = (correlation.ewma_step(old[key], new[key]) for key in ("x", "y", "xy"))
    return x, y, xy, xy / np.sqrt(x * y)


def folded_weekend(crypto, equity):
    return aligned_pair(crypto, equity).moves.to_numpy().ravel()


def filled_forward(equity):
    """The wrong way, kept to show what it would give: zeros on days without a session."""
    return returns.log_returns(daily(equity).ffill()).to_numpy()


def average_pairwise(matrix):
    rows = np.linalg.cholesky(np.array(matrix)).T
    noise = np.random.default_rng(3).normal(size=(40, 3))
    orthogonal = np.linalg.qr(noise - noise.mean(axis=0))[0]
    sample = pd.DataFrame(orthogonal @ rows, columns=list("abc"))
    return systemic.average_pairwise(correlation.correlation_matrix(sample, 40)).value


def absorption(n, rho, factors):
    return systemic.absorption_ratio(np.full((n, n), rho) + (1 - rho) * np.eye(n), factors)


def leaf_halves(matrix):
    order = clustering.heatmap_order(np.array(matrix, float))
    half = len(order) // 2
    return sorted([sorted(order[:half]), sorted(order[half:])])


def shrunk(rows):
    covariance, shrinkage = systemic.ledoit_wolf(np.array(rows, float))
    return [*covariance.ravel(), shrinkage]


def conditional(rho, threshold, outside):
    """Correlation and excess variance of a normal pair where |x| lies beyond, or within, a threshold."""
    density, tail = quantiles.STANDARD.pdf(threshold), 1 - quantiles.STANDARD.cdf(threshold)
    beyond = 1 + threshold * density / tail
    within = 1 - 2 * threshold * density / (1 - 2 * tail)
    variance = beyond if outside else within
    return rho * np.sqrt(variance / (1 + (variance - 1) * rho * rho)), variance - 1


def fitted(x, y, level=0.90):
    return beta.beta(daily(y), daily(x), window=len(x), level=level)


def ols(x, y):
    fit = fitted(x, y)
    return fit.alpha, fit.slope.value, fit.se_ols, fit.slope.value / fit.se_ols, fit.r2


def sides(market, asset):
    market, asset = np.array(market, float), np.array(asset, float)
    middle = market.mean()
    return beta.side_beta(market, asset, market < middle), beta.side_beta(market, asset, market > middle)


def from_correlation(x, y):
    fit = fitted(x, y)
    return fit.correlation * fit.volatility_ratio


def ranges(opens, highs, lows, closes, previous_close):
    o, h, low, c = (np.array(side, float) for side in (opens, highs, lows, closes))
    before = np.array([previous_close, *closes[:-1]], float)
    return (
        volatility.parkinson(h, low),
        volatility.garman_klass(o, h, low, c),
        volatility.rogers_satchell(o, h, low, c),
        volatility.yang_zhang(o, h, low, c, before),
    )


def true_ranges(opens, highs, lows, closes, previous_close):
    del opens
    first = float(previous_close)
    high, low, close = (daily([first, *side]) for side in (highs, lows, closes))
    return volatility.true_range(high, low, close).to_numpy()


def scored(scores, weights, correlation, phi):
    total, contributions = stress_score.combine(scores, weights, np.array(correlation, float), phi)
    return [total, *contributions]


def resting(bids, asks, mid, within):
    found = orderbook.depth(bids, asks, mid, within)
    return found.bid, found.ask


def multiple(a, b):
    """Thirty days of one volume, then another."""
    return volatility.volume_multiple(daily([*[b] * 30, a])).value


def before(average, end, days_before, days):
    start = fed.rate_before(average, end, days_before, days)
    return start, end - start, (end - start) / fed.STEP


def after(average, start, days_before, days):
    end = fed.rate_after(average, start, days_before, days)
    return end, end - start, (end - start) / fed.STEP


def convolved(first, second, ask):
    total = fed.convolve(first, second)
    return [total[steps] for steps in ask]


def smoothed(values, start, n):
    return [start, *rebound_signals.ema(daily(values), start, n)]


SUMS = {
    **test_zone_machine.SUMS,
    "absorption_ratio": absorption,
    "annualise": volatility.annualise,
    "average_pairwise": average_pairwise,
    "beta_from_correlation": from_correlation,
    "bonett_wright_band": correlation.bonett_wright_interval,
    "change": returns.change,
    "common_session_returns": folded_weekend,
    "conditional_correlation": lambda **given: conditional(**given)[0],
    "conditional_then_adjusted": lambda **given: contagion.forbes_rigobon(*conditional(**given)),
    "down_up_beta": sides,
    "drawdown": depths,
    "drawdown_rolling": rolling_depths,
    "episodes": fall_rows,
    "ewma_correlation": ewma_correlation,
    "ewma_memory": correlation.ewma_memory,
    "ewma_step": correlation.ewma_step,
    "fisher_band": correlation.fisher_interval,
    "forbes_rigobon": contagion.forbes_rigobon,
    "forward_filled_returns": filled_forward,
    "lead_lag": lambda a, b, k: leadlag.cross_correlation(np.array(a), np.array(b), k),
    "leaf_halves": leaf_halves,
    "ledoit_wolf": shrunk,
    "log_change": returns.log_change,
    "mantegna": lambda rho: clustering.mantegna(np.array(rho, float)),
    "mid_rank": lambda history, value: ranks.mid_rank(np.array(history, float), value),
    "newey_west_lags": beta.newey_west_lags,
    "newey_west_se": lambda x, y, lags: beta.newey_west_error(np.array(x, float), np.array(y, float), lags),
    "ols": ols,
    "pain": lambda prices: drawdowns.pain_index(daily(prices)).value,
    "parkinson_one_bar": lambda ratio: volatility.parkinson(np.array([ratio]), np.array([1.0])),
    "prediction_interval": lambda x, y, at, level: beta.prediction_interval(fitted(x, y), at, level),
    "range_volatility": ranges,
    "rise_to_recover": lambda drawdown: drawdowns.rise_to_recover(drawdown),
    "simple_to_log": returns.as_log,
    "streak": lambda returns: ranks.streaks(daily(returns)).to_numpy(),
    "three_correlations": three,
    "time_weighted_mean": held_mean,
    "true_range": true_ranges,
    "turbulence": lambda move, covariance: systemic.turbulence(np.array(move), np.array(covariance)),
    "two_window_z": contagion.two_window_z,
    "ulcer": lambda prices: drawdowns.ulcer_index(daily(prices)).value,
    "under_water": lambda prices: drawdowns.share_under_water(daily(prices)).value,
    "wilder_atr": lambda true_ranges, n: volatility.wilder_atr(daily(true_ranges), n).dropna().to_numpy(),
    "worst_since": worst_since,
    "z_score": lambda history, value: ranks.z_score(np.array(history, float), value),
    "basis": lambda future, spot, days: crypto.basis(future, spot, days).value,
    "convolve": convolved,
    "depth": resting,
    "dtw": lambda a, b: likeness.warped_distance(a, b).value,
    "ema": smoothed,
    "fair_crps": lambda members, outcome: likeness.fair_crps(members, outcome).value,
    "flow_from_aum": lambda aum, aum_before, ret: crypto.flow_from_assets(aum, aum_before, ret),
    "flow_from_shares": lambda shares, nav: crypto.flow_from_shares(shares, nav),
    "funding_annual": lambda rate, hours: (
        crypto.funding_simple(rate, hours),
        crypto.funding_compound(rate, hours),
    ),
    "funding_normalised": lambda rate, hours: (
        crypto.funding_eight_hours(rate, hours),
        crypto.funding_simple(rate, hours),
    ),
    "funding_rate": crypto.funding_rate,
    "funding_simple": crypto.funding_simple,
    "log_excess": lambda a, b: macro.log_excess(a, b),
    "meeting_after": after,
    "meeting_before": before,
    "new_low_probability": lambda log_distance, sigma, days: bounces.new_low_probability(
        log_distance, sigma, days
    ),
    "open_interest_coins": lambda usd_change, price_change: (
        crypto.open_interest_in_coins(usd_change, price_change).value
    ),
    "peg_bp": lambda price: crypto.peg_deviation_bp(price).value,
    "ratio": multiple,
    "retraced": rebound.retraced,
    "rotation": rotation.spread,
    "spread_bp": macro.spread_bp,
    "step_probabilities": lambda change: list(fed.step_odds(change).values()),
    "stress_score": scored,
    "two_n_one_minus_rho": lambda a, b: 2 * len(a) * (1 - correlation.pearson(*map(np.array, (a, b)))),
    "weighted_mean_score": stress_score.weighted_mean,
    "wilson": lambda k, n: quantiles.wilson_interval(k, n),
    "z_distance": lambda a, b: likeness.z_distance(a, b).value,
    "z_distance_squared": lambda a, b: likeness.z_distance(a, b).value ** 2,
}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: f"{each.key} {each.says}")
def test_the_product_gives_the_reference_value(vector: Vector):
    check(vector, SUMS)
