"""A Source in front of a Source: what any replica was told, all replicas know; and one of them asks for all.

In a memory that the replicas share lie, by source, key and interval: the newest bars, as `packing` writes
them; the answer that counts now (those bars, or why there are none) for as long as it counts; and whose turn
it is to ask. A provider that wants to be left alone is left alone by every replica, and then tried by one.

Whatever is wrong with the memory costs requests, never a price: one that is down knows nothing and lets
everyone ask.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from data_sources.cached import nothing_known
from data_sources.errors import (
    BadData,
    NoData,
    RateLimited,
    SourceError,
    Transient,
    UnknownSymbol,
    Unreachable,
)
from data_sources.freshness import Freshness
from data_sources.packing import VERSION, Corrupt, Newer, pack, unpack
from data_sources.source import Source
from market.bars import Bars
from market.instruments import Instrument, Interval

log = logging.getLogger(__name__)

TURN = 20.0
"""Seconds a replica's turn lasts; one that dies in its turn keeps the others waiting no longer."""
PROBE = 16.0
LOOK_AGAIN = 0.2
LONGEST = 86_400.0
GOOD = b"bars"
TOLD = {kind.__name__: kind for kind in (Unreachable, RateLimited, UnknownSymbol, NoData, BadData)}


class Memory(Protocol):
    """Names and bytes that all replicas see; one that cannot be reached knows nothing and grants all."""

    trouble: str | None

    def get(self, name: str) -> bytes | None:
        """What lies under ``name``, or None."""
        ...

    def put(self, name: str, content: bytes, seconds: float) -> None:
        """Let ``content`` lie under ``name`` for so long."""
        ...

    def claim(self, name: str, seconds: float) -> bool:
        """Whether ``name`` was free; from now on it is not, for so long."""
        ...

    def drop(self, name: str) -> None:
        """Free ``name``."""
        ...


class Shared:
    """``inner``, asked by one replica for all; bars and failures of the others count like its own.

    A refusal of this place is not shared: another replica may stand elsewhere.
    """

    def __init__(
        self,
        inner: Source,
        source: str,
        memory: Memory,
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        freshness: Freshness | None = None,
        last_known: Callable[[Instrument, Interval], Bars | None] = nothing_known,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """``last_known`` is what this replica kept on its own disk."""
        self.source = source
        self._inner = inner
        self._memory = memory
        self._clock = clock
        self._timer = timer
        self._freshness = freshness or Freshness()
        self._last_known = last_known
        self._sleep = sleep
        self._alone = f"alone/{VERSION}/{source}"

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars any replica was given, while they are fresh; else those of ``inner``, or its error."""
        name = self._name(instrument, interval)
        until = self._timer() + TURN
        while (bars := self._told(name, instrument, interval)) is None:
            if self._memory.claim(f"{name}/turn", TURN) or self._timer() >= until:
                return self._ask(name, instrument, interval)
            self._sleep(LOOK_AGAIN)
        return bars

    def last_known(self, instrument: Instrument, interval: Interval) -> Bars | None:
        """The newest bars that any replica or this disk has, however old; the bar in progress if fresh."""
        name = self._name(instrument, interval)
        ours, theirs = self._last_known(instrument, interval), self._bars(name, instrument, interval)
        if theirs is not None and self._memory.get(f"{name}/answer") != GOOD:
            theirs = theirs.finished
        both = [bars for bars in (ours, theirs) if bars is not None and bars.finished.in_progress is None]
        return max(both, key=lambda bars: bars.provenance.fetched_at, default=None)

    def _name(self, instrument: Instrument, interval: Interval) -> str:
        return f"bars/{VERSION}/{self.source}/{instrument.key}/{interval.value}"

    def _told(self, name: str, instrument: Instrument, interval: Interval) -> Bars | None:
        """The answer that counts now; raises where it is a failure, None where nobody knows."""
        answer = self._memory.get(f"{name}/answer")
        if answer == GOOD:
            return self._bars(name, instrument, interval)
        if failure := self._failure(answer, instrument):
            raise failure
        return None

    def _bars(self, name: str, instrument: Instrument, interval: Interval) -> Bars | None:
        """The newest bars in the memory; others may write there, and what is not bars counts as nothing."""
        packed = self._memory.get(name)
        if packed is None:
            return None
        try:
            return unpack(packed, instrument, interval)
        except (Corrupt, Newer) as problem:
            log.warning("%s in the shared memory is not bars: %s", name, problem)
            return None

    def _ask(self, name: str, instrument: Instrument, interval: Interval) -> Bars:
        """The answer of ``inner`` in this replica's turn, unless its provider is left alone."""
        ends = self._timer() + TURN
        try:
            probes = self._leave_alone(instrument)
            bars = self._answer(name, instrument, interval)
            if probes:
                self._memory.drop(self._alone)
            return bars
        finally:
            if self._timer() < ends:  # later it may be another's
                self._memory.drop(f"{name}/turn")

    def _answer(self, name: str, instrument: Instrument, interval: Interval) -> Bars:
        """The answer of ``inner``, told to all."""
        try:
            bars = self._inner.bars(instrument, interval)
        except SourceError as error:
            self._tell(name, error, interval)
            raise
        self._memory.put(name, pack(bars), self._freshness.hard(interval))
        self._memory.put(f"{name}/answer", GOOD, self._freshness.lifetime(bars, self._clock()))
        return bars

    def _leave_alone(self, instrument: Instrument) -> bool:
        """Raise while the provider is left alone; true where this replica is the one to try it again."""
        told = self._memory.get(self._alone)
        failure = self._failure(told, instrument)
        if failure is None:
            return False
        if failure.retry_after == 0 and self._memory.claim(f"{self._alone}/probe", PROBE):
            return True
        failure.retry_after = failure.retry_after or PROBE
        raise failure

    def _tell(self, name: str, error: SourceError, interval: Interval) -> None:
        """Let the other replicas know: of the whole provider where it said when to come back."""
        if type(error).__name__ not in TOLD:
            return
        rest = self._freshness.rest(error, 1, name, interval)
        if isinstance(error, Transient) and (isinstance(error, RateLimited) or error.retry_after is not None):
            until = self._clock().timestamp() + rest
            self._memory.put(self._alone, _write(error, until), rest + PROBE)
            self._memory.drop(f"{self._alone}/probe")
        else:
            self._memory.put(f"{name}/answer", _write(error), rest)

    def _failure(self, content: bytes | None, instrument: Instrument) -> SourceError | None:
        """What `_write` wrote, as this replica's own; None for anything else."""
        try:
            told = json.loads(content or b"null")
            kind, words, until = TOLD[told["kind"]], str(told["words"]), told["until"]
            left = None if until is None else max(0.0, float(until) - self._clock().timestamp())
            if left is not None and not left <= LONGEST:
                raise ValueError(f"left alone for {left} seconds")
        except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
            return None
        return kind(instrument, self.source, words, retry_after=left)


def _write(error: SourceError, until: float | None = None) -> bytes:
    told = {"kind": type(error).__name__, "words": error.words[:300], "until": until}
    return json.dumps(told).encode()
