"""Does correlation rise under stress, or does it only look so?

A correlation measured on wild days is higher than on calm ones even when nothing about the two markets
changed. So every difference between stress and calm stands beside the adjustment of Forbes and Rigobon
(2002), and the correlation of the tails beside what a normal pair of the same correlation would show.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import asin, atanh, cos, exp, hypot, isfinite, nan, pi, sin, sqrt

import numpy as np
import pandas as pd

from analytics.correlation import CorrelationMatrix, correlation_matrix, joint, mardia_kappa, pearson
from analytics.observations import is_known
from analytics.quantiles import STANDARD, normal_quantile, two_sided_p, wilson_interval
from analytics.returns import newest
from market.definitions import Definition
from market.readings import Result
from market.text import correlation

FALSE_SHARE = 0.10
"""The share of false marks accepted among the marked cells (Benjamini and Hochberg, 1995)."""

FEWEST_IN_TAIL = 20
TAILS = (0.1, 0.2, 0.3, 0.5)


DEFINITIONS = (
    Definition(
        "stress_minus_calm",
        "Stress less calm correlation",
        "The correlation of the days of stress less that of the calm days. The 95% interval is Zou’s; a mark "
        "means that at most one in ten marked cells is so by chance.",
        "Two sets of common New York sessions without a day in common.",
        "A pair without enough joint observations in either set is missing.",
        "Zou 2007; Benjamini and Hochberg 1995.",
        "Together",
    ),
    Definition(
        "forbes_rigobon",
        "Stress correlation, variance taken out",
        "ρ / √(1 + δ (1 − ρ²)), δ the rise in variance of the market where the shock starts. Correlation "
        "rises by itself when variance does; this takes that out.",
        "As the stress correlation.",
        "Missing where the market stood still in calm.",
        "Forbes and Rigobon 2002. It assumes no common shock beside that market.",
        "Together",
    ),
    Definition(
        "tail_correlation",
        "Correlation in the tails",
        "The correlation of the days on which both lie beyond their quantile, beside what a normal pair of "
        "the same overall correlation would show there.",
        "Common New York sessions.",
        f"Missing with fewer than {FEWEST_IN_TAIL} such days.",
        "Longin and Solnik 2001; Ang and Chen 2002; Rosenbaum 1961.",
        "Together",
    ),
)


def two_window_z(
    r1: float, n1: float, r2: float, n2: float, kappa1: float = 0.0, kappa2: float = 0.0
) -> float:
    """How many standard errors two correlations of disjoint windows differ by, tails allowed for."""
    if not (abs(r1) < 1 and abs(r2) < 1 and n1 > 3 and n2 > 3):
        return nan
    return (atanh(r1) - atanh(r2)) / sqrt((1 + kappa1) / (n1 - 3) + (1 + kappa2) / (n2 - 3))


def forbes_rigobon(rho: float, delta: float) -> float:
    """A correlation under stress with the rise of variance taken out (Forbes and Rigobon, 2002).

    ``delta`` is the variance of the market where the shock starts under stress, over its variance in calm,
    less 1. It assumes no common shock beside the one market: a diagnostic, not the truth.
    """
    return rho / sqrt(1 + delta * (1 - rho * rho))


def benjamini_hochberg(p: np.ndarray, share: float = FALSE_SHARE) -> np.ndarray:
    """Which of many tests to mark so that at most ``share`` of the marked are false; never a NaN."""
    known = np.sort(p[~np.isnan(p)])
    passing = known <= share * np.arange(1, len(known) + 1) / max(len(known), 1)
    limit = known[passing][-1] if passing.any() else -1.0
    return np.where(np.isnan(p), np.inf, p) <= limit


@dataclass(frozen=True, slots=True)
class StressMinusCalm:
    """Correlations of two disjoint sets of days and what separates them, as square arrays; NaN where missing.

    ``adjusted`` is the stress correlation after Forbes and Rigobon with the shock starting in the row's
    market, so it is not symmetric. ``marked`` holds the cells whose difference survives `benjamini_hochberg`.
    """

    keys: tuple[str, ...]
    stress: CorrelationMatrix
    calm: CorrelationMatrix
    difference: np.ndarray
    adjusted: np.ndarray
    z: np.ndarray
    p: np.ndarray
    marked: np.ndarray
    as_of: datetime | None
    why: str | None = None

    def cell(self, row: str, column: str) -> Result:
        """One difference with its 95 % interval (Zou, 2007), n the smaller of the two samples.

        The stress correlation as Forbes and Rigobon adjust it, the shock starting in ``row``, is among the
        flags.
        """
        stress, calm = self.stress.cell(row, column), self.calm.cell(row, column)
        n = min(stress.n, calm.n)
        if stress.value is None or calm.value is None:
            why = self.why or "One of the two samples has too few joint observations."
            return Result.missing(why, n)
        low, high = zou_interval(stress, calm)
        adjusted = float(self.adjusted[self.keys.index(row), self.keys.index(column)])
        flags = (
            f"stress {correlation(stress.value)}",
            f"calm {correlation(calm.value)}",
            *((f"stress after Forbes-Rigobon {correlation(adjusted)}",) if isfinite(adjusted) else ()),
        )
        return Result(stress.value - calm.value, n, self.as_of, None, low, high, flags=flags)


def zou_interval(first: Result, second: Result) -> tuple[float, float]:
    """The interval of the difference of two independent correlations, from their own intervals (Zou, 2007).

    Raises `ValueError` where either is missing.
    """
    if None in (first.value, first.low, first.high, second.value, second.low, second.high):
        raise ValueError("both correlations and their intervals must be known")
    r1, l1, u1 = (float(number or 0.0) for number in (first.value, first.low, first.high))
    r2, l2, u2 = (float(number or 0.0) for number in (second.value, second.low, second.high))
    return r1 - r2 - hypot(r1 - l1, u2 - r2), r1 - r2 + hypot(u1 - r1, r2 - l2)


def stress_minus_calm(stress: pd.DataFrame, calm: pd.DataFrame) -> StressMinusCalm:
    """What happened to every correlation between two disjoint sets of rows of aligned moves.

    Raises `ValueError` when the two share a row or name different columns.
    """
    if len(stress.index.intersection(calm.index)) or list(stress.columns) != list(calm.columns):
        raise ValueError("stress and calm are different days of the same series")
    wild, quiet = (correlation_matrix(moves, max(len(moves), 1)) for moves in (stress, calm))
    size = len(wild.keys)
    adjusted, z = np.full((size, size), nan), np.full((size, size), nan)
    wild_sides, quiet_sides = stress.to_numpy(float).T, calm.to_numpy(float).T
    for row, column in zip(*np.nonzero(~np.eye(size, dtype=bool)), strict=True):
        delta = _variance_rise(wild_sides[row], quiet_sides[row])
        if np.isfinite(delta):
            adjusted[row, column] = forbes_rigobon(wild.value[row, column], delta)
        if row < column and np.isfinite(wild.value[row, column] - quiet.value[row, column]):
            kappas = (mardia_kappa(sides[row], sides[column]) for sides in (wild_sides, quiet_sides))
            z[row, column] = z[column, row] = two_window_z(
                wild.value[row, column],
                wild.n[row, column],
                quiet.value[row, column],
                quiet.n[row, column],
                *kappas,
            )
    p = two_sided_p(z)
    upper = np.triu_indices(size, 1)
    marked = np.zeros((size, size), dtype=bool)
    marked[upper] = benjamini_hochberg(p[upper])
    why = None
    if not np.isfinite(z).any():
        why = "Too few days are of one kind to compare the two."
    as_of = max((each for each in (newest(stress.iloc[:, 0]), newest(calm.iloc[:, 0])) if each), default=None)
    return StressMinusCalm(
        wild.keys, wild, quiet, wild.value - quiet.value, adjusted, z, p, marked | marked.T, as_of, why
    )


def split_by(moves: pd.DataFrame, gauge: pd.Series, threshold: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows on which ``gauge`` stood at ``threshold`` or above, and the other rows where it is known."""
    level = gauge.reindex(moves.index)
    return moves[level >= threshold], moves[level < threshold]


