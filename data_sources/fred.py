"""FRED's keyless CSV: the second source for indices and the VIX, the first for yields and credit spreads.

One column of dates and one of values, ``.`` or nothing where there is no observation. Figures of a day appear
on the next business day; weekly series carry the Friday they end on.
"""

from datetime import datetime
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd

from data_sources.daily_file import DailyFile
from data_sources.errors import BadData, NoData, UnknownSymbol
from data_sources.parsing import MOST_ROWS, at_day_ends, at_session_ends, build, session_ends
from data_sources.web import fetch
from market.bars import COLUMNS, Bars
from market.instruments import Calendar, Instrument, Interval, Listing

ADDRESS = "https://fred.stlouisfed.org/graph/fredgraph.csv"
START = "1990-01-01"
SAMPLING = "daily, as published by FRED"
SAMPLING_OF_WEEKS = "weekly, as published by FRED"
WEEKLY = pd.Timedelta(days=5)


class Fred(DailyFile):
    """A `Source` of daily values; only closes are published."""

    source = "fred"
    without_hours = "FRED has no hours"

    def ask(self, listing: Listing) -> str:
        """All values of one series since 1990."""
        return fetch(self._web, ADDRESS, id=listing.symbol, cosd=START)

    def translate(self, error: Exception, instrument: Instrument) -> Exception:
        """``error`` in our words: FRED answers 404 for a series that it does not have."""
        ours = super().translate(error, instrument)
        return UnknownSymbol(instrument, self.source, ours.words) if isinstance(ours, NoData) else ours

    def parse(self, raw: str, instrument: Instrument, listing: Listing, now: datetime) -> Bars:
        """`parse` of this module."""
        return parse(raw, instrument, listing, now)


def parse(raw: str, instrument: Instrument, listing: Listing, now: datetime) -> Bars:
    """The CSV as bars known at ``now``; raises `NoData` and `BadData`."""
    try:
        table = read_table(raw)
        if list(table.columns[1:]) != [listing.symbol] or "date" not in table.columns[0].lower():
            raise ValueError(f"columns are {list(table.columns)[:3]}")
        days = pd.DatetimeIndex(pd.to_datetime(table.iloc[:, 0], format="%Y-%m-%d", errors="coerce"))
        rows = values_by_day(days, table.iloc[:, 1])
    except (ValueError, TypeError, LookupError, OverflowError) as problem:
        raise BadData(instrument, listing.source, str(problem)) from problem
    rows = rows.loc[rows.index <= pd.Timestamp(now).tz_localize(None)]
    sampling = SAMPLING_OF_WEEKS if is_weekly(rows) else SAMPLING
    rows = at_week_or_session_ends(rows) if instrument.calendar is Calendar.XNYS else at_day_ends(rows)
    return build(instrument, Interval.DAY, rows, listing, now, sampling)


def read_table(raw: str) -> pd.DataFrame:
    """A CSV as text, lines of another length left out, and a last line without an end, which may have lost
    its last digits; raises `ValueError` for what is no table.
    """
    whole = raw[: max(raw.rfind("\n"), raw.rfind("\r")) + 1]
    return pd.read_csv(
        StringIO(whole), dtype=str, keep_default_na=False, on_bad_lines="skip", nrows=MOST_ROWS
    )


def values_by_day(days: pd.DatetimeIndex, values: "pd.Series[Any]") -> pd.DataFrame:
    """Rows with a close, by day (no zone); what is not a number or a day is left out."""
    close = pd.to_numeric(values, errors="coerce").to_numpy()
    rows = pd.DataFrame({"close": close}, index=days).reindex(columns=list(COLUMNS)).astype("float64")
    return rows.loc[rows.index.notna()].dropna(subset="close")


def is_weekly(rows: pd.DataFrame) -> bool:
    """Whether ``rows`` by day mostly lie a week apart."""
    days = pd.DatetimeIndex(rows.index)
    return len(days) > 2 and pd.Timedelta(np.median(np.diff(days.to_numpy()))) >= WEEKLY


def at_week_or_session_ends(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` by day at session closes; a weekly figure of a holiday counts for the session before it."""
    if not is_weekly(rows):
        return at_session_ends(rows)
    days = pd.DatetimeIndex(rows.index)
    sessions = session_ends(days).notna()
    return at_session_ends(rows.set_axis(days.where(sessions, days - pd.Timedelta(days=1))))
