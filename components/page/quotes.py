"""A number as a writer quotes it: by the functions that write it on the screen, with its unit."""

import re
from collections.abc import Mapping
from math import isfinite

from components.text import (
    Write,
    basis_points,
    correlation,
    decimal,
    dollars,
    funding,
    money_flow,
    ordinal,
    out_of_100,
    percentile,
    plain,
)
from market.readings import Envelope


def _percent(value: float | None) -> str:
    return decimal(value, 1, suffix="%")


# How a number of each unit is written where its text on the screen says something else, and what follows it.
WRITERS: Mapping[str, tuple[Write, str]] = {
    "score": (out_of_100, ""),
    "percent": (_percent, ""),
    "percent a year": (_percent, " a year"),
    "percent per 8 h": (funding, " per 8 hours"),
    "bp": (basis_points, ""),
    "million USD": (money_flow, ""),
    "USD": (dollars, ""),
    "percentile": (percentile, ""),
    "correlation": (correlation, ""),
    "ratio": (correlation, ""),
    "times": (correlation, " times"),
}
PLACE = "place of "
# Whose text on the screen is rounded more than a quotation should be.
ROUNDED = frozenset({"score", "USD", "points", "percentile"})
_NUMBER = re.compile(r"([−+]?)\$?([\d,]+(?:\.\d+)?)(?:%| bp|×)?")


def quote(envelope: Envelope, text: str) -> str:
    """The value of ``envelope``, which is ``text`` on the screen, with its unit; its interval after a bar.

    Where the text is the value, the quotation is that text; empty where there is no value.
    """
    if envelope.value is None or not isfinite(envelope.value):
        return ""
    if envelope.unit.startswith(PLACE):
        return f"{ordinal(round(envelope.value))} of {envelope.unit.removeprefix(PLACE)}"
    write, after = WRITERS.get(envelope.unit) or (plain, _counted(envelope.value, envelope.unit))
    is_written = envelope.unit not in ROUNDED and _says(text, envelope.value)
    value = (text if is_written else write(envelope.value)) + after
    if envelope.low is None or envelope.high is None:
        return value
    return f"{value}|{write(envelope.low)} to {write(envelope.high)}"


def _counted(value: float, unit: str) -> str:
    """The words after a number: one of something is no plural."""
    word = unit.removesuffix("s") if value == 1 else unit
    return f" {word}" if word else ""


def _says(text: str, value: float) -> bool:
    """Whether ``text`` is nothing but ``value``, rounded."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return False
    digits = found[2].replace(",", "")
    written = float(digits) * (-1 if found[1] == "−" else 1)
    places = len(digits.partition(".")[2])
    return abs(written - value) <= 0.5000001 / 10.0**places
