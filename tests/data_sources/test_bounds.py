from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.bounds import impossible, kind_of, odd_volumes, unlikely
from data_sources.quality import examine, settle, vouch
from data_sources.set_aside import say_number
from market import catalogue
from market.bars import COLUMNS, Bars, Interval
from market.instruments import Instrument
from tests.fakes.prices import BITCOIN, ETF_FLOW, FETCHED, FUNDING, MOOD, NASDAQ, OIL, VIX, YIELD, make_bars

KNOWN = catalogue.load()
STRESS, DOLLAR = KNOWN.pick("OFR_FSI", "DXY")
RECORDED_AT = datetime(2026, 3, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instrument", "value"),
    [
        (YIELD, 15.84),  # 30 September 1981
        (YIELD, -0.5),
        (KNOWN["EFFR"], 22.36),  # 22 July 1981
        (OIL, -37.63),  # 20 April 2020
        (VIX, 82.69),  # 16 March 2020
        (VIX, 9.14),
        (KNOWN["OFR_FSI"], -5.334),
        (KNOWN["OFR_FSI"], 29.32),
        (KNOWN["STLFSI"], -1.1273),
        (KNOWN["HY_OAS"], 21.82),
        (DOLLAR, 164.72),  # February 1985
        (DOLLAR, 70.70),
        (FUNDING, -0.3),
        (FUNDING, 0.375),
        (ETF_FLOW, 1373.8),  # 7 November 2024
        (MOOD, 0),
        (MOOD, 100),
        (NASDAQ, 54.87),
        (BITCOIN, 0.0582),
    ],
)
def test_what_has_been_is_possible(instrument: Instrument, value: float) -> None:
    assert impossible(pd.Series([value]), instrument, "") == ()


@pytest.mark.parametrize(
    ("instrument", "value", "why"),
    [
        (YIELD, 42.1, "a rate of 42.1% is not possible"),
        (YIELD, -6.0, "a rate of −6% is not possible"),
        (MOOD, 612, "a score of 612 is not possible"),
        (MOOD, -1, "a score of −1 is not possible"),
        (ETF_FLOW, -43_400, "a flow of −43,400 million dollars is not possible"),
        (FUNDING, 5, "a funding rate of 5% per 8 hours is not possible"),
        (STRESS, 190, "a stress index of 190 is not possible"),
        (VIX, 1776, "a close of 1,776 is not a level"),
        (VIX, 0, "a close of 0 is not a level"),
        (DOLLAR, 9.75, "a close of 9.75 is not a level"),
        (OIL, 6350, "a close of 6,350 is not a price"),
        (NASDAQ, -6882.72, "a close of −6,882.72 is not a level"),
        (BITCOIN, 0, "a close of 0 is not a price"),
        (BITCOIN, float("inf"), "a close of inf is not a price"),
    ],
)
def test_what_cannot_be_is_set_aside_with_its_day_and_value(
    instrument: Instrument, value: float, why: str
) -> None:
    bars = make_bars(instrument, [50, 51, 52] if instrument.has_price else [0.01, 0.02, 0.03])
    frame = bars.frame.copy()
    frame.iloc[1, frame.columns.get_loc("close")] = value
    settled = settle(frame, instrument, "", RECORDED_AT)
    assert settled.set_aside == ((frame.index[1], why),)
    assert settled.notes == (f"{bars.dates[1].day} Feb 2026: {why}, set aside",)
    assert len(settled.frame) == 2


def slow(instrument: Instrument) -> list[float]:
    """A year of usual readings."""
    wave = np.sin(np.arange(260) / 7)
    match kind_of(instrument).noun:
        case "a rate":
            return (4.2 + wave * 0.4).tolist()
        case "a flow":
            return (wave * 400 + 20).tolist()
        case "a funding rate":
            return (0.005 + wave * 0.004).tolist()
        case _:
            return (wave - 1).tolist()


@pytest.mark.parametrize(
    ("instrument", "wrong"),
    [(YIELD, 0.421), (YIELD, 19.0), (ETF_FLOW, 4_340.0), (FUNDING, 0.9), (STRESS, -19.0)],
)
@pytest.mark.parametrize("place", [120, 250, 259])
@pytest.mark.parametrize("rows", [1, 2])
def test_a_reading_far_beyond_its_past_is_set_aside_one_or_two_in_a_row(
    instrument: Instrument, wrong: float, place: int, rows: int
) -> None:
    values = slow(instrument)
    for at in range(place, min(place + rows, 260)):
        values[at] = wrong
    bars = make_bars(instrument, values)
    vouched = examine(bars)
    assert [bars.frame.index.get_loc(at) for at, _ in vouched.set_aside] == list(
        range(place, min(place + rows, 260))
    )
    assert all(
        say_number(wrong) in why and why.startswith(kind_of(instrument).noun) for _, why in vouched.set_aside
    )
    assert vouched.bars.provenance.notes[0].endswith("is far from all that came before it, set aside")


