"""The recorded hours of February 2026: the watcher run straight through tells what the page tells at any
moment.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics.biography import biography, what_would_change
from analytics.zones import ZoneHistory, follow_closest
from data_sources.asof import AsOf
from data_sources.recorded import Recorded, describe
from market import catalogue
from market.bars import Bars
from market.instruments import Interval
from market.rules import LevelRule
from market.zone_events import Happening, Stand
from market.zones import Zone
from tests.analytics.recorded import FOLDER
from watch.judge import Believed
from watch.levels import LevelMemory, level_step
from watch.looking import Looker

ZONE = Zone("BTC", 68_000, 70_000)
KINDS = frozenset(kind for kind in Happening if kind is not Happening.TOUCHED)
RULE = LevelRule("z", ZONE, KINDS, most_a_day=10**6, cool_down=timedelta(0))
BTC = catalogue.load()["BTC"]


class Known:
    """The recording as known at a moment."""

    def __init__(self, source: Recorded, moment: datetime) -> None:
        self._source = AsOf(source, moment)

    def bars(self, key: str, interval: Interval = Interval.DAY) -> Bars:
        """What was known of Bitcoin."""
        assert key == "BTC"
        return self._source.bars(BTC, interval)


@pytest.fixture(scope="module")
def source() -> Recorded:
    return Recorded(FOLDER, describe(FOLDER))


@pytest.fixture(scope="module")
def hours(source: Recorded) -> Bars:
    return source.bars(BTC, Interval.HOUR)


def followed(days: Bars, hours: Bars) -> ZoneHistory:
    [history] = follow_closest(days, hours, [ZONE])
    return history


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 2, day, hour, tzinfo=UTC)


def test_the_published_hours_move_the_zone_five_times(source: Recorded, hours: Bars) -> None:
    history = followed(source.bars(BTC, Interval.DAY), hours)
    moves = [event for event in history.events if event.kind.moves_state]
    by_hour = [event for event in moves if event.interval is Interval.HOUR]
    assert [(event.kind, event.time, event.price) for event in by_hour] == [
        (Happening.ENTERED, at(5, 14), 69_458),
        (Happening.LOST, at(5, 19), 66_249),
        (Happening.ENTERED, at(6, 16), 68_623),
        (Happening.REJECTED, at(11, 11), 66_504),
        (Happening.ENTERED, at(13, 17), 68_914),
    ]


def test_hour_by_hour_the_watcher_tells_each_event_once(source: Recorded, hours: Bars) -> None:
    whole = followed(source.bars(BTC, Interval.DAY), hours)
    memory, told = LevelMemory(), []
    believed: dict[str, Believed] = {}
    for stamp in hours.frame.index[1:]:
        moment = stamp.to_pydatetime()
        looker = Looker(Known(source, moment), moment, believed, replay=True)
        sample, history = looker.zone(RULE)
        # An hour lies between two looks here; that is no gap in the data.
        memory = replace(memory, common=replace(memory.common, seen=moment))
        memory, notices = level_step(RULE, memory, sample, history, moment)
        told += notices
        assert history is not None
        assert history.events == whole.upto(moment)
    in_hours = [event for event in whole.events if event.interval is Interval.HOUR]
    assert [(notice.as_of, notice.value) for notice in told] == [
        (event.time, event.price) for event in in_hours
    ]
    assert len({notice.episode for notice in told}) == len(told) == len(in_hours)


def test_the_opening_moment_has_a_life_and_a_sentence(source: Recorded) -> None:
    known = Known(source, datetime(2026, 2, 7, 15, 30, tzinfo=UTC))
    hourly, daily = known.bars("BTC", Interval.HOUR), known.bars("BTC")
    history = followed(daily, hourly)
    assert (history.stand, history.since) == (Stand.INSIDE, at(6, 16))
    told = biography(history, daily, hourly)
    assert (told.hours_inside, told.breaks) == (16, 1)
    assert told.volume_inside is not None
    assert what_would_change(history, BTC).startswith("Two hourly closes in a row below $66,832 would put")
