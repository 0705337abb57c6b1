"""Moments: the instant a page stands at, as it is written in an address and on a badge."""

from datetime import UTC, date, datetime

from market.calendars import day_end, day_of, day_start


def parse_moment(text: str) -> datetime:
    """The instant an ``asof`` means: a date is the end of that UTC day, an instant must carry its zone.

    Raises `ValueError` with one sentence for anything else.
    """
    try:
        if len(text) == len("2026-02-05"):
            return day_end(date.fromisoformat(text))
        moment = datetime.fromisoformat(text.replace(" ", "+"))  # a query string reads "+" as a blank
    except (ValueError, OverflowError):
        raise ValueError("not a date or an instant such as 2026-02-05 or 2026-02-05T21:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("an instant needs its zone, such as 2026-02-05T21:00Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


def write_moment(moment: datetime) -> str:
    """The shortest ``asof`` that means ``moment``: a date where it is the end of a UTC day."""
    if moment == day_start(moment):
        return day_of(moment).isoformat()
    return moment.strftime("%Y-%m-%dT%H:%MZ")


def say_moment(moment: datetime) -> str:
    """``moment`` for a badge, in UTC: `7 Feb 2026 15:30 UTC`; the end of a day is its 24:00."""
    if moment == day_start(moment):
        day = day_of(moment)
        return f"{day.day} {day:%b %Y} 24:00 UTC"
    return f"{moment.day} {moment:%b %Y %H:%M} UTC"


def say_day(day: date) -> str:
    """A day in words: `Fri 6 Feb 2026`."""
    return f"{day:%a} {day.day} {day:%b %Y}"
