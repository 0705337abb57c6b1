"""From the cells of a table to rows of a recording: the calendar stamps them, and says which it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pandas as pd

from data_sources.bring.tables import DIVIDEND, PRICES, Table
from data_sources.bring.written import (
    Decimal,
    Order,
    Unclear,
    When,
    decimal_of,
    is_missing,
    order_of,
    read_number,
    read_when,
)
from data_sources.stamps import is_settled_by_the_hour
from market.bars import COLUMNS
from market.calendars import FIRST_SESSION, NEW_YORK, day_end, session_close
from market.instruments import Cadence, Calendar, Instrument, Interval

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
A_WEEK = timedelta(days=5)
OPENS = time(9, 30)
NEARLY_MIDNIGHT = timedelta(hours=23, minutes=59)
SAID = 24
NOT_OVER = "its bar was not over yet"


@dataclass(frozen=True, slots=True)
class Way:
    """How a file is to be read where it leaves that open; None is for what the file itself tells."""

    order: Order | None = None
    decimal: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one file: ``frame`` has ``line``, ``time`` (UTC), the columns of `Bars` and ``why``, which
    is empty for a row that can be used.
    """

    frame: pd.DataFrame
    interval: Interval


def read_rows(table: Table, instrument: Instrument, way: Way, now: datetime, saved: datetime) -> Rows:
    """The rows of ``table`` at the instants at which their bars were complete.

    What was not complete at ``now`` is refused, and so is a newest row that was not when the file was
    ``saved``. Raises `Unclear` where the file can be read in two ways, or has neither days nor hours.
    """
    written = table.column("time")
    order = way.order or order_of(written)
    whens = [read_when(cell, order, now.year) for cell in written]
    numbers = _numbers(table, way.decimal, instrument)
    closes = zip(whens, numbers["close"], strict=True)
    interval = interval_of([when for when, close in closes if when and not np.isnan(close)], instrument)
    length = HOUR if interval is Interval.HOUR else DAY
    ends: list[datetime | None] = []
    why: list[str] = []
    for when, (line, row), close in zip(whens, table.rows, numbers["close"], strict=True):
        end, reason = _end_of(when, instrument, interval)
        reason = _why_not_read(table, line, row, close) or reason
        if not reason and end is not None and end > now:
            reason = "it lies in the future" if end - length > now else NOT_OVER
        ends.append(end)
        why.append(reason)
    frame = pd.DataFrame({"line": [line for line, _ in table.rows], **numbers, "why": why})
    frame["time"] = pd.DatetimeIndex([pd.NaT if end is None else end for end in ends], tz=UTC).as_unit("us")
    _judge_newest(frame, saved, length)
    return Rows(frame.reindex(columns=["line", "time", *COLUMNS, "why"]), interval)


