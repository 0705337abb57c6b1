"""Reference values of the methods, as plain data: what goes in, what must come out, how closely.

Each was worked out by hand or by an independent library, never by the code it tests. The number before the
dot is the section of the methods: 1 drawdowns and ranks, 2 correlation, 3 beta, 4 volatility, 5 stress score,
6 levels, 7 crypto, 8 macro, 9 rebounds, 10 analogues. A test takes the same inputs through the product's own
function and compares.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Vector:
    """One reference value: ``function`` of ``given`` is ``expect`` within ``tolerance``."""

    key: str
    says: str
    function: str
    given: dict[str, Any]
    expect: Any
    tolerance: float = 5e-6


PRICES = [100, 110, 99, 104.5, 121, 90.75, 96.8, 121, 127.05]
RETURNS = [0.5, -2.0, 0.3, -1.5, -1.6, 2.2, -1.55]  # percent
X5, Y5 = [1, 2, 3, 4, 5], [2, 1, 4, 3, 5]
OLS_X, OLS_Y = [-2, -1, 0, 1, 2], [-5, -1, 0, 3, 3]
OHLC = {
    "opens": [100, 101, 103],
    "highs": [105, 104, 106],
    "lows": [99, 100, 98],
    "closes": [101, 103, 99],
    "previous_close": 100,
}
CORRELATION_3 = [[1, 0.5, 0.3], [0.5, 1, 0.1], [0.3, 0.1, 1]]
CORRELATION_4 = [[1, 0.1, 0.9, 0.2], [0.1, 1, 0.2, 0.8], [0.9, 0.2, 1, 0.3], [0.2, 0.8, 0.3, 1]]
COVARIANCE_2 = [[4e-4, 2e-4], [2e-4, 4e-4]]
QUARTILE = NormalDist().inv_cdf(0.75)  # 0.674490
SCORES, WEIGHTS = [0.9, 0.8, 0.4], [0.5, 0.3, 0.2]
COMOVEMENT = [[1, 0.6, 0.2], [0.6, 1, 0.1], [0.2, 0.1, 1]]
ZONE_CLOSES = [71, 70.2, 69.5, 67.9, 67.2, 66.9, 68.5, 70.4, 71.0, 71.2]
ZONE_STATES = ["above"] * 5 + ["below"] * 4 + ["above"]
BTC_CLOSES = [70555, 69282, 70265, 70121, 68794, 66992, 66222]  # UTC days 2026-02-06 .. 2026-02-12
BIDS = [(69990, 1.0), (69500, 3.0), (68900, 5.0)]
ASKS = [(70010, 2.0), (70500, 1.0), (71300, 4.0)]
BTC_LOW, BTC_HIGH = 60074.20, 126198.07  # intraday, 2026-02-06 and 2025-10-06
BREADTH = [0.62, 0.70, 0.74, 0.78, 0.72, 0.75, 0.80]

# fmt: off
VECTORS = (
    # 1. Drawdowns, falls, streaks
    Vector("1.1", "drawdown from the all-time high", "drawdown", {"prices": PRICES},
           [0, 0, -0.10, -0.05, 0, -0.25, -0.20, 0, 0]),
    Vector("1.2", "Ulcer index", "ulcer", {"prices": PRICES}, 0.113039, 1e-6),
    Vector("1.3", "pain index", "pain", {"prices": PRICES}, 0.066667, 1e-6),
    Vector("1.4", "share of time under water", "under_water", {"prices": PRICES}, 4 / 9),
    Vector("1.5", "drawdown from the rolling 3-session high", "drawdown_rolling", {"prices": PRICES, "n": 3},
           [-0.10, -0.05, 0, -0.25, -0.20, 0, 0]),
    Vector("1.6", "drawdown from the high since t=2", "drawdown", {"prices": PRICES[2:]},
           [0, 0, 0, -0.25, -0.20, 0, 0]),
    Vector("1.7", "log form of the -25 %", "log_change", {"before": 121, "after": 90.75}, -0.287682, 1e-6),
    Vector("1.8", "simple -14.13 % as a log return", "simple_to_log",
           {"simple": -0.1412989238}, -0.1523344, 1e-6),
    Vector("1.9", "time-weighted mean drawdown, previous tick", "time_weighted_mean",
           {"values": [0, -0.10, -0.20, -0.05], "gaps_days": [1, 3, 1]}, -0.10),
    Vector("1.10", "largest fall since (index) and rank, i=4", "worst_since",
           {"returns": RETURNS, "i": 4}, [1, 2]),
    Vector("1.11", "largest fall since (index) and rank, i=6", "worst_since",
           {"returns": RETURNS, "i": 6}, [4, 3]),
    Vector("1.12", "none earlier: index -1, on record", "worst_since", {"returns": RETURNS, "i": 1}, [-1, 1]),
    Vector("1.13", "streak of signed runs", "streak",
           {"returns": [1, 2, -1, -1, -1, 0, 1]}, [1, 2, -1, -2, -3, 0, 1]),
    Vector("1.14", "Nasdaq Composite YTD, 2026-02-05", "change",
           {"before": 23241.990234375, "after": 22540.59},
           -0.030178, 1e-6),
    Vector("1.15a", "BTC close / close high", "change",
           {"before": 124752.53125, "after": 62702.10}, -0.497388, 2e-6),
    Vector("1.15b", "BTC low / intraday high", "change",
           {"before": 126198.0703125, "after": 60074.20}, -0.523969, 2e-6),
    Vector("1.15c", "BTC close / intraday high", "change",
           {"before": 126198.0703125, "after": 62702.10}, -0.503145, 2e-6),
    Vector("1.16", "rise needed after -50 %", "rise_to_recover", {"drawdown": -0.5}, 1.0),
    Vector("1.17", "rise needed after -52.4 %", "rise_to_recover", {"drawdown": -0.523969}, 1.100703, 1e-5),
    Vector("1.18", "Nasdaq Composite from its closing high, 2026-02-05", "change",
           {"before": 23958.47, "after": 22540.59},
           -0.059181, 1e-6),
    Vector("1.19", "episodes as peak, trough, recovery", "episodes",
           {"prices": PRICES}, [[1, 2, 4], [4, 5, 7]]),
    # 2. Correlation
    Vector("2.1", "Pearson, Spearman, Kendall tau-b", "three_correlations",
           {"x": X5, "y": Y5}, [0.8, 0.8, 0.6]),
    Vector("2.2", "Fisher band, r .8, n 5", "fisher_band", {"r": 0.8, "n": 5}, [-0.279640, 0.986196], 1e-6),
    Vector("2.3", "Fisher band, r .57, n 60", "fisher_band",
           {"r": 0.57, "n": 60}, [0.369565, 0.719750], 1e-6),
    Vector("2.4", "kurtosis-adjusted band, kappa 1", "fisher_band", {"r": 0.57, "n": 60, "kappa": 1.0},
           [0.273264, 0.767682], 1e-6),
    Vector("2.5", "Bonett-Wright band for Spearman", "bonett_wright_band", {"r": 0.8699639, "n": 15},
           [0.5840951, 0.9638297], 1e-6),
    Vector("2.6", "two disjoint windows: z", "two_window_z",
           {"r1": 0.57, "n1": 60, "r2": 0.31, "n2": 60}, 1.745582, 1e-6),
    Vector("2.7", "EWMA variance step", "ewma_step", {"old": 1e-4, "product": 0.02**2}, 1.18e-4, 1e-12),
    Vector("2.8", "EWMA half-life and effective n", "ewma_memory",
           {"decay": 0.94}, [11.202307, 32.333333], 1e-5),
    Vector("2.9", "EWMA correlation step: var x, var y, cov, rho", "ewma_correlation",
           {"var_x": 1e-4, "var_y": 4e-4, "cov": 1e-4, "rx": 0.02, "ry": -0.01},
           [1.18e-4, 3.82e-4, 8.2e-5, 0.386226], 1e-6),
    Vector("2.10", "weekend folded into Monday: one row (BTC, QQQ)", "common_session_returns",
           {"crypto": [100, 103, 98, 101], "equity": [50, NAN, NAN, 51]}, [0.009950, 0.019803], 1e-6),
    Vector("2.11", "the wrong way: equity forward-filled", "forward_filled_returns",
           {"equity": [50, NAN, NAN, 51]},
           [0, 0, 0.019803], 1e-6),
    Vector("2.12", "Forbes-Rigobon, rho .7, variance x4", "forbes_rigobon",
           {"rho": 0.7, "delta": 3}, 0.440086, 1e-6),
    Vector("2.13", "average pairwise correlation", "average_pairwise", {"matrix": CORRELATION_3}, 0.3),
    Vector("2.14", "absorption ratio, N 5, rho .5, one factor", "absorption_ratio",
           {"n": 5, "rho": 0.5, "factors": 1}, 0.6),
    Vector("2.15a", "turbulence of (2, -2) %", "turbulence",
           {"move": [0.02, -0.02], "covariance": COVARIANCE_2}, 4.0),
    Vector("2.15b", "turbulence of (2, 2) %", "turbulence",
           {"move": [0.02, 0.02], "covariance": COVARIANCE_2}, 4 / 3),
    Vector("2.16", "Mantegna distance of .5, 1, -1", "mantegna", {"rho": [0.5, 1, -1]}, [1, 0, 2]),
    Vector("2.16b", "optimal leaf order keeps {0,2} and {1,3} together", "leaf_halves",
           {"matrix": CORRELATION_4},
           [[0, 2], [1, 3]]),
    Vector("2.17", "Ledoit-Wolf (ddof 0): covariance and shrinkage", "ledoit_wolf",
           {"rows": [[1, 2], [2, 1], [3, 4], [4, 3]]}, [1.25, 0.416667, 0.416667, 1.25, 0.444444], 1e-6),
    Vector("2.18", "lead-lag: b follows a by one", "lead_lag",
           {"a": [0.01, -0.02, 0.03, -0.01, 0.02, 0.0], "b": [0.5, 0.01, -0.02, 0.03, -0.01, 0.02],
            "k": 1}, 1.0),
    Vector("2.19a", "constant rho .5 seen where |x| > .674", "conditional_correlation",
           {"rho": 0.5, "threshold": QUARTILE, "outside": True}, 0.618368, 1e-6),
    Vector("2.19b", "Forbes-Rigobon undoes it", "conditional_then_adjusted",
           {"rho": 0.5, "threshold": QUARTILE, "outside": True}, 0.5, 1e-9),
    Vector("2.20", "constant rho .5 seen where |x| < .674", "conditional_correlation",
           {"rho": 0.5, "threshold": QUARTILE, "outside": False}, 0.213054, 1e-6),
    # 3. Beta
    Vector("3.1", "OLS alpha, beta, se, t, R2", "ols",
           {"x": OLS_X, "y": OLS_Y}, [0, 2, 0.365148, 5.477226, 0.909091], 1e-5),
    Vector("3.2", "Newey-West se of beta, L 1", "newey_west_se",
           {"x": OLS_X, "y": OLS_Y, "lags": 1}, 0.244949, 1e-6),
    Vector("3.3a", "Newey-West lag rule, n 60", "newey_west_lags", {"n": 60}, 3),
    Vector("3.3b", "Newey-West lag rule, n 252", "newey_west_lags", {"n": 252}, 4),
    Vector("3.4", "down beta, up beta", "down_up_beta", {"market": OLS_X, "asset": OLS_Y}, [4, 0]),
    Vector("3.5", "beta = rho * sigma ratio", "beta_from_correlation", {"x": OLS_X, "y": OLS_Y}, 2),
    Vector("3.6", "90 % prediction interval at x = -2", "prediction_interval",
           {"x": OLS_X, "y": OLS_Y, "at": -2, "level": 0.90}, [-7.437307, -0.562693], 1e-6),
    # 4. Volatility
    Vector("4.1a", "4 % a day, 252 sessions", "annualise", {"daily": 0.04, "periods": 252}, 0.634980, 1e-6),
    Vector("4.1b", "4 % a day, 365 days", "annualise", {"daily": 0.04, "periods": 365}, 0.764199, 1e-6),
    Vector("4.2", "Parkinson, Garman-Klass, Rogers-Satchell, Yang-Zhang (daily sd)", "range_volatility", OHLC,
           [0.036626, 0.039943, 0.041391, 0.040516], 1e-6),
    Vector("4.3", "true range", "true_range", OHLC, [6, 4, 8]),
    Vector("4.4", "Wilder ATR, n 2", "wilder_atr", {"true_ranges": [6, 4, 8], "n": 2}, [5, 6.5]),
    Vector("4.5", "Parkinson, one bar, H/L 1.05", "parkinson_one_bar", {"ratio": 1.05}, 0.029302, 1e-6),
    Vector("4.6", "mid-rank percentile of 4", "mid_rank", {"history": [3, 1, 4, 1, 5], "value": 4}, 0.7),
    Vector("4.7", "z of 5 against {1,2,3,4}, today excluded", "z_score",
           {"history": [1, 2, 3, 4], "value": 5}, 1.936492, 1e-6),
    # 5. Composite stress score
    Vector("5.1", "phi 0: contributions and sum", "stress_score",
           {"scores": SCORES, "weights": WEIGHTS, "correlation": COMOVEMENT, "phi": 0.0}, [77, 45, 24, 8]),
    Vector("5.2", "phi .5: score and contributions", "stress_score",
           {"scores": SCORES, "weights": WEIGHTS, "correlation": COMOVEMENT, "phi": 0.5},
           [70.966189, 43.753230, 21.779386, 5.433573], 1e-6),
    Vector("5.3", "third block missing, weights renormalised", "weighted_mean_score",
           {"scores": SCORES[:2], "weights": WEIGHTS[:2]}, 86.25),
    # 6. Levels and zones
    Vector("6.1", "zone states from confirmed closes", "zone_states",
           {"closes": ZONE_CLOSES, "low": 68, "high": 70, "band": 0.5, "votes": 2}, ZONE_STATES),
    Vector("6.2", "distance in % and in ATR", "distance", {"price": 70555, "edge": 68000, "atr": 5900},
           [0.037574, 0.433051], 1e-5),
    Vector("6.3a", "depth, bid and ask, 1 %, USD", "depth",
           {"bids": BIDS, "asks": ASKS, "mid": 70000, "within": 0.01},
           [278490, 210520], 1e-6),
    Vector("6.3b", "depth, bid and ask, 2 %, USD", "depth",
           {"bids": BIDS, "asks": ASKS, "mid": 70000, "within": 0.02},
           [622990, 495720], 1e-6),
    Vector("6.4", "Fibonacci of the BTC leg", "retracement_levels",
           {"low": BTC_LOW, "high": BTC_HIGH, "shares": [0.236, 0.382, 0.5, 0.618, 0.786]},
           [75679.43, 85333.52, 93136.13, 100938.75, 112047.56], 0.02),
    Vector("6.5", "share of the leg retraced by 70,555.39", "retraced",
           {"price": 70555.39, "low": BTC_LOW, "high": BTC_HIGH},
           0.158508, 1e-5),
    Vector("6.6", "holding(3) above 68,000 by UTC day: true from the third, broken on 2026-02-11", "holding",
           {"closes": BTC_CLOSES, "low": 68000, "n": 3}, [0, 0, 1, 1, 1, 0, 0]),
    Vector("6.7", "vote for `below` needs a close under low - .25 A", "below_threshold",
           {"low": 68000, "atr": 4199, "e": 0.25},
           66950.25, 1e-6),
    Vector("6.8", "swing highs, k 1", "swing_highs", {"highs": [1, 3, 2, 5, 4, 4, 6], "k": 1}, [3, 5]),
    # 7. Crypto stress
    Vector("7.1a", "funding .01 % per 8 h: simple, compounded", "funding_annual", {"rate": 1e-4, "hours": 8},
           [0.1095, 0.115714], 2e-6),
    Vector("7.1b", "funding -.005 % per 8 h: simple", "funding_simple",
           {"rate": -5e-5, "hours": 8}, -0.05475, 2e-6),
    Vector("7.2", "funding .02 % per 4 h: 8-h equivalent, annual", "funding_normalised",
           {"rate": 2e-4, "hours": 4},
           [4e-4, 0.438]),
    Vector("7.3", "basis of a dated future", "basis",
           {"future": 70700, "spot": 70000, "days": 30}, 0.121667, 1e-6),
    Vector("7.4", "volume multiple, BTC 2026-02-05", "ratio", {"a": 125.51, "b": 42.98}, 2.92, 2e-3),
    Vector("7.5", "open interest in coins: USD -12 %, price -14.13 %", "open_interest_coins",
           {"usd_change": -0.12, "price_change": -0.141299}, 0.024804, 1e-5),
    Vector("7.6", "funding formula, premium -.08 %", "funding_rate",
           {"premium": -0.0008, "interest": 0.0001}, -0.0003, 1e-12),
    Vector("7.7", "funding formula, premium .03 %", "funding_rate",
           {"premium": 0.0003, "interest": 0.0001}, 0.0001, 1e-12),
    Vector("7.8", "peg deviation in bp", "peg_bp", {"price": 0.9950}, -50, 1e-6),
    # 8. Macro
    Vector("8.1", "CME Sep 2022: start, change, hikes", "meeting_before",
           {"average": 100 - 97.4475, "end": 100 - 96.94, "days_before": 20, "days": 30},
           [2.29875, 0.76125, 3.045], 1e-6),
    Vector("8.2", "CME Nov 2022: end, change, hikes", "meeting_after",
           {"average": 100 - 96.43, "start": 3.06, "days_before": 1, "days": 30},
           [3.587586, 0.527586, 2.110345], 1e-6),
    Vector("8.3", "cumulative after Nov: 5, 6, 7 steps", "convolve",
           {"first": {3: 1 - 0.045, 4: 0.045}, "second": {2: 1 - 0.110345, 3: 0.110345}, "ask": [5, 6, 7]},
           [0.849621, 0.145414, 0.004966], 2e-6),
    Vector("8.4", "CME Sep 2015: end rate and P(hike)", "meeting_after",
           {"average": 0.195, "start": 0.1325, "days_before": 16, "days": 30},
           [0.266429, 0.133929, 0.535714], 1e-6),
    Vector("8.5", "-3.75 bp: P(-25), P(no change)", "step_probabilities", {"change": -0.0375}, [0.15, 0.85]),
    Vector("8.6", "-40 bp: P(-50), P(-25)", "step_probabilities", {"change": -0.40}, [0.6, 0.4]),
    Vector("8.7a", "2s10s in bp", "spread_bp", {"long": 4.33, "short": 3.87}, 46),
    Vector("8.7b", "3m10y in bp", "spread_bp", {"long": 4.33, "short": 3.66}, 67),
    Vector("8.8", "credit: HYG +.5 %, IEF +1.2 %, log excess", "log_excess",
           {"a": 0.005, "b": 0.012}, -0.006941, 1e-6),
    Vector("8.9a", "ETF flow: shares x NAV", "flow_from_shares", {"shares": 1.5e6, "nav": 40}, 60e6),
    Vector("8.9b", "ETF flow: AUM method", "flow_from_aum",
           {"aum": 4131e6, "aum_before": 4000e6, "ret": 0.0175}, 61e6, 1e-3),
    Vector("8.10", "rotation spread on raw returns", "rotation",
           {"safe": [0.01, 0.02, 0.005, 0.0], "risk": [-0.04, -0.06, -0.02]}, 0.04875, 1e-9),
    # 9. Recovery or relief rally
    Vector("9.1", "Zweig 10-day EMA, starting value .35; fires at step 6", "ema",
           {"values": BREADTH, "start": 0.35, "n": 10},
           [0.35, 0.399091, 0.453802, 0.505838, 0.555685, 0.585561, 0.615459, 0.649012], 1e-6),
    Vector("9.2", "Wilson 90 % of 12/20", "wilson", {"k": 12, "n": 20}, [0.418556, 0.757613], 1e-6),
    Vector("9.3", "driftless walk, P(new low): ln(P/L) 4.5 %, 1.5 %/day, 60 days", "new_low_probability",
           {"log_distance": 0.045, "sigma": 0.015, "days": 60}, 0.698535, 1e-6),
    # 10. Analogues
    Vector("10.1", "z-normalised distance ignores scale", "z_distance", {"a": [1, 2, 3], "b": [2, 4, 6]}, 0),
    Vector("10.2", "z-normalised distance, squared", "z_distance_squared",
           {"a": [1, 2, 4], "b": [1, 3, 2]}, 4.036039, 1e-6),
    Vector("10.2b", "= 2n(1 - rho)", "two_n_one_minus_rho", {"a": [1, 2, 4], "b": [1, 3, 2]}, 4.036039, 1e-6),
    Vector("10.3", "DTW [0 1 2] v [0 0 1 2]", "dtw", {"a": [0, 1, 2], "b": [0, 0, 1, 2]}, 0),
    Vector("10.4", "DTW [0 2] v [0 1 2]", "dtw", {"a": [0, 2], "b": [0, 1, 2]}, 1),
    Vector("10.5", "fair CRPS of {0, 2} at 1", "fair_crps", {"members": [0, 2], "outcome": 1}, 0),
)
# fmt: on


def of_sections(*sections: int) -> tuple[Vector, ...]:
    """The vectors whose key begins with one of these numbers."""
    return tuple(each for each in VECTORS if int(each.key.split(".")[0]) in sections)


def check(vector: Vector, functions: Mapping[str, Callable[..., Any]]) -> None:
    """Assert that the product's function of that name gives the expected value."""
    got = functions[vector.function](**vector.given)
    if isinstance(vector.expect, list) and vector.expect and isinstance(vector.expect[0], str):
        assert list(got) == vector.expect
        return
    np.testing.assert_allclose(
        np.asarray(got, float), np.asarray(vector.expect, float), rtol=0, atol=vector.tolerance
    )
