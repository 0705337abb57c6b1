from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.quality import HUGE, settle, vouch
from market.bars import COLUMNS, State
from market.fed import contract
from tests.data_sources.holes import check_only_set_aside
from tests.fakes.prices import BITCOIN, FUNDING, NASDAQ, OIL, VIX, YIELD, make_bars

NOW = datetime(2026, 2, 9, 15, 30, tzinfo=UTC)


def rows(closes, **columns) -> pd.DataFrame:
    index = pd.date_range(end="2026-02-09", periods=len(closes), tz="UTC")
    frame = pd.DataFrame({"close": closes}, index=index, dtype="float64").reindex(columns=list(COLUMNS))
    return frame.assign(**columns).astype("float64")


def settled(frame, instrument=BITCOIN, symbol="BTC/USD"):
    return settle(frame, instrument, symbol, NOW + timedelta(days=1))


def test_what_is_set_aside_is_told_by_its_instant():
    frame = rows([1, 0, np.nan, 4])
    assert settled(frame).set_aside == (
        (frame.index[1], "a close of 0 is not a price"),
        (frame.index[2], "no close was published"),
    )


def test_of_a_day_given_twice_the_row_that_can_be_counts():
    frame = pd.concat([rows([1, 2, 3]), rows([0])])
    result = settled(frame)
    assert result.frame["close"].tolist() == [1, 2, 3]
    assert result.set_aside == ()


def test_many_rows_set_aside_are_counted_and_the_first_are_named():
    notes = settled(rows([0.0] * 2000 + [5])).notes
    assert len(notes) == 6
    assert notes[-1] == "1,995 rows more set aside in the same way"


def test_good_rows_pass_untouched_and_unremarked():
    frame = rows([1, 2, 3], open=[1, 1, 2], high=[2, 2, 3], low=[1, 1, 2], volume=[0, 5, 9])
    result = settled(frame)
    assert result.frame.equals(frame)
    assert result.notes == ()


def test_a_last_row_without_a_close_is_set_aside():
    result = settled(rows([1, 2, np.nan]))
    assert result.frame["close"].tolist() == [1, 2]
    assert result.notes == ("no close: 1 row set aside",)


def test_rows_out_of_order_are_sorted_and_of_repeated_ones_the_last_counts():
    frame = pd.concat([rows([1, 2, 3]).iloc[::-1], rows([9])])
    result = settled(frame)
    assert result.frame["close"].tolist() == [1, 2, 9]
    assert result.notes == ("out of order: sorted", "repeated: 1 row set aside")


def test_rows_from_the_future_are_set_aside():
    frame = rows([1, 2, 3]).shift(freq="1D")
    late = frame.shift(freq="3D")
    assert len(settled(pd.concat([frame, late.iloc[[-1]]])).frame) == 3


@pytest.mark.parametrize("price", [0.0, -1.0, np.inf, -np.inf, HUGE * 10])
def test_prices_that_no_coin_can_have_are_set_aside(price):
    assert settled(rows([1, price, 3])).frame["close"].tolist() == [1, 3]


def test_oil_may_be_negative_as_in_april_2020():
    frame = rows([18.27, -37.63, 10.01])
    assert settled(frame, OIL, "CL=F").frame["close"].tolist() == [18.27, -37.63, 10.01]


def test_yields_and_flows_may_be_negative():
    assert len(settled(rows([-0.1, 0.0]), YIELD).frame) == len(settled(rows([-0.1, 0.0]), FUNDING).frame) == 2


def test_a_low_above_the_close_is_blanked_and_the_close_kept():
    frame = rows([10, 11], open=[10, 10], high=[10, 12], low=[10, 11.5], volume=[1, 1])
    result = settled(frame)
    assert result.frame["close"].tolist() == [10, 11]
    assert result.frame[["open", "high", "low"]].iloc[1].isna().all()
    assert result.notes == ("high or low contradicts the close: blanked in 1 row",)


def test_rounding_is_no_contradiction():
    frame = rows([10, 11.00001], open=[10, 11], high=[10, 11], low=[10, 11])
    assert settled(frame).notes == ()


@given(st.lists(st.floats(width=32), max_size=30), st.randoms(use_true_random=False))
def test_whatever_comes_what_is_left_is_what_bars_take(closes, random):
    frame = rows(closes)
    order = list(range(len(frame)))
    random.shuffle(order)
    left = settled(frame.iloc[order]).frame
    assert left.index.is_monotonic_increasing
    assert left.index.is_unique
    assert np.isfinite(left["close"]).all()
    assert (left["close"] > 0).all()
    assert set(left["close"]) <= set(frame["close"])


