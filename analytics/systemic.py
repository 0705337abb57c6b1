"""How tightly markets hang together: average correlation, absorption ratio, turbulence.

Every one of them is about a fixed set of series: a set that grows or shrinks moves them by itself. What
belongs to a day is made of that day and of days before it; nothing is estimated on a sample that holds the
future.
"""

from math import nan

import numpy as np
import pandas as pd

from analytics.correlation import CorrelationMatrix, fewest_joint
from analytics.observations import is_known, observed
from analytics.quantiles import varies
from analytics.returns import newest
from analytics.rolling import rolling_correlation
from market.definitions import Definition
from market.readings import Result

SECTORS = ("IGV", "SMH", "XLK", "XLP", "XLU", "XLV")
"""The fixed set of funds that stands for the American market, industry by industry."""

FLOOR = 1e-8
"""The least eigenvalue of a correlation matrix that is to be inverted."""

SHRINK_FROM = 20
"""Series from which a covariance is shrunk before it is inverted."""


DEFINITIONS = (
    Definition(
        "average_pairwise",
        "Average pairwise correlation",
        "The mean of the correlations of all pairs of a fixed set, equally weighted.",
        "Common New York sessions.",
        "Pairs without enough joint observations are left out; the share of pairs known is told.",
        "Textbook.",
        "Together",
    ),
    Definition(
        "turbulence",
        "Turbulence",
        "The squared Mahalanobis distance of a day’s moves over their number, mean and covariance from the "
        "days before only: 1 is an ordinary day. Divided by the same without correlations it tells how "
        "unusual the combination is.",
        "Common New York sessions.",
        "Missing on a day on which a series is, and below 80% complete days before.",
        "Kritzman and Li 2010; Kinlaw and Turkington 2014; Ledoit and Wolf 2004 from 20 series on.",
        "Together",
    ),
    Definition(
        "absorption_ratio",
        "Absorption ratio",
        "The share of all variance taken up by the first N/5 principal components; recent days weigh more, "
        "with a half-life of half the window.",
        "Common New York sessions.",
        "Days that miss a series are left out; missing below 80% of the window.",
        "Kritzman, Li, Page and Rigobon 2011.",
        "Together",
    ),
)


def average_pairwise(matrix: CorrelationMatrix) -> Result:
    """The mean of all correlations between two different series; ``coverage`` is the share of pairs known."""
    pairs = matrix.value[np.triu_indices(len(matrix.keys), 1)]
    known = pairs[~np.isnan(pairs)]
    if not len(known):
        return Result.missing(matrix.why or "No pair has enough observations.", 0, matrix.window)
    window = matrix.window
    return Result(float(known.mean()), window, matrix.as_of, window, coverage=len(known) / len(pairs))


def rolling_average_pairwise(moves: pd.DataFrame, window: int = 60) -> pd.Series:
    """The average pairwise correlation of every stretch of ``window`` rows, by the instant it ends.

    Each pair on its joint observations; NaN where fewer than half of the pairs have enough of them.
    """
    found = rolling_correlation(moves.to_numpy(float), window, fewest_joint(window))
    known = (~np.isnan(found)).sum(axis=1)
    mean = np.full(len(found), nan)
    np.divide(np.nansum(found, axis=1), known, out=mean, where=known * 2 >= max(found.shape[1], 1))
    return pd.Series(mean, index=moves.index[window - 1 :], name="average_pairwise")


def absorption_ratio(covariance: np.ndarray, factors: int | None = None) -> float:
    """The share of all variance that the first ``factors`` principal components take up.

    By default a fifth of the number of series (Kritzman, Li, Page and Rigobon, 2011).
    """
    values = np.linalg.eigvalsh(covariance)[::-1]
    count = max(round(len(values) / 5), 1) if factors is None else factors
    return float(values[:count].sum() / values.sum())


def absorption_ratios(moves: pd.DataFrame, window: int = 500, half_life: int = 250) -> pd.Series:
    """The absorption ratio of every stretch of ``window`` rows, recent rows weighing more, by the instant it
    ends.

    A row that misses a series is left out of the covariance; NaN where fewer than 80 % of the rows are left.
    """
    weights = 0.5 ** (np.arange(window)[::-1] / half_life)
    values = moves.to_numpy(float)
    ratios = [
        _weighted_absorption(values[end - window : end], weights) for end in range(window, len(values) + 1)
    ]
    return pd.Series(ratios, index=moves.index[window - 1 :], name="absorption_ratio", dtype=float)


