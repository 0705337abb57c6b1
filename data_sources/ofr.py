"""The Financial Stress Index of the US Office of Financial Research: one CSV with the index and its parts.

The catalogue's symbol is the name of a column (`OFR FSI`, `Credit`, `Funding`, ...). A day appears two
business days later.
"""

from datetime import datetime

import pandas as pd

from data_sources.daily_file import DailyFile
from data_sources.errors import BadData, UnknownSymbol
from data_sources.fred import read_table, values_by_day
from data_sources.parsing import at_ends_of_days, build
from data_sources.web import fetch
from market.bars import Bars
from market.instruments import Instrument, Interval, Listing

ADDRESS = "https://www.financialresearch.gov/financial-stress-index/data/fsi.csv"
SAMPLING = "daily, as published by the OFR"


class Ofr(DailyFile):
    """A `Source` of the stress index and its parts."""

    source = "ofr"
    without_hours = "the OFR has no hours"

    def ask(self, _: Listing) -> str:
        """All values since 2000, of every part."""
        return fetch(self._web, ADDRESS)

    def parse(self, raw: str, instrument: Instrument, listing: Listing, now: datetime) -> Bars:
        """`parse` of this module."""
        return parse(raw, instrument, listing, now)


def parse(raw: str, instrument: Instrument, listing: Listing, now: datetime) -> Bars:
    """One column of the CSV as bars known at ``now``; raises `UnknownSymbol`, `NoData` and `BadData`."""
    try:
        table = read_table(raw)
        table.columns = [str(name).strip() for name in table.columns]
        if table.columns[0].lower() != "date" or len(table.columns) < 2:
            raise ValueError(f"columns are {list(table.columns)[:3]}")
        days = pd.DatetimeIndex(pd.to_datetime(table.iloc[:, 0], format="%Y-%m-%d", errors="coerce"))
    except (ValueError, TypeError, LookupError, OverflowError) as problem:
        raise BadData(instrument, listing.source, str(problem)) from problem
    if list(table.columns).count(listing.symbol) != 1:
        raise UnknownSymbol(instrument, listing.source, f"columns are {list(table.columns)}")
    rows = values_by_day(days, table[listing.symbol])
    rows = rows.loc[rows.index <= pd.Timestamp(now).tz_localize(None)]
    return build(instrument, Interval.DAY, at_ends_of_days(rows, instrument.calendar), listing, now, SAMPLING)
