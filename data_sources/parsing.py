"""From a provider's rows to `Bars`: what every parser ends with."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data_sources.errors import BadData, NoData, UnknownSymbol
from data_sources.quality import NO_CLOSE, settle
from data_sources.set_aside import as_set_aside
from market.bars import Bars, InProgress, Provenance
from market.calendars import NEW_YORK, session_closes
from market.instruments import Calendar, Instrument, Interval, Listing

LENGTH = {Interval.HOUR: timedelta(hours=1), Interval.DAY: timedelta(days=1)}
CLOCKS_DIFFER = timedelta(minutes=1)
MOST_ROWS = 50_000
MINUTES_A_DAY = 1440
SESSION_OPENS = pd.Timedelta(hours=9, minutes=30)


def listing_of(instrument: Instrument, source: str) -> Listing:
    """The name ``source`` knows ``instrument`` by; raises `UnknownSymbol` when the catalogue gives none."""
    for listing in instrument.listings:
        if listing.source == source:
            return listing
    raise UnknownSymbol(instrument, source, "not in the catalogue")


def build(
    instrument: Instrument,
    interval: Interval,
    rows: pd.DataFrame,
    listing: Listing,
    now: datetime,
    sampling: str,
) -> Bars:
    """``rows`` (columns of `Bars`, indexed by the instant each bar ends) as bars known at ``now``.

    A last row that ends later than ``now`` less the listing's delay is the bar in progress: it is stamped
    ``now`` and its move is measured from the row before. A delay of days is one of publication, and what is
    published is finished. Raises `NoData` when there is no row, `BadData` when none can be right, there are
    too many or `Bars` refuses them.
    """
    if len(rows) > MOST_ROWS:
        raise BadData(instrument, listing.source, f"{len(rows)} rows")
    settled = settle(rows, instrument, listing.symbol, now + LENGTH[interval] + CLOCKS_DIFFER)
    frame = settled.frame
    if frame.empty:
        told = "; ".join(settled.notes) or "no rows"
        impossible = any(why != NO_CLOSE for _, why in settled.set_aside)
        raise (BadData if impossible else NoData)(instrument, listing.source, told)
    in_progress = None
    if frame.index[-1] > now - timedelta(minutes=listing.delay_minutes % MINUTES_A_DAY):
        frame, in_progress = _with_progress(frame, listing.source, now)
    if frame.empty:
        raise NoData(instrument, listing.source, "only a bar in progress")
    frame.index.name = "time"
    provenance = Provenance(
        source=listing.source,
        symbol=listing.symbol,
        fetched_at=now,
        sampling=sampling,
        delay_minutes=listing.delay_minutes,
        notes=settled.notes,
        set_aside=as_set_aside(settled.set_aside),
    )
    try:
        return Bars(instrument, interval, frame, provenance, in_progress)
    except ValueError as problem:
        raise BadData(instrument, listing.source, str(problem)) from problem


def _with_progress(frame: pd.DataFrame, source: str, now: datetime) -> tuple[pd.DataFrame, InProgress | None]:
    """``frame`` with its last row stamped ``now``; without it where its move cannot be measured."""
    stamp = min(pd.Timestamp(now), frame.index[-1])
    if len(frame) < 2 or stamp <= frame.index[-2]:
        return frame.iloc[:-1], None
    last, before = float(frame["close"].iloc[-1]), float(frame["close"].iloc[-2])
    index = frame.index.to_list()
    frame = frame.set_axis(pd.DatetimeIndex([*index[:-1], stamp]))
    return frame, InProgress(source, last / before - 1 if before > 0 else float("nan"))


def session_ends(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The New York close of each day (no zone); NaT for a day without a session."""
    if days.empty:
        return pd.DatetimeIndex([], tz="UTC")
    closes = session_closes(days.min().date(), days.max().date())
    return pd.DatetimeIndex(closes.reindex(days).array)


def at_session_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` by day (no zone) at the close of their session; days without a session are left out."""
    ends = session_ends(pd.DatetimeIndex(rows.index))
    known = ends.notna()
    return rows.loc[known].set_axis(ends[known].tz_convert("UTC"))


def at_day_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` by UTC day (no zone), indexed by the midnight that ends it."""
    return rows.set_axis((pd.DatetimeIndex(rows.index) + pd.Timedelta(days=1)).tz_localize("UTC"))


def at_ends_of_days(rows: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """``rows`` by day, indexed by the instant the day ends in ``calendar``."""
    return at_session_ends(rows) if calendar is Calendar.XNYS else at_day_ends(rows)


def at_ends_of_hours(rows: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """``rows`` by the instant an hour begins (UTC), indexed by the instant it ends.

    In New York an hour ends with the session at the latest, and hours outside the session are left out.
    """
    begins = pd.DatetimeIndex(rows.index)
    ends = begins + pd.Timedelta(hours=1)
    if calendar is Calendar.ALWAYS or begins.empty:
        return rows.set_axis(ends)
    local = begins.tz_convert(NEW_YORK).tz_localize(None)
    closes = session_ends(local.normalize()).tz_convert("UTC")
    inside = (local - local.normalize() >= SESSION_OPENS) & closes.notna() & (begins < closes)
    earlier = np.minimum(ends[inside].as_unit("ns").asi8, closes[inside].as_unit("ns").asi8)
    return rows.loc[inside].set_axis(pd.DatetimeIndex(earlier, tz="UTC"))
