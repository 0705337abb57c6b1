"""Slow and plain ways to the same numbers: loops that read like the definition."""

import math
from collections.abc import Sequence

import numpy as np

Row = Sequence[float]


def known(values: Row) -> list[float]:
    """The values that are not missing."""
    return [value for value in values if value == value]


def drawdown(prices: Row) -> list[float]:
    """Each price over the highest one so far, less one."""
    high, found = -math.inf, []
    for price in prices:
        high = max(high, price) if price == price else high
        found.append(price / high - 1)
    return found


def rank_among_last(returns: Row, window: int) -> int:
    """One more than how many of those known among the last ``window`` returns are lower than the last."""
    kept = known(returns[-window:])
    return 1 + sum(each < kept[-1] for each in kept)


def streaks(returns: Row) -> list[int]:
    """Signed run lengths; neither a zero nor a gap is passed."""
    run, found = 0, []
    for each in returns:
        if each > 0:
            run = max(run, 0) + 1
        elif each < 0:
            run = min(run, 0) - 1
        else:
            run = 0
        found.append(run)
    return found


def mid_rank(history: Row, value: float) -> float:
    """The share below plus half the share equal."""
    below = sum(each < value for each in history)
    return (below + sum(each == value for each in history) / 2) / len(history)


def correlation(x: Row, y: Row) -> float:
    """Pearson's r of the joint observations in two passes of 80-bit floats; NaN where a side is constant."""
    both = [(a, b) for a, b in zip(x, y, strict=True) if a == a and b == b]
    if len(both) < 2 or any(len(set(side)) == 1 for side in zip(*both, strict=True)):
        return math.nan
    left, right = (np.array(side, dtype=np.longdouble) for side in zip(*both, strict=True))
    dx, dy = left - left.mean(), right - right.mean()
    return float((dx * dy).sum() / np.sqrt((dx * dx).sum() * (dy * dy).sum()))


def rolling_correlation(x: np.ndarray, window: int, needed: int) -> np.ndarray:
    """Every window of every pair of columns in two passes of 80-bit floats; NaN where too few are joint."""
    first, second = np.triu_indices(x.shape[1], 1)
    exact = x.astype(np.longdouble)
    gaps = np.isnan(x)
    found = np.full((len(x) - window + 1, len(first)), np.nan)
    for row in range(len(found)):
        part, missing = exact[row : row + window], gaps[row : row + window]
        for column, (i, j) in enumerate(zip(first, second, strict=True)):
            joint = ~(missing[:, i] | missing[:, j])
            if joint.sum() >= needed:
                found[row, column] = _two_pass(part[joint, i], part[joint, j])
    return found


def least_squares(x: Row, y: Row) -> tuple[float, float]:
    """Intercept and slope from the normal equations."""
    design = np.column_stack([np.ones(len(x)), x])
    intercept, slope = np.linalg.solve(design.T @ design, design.T @ np.array(y))
    return float(intercept), float(slope)


def _two_pass(x: np.ndarray, y: np.ndarray) -> float:
    if (x == x[0]).all() or (y == y[0]).all():
        return math.nan
    dx, dy = x - x.mean(), y - y.mean()
    return float((dx * dy).sum() / np.sqrt((dx * dx).sum() * (dy * dy).sum()))
