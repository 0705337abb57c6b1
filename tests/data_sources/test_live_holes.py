"""Rows that a live provider drops or gets wrong: filled by who knows, or missing with the reason."""

from datetime import UTC, date, datetime
from math import nan
from pathlib import Path

import pytest

from analytics.readings import read
from data_sources.chain import Chain
from data_sources.settings import Mode
from market import catalogue
from market.bars import Bars, State
from market.instruments import Interval
from tests.api.service import asking
from tests.fakes.clock import Clock
from tests.fakes.telling import Telling, Town
from tests.fakes.world import World

NOVEMBER = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)  # a Monday, New York is open
WEDNESDAY, FRIDAY = date(2026, 11, 25), date(2026, 11, 27)
KNOWN = catalogue.load()
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


def told(world: World, key: str = "IXIC", *sources: str) -> Bars:
    """The bars of ``key`` as the chain of these providers makes them."""
    providers = {name: Telling(world, name) for name in sources or ("yahoo", "fred")}
    return Chain(providers, world.clock).bars(KNOWN[key], Interval.DAY)


@pytest.fixture
def world() -> World:
    return World(lambda: NOVEMBER)


def test_a_close_that_yahoo_lacks_is_taken_from_fred_and_named(world: World) -> None:
    whole = told(world)
    world.override("yahoo", "IXIC", WEDNESDAY, nan)
    bars = told(world)
    assert bars.holes == ()
    assert bars.close.equals(whole.close)
    [filled] = bars.provenance.filled
    assert (filled.at, filled.source) == (datetime(2026, 11, 25, 21, tzinfo=UTC), "fred")
    week = read(bars)["change_1w_pct"]
    assert week.flags == ("filled",)
    assert dict(week.inputs)["close taken"] == "25 Nov 2026 from FRED"


def test_without_a_second_source_the_close_is_missing_and_no_day_is_measured_over_it(world: World) -> None:
    world.override("yahoo", "IXIC", FRIDAY, nan)
    bars = told(world, "IXIC", "yahoo")
    assert [str(hole.day) for hole in bars.holes] == ["2026-11-27"]
    now = read(bars)["change_1d_pct"]
    assert (now.value, now.why) == (None, "There is no close of 27 Nov 2026.")
    assert bars.state is State.PROVISIONAL


@pytest.mark.parametrize("wrong", [0.0, -6_882.72, 100 * 7_000.0])
def test_a_close_that_cannot_be_is_set_aside_said_and_filled(world: World, wrong: float) -> None:
    whole = told(world, "GSPC")
    world.override("yahoo", "GSPC", WEDNESDAY, wrong)
    alone, both = told(world, "GSPC", "yahoo"), told(world, "GSPC")
    [hole] = alone.holes
    assert str(hole.day) == "2026-11-25"
    assert "has no close of that day" not in hole.why
    assert both.close.equals(whole.close)
    assert [each.source for each in both.provenance.filled] == ["fred"]


def test_the_move_so_far_is_measured_from_the_last_believed_close(world: World) -> None:
    whole = told(world, "GSPC")
    day = float(whole.close.iloc[-2])
    world.override("yahoo", "GSPC", FRIDAY, day * 100)
    alone, both = told(world, "GSPC", "yahoo"), told(world, "GSPC")
    assert read(alone)["change_1d_pct"].value is None
    assert alone.last == whole.last
    assert read(alone)["drawdown_pct"].value == read(whole)["drawdown_pct"].value
    filled = read(both)["change_1d_pct"]
    assert filled.value == read(whole)["change_1d_pct"].value
    assert "filled" in filled.flags


def test_a_wrong_close_of_the_second_source_fills_nothing(world: World) -> None:
    day = float(told(world, "GSPC").close.iloc[-3])
    world.override("yahoo", "GSPC", WEDNESDAY, nan)
    world.override("fred", "GSPC", WEDNESDAY, day * 100)
    assert [str(hole.day) for hole in told(world, "GSPC").holes] == ["2026-11-25"]


def test_page_and_json_say_where_a_filled_close_came_from(tmp_path: Path) -> None:
    town = Town(tmp_path, Mode.LIVE, Clock(NOVEMBER))
    town.world.override("yahoo", "IXIC", WEDNESDAY, nan)
    town.settle()
    body = asking(town).get("/api/v1/bars/IXIC?start=2026-11-20").json()
    assert body["holes"] == []
    assert body["provenance"]["filled"] == [{"time": "2026-11-25T21:00:00Z", "source": "fred"}]
