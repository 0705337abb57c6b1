"""Lead and lag: does one series move before the other?

Only series sampled at the same instants can be asked: where one leg closes hours before the other, the
earlier one seems to lead.
"""

from dataclasses import dataclass
from datetime import datetime
from math import sqrt

import numpy as np
import pandas as pd

from analytics.correlation import joint, pearson
from analytics.quantiles import two_sided
from analytics.returns import newest
from market.definitions import Definition

DEEPEST = 10


DEFINITIONS = (
    Definition(
        "lead_lag",
        "Lead and lag",
        "The correlation of one series with the other k days later, |k| ≤ 10. A lead is told only outside a "
        "band that allows for having looked at every lag.",
        "Series sampled at one instant only; different closing hours alone make the earlier one seem to "
        "lead.",
        "Days on which either is missing are left out; missing below 30.",
        "Textbook cross-correlation, pre-whitened where both series remember; Bonferroni.",
        "Together",
    ),
)


@dataclass(frozen=True, slots=True)
class LeadLag:
    """Correlations of x today with y ``lag`` rows later; a positive lag means that x leads.

    ``leads_by`` is the lag of the largest one, None unless that lies outside ``band``, which allows for
    having looked at every lag (Bonferroni). ``whitened`` says that both series remember their own past and
    that the memory of x was filtered out of both first. ``why`` is given, and the arrays are empty, where
    nothing can be said.
    """

    lags: tuple[int, ...]
    values: tuple[float, ...]
    band: float
    leads_by: int | None
    whitened: bool
    n: int
    as_of: datetime | None
    why: str | None = None


def cross_correlation(x: np.ndarray, y: np.ndarray, lag: int) -> float:
    """The correlation of x with y ``lag`` rows later; NaN where a side is constant."""
    if lag < 0:
        return cross_correlation(y, x, -lag)
    return pearson(x[: len(x) - lag], y[lag:])


def lead_lag(x: pd.Series, y: pd.Series, deepest: int = DEEPEST, level: float = 0.95) -> LeadLag:
    """Which of two synchronous series moves first, up to ``deepest`` rows apart.

    Rows where either is missing are left out. Nothing is said below 20 joint rows more than the deepest lag.
    """
    left, right = joint(x.to_numpy(float), y.to_numpy(float))
    n = len(left)
    if n < deepest + 20:
        why = f"{n} of {deepest + 20} joint observations are known."
        return LeadLag((), (), 0.0, None, False, n, newest(x), why)
    whiten = min(abs(_memory(left)), abs(_memory(right))) > two_sided(level) / sqrt(n)
    if whiten:
        memory = _memory(left)
        left, right = (side[1:] - memory * side[:-1] for side in (left, right))
    lags = tuple(range(-deepest, deepest + 1))
    values = tuple(cross_correlation(left, right, lag) for lag in lags)
    if np.isnan(values[deepest]):
        return LeadLag((), (), 0.0, None, whiten, n, newest(x), "One of the two does not vary.")
    band = two_sided(1 - (1 - level) / len(lags)) / sqrt(len(left))
    largest = int(np.nanargmax(np.abs(values)))
    leads_by = lags[largest] if abs(values[largest]) > band else None
    return LeadLag(lags, values, band, leads_by, whiten, n, newest(x))


def effective_n(n: int, memory_x: float, memory_y: float) -> float:
    """What ``n`` observations of two series with these first autocorrelations are worth (Bartlett, 1946)."""
    return n * (1 - memory_x * memory_y) / (1 + memory_x * memory_y)


def _memory(values: np.ndarray) -> float:
    """The first autocorrelation; zero of a constant."""
    memory = cross_correlation(values, values, 1)
    return 0.0 if np.isnan(memory) else memory
