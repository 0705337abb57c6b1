"""Correlation, with what it stands on: estimators, intervals, one pair, all pairs, and through time.

Series come aligned (`analytics.alignment`): one index, NaN where a side is missing. A pair uses its joint
observations. Returns have fat tails, under which Fisher's textbook interval covers 77 to 87 % where it says
95: the intervals here are widened by Mardia's kurtosis (Pearson) or are those of Bonett and Wright
(Spearman).
"""

from datetime import datetime
from enum import StrEnum
from math import atanh, nan, sqrt, tanh

import numpy as np
import pandas as pd

from analytics.quantiles import two_sided, varies
from analytics.ranks import mid_ranks
from analytics.returns import newest
from analytics.rolling import rolling_correlation
from market.readings import Result

LEVEL = 0.95
FEWEST = 4
"""Joint observations below which no interval exists."""

INDISTINCT = "not distinguishable from zero"


class Method(StrEnum):
    """How a correlation is estimated."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"
    KENDALL = "kendall"


def fewest_joint(window: int) -> int:
    """The joint observations a window needs: 80 % of it, at least 20 (4 in a window under 25 sessions)."""
    share = -(-4 * window // 5)
    return max(FEWEST if window < 25 else 20, share)


# Estimators: two arrays of equal length in, a number or NaN (a side is constant) out.


def pearson(x: np.ndarray, y: np.ndarray) -> float:
    """The product-moment correlation of the joint observations."""
    both = np.column_stack([x, y])
    return float(rolling_correlation(both, len(both), min_periods=2)[0, 0]) if len(both) > 1 else nan


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """The correlation of the mid-ranks of the joint observations."""
    x, y = _joint(x, y)
    return pearson(mid_ranks(x), mid_ranks(y))


def kendall(x: np.ndarray, y: np.ndarray) -> float:
    """Kendall's tau-b of the joint observations: concordant less discordant pairs, ties taken out."""
    x, y = _joint(x, y)
    order_x, order_y = np.sign(x[:, None] - x), np.sign(y[:, None] - y)
    scale = sqrt(float((order_x != 0).sum())) * sqrt(float((order_y != 0).sum()))
    return float((order_x * order_y).sum() / scale) if scale else nan


ESTIMATORS = {Method.PEARSON: pearson, Method.SPEARMAN: spearman, Method.KENDALL: kendall}


def ewma_correlation(x: pd.Series, y: pd.Series, decay: float = 0.94, warm_up: int = 60) -> pd.Series:
    """Exponentially weighted correlation with zero means (RiskMetrics, 1996), from row ``warm_up`` on.

    The mean products of the first ``warm_up`` joint observations start it; gaps leave it alone. One large day
    moves it a lot: never show it without the plain correlation beside it.
    """
    both = pd.DataFrame({"x": x, "y": y}).dropna()
    values = both.to_numpy(float)
    products = np.column_stack([values[:, 0] ** 2, values[:, 1] ** 2, values[:, 0] * values[:, 1]])
    smooth = np.full((len(products), 3), np.nan)
    state = products[:warm_up].mean(axis=0) if len(products) > warm_up else None
    for place in range(warm_up, len(products)):
        state = ewma_step(state, products[place], decay)
        smooth[place] = state
    scale = np.sqrt(smooth[:, 0]) * np.sqrt(smooth[:, 1])
    value = np.divide(smooth[:, 2], scale, out=np.full(len(scale), np.nan), where=scale > 0)
    return pd.Series(value, index=both.index).reindex(x.index)


def ewma_step(
    old: np.ndarray | float | None, product: np.ndarray | float, decay: float = 0.94
) -> np.ndarray | float:
    """An exponentially weighted moment after one more product of returns."""
    return product if old is None else decay * old + (1 - decay) * product


def ewma_memory(decay: float) -> tuple[float, float]:
    """The half-life of an exponential weight in rows, and the plain sample it is worth."""
    return float(np.log(0.5) / np.log(decay)), (1 + decay) / (1 - decay)


