"""The shipped recording with rows taken away, as a feed for the JSON routes."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from data_sources.errors import NoData
from data_sources.feed import Feed
from data_sources.source import Source
from market.bars import Bars
from market.instruments import Instrument, Interval
from tests.api.service import RECORDING

Gone = Mapping[str, Collection[pd.Timestamp]]


class Thinned:
    """A `Source` in front of a source, without the daily rows that are ``gone``."""

    def __init__(self, inner: Source, gone: Gone) -> None:
        self._inner = inner
        self._gone = gone
        self._kept: dict[Bars, Bars] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars that are left; raises `NoData` where none is."""
        bars = self._inner.bars(instrument, interval)
        gone = self._gone.get(instrument.key, ()) if interval is Interval.DAY else ()
        if not gone:
            return bars
        if bars not in self._kept:
            left = bars.frame.drop(list(gone))
            if left["close"].isna().all():
                raise NoData(instrument, "the recording")
            self._kept[bars] = replace(bars, frame=left)
        return self._kept[bars]


def thinned(gone: Gone) -> Feed:
    """The recording without these rows."""
    return Feed(Thinned(RECORDING.source, gone), RECORDING.catalogue, RECORDING.span)


def stamps(key: str) -> pd.DatetimeIndex:
    """The instants at which the recording has a close of ``key``."""
    return pd.DatetimeIndex(RECORDING.bars(key).close.dropna().index)


Place = tuple[str | int, ...]


def numbers(body: Any, place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Every envelope of an answer, by where it stands."""
    if isinstance(body, dict):
        if {"value", "unit", "formula", "state"} <= set(body):
            yield place, body
        for name, each in body.items():
            yield from numbers(each, (*place, name))
    elif isinstance(body, list):
        for at, each in enumerate(body):
            yield from numbers(each, (*place, at))


def is_marked(number: Mapping[str, Any]) -> bool:
    """Whether a number says that something in its span is missing."""
    return number["value"] is None or "gap" in number.get("flags", ()) or number["state"] == "stale"
