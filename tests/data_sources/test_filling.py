from dataclasses import replace

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from data_sources.filling import fill
from market.bars import Bars, Filled
from tests.fakes.prices import BITCOIN, NASDAQ, make_bars

CLOSES = [23_600.0, 23_255.0, 22_904.0, 22_540.0, 23_031.0]


def without(bars: Bars, *places: int) -> Bars:
    return replace(bars, frame=bars.frame.drop(bars.frame.index[list(places)]))


def nasdaq(source: str, closes: list[float] = CLOSES) -> Bars:
    return make_bars(NASDAQ, closes, source=source)


def test_the_close_that_a_second_source_knows_takes_the_place_of_the_missing_one() -> None:
    whole = nasdaq("yahoo")
    filled = fill(without(whole, 2), nasdaq("fred"))
    assert filled.close.tolist() == CLOSES
    assert filled.holes == ()
    assert filled.provenance.filled == (Filled(whole.frame.index[2].to_pydatetime(), "fred"),)
    assert filled.returns.iloc[2] == CLOSES[3] / CLOSES[2] - 1


def test_only_the_close_is_taken() -> None:
    whole = nasdaq("yahoo")
    ranged = replace(whole, frame=whole.frame.assign(open=1.0, high=1.0, low=1.0, volume=1.0))
    filled = fill(without(ranged, 2), nasdaq("fred"))
    assert filled.frame.iloc[2].isna().tolist() == [True, True, True, False, True]


def test_nothing_is_taken_where_nothing_is_missing() -> None:
    whole = nasdaq("yahoo")
    assert fill(whole, nasdaq("fred")) is whole


def test_nothing_is_carried_into_a_day_that_neither_has() -> None:
    holed = without(nasdaq("yahoo"), 2)
    assert fill(holed, without(nasdaq("fred"), 2)) is holed


def test_a_source_that_says_otherwise_on_the_days_around_fills_nothing() -> None:
    holed = without(nasdaq("yahoo"), 2)
    assert fill(holed, nasdaq("fred", [close * 1.02 for close in CLOSES])) is holed


def test_other_money_fills_nothing() -> None:
    dollars = make_bars(BITCOIN, [70_000.0] * 4, source="kraken", symbol="BTC/USD")
    tethers = make_bars(BITCOIN, [70_000.0] * 4, source="okx", symbol="BTC/USDT")
    holed = without(dollars, 1)
    assert fill(holed, tethers) is holed


def test_the_running_bar_of_a_second_source_fills_nothing() -> None:
    ours = without(make_bars(BITCOIN, [1.0, 1.0, 1.0, 1.0]), 2)
    theirs = make_bars(BITCOIN, [1.0, 1.0], last=ours.dates[1].date(), in_progress=1.0)
    assert fill(ours, theirs) is ours


@given(
    gone=st.sets(st.integers(1, 18)),
    known=st.sets(st.integers(0, 19), min_size=1),
)
def test_every_hole_that_can_be_filled_is_and_every_other_stays(gone: set[int], known: set[int]) -> None:
    whole = make_bars(NASDAQ, [100.0 + each for each in range(20)], source="yahoo")
    second = make_bars(NASDAQ, [100.0 + each for each in range(20)], source="fred")
    ours = without(whole, *gone)
    theirs = replace(second, frame=second.frame.iloc[sorted(known)])
    filled = fill(ours, theirs)
    has_neighbours = bool(known - gone)
    taken = gone & known if has_neighbours else set()
    expected = [np.nan if each in gone - taken else 100.0 + each for each in range(20)]
    pd.testing.assert_series_equal(
        filled.close, pd.Series(expected, whole.frame.index, name="IXIC"), check_freq=False
    )
    assert {pd.Timestamp(each.at) for each in filled.provenance.filled} == set(
        whole.frame.index[sorted(taken)]
    )
