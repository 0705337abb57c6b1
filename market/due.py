"""Which bars should be there: the days on which an instrument is due to have a close.

Days are counted in slots: UTC days, days with a session, weeks, stretches of eight hours. A bar belongs to
the slot in which it ends; an instant on the edge of two belongs to the earlier one.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from market.calendars import all_closes, is_business_day
from market.instruments import Cadence, Calendar, Instrument, Interval

HOUR = 3_600_000_000_000
"""An hour in nanoseconds."""
DAY = 24 * HOUR
WEEK_STARTS = 3
"""Days from a Monday to 1 January 1970: what turns days into weeks that begin on a Monday."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Every slot that is due, ascending, and the instant (nanoseconds) at which its bar is complete."""

    slots: np.ndarray
    ends: np.ndarray

    def between(self, first: int, last: int) -> "Grid":
        """The slots from ``first`` to ``last``, both included."""
        start, end = np.searchsorted(self.slots, [first, last + 1])
        return Grid(self.slots[start:end], self.ends[start:end])


def lay(frame: pd.DataFrame, instrument: Instrument, interval: Interval) -> pd.DataFrame:
    """``frame`` with one row for each slot due between its first and its last close: NaN where there is none.

    A row without a close that is not due is left out. Hours are not due: they come as they are traded. The
    same frame again where nothing is missing.
    """
    known = ~np.isnan(frame["close"].to_numpy(float))
    rows = frame if known.all() else frame.loc[known]
    index = pd.DatetimeIndex(rows.index)
    lacking = _lacking(index, instrument) if interval is Interval.DAY else index[:0]
    if lacking.empty:
        return rows
    whole = index.append(lacking).sort_values()
    return frame if frame.index.equals(whole) else rows.reindex(whole.rename(index.name))


def _lacking(index: pd.DatetimeIndex, instrument: Instrument) -> pd.DatetimeIndex:
    """The instants between the first and the last of ``index`` whose slots none of it falls into."""
    slots = _slots(index.as_unit("ns").asi8, instrument)
    grid = _grid(int(slots[0]), int(slots[-1]), instrument)
    if len(grid.slots) == len(slots) and (grid.slots == slots).all():
        return index[:0]
    ends = grid.ends[~np.isin(grid.slots, slots)]
    return pd.DatetimeIndex(ends, tz="UTC").as_unit(index.unit)


def _slots(instants: np.ndarray, instrument: Instrument) -> np.ndarray:
    """The slot that each instant belongs to."""
    if instrument.cadence is Cadence.EIGHT_HOURS:
        return (instants - 1) // (8 * HOUR)
    days = (instants - 1) // DAY
    return (days + WEEK_STARTS) // 7 if instrument.cadence is Cadence.WEEK else days


def _grid(first: int, last: int, instrument: Instrument) -> Grid:
    """What is due from one slot to another."""
    if instrument.calendar is Calendar.XNYS:
        return _sessions(instrument.cadence).between(first, last)
    slots = np.arange(first, last + 1)
    step = 8 * HOUR if instrument.cadence is Cadence.EIGHT_HOURS else DAY
    return Grid(slots, (slots + 1) * step)


@cache
def _sessions(cadence: Cadence) -> Grid:
    """The sessions of New York, those on which Treasuries trade too, or the last one of each week."""
    closes = all_closes()
    ends = pd.DatetimeIndex(closes).as_unit("ns").asi8
    days = (ends - 1) // DAY
    if cadence is Cadence.BOND_DAY:
        trades = np.array([is_business_day(day.date()) for day in closes.index])
        return Grid(days[trades], ends[trades])
    if cadence is Cadence.WEEK:
        weeks = (days + WEEK_STARTS) // 7
        is_last = np.append(weeks[1:] != weeks[:-1], True)
        return Grid(weeks[is_last], ends[is_last])
    return Grid(days, ends)
