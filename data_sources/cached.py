"""A Source in front of a Source: this process's memory of what was answered, and of what was not."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock

from cachetools import TLRUCache

from data_sources.errors import BadData, NoData, Pending, SourceError, Transient
from data_sources.flights import take_off
from data_sources.freshness import Freshness
from data_sources.source import Source
from market.bars import Bars
from market.instruments import Instrument, Interval
from market.publishers import publisher

log = logging.getLogger(__name__)

Key = tuple[str, Interval]
MOST_ENTRIES = 1024
FAILURES_REMEMBERED = 3600.0
UNNOTICED = 900.0
"""Seconds for which nobody need have asked: bars that old are not late while the next answer comes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of one key: the last good bars, the last failure beside them, and when to ask again."""

    bars: Bars | None
    error: Exception | None
    fresh_until: float
    ask_at: float
    kept_until: float
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Flight:
    """A question on its way; everyone who asks the same meanwhile waits for it, and no longer than from its
    start.
    """

    answer: Future[Entry]
    started: float


def says_something_else(before: Entry | None, after: Entry) -> bool:
    """Whether a page shows ``after`` otherwise than ``before``: other prices, or another reason for old
    ones.
    """
    if before is None or type(before.error) is not type(after.error):
        return True
    old, new = before.bars, after.bars
    return old is not new and (old is None or new is None or not old.frame.equals(new.frame))


def nothing_known(_instrument: Instrument, _interval: Interval) -> Bars | None:
    """The memory of a process that keeps nothing on disk."""
    return None


class Cached:
    """``inner``, asked once for a crowd and as seldom as freshness allows; failures are remembered like
    answers.

    Old bars come at once while a newer answer is on its way. When it does not come, they stand in for it and
    say so (``stale_because``): on a `Transient` error, and on an empty or impossible answer where there was a
    good one before. A refusal or an unknown symbol is raised: that is not going to pass.
    """

    def __init__(
        self,
        inner: Source,
        source: str,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        freshness: Freshness | None = None,
        last_known: Callable[[Instrument, Interval], Bars | None] = nothing_known,
    ) -> None:
        """``last_known`` is asked once a key, for what an earlier run of the program kept."""
        self.source = source
        self._inner = inner
        self._clock = clock
        self._timer = timer
        self._freshness = freshness or Freshness()
        self._last_known = last_known
        self._lock = Lock()
        self._entries: TLRUCache[Key, Entry] = TLRUCache(
            MOST_ENTRIES, ttu=lambda _key, entry, _now: entry.kept_until, timer=timer
        )
        self._flights: dict[Key, Flight] = {}
        self.changes = 0
        """How often an answer said something else than the one before: what a page must be drawn anew for."""

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """Fresh bars, or older ones that say so; waits at most the patience for a first answer."""
        return self.within(instrument, interval, self._freshness.patience)

    def within(self, instrument: Instrument, interval: Interval, seconds: float) -> Bars:
        """The same, waiting at most ``seconds``; with none, what is due is asked in the background."""
        entry, flight = self._look(instrument, interval)
        if entry is None and flight is not None:
            entry = self._await(instrument, flight, seconds)
        assert entry is not None  # a key is either known or on its way
        return self._answer(entry, instrument)

    def ready(self, instrument: Instrument, interval: Interval) -> Bars | None:
        """What is known without waiting, or None; asks in the background where that is due."""
        try:
            return self.within(instrument, interval, 0.0)
        except SourceError:
            return None

    def remembered(self, instrument: Instrument, interval: Interval, *, ask: bool) -> Bars | None:
        """What is known, however old; with ``ask``, asked for in the background where nothing is.

        What is known is not asked for again: what lies years back stays as it was.
        """
        with self._lock:
            entry = self._entries.get((instrument.key, interval))
        if entry is None and ask:
            return self.ready(instrument, interval)
        return entry.bars if entry else None

    def fresh_for(self, instrument: Instrument, interval: Interval) -> float | None:
        """Seconds until it asks anew, 0 while an answer is on its way; None where it was never asked."""
        key = instrument.key, interval
        with self._lock:
            if key in self._flights:
                return 0.0
            entry = self._entries.get(key)
            return None if entry is None else max(0.0, entry.ask_at - self._timer())

    @property
    def has_prices(self) -> bool:
        """Whether it knows any bars that can be shown, however old; nothing is asked to find out."""
        with self._lock:
            return any(entry.bars is not None for entry in self._entries.values())

    def on_their_way(self) -> tuple[tuple[str, Interval, float], ...]:
        """The questions not answered yet: key, interval, and for how many seconds."""
        with self._lock:
            now = self._timer()
            return tuple(
                (key, interval, now - flight.started) for (key, interval), flight in self._flights.items()
            )

    def _look(self, instrument: Instrument, interval: Interval) -> tuple[Entry | None, Flight | None]:
        """The entry and the flight of a key, having started one where it is due."""
        key = instrument.key, interval
        with self._lock:
            entry = self._entries.get(key)
            flight = self._flights.get(key)
        if entry is None and flight is None:
            kept = self._from_disk(instrument, interval)
            with self._lock:
                if kept is not None and key not in self._entries:
                    self._entries[key] = kept
                entry, flight = self._entries.get(key), self._flights.get(key)
        if flight is None and (entry is None or self._timer() >= entry.ask_at):
            flight = self._start(instrument, interval)
        return entry, flight

    def _start(self, instrument: Instrument, interval: Interval) -> Flight | None:
        """A new flight, or the one another thread has just started; None when its answer has landed
        meanwhile.
        """
        key = instrument.key, interval
        with self._lock:
            entry = self._entries.get(key)
            if key in self._flights or (entry is not None and self._timer() < entry.ask_at):
                return self._flights.get(key)
            name = f"ask {self.source} {instrument.key}"
            # The lock is held until the flight is on the list, and the landing takes the lock:
            # it cannot come first.
            flight = Flight(take_off(lambda: self._ask(instrument, interval), name), self._timer())
            self._flights[key] = flight
            return flight

    def _ask(self, instrument: Instrument, interval: Interval) -> Entry:
        """The new entry of a key, put in its place."""
        try:
            answer: Bars | Exception = self._inner.bars(instrument, interval)
        except SourceError as error:
            answer = error
        except Exception as bug:
            log.exception("asking %s for %s", self.source, instrument.key)
            answer = bug
        key = instrument.key, interval
        with self._lock:
            before = self._entries.get(key)
            entry = self._landed(answer, before, key)
            self._entries[key] = entry
            self._flights.pop(key, None)
            self.changes += says_something_else(before, entry)
        return entry

    def _landed(self, answer: Bars | Exception, before: Entry | None, key: Key) -> Entry:
        now = self._timer()
        if isinstance(answer, Bars):
            # Another replica may have been given it a while ago.
            fresh_until = now + self._fresh_for(answer, max(0.0, self._age(answer)))
            return Entry(answer, None, fresh_until, fresh_until, now + self._freshness.hard(key[1]))
        told_when = isinstance(answer, SourceError) and answer.retry_after is not None
        failures = (before.failures if before else 0) + (not told_when)
        ask_at = now + self._freshness.rest(answer, max(failures, 1), f"{key[0]}{key[1]}", key[1])
        old = before.bars if before else None
        kept_until = before.kept_until if before and old else ask_at + FAILURES_REMEMBERED
        return Entry(old, answer, now, ask_at, kept_until, failures)

    def _from_disk(self, instrument: Instrument, interval: Interval) -> Entry | None:
        """What an earlier run kept, as fresh as its age allows; None where nothing is, or it is too old."""
        bars = self._last_known(instrument, interval)
        if bars is None:
            return None
        now, age = self._timer(), self._age(bars)
        hard = self._freshness.hard(interval)
        if not 0 <= age < hard:
            return None
        fresh_until = now + self._fresh_for(bars, age)
        return Entry(bars, None, fresh_until, fresh_until, now + hard - age)

    def _age(self, bars: Bars) -> float:
        """Seconds since ``bars`` were asked for."""
        return (self._clock() - bars.provenance.fetched_at).total_seconds()

    def _fresh_for(self, bars: Bars, age: float) -> float:
        """Seconds for which ``bars`` of that age stay fresh; less than none where they no longer are."""
        return self._freshness.lifetime(bars, bars.provenance.fetched_at) - age

    def _await(self, instrument: Instrument, flight: Flight, seconds: float) -> Entry:
        """The answer of ``flight``, waited for; a provider that keeps others waiting is not waited for."""
        with self._lock:
            oldest = min((each.started for each in self._flights.values()), default=flight.started)
        patience = min(seconds, oldest + self._freshness.patience - self._timer())
        try:
            return flight.answer.result(timeout=max(0.0, patience))
        except Late:
            raise Pending(instrument, self.source, "on its way") from None

    def _answer(self, entry: Entry, instrument: Instrument) -> Bars:
        error, bars = entry.error, entry.bars
        if error is not None and not (bars and isinstance(error, Transient | NoData | BadData)):
            raise error.again(instrument) if isinstance(error, SourceError) else error
        assert bars is not None  # an entry holds bars or an error
        because = error.reason if isinstance(error, SourceError) else self._overdue(entry, bars)
        return replace(bars, provenance=replace(bars.provenance, stale_because=because)) if because else bars

    def _overdue(self, entry: Entry, bars: Bars) -> str | None:
        """Why bars are old though nothing failed: nobody asked for a while, and the newer answer is on its
        way.
        """
        late = self._timer() - entry.fresh_until
        usual = self._freshness.hour if bars.interval is Interval.HOUR else self._freshness.day
        return f"{publisher(self.source)} has not answered yet" if late > max(usual, UNNOTICED) else None
