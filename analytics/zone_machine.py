"""The state machine of a zone: one closed bar after another, by hysteresis and confirmation.

Pure and small enough to be kept between two bars, so that a page, a replay and a watcher that run it over
the same bars see the same states and the same events. The method is `docs/methods.md`, key levels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from market.instruments import Interval
from market.zone_events import Happening, Stand, ZoneEvent

CHUNK = 32
NO_VOTE = 2

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """How much it takes to change the state of a zone, in multiples of the average true range A.

    A close votes for a side when it is more than ``band`` A beyond the edge, and ``votes`` equal votes in a
    row move the state. A price within ``near`` A of an edge is testing it. A touch counts again once price
    has been ``apart`` A away.
    """

    band: float = 0.25
    votes: int = 2
    near: float = 0.5
    apart: float = 1.0


CONFIRMATION = Confirmation()


class ZoneBar(NamedTuple):
    """One closed bar as the machine reads it; ``atr`` is the average true range of the bars before it.

    Where only a close is published, high and low equal it and the open is NaN. A bar that is missing has no
    prices at all: its close is NaN.
    """

    time: datetime
    open: float
    high: float
    low: float
    close: float
    atr: float
    interval: Interval = Interval.DAY


@dataclass(frozen=True, slots=True)
class ZoneMachine:
    """The memory of one zone between two bars: `step` gives the next one, and what happened.

    A close between an edge and its band votes for nothing and ends a run of votes, and so does a missing
    bar: two closes in a row are those of two bars in a row. ``origin`` is the side the zone was entered from,
    ``armed`` whether the next touch counts.
    """

    low: float
    high: float
    confirmation: Confirmation = CONFIRMATION
    stand: Stand | None = None
    origin: Stand | None = None
    candidate: Stand | None = None
    votes: int = 0
    gapped: bool = False
    armed: bool = True
    closed_on: Stand | None = None

    def step(self, bar: ZoneBar) -> tuple["ZoneMachine", tuple[ZoneEvent, ...]]:
        """The machine after ``bar``, and the events of that bar; unchanged while no range is known."""
        if not isfinite(bar.atr):
            return self, ()
        if not isfinite(bar.close):
            return replace(self, candidate=None, votes=0, gapped=False, closed_on=None), ()
        band = self.confirmation.band * bar.atr
        marks = tuple(self._marks(bar, band))
        vote = _vote(bar.close, self.low, self.high, band)
        side = side_of(bar.close, self.low, self.high)
        armed = self._arms(bar, band)
        if not marks and (vote, None, side, armed) == (
            self.stand,
            self.candidate,
            self.closed_on,
            self.armed,
        ):
            return self, ()
        gapped = self.gapped or any(mark.kind is Happening.GAP_OVER for mark in marks)
        stand, candidate, votes = self._count(vote)
        moved = () if self.stand in (stand, None) else (self._moved(stand, bar, gapped),)
        origin = self.origin
        if stand is not self.stand:
            origin = self.stand if stand is Stand.INSIDE else None
        return (
            ZoneMachine(
                self.low,
                self.high,
                self.confirmation,
                stand,
                origin,
                candidate,
                votes,
                gapped=gapped and candidate is not None,
                armed=armed,
                closed_on=side,
            ),
            marks + moved,
        )

    def _count(self, vote: Stand | None) -> tuple[Stand, Stand | None, int]:
        if self.stand is None:
            return vote or Stand.INSIDE, None, 0
        if vote is None or vote is self.stand:
            return self.stand, None, 0
        votes = self.votes + 1 if vote is self.candidate else 1
        if votes >= self.confirmation.votes:
            return vote, None, 0
        return self.stand, vote, votes

    def _moved(self, stand: Stand, bar: ZoneBar, gapped: bool) -> ZoneEvent:
        came_from = self.origin if self.stand is Stand.INSIDE else self.stand
        if stand is Stand.INSIDE:
            kind = Happening.ENTERED
        elif stand is came_from:
            kind = Happening.REJECTED
        else:
            kind = Happening.LOST if stand is Stand.BELOW else Happening.RECLAIMED
        return ZoneEvent(kind, bar.time, bar.close, came_from, gapped, bar.interval)

    def _marks(self, bar: ZoneBar, band: float) -> Iterator[ZoneEvent]:
        opened = side_of(bar.open, self.low, self.high) if isfinite(bar.open) else None
        if opened in (Stand.ABOVE, Stand.BELOW) and self.closed_on is opened.opposite:
            yield ZoneEvent(Happening.GAP_OVER, bar.time, bar.open, self.closed_on, interval=bar.interval)
        side = self._approach
        if self.armed and self._touches(bar, band):
            nearest = bar.high if side is Stand.BELOW else bar.low
            yield ZoneEvent(Happening.TOUCHED, bar.time, nearest, side, interval=bar.interval)
        if self.stand is None:
            return
        if side is not Stand.BELOW and bar.low + band < self.low <= bar.close + band:
            yield ZoneEvent(Happening.WICK, bar.time, bar.low, Stand.ABOVE, interval=bar.interval)
        if side is not Stand.ABOVE and bar.high - band > self.high >= bar.close - band:
            yield ZoneEvent(Happening.WICK, bar.time, bar.high, Stand.BELOW, interval=bar.interval)

    @property
    def _approach(self) -> Stand | None:
        return self.origin if self.stand is Stand.INSIDE else self.stand

    def _touches(self, bar: ZoneBar, band: float) -> bool:
        reached = bar.low - band <= self.high and bar.high + band >= self.low
        return reached or self._crosses(bar)

    def _crosses(self, bar: ZoneBar) -> bool:
        """Whether price went through the zone between two closes; where an open is known, it tells."""
        return not isfinite(bar.open) and crosses(self.closed_on, side_of(bar.close, self.low, self.high))

    def _arms(self, bar: ZoneBar, band: float) -> bool:
        # The close comes after any touch of its bar; an extreme does so only where its bar has no touch.
        apart = self.confirmation.apart * bar.atr
        if bar.close - apart >= self.high or bar.close + apart <= self.low:
            return True
        if self._touches(bar, band):
            return False
        return self.armed or bar.high - apart >= self.high or bar.low + apart <= self.low


def crosses(before: Stand | None, after: Stand) -> bool:
    """Whether two closes in a row lie on opposite sides of a zone."""
    return before not in (None, Stand.INSIDE) and after is not Stand.INSIDE and before is not after


def side_of(price: float, low: float, high: float) -> Stand:
    """Where one price lies to a zone."""
    if price > high:
        return Stand.ABOVE
    return Stand.BELOW if price < low else Stand.INSIDE


def _vote(close: float, low: float, high: float, band: float) -> Stand | None:
    if close - band > high:
        return Stand.ABOVE
    if close + band < low:
        return Stand.BELOW
    return Stand.INSIDE if low <= close <= high else None


def stands(
    rows: Sequence[ZoneBar], lows: Floats, highs: Floats, confirmation: Confirmation = CONFIRMATION
) -> npt.NDArray[np.int8]:
    """Where the last of ``rows`` leaves many zones at once: 1 above, 0 inside, -1 below.

    ``lows`` and ``highs`` are the edges, one zone a column; the answer equals `ZoneMachine`, zone by zone.
    Raises `ValueError` while no range is known.
    """
    known = np.array([row[4:6] for row in rows if isfinite(row.atr)])
    known = known[int(np.isfinite(known[:, 0]).argmax()) :] if known.size else known
    if not known.size:
        raise ValueError("no range is known yet")
    close, band = known[:, :1], known[:, 1:] * confirmation.band
    votes = confirmation.votes
    stand = np.zeros(len(lows), dtype=np.int8)
    unsettled = np.arange(len(lows))
    # The state is the newest run of equal votes that is long enough: reading backwards, most zones settle
    # at once.
    for end in range(len(known), votes - 1, -CHUNK):
        bars = slice(max(end - CHUNK - votes + 1, 0), end)
        cast = _votes(close[bars], band[bars], lows[unsettled], highs[unsettled])
        confirmed = cast[votes - 1 :] != NO_VOTE
        for back in range(1, votes):
            confirmed &= cast[votes - 1 - back : -back] == cast[votes - 1 :]
        settled = confirmed.any(axis=0)
        newest = len(cast) - 1 - confirmed[::-1].argmax(axis=0)
        stand[unsettled[settled]] = cast[newest, np.arange(len(unsettled))][settled]
        unsettled = unsettled[~settled]
        if not unsettled.size:
            return stand
    first = _votes(close[:1], band[:1], lows[unsettled], highs[unsettled])[0]
    stand[unsettled] = np.where(first == NO_VOTE, 0, first)
    return stand


def _votes(close: Floats, band: Floats, lows: Floats, highs: Floats) -> npt.NDArray[np.int8]:
    votes = np.full((len(close), len(lows)), NO_VOTE, dtype=np.int8)
    votes[(close >= lows) & (close <= highs)] = 0
    votes[close - band > highs] = 1
    votes[close + band < lows] = -1
    return votes
