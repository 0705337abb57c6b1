"""When a figure of a day becomes known: not at its close, where its publisher prints it later."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from market.calendars import NEW_YORK, is_business_day

MIDNIGHT = time(0)
ZONES = {"New York": NEW_YORK, "UTC": ZoneInfo("UTC")}
A_DAY = timedelta(days=1)


class Printed(StrEnum):
    """The day on which the figure of a day appears; a weekday is the first of that name after it."""

    SAME_DAY = "same day"
    NEXT_DAY = "next day"
    NEXT_BUSINESS_DAY = "next business day"
    SECOND_BUSINESS_DAY = "second business day"
    MONDAY = "Monday"
    THURSDAY = "Thursday"


WEEKDAYS = {Printed.MONDAY: 0, Printed.THURSDAY: 3}
BUSINESS_DAYS = {Printed.NEXT_BUSINESS_DAY: 1, Printed.SECOND_BUSINESS_DAY: 2}


@dataclass(frozen=True, slots=True)
class Publication:
    """A publisher's habit: the day on which a figure appears, and the time there.

    Business days are those of the Federal Reserve; a weekday that is none of them moves on to the next.
    """

    day: Printed
    at: time
    zone: ZoneInfo

    @classmethod
    def parse(cls, text: str) -> "Publication":
        """The habit that ``text`` tells, such as ``next business day, 16:15 New York``.

        Raises `ValueError` for anything else.
        """
        day, _, when = text.partition(", ")
        at, _, zone = when.partition(" ")
        if zone not in ZONES:
            raise ValueError(f"“{text}” is not told like “next business day, 16:15 New York”")
        return cls(Printed(day), time.fromisoformat(at), ZONES[zone])

    @property
    def opens_the_day(self) -> bool:
        """Whether a figure is published at the midnight that begins its own day."""
        return self.day is Printed.SAME_DAY and self.at == MIDNIGHT

    def __str__(self) -> str:
        zone = next(name for name, each in ZONES.items() if each == self.zone)
        return f"{self.day}, {self.at:%H:%M} {zone}"

    def of(self, day: date) -> datetime:
        """The instant at which the figure of ``day`` appears."""
        return datetime.combine(self._printed(day), self.at, self.zone).astimezone(ZONES["UTC"])

    def is_expected(self, day: date, moment: datetime) -> bool:
        """Whether ``day`` has a figure that should be known at ``moment``."""
        works = self.day not in BUSINESS_DAYS or is_business_day(day)
        return works and self.of(day) <= moment

    def _printed(self, day: date) -> date:
        if self.day is Printed.SAME_DAY:
            return day
        if self.day in BUSINESS_DAYS:
            for _ in range(BUSINESS_DAYS[self.day]):
                day = _business_day_from(day + A_DAY)
            return day
        if self.day in WEEKDAYS:
            ahead = (WEEKDAYS[self.day] - day.weekday() - 1) % 7 + 1
            return _business_day_from(day + timedelta(days=ahead))
        return day + A_DAY


def _business_day_from(day: date) -> date:
    while not is_business_day(day):
        day += A_DAY
    return day
