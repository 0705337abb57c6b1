"""Drawdowns: how far a price stands below a high, for how long, and what it takes to come back.

A drawdown is a fraction, never above zero except against the high of a past year. A price that is missing or
not positive has no drawdown and does not move the high. After Magdon-Ismail and Atiya (2004).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import inf, sqrt

import numpy as np
import pandas as pd

from analytics.observations import observed, positive
from analytics.returns import newest
from market.definitions import Definition
from market.readings import Result

NO_PRICES = "There are no positive prices."
NO_FALL = "A gauge has no fall from its high."
NO_LAST = "The last price is missing or not positive."

DEFINITIONS = (
    Definition(
        key="low_on_high",
        title="Low on the highest high",
        formula="Low(t) / max(High before t) − 1, at most zero.",
        sampling="Finished bars. The high of the same bar is left out: which came first is unknown.",
        gaps="Missing where no highs and lows are published.",
        source="Magdon-Ismail and Atiya (2004), on highs and lows instead of closes.",
        group="Falls",
    ),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A price and the instant it was set."""

    price: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Drawdown:
    """One fall from a high and the way back; ``recovery`` is None while it lasts.

    ``peak`` is the last row at the high, ``trough`` the first row at the lowest close, ``recovery`` the first
    row at the high again or above. Durations come in rows (sessions) and in calendar days; those of the way
    back count up to the newest row while the drawdown is open.
    """

    peak: Mark
    trough: Mark
    recovery: Mark | None
    depth: float
    sessions_to_trough: int
    sessions_from_trough: int
    days_to_trough: int
    days_from_trough: int

    @property
    def is_open(self) -> bool:
        """Whether the high has not been seen again."""
        return self.recovery is None

    @property
    def sessions(self) -> int:
        """Rows from the peak to the recovery, or so far."""
        return self.sessions_to_trough + self.sessions_from_trough

    @property
    def days(self) -> int:
        """Calendar days from the peak to the recovery, or so far."""
        return self.days_to_trough + self.days_from_trough


def drawdown(close: pd.Series) -> pd.Series:
    """Each price against the highest one so far; NaN where the price is missing or not positive."""
    prices = positive(close)
    return prices / prices.cummax() - 1


def rolling_drawdown(close: pd.Series, window: int) -> pd.Series:
    """Each price against the highest of the last ``window`` rows, its own included; NaN for the first rows.

    It can rise without a move of the price, when an old high leaves the window.
    """
    prices = positive(close)
    high = prices.rolling(window, min_periods=1).max()
    high.iloc[: window - 1] = np.nan
    return prices / high - 1


def drawdown_since(close: pd.Series, start: datetime) -> pd.Series:
    """Each price after ``start`` against the highest one since then.

    A price of the instant ``start`` itself ended what was before: a midnight ends the day before it.
    """
    return drawdown(close[close.index > pd.Timestamp(start)])


def low_on_high(high: pd.Series, low: pd.Series) -> pd.Series:
    """Each low against the highest high of the rows before it, at most zero; NaN for the first row.

    The high of its own row is left out: whether it came before or after the low is not known.
    """
    peak = positive(high).cummax().shift()
    return (positive(low) / peak - 1).clip(upper=0)


def latest_drawdown(close: pd.Series) -> Result:
    """The last price against the highest one of the history."""
    prices = positive(close)
    if not prices.notna().any():
        return Result.missing(NO_PRICES)
    if not np.isfinite(prices.iloc[-1]):
        return Result.missing(NO_LAST, n=int(prices.count()))
    value = float(prices.iloc[-1] / prices.max() - 1)
    return Result(value, n=int(prices.count()), as_of=newest(close))


def latest_rolling_drawdown(close: pd.Series, window: int) -> Result:
    """The last price against the highest of the last ``window`` rows."""
    if len(close) < window:
        return Result.missing(f"The history holds {len(close)} of {window} sessions.", len(close), window)
    found = latest_drawdown(close.iloc[-window:])
    return Result(found.value, found.n, found.as_of, window, why=found.why)


def from_high_of_year(close: pd.Series, dates: pd.DatetimeIndex, year: int) -> Result:
    """The last close against the highest close of one calendar year; above zero once that high is passed.

    Flagged ``partial`` while the year lasts, and where the history starts after its first ten days.
    """
    prices = positive(close).to_numpy(float)
    inside = np.asarray(dates.year == year)
    within = prices[inside]
    n = int((within > 0).sum())
    if not n:
        return Result.missing(f"There are no closes of {year}.")
    if np.isnan(prices[-1]):
        return Result.missing(NO_LAST, n=n)
    value = float(prices[-1] / np.nanmax(within) - 1)
    first = dates[int(inside.argmax())]
    partial = bool(inside[-1]) or first > pd.Timestamp(year, 1, 10)
    return Result(value, n, newest(close), flags=("partial",) if partial else ())


