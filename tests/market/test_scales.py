from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.scales import Scale, Severity

VIX = Scale.from_floors([("calm", -inf), ("elevated", 20), ("stress", 30), ("crisis", 40)])


@pytest.mark.parametrize(
    ("value", "severity"),
    [
        (-5, Severity.CALM),
        (19.99, Severity.CALM),
        (20, Severity.ELEVATED),
        (30, Severity.STRESS),
        (90, Severity.CRISIS),
    ],
)
def test_a_value_lies_in_the_band_that_begins_at_or_below_it(value: float, severity: Severity) -> None:
    assert VIX.band_of(value).severity is severity


@given(st.floats(allow_nan=False))
def test_every_value_lies_in_exactly_one_band(value: float) -> None:
    inside = [band for band in VIX.bands if band.lower <= value < band.upper or value == band.upper == inf]
    assert inside == [VIX.band_of(value)]


@pytest.mark.parametrize(
    "floors",
    [
        [],
        [("calm", 0.0)],
        [("calm", -inf), ("stress", 30), ("elevated", 20)],
        [("calm", -inf), ("calm", -inf)],
    ],
)
def test_bands_start_at_the_bottom_and_rise(floors: list[tuple[str, float]]) -> None:
    with pytest.raises(ValueError, match="start at -inf and rise"):
        Scale.from_floors(floors)


def test_an_unknown_severity_is_refused() -> None:
    with pytest.raises(ValueError, match="panic"):
        Scale.from_floors([("panic", -inf)])
