"""Ranges: how far back a chart looks, under the names an address uses."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from market.calendars import day_of


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
        """The instant from which a chart that ends at ``moment`` draws; the year opens at midnight UTC."""
        if self is Range.ALL:
            return datetime(1900, 1, 1, tzinfo=UTC)
        if self is Range.YTD:
            return datetime(day_of(moment).year, 1, 1, tzinfo=UTC)
        return moment - timedelta(days=DAYS[self])

    @property
    def words(self) -> str:
        """The range in a sentence: `6 months`."""
        return WORDS[self]


DAYS = {Range.WEEK: 7, Range.MONTH: 31, Range.QUARTER: 92, Range.HALF: 183, Range.YEAR: 365}
WORDS = {
    Range.WEEK: "1 week",
    Range.MONTH: "1 month",
    Range.QUARTER: "3 months",
    Range.HALF: "6 months",
    Range.YEAR: "1 year",
    Range.YTD: "since 1 January",
    Range.ALL: "all history",
}