def split_last(moves: pd.DataFrame, window: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The last ``window`` rows, and as many before them."""
    return moves.iloc[-window:], moves.iloc[-2 * window : -window]


@dataclass(frozen=True, slots=True)
class Exceedance:
    """The correlation of the days on which both sides lie beyond their quantile, and what is normal there.

    ``normal`` is the same correlation of a normal pair with the whole sample's correlation: smaller than
    that, and falling to zero in the far tail. Only what lies above it speaks for contagion.
    """

    share: float
    lower: bool
    correlation: Result
    normal: float


def exceedance_correlations(
    x: pd.Series, y: pd.Series, shares: Sequence[float] = TAILS
) -> tuple[Exceedance, ...]:
    """Correlations in the joint tails (Longin and Solnik, 2001; Ang and Chen, 2002), lower tails first.

    Missing where fewer than 20 joint observations lie in a tail.
    """
    left, right = joint(x.to_numpy(float), y.to_numpy(float))
    whole = pearson(left, right)
    return tuple(
        _exceedance(left, right, whole, share, lower, newest(x))
        for lower in (True, False)
        for share in shares
    )


def downside_correlation(asset: pd.Series, market: pd.Series, share: float = 0.5) -> Result:
    """The correlation over the days on which the market lies below its own quantile."""
    y, x = joint(asset.to_numpy(float), market.to_numpy(float))
    if not len(x):
        return Result.missing("There are no joint observations.")
    return _tail(x, y, x < np.quantile(x, share), newest(market))


def lower_tail_dependence(
    asset: pd.Series, market: pd.Series, share: float = 0.10, level: float = 0.90
) -> Result:
    """How often the asset has one of its worst days on one of the market's, with Wilson's interval.

    Without dependence it is ``share`` itself. Missing below 20 such days of the market.
    """
    y, x = joint(asset.to_numpy(float), market.to_numpy(float))
    bad = x < np.quantile(x, share) if len(x) else np.zeros(0, bool)
    n = int(bad.sum())
    if n < FEWEST_IN_TAIL:
        return Result.missing(f"{n} of {FEWEST_IN_TAIL} days needed lie in the tail.", n)
    both = int((bad & (y < np.quantile(y, share))).sum())
    return Result(both / n, n, newest(market), None, *wilson_interval(both, n, level))


def normal_exceedance(rho: float, share: float) -> float:
    """The correlation of a normal pair given that both lie below their ``share`` quantile.

    From the moments of the truncated bivariate normal (Rosenbaum, 1961).
    """
    if not abs(rho) < 1:
        return rho
    h = -normal_quantile(share)
    inside = bivariate_normal_tail(h, rho)
    if inside < 1e-9:  # less than the quadrature can tell from nothing
        return nan
    root = sqrt(1 - rho * rho)
    density, beyond = STANDARD.pdf(h), 1 - STANDARD.cdf(h * (1 - rho) / root)
    corner = exp(-h * h / (1 + rho)) / (2 * pi)
    mean = (1 + rho) * density * beyond / inside
    square = 1 + (h * (1 + rho * rho) * density * beyond + rho * root * corner) / inside
    product = rho + (2 * rho * h * density * beyond + root * corner) / inside
    return (product - mean * mean) / (square - mean * mean)


def bivariate_normal_tail(h: float, rho: float) -> float:
    """The chance that both of a normal pair lie above ``h`` (Plackett, 1954), by quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    top = asin(rho)
    angles = top * (nodes + 1) / 2
    density = [exp(-h * h / (1 + sin(angle))) if cos(angle) else 0.0 for angle in angles]
    return (1 - STANDARD.cdf(h)) ** 2 + float(weights @ np.array(density)) * top / 2 / (2 * pi)


def _variance_rise(wild: np.ndarray, quiet: np.ndarray) -> float:
    wild, quiet = wild[is_known(wild)], quiet[is_known(quiet)]
    if len(wild) < 2 or len(quiet) < 2 or not quiet.var() > 0:
        return nan
    return float(wild.var(ddof=1) / quiet.var(ddof=1) - 1)


def _exceedance(
    x: np.ndarray, y: np.ndarray, whole: float, share: float, lower: bool, as_of: datetime | None
) -> Exceedance:
    normal = normal_exceedance(whole, share) if np.isfinite(whole) else nan
    if not len(x):
        return Exceedance(share, lower, Result.missing("There are no joint observations."), normal)
    beyond: Callable[[np.ndarray], np.ndarray] = (
        (lambda side: side < np.quantile(side, share))
        if lower
        else (lambda side: side > np.quantile(side, 1 - share))
    )
    return Exceedance(share, lower, _tail(x, y, beyond(x) & beyond(y), as_of), normal)


def _tail(x: np.ndarray, y: np.ndarray, inside: np.ndarray, as_of: datetime | None) -> Result:
    n = int(inside.sum())
    if n < FEWEST_IN_TAIL:
        return Result.missing(f"{n} of {FEWEST_IN_TAIL} days needed lie in the tail.", n)
    value = pearson(x[inside], y[inside])
    return Result(value, n, as_of) if np.isfinite(value) else Result.missing("A side does not vary there.", n)
