from math import inf, nan

import pytest

from market.bars import State
from market.readings import Result, envelope, missing
from tests.fakes.prices import BITCOIN, make_bars

BARS = make_bars(BITCOIN, [100.0, 90.0])


@pytest.mark.parametrize("value", [nan, inf, -inf])
def test_a_value_is_finite_or_missing(value: float) -> None:
    with pytest.raises(ValueError, match="finite or missing"):
        Result(value)


def test_a_missing_value_gives_its_reason() -> None:
    with pytest.raises(ValueError, match="needs its reason"):
        Result(None)
    assert Result.missing("Too short.", n=3).why == "Too short."


def test_scaling_takes_the_interval_along_and_leaves_a_gap_a_gap() -> None:
    scaled = Result(-0.0159, n=2, low=-0.02, high=-0.01).scaled(100)
    assert (scaled.value, scaled.low, scaled.high) == pytest.approx((-1.59, -2, -1))
    assert Result.missing("None.").scaled(100).value is None


def test_an_envelope_carries_where_its_prices_come_from() -> None:
    number = envelope(Result(-10.0, n=1), BARS, "percent", "change_1d", price=90.0)
    assert (number.source, number.sampling, number.state) == ("test", "close", State.FINAL)
    assert number.as_of == BARS.as_of
    assert dict(number.inputs) == {"price": 90.0}


def test_a_missing_number_is_in_no_other_state() -> None:
    assert envelope(Result.missing("None."), BARS, "percent", "change_1d").state is State.MISSING
    assert missing("percent", "change_1d", "None.").value is None
