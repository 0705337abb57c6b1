"""Numbers of an open bar on another venue: whether a reader can do the sum again."""

from dataclasses import replace

import pytest

from analytics.averages import averages
from analytics.crypto import coin_falls
from analytics.readings import read
from analytics.rebasing import REBASED
from analytics.rebound import relief_rally
from market.bars import Bars, InProgress
from market.readings import Envelope
from tests.analytics.bars import series

CLOSES = [100.0 + n % 9 for n in range(60)] + [104.0, 90.0, 100.0]
RATIOS = ("change_1d_pct", "change_1w_pct", "drawdown_pct", "from_2025_high_pct")


def opened(source: str) -> Bars:
    """Days that end with 100 on the usual venue, and an open bar that stands at 103 after a rise of 2%."""
    return replace(series("BTC", [*CLOSES, 103.0]), in_progress=InProgress(source, 0.02))


def ratios(bars: Bars) -> dict[str, Envelope]:
    reading, rally = read(bars), relief_rally(bars)
    assert rally is not None
    found = {name: reading[name] for name in RATIOS}
    found |= {"gain": rally.gain, "retraced": rally.retraced, "coin": coin_falls([bars]).rows[0].fall}
    return found | {"average": averages(bars, (50,))[0].distance}


@pytest.mark.parametrize("name", [*RATIOS, "gain", "retraced", "coin", "average"])
def test_a_ratio_names_both_venues_and_can_be_done_again(name: str) -> None:
    number = ratios(opened("elsewhere"))[name]
    assert REBASED in number.flags
    inputs = dict(number.inputs)
    assert inputs["last print on elsewhere"] == 103.0
    move, close = inputs["its move since the last close on that venue, percent"], inputs["last close on test"]
    assert inputs["price"] == pytest.approx(float(close) * (1 + float(move) / 100)) == pytest.approx(102.0)


def test_the_last_price_itself_is_a_print_and_not_rebased() -> None:
    last = read(opened("elsewhere"))["last"]
    assert (last.value, last.flags) == (103.0, ())


def test_one_venue_needs_no_rebasing() -> None:
    for bars in (opened("test"), series("BTC", CLOSES)):
        assert not [name for name, number in ratios(bars).items() if REBASED in number.flags]


def test_volatility_is_made_of_finished_bars_and_as_final_as_they() -> None:
    number = read(opened("elsewhere"))["realised_vol_pct"]
    before = read(opened("elsewhere").finished)["realised_vol_pct"]
    assert number == before
