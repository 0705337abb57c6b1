"""Zones: where price stands to a price range, what happened there, and how far away it is.

The state and the events come from closed bars only; the last price is laid over them and changes neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import nan

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.volatility import true_range, wilder_atr
from analytics.zone_machine import CONFIRMATION, Confirmation, Floats, ZoneBar, ZoneMachine
from market.bars import Bars
from market.calendars import day_end
from market.definitions import Definition
from market.instruments import Interval
from market.zone_events import Happening, Stand, Word, ZoneEvent
from market.zones import Zone

ATR_BARS = 14
HOLDING_CLOSES = 3
LENGTH = {Interval.HOUR: timedelta(hours=1), Interval.DAY: timedelta(days=1)}

DEFINITIONS = (
    Definition(
        "zone_state",
        "State of a level",
        f"A close more than {CONFIRMATION.band:g} average true ranges beyond an edge votes above or below, a "
        "close between the edges votes inside, and one in the narrow band around an edge does not vote. "
        f"The state changes after {CONFIRMATION.votes} equal votes in a row. Testing: the last price "
        f"is within {CONFIRMATION.near:g} ranges of the nearest edge, or inside for fewer closes than that. "
        "Held: above, back at the zone since, and "
        f"the last {HOLDING_CLOSES} daily closes all at or above the lower edge. Lost and reclaimed: below "
        "or above, and so since that event.",
        f"Closed bars only: hours where they are known, else days. The range is Wilder’s over {ATR_BARS} "
        "bars, up to the bar before.",
        "No state until the range is known; a bar without a high and a low counts as its close.",
        "Hysteresis and confirmation are ours; average true range: Wilder 1978. It describes, and does not "
        "predict.",
        "Levels",
    ),
    Definition(
        "zone_event",
        "Event at a level",
        "Lost: the state went from above to below. Reclaimed: from below to above. Entered: to inside. "
        "Rejected: out again by the side it came from. Wick: the bar reached past the far edge and its "
        "close did not. Jump: the bar opened beyond the far edge, the close before lay on the other side. "
        f"Touch: the bar reached the zone after at least {CONFIRMATION.apart:g} average true range away.",
        "Closed bars only; an event carries the instant of the close that confirmed it.",
        "Nothing is reported for a stretch without bars.",
        "Ours.",
        "Levels",
    ),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """Whether the last ``n`` daily closes were all at or above a zone's lower price.

    ``holds`` is None while fewer closes than ``n`` are known. The run is the closes in a row at or above it
    up to now: its length, its first instant, its lowest close and its lowest price. It describes, and does
    not predict.
    """

    n: int
    holds: bool | None
    held: int
    run: int = 0
    since: datetime | None = None
    worst_close: float | None = None
    lowest: float | None = None


@dataclass(frozen=True, slots=True)
class ZoneHistory:
    """One zone as closed bars tell it, with the last price laid over.

    ``stand`` is None while too few bars are known, and then ``why`` is a sentence. ``votes`` closes in a
    row already stand for ``candidate``. ``price`` is the last price, of an unfinished bar too; ``atr`` and
    ``band`` (in the unit of the price) are those of the next bar. ``flags`` holds ``close-only`` where the
    range of a bar is not published.
    """

    zone: Zone
    interval: Interval
    confirmation: Confirmation
    stand: Stand | None
    since: datetime | None
    testing: bool
    candidate: Stand | None
    votes: int
    price: float
    as_of: datetime
    atr: float
    events: tuple[ZoneEvent, ...]
    touches: tuple[ZoneEvent, ...]
    holding: Holding
    flags: tuple[str, ...] = ()
    why: str | None = None

    @property
    def band(self) -> float:
        """How far beyond an edge a close must be to vote for the other side."""
        return self.confirmation.band * self.atr

    @property
    def last_move(self) -> ZoneEvent | None:
        """The newest event that changed the state."""
        return next((event for event in reversed(self.events) if event.kind.moves_state), None)

    @property
    def from_start(self) -> bool:
        """Whether the state is as old as what is known, so that ``since`` is only its first bar."""
        return self.stand is not None and self.last_move is None

    @property
    def word(self) -> Word | None:
        """What a person calls the state; None where it is unknown."""
        if self.stand is None:
            return None
        if self.stand is Stand.INSIDE:
            return Word.INSIDE
        if self.testing:
            return Word.TESTING
        if self.stand is Stand.ABOVE and self._came_back and self.holding.holds is not False:
            return Word.HELD
        move = self.last_move
        if move is None or move.kind is Happening.REJECTED:
            return Word.ABOVE if self.stand is Stand.ABOVE else Word.BELOW
        return Word.RECLAIMED if self.stand is Stand.ABOVE else Word.LOST

    @property
    def _came_back(self) -> bool:
        move = self.last_move
        turned_up = move is not None and move.kind is Happening.REJECTED
        return turned_up or any(touch.time > self.since for touch in self.touches if self.since)

    @property
    def edge(self) -> float:
        """The edge nearest to the last price."""
        low, high = self.zone.low, self.zone.high
        return high if abs(self.price - high) <= abs(self.price - low) else low

    @property
    def distance(self) -> float:
        """How far the last price lies outside the zone, as a fraction of the nearest edge; 0 inside."""
        return 0.0 if self.price in self.zone else self.price / self.edge - 1

    @property
    def distance_atr(self) -> float | None:
        """The same in average true ranges; None where no range is known."""
        if self.price in self.zone:
            return 0.0
        return (self.price - self.edge) / self.atr if self.atr > 0 else None

    def upto(self, moment: datetime) -> tuple[ZoneEvent, ...]:
        """The events known at ``moment``."""
        return tuple(event for event in self.events if event.time <= moment)


def distance(price: float, edge: float, atr: float) -> tuple[float, float]:
    """How far ``price`` is from ``edge``: as a fraction of the edge, and in average true ranges."""
    return price / edge - 1, (price - edge) / atr


def holding(closes: Floats, low: float, n: int = HOLDING_CLOSES) -> npt.NDArray[np.bool_]:
    """For each close, whether the last ``n`` are all at or above ``low``; False until ``n`` are known."""
    kept = np.cumsum(np.concatenate(([0], np.asarray(closes) >= low)))
    held = np.zeros(len(closes), dtype=bool)
    if len(closes) >= n:
        held[n - 1 :] = kept[n:] - kept[:-n] == n
    return held


def average_range(bars: Bars) -> pd.Series:
    """Wilder's average true range over 14 finished bars, in the unit of the price.

    Where only closes are published the range of a bar is its close-to-close change.
    """
    frame = bars.finished.frame
    close = frame["close"]
    high, low = frame["high"].fillna(close), frame["low"].fillna(close)
    return wilder_atr(true_range(high, low, close), ATR_BARS).reindex(frame.index)


def zone_bars(bars: Bars, daily: Bars | None = None) -> list[ZoneBar]:
    """The finished bars as the machine reads them, each with the range known when it began.

    With ``daily`` the range is that of the last day complete by then, so that a level seen by the hour
    keeps the band of its days; without, it is the range of the bars themselves.
    """
    frame = bars.finished.frame
    times = [stamp.to_pydatetime() for stamp in pd.DatetimeIndex(frame.index)]
    close = frame["close"].to_numpy()
    high = frame["high"].fillna(frame["close"]).to_numpy()
    low = frame["low"].fillna(frame["close"]).to_numpy()
    columns = (frame["open"].to_numpy(), high, low, close, _ranges_before(bars, daily))
    return [ZoneBar(*row) for row in zip(times, *(column.tolist() for column in columns), strict=True)]


def _ranges_before(bars: Bars, daily: Bars | None) -> Floats:
    frame = bars.finished.frame
    if daily is None:
        return average_range(bars).shift().to_numpy()
    ranges = average_range(daily)
    began = pd.DatetimeIndex(frame.index) - LENGTH[bars.interval]
    known = ranges.index.searchsorted(began, side="right")
    return np.concatenate(([nan], ranges.to_numpy()))[known]


def follow(
    bars: Bars, zone: Zone, *, daily: Bars | None = None, confirmation: Confirmation = CONFIRMATION
) -> ZoneHistory:
    """What the finished ``bars`` tell of ``zone``, from the first bar after the zone could be known.

    ``daily`` are the days of the same instrument where ``bars`` are hours: they give the range and the
    holding. Raises `ValueError` for a zone of another instrument.
    """
    return follow_all(bars, [zone], daily=daily, confirmation=confirmation)[0]


def follow_all(
    bars: Bars, zones: Iterable[Zone], *, daily: Bars | None = None, confirmation: Confirmation = CONFIRMATION
) -> tuple[ZoneHistory, ...]:
    """`follow` for several zones of one instrument, whose bars are read once."""
    rows = zone_bars(bars, daily)
    ranges = average_range(bars if daily is None else daily)
    days = daily if daily is not None else bars if bars.interval is Interval.DAY else None
    return tuple(_follow(bars, rows, zone, confirmation, float(ranges.iloc[-1]), days) for zone in zones)


def follow_closest(days: Bars, hours: Bars | None, zones: Iterable[Zone]) -> tuple[ZoneHistory, ...]:
    """Several zones of one instrument by its ``hours`` where they are known, else by its ``days``."""
    return follow_all(days, zones) if hours is None else follow_all(hours, zones, daily=days)


def _follow(
    bars: Bars, rows: list[ZoneBar], zone: Zone, confirmation: Confirmation, atr: float, days: Bars | None
) -> ZoneHistory:
    if zone.key != bars.key:
        raise ValueError(f"a zone of {zone.key} cannot be followed on {bars.key}")
    known_from = None if zone.known is None else day_end(zone.known)
    machine = ZoneMachine(zone.low, zone.high, confirmation)
    happened: list[ZoneEvent] = []
    since: datetime | None = None
    for row in rows:
        if known_from is not None and row.time <= known_from:
            continue
        before = machine.stand
        machine, events = machine.step(row)
        happened += events
        if machine.stand is not before:
            since = row.time
    # The price people see is that of the days, whose closes may come from another venue than the hours.
    newest = bars if days is None else days
    return ZoneHistory(
        zone=zone,
        interval=bars.interval,
        confirmation=confirmation,
        stand=machine.stand,
        since=since,
        testing=_is_testing(machine, newest.last, atr),
        candidate=machine.candidate,
        votes=machine.votes,
        price=newest.last,
        as_of=newest.as_of,
        atr=atr,
        events=tuple(event for event in happened if event.kind is not Happening.TOUCHED),
        touches=tuple(event for event in happened if event.kind is Happening.TOUCHED),
        holding=_holding(days, zone),
        flags=("close-only",) if bool(bars.frame["high"].isna().all()) else (),
        why=None if machine.stand else _why_unknown(bars, zone),
    )


def _is_testing(machine: ZoneMachine, price: float, atr: float) -> bool:
    if machine.stand is None:
        return False
    inside = machine.low <= price <= machine.high
    if inside and machine.stand is not Stand.INSIDE:
        return True
    return min(abs(price - machine.low), abs(price - machine.high)) <= machine.confirmation.near * atr


def _why_unknown(bars: Bars, zone: Zone) -> str:
    if zone.known is not None and bars.finished.as_of <= day_end(zone.known):
        day = f"{zone.known.day} {zone.known:%b %Y}"
        return f"This level is known since the close of {day}; nothing has closed after it."
    each = "days" if bars.interval is Interval.DAY else "hours"
    return f"The state needs {ATR_BARS + 2} closed {each}; there are {len(bars.finished)}."


def _holding(days: Bars | None, zone: Zone, n: int = HOLDING_CLOSES) -> Holding:
    if days is None:
        return Holding(n, None, 0)
    frame = days.finished.frame
    closes = frame["close"]
    kept = (closes >= zone.low).to_numpy()
    run = len(kept) if kept.all() else int(kept[::-1].argmin())
    counted = int(kept[-n:].sum())
    holds = counted == n if len(kept) >= n else None
    if not run:
        return Holding(n, holds, counted)
    lows = frame["low"].fillna(closes).iloc[-run:]
    since = frame.index[-run].to_pydatetime()
    return Holding(n, holds, counted, run, since, float(closes.iloc[-run:].min()), float(lows.min()))