def highest(prices: pd.Series) -> Mark | None:
    """The highest price and the last instant it was seen; None where there is none."""
    known = observed(prices).dropna()
    if known.empty:
        return None
    place = len(known) - 1 - int(known.to_numpy()[::-1].argmax())
    return _mark(known, place)


def lowest(prices: pd.Series) -> Mark | None:
    """The lowest price and the first instant it was seen; None where there is none."""
    known = observed(prices).dropna()
    return None if known.empty else _mark(known, int(known.to_numpy().argmin()))


def drawdowns(close: pd.Series) -> tuple[Drawdown, ...]:
    """Every fall below the running high, oldest first; a tie at the high ends it. The last may be open.

    A gap is neither a high nor a low, and counts as a session.
    """
    every = positive(close)
    rows = np.flatnonzero(every.notna())
    prices = every.iloc[rows]
    levels = prices.to_numpy(float)
    below = levels < np.maximum.accumulate(levels) if len(levels) else np.zeros(0, bool)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], below, [False])).astype(np.int8)))
    return tuple(_drawdown(prices, rows, int(start) - 1, int(end)) for start, end in edges.reshape(-1, 2))


def ulcer_index(close: pd.Series) -> Result:
    """The root of the mean squared drawdown from the running high (Martin and McCann, 1989)."""
    depth = drawdown(close).dropna()
    return _summary(close, depth, lambda values: sqrt(float((values**2).mean())))


def pain_index(close: pd.Series) -> Result:
    """The mean depth below the running high, as a positive fraction."""
    depth = drawdown(close).dropna()
    return _summary(close, depth, lambda values: -float(values.mean()))


def share_under_water(close: pd.Series) -> Result:
    """The share of rows that stand below the running high."""
    depth = drawdown(close).dropna()
    return _summary(close, depth, lambda values: float((values < 0).mean()))


def time_weighted_mean(values: pd.Series) -> Result:
    """The mean of a series weighted by real time: each value holds until the next one (previous tick)."""
    known = observed(values).dropna()
    if len(known) < 2:
        return Result.missing("A mean over time needs two observations.", n=len(known))
    held = np.diff((known.index - known.index[0]) / pd.Timedelta(1, "D"))
    mean = float((known.to_numpy(float)[:-1] * held).sum() / held.sum())
    return Result(mean, n=len(known), as_of=newest(known))


def rise_to_recover(depth: float) -> float:
    """The rise that undoes a drawdown: -0.5 needs 1.0; infinite when nothing is left."""
    return 1 / (1 + depth) - 1 if depth > -1 else inf


def _mark(prices: pd.Series, place: int) -> Mark:
    return Mark(float(prices.iloc[place]), pd.Timestamp(prices.index[place]).to_pydatetime())


def _drawdown(prices: pd.Series, rows: np.ndarray, peak: int, end: int) -> Drawdown:
    """The drawdown of the prices after ``peak`` and before ``end``, where ``end`` may lie past the last one.

    ``rows`` says which row of the history each price stands in.
    """
    levels = prices.to_numpy(float)
    trough = peak + 1 + int(levels[peak + 1 : end].argmin())
    newest_row = min(end, len(levels) - 1)
    at = pd.DatetimeIndex(prices.index)
    return Drawdown(
        peak=_mark(prices, peak),
        trough=_mark(prices, trough),
        recovery=_mark(prices, end) if end < len(levels) else None,
        depth=float(levels[trough] / levels[peak] - 1),
        sessions_to_trough=int(rows[trough] - rows[peak]),
        sessions_from_trough=int(rows[newest_row] - rows[trough]),
        days_to_trough=_days(at[peak], at[trough]),
        days_from_trough=_days(at[trough], at[newest_row]),
    )


def _days(start: pd.Timestamp, end: pd.Timestamp) -> int:
    """Whole calendar days, whatever an hour of summer time does to the closing instant."""
    return round((end - start) / pd.Timedelta(1, "D"))


def _summary(close: pd.Series, depth: pd.Series, sum_of: Callable[[np.ndarray], float]) -> Result:
    if depth.empty:
        return Result.missing(NO_PRICES)
    return Result(sum_of(depth.to_numpy(float)), n=len(depth), as_of=newest(close))
