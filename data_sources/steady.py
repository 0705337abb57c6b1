"""A Source in front of a Source that gives the same object while nothing has changed.

What is made of bars is remembered by the bars themselves, so an answer that says the same must be the same.
"""

from datetime import datetime
from typing import Self

from data_sources.source import Background, Replayable, Source, Timed
from market.bars import Bars
from market.instruments import Instrument, Interval


class Steady:
    """``inner``, whose answers keep their identity until prices or provenance change."""

    def __init__(self, inner: Source) -> None:
        """``inner`` may build a new object for each answer."""
        self._inner = inner
        self._kept: dict[tuple[str, Interval], Bars] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars of ``inner``; the last object again where it says the same."""
        key = instrument.key, interval
        new, old = self._inner.bars(instrument, interval), self._kept.get(key)
        if old is not None and is_same(old, new):
            return old
        self._kept[key] = new
        return new

    def as_of(self, moment: datetime) -> Self:
        """The same in front of what ``inner`` would have answered at ``moment``."""
        if not isinstance(self._inner, Replayable):
            raise TypeError(f"{type(self._inner).__name__} cannot be replayed")
        return type(self)(self._inner.as_of(moment))

    def start(self, instrument: Instrument, interval: Interval) -> None:
        """Let ``inner`` ask in the background, where it can."""
        if isinstance(self._inner, Background):
            self._inner.start(instrument, interval)

    def fresh_for(self, instrument: Instrument, interval: Interval) -> float | None:
        """Seconds until ``inner`` may say something else, where it can tell."""
        return self._inner.fresh_for(instrument, interval) if isinstance(self._inner, Timed) else None


def is_same(old: Bars, new: Bars) -> bool:
    """Whether two answers hold the same prices of the same provenance."""
    same_words = old.provenance == new.provenance and old.in_progress == new.in_progress
    return same_words and (old.frame is new.frame or old.frame.equals(new.frame))
