"""How far back a chart or a sum looks, under the names an address uses: ranges and windows."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from market.calendars import day_of

WINDOWS = (5, 252)
"""The fewest and the most sessions of a window that may be asked for."""


class Range(StrEnum):
    """A look-back period."""

    WEEK = "1w"
    MONTH = "1m"
    QUARTER = "3m"
    HALF = "6m"
    YEAR = "1y"
    YTD = "ytd"
    ALL = "all"

    def start(self, moment: datetime) -> datetime:
        """The instant from which a chart that ends at ``moment`` draws; the year opens after midnight UTC.

        What is complete at that midnight belongs to the year before.
        """
        if self is Range.ALL:
            return datetime(1900, 1, 1, tzinfo=UTC)
        if self is Range.YTD:
            return datetime(day_of(moment).year, 1, 1, tzinfo=UTC) + AFTER
        return moment - timedelta(days=DAYS[self])


AFTER = timedelta(microseconds=1)
DAYS = {Range.WEEK: 7, Range.MONTH: 31, Range.QUARTER: 92, Range.HALF: 183, Range.YEAR: 365}


def parse_window(text: str) -> int:
    """The number of sessions that ``text`` asks for; raises `ValueError` outside `WINDOWS`."""
    low, high = WINDOWS
    if text.isascii() and text.isdigit() and len(text) <= len(str(high)) and low <= int(text) <= high:
        return int(text)
    raise ValueError(f"not a number of sessions from {low} to {high}")