def interval_of(whens: Sequence[When], instrument: Instrument) -> Interval:
    """What one row covers, from how far rows mostly lie apart; raises `Unclear` for neither day nor hour."""
    if not whens:
        raise Unclear("No row of it has a date and a close that can be read.")
    walls = sorted({each.wall for each in whens})
    apart = sorted(later - before for before, later in pairwise(walls))
    usual = apart[(len(apart) - 1) // 2] if apart else DAY
    if is_settled_by_the_hour(instrument):
        return Interval.DAY
    is_weekly = instrument.cadence is Cadence.WEEK
    if len(walls) > 2 and usual >= A_WEEK and not is_weekly:
        length = "week" if usual < timedelta(days=20) else "month or more"
        raise Unclear(f"Its rows lie a {length} apart: a recording holds days and hours.")
    if usual >= timedelta(hours=20):
        return Interval.DAY
    if usual != HOUR:
        raise Unclear(f"Its rows lie {_said(usual)} apart: a recording holds days and hours.")
    return Interval.HOUR


def _said(apart: timedelta) -> str:
    minutes = apart // timedelta(minutes=1)
    return f"{minutes} minutes" if minutes < 120 else f"{apart / HOUR:g} hours"


def _numbers(table: Table, decimal: Decimal | None, instrument: Instrument) -> dict[str, list[float]]:
    """The columns of `Bars` as numbers, NaN where a cell is none."""
    prices = [cell for role in PRICES for cell in table.column(role) if not is_missing(cell)]
    mark = decimal or decimal_of(prices, table.separator)
    found = {
        name: [
            read_number(cell, mark, is_amount=name == "volume" or instrument.flow)
            for cell in table.column(name)
        ]
        for name in COLUMNS
    }
    if table.rows and table.rows[-1][0] == table.torn:  # its last cell may have lost its last digits
        last = len(table.rows[-1][1]) - 1
        for name in COLUMNS:
            if table.columns.get(name) == last:
                found[name][-1] = float("nan")
    return found


def _why_not_read(table: Table, line: int, row: list[str], close: float) -> str:
    """Why the cells of a row cannot be a bar; empty where they can."""
    place = table.columns["close"]
    if line == table.torn and place >= len(row) - 1:
        return "the file ends within it"
    cell = row[place] if place < len(row) else ""
    text = " ".join(row)
    if any(row[table.width :]):
        return f"it has {len(row)} cells where {table.width} are named"
    if np.isnan(close) and DIVIDEND.search(text):
        return f"it is no price: {text[:40]}"
    if is_missing(cell):
        return "it has no close"
    return f"its close cannot be read: {cell[:SAID]}" if np.isnan(close) else ""


def _end_of(when: When | None, instrument: Instrument, interval: Interval) -> tuple[datetime | None, str]:
    """The instant at which the bar of a written time was complete, or why there is none."""
    if when is None:
        return None, "its date cannot be read"
    if is_settled_by_the_hour(instrument):
        return _end_of_print(when)
    if interval is Interval.HOUR:
        return _end_of_hour(when, instrument)
    if instrument.calendar is Calendar.ALWAYS:
        return _end_of_day(when, instrument)
    day = when.day
    if when.instant is not None and not when.is_label:
        day = when.instant.astimezone(NEW_YORK).date()
    return _end_of_session(day, instrument)


def _end_of_session(day: date, instrument: Instrument) -> tuple[datetime | None, str]:
    if day < date.fromisoformat(FIRST_SESSION):
        return None, f"sessions are known from {FIRST_SESSION[:4]} on"
    close = session_close(day)
    if close is None and instrument.cadence is Cadence.WEEK:
        close = session_close(day - DAY)  # a weekly figure of a holiday counts for the session before it
    return close, "" if close else f"New York had no session on {day}"


def _end_of_day(when: When, instrument: Instrument) -> tuple[datetime | None, str]:
    since_midnight = when.wall - datetime.combine(when.day, time())
    if when.zone not in (None, timedelta(0)) or not (when.is_label or since_midnight >= NEARLY_MIDNIGHT):
        return None, "its day does not begin at midnight UTC"
    return day_end(when.day) - (DAY if instrument.opens_the_day else timedelta(0)), ""


def _end_of_hour(when: When, instrument: Instrument) -> tuple[datetime | None, str]:
    begins = when.instant
    if begins is None:
        return None, "its time names no zone"
    if instrument.calendar is Calendar.ALWAYS:
        on_the_hour = begins == begins.replace(minute=0, second=0)
        return (begins + HOUR, "") if on_the_hour else (None, "its hour does not begin with an hour")
    local = begins.astimezone(NEW_YORK)
    close = session_close(local.date())
    if close is None or local.time() < OPENS or begins >= close or begins.minute not in (0, 30):
        return None, "its hour does not begin within a New York session"
    return min(begins + HOUR, close), ""


def _end_of_print(when: When) -> tuple[datetime | None, str]:
    if when.instant is None:
        return None, "its time names no zone"
    settled = (when.instant + HOUR / 2).replace(minute=0, second=0, microsecond=0)
    near = abs(when.instant - settled) < timedelta(minutes=1)
    return (settled, "") if near else (None, "its time is no whole hour")


def _judge_newest(frame: pd.DataFrame, saved: datetime, length: timedelta) -> None:
    """Refuse a newest row that was still changing when its file was ``saved``.

    A file that claims to be older than the beginning of that row was unpacked, and its time says nothing.
    """
    newest = frame.loc[frame["why"] == "", "time"].max()
    if pd.isna(newest) or not newest - length < pd.Timestamp(saved) < newest:
        return
    frame.loc[(frame["time"] == newest) & (frame["why"] == ""), "why"] = f"{NOT_OVER} when the file was saved"
