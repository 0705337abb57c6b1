"""Zones: price ranges that people watch. A level is a zone whose two prices are equal."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite

from market.calendars import day_end

LARGEST = 1e9
WIDEST = 4.0


@dataclass(frozen=True, slots=True)
class Zone:
    """A price range of one instrument and the reason it matters.

    ``known`` is the day whose close first made the level knowable; None for one that always was.

    Raises `ValueError` for a range that is upside down, not positive, not finite, or wider than five times
    its lower price.
    """

    key: str
    low: float
    high: float
    name: str = ""
    why: str = ""
    known: date | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.low) and isfinite(self.high)):
            raise ValueError("a zone needs two finite prices")
        if self.low <= 0 or self.high > LARGEST:
            raise ValueError(f"a zone lies between 0 and {LARGEST:,.0f}")
        if self.low > self.high:
            raise ValueError("a zone's lower price comes first")
        if self.high / self.low - 1 > WIDEST:
            raise ValueError("a zone is at most five times its lower price high")

    @property
    def is_level(self) -> bool:
        """Whether the two prices are equal."""
        return self.low == self.high

    def is_known(self, moment: datetime) -> bool:
        """Whether the level could have been drawn at ``moment``."""
        return self.known is None or day_end(self.known) <= moment

    def __contains__(self, price: float) -> bool:
        return self.low <= price <= self.high


def parse_zone(text: str) -> Zone:
    """The zone written as ``BTC:68000-70000``, or ``BTC:80600`` for a level; raises `ValueError`."""
    key, _, prices = text.strip().partition(":")
    low, dash, high = prices.partition("-")
    if not key or not low or (dash and not high):
        raise ValueError("a zone is written like BTC:68000-70000")
    try:
        lowest, highest = float(low), float(high or low)
    except ValueError:
        raise ValueError("a zone is written like BTC:68000-70000") from None
    return Zone(key.upper(), lowest, highest)


def write_zone(zone: Zone) -> str:
    """The address form of a zone: `BTC:68000-70000`."""
    prices = _plain(zone.low) if zone.is_level else f"{_plain(zone.low)}-{_plain(zone.high)}"
    return f"{zone.key}:{prices}"


def _plain(price: float) -> str:
    """Ten digits without an exponent, whose sign would read as a range."""
    return f"{Decimal(f'{price:.10g}'):f}"
