"""Instruments: the things that have a price, and the names providers know them by."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

NEXT_DAY = timedelta(days=1)
GAUGES = "gauge"  # the group of what authorities and index publishers measure of stress


class Interval(StrEnum):
    """How much time one bar covers."""

    HOUR = "1h"
    DAY = "1d"


class Unit(StrEnum):
    """What a price is counted in; decides how it is printed and how its change is said."""

    POINTS = "points"
    USD = "USD"
    PERCENT = "percent"
    SCORE = "score 0-100"
    MILLION_USD = "million USD"


class Calendar(StrEnum):
    """When an instrument trades: New York sessions, or every UTC day."""

    XNYS = "XNYS"
    ALWAYS = "24/7"

    @property
    def periods_per_year(self) -> int:
        """Daily bars in a year, for annualising."""
        return 252 if self is Calendar.XNYS else 365


class Cadence(StrEnum):
    """How often an instrument is due to have a close: as its calendar says, or less or more often."""

    DAY = "day"
    BOND_DAY = "bond day"
    WEEK = "week"
    EIGHT_HOURS = "8 hours"


@dataclass(frozen=True, slots=True)
class Listing:
    """The name one provider knows an instrument by, and how late its prices are."""

    source: str
    symbol: str
    delay_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing with a price.

    ``name`` is for sentences, ``short`` for tiles and line ends; ``listings`` are best first.
    ``cadence`` says on which of its calendar's days a figure is due.
    ``flow`` marks a reading whose values are amounts of a day (ETF flows, funding) or stand around zero
    (indices of stress) rather than prices, so that no change in percent is ever made of it.
    ``splits`` is false for what is priced in dollars and comes in no units that an issuer could divide: a
    barrel, an ounce.
    """

    key: str
    name: str
    short: str
    group: str
    unit: Unit
    calendar: Calendar
    listings: tuple[Listing, ...] = ()
    flow: bool = False
    splits: bool = True
    about: str = ""
    cadence: Cadence = Cadence.DAY

    @property
    def moves_in_basis_points(self) -> bool:
        """Whether a change is a difference in basis points (a yield) rather than a percentage."""
        return self.unit is Unit.PERCENT and not self.flow

    @property
    def has_price(self) -> bool:
        """Whether its values are prices, or the points of an index, and not a yield, a score or an amount."""
        return self.unit in (Unit.POINTS, Unit.USD) and not self.flow

    @property
    def can_split(self) -> bool:
        """Whether one unit of it can become several: shares, funds and coins can, nothing else."""
        return self.splits and self.unit is Unit.USD and not self.flow

    @property
    def publication_lag(self) -> timedelta:
        """How long after its day a figure appears: several days, or none.

        What appears the next day, as Treasury yields do, counts at its own close: markets knew it then.
        """
        lag = timedelta(minutes=min((each.delay_minutes for each in self.listings), default=0))
        return lag if lag > NEXT_DAY else timedelta(0)

    def __str__(self) -> str:
        return self.key
