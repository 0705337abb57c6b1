"""The finished bars of an instrument as a zone reads them: days, and hours wherever they are known."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import timedelta
from heapq import merge
from itertools import pairwise
from math import ceil, isfinite, nan

import numpy as np
import pandas as pd

from analytics.volatility import true_range, wilder_atr
from analytics.zone_machine import ZoneBar
from market.bars import Bars
from market.calendars import trading_time
from market.instruments import Calendar, Interval

ATR_BARS = 14
LENGTH = {Interval.HOUR: timedelta(hours=1), Interval.DAY: timedelta(days=1)}
LATE = timedelta(hours=3)
"""How far hours may lie behind the days before they have come to an end."""


def closest(days: Bars, hours: Bars | None) -> Bars:
    """The bars that tell of a level now: ``hours`` where they reach as far as the days do, else ``days``."""
    return days if hours is None or days.as_of - hours.as_of > LATE else hours


def average_range(bars: Bars) -> pd.Series:
    """Wilder's average true range over 14 finished bars, in the unit of the price.

    Where only closes are published the range of a bar is its close-to-close change. A hole adds no range and
    leaves the average where it was.
    """
    frame = bars.finished.frame
    close = frame["close"]
    high, low = frame["high"].fillna(close), frame["low"].fillna(close)
    return wilder_atr(true_range(high, low, close), ATR_BARS).reindex(frame.index).ffill()


def zone_bars(bars: Bars) -> list[ZoneBar]:
    """The finished bars as the machine reads them, each with the range of the bars before it.

    A bar that is missing among them is a row without prices.
    """
    return _rows(bars, average_range(bars).shift())


def woven(days: Bars, hours: Bars) -> list[ZoneBar]:
    """Days until the hours begin, hours from there on, and a day again where its last hour is not known.

    What a row says, and whether it is there, depends on nothing after it, so that a moment is told the same
    at every later one. The range is that of the last day complete when the row began, so that a level seen
    by the hour keeps the band of its days. Hours that are missing while the market was open are rows without
    prices.
    """
    by_hour = [row for row in _rows(hours, _ranges_known(days, hours)) if isfinite(row.close)]
    times = [row.time for row in by_hour]
    told, ended = set(times), closest(days, hours) is days

    def unseen(day: ZoneBar) -> ZoneBar:
        first = bisect_right(times, day.time - LENGTH[Interval.DAY])
        return _unseen(day, by_hour[first : bisect_right(times, day.time)])

    by_day = [
        unseen(row) for row in zone_bars(days) if row.time not in told and (ended or row.time < times[-1])
    ]
    return list(_with_holes(merge(by_day, by_hour, key=lambda row: row.time), days))


def _ranges_known(days: Bars, hours: Bars) -> pd.Series:
    """For each hour, the average range of the last day complete when it began."""
    ranges, index = average_range(days), pd.DatetimeIndex(hours.finished.frame.index)
    known = ranges.index.searchsorted(index - LENGTH[Interval.HOUR], side="right")
    return pd.Series(np.concatenate(([nan], ranges.to_numpy()))[known], index=index)


def _rows(bars: Bars, ranges: pd.Series) -> list[ZoneBar]:
    frame = bars.finished.frame
    times = [stamp.to_pydatetime() for stamp in pd.DatetimeIndex(frame.index)]
    high, low = (frame[side].fillna(frame["close"]) for side in ("high", "low"))
    columns = (frame["open"], high, low, frame["close"], ranges)
    prices = zip(*(column.to_numpy(float).tolist() for column in columns), strict=True)
    return [
        ZoneBar(time, opened, top, bottom, close, atr, bars.interval)
        for time, (opened, top, bottom, close, atr) in zip(times, prices, strict=True)
    ]


def _unseen(day: ZoneBar, seen: list[ZoneBar]) -> ZoneBar:
    """A day without what its hours have told already: its close, and an extreme only where it lies beyond."""
    if not seen:
        return day
    high = day.high if day.high > max(row.high for row in seen) else day.close
    low = day.low if day.low < min(row.low for row in seen) else day.close
    return day._replace(high=high, low=low)


def _with_holes(rows: Iterable[ZoneBar], days: Bars) -> Iterator[ZoneBar]:
    """The rows, with one without prices for each hour that is missing; those of days are there already.

    Where days and hours meet, an open may come from another venue than the close before it, and is left out.
    """
    every = list(rows)
    yield from every[:1]
    for before, row in pairwise(every):
        if Interval.HOUR in (before.interval, row.interval):
            for number in range(_hours_missing(before, row, days)):
                at = before.time + (number + 1) * LENGTH[Interval.HOUR]
                yield ZoneBar(at, nan, nan, nan, nan, row.atr, Interval.HOUR)
        yield row if row.interval is before.interval else row._replace(open=nan)


def _hours_missing(before: ZoneBar, row: ZoneBar, days: Bars) -> int:
    end = row.time - LENGTH[Interval.HOUR]
    if end <= before.time:
        return 0
    is_session = days.instrument.calendar is Calendar.XNYS
    missing = trading_time(before.time, end) if is_session else end - before.time
    return ceil(missing / LENGTH[Interval.HOUR])
