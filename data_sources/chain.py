"""The providers of one instrument in order, and the cross-check between them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, Self, runtime_checkable

from data_sources.agreement import compare, quote_of
from data_sources.asof import AsOf, close_before, due_close, is_late, time_between
from data_sources.errors import NoData, SourceError
from data_sources.filling import fill
from data_sources.joining import Joined, Longest, attributed
from data_sources.parsing import MINUTES_A_DAY
from data_sources.quality import examine, vouch
from data_sources.source import Source, Timed
from data_sources.venues import VENUES
from market.bars import Bars
from market.instruments import Calendar, Instrument, Interval, Listing
from market.publishers import publisher

PUBLISHING = timedelta(hours=2)
ASKED_AGAIN = timedelta(hours=4)  # who publishes once a day is asked every three hours
NO_HURRY = 2  # closes
PATIENCE = 3.0
FRUITLESS = 30.0


@runtime_checkable
class Eager(Source, Protocol):
    """A Source that asks in the background, and waits for an answer as long as it is told to."""

    def within(self, instrument: Instrument, interval: Interval, seconds: float) -> Bars:
        """What it has after at most ``seconds``; raises `Pending` where nothing has come yet."""
        ...


@dataclass(frozen=True, slots=True)
class Within:
    """An `Eager` source that is given so many seconds."""

    inner: Eager
    seconds: float

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The inner source's bars, in time."""
        return self.inner.within(instrument, interval, self.seconds)