def test_a_reading_that_a_second_source_has_too_is_believed() -> None:
    values = slow(YIELD)
    bars, second = make_bars(YIELD, [*values, 6.9]), make_bars(YIELD, [*values, 6.95])
    assert len(vouch(bars)) == 260
    assert vouch(bars, second) is bars


def test_a_new_level_is_believed_once_it_has_stood() -> None:
    """Fed funds were cut by 1.5 points within two weeks of March 2020."""
    values = [*slow(YIELD), *[2.0] * 4]
    assert vouch(make_bars(YIELD, values)).close.tolist() == values


def test_a_first_reading_that_the_next_ones_leave_alone_is_set_aside() -> None:
    values = slow(YIELD)
    assert vouch(make_bars(YIELD, [0.42, *values])).close.tolist() == values


@pytest.mark.parametrize("known", [1, 2, 3])
def test_a_few_readings_are_not_enough_to_judge_by(known: int) -> None:
    bars = make_bars(FUNDING, [1.5, 2.25, 3][:known])
    assert vouch(bars) is bars


def traded(volumes: list[float]) -> Bars:
    bars = make_bars(BITCOIN, [70_000.0 + place for place in range(len(volumes))])
    frame = bars.frame.assign(volume=volumes)
    return Bars(BITCOIN, Interval.DAY, frame, bars.provenance)


@pytest.mark.parametrize("place", [0, 5, 40, 78, 79])
@pytest.mark.parametrize("factor", [100, 0.001, 0])
def test_a_volume_out_of_proportion_is_blanked_and_the_close_kept(place: int, factor: float) -> None:
    volumes = [30_000.0 + 500 * (day % 9) for day in range(80)]
    volumes[place] *= factor
    if place < 10 and factor == 100:
        return  # of the first ten days it is not known what is usual
    bars = vouch(traded(volumes))
    assert len(bars) == 80
    assert bars.frame["volume"].isna().to_numpy().nonzero()[0].tolist() == [place]
    [note] = bars.provenance.notes
    assert f"a volume of {say_number(volumes[place])} is out of all proportion" in note


def test_ten_times_the_usual_volume_and_a_market_that_wakes_up_are_real() -> None:
    volumes = [30_000.0] * 60 + [300_000.0] + [35_000.0] * 10 + [2_000_000.0] * 10
    assert odd_volumes(traded(volumes)) == ()


def test_what_never_trades_has_no_odd_volume() -> None:
    assert odd_volumes(traded([0.0] * 60)) == ()


@given(st.lists(st.floats(allow_nan=False, width=32), min_size=1, max_size=60), st.sampled_from(list(KNOWN)))
def test_whatever_comes_some_is_kept_and_nothing_else_is_there(
    values: list[float], instrument: Instrument
) -> None:
    raw = make_bars(NASDAQ, [1.0] * len(values)).frame.assign(close=values)
    settled = settle(raw, instrument, "", RECORDED_AT)
    assert len(settled.frame) + len(settled.set_aside) == len(raw)
    if settled.frame.empty:
        return
    bars = Bars(instrument, Interval.DAY, settled.frame, make_bars(NASDAQ, [1.0]).provenance)
    vouched = examine(bars)
    known, left = bars.close.dropna(), vouched.bars.close.dropna()
    assert len(left) + len(vouched.set_aside) == len(known)
    assert left.equals(known.drop([at for at, _ in vouched.set_aside]))
    assert unlikely(bars) == tuple(each for each in vouched.set_aside if kind_of(instrument))


def test_columns_that_cannot_be_are_blanked_and_the_close_kept() -> None:
    frame = pd.DataFrame(
        {
            "open": [70.0, 70.0, 70.0, 70.0],
            "high": [72.0, 7200.0, 72.0, 72.0],
            "low": [69.0, 69.0, 0.0, 69.0],
            "close": [71.0] * 4,
            "volume": [5.0, 5.0, 5.0, -5.0],
        },
        index=make_bars(BITCOIN, [1.0] * 4).frame.index,
        columns=list(COLUMNS),
    )
    settled = settle(frame, BITCOIN, "", FETCHED)
    assert settled.frame["close"].tolist() == [71.0] * 4
    assert settled.frame["high"].isna().tolist() == [False, True, True, False]
    assert settled.frame["volume"].isna().tolist() == [False, False, False, True]
