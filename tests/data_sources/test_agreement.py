from dataclasses import replace
from datetime import date, timedelta

import pytest

from data_sources.agreement import compare, disagreeing, quote_of
from market.bars import State
from tests.fakes.prices import BITCOIN, FETCHED, NASDAQ, VIX, YIELD, make_bars


def pair(instrument, ours, theirs, **both):
    return compare(
        make_bars(instrument, ours, source="yahoo", **both),
        make_bars(instrument, theirs, source="fred", **both),
    )


def test_yahoos_vix_of_6_february_2026_comes_out_disputed():
    bars = pair(VIX, [18.64, 21.77, 20.37], [18.64, 21.77, 17.76])
    assert bars.state is State.DISPUTED
    assert bars.provenance.second.value == 17.76
    assert bars.provenance.second.source == "fred"
    assert bars.provenance.second.difference == pytest.approx(0.1369, abs=1e-4)
    assert bars.provenance.notes == ("6 Feb 2026: 20.37 here, 17.76 at FRED",)


def test_equal_closes_carry_the_second_opinion_and_no_dispute():
    bars = pair(NASDAQ, [100.0, 101.0], [100.0, 101.0])
    assert bars.state is State.FINAL
    assert bars.provenance.second.difference == 0


@pytest.mark.parametrize(
    ("instrument", "ours", "theirs", "state"),
    [
        (NASDAQ, 23_000.0, 23_060.0, State.FINAL),
        (NASDAQ, 23_000.0, 23_080.0, State.DISPUTED),
        (BITCOIN, 70_000.0, 70_340.0, State.FINAL),
        (BITCOIN, 70_000.0, 70_360.0, State.DISPUTED),
        (VIX, 12.00, 12.05, State.FINAL),
        (VIX, 12.00, 12.06, State.DISPUTED),
        (YIELD, 4.20, 4.30, State.FINAL),
        (YIELD, 4.20, 4.31, State.DISPUTED),
        (YIELD, 0.05, -0.04, State.FINAL),
    ],
)
def test_tolerances(instrument, ours, theirs, state):
    assert pair(instrument, [ours, ours], [theirs, theirs]).state is state


def test_a_source_a_day_late_is_compared_on_the_day_before_and_cannot_dispute_the_newest():
    bars = compare(
        make_bars(VIX, [17.0, 18.0, 20.37]),
        make_bars(VIX, [17.0, 30.0], last=date(2026, 2, 5), source="fred"),
    )
    assert bars.state is State.FINAL
    assert bars.provenance.notes == ("5 Feb 2026: 18 here, 30 at FRED",)


def test_old_differences_are_noted_newest_first_and_at_most_three():
    bars = pair(NASDAQ, [100.0, 1, 2, 3, 4, 100], [100.0, 9, 9, 9, 9, 100])
    assert [note.split(":")[0] for note in bars.provenance.notes] == [
        "5 Feb 2026",
        "4 Feb 2026",
        "3 Feb 2026",
    ]


def test_running_bars_far_apart_are_disputed():
    assert pair(BITCOIN, [70_000.0] * 2, [70_000.0] * 2, in_progress=71_000.0).state is State.PROVISIONAL
    ours = make_bars(BITCOIN, [70_000.0] * 2, in_progress=71_312.0)
    theirs = make_bars(BITCOIN, [70_000.0] * 2, in_progress=68_506.0)
    assert compare(ours, theirs).state is State.DISPUTED


def test_running_bars_of_different_minutes_are_not_compared():
    ours = make_bars(BITCOIN, [70_000.0] * 2, in_progress=71_312.0)
    later = FETCHED + timedelta(minutes=5)
    theirs = make_bars(BITCOIN, [70_000.0] * 2, in_progress=68_506.0, fetched_at=later)
    assert compare(ours, theirs).state is State.PROVISIONAL


def test_tether_is_not_compared_with_dollars():
    ours = make_bars(BITCOIN, [70_000.0] * 2, symbol="BTC/USD")
    theirs = make_bars(BITCOIN, [60_000.0] * 2, symbol="BTC/USDT")
    assert compare(ours, theirs) is ours


@pytest.mark.parametrize(
    ("symbol", "quote"),
    [("BTC/USDT", "USDT"), ("BTC-USD", ""), ("BTC/USD", ""), ("^VIX", ""), ("BTC/USDT:USDT", "USDT")],
)
def test_the_money_a_symbol_is_quoted_in(symbol, quote):
    assert quote_of(symbol) == quote


def test_sources_without_a_common_day_say_nothing():
    ours = make_bars(VIX, [1.0, 2.0])
    assert compare(ours, make_bars(VIX, [1.0, 2.0], last=date(2020, 1, 10))) is ours


def in_doubt(bars):
    return replace(bars, provenance=replace(bars.provenance, disputed=True))


def test_only_a_second_source_that_says_otherwise_of_the_newest_price_disagrees():
    disputed = pair(VIX, [18.64, 21.77, 20.37], [18.64, 21.77, 17.76])
    assert disagreeing(disputed) == disputed.provenance.second
    same = in_doubt(pair(VIX, [18.64, 21.77, 20.37], [18.64, 21.77, 20.37]))
    assert disagreeing(same) is None
    a_day_late = in_doubt(
        compare(make_bars(VIX, [17.0, 18.0, 20.37]), make_bars(VIX, [17.0, 30.0], last=date(2026, 2, 5)))
    )
    assert a_day_late.provenance.second is not None
    assert disagreeing(a_day_late) is None
    assert disagreeing(in_doubt(make_bars(VIX, [17.0, 18.0]))) is None


def test_running_prices_may_disagree():
    ours = make_bars(BITCOIN, [70_000.0] * 2, in_progress=71_312.0)
    apart = compare(ours, make_bars(BITCOIN, [70_000.0] * 2, in_progress=68_506.0))
    assert disagreeing(apart) == apart.provenance.second
