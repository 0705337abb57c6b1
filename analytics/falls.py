"""The largest one-day falls: rank, day, size, and what followed."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from analytics.ranks import worst
from market.bars import Bars
from market.definitions import Definition
from market.readings import Envelope, Result, envelope

DEFINITIONS = (
    Definition(
        "largest_fall",
        "One-day fall",
        "Close / close before − 1; ranked among all one-day changes loaded, 1 the worst.",
        "New York closes for exchanges, UTC-day closes for crypto. A day in progress ranks provisionally.",
        "A change across a missing close is left out.",
        "Simple return.",
        "Falls",
    ),
    Definition(
        "after_fall",
        "The days after",
        "Close 5 bars after the fall / close on the day of the fall − 1.",
        "The same closes as the fall.",
        "Missing until all five are known.",
        "Simple return.",
        "Falls",
    ),
)


@dataclass(frozen=True, slots=True)
class Fall:
    """One day's fall, its rank among all days loaded, and the change over the days after it, in percent."""

    rank: int
    day: date
    change: Envelope
    after: Envelope


def largest_falls(bars: Bars, count: int = 10, after: int = 5) -> tuple[Fall, ...]:
    """The ``count`` largest one-day falls, worst first; a rise never counts as a fall."""
    closes = bars.linked
    days = pd.Series(bars.dates, index=closes.index)
    falls = worst(bars.returns.where(lambda change: change < 0), count)
    n = int(bars.returns.count())
    return tuple(
        _fall(rank, bars, closes, days, int(closes.index.searchsorted(pd.Timestamp(stamp))), n, after)
        for rank, stamp in enumerate(falls.index, start=1)
    )


def _fall(rank: int, bars: Bars, closes: pd.Series, days: pd.Series, place: int, n: int, after: int) -> Fall:
    stamp = pd.Timestamp(closes.index[place])
    before, close = float(closes.iloc[place - 1]), float(closes.iloc[place])
    fell = Result(100 * (close / before - 1), n=n, as_of=stamp.to_pydatetime())
    return Fall(
        rank,
        days.iloc[place].date(),
        envelope(fell, bars, "percent", "largest_fall", close=close, before=before),
        envelope(_after(closes, place, after), bars, "percent", "after_fall"),
    )


def _after(closes: pd.Series, place: int, bars_after: int) -> Result:
    known = len(closes) - 1 - place
    if known < bars_after:
        return Result.missing(f"{known} of {bars_after} days after it are known.", n=known, window=bars_after)
    then = float(closes.iloc[place + bars_after])
    stamp = pd.Timestamp(closes.index[place + bars_after]).to_pydatetime()
    return Result(100 * (then / float(closes.iloc[place]) - 1), n=bars_after, as_of=stamp, window=bars_after)
