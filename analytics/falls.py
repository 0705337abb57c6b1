"""One-day falls by size, with what followed, and falls in a row."""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from analytics import ranks
from analytics.rebasing import ratio_envelope
from analytics.returns import say_missing
from market.bars import Bars
from market.calendars import day_of
from market.definitions import Definition
from market.readings import Envelope, Result
from market.text import full_day

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
        "Missing until the fifth has come, and where its close is missing.",
        "Simple return.",
        "Falls",
    ),
    Definition(
        "longest_streak",
        "Longest losing streak",
        "The largest number of falls in a row among all closes loaded; of equal ones the newest.",
        "Close to close, as for the streak.",
        "A missing return ends a run: what lies on both sides of it is counted apart.",
        "Run length.",
        "Falls",
    ),
)
AFTER = 5
"""How many closes after a fall are looked at."""
NO_FALL = "No close was lower than the one before."


@dataclass(frozen=True, slots=True)
class Fall:
    """One day's fall, its rank among all days loaded, and the change over the days after it, in percent."""

    rank: int
    day: date
    change: Envelope
    after: Envelope


def largest_falls(bars: Bars, count: int = 10, after: int = AFTER) -> tuple[Fall, ...]:
    """The ``count`` largest one-day falls, worst first; a rise never counts as a fall."""
    closes = bars.linked
    days = pd.Series(bars.dates, index=closes.index)
    falls = ranks.worst(bars.returns.where(lambda change: change < 0), count)
    n = int(bars.returns.count())
    return tuple(
        _fall(rank, bars, closes, days, int(closes.index.searchsorted(pd.Timestamp(stamp))), n, after)
        for stamp, rank in zip(falls.index, falls.rank(method="min").astype(int), strict=True)
    )


def _fall(rank: int, bars: Bars, closes: pd.Series, days: pd.Series, place: int, n: int, after: int) -> Fall:
    stamp = pd.Timestamp(closes.index[place])
    before, close = float(closes.iloc[place - 1]), float(closes.iloc[place])
    fell = Result(100 * (close / before - 1), n=n, as_of=stamp.to_pydatetime())
    return Fall(
        rank,
        days.iloc[place].date(),
        ratio_envelope(fell, _up_to(bars, place), "percent", "largest_fall", close=close, before=before),
        ratio_envelope(_after(closes, place, after), _up_to(bars, place + after), "percent", "after_fall"),
    )


def _up_to(bars: Bars, place: int) -> Bars:
    """What a number is made of that ends with the bar at ``place``: the last one may still be in progress."""
    return bars if place == len(bars) - 1 else bars.finished


def _after(closes: pd.Series, place: int, bars_after: int) -> Result:
    known = len(closes) - 1 - place
    if known < bars_after:
        return Result.missing(f"{known} of {bars_after} days after it are known.", n=known, window=bars_after)
    then = float(closes.iloc[place + bars_after])
    if np.isnan(then):
        why = say_missing(closes, place + bars_after)
        return Result.missing(why, n=bars_after, window=bars_after)
    stamp = pd.Timestamp(closes.index[place + bars_after]).to_pydatetime()
    return Result(100 * (then / float(closes.iloc[place]) - 1), n=bars_after, as_of=stamp, window=bars_after)


@dataclass(frozen=True, slots=True)
class Runs:
    """The run of rises or falls that the newest close belongs to, and the longest run of falls so far.

    ``length`` is below zero for falls; ``moves`` are those of the run, oldest first, and ``change`` what they
    add up to, all in percent. ``longest_end`` is the day on which the longest run stood.
    """

    length: Envelope
    moves: tuple[float, ...]
    change: Envelope
    longest: Envelope
    longest_change: Envelope
    longest_end: date | None


def runs(bars: Bars) -> Runs:
    """Closes in a row that rose or fell, up to the newest; numbers are missing where there are no returns."""
    returns = bars.returns
    n = int(returns.count())
    length, total, newest = _run(returns)
    lengths = ranks.streaks(returns).to_numpy()
    longest = fell = Result.missing(NO_FALL, n=n)
    falls: dict[str, float] = {}
    closed = bars.finished
    if len(lengths) and lengths.min() < 0:
        last = int(np.flatnonzero(lengths == lengths.min())[-1])
        closed = bars if last == len(lengths) - 1 else bars.finished
        run, fell, falls = _run(returns.iloc[: last + 1])
        longest = replace(run.scaled(-1), n=n, window=None)
    return Runs(
        ratio_envelope(length, bars, "closes in a row", "streak"),
        tuple(newest.values()),
        ratio_envelope(total.scaled(100), bars, "percent", "streak_change", **newest),
        ratio_envelope(longest, closed, "closes in a row", "longest_streak"),
        ratio_envelope(fell.scaled(100), closed, "percent", "streak_change", **falls),
        day_of(longest.as_of) if longest.as_of else None,
    )


def _run(returns: pd.Series) -> tuple[Result, Result, dict[str, float]]:
    """The run at the end of ``returns``: its signed length, its sum, and each move in percent by its day."""
    length = ranks.streak(returns)
    kept = returns.iloc[len(returns) - abs(int(length.value or 0)) :]
    days = [full_day(day_of(pd.Timestamp(stamp).to_pydatetime())) for stamp in kept.index]
    return length, ranks.streak_change(returns), dict(zip(days, (100 * kept).tolist(), strict=True))
