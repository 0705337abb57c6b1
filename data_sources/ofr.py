"""The Financial Stress Index of the US Office of Financial Research: one CSV with the index and its parts.

The catalogue's symbol is the name of a column (`OFR FSI`, `Credit`, `Funding`, ...). A day appears two
business days later.
"""

from collections.abc import Callable
from datetime import datetime

import pandas as pd
import requests

from data_sources.errors import BadData, NoData, UnknownSymbol
from data_sources.fred import read_table, values_by_day
from data_sources.parsing import at_ends_of_days, build, listing_of
from data_sources.web import fetch, session, translate
from market.bars import Bars
from market.instruments import Instrument, Interval, Listing

ADDRESS = "https://www.financialresearch.gov/financial-stress-index/data/fsi.csv"
SAMPLING = "daily, as published by the OFR"


class Ofr:
    """A `Source` of the stress index and its parts."""

    source = "ofr"

    def __init__(self, clock: Callable[[], datetime], web: requests.Session | None = None) -> None:
        self._clock = clock
        self._web = web or session()

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """All values since 2000; raises `SourceError`, `NoData` for hours."""
        listing = listing_of(instrument, self.source)
        if interval is not Interval.DAY:
            raise NoData(instrument, self.source, "the OFR has no hours")
        try:
            text = fetch(self._web, ADDRESS)
        except Exception as error:
            raise translate(error, instrument, self.source) from error
        return parse(text, instrument, listing, self._clock())


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
