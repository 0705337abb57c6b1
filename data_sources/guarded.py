"""A Source in front of one provider: bounded places, a hard deadline, a breaker and a request budget.

A call runs in a thread of its own and is left behind when its deadline passes; its place stays taken until it
really ends, so a provider that hangs never holds more threads than it has places.
"""

import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock, Semaphore
from typing import Any, TypeVar

from data_sources.breaker import Breaker, BreakerState, Budget, Limits
from data_sources.errors import BadData, NoData, RateLimited, SourceError, UnknownSymbol, Unreachable
from data_sources.flights import take_off
from data_sources.health import ProviderHealth
from data_sources.outages import OUTAGES, Outages, printable
from data_sources.source import Loading, Source
from market.bars import Bars
from market.instruments import Instrument, Interval

Answer = TypeVar("Answer")


class Guarded:
    """``inner`` behind the limits of its provider; every refusal is a `SourceError` that says when to come
    back.
    """

    def __init__(
        self,
        inner: Source,
        source: str,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        limits: Limits | None = None,
        outages: Outages = OUTAGES,
    ) -> None:
        """``source`` is the provider's name in the catalogue; ``clock`` stamps, ``timer`` measures."""
        self._outages = outages
        self.source = source
        self._inner = inner
        self._clock = clock
        self._timer = timer
        self._limits = limits or Limits()
        self._lock = Lock()
        self._places = Semaphore(self._limits.places)
        self._breaker = Breaker(self._limits)
        self._budget = Budget(self._limits.requests_per_minute, timer())
        self._queued = self._busy = 0
        self._hanging: set[Future[Any]] = set()
        self._seen = ProviderHealth(source, BreakerState.CLOSED)
        self._load = inner.load if isinstance(inner, Loading) else nothing_to_load

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The provider's bars, within the deadline; raises `SourceError`."""
        return self.call(instrument, lambda: self._inner.bars(instrument, interval))

    def call(self, instrument: Instrument, ask: Callable[[], Answer]) -> Answer:
        """The answer of ``ask``, a question to the same provider, within the same limits."""
        self._load()
        self._turn_away(instrument)
        self._take_place(instrument)
        try:
            self._admit(instrument)
        except SourceError:
            self._places.release()
            raise
        with self._lock:
            self._busy += 1
            self._seen = replace(self._seen, requests=self._seen.requests + 1)
        flight = take_off(ask, f"{self.source} {instrument.key}")
        try:
            return self._land(instrument, flight)
        finally:  # not before the outcome is noted: whoever waits for the place acts on it
            flight.add_done_callback(self._free)

    def health(self) -> ProviderHealth:
        """How the provider is doing now."""
        with self._lock:
            now = self._timer()
            opens = self._breaker.open_until
            next_try = None if opens is None else self._clock() + timedelta(seconds=max(0.0, opens - now))
            return replace(
                self._seen,
                breaker=self._breaker.state(now),
                next_try=next_try,
                busy=self._busy,
                hanging=len(self._hanging),
            )

    def _turn_away(self, instrument: Instrument) -> None:
        """Raise while the provider is left alone: nobody waits for a place to hear that."""
        with self._lock:
            self._refuse(self._breaker.rest(self._timer()), instrument)

    def _admit(self, instrument: Instrument) -> None:
        """Raise unless the budget and the breaker allow a call now: much may have come in the meantime."""
        with self._lock:
            now = self._timer()
            if wait := self._budget.wait(now, self._limits.cost):
                raise RateLimited(
                    instrument, self.source, "our own request budget is spent", retry_after=wait
                )
            self._refuse(self._breaker.refusal(now), instrument)
            self._budget.spend(now, self._limits.cost)

    @staticmethod
    def _refuse(refusal: tuple[SourceError, float] | None, instrument: Instrument) -> None:
        if refusal:
            reason, wait = refusal
            raise reason.again(instrument, retry_after=wait)

    def _land(self, instrument: Instrument, flight: Future[Answer]) -> Answer:
        """The answer of a call, its outcome noted."""
        try:
            answer = self._within_deadline(instrument, flight)
        except SourceError as error:
            wait = self._note_failure(error)
            raise error.again(retry_after=wait) from error
        except Exception as bug:
            self._note_failure(Unreachable(instrument, self.source, repr(bug)))
            raise
        self._note_answer()
        return answer

    def _within_deadline(self, instrument: Instrument, flight: Future[Answer]) -> Answer:
        try:
            return flight.result(timeout=self._limits.deadline)
        except Late:
            if flight.done():  # the call itself raised a TimeoutError
                raise
            with self._lock:
                self._hanging.add(flight)
            raise Unreachable(instrument, self.source, f"no answer in {self._limits.deadline:g} s") from None

    def _free(self, flight: Future[Any]) -> None:
        with self._lock:
            self._busy -= 1
            self._hanging.discard(flight)
        self._places.release()

    def _take_place(self, instrument: Instrument) -> None:
        with self._lock:
            if len(self._hanging) >= self._limits.places:
                raise Unreachable(instrument, self.source, "every place is held by a call that hangs")
            if self._queued >= self._limits.queue:
                raise Unreachable(instrument, self.source, "too many calls are waiting")
            self._queued += 1
        try:
            taken = self._places.acquire(timeout=self._limits.queue_wait)
        finally:
            with self._lock:
                self._queued -= 1
        if not taken:
            raise Unreachable(instrument, self.source, f"no place came free in {self._limits.queue_wait:g} s")

    def _note_answer(self) -> None:
        self._outages.answered(self.source)
        with self._lock:
            self._breaker.answered(self._timer())
            self._seen = replace(self._seen, last_success=self._clock())

    def _note_failure(self, error: SourceError) -> float | None:
        """Count a failure; returns for how long the provider is left alone after it."""
        self._outages.failed(error)
        with self._lock:
            now = self._timer()
            self._budget.spend(now, self._limits.failure_cost - self._limits.cost)
            self._breaker.failed(now, error)
            self._seen = replace(
                self._seen,
                failures=self._seen.failures + 1,
                last_error=error.reason,
                last_error_at=self._clock(),
                words=printable(error.words),
            )
            rest = self._breaker.rest(now)
            return rest[1] if rest and not isinstance(error, NoData | BadData | UnknownSymbol) else None


def nothing_to_load() -> None:
    """What a source without a client library does beforehand."""
