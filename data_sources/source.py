"""The one Protocol that providers, caches and recordings all follow, and what some of them can do besides."""

from datetime import datetime
from typing import Protocol, runtime_checkable

from market.bars import Bars
from market.instruments import Instrument, Interval


class Source(Protocol):
    """Somewhere to get bars. Providers, caches and recordings all look like this."""

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """All the history there is at this interval; raises `SourceError`."""
        ...


@runtime_checkable
class Background(Protocol):
    """A Source that can begin to ask before anybody waits."""

    def start(self, instrument: Instrument, interval: Interval) -> None:
        """Ask in the background, where that is due."""
        ...


@runtime_checkable
class Replayable(Source, Protocol):
    """A Source that knows best how it would have answered at an earlier moment."""

    def as_of(self, moment: datetime) -> Source:
        """The same source as of ``moment``."""
        ...


@runtime_checkable
class Timed(Source, Protocol):
    """A Source that knows when it may say something else."""

    def fresh_for(self, instrument: Instrument, interval: Interval) -> float | None:
        """Seconds until its answer may be another; 0 while one is on its way, None where it cannot tell."""
        ...


@runtime_checkable
class Remembering(Source, Protocol):
    """A Source that still has what it was told, for those who look back and not at now."""

    def remembered(self, instrument: Instrument, interval: Interval, *, ask: bool) -> Bars | None:
        """What it has, however old; with ``ask``, asked for in the background where it has nothing."""
        ...


@runtime_checkable
class Loading(Protocol):
    """A Source that needs something first: a library that takes seconds to import, a price of another
    source.
    """

    def load(self) -> None:
        """Have it at hand, as far as that can be done now; the time it takes is not the provider's."""
        ...
