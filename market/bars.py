"""Bars: prices of one instrument through time, with where they came from attached."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd

from market.calendars import day_of
from market.due import lay
from market.instruments import Calendar, Instrument, Interval
from market.publishers import publisher

COLUMNS = ("open", "high", "low", "close", "volume")


class State(StrEnum):
    """How far a number can be trusted, as seen from outside (`docs/methods.md`)."""

    FINAL = "final"
    PROVISIONAL = "provisional"
    STALE = "stale"
    RECORDED = "recorded"
    DISPUTED = "disputed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What another source says of the same close, and the difference as a share of the middle."""

    source: str
    value: float
    as_of: datetime
    difference: float


@dataclass(frozen=True, slots=True)
class SetAside:
    """A bar that a gate did not believe: the instant it was to be complete, and why, in a few words."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A close that the source lacked and another one knew: its instant, and who that was."""

    at: datetime
    source: str


@dataclass(frozen=True, slots=True)
class Hole:
    """A session or day that should have a close and has none: its instant, its day, and why."""

    at: datetime
    day: date
    why: str


@dataclass(frozen=True, slots=True)
class Older:
    """Where the closes before a series' own came from, and the instant of the first that is its own."""

    provenance: "Provenance"
    before: datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where prices came from, when they were asked for, and how they were sampled.

    ``windowed`` is set where the source tells only its newest days, so that others came before the first.
    """

    source: str
    symbol: str
    fetched_at: datetime
    sampling: str
    recorded: bool = False
    delay_minutes: int = 0
    stale_because: str | None = None
    second: SecondOpinion | None = None
    disputed: bool = False
    windowed: bool = False
    older: Older | None = None
    notes: tuple[str, ...] = ()  # what the quality gates did, one sentence each
    set_aside: tuple[SetAside, ...] = ()
    filled: tuple[Filled, ...] = ()

    def until(self, moment: datetime) -> Self:
        """What was known at ``moment``: what became of later bars is left out."""
        aside = tuple(each for each in self.set_aside if each.at <= moment)
        filled = tuple(each for each in self.filled if each.at <= moment)
        if (aside, filled) == (self.set_aside, self.filled):
            return self
        return replace(self, set_aside=aside, filled=filled)

    def caption(self) -> str:
        """One line for under a chart: publisher and sampling, and what is wrong, if anything."""
        parts = [f"Source: {self.source}", self.sampling]
        if self.stale_because:
            parts.append(f"out of date: {self.stale_because}")
        return " · ".join(parts)


@dataclass(frozen=True, slots=True)
class InProgress:
    """What is known of the bar that has not closed: where it came from, and its move so far.

    ``change`` is a simple return since the last finished close, measured wholly on the venue that ``source``
    names. Where that is not the venue of the finished bars, a price of one is never divided by a price of the
    other. Where it is, the bars themselves tell the move: from the close before, if that is believed.
    """

    source: str
    change: float


class _Series:
    """A property of bars, worked out once; each caller gets a series of its own, copied when written to."""

    def __init__(self, compute: Callable[["Bars"], pd.Series]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = f"_{name}"

    def __get__(self, bars: "Bars", owner: type) -> pd.Series:
        kept = bars.__dict__
        if self._name not in kept:
            kept[self._name] = self._compute(bars)
        series: pd.Series = kept[self._name].copy(deep=False)
        return series


@dataclass(frozen=True, eq=False)
class Bars:
    """Open, high, low, close and volume of one instrument: oldest first, UTC, unique, never empty.

    The index holds the instant at which each bar was complete: the New York close of a session, the midnight
    that ends a UTC day, the end of an hour. Between the first close and the last every session or day that is
    due has its row: NaN where there is no close, which is a hole. Open, high, low and volume are NaN where
    not published. Only the last bar may be unfinished, and then ``in_progress`` says so.

    Never changed once built, and equal only to themselves: what is made of them may be remembered by them.

    Raises `ValueError` when built from anything else.
    """

    instrument: Instrument
    interval: Interval
    frame: pd.DataFrame
    provenance: Provenance
    in_progress: InProgress | None = None

    def __post_init__(self) -> None:
        index = self.frame.index
        if self.frame.empty:
            raise ValueError("bars are empty")
        if tuple(self.frame.columns) != COLUMNS:
            raise ValueError(f"columns are {list(self.frame.columns)}")
        if not isinstance(index, pd.DatetimeIndex) or str(index.tz) != "UTC":
            raise ValueError("times are not in UTC")
        if not index.is_monotonic_increasing or not index.is_unique:
            raise ValueError("times are out of order or repeated")
        close = self.frame["close"].to_numpy(float)
        if np.isinf(close).any() or np.isnan(close).all():
            raise ValueError("a close is missing or infinite")
        object.__setattr__(self, "frame", lay(self.frame, self.instrument, self.interval))

    @property
    def key(self) -> str:
        """The instrument's key."""
        return self.instrument.key

    @_Series
    def close(self) -> pd.Series:
        """Closing prices as published, the unfinished bar's last price included."""
        return self.frame["close"].rename(self.key)

    @_Series
    def linked(self) -> pd.Series:
        """Closes on one footing: the unfinished bar stands at the last close grown by its own venue's move.

        Every ratio (a return, a drawdown, a distance from a high) is made of these; they equal `close` while
        no bar is in progress, or the one in progress is of the same venue.
        """
        close = self.close
        if self.in_progress is None or len(close) < 2 or self.in_progress.source == self.provenance.source:
            return close
        close = close.copy()
        close.iloc[-1] = close.iloc[-2] * (1 + self.in_progress.change)
        return close

    @_Series
    def returns(self) -> pd.Series:
        """Simple returns from close to close, first bar left out; NaN beside a hole and after a price that is
        not positive.
        """
        linked = self.linked
        before = linked.shift().where(lambda price: price > 0)
        return (linked / before - 1).iloc[1:]

    @_Series
    def changes(self) -> pd.Series:
        """Differences from close to close in the own unit, first bar left out; NaN beside a hole."""
        return self.linked.diff().iloc[1:]

    @property
    def last(self) -> float:
        """The newest price as published."""
        return float(self.frame["close"].iloc[-1])

    @property
    def as_of(self) -> datetime:
        """The instant of the newest price."""
        return _instant(self.frame.index[-1])

    @property
    def since(self) -> datetime:
        """The instant of the oldest price."""
        return _instant(self.frame.index[0])

    @cached_property
    def dates(self) -> pd.DatetimeIndex:
        """The day each bar belongs to (midnight, no zone): the session, or the UTC day its stamp ends; the
        one it begins, where a figure is published as its day begins.
        """
        stamps = pd.DatetimeIndex(self.frame.index).tz_localize(None).to_numpy()
        back = 0 if self.instrument.opens_the_day else 1
        return pd.DatetimeIndex((stamps - np.timedelta64(back, "us")).astype("datetime64[D]"))

    @cached_property
    def holes(self) -> tuple[Hole, ...]:
        """Every session or day without a close between the first and the last, oldest first, and why."""
        places = np.flatnonzero(np.isnan(self.frame["close"].to_numpy(float)))
        aside = {pd.Timestamp(each.at): each.why for each in self.provenance.set_aside}
        nothing = f"{publisher(self.provenance.source)} has no close of that day"
        stamps, days = self.frame.index[places], self.dates[places]
        return tuple(
            Hole(_instant(stamp), day.date(), aside.get(stamp, nothing))
            for stamp, day in zip(stamps, days, strict=True)
        )

    @cached_property
    def finished(self) -> Self:
        """The same bars without the one in progress; itself when that would leave or change nothing."""
        if self.in_progress is None or len(self.frame) < 2:
            return self
        return replace(self, frame=self.frame.iloc[:-1], in_progress=None)

    @property
    def state(self) -> State:
        """How far the newest price can be trusted."""
        if self.provenance.disputed:
            return State.DISPUTED
        if self.provenance.stale_because:
            return State.STALE
        if self.in_progress is not None:
            return State.PROVISIONAL
        return State.RECORDED if self.provenance.recorded else State.FINAL

    def until(self, moment: datetime) -> Self | None:
        """The finished bars complete at ``moment`` or earlier; None when there were none yet."""
        finished = self.finished
        known = finished.frame.loc[: pd.Timestamp(moment)]
        if known.empty:
            return None
        return replace(finished, frame=known, provenance=finished.provenance.until(moment))

    def until_day(self, day: date) -> Self | None:
        """The finished bars of ``day`` and the days before it; None when there were none yet."""
        finished = self.finished
        stamps = finished.frame.index[finished.dates <= pd.Timestamp(day)]
        return None if stamps.empty else finished.until(_instant(stamps[-1]))

    def published(self, moment: datetime) -> Self | None:
        """The finished bars complete and published at ``moment``; None when there were none yet.

        What is published at the midnight that begins its day counts after that instant, which still belongs
        to the day before.
        """
        if self.instrument.opens_the_day:
            return self.until_day(day_of(moment.astimezone(UTC)))
        known = self.until(moment)
        habit = self.instrument.published_by(self.provenance.source)
        if known is None or habit is None:
            return known
        newest_first = zip(known.frame.index[::-1], known.dates[::-1], strict=True)
        newest = next((stamp for stamp, day in newest_first if habit.of(day.date()) <= moment), None)
        return None if newest is None else known.until(_instant(newest))

    def from_date(self, start: datetime) -> Self | None:
        """The bars complete at ``start`` or later; None when there are none."""
        kept = self.frame.loc[pd.Timestamp(start) :]
        if kept.empty:
            return None
        in_progress = self.in_progress if len(kept) > 1 else None
        return replace(self, frame=kept, in_progress=in_progress)

    @property
    def is_continuous(self) -> bool:
        """Whether the instrument trades every day of the week."""
        return self.instrument.calendar is Calendar.ALWAYS

    def __len__(self) -> int:
        return len(self.frame)


def _instant(stamp: object) -> datetime:
    return pd.Timestamp(stamp).to_pydatetime()  # type: ignore[arg-type]
