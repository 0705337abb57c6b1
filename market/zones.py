"""Zones: price ranges that people watch. A level is a zone whose two prices are equal."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from unicodedata import category

from market.calendars import day_end

LARGEST = 1e9
WIDEST = 4.0
LONGEST_NAME = 32
IN_A_NAME = frozenset(" -–—.,/%&+'’()!?")
WRITTEN = "a zone is written like BTC:68000-70000"


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
            raise ValueError("a zone’s lower price comes first")
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
    """The zone written as ``BTC:68000-70000``, or ``BTC:80600`` for a level, a name after a second colon.

    Raises `ValueError` with the end of a sentence.
    """
    key, _, rest = text.strip().partition(":")
    prices, _, name = rest.partition(":")
    low, dash, high = prices.partition("-")
    if not key or not low or (dash and not high):
        raise ValueError(WRITTEN)
    try:
        lowest, highest = float(low), float(high or low)
    except ValueError:
        raise ValueError(WRITTEN) from None
    return Zone(key.upper(), lowest, highest, parse_name(name))


def parse_name(text: str) -> str:
    """What a person calls a level: letters, figures and the marks of a sentence; raises `ValueError`.

    Anything that a page, a chart or a message could take for markup is left outside the door.
    """
    name = text.strip()
    is_plain = all(each in IN_A_NAME or category(each)[0] in "LMN" for each in name)
    if len(name) > LONGEST_NAME or not is_plain:
        raise ValueError(f"a name is at most {LONGEST_NAME} letters, figures and spaces")
    return name


def write_zone(zone: Zone, *, named: bool = False) -> str:
    """The address form of a zone: `BTC:68000-70000`, and where it is ``named`` `BTC:68000-70000:Floor`."""
    prices = _plain(zone.low) if zone.is_level else f"{_plain(zone.low)}-{_plain(zone.high)}"
    return f"{zone.key}:{prices}:{zone.name}" if named and zone.name else f"{zone.key}:{prices}"


def _plain(price: float) -> str:
    """Ten digits without an exponent, whose sign would read as a range."""
    return f"{Decimal(f'{price:.10g}'):f}"
