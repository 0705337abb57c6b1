"""A number as a writer quotes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.page.quotes import WRITERS, quote
from market.bars import State
from market.readings import Envelope


def number(value: float | None, unit: str, low: float | None = None, high: float | None = None) -> Envelope:
    return Envelope(value, unit, None, None, "x", State.FINAL, "", "f", 60, "", low, high)


@pytest.mark.parametrize(
    ("value", "unit", "text", "quoted"),
    [
        (56.543082358514205, "score", "57", "56.5 of 100"),
        (23031.21, "points", "23,031", "23,031.21 points"),
        (13.371509594, "points", "28%", "13.37 points"),
        (66249.0, "USD", "$66.2K", "$66,249"),
        (0.0978, "USD", "$0.09780", "$0.09780"),
        (-44.9351, "percent", "−44.9% from high", "−44.9%"),
        (1.9695, "percent", "+2.0%", "+2.0%"),
        (4.2134, "percent", "4.21%", "4.21%"),
        (65.32, "percent a year", "65%", "65% a year"),
        (-0.0083, "percent per 8 h", "−0.008%", "−0.008% per 8 hours"),
        (-4.0000000000000036, "bp", "4 bp", "−4 bp"),
        (0.7197, "correlation", "5", "0.72"),
        (1.9776, "times", "0.31", "1.98 times"),
        (-318.1, "million USD", "$318M", "−$318M"),
        (58.53, "percentile", "252", "59th percentile"),
        (4.0, "place of 90", "4th-best in 90 sessions", "4th of 90"),
        (1.0, "days", "1 of inflow", "1 day"),
        (16, "hours", "16 hours", "16 hours"),
        (None, "score", "–", ""),
        (float("nan"), "points", "–", ""),
    ],
)
def test_a_number_is_quoted_as_it_is_written_with_its_unit(
    value: float | None, unit: str, text: str, quoted: str
) -> None:
    assert quote(number(value, unit), text) == quoted


def test_an_interval_is_written_like_the_number() -> None:
    assert quote(number(0.5607, "correlation", 0.3051, 0.7401), "0.56") == "0.56|0.31 to 0.74"


@given(st.floats(-1e9, 1e9), st.sampled_from([*WRITERS, "points", "days"]))
def test_no_quotation_has_a_tail_of_digits(value: float, unit: str) -> None:
    quoted = quote(number(value, unit), "")
    assert "-" not in quoted
    assert "e+" not in quoted
    assert len(quoted.partition(".")[2].split(" ")[0].rstrip("%")) <= 8
