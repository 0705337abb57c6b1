"""The span of a number, and what to say of closes that are missing in it or came from a second source."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import pandas as pd

from market.bars import Bars
from market.calendars import day_of
from market.publishers import publisher
from market.text import full_day

GAP, FILLED = "gap", "filled"
"""Flags of a number in whose span closes are missing, or came from a second source."""

DAYS_NAMED = 3

Mark = tuple[str, str, str]
"""A flag, and what is told with it: its name and the days."""


def marks(
    series: Iterable[Bars], newest: datetime | None, oldest: datetime | None, window: int | None
) -> tuple[Mark, ...]:
    """What to say of closes from ``oldest`` to ``newest`` that any of ``series`` lacks or was filled with.

    Without ``oldest`` the span is the ``window`` rows before the newest, or without a window the whole
    history; without ``newest`` it ends with each series.
    """
    gaps: list[str] = []
    filled: list[str] = []
    every = list(series)
    for bars in every:
        if not (bars.holes or bars.provenance.filled):
            continue
        first, last = _span(bars, newest, oldest, window)
        whose = f"{bars.instrument.short} " if len(every) > 1 else ""
        gaps += [
            f"{whose}{full_day(hole.day)} ({hole.why})" for hole in bars.holes if first <= hole.at <= last
        ]
        filled += [
            f"{whose}{full_day(day_of(each.at))} from {publisher(each.source)}"
            for each in bars.provenance.filled
            if first <= each.at <= last
        ]
    return tuple(_told((GAP, "no close", gaps), (FILLED, "close taken", filled)))


def _told(*found: tuple[str, str, list[str]]) -> Iterator[Mark]:
    for flag, name, days in found:
        if days:
            newest = days[::-1][:DAYS_NAMED]
            more = f" and {len(days) - DAYS_NAMED} more" if len(days) > DAYS_NAMED else ""
            yield flag, name, ", ".join(newest) + more


def _span(
    bars: Bars, newest: datetime | None, oldest: datetime | None, window: int | None
) -> tuple[datetime, datetime]:
    last = newest or bars.as_of
    if oldest is not None or window is None:
        return oldest or bars.since, last
    end = int(bars.frame.index.searchsorted(pd.Timestamp(last), side="right")) - 1
    return bars.frame.index[max(end - window, 0)].to_pydatetime(), last
