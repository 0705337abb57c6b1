"""How alike two paths are, and how well a spread of outcomes foretold one: distances and the fair CRPS.

Likeness of paths describes. Over 186 falls of the Nasdaq since 1971 the most alike ones foretold the
sequel no better than all of them.
"""

from collections.abc import Sequence
from math import inf, sqrt

import numpy as np

from analytics.observations import is_known
from analytics.quantiles import varies
from market.readings import Result

GAPS = "A path has gaps."
Path = Sequence[float] | np.ndarray


def z_distance(one: Path, other: Path) -> Result:
    """The Euclidean distance of two paths, each on its own mean and spread: it ignores depth.

    It equals √(2n(1 − ρ)). Missing for paths of different lengths, or one that does not vary.
    """
    a, b = np.asarray(one, float), np.asarray(other, float)
    if len(a) != len(b):
        return Result.missing("The paths have different lengths.", n=min(len(a), len(b)))
    if not (is_known(a).all() and is_known(b).all()):
        return Result.missing(GAPS, n=len(a))
    if not (varies(a) and varies(b)):
        return Result.missing("A path does not vary.", n=len(a))
    gap = (a - a.mean()) / a.std() - (b - b.mean()) / b.std()
    return Result(sqrt(float(gap @ gap)), n=len(a))


def raw_distance(one: Path, other: Path) -> Result:
    """The Euclidean distance of two paths as they are: on log paths it keeps depth."""
    a, b = np.asarray(one, float), np.asarray(other, float)
    if len(a) != len(b) or not len(a):
        return Result.missing("The paths have different lengths, or none.", n=min(len(a), len(b)))
    if not (is_known(a).all() and is_known(b).all()):
        return Result.missing(GAPS, n=len(a))
    return Result(sqrt(float((a - b) @ (a - b))), n=len(a))


def warped_distance(one: Path, other: Path, band: float | None = None) -> Result:
    """Dynamic time warping between two paths: the least distance when time may stretch.

    ``band`` is the share of the longer path that it may stretch by; without one it may do so freely.
    """
    a, b = np.asarray(one, float), np.asarray(other, float)
    if not len(a) or not len(b):
        return Result.missing("A path is empty.")
    if not (is_known(a).all() and is_known(b).all()):
        return Result.missing(GAPS, n=min(len(a), len(b)))
    longest = max(len(a), len(b))
    reach = longest if band is None else max(round(band * longest), abs(len(a) - len(b)))
    cost = np.full((len(a) + 1, len(b) + 1), inf)
    cost[0, 0] = 0.0
    for i in range(1, len(a) + 1):
        for j in range(max(1, i - reach), min(len(b), i + reach) + 1):
            before = min(cost[i - 1, j], cost[i, j - 1], cost[i - 1, j - 1])
            cost[i, j] = (a[i - 1] - b[j - 1]) ** 2 + before
    return Result(sqrt(float(cost[-1, -1])), n=min(len(a), len(b)))


def fair_crps(members: Path, outcome: float) -> Result:
    """How far a spread of outcomes was from what came: lower is better; fair to small spreads (Ferro, 2014).

    Missing for fewer than two members.
    """
    values = np.asarray(members, float)
    n = len(values)
    if n < 2:
        return Result.missing("A spread needs two members.", n=n)
    if not is_known(np.append(values, outcome)).all():
        return Result.missing("A member or the outcome is missing.", n=n)
    miss = float(np.abs(values - outcome).mean())
    apart = float(np.abs(values[:, None] - values[None]).sum()) / (2 * n * (n - 1))
    return Result(miss - apart, n=n)