class Chain:
    """The first provider with a fresh answer, checked against the next one that has an answer at hand.

    A provider that fails, serves old bars or is late for a bar that is due hands over to the next; of answers
    that are all old the newest is shown, and says so. A question waits for ``patience`` seconds in all,
    whatever the number of providers, and the second opinion is never waited for. After a wait for nothing
    nobody waits for half a minute, so that a page of questions costs no more than one. A history that begins
    later than another provider's of the same money is lengthened by that one's older closes.

    Where no provider has anything, what ``last_resort`` (the recording) holds comes with the error: it is no
    price of now, so that no sum sees it, and a page may show it with its date. A replay of days that it
    recorded is answered from it.
    """

    def __init__(
        self,
        providers: Mapping[str, Source],
        clock: Callable[[], datetime],
        last_resort: Source | None = None,
        patience: float = PATIENCE,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        """``providers`` by their name in the catalogue."""
        self._providers = providers
        self._clock = clock
        self._last_resort = last_resort
        self._patience = patience
        self._timer = timer
        self._no_wait_until = timer()
        self._moment: datetime | None = None
        self._joined: dict[tuple[str, str], Joined] = {}
        self._checked: dict[tuple[str, Interval], tuple[Bars, Bars | None, Bars]] = {}

    def as_of(self, moment: datetime) -> Self:
        """The same chain as it would have answered at ``moment``, its cross-checks included."""
        then = type(self)(self._providers, lambda: moment, self._last_resort, self._patience, self._timer)
        then._moment, then._joined = moment, self._joined
        return then

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The best bars there are, with a second opinion; raises the first provider's `SourceError`.

        What the last resort holds is that error's ``recorded``.
        """
        asked = self._timer()
        until = asked + self._patience if asked >= self._no_wait_until else asked
        try:
            return self._bars(instrument, interval, until)
        finally:
            if self._patience and self._timer() >= asked + self._patience:
                self._no_wait_until = self._timer() + FRUITLESS

    def ready(self, instrument: Instrument, interval: Interval) -> Bars | None:
        """What the providers have at hand, the first that has something; asks in the background where due."""
        for listing in instrument.listings:
            provider = self._providers.get(listing.source)
            if isinstance(provider, Eager):
                bars = at_hand(self._seen_from(provider, 0.0), instrument, interval)
                if bars is not None:
                    return bars
        return None

    def start(self, instrument: Instrument, interval: Interval) -> None:
        """Ask the first provider in the background, where that is due."""
        for listing in instrument.listings:
            provider = self._providers.get(listing.source)
            if isinstance(provider, Eager):
                at_hand(provider, instrument, interval)
                return

    def fresh_for(self, instrument: Instrument, interval: Interval) -> float | None:
        """Seconds until one of the providers that were asked may say something else."""
        told = []
        for listing in instrument.listings:
            provider = self._providers.get(listing.source)
            if isinstance(provider, Timed):
                told.append(provider.fresh_for(instrument, interval))
        return min((seconds for seconds in told if seconds is not None), default=None)

    def _bars(self, instrument: Instrument, interval: Interval, until: float) -> Bars:
        best: Bars | None = None
        first_error: SourceError | None = None
        for listing in instrument.listings:
            provider = self._providers.get(listing.source)
            if provider is None:
                continue
            try:
                source = self._longest(provider, instrument, listing, until - self._timer())
                bars = self._aged(attributed(source.bars(instrument, interval)), listing)
            except SourceError as error:
                first_error = first_error or error
                continue
            if best is None or bars.finished.as_of > best.finished.as_of:
                best = bars
            if bars.provenance.stale_because is None:
                best = bars
                break
        if best is None:
            return self._otherwise(instrument, interval, first_error)
        return self._check(best)

    def _seen_from(self, provider: Source, seconds: float) -> Source:
        """``provider``, with so many seconds left, as seen from this chain's moment."""
        source = Within(provider, max(0.0, seconds)) if isinstance(provider, Eager) else provider
        return AsOf(source, self._moment) if self._moment else source

    def _longest(self, provider: Source, instrument: Instrument, listing: Listing, seconds: float) -> Source:
        """``provider`` with all the history that others of the same money have at hand, seen from the moment.

        A provider that is not short of history itself may be asked for it once.
        """
        source = Within(provider, max(0.0, seconds)) if isinstance(provider, Eager) else provider
        others = [
            (self._providers[each.source], each.source not in VENUES)
            for each in instrument.listings
            if each.source in self._providers and each.source != listing.source
            if quote_of(each.symbol) == quote_of(listing.symbol)
        ]
        longest = Longest(source, others, self._joined)
        return AsOf(longest, self._moment) if self._moment else longest

    def _otherwise(self, instrument: Instrument, interval: Interval, error: SourceError | None) -> Bars:
        """The last resort's bars where they reach up to a replayed moment; else raises, with them beside."""
        last_resort = self._last_resort
        recorded = at_hand(self._seen_from(last_resort, 0.0), instrument, interval) if last_resort else None
        if recorded and self._moment and recorded.provenance.stale_because is None:
            return recorded
        if recorded:
            recorded = replace(recorded, provenance=replace(recorded.provenance, stale_because=None))
        missing = error.again() if error else NoData(instrument, "every source", "none is configured")
        raise missing.beside(recorded)

    def _check(self, bars: Bars) -> Bars:
        """``bars`` after the gates and the cross-check; the same two answers are checked once."""
        key, second = (bars.key, bars.interval), self.second(bars)
        known = self._checked.get(key)
        if known and known[0] is bars and known[1] is second:
            return known[2]
        checked = vouch(bars, second)
        if second:
            believed = examine(second).bars
            checked = compare(fill(checked, believed), believed)
        self._checked[key] = bars, second, checked
        return checked

    def second(self, bars: Bars, seconds: float = 0.0) -> Bars | None:
        """What the next provider after that of ``bars`` says in the same money, waited for so long."""
        for listing in bars.instrument.listings:
            provider = self._providers.get(listing.source)
            same_money = quote_of(listing.symbol) == quote_of(bars.provenance.symbol)
            if provider is None or listing.source == bars.provenance.source or not same_money:
                continue
            try:
                return self._seen_from(provider, seconds).bars(bars.instrument, bars.interval)
            except SourceError:
                continue
        return None

    def _aged(self, bars: Bars, listing: Listing) -> Bars:
        """``bars``, marked as out of date when a bar that is due by now is not there.

        What is published later than its close is due then; a listing with a delay of a day or more may lack
        one session for each, and amounts of a day are late when two closes have passed them by.
        """
        is_dated = bars.provenance.stale_because or bars.interval is Interval.HOUR
        if is_dated or not self._is_late(bars, listing):
            return bars
        because = f"{publisher(bars.provenance.source)} has nothing after {bars.finished.dates[-1]:%Y-%m-%d}"
        return replace(bars, provenance=replace(bars.provenance, stale_because=because))

    def _is_late(self, bars: Bars, listing: Listing) -> bool:
        if listing.published:
            return is_late(bars, self._clock() - ASKED_AGAIN, listing.published)
        lacking = NO_HURRY if bars.instrument.flow else 0
        due = self._due(bars.instrument.calendar, listing.delay_minutes, lacking)
        return due is not None and bars.as_of < due - time_between(bars)

    def _due(self, calendar: Calendar, delay_minutes: int, lacking: int) -> datetime | None:
        """The newest close that a provider should have by now, where so many more may miss."""
        days, minutes = divmod(delay_minutes, MINUTES_A_DAY)
        due = due_close(calendar, self._clock() - timedelta(minutes=minutes) - PUBLISHING)
        for _ in range(days + lacking):
            due = close_before(calendar, due) if due else None
        return due


def at_hand(provider: Source, instrument: Instrument, interval: Interval) -> Bars | None:
    """What ``provider`` has without waiting, or None; a plain source is asked."""
    source = Within(provider, 0.0) if isinstance(provider, Eager) else provider
    try:
        return source.bars(instrument, interval)
    except SourceError:
        return None
