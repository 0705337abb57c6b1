"""Zones: where price stands to a price range, what happened there, and how far away it is.

The state and the events come from closed bars only; the last price is laid over them and changes neither.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import isfinite

import numpy as np
import numpy.typing as npt

from analytics.zone_machine import CONFIRMATION, Confirmation, Floats, ZoneBar, ZoneMachine
from analytics.zone_rows import ATR_BARS, average_range, closest, woven, zone_bars
from market.bars import Bars
from market.calendars import day_end
from market.definitions import Definition
from market.instruments import Interval
from market.zone_events import Happening, Stand, Word, ZoneEvent
from market.zones import Zone

HOLDING_CLOSES = 3

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
        f"Closed bars only: days until the hours begin, then hours, and a day where its last hour is not "
        f"known. The range is Wilder’s over {ATR_BARS} days, up to the day before.",
        "No state until the range is known; a bar without a high and a low counts as its close. A missing "
        "bar ends a run of votes; whether the zone held is unknown where a missing close could decide it.",
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
        f"Touch: the bar reached the zone after at least {CONFIRMATION.apart:g} average true range away; "
        "where only closes are published, two closes on either side of it reach it too.",
        "Closed bars only, as for the state; an event carries the instant of the close that confirmed it, "
        "and says only what was known then, so that it is the same at every later moment.",
        "Nothing is reported for a stretch without bars.",
        "Ours.",
        "Levels",
    ),
)


@dataclass(frozen=True, slots=True)
class Holding:
    """Whether the last ``n`` daily closes were all at or above a zone's lower price.

    ``holds`` is None while fewer closes than ``n`` are known, or where one that is missing could decide it;
    of them ``known`` are known, and ``held`` were at or above it. The run is the closes in a row at or above
    it up to now, ended by a missing one: its length, its first instant, its lowest close and its lowest
    price. It describes, and does not predict.
    """

    n: int
    holds: bool | None
    held: int
    known: int = 0
    run: int = 0
    since: datetime | None = None
    worst_close: float | None = None
    lowest: float | None = None


@dataclass(frozen=True, slots=True)
class ZoneHistory:
    """One zone as closed bars tell it, with the last price laid over.

    ``stand`` is None while too few bars are known, and then ``why`` is a sentence. ``interval`` is that of
    the closes that tell now, ``closes`` how many closes told so far. ``votes`` closes in a row already stand
    for ``candidate``. ``price`` is the last price, of an unfinished bar too; ``atr`` and ``band`` (in the
    unit of the price) are those of the next bar. ``flags`` holds ``close-only`` where the range of a bar is
    not published.
    """

    zone: Zone
    interval: Interval
    closes: int
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


def follow(bars: Bars, zone: Zone, *, confirmation: Confirmation = CONFIRMATION) -> ZoneHistory:
    """What the finished ``bars`` tell of ``zone``, from the first bar after the zone could be known.

    Raises `ValueError` for a zone of another instrument.
    """
    return follow_all(bars, [zone], confirmation=confirmation)[0]


def follow_all(
    bars: Bars, zones: Iterable[Zone], *, confirmation: Confirmation = CONFIRMATION
) -> tuple[ZoneHistory, ...]:
    """`follow` for several zones of one instrument, whose bars are read once."""
    rows, now = zone_bars(bars), _Now(bars, _newest_range(bars), bars.interval)
    return tuple(_follow(rows, zone, confirmation, now) for zone in zones)


def follow_closest(days: Bars, hours: Bars | None, zones: Iterable[Zone]) -> tuple[ZoneHistory, ...]:
    """Several zones of one instrument by its ``hours`` wherever they are known, else by its ``days``.

    What happened up to a moment is told the same at every later one: hours that begin, stop or have holes
    change nothing that was told before.
    """
    if hours is None:
        return follow_all(days, zones)
    rows, now = woven(days, hours), _Now(days, _newest_range(days), closest(days, hours).interval)
    return tuple(_follow(rows, zone, CONFIRMATION, now) for zone in zones)


@dataclass(frozen=True, slots=True)
class _Now:
    """What lies over the closed bars: the bars with the price that people see, the range of the next bar, and
    the interval of the closes that tell now.
    """

    newest: Bars
    atr: float
    interval: Interval


def _newest_range(bars: Bars) -> float:
    return float(average_range(bars).iloc[-1])


def _follow(rows: list[ZoneBar], zone: Zone, confirmation: Confirmation, now: _Now) -> ZoneHistory:
    newest, atr = now.newest, now.atr
    if zone.key != newest.key:
        raise ValueError(f"a zone of {zone.key} cannot be followed on {newest.key}")
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
    return ZoneHistory(
        zone=zone,
        interval=now.interval,
        closes=sum(isfinite(row.close) for row in rows),
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
        holding=_holding(newest, zone),
        flags=("close-only",) if bool(newest.frame["high"].isna().all()) else (),
        why=None if machine.stand else _why_unknown(newest, zone),
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
    each, known = "days" if bars.interval is Interval.DAY else "hours", int(bars.finished.close.count())
    return f"The state needs {ATR_BARS + 2} closed {each}; there are {known}."


def _holding(days: Bars, zone: Zone, n: int = HOLDING_CLOSES) -> Holding:
    if days.interval is not Interval.DAY:
        return Holding(n, None, 0)
    frame = days.finished.frame
    closes = frame["close"]
    last = closes.iloc[-n:]
    known, held = int(last.count()), int((last >= zone.low).sum())
    could_hold = held == known  # of those that are known, none lies below
    holds = None if len(last) < n or (could_hold and known < n) else could_hold
    kept = (closes >= zone.low).to_numpy()
    run = len(kept) if kept.all() else int(kept[::-1].argmin())
    if not run:
        return Holding(n, holds, held, known)
    lows = frame["low"].fillna(closes).iloc[-run:]
    since = frame.index[-run].to_pydatetime()
    return Holding(n, holds, held, known, run, since, float(closes.iloc[-run:].min()), float(lows.min()))
