"""Sessions and closing instants: New York, the market that never closes, and when the Fed works.

`exchange_calendars` knows early closes and the day of mourning of 2025-01-09. It takes seconds to import, so
it is imported at the first question, and `warm` asks that question in the background at start.
"""

import warnings
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from threading import Thread
from zoneinfo import ZoneInfo

import pandas as pd

NEW_YORK = ZoneInfo("America/New_York")
FIRST_SESSION = "1990-01-01"
LAST_YEAR = 2100


@cache
def _sessions() -> pd.DataFrame:
    import exchange_calendars

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", pd.errors.Pandas4Warning)  # the library reads times the old way
        schedule: pd.DataFrame = exchange_calendars.get_calendar("XNYS", start=FIRST_SESSION).schedule
    return schedule[["open", "close"]]


def warm() -> None:
    """Load the session table in the background, so that the first visitor does not wait for it."""
    Thread(target=_sessions, name="calendars", daemon=True).start()


def session_close(day: date) -> datetime | None:
    """The instant New York closes on ``day``, early closes included; None when there is no session."""
    stamp = pd.Timestamp(day)
    closes = _sessions()["close"]
    return closes[stamp].to_pydatetime() if stamp in closes.index else None


def all_closes() -> pd.Series:
    """Closing instants (UTC) of every known session, by session date."""
    return _sessions()["close"]


def session_closes(start: date, end: date) -> pd.Series:
    """Closing instants (UTC) by session date, both ends included."""
    return _sessions().loc[pd.Timestamp(start) : pd.Timestamp(end), "close"]


def day_end(day: date) -> datetime:
    """The midnight UTC that ends ``day``."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def day_of(instant: datetime) -> date:
    """The day that a bar complete at ``instant`` belongs to: a midnight ends the day before it."""
    return (instant - timedelta(microseconds=1)).date()


def day_start(moment: datetime) -> datetime:
    """The midnight UTC that begins the day of ``moment``; itself at midnight."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@dataclass(frozen=True, slots=True)
class SessionState:
    """Whether New York trades at a moment, when that changes next, and the last session that closed."""

    is_open: bool
    next_open: datetime | None
    closes: datetime | None
    last_close: datetime | None


def session_state(moment: datetime) -> SessionState:
    """New York's state at ``moment``; fields are None beyond the known calendar."""
    sessions = _sessions()
    opens, closes = sessions["open"], sessions["close"]
    stamp = pd.Timestamp(moment)
    opened = int(opens.searchsorted(stamp, side="right"))
    closed = int(closes.searchsorted(stamp, side="right"))
    is_open = opened > closed
    return SessionState(
        is_open=is_open,
        next_open=opens.iloc[opened].to_pydatetime() if opened < len(opens) else None,
        closes=closes.iloc[closed].to_pydatetime() if is_open else None,
        last_close=closes.iloc[closed - 1].to_pydatetime() if closed else None,
    )


def session_before(moment: datetime) -> datetime | None:
    """The close of the last session that ended before ``moment``."""
    closes = _sessions()["close"]
    place = int(closes.searchsorted(pd.Timestamp(moment), side="left"))
    return closes.iloc[place - 1].to_pydatetime() if place else None


def session_after(moment: datetime, sessions: int = 1) -> datetime | None:
    """The close of the first session that ends after ``moment``, or of one ``sessions`` on; None beyond the
    known calendar.
    """
    closes = _sessions()["close"]
    place = int(closes.searchsorted(pd.Timestamp(moment), side="right")) + sessions - 1
    return closes.iloc[place].to_pydatetime() if place < len(closes) else None


@cache
def _fed_holidays() -> frozenset[date]:
    """The holidays of the Federal Reserve; one on a Sunday is kept on Monday, one on a Saturday is not."""
    from pandas.tseries import holiday

    def on(month: int, day: int, since: str | None = None) -> holiday.Holiday:
        moved = holiday.sunday_to_monday
        return holiday.Holiday(f"{month}-{day}", month=month, day=day, observance=moved, start_date=since)

    floating = (
        holiday.USMartinLutherKingJr,
        holiday.USPresidentsDay,
        holiday.USMemorialDay,
        holiday.USLaborDay,
        holiday.USColumbusDay,
        holiday.USThanksgivingDay,
    )
    fixed = (on(1, 1), on(6, 19, "2021-06-18"), on(7, 4), on(11, 11), on(12, 25))
    span = (pd.Timestamp(FIRST_SESSION), pd.Timestamp(LAST_YEAR, 1, 1))
    return frozenset(day.date() for each in (*fixed, *floating) for day in each.dates(*span))


def is_business_day(day: date) -> bool:
    """Whether the Federal Reserve works on ``day``: not on Columbus Day, though New York trades."""
    return day.weekday() < 5 and day not in _fed_holidays()


def trading_time(start: datetime, end: datetime) -> timedelta:
    """How long New York trades between two instants."""
    sessions, begins, ends = _sessions(), pd.Timestamp(start), pd.Timestamp(end)
    first = int(sessions["close"].searchsorted(begins, side="right"))
    last = int(sessions["open"].searchsorted(ends, side="left"))
    traded = pd.Timedelta(0)
    for opened, closed in sessions.iloc[first:last].itertuples(index=False):
        traded += min(closed, ends) - max(opened, begins)
    return traded.to_pytimedelta()
