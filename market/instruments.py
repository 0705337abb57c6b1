"""Instruments: the things that have a price, and the names providers know them by."""

from dataclasses import dataclass
from enum import StrEnum

from market.publication import Publication

GAUGES = "gauge"  # the group of what authorities and index publishers measure of stress
MEASURING = frozenset({GAUGES, "volatility", "currency"})
TOTAL_RETURNS = "total return"


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
    """The name one provider knows an instrument by, how late its prices are, and when its figures appear.

    Without ``published`` a figure counts from the close of its day.
    """

    source: str
    symbol: str
    delay_minutes: int = 0
    published: Publication | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """One thing with a price.

    ``name`` is for sentences, ``short`` for tiles and line ends; ``listings`` are best first.
    ``cadence`` says on which of its calendar's days a figure is due.
    ``flow`` marks a reading whose values are amounts of a day (ETF flows, funding) or stand around zero
    (indices of stress) rather than prices, so that no change in percent is ever made of it. ``fear`` marks
    what rises when markets fall. ``splits`` is false for what is priced in dollars and comes in no units that
    an issuer could divide: a barrel, an ounce. ``total_return`` is who gives its closes with dividends, where
    it pays any or is set against what does; ``of`` is the key of that whose total return this one is.
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
    fear: bool = False
    total_return: Listing | None = None
    of: str = ""

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
    def is_gauge(self) -> bool:
        """Whether it measures something (a volatility, a rate, a currency, stress, a mood) that nobody holds,
        so that a fall from its high means nothing.
        """
        return not self.has_price or self.group in MEASURING

    @property
    def published(self) -> Publication | None:
        """When its figures appear at the first of its providers; None for what is known at its close."""
        return self.listings[0].published if self.listings else None

    def published_by(self, source: str) -> Publication | None:
        """When its figures appear at ``source``; a recording holds those of the first provider."""
        return next((each.published for each in self.listings if each.source == source), self.published)

    @property
    def opens_the_day(self) -> bool:
        """Whether its figures carry the midnight that begins their day, at which they are published."""
        return self.published is not None and self.published.opens_the_day

    @property
    def with_dividends(self) -> "Instrument | None":
        """Its total return as an instrument of its own, for returns and ratios; its level means nothing."""
        if self.total_return is None:
            return None
        return Instrument(
            key=total_return_key(self.key),
            name=f"{self.name}, with dividends",
            short=f"{self.short}, total return",
            group=TOTAL_RETURNS,
            unit=Unit.USD,
            calendar=self.calendar,
            listings=(self.total_return,),
            of=self.key,
        )

    def __str__(self) -> str:
        return self.key


def total_return_key(key: str) -> str:
    """The key under which the total return of an instrument stands."""
    return f"{key}_TR"