# Intervals


def fisher_interval(r: float, n: float, kappa: float = 0.0, level: float = LEVEL) -> tuple[float, float]:
    """Fisher's interval of a correlation, widened for excess kurtosis ``kappa`` (Muirhead, 1982); n > 3."""
    return _interval(r, sqrt((1 + kappa) / (n - 3)), level)


def bonett_wright_interval(r: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a rank correlation after Bonett and Wright (2000); n above 3."""
    return _interval(r, sqrt((1 + r * r / 2) / (n - 3)), level)


def kendall_interval(tau: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of Kendall's tau after Fieller, Hartley and Pearson (1957); all of [-1, 1] below 5."""
    return _interval(tau, sqrt(0.437 / (n - 4)), level) if n > 4 else (-1.0, 1.0)


def mardia_kappa(x: np.ndarray, y: np.ndarray) -> float:
    """How much fatter the tails of a pair are than normal ones, at least zero (Mardia's kurtosis, p = 2)."""
    r = pearson(x, y)
    x, y = _standard(x), _standard(y)
    if not abs(r) < 1:
        return 0.0
    distance = (x * x - 2 * r * x * y + y * y) / (1 - r * r)
    return _kappa(float((distance**2).mean()), len(x))


def _kappa(kurtosis: float, n: int) -> float:
    return max(0.0, kurtosis / 8 - 1) * (n + 1) / (n - 1)


def _interval(r: float, error: float, level: float) -> tuple[float, float]:
    if abs(r) >= 1:
        return r, r
    half = two_sided(level) * error
    return tanh(atanh(r) - half), tanh(atanh(r) + half)


# One pair


def correlate(
    x: pd.Series,
    y: pd.Series,
    window: int = 60,
    method: Method | str = Method.PEARSON,
    level: float = LEVEL,
) -> Result:
    """The correlation of the last ``window`` rows of two aligned series, with its interval.

    ``n`` counts the joint observations, ``coverage`` their share of the window. Missing, and why, when the
    history is shorter than the window, when too few observations are joint, or when a side does not vary.
    Flagged `INDISTINCT` when the interval holds zero.
    """
    if len(x) < window:
        return Result.missing(
            f"The history holds {len(x)} sessions; the window asks for {window}.", len(x), window
        )
    left, right = (side.to_numpy(float)[-window:] for side in (x, y))
    return _estimate(left, right, Method(method), level, newest(x))


def _estimate(x: np.ndarray, y: np.ndarray, method: Method, level: float, as_of: datetime | None) -> Result:
    window, n = len(x), int((~np.isnan(x) & ~np.isnan(y)).sum())
    if n < fewest_joint(window):
        return Result.missing(
            f"Only {n} of {window} observations are joint; {fewest_joint(window)} are needed.", n, window
        )
    value = ESTIMATORS[method](x, y)
    if np.isnan(value):
        return Result.missing("One of the two does not vary in this window.", n, window)
    low, high = _interval_of(method, value, x, y, n, level)
    flags = (INDISTINCT,) if low <= 0 <= high else ()
    return Result(value, n, as_of, window, low, high, coverage=n / window, flags=flags)


def _interval_of(
    method: Method, value: float, x: np.ndarray, y: np.ndarray, n: int, level: float
) -> tuple[float, float]:
    if method is Method.SPEARMAN:
        return bonett_wright_interval(value, n, level)
    if method is Method.KENDALL:
        return kendall_interval(value, n, level)
    return fisher_interval(value, n, mardia_kappa(*_joint(x, y)), level)


def _joint(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    both = ~np.isnan(x) & ~np.isnan(y)
    return (x, y) if both.all() else (x[both], y[both])


def _standard(values: np.ndarray) -> np.ndarray:
    centred: np.ndarray = values - values.mean()
    return centred / sqrt(float((centred * centred).mean())) if varies(values) else centred
