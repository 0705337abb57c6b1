"""The front door: every page, route and watcher asks here."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Self

from cachetools import LRUCache

from data_sources.asof import AsOf
from data_sources.errors import SourceError
from data_sources.source import Background, Replayable, Source
from market.bars import Bars
from market.catalogue import Catalogue
from market.instruments import Instrument, Interval

MOMENTS_KEPT = 64


@dataclass(frozen=True)
class Batch:
    """Bars of many instruments: what was found, by key, and why the rest was not.

    Sums are made of what was found. What a recording holds of the rest (``recorded``) is to be shown only,
    with its date.
    """

    found: Mapping[str, Bars]
    missing: tuple[SourceError, ...] = ()

    def __iter__(self) -> Iterator[Bars]:
        return iter(self.found.values())

    def __contains__(self, key: object) -> bool:
        return key in self.found

    def __getitem__(self, key: str) -> Bars:
        return self.found[key]

    def get(self, key: str) -> Bars | None:
        """The bars of one instrument, or None."""
        return self.found.get(key)

    @property
    def recorded(self) -> dict[str, Bars]:
        """What a recording holds of those that are missing, by key: prices of its time, not of now."""
        return {error.instrument.key: error.recorded for error in self.missing if error.recorded}

    def pick(self, *keys: str) -> dict[str, Bars]:
        """Those of ``keys`` that were found, by key, in this order."""
        return {key: self.found[key] for key in keys if key in self.found}

    def select(self, *keys: str) -> tuple[Bars, ...]:
        """The bars of those of ``keys`` that were found, in this order."""
        return tuple(self.pick(*keys).values())


@dataclass(frozen=True, slots=True)
class Span:
    """What a feed can show: from ``start`` to ``end``, opening at ``moment``; None means now, or no bound."""

    start: datetime | None = None
    end: datetime | None = None
    moment: datetime | None = None
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Feed:
    """Bars by instrument, seen from one moment.

    ``span`` says what can be asked; ``moment`` is None for now. A feed is cheap: the source behind it is
    shared.
    """

    source: Source
    catalogue: Catalogue
    span: Span = field(default_factory=Span)
    moment: datetime | None = None
    _kept: LRUCache[datetime, Source] = field(default_factory=lambda: LRUCache(MOMENTS_KEPT), repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def as_of(self, moment: datetime | None) -> Self:
        """The same feed seen from ``moment``: nothing later is reachable through it."""
        if moment is None or moment == self.moment:
            return self
        return type(self)(self._replays(moment), self.catalogue, self.span, moment)

    def bars(self, key: str, interval: Interval = Interval.DAY) -> Bars:
        """The bars of one instrument; raises `SourceError`, and `KeyError` for a key not in the catalogue."""
        return self.source.bars(self.catalogue[key], interval)

    def to_show(self, key: str, interval: Interval = Interval.DAY) -> Bars:
        """The same, and where they are missing what a recording holds: to be shown with its date."""
        try:
            return self.bars(key, interval)
        except SourceError as missing:
            if missing.recorded is None:
                raise
            return missing.recorded

    def _replays(self, moment: datetime) -> Source:
        """The one replay of ``moment``, so that all who stand there share its bars."""
        with self._lock:
            if moment not in self._kept:
                source = self.source
                replayable = source if isinstance(source, Replayable) else None
                self._kept[moment] = replayable.as_of(moment) if replayable else AsOf(source, moment)
            return self._kept[moment]

    def hours(self, key: str) -> Bars | None:
        """The hourly bars of one instrument as far as they are known; None where there are none."""
        try:
            return self.bars(key, Interval.HOUR)
        except SourceError:
            return None

    def ask(self, instruments: Iterable[Instrument], interval: Interval = Interval.DAY) -> None:
        """Let the source begin to ask for these in the background, where it can and where that is due."""
        if isinstance(self.source, Background):
            for instrument in instruments:
                self.source.start(instrument, interval)

    def many(self, instruments: Iterable[Instrument], interval: Interval = Interval.DAY) -> Batch:
        """The bars of many instruments; what is missing never stops the rest.

        Their questions leave together, so that nobody waits for one after the other.
        """
        instruments = tuple(dict.fromkeys(instruments))
        self.ask(instruments, interval)
        found: dict[str, Bars] = {}
        missing: list[SourceError] = []
        for instrument in instruments:
            try:
                found[instrument.key] = self.source.bars(instrument, interval)
            except SourceError as error:
                missing.append(error)
        return Batch(found, tuple(missing))
