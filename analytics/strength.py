"""Relative strength: how much of what a price moved lately was upwards (Wilder, 1978)."""

import numpy as np
import pandas as pd

from analytics.observations import positive
from analytics.returns import newest
from market.definitions import Definition
from market.readings import Result

WINDOW = 14
OVERSOLD = 30.0

DEFINITIONS = (
    Definition(
        "relative_strength",
        "Relative strength index",
        "100 × U / (U + D), U and D the averages of rises and of falls from close to close: "
        "U(t) = (13 U(t−1) + rise) / 14, the mean of the first 14 starts it. Below 30 is called oversold.",
        "Closes of finished bars: New York sessions, or UTC days of crypto.",
        "A missing close makes two changes missing; they leave the averages alone. Missing on a day whose "
        "own change is, and before 14 changes are known.",
        "Wilder 1978.",
        "Trend",
    ),
)


def relative_strength(close: pd.Series, window: int = WINDOW) -> Result:
    """Wilder's relative strength index of the newest close, between 0 and 100.

    ``close`` holds a row for each day, NaN where there is no close; ``n`` counts the changes known. Missing
    when the newest change is, before ``window`` changes, and where the price did not move.
    """
    changes = positive(close).diff().iloc[1:].to_numpy(float)
    known = changes[~np.isnan(changes)]
    if not len(changes) or np.isnan(changes[-1]):
        return Result.missing("The newest change is missing.", len(known), window)
    if len(known) < window:
        return Result.missing(f"{len(known)} of {window} changes are known.", len(known), window)
    up, down = (_smoothed(np.maximum(sign * known, 0), window) for sign in (1, -1))
    if not up + down > 0:
        return Result.missing("The price did not move.", len(known), window)
    since = newest(close.iloc[:1])  # the averages remember all of it
    return Result(100 * up / (up + down), len(known), newest(close), window, since=since)


def _smoothed(sizes: np.ndarray, window: int) -> float:
    average = float(sizes[:window].mean())
    for size in sizes[window:]:
        average = ((window - 1) * average + float(size)) / window
    return average
