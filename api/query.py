"""What a request asks for, read strictly: a page forgives a bad address, a program is told what is wrong."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import TypeVar

from data_sources.feed import Span
from market.calendars import day_end
from market.catalogue import Catalogue
from market.instruments import Instrument, Interval
from market.moments import parse_moment, say_moment
from market.ranges import WINDOWS, parse_window
from market.text import clipped
from market.trackers import is_tracker
from market.zones import Zone, parse_zone

EARLIEST = datetime(1990, 1, 2, tzinfo=UTC)  # the end of the first day in the table of New York sessions

Choice = TypeVar("Choice", bound=StrEnum)


class BadParameter(ValueError):
    """A parameter that cannot be used: its name, and one sentence about it."""

    def __init__(self, parameter: str, problem: str) -> None:
        super().__init__(parameter, problem)
        self.parameter = clipped(parameter)
        self.problem = problem


def read_query(fields: Iterable[tuple[str, str]], names: Collection[str]) -> dict[str, str]:
    """The parameters given, by name; an empty one counts as left out.

    What trackers add is passed over. Raises `BadParameter` for any other name that is not one of ``names``,
    and for one given twice.
    """
    given: dict[str, str] = {}
    for name, text in fields:
        if name not in names and is_tracker(name):
            continue
        if name not in names:
            known = ", ".join(names) if names else "none"
            raise BadParameter(name, f"There is no such parameter here. Known: {known}.")
        if name in given:
            raise BadParameter(name, "It is given more than once.")
        given[name] = text.strip()
    return {name: text for name, text in given.items() if text}


@dataclass(frozen=True, slots=True)
class Query:
    """The parameters of one request, checked when they are read: a bad one raises `BadParameter`."""

    given: Mapping[str, str]
    catalogue: Catalogue
    span: Span
    now: datetime
    home: str = ""

    def moment(self) -> datetime | None:
        """The instant to look from: ``asof``, else where the feed opens; None is now."""
        asked = self._instant("asof")
        if asked is None:
            return self.span.moment
        first, last = self.span.start or EARLIEST, self.span.end or day_end(self.now.date())
        if asked < first:
            raise BadParameter("asof", f"There is nothing before {say_moment(first)}.")
        if asked > last:
            raise BadParameter("asof", f"There is nothing after {say_moment(last)}.")
        return None if self.span.moment is None and asked > self.now else asked

    def between(self) -> tuple[datetime | None, datetime | None]:
        """``start`` and ``end``: bars complete later than the one, and not later than the other.

        A date as ``start`` means the beginning of that UTC day, so that two equal dates ask for one day.
        """
        start, end = self._instant("start", begins=True), self._instant("end")
        if start and end and start >= end:
            raise BadParameter("start", "It must lie before the end.")
        return start, end

    def instrument(self, name: str, default: str = "") -> Instrument:
        """The instrument that ``name`` gives the key of."""
        return self._instrument(name, self.given.get(name, default))

    def instruments(
        self, default: Iterable[str], fewest: int = 1, most: int | None = None
    ) -> list[Instrument]:
        """The instruments of the comma list ``keys``, each once, in the order given."""
        keys = [key.strip().upper() for key in self.given.get("keys", "").split(",") if key.strip()]
        if most is not None and len(keys) > most:
            raise BadParameter(
                "keys", f"There are {len(keys)} keys; at most {most} may be asked for at once."
            )
        chosen = [self._instrument("keys", key) for key in dict.fromkeys(keys or default)]
        if len(chosen) < fewest:
            raise BadParameter("keys", f"At least {fewest} different keys are needed.")
        return chosen

    def window(self, default: int) -> int:
        """How many observations to look back."""
        try:
            return parse_window(self.given.get("window", str(default)))
        except ValueError:
            low, high = WINDOWS
            raise BadParameter("window", f"It must be a whole number from {low} to {high}.") from None

    def choice(self, name: str, default: Choice, known: Collection[Choice] = ()) -> Choice:
        """One word of a list."""
        choices = list(known or type(default))
        text = self.given.get(name, default).lower()
        for each in choices:
            if text == each:
                return each
        raise BadParameter(name, f"It must be one of {', '.join(choices)}.")

    def interval(self) -> Interval:
        """How much time a bar covers."""
        return self.choice("interval", Interval.DAY)

    def zone(self, instrument: Instrument) -> Zone:
        """The price range ``zone`` of ``instrument``, with its name and reason where it is one we watch."""
        text = self.given.get("zone", "")
        if not text:
            raise BadParameter("zone", "It is needed, written like 68000-70000.")
        try:
            asked = parse_zone(text if ":" in text else f"{instrument.key}:{text}")
        except ValueError as problem:
            raise BadParameter("zone", _sentence(problem)) from None
        if asked.key != instrument.key:
            raise BadParameter(
                "zone", f"It belongs to {clipped(asked.key)}, and the key is {instrument.key}."
            )
        return next((zone for zone in self.catalogue.zones if _same_range(zone, asked)), asked)

    def _instrument(self, name: str, key: str) -> Instrument:
        if not key:
            raise BadParameter(name, "The key of an instrument is needed.")
        if key.upper() not in self.catalogue:
            raise BadParameter(name, f"There is no instrument “{clipped(key)}”.")
        return self.catalogue[key.upper()]

    def _instant(self, name: str, *, begins: bool = False) -> datetime | None:
        text = self.given.get(name)
        if text is None:
            return None
        try:
            if begins and len(text) == len("2026-02-05"):
                return datetime.combine(date.fromisoformat(text), time(), UTC)
            return parse_moment(text)
        except ValueError as problem:
            raise BadParameter(name, _sentence(problem)) from None


def _same_range(zone: Zone, other: Zone) -> bool:
    return (zone.key, zone.low, zone.high) == (other.key, other.low, other.high)


def _sentence(problem: ValueError) -> str:
    text = str(problem)
    return f"{text[:1].upper()}{text[1:]}."
