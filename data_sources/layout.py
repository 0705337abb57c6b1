"""How the folder of a recording is laid out: which series stands in which file, and its `recording.toml`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from data_sources.recorded import Description
from market.instruments import Calendar, Instrument, Interval

TIME = "%Y-%m-%dT%H:%MZ"
BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a recording: what its rows are."""

    file: str
    interval: Interval
    sampling: str
    column: str = "close"


SESSIONS = Part("sessions.csv", Interval.DAY, "close@16:00 NY")
UTC_DAYS = Part("utc_days.csv", Interval.DAY, "close@00:00 UTC")
WITH_DIVIDENDS = Part("total_returns.csv", Interval.DAY, "close@16:00 NY, adjusted for dividends")
HOURS = Part("hours.csv", Interval.HOUR, "hourly close")
READINGS = Part("readings.csv", Interval.DAY, "as published", "value")
PARTS = (SESSIONS, WITH_DIVIDENDS, UTC_DAYS, HOURS, READINGS)


def part_of(instrument: Instrument, interval: Interval) -> Part:
    """The file that a series belongs to."""
    if interval is Interval.HOUR:
        return HOURS
    if instrument.flow:
        return READINGS
    if instrument.of:
        return WITH_DIVIDENDS
    return SESSIONS if instrument.calendar is Calendar.XNYS else UTC_DAYS


def write_description(about: Description) -> str:
    """The `recording.toml` that says what ``about`` says."""
    lines = [f"title = {_text(about.title)}"]
    for name in ("moment", "start", "end", "recorded_at"):
        instant: datetime = getattr(about, name)
        lines.append(f"{name} = {instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
    for file, told in about.files.items():
        lines += ["", f"[files.{_text(file)}]", *_pairs(told)]
    # A table without an entry is written where it is one that a description must have.
    for heading in ("publishers", "publishers_of_hours", "second_opinions"):
        table: Mapping[str, str] = getattr(about, heading)
        lines += ["", f"[{heading}]", *_pairs(table)] if table or heading == "publishers" else []
    return "\n".join(lines) + "\n"


def _pairs(table: Mapping[str, str]) -> list[str]:
    return [f"{key if BARE.fullmatch(key) else _text(key)} = {_text(value)}" for key, value in table.items()]


def _text(text: str) -> str:
    """A basic string of TOML, which is one of JSON but for the delete character."""
    return json.dumps(str(text), ensure_ascii=False).replace("\x7f", "\\u007f")
