"""Alignment of markets that close with markets that never do.

The rows of a set that holds a New York instrument are New York sessions, and every move is measured from one
session's close to the next. Over a weekend or a holiday the moves of a market that stayed open fold into the
one return that ends at the next close. A set that never closes is measured by UTC days.

A missing price makes two moves missing, its own and the next. Nothing is filled forward into a move, no row
is dropped because one series is missing there, and no two venues meet in one move.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

import numpy as np
import pandas as pd

from market.bars import Bars
from market.calendars import session_closes
from market.instruments import Instrument, Unit

TOLERANCE = pd.Timedelta(2, "h")
"""How long before a close the last trade of an hourly series may lie."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """Moves of several instruments over the same stretches of time, one column each, by the instant they end.

    Prices enter as log returns, yields and scores as differences, amounts of a day as they are.
    ``hours_apart`` says for each row how far apart the closes of its series lie: 0 when all were sampled at
    one instant, 3 or 4 when the close of New York meets the end of a UTC day.
    """

    moves: pd.DataFrame
    hours_apart: pd.Series

    def flags(self, window: int | None = None) -> tuple[str, ...]:
        """``async_3h`` and the like, for the last ``window`` rows."""
        apart = self.hours_apart if window is None else self.hours_apart.iloc[-window:]
        return tuple(f"async_{hours}h" for hours in sorted(set(apart[apart > 0])))

    def sampling(self, window: int | None = None) -> str:
        """How the last ``window`` rows were sampled, in words."""
        apart = self.hours_apart if window is None else self.hours_apart.iloc[-window:]
        if self.moves.index.name == "day":
            return "UTC days"
        if not (apart > 0).any():
            return "New York closes"
        if (apart > 0).all():
            return "New York sessions against UTC days"
        return "New York closes where hours are known, else UTC days"

    def __getitem__(self, key: str) -> pd.Series:
        return self.moves[key]


def align(bars: Sequence[Bars], hourly: Mapping[str, Bars] | None = None) -> Aligned:
    """The moves of daily ``bars`` over common stretches of time, one column each, in the order given.

    Only finished bars count. With a New York instrument among them the rows are its calendar's sessions. A
    market that never closes is then sampled at the New York close from its ``hourly`` bars, where all such
    markets of the set have them at both ends of the move (at most two hours old), and otherwise by the UTC
    day of the same date, whose end lies three or four hours after that close.

    Raises `ValueError` without bars.
    """
    if not bars:
        raise ValueError("there is nothing to align")
    finished = [each.finished for each in bars]
    if all(each.is_continuous for each in finished):
        return _by_day(finished)
    return _by_session(finished, hourly or {})


def moves(levels: pd.Series, instrument: Instrument) -> pd.Series:
    """What ``levels`` of an instrument did from row to row, first row left out; NaN beside a gap.

    Log returns of a price (NaN on both sides of a price that is not positive), differences of a yield or a
    score, and amounts of a day (flows) as they are.
    """
    if instrument.flow:
        return levels.iloc[1:]
    if instrument.moves_in_basis_points or instrument.unit is Unit.SCORE:
        return levels.diff().iloc[1:]
    logs = np.log(levels.where(levels > 0).to_numpy(float))
    return pd.Series(np.diff(logs), index=levels.index[1:], name=levels.name)


def _by_day(bars: Sequence[Bars]) -> Aligned:
    """Every UTC day between the first and the last of them."""
    days = pd.date_range(min(each.dates[0] for each in bars), max(each.dates[-1] for each in bars))
    ends = _day_ends(days).rename("day")
    columns = {each.key: moves(_on(each, days, ends), each.instrument) for each in bars}
    return Aligned(pd.DataFrame(columns, index=ends[1:]), pd.Series(0, index=ends[1:]))


def _by_session(bars: Sequence[Bars], hourly: Mapping[str, Bars]) -> Aligned:
    closes = _common_sessions(bars)
    dates, instants = pd.DatetimeIndex(closes.index), pd.DatetimeIndex(closes, name="close").tz_convert(UTC)
    columns = {each.key: moves(_on(each, dates, instants), each.instrument) for each in bars}
    always = [each for each in bars if each.is_continuous]
    apart = pd.Series(0, index=instants[1:], dtype=int)
    if always:
        apart[:] = ((_day_ends(dates) - instants) // pd.Timedelta(1, "h"))[1:]
    if always and all(each.key in hourly for each in always):
        timely = {
            each.key: moves(_at(hourly[each.key].finished.close, instants), each.instrument)
            for each in always
        }
        known = pd.DataFrame(timely).notna().all(axis=1)
        for key, at_close in timely.items():
            columns[key] = columns[key].where(~known, at_close)
        apart = apart.where(~known, 0)
    return Aligned(pd.DataFrame(columns, index=instants[1:]), apart)


def _common_sessions(bars: Sequence[Bars]) -> pd.Series:
    """The closes of the sessions that the New York instruments of the set span, by date."""
    sessions = [each for each in bars if not each.is_continuous]
    first = min(each.dates[0] for each in sessions)
    last = max(each.dates[-1] for each in sessions)
    return session_closes(first.date(), last.date())


def _day_ends(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    return (days + pd.DateOffset(days=1)).tz_localize(UTC)


def _on(bars: Bars, days: pd.DatetimeIndex, instants: pd.DatetimeIndex) -> pd.Series:
    """The closes of ``days``, on the rows of ``instants``; of several on one day the last, NaN where none."""
    by_date = pd.Series(bars.close.to_numpy(float), index=bars.dates)
    known = by_date[~by_date.index.duplicated(keep="last")].reindex(days)
    return pd.Series(known.to_numpy(), index=instants)


def _at(close: pd.Series, instants: pd.DatetimeIndex) -> pd.Series:
    """The last close at each instant or at most `TOLERANCE` earlier; else NaN."""
    place = close.index.searchsorted(instants, side="right") - 1
    stamps = close.index[np.maximum(place, 0)]
    fresh = (place >= 0) & (instants - stamps <= TOLERANCE)
    return pd.Series(np.where(fresh, close.to_numpy(float)[place], np.nan), index=instants)
