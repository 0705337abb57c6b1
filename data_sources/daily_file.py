"""A source whose provider publishes one daily file for everybody, without a key."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from data_sources.errors import NoData
from data_sources.parsing import listing_of
from data_sources.web import session, translate
from market.bars import Bars
from market.instruments import Instrument, Interval, Listing


class DailyFile:
    """A `Source` that asks for the whole file; what it asks for and how it reads it is left to its kinds."""

    source: ClassVar[str]
    without_hours: ClassVar[str]

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._web = session()

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """All days of the file; raises `SourceError`, `NoData` for hours."""
        listing = listing_of(instrument, self.source)
        if interval is not Interval.DAY:
            raise NoData(instrument, self.source, self.without_hours)
        try:
            text = self.ask(listing)
        except Exception as error:
            raise self.translate(error, instrument) from error
        return self.parse(text, instrument, listing, self._clock())

    def ask(self, listing: Listing) -> str:
        """The file as text; the only step that touches the network."""
        raise NotImplementedError

    def translate(self, error: Exception, instrument: Instrument) -> Exception:
        """``error`` of `ask` in our words; what is not a `requests` error is returned untouched."""
        return translate(error, instrument, self.source)

    def parse(self, raw: str, instrument: Instrument, listing: Listing, now: datetime) -> Bars:
        """The file as bars known at ``now``; raises `SourceError`."""
        raise NotImplementedError
