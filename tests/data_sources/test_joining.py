"""The longest history of one price, joined where two sources agree."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.facts import below_high
from analytics.readings import read
from data_sources.chain import Chain
from data_sources.errors import Unreachable
from data_sources.joining import IN_A_ROW, SEARCHED, lengthen
from data_sources.record import series
from data_sources.settings import Mode
from market.bars import Bars, State
from market.facts import words
from market.instruments import Interval
from tests.fakes.clock import Clock
from tests.fakes.prices import BITCOIN, NASDAQ, make_bars
from tests.fakes.scripted import Scripted
from tests.fakes.telling import Town
from tests.fakes.world import FIRST

SUNDAY = date(2026, 2, 8)
WALK = [float(price) for price in 70_000 * np.exp(np.random.default_rng(6).normal(0, 0.03, 900).cumsum())]
PLACES = {"kraken": "BTC/USD", "coinbase": "BTC/USD", "okx": "BTC/USDT", "yahoo": "BTC-USD"}


def told(source: str, closes: list[float] = WALK, *, windowed: bool = False) -> Bars:
    """Bitcoin by one of its sources, up to Sunday."""
    bars = make_bars(BITCOIN, closes, last=SUNDAY, source=source, symbol=PLACES[source])
    return replace(bars, provenance=replace(bars.provenance, windowed=windowed))


def off(closes: list[float], share: float, places: slice = slice(None)) -> list[float]:
    """The same closes, some of them told otherwise."""
    values = np.array(closes)
    values[places] *= 1 + share
    return list(values)


@given(
    known=st.integers(IN_A_ROW, 600),
    longer=st.integers(1, 300),
    differ=st.lists(st.floats(-0.004, 0.004), min_size=0, max_size=40),
)
def test_what_is_joined_is_one_source_up_to_the_seam_and_the_other_from_it_on(
    known: int, longer: int, differ: list[float]
) -> None:
    ours = told("kraken", WALK[-known:], windowed=True)
    theirs = WALK[-known - longer :]
    for place, share in enumerate(differ[:known]):
        theirs[longer + place] *= 1 + share
    joined = lengthen(ours, told("yahoo", theirs))
    older = joined.provenance.older
    assert older is not None
    seam = pd.Timestamp(older.before)
    assert joined.close.index.is_monotonic_increasing
    assert joined.close.index.is_unique
    assert joined.close[seam:].equals(ours.close[seam:])
    assert list(joined.close[: seam - timedelta(days=1)]) == theirs[: joined.close.index.get_loc(seam)]
    assert len(joined) == known + longer
    assert joined.frame["volume"][: seam - timedelta(days=1)].isna().all()
    assert abs(joined.close[seam] / told("yahoo", theirs).close[seam] - 1) <= 0.005
    assert older.provenance.source == "yahoo"
    assert not joined.provenance.windowed


@given(
    known=st.integers(2, 200), longer=st.integers(1, 300), share=st.sampled_from([-0.5, -0.01, 0.01, 1, 99])
)
def test_sources_that_do_not_agree_are_never_joined(known: int, longer: int, share: float) -> None:
    ours = told("kraken", WALK[-known:], windowed=True)
    assert lengthen(ours, told("yahoo", off(WALK[-known - longer :], share))) is ours


@given(wrong=st.integers(0, 4))
def test_a_few_days_on_which_they_differ_move_the_seam(wrong: int) -> None:
    ours = told("kraken", off(WALK[-100:], 0.02, slice(0, wrong)), windowed=True)
    joined = lengthen(ours, told("yahoo"))
    older = joined.provenance.older
    assert older is not None
    assert older.before == ours.close.index[wrong]
    assert list(joined.close) == WALK


def test_where_the_two_differ_on_many_of_the_first_days_there_is_no_seam() -> None:
    ours = told("kraken", off(WALK[-100:], 0.02, slice(0, SEARCHED // 2)), windowed=True)
    assert lengthen(ours, told("yahoo")) is ours


def test_a_recording_of_what_is_joined_names_the_source_of_each_row() -> None:
    joined = lengthen(told("kraken", WALK[-100:], windowed=True), told("yahoo"))
    rows = series(joined, CLOCK.now())
    assert list(rows["source"]) == ["Yahoo Finance"] * 800 + ["Kraken"] * 100


def test_nothing_is_joined_in_other_money_or_to_what_is_no_longer() -> None:
    ours = told("kraken", WALK[-100:], windowed=True)
    assert lengthen(ours, told("okx")) is ours
    assert lengthen(ours, told("yahoo", WALK[-100:])) is ours
    index = make_bars(NASDAQ, [1.0, 2.0, 3.0], source="yahoo", symbol="^IXIC")
    assert lengthen(index, make_bars(NASDAQ, [2.0, 3.0], source="fred", symbol="NASDAQCOM")) is index


def test_a_hole_stays_a_hole_and_makes_no_seam() -> None:
    older = told("yahoo")
    frame = older.frame.copy()
    frame = frame.drop(frame.index[[-100, -300]])
    ours = told("kraken", WALK[-100:], windowed=True)
    joined = lengthen(ours, replace(older, frame=frame))
    known = joined.close.dropna()
    assert joined.provenance.older is not None
    assert joined.provenance.older.before == ours.close.index[1]
    assert list(known) == [*WALK[:600], *WALK[601:800], *WALK[801:]]


CLOCK = Clock(datetime(2026, 2, 9, 0, 30, tzinfo=UTC))
WINDOWS = {"kraken": 200, "coinbase": 400}


def chain(*failing: str, yahoo: list[float] = WALK) -> Chain:
    sources = {
        **{name: told(name, WALK[-days:], windowed=True) for name, days in WINDOWS.items()},
        "yahoo": told("yahoo", yahoo),
    }
    return Chain(
        {
            name: Scripted(Unreachable(BITCOIN, name) if name in failing else bars)
            for name, bars in sources.items()
        },
        CLOCK.now,
    )


@pytest.mark.parametrize("failing", [(), ("kraken",), ("kraken", "coinbase"), ("coinbase",)])
def test_the_distance_from_the_high_is_the_same_whoever_answers(failing: tuple[str, ...]) -> None:
    bars = chain(*failing).bars(BITCOIN, Interval.DAY)
    number = read(bars)["drawdown_pct"]
    assert number.value == 100 * (WALK[-1] / max(WALK) - 1)
    assert number.n == len(WALK)
    assert number.flags == ()


@pytest.mark.parametrize("failing", [(), ("kraken",), ("kraken", "coinbase")])
def test_a_replay_of_before_the_window_is_answered_by_who_knows_it(failing: tuple[str, ...]) -> None:
    then = datetime(2025, 1, 1, tzinfo=UTC)
    bars = chain(*failing).as_of(then).bars(BITCOIN, Interval.DAY)
    assert (bars.provenance.source, bars.state) == ("yahoo", State.FINAL)
    assert bars.provenance.older is None
    known = told("yahoo").close[:then]
    assert read(bars)["drawdown_pct"].value == 100 * (known.iloc[-1] / known.max() - 1)


def test_a_history_that_nobody_lengthens_says_since_when_its_high_is() -> None:
    bars = chain("yahoo", "kraken").bars(BITCOIN, Interval.DAY)
    assert len(bars) == WINDOWS["coinbase"]
    number = read(bars)["drawdown_pct"]
    assert number.flags == ("short",)
    assert dict(number.inputs)["history from"] == "5 Jan 2025"
    fact = below_high(read(bars), "Bitcoin")
    assert fact is not None
    assert " below its highest close since 5 Jan 2025" in words(fact.sentence)


def test_a_source_that_disagrees_does_not_lengthen() -> None:
    bars = chain("coinbase", yahoo=off(WALK, 0.02)).bars(BITCOIN, Interval.DAY)
    assert len(bars) == WINDOWS["kraken"]
    assert bars.provenance.windowed


def test_the_same_bars_come_again_while_nothing_has_changed() -> None:
    asked = chain()
    assert asked.bars(BITCOIN, Interval.DAY) is asked.bars(BITCOIN, Interval.DAY)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_a_process_asks_for_the_past_once_however_often_it_is_looked_at(tmp_path: Path) -> None:
    town = Town(tmp_path, Mode.LIVE, Clock())
    town.providers["coinbase"].days, town.providers["kraken"].days = 400, 200
    live = town.sources.live
    assert live is not None
    for _ in range(4):
        town.settle(1)
        town.clock.pass_by(600)
    asked = town.providers["yahoo"].keys.count(("BTC", Interval.DAY))
    bars = live.bars("BTC")
    assert bars.provenance.source == "coinbase"
    assert bars.provenance.older is not None
    assert bars.since.date() == FIRST + timedelta(days=1)
    assert asked == 1
