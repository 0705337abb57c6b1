"""The instants at which a bar can be complete, by calendar: whatever carries another is no bar of ours."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from market.calendars import FIRST_SESSION, NEW_YORK, session_closes
from market.instruments import Calendar, Instrument, Interval, Unit

SESSION_OPENS = pd.Timedelta(hours=9, minutes=30)
Reasons = npt.NDArray[np.object_]


def why_no_end(stamps: pd.DatetimeIndex, instrument: Instrument, interval: Interval) -> Reasons:
    """Why no bar of ``instrument`` can be complete at each of ``stamps`` (UTC); empty where one can.

    A session ends at its New York close, early closes included; a UTC day at the midnight after it; an hour
    with the hour, in New York also at half past and with the session; funding is settled at whole hours.
    """
    if stamps.empty:
        return np.array([], dtype=object)
    if instrument.calendar is Calendar.XNYS:
        return _no_hour_of_a_session(stamps) if interval is Interval.HOUR else _no_close(stamps)
    if interval is Interval.HOUR or is_settled_by_the_hour(instrument):
        return _unless(stamps == stamps.floor("h"), "its time is not the end of an hour")
    midnights = stamps == stamps.floor("D")
    return _unless(midnights, "its time is not the midnight UTC that ends a day")


def is_settled_by_the_hour(instrument: Instrument) -> bool:
    """Whether an instrument has several readings a day, as the funding of perpetuals."""
    always = instrument.calendar is Calendar.ALWAYS
    return instrument.flow and always and instrument.unit is Unit.PERCENT


def _no_close(stamps: pd.DatetimeIndex) -> Reasons:
    days = stamps.tz_localize(None).normalize()
    closes = _closes(days)
    why = _unless(closes == stamps, "its time is no New York close")
    for at in np.flatnonzero(why != "").tolist():
        why[at] += f", {_say_close(days[at], closes[at])}"
    return why


def _no_hour_of_a_session(stamps: pd.DatetimeIndex) -> Reasons:
    local = stamps.tz_convert(NEW_YORK).tz_localize(None)
    closes = _closes(local.normalize())
    inside = (local - local.normalize() > SESSION_OPENS) & closes.notna() & (stamps <= closes)
    on_the_clock = (stamps == stamps.floor("30min")) | (stamps == closes)
    return _unless(inside & on_the_clock, "its time is not the end of an hour of a New York session")


def _closes(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The New York close of each day (no zone), in UTC; NaT for a day without a session."""
    closes = session_closes(days.min().date(), days.max().date())
    return pd.DatetimeIndex(closes.reindex(days).array).tz_convert("UTC")


def _say_close(day: pd.Timestamp, close: pd.Timestamp) -> str:
    if day < pd.Timestamp(FIRST_SESSION):
        return f"as far as is known: sessions begin with {FIRST_SESSION[:4]}"
    return f"which was {close:%H:%MZ} on {day:%Y-%m-%d}" if close == close else f"{day:%Y-%m-%d} had none"


def _unless(good: npt.NDArray[np.bool_], why: str) -> Reasons:
    return np.where(good, "", why).astype(object)
