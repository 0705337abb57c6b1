"""The one Protocol that providers, caches and recordings all follow."""

from typing import Protocol

from market.bars import Bars
from market.instruments import Instrument, Interval


class Source(Protocol):
    """Somewhere to get bars. Providers, caches and recordings all look like this."""

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """All the history there is at this interval; raises `SourceError`."""
        ...
