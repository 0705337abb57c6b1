"""What happens to a zone: where price stands to it, and the events that are worth a line in a log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from market.instruments import Interval


class Stand(StrEnum):
    """Where confirmed closes stand to a zone."""

    ABOVE = "above"
    INSIDE = "inside"
    BELOW = "below"

    @property
    def opposite(self) -> "Stand":
        """The other side of the zone; inside is its own opposite."""
        return {Stand.ABOVE: Stand.BELOW, Stand.BELOW: Stand.ABOVE, Stand.INSIDE: Stand.INSIDE}[self]


class Word(StrEnum):
    """What a person calls the state of a zone.

    Lost and Reclaimed say how the present side was reached; Held says that price is above, came back to the
    zone since, and stayed at or above its lower price. Testing lies over any of them but Inside.
    """

    ABOVE = "Above"
    TESTING = "Testing"
    INSIDE = "Inside"
    BELOW = "Below"
    HELD = "Held"
    LOST = "Lost"
    RECLAIMED = "Reclaimed"


class Happening(StrEnum):
    """The kinds of zone events. The first four change the state, the others only mark a bar."""

    LOST = "lost"
    RECLAIMED = "reclaimed"
    ENTERED = "entered"
    REJECTED = "rejected"
    WICK = "wick"
    GAP_OVER = "gap_over"
    TOUCHED = "touched"

    @property
    def moves_state(self) -> bool:
        """Whether the event is a change of state confirmed by closes."""
        return self in _MOVES


_MOVES = frozenset({Happening.LOST, Happening.RECLAIMED, Happening.ENTERED, Happening.REJECTED})


@dataclass(frozen=True, slots=True)
class ZoneEvent:
    """One event of a zone, at the instant its bar was complete.

    ``price`` is the close that confirmed it; of a wick the extreme, of a gap the open, of a touch the price
    that came nearest to the far edge. ``side`` is where price came from, None where the history began
    inside. ``gapped`` marks a loss or a reclaim that began with an open beyond the zone. ``interval`` is the
    length of the bar that told it.
    """

    kind: Happening
    time: datetime
    price: float
    side: Stand | None
    gapped: bool = False
    interval: Interval = Interval.DAY
