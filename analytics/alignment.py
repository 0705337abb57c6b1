"""Alignment of markets that close with markets that never do.

How two markets are measured together is settled by the two alone, so that a pair has one number whoever else
is laid beside it. With a New York instrument among the two the rows are New York sessions, and every move is
measured from one session's close to the next. Over a weekend or a holiday the moves of a market that stayed
open fold into the one return that ends at the next close. Two that never close are measured by UTC days.

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
from market.definitions import Definition
from market.instruments import Instrument, Unit

TOLERANCE = pd.Timedelta(2, "h")
"""How long before a close the last trade of an hourly series may lie."""

DAY = 86_400_000_000_000
"""A day in nanoseconds."""


DEFINITIONS = (
    Definition(
        "moves",
        "Moves of several markets together",
        "ln(P(t) / P(t−1)) from New York close to New York close; a yield or a score: the difference.",
        "Settled by each pair alone. New York sessions; a coin at the instant of the close where its own "
        "hours are known, else the UTC day of the same date, which ends 3 or 4 hours later and is flagged "
        "`async`. Two coins: UTC days.",
        "A weekend or a holiday folds into the next move. A missing price makes two moves missing, its own "
        "and the next; so does a price that is not positive.",
        "Own definition; filling a stock forward over weekends would pull its correlation towards zero.",
        "Together",
    ),
)


@dataclass(frozen=True, slots=True)
class Aligned:
    """Moves of several instruments over the same stretches of time, one column each, by the instant they end.

    Prices enter as log returns, yields and scores as differences, amounts of a day as they are. ``apart``
    says for each move how many hours after the instant of its row it ends: 0 at that instant, 3 or 4 where
    the close of New York meets the end of a UTC day. ``spans`` are the rows between the first and the last
    price of each instrument that sets rows. ``days`` are those that never close, by UTC days, where others
    set the rows of ``moves``.
    """

    moves: pd.DataFrame
    apart: pd.DataFrame
    spans: Mapping[str, tuple[int, int]]
    days: "Aligned | None" = None

    @classmethod
    def table(cls, moves: pd.DataFrame) -> "Aligned":
        """Moves that already share their rows, each of which belongs to every pair."""
        named = moves.rename(columns=str)
        apart = pd.DataFrame(0, index=named.index, columns=named.columns)
        return cls(named, apart, {key: (0, len(named)) for key in named.columns})

    @property
    def hours_apart(self) -> pd.Series:
        """How far apart the closes of each row lie: 0 when all were sampled at one instant."""
        return self.apart.max(axis=1)

    def flags(self, window: int | None = None) -> tuple[str, ...]:
        """``async_3h`` and the like, for the last ``window`` rows."""
        apart = self.hours_apart if window is None else self.hours_apart.iloc[-window:]
        return tuple(f"async_{hours}h" for hours in sorted(set(apart[apart > 0])))

    def sampling(self, window: int | None = None) -> str:
        """How the last ``window`` rows were sampled, in words."""
        several = self.days is not None and self.days.moves.shape[1] > 1
        return self._sampling(window) + ("; coins among themselves by UTC days" if several else "")

    def _sampling(self, window: int | None) -> str:
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

    def stretch(self, first: str, second: str) -> tuple["Aligned", slice]:
        """Where the moves of one pair lie: the rows of a table, those that `align` gives the two alone."""
        is_by_day = self.days is not None and not {first, second} & self.spans.keys()
        table = self.days if self.days is not None and is_by_day else self
        own = [table.spans[key] for key in (first, second) if key in table.spans]
        return table, slice(min(start for start, _ in own), max(stop for _, stop in own))

    def pair(self, first: str, second: str) -> "Aligned":
        """The two alone, as `align` gives them."""
        table, rows = self.stretch(first, second)
        both = [first, second]
        spans = {
            key: (table.spans[key][0] - rows.start, table.spans[key][1] - rows.start)
            for key in both
            if key in table.spans
        }
        return Aligned(table.moves[both].iloc[rows], table.apart[both].iloc[rows], spans)


def align(bars: Sequence[Bars], hourly: Mapping[str, Bars] | None = None) -> Aligned:
    """The moves of daily ``bars`` over common stretches of time, one column each, in the order given.

    Only finished bars count. With a New York instrument among them the rows are its calendar's sessions. A
    market that never closes is then sampled at the New York close where its own ``hourly`` bars are known at
    both ends of the move (at most two hours old), and otherwise by the UTC day of the same date, whose end
    lies three or four hours after that close.

    Raises `ValueError` without bars.
    """
    if not bars:
        raise ValueError("there is nothing to align")
    finished = [each.finished for each in bars]
    always = [each for each in finished if each.is_continuous]
    if len(always) == len(finished):
        return _by_day(finished)
    return _by_session(finished, hourly or {}, _by_day(always) if always else None)


@dataclass(frozen=True, slots=True)
class LastMoves:
    """The last moves of many pairs, one row each: pairs × window, NaN before a pair's history begins.

    ``rows`` is how much history each pair has, ``ends`` the instant of its newest row; None without any.
    """

    x: np.ndarray
    y: np.ndarray
    rows: np.ndarray
    ends: np.ndarray


def last_moves(aligned: Aligned, pairs: Sequence[tuple[str, str]], window: int) -> LastMoves:
    """The last ``window`` moves of each of ``pairs``: the rows that `align` gives the two alone."""
    x, y = np.full((len(pairs), window), np.nan), np.full((len(pairs), window), np.nan)
    rows, ends = np.zeros(len(pairs), int), np.full(len(pairs), None, object)
    columns = {id(table): _by_key(table) for table in (aligned, aligned.days) if table is not None}
    for place, (first, second) in enumerate(pairs):
        table, own = aligned.stretch(first, second)
        kept = slice(max(own.start, own.stop - window), own.stop)
        into = window - (kept.stop - kept.start)
        x[place, into:], y[place, into:] = (columns[id(table)][key][kept] for key in (first, second))
        rows[place] = own.stop - own.start
        if rows[place] and isinstance(table.moves.index, pd.DatetimeIndex):
            ends[place] = table.moves.index[kept.stop - 1].to_pydatetime()
    return LastMoves(x, y, rows, ends)


def _by_key(table: Aligned) -> dict[str, np.ndarray]:
    return dict(zip(table.moves.columns, table.moves.to_numpy(float).T, strict=True))


def moves(levels: pd.Series, instrument: Instrument) -> pd.Series:
    """What ``levels`` of an instrument did from row to row, first row left out; NaN beside a gap.

    Log returns of a price (NaN on both sides of a price that is not positive), differences of a yield or a
    score, and amounts of a day (flows) as they are.
    """
    return pd.Series(_moves(levels.to_numpy(float), instrument), index=levels.index[1:], name=levels.name)


def _moves(levels: np.ndarray, instrument: Instrument) -> np.ndarray:
    if instrument.flow:
        return levels[1:]
    if instrument.moves_in_basis_points or instrument.unit is Unit.SCORE:
        return np.diff(levels)
    logs = np.full(len(levels), np.nan)
    np.log(levels, out=logs, where=levels > 0)
    return np.diff(logs)


def _by_day(bars: Sequence[Bars]) -> Aligned:
    """Every UTC day between the first and the last of them."""
    days = [_days(pd.DatetimeIndex(each.frame.index)) for each in bars]
    grid = np.arange(min(each[0] for each in days), max(each[-1] for each in days) + 1)
    ends = _midnights_after(grid).rename("day")
    columns = [_moves(_on(each, at, grid), each.instrument) for each, at in zip(bars, days, strict=True)]
    spans = {each.key: _span(at, grid) for each, at in zip(bars, days, strict=True)}
    none_apart = [np.zeros(len(ends[1:]), dtype=int)] * len(bars)
    return Aligned(_columns(bars, columns, ends), _columns(bars, none_apart, ends), spans)


def _by_session(bars: Sequence[Bars], hourly: Mapping[str, Bars], by_day: Aligned | None) -> Aligned:
    """Every session that the New York instruments among them span."""
    instants = _common_sessions(bars)
    grid = _days(instants)
    columns, apart, spans = [], [], {}
    to_midnight = np.asarray((_midnights_after(grid) - instants) // pd.Timedelta(1, "h"))[1:]
    for each in bars:
        at = _days(pd.DatetimeIndex(each.frame.index))
        column = _moves(_on(each, at, grid), each.instrument)
        late = to_midnight if each.is_continuous else np.zeros_like(to_midnight)
        if each.is_continuous and each.key in hourly:
            timely = _moves(_at(hourly[each.key].finished.close, instants), each.instrument)
            known = ~np.isnan(timely)
            column, late = np.where(known, timely, column), np.where(known, 0, late)
        if not each.is_continuous:
            spans[each.key] = _span(at, grid)
        columns.append(column)
        apart.append(late)
    return Aligned(_columns(bars, columns, instants), _columns(bars, apart, instants), spans, by_day)


def _columns(bars: Sequence[Bars], columns: Sequence[np.ndarray], instants: pd.DatetimeIndex) -> pd.DataFrame:
    keys = [each.key for each in bars]
    return pd.DataFrame(np.column_stack(columns), index=instants[1:], columns=keys)


def _span(days: np.ndarray, grid: np.ndarray) -> tuple[int, int]:
    """The moves between the first and the last of ``days``: their first row, and the one after the last."""
    first, last = np.searchsorted(grid, days[0]), np.searchsorted(grid, days[-1], side="right") - 1
    return int(first), max(int(last), int(first))


def _common_sessions(bars: Sequence[Bars]) -> pd.DatetimeIndex:
    """The closes of the sessions that the New York instruments of the set span."""
    sessions = [each for each in bars if not each.is_continuous]
    first, last = min(each.since for each in sessions), max(each.as_of for each in sessions)
    closes = session_closes(first.date(), last.date())
    return pd.DatetimeIndex(closes, name="close").tz_convert(UTC)


def _days(instants: pd.DatetimeIndex) -> np.ndarray:
    """The day of each instant, counted from 1970; the midnight that ends a day belongs to that day."""
    return (instants.as_unit("ns").asi8 - 1) // DAY


def _midnights_after(days: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex((days + 1) * DAY, tz=UTC)


def _on(bars: Bars, days: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The closes of the wanted days; of several on one day the last, NaN where there is none."""
    place = np.searchsorted(days, wanted, side="right") - 1
    there = (place >= 0) & (days[place] == wanted)
    return np.where(there, bars.close.to_numpy(float)[place], np.nan)


def _at(close: pd.Series, instants: pd.DatetimeIndex) -> np.ndarray:
    """The last close at each instant or at most `TOLERANCE` earlier; else NaN."""
    place = close.index.searchsorted(instants, side="right") - 1
    stamps = close.index[np.maximum(place, 0)]
    fresh = (place >= 0) & (instants - stamps <= TOLERANCE)
    return np.where(fresh, close.to_numpy(float)[place], np.nan)