def test_one_price_a_hundred_times_too_high_is_set_aside():
    raw = make_bars(BITCOIN, [70_000, 7_055_500, 70_265])
    bars = vouch(raw)
    check_only_set_aside(bars, raw, [1])
    assert [hole.why for hole in bars.holes] == ["7,055,500 is 101 times its neighbours"]
    assert bars.provenance.notes == ("5 Feb 2026: 7,055,500 is 101 times its neighbours, set aside",)


def test_a_newest_price_a_hundred_times_too_low_is_set_aside():
    assert vouch(make_bars(BITCOIN, [70_000, 70_500, 702.65])).close.tolist() == [70_000, 70_500]


def test_a_hundred_times_that_the_second_source_has_too_is_kept():
    bars = make_bars(BITCOIN, [1.0, 1.1, 110.0])
    assert vouch(bars, bars).close.tolist() == [1.0, 1.1, 110.0]


def test_a_hundredfold_price_of_oil_is_set_aside_though_oil_may_be_negative():
    raw = make_bars(OIL, [63, 64, 6350, 63.2, 64.1])
    bars = vouch(raw)
    check_only_set_aside(bars, raw, [2])
    assert any("set aside" in note for note in bars.provenance.notes)
    newest = vouch(make_bars(OIL, [63, 64, 63.5, 6350]))
    assert newest.last == 63.5


@pytest.mark.parametrize("known", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("low", [-37.63, 0.0, 0.9])
def test_the_oil_of_april_2020_is_kept_on_every_day_of_it(low, known):
    closes = [20.11, 18.27, low, 10.01, 13.78, 16.5][:known]
    assert vouch(make_bars(OIL, closes)).close.tolist() == closes


def test_a_price_of_oil_a_hundred_times_too_low_is_set_aside_once_it_has_come_back():
    raw = make_bars(OIL, [63, 64, 0.64, 63.2, 64.1])
    check_only_set_aside(vouch(raw), raw, [2])


@pytest.mark.parametrize("second", [True, False])
def test_the_crash_of_march_2020_is_kept(second):
    crash = make_bars(BITCOIN, [7_911.43, 4_970.79, 5_563.71])
    assert vouch(crash, crash if second else None) is crash


def test_the_vix_of_february_2018_is_kept():
    spike = make_bars(VIX, [17.31, 37.32, 29.98])
    assert vouch(spike) is spike


def test_three_equal_closes_are_noted_and_five_are_out_of_date():
    assert vouch(make_bars(NASDAQ, [1.9, 2.0, 2.0])).provenance.notes == ()
    three = vouch(make_bars(NASDAQ, [1.9, 2.0, 2.0, 2.0]))
    assert three.provenance.notes == ("the last 3 closes of test are equal",)
    assert three.state is State.FINAL
    assert vouch(make_bars(NASDAQ, [1.9, *[2.0] * 5])).state is State.STALE


def test_a_rate_may_stand_still():
    assert vouch(make_bars(YIELD, [4.33] * 30)).state is State.FINAL


@given(st.lists(st.floats(1, 1e6), min_size=3, max_size=40))
def test_vouching_never_adds_changes_or_empties(closes):
    bars = make_bars(BITCOIN, closes)
    left = vouch(bars)
    assert left.close.notna().iloc[[0, -1]].all()
    aside = {each.at for each in left.provenance.set_aside}
    within = [place for place, stamp in enumerate(left.frame.index) if stamp in aside]
    check_only_set_aside(left, replace(bars, frame=bars.frame.loc[left.frame.index]), within)
    assert set(bars.frame.index) - set(left.frame.index) <= aside


def test_a_fed_funds_future_may_stand_still_for_weeks():
    still = make_bars(contract((2026, 12)), [96.37] * 30)
    assert vouch(still).state is State.FINAL


def test_what_is_left_is_out_of_date_where_the_newest_close_is_set_aside():
    bars = vouch(make_bars(BITCOIN, [70_000, 70_500, 7_050_000], source="kraken"))
    assert (bars.last, bars.state) == (70_500, State.STALE)
    assert bars.provenance.stale_because == (
        "what Kraken says of 6 Feb 2026 is set aside, as 7,050,000 is 100 times its neighbours"
    )
    assert vouch(make_bars(BITCOIN, [70_000, 7_050_000, 70_500])).state is State.FINAL


def test_a_running_price_that_is_set_aside_leaves_the_last_close_as_it_is():
    bars = vouch(make_bars(BITCOIN, [70_000, 70_500], in_progress=7_050_000))
    assert (bars.last, bars.state, bars.in_progress) == (70_500, State.FINAL, None)


def test_a_close_a_hundred_times_too_high_under_a_right_running_price_is_set_aside():
    raw = make_bars(NASDAQ, [*[23_000.0] * 30, 2_310_000.0], in_progress=23_100.0)
    bars = vouch(raw)
    check_only_set_aside(bars, raw, [30])
