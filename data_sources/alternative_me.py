"""The crypto fear and greed index of alternative.me: one score a day, from 2018.

The score of a day is published as it begins and stands for that day: it carries the midnight that begins it,
and is final from then on.
"""

import json
from datetime import datetime

import pandas as pd

from data_sources.daily_file import DailyFile
from data_sources.errors import BadData
from data_sources.fred import values_by_day
from data_sources.parsing import build
from data_sources.web import fetch
from market.bars import Bars
from market.instruments import Instrument, Interval, Listing

ADDRESS = "https://api.alternative.me/fng/"
SAMPLING = "daily score, published at 00:00 UTC of its day"


class AlternativeMe(DailyFile):
    """A `Source` of the index."""

    source = "alternative_me"
    without_hours = "one score a day"

    def ask(self, _: Listing) -> str:
        """All scores since 2018."""
        return fetch(self._web, ADDRESS, limit="0", format="json")

    def parse(self, raw: str, instrument: Instrument, listing: Listing, now: datetime) -> Bars:
        """`parse` of this module."""
        return parse(raw, instrument, listing, now)


def parse(raw: str, instrument: Instrument, listing: Listing, now: datetime) -> Bars:
    """The scores as bars known at ``now``; raises `NoData` and `BadData`."""
    try:
        scores = [(int(each["timestamp"]), each["value"]) for each in json.loads(raw)["data"]]
        days = pd.DatetimeIndex(pd.to_datetime([seconds for seconds, _ in scores], unit="s")).normalize()
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as problem:
        raise BadData(instrument, listing.source, str(problem)) from problem
    rows = values_by_day(days, pd.Series([score for _, score in scores], dtype=object))
    rows = rows.iloc[::-1]  # they come newest first
    rows = rows.set_axis(pd.DatetimeIndex(rows.index).tz_localize("UTC"))
    return build(instrument, Interval.DAY, rows, listing, now, SAMPLING)
