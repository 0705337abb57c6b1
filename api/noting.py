"""What an answer was made of, so that it is told again only while a page would show the same."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from data_sources.errors import SourceError
from data_sources.freshness import Freshness
from data_sources.source import Background, Source, Timed
from market.bars import Bars
from market.calendars import NEW_YORK
from market.instruments import Instrument, Interval

Heard = Bars | tuple[str, Bars | None]
"""Bars, or why there are none with what a recording holds instead; bars are equal only to themselves."""


class Noting:
    """A `Source` in front of a `Source` that notes what it heard."""

    def __init__(self, inner: Source) -> None:
        """``inner`` gives the same object for as long as it says the same."""
        self.inner = inner
        self.heard: dict[tuple[Instrument, Interval], Heard] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars of the source behind; raises `SourceError`."""
        try:
            found = self.inner.bars(instrument, interval)
        except SourceError as missing:
            self.heard[instrument, interval] = str(missing), missing.recorded
            raise
        self.heard[instrument, interval] = found
        return found

    def start(self, instrument: Instrument, interval: Interval) -> None:
        """Let the source behind ask in the background, where it can."""
        if isinstance(self.inner, Background):
            self.inner.start(instrument, interval)

    def is_unchanged(self) -> bool:
        """Whether the source behind would say the same again."""
        for instrument, interval in self.heard:
            self.start(instrument, interval)
        for (instrument, interval), heard in self.heard.items():
            try:
                said: Heard = self.inner.bars(instrument, interval)
            except SourceError as missing:
                said = str(missing), missing.recorded
            if said != heard:
                return False
        return True

    def left(self, now: datetime) -> float | None:
        """Seconds until one of the answers may be another; None where nothing was asked."""
        lefts = (
            self._left(instrument, interval, heard, now)
            for (instrument, interval), heard in self.heard.items()
        )
        return min(lefts, default=None)

    def until(self, now: datetime, moment: datetime | None) -> datetime:
        """Until when these answers have one meaning: to the end of today, and while the hours are news.

        Seen from a past ``moment`` they do not change their meaning.
        """
        if moment is not None:
            return datetime.max.replace(tzinfo=UTC)
        ends = [end_of_day(now), end_of_day(now.astimezone(NEW_YORK))]
        return min(ends)

    def _left(self, instrument: Instrument, interval: Interval, heard: Heard, now: datetime) -> float:
        if not isinstance(heard, Bars) or heard.provenance.stale_because:
            return 0.0
        told = self.inner.fresh_for(instrument, interval) if isinstance(self.inner, Timed) else None
        if told is not None:
            return told
        came = heard.provenance.fetched_at
        return max(0.0, Freshness().lifetime(heard, came) - (now - came).total_seconds())


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, what it was made of, and until when that has one meaning."""

    text: bytes
    noting: Noting
    until: datetime

    def still_stands(self, source: Source, now: datetime) -> bool:
        """Whether ``source`` would be answered with the same ``now``."""
        return self.noting.inner is source and now <= self.until and self.noting.is_unchanged()


def end_of_day(moment: datetime) -> datetime:
    """The midnight that ends the day of ``moment`` in its own zone."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return (day + timedelta(days=1)).astimezone(UTC)