def absorption_shift(ratios: pd.Series, short: int = 15, long: int = 252) -> Result:
    """How many standard deviations the recent absorption ratio lies above its year; above 1 is fragile."""
    known = observed(ratios).dropna()
    if len(known) < long:
        return Result.missing(f"The history holds {len(known)} of {long} sessions.", len(known), long)
    year = known.iloc[-long:]
    if not varies(year.to_numpy(float)):
        return Result.missing("The absorption ratio did not vary.", long, long)
    shift = (year.iloc[-short:].mean() - year.mean()) / year.std(ddof=1)
    return Result(float(shift), long, newest(known), long)


def turbulence(move: np.ndarray, covariance: np.ndarray, mean: np.ndarray | None = None) -> float:
    """How unusual one day's moves are together: the squared Mahalanobis distance (Kritzman and Li, 2010)."""
    gap = move if mean is None else move - mean
    return float(gap @ np.linalg.solve(covariance, gap))


def turbulences(moves: pd.DataFrame, history: int = 504) -> pd.DataFrame:
    """The turbulence of each day against the ``history`` rows before it, per series: 1 is an ordinary day.

    Columns ``turbulence``, ``magnitude`` (the same with correlations set to zero) and ``surprise``, their
    ratio (Kinlaw and Turkington, 2014): above 1 the day's moves are unusual in their combination. The
    covariance is shrunk (Ledoit and Wolf, 2004) from 20 series on. NaN where a series is missing that day, is
    constant before, or where fewer than 80 % of the rows before are complete.
    """
    values = moves.to_numpy(float)
    found = np.full((max(len(values) - history, 0), 3), nan)
    for place in range(len(found)):
        found[place, :2] = _turbulence_of(values[place + history], values[place : place + history])
    with np.errstate(divide="ignore", invalid="ignore"):
        found[:, 2] = found[:, 0] / found[:, 1]
    names = ["turbulence", "magnitude", "surprise"]
    return pd.DataFrame(found, index=moves.index[history:], columns=names)


def ledoit_wolf(rows: np.ndarray) -> tuple[np.ndarray, float]:
    """The covariance (ddof 0) shrunk towards equal variances without correlation, and how far (0 to 1).

    Ledoit and Wolf (2004). No gaps allowed.
    """
    centred = rows - rows.mean(axis=0)
    n, size = centred.shape
    covariance = centred.T @ centred / n
    target = np.trace(covariance) / size
    spread = ((covariance - target * np.eye(size)) ** 2).sum() / size
    squares = centred**2
    noise = ((squares.T @ squares).sum() / n - (covariance**2).sum()) / (n * size)
    shrinkage = float(min(noise, spread) / spread) if spread > 0 else 0.0
    return (1 - shrinkage) * covariance + shrinkage * target * np.eye(size), shrinkage


def positive_definite(correlation: np.ndarray) -> np.ndarray:
    """The matrix with eigenvalues raised to 1e-8 and its diagonal set back to 1: one that can be inverted.

    Correlations of pairs on different joint samples need not form a possible matrix; this is the nearest use.
    """
    values, vectors = np.linalg.eigh(correlation)
    raised = vectors * np.maximum(values, FLOOR) @ vectors.T
    scale = np.sqrt(np.diag(raised))
    possible: np.ndarray = raised / scale / scale[:, None]
    return possible


def _weighted_absorption(rows: np.ndarray, weights: np.ndarray) -> float:
    complete = is_known(rows).all(axis=1)
    if complete.sum() < 0.8 * len(rows):
        return nan
    kept, weight = rows[complete], weights[complete] / weights[complete].sum()
    centred = kept - weight @ kept
    covariance = (centred * weight[:, None]).T @ centred
    return absorption_ratio(covariance) if np.trace(covariance) > 0 else nan


def _turbulence_of(move: np.ndarray, before: np.ndarray) -> tuple[float, float]:
    complete = before[is_known(before).all(axis=1)]
    size = len(move)
    enough = len(complete) >= max(0.8 * len(before), size + 2)
    if not is_known(move).all() or not enough or not all(varies(column) for column in complete.T):
        return nan, nan
    shrunk = size >= SHRINK_FROM
    covariance = ledoit_wolf(complete)[0] if shrunk else np.atleast_2d(np.cov(complete, rowvar=False))
    variances = np.diag(covariance)
    scale = np.sqrt(variances)
    if np.linalg.eigvalsh(covariance / scale / scale[:, None])[0] < FLOOR:
        return nan, nan
    gap = move - complete.mean(axis=0)
    return turbulence(gap, covariance) / size, float((gap * gap / variances).sum() / size)
