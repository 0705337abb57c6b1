"""The providers of one instrument in order, and the cross-check between them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, Self, runtime_checkable

from data_sources.agreement import comparable, compare
from data_sources.asof import AsOf
from data_sources.errors import NoData, SourceError
from data_sources.quality import vouch
from data_sources.source import Source
from market.bars import Bars
from market.calendars import session_state
from market.instruments import Calendar, Instrument, Interval

PUBLISHING = timedelta(hours=2)
MINUTES_A_DAY = 1440


@runtime_checkable
class Eager(Source, Protocol):
    """A Source that can say what it has without anyone waiting."""

    def ready(self, instrument: Instrument, interval: Interval) -> Bars | None:
        """What it has now; asks in the background where that is due."""
        ...


class Chain:
    """The first provider with a fresh answer, checked against the next one that has an answer at hand.

    A provider that fails, serves old bars or is late for a bar that is due hands over to the next; of answers
    that are all old the newest is shown, and says so. The second opinion is never waited for. ``last_resort``
    (the recording) stands in where no provider has anything.
    """

    def __init__(
        self,
        providers: Mapping[str, Source],
        clock: Callable[[], datetime],
        last_resort: Source | None = None,
    ) -> None:
        """``providers`` by their name in the catalogue."""
        self._providers = providers
        self._clock = clock
        self._last_resort = last_resort

    def as_of(self, moment: datetime) -> Self:
        """The same chain as it would have answered at ``moment``, its cross-checks included."""
        providers = {name: AsOf(source, moment) for name, source in self._providers.items()}
        last_resort = AsOf(self._last_resort, moment) if self._last_resort else None
        return type(self)(providers, lambda: moment, last_resort)

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The best bars there are, with the second source's opinion; raises the first provider's
        `SourceError`.
        """
        best: tuple[str, Bars] | None = None
        first_error: SourceError | None = None
        for listing in instrument.listings:
            provider = self._providers.get(listing.source)
            if provider is None:
                continue
            try:
                bars = self._aged(provider.bars(instrument, interval), listing.delay_minutes)
            except SourceError as error:
                first_error = first_error or error
                continue
            if best is None or bars.finished.as_of > best[1].finished.as_of:
                best = listing.source, bars
            if bars.provenance.stale_because is None:
                best = listing.source, bars
                break
        if best is None:
            return self._otherwise(instrument, interval, first_error)
        return self._checked(*best, instrument, interval)

    def ready(self, instrument: Instrument, interval: Interval) -> Bars | None:
        """What the providers have at hand, first come; asks every first provider in the background."""
        for listing in instrument.listings:
            provider = self._providers.get(listing.source)
            bars = provider.ready(instrument, interval) if isinstance(provider, Eager) else None
            if bars is not None:
                return bars
        return None

    def start(self, instrument: Instrument, interval: Interval) -> None:
        """Ask the first provider in the background, where that is due: a page's questions leave together."""
        for listing in instrument.listings:
            provider = self._providers.get(listing.source)
            if isinstance(provider, Eager):
                provider.ready(instrument, interval)
                return

    def _otherwise(self, instrument: Instrument, interval: Interval, error: SourceError | None) -> Bars:
        """The last resort's bars; what stood in their way is not forgotten."""
        if self._last_resort is not None:
            try:
                return self._last_resort.bars(instrument, interval)
            except SourceError as missing:
                raise (error or missing).again() from missing
        raise error.again() if error else NoData(instrument, "every source", "none is configured")

    def _checked(self, source: str, bars: Bars, instrument: Instrument, interval: Interval) -> Bars:
        second = self._second(source, bars, instrument, interval)
        bars = vouch(bars, second)
        return compare(bars, second) if second else bars

    def _second(self, source: str, bars: Bars, instrument: Instrument, interval: Interval) -> Bars | None:
        """What the next provider has at hand, in the same money."""
        for listing in instrument.listings:
            provider = self._providers.get(listing.source)
            if provider is None or listing.source == source:
                continue
            second = at_hand(provider, instrument, interval)
            if second is not None and comparable(bars, second):
                return second
        return None

    def _aged(self, bars: Bars, delay_minutes: int) -> Bars:
        """``bars``, marked as out of date when a bar that is due by now is not there.

        A listing with a delay of a day or more (H.15, OFR) may lack one session for each.
        """
        if bars.provenance.stale_because or bars.interval is Interval.HOUR or bars.instrument.flow:
            return bars
        due = self._due(bars.instrument.calendar, delay_minutes)
        if due is None or bars.finished.as_of >= due:
            return bars
        because = f"{bars.provenance.source} has nothing after {bars.finished.dates[-1]:%Y-%m-%d}"
        return replace(bars, provenance=replace(bars.provenance, stale_because=because))

    def _due(self, calendar: Calendar, delay_minutes: int) -> datetime | None:
        """The newest close that a provider should have by now."""
        days, minutes = divmod(delay_minutes, MINUTES_A_DAY)
        now = self._clock() - timedelta(minutes=minutes) - PUBLISHING
        if calendar is Calendar.ALWAYS:
            return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days)
        due = session_state(now).last_close
        for _ in range(days):
            due = session_state(due - timedelta(minutes=1)).last_close if due else None
        return due


def at_hand(provider: Source, instrument: Instrument, interval: Interval) -> Bars | None:
    """What ``provider`` has without waiting; a provider that cannot say is asked."""
    if isinstance(provider, Eager):
        return provider.ready(instrument, interval)
    try:
        return provider.bars(instrument, interval)
    except SourceError:
        return None
