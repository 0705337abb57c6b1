"""Level rules: each confirmed event told once, none of the past, and a gap as one summary."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from analytics.zones import follow
from market.rules import Health, LevelRule
from market.zone_events import Happening, Stand
from market.zones import Zone
from tests.analytics.recorded import recording
from tests.analytics.test_zones import ZONE, btc
from watch.levels import LevelMemory, level_step
from watch.machine import Notice, Sample, Topic

RULE = LevelRule("z", ZONE, cool_down=timedelta(days=10))
DAY = timedelta(days=1)


def run(closes: list[float], rule: LevelRule = RULE, *, every: int = 1, from_day: int = 20) -> list[Notice]:
    """What is told when a look follows every ``every`` closes."""
    memory, told = LevelMemory(), []
    for seen in range(from_day, len(closes) + 1, every):
        history = follow(btc(closes[:seen], spread=300), rule.zone)
        now = history.as_of + timedelta(minutes=1)
        # Days stand for minutes here: the gap between two looks is not what is tested.
        common = replace(memory.common, seen=now)
        sample = Sample(Health.FRESH, history.price, history.as_of, "A")
        memory, notices = level_step(rule, replace(memory, common=common), sample, history, now)
        told += notices
    return told


QUIET = [76_000.0, 76_500.0] * 10
DOWN, UP = [62_000.0] * 2, [76_000.0] * 2


def test_each_event_is_told_once() -> None:
    told = run([*QUIET, *DOWN, *UP])
    assert [notice.detail for notice in told] == ["Lost, from above.", "Reclaimed, from below."]
    assert told[0].episode == "z/lost/level/20260123T000000.000000"


def test_nothing_of_the_past_is_told() -> None:
    assert run([*QUIET, *DOWN, *UP], from_day=22) == run([*QUIET, *DOWN, *UP])[1:]


def test_the_same_list_whether_looked_at_often_or_seldom() -> None:
    closes = [*QUIET, *DOWN, *UP, *DOWN, *UP]
    often, seldom = run(closes), run(closes, every=4)
    assert [notice.episode for notice in often] == [notice.episode for notice in seldom]


def test_an_event_the_rule_does_not_wait_for_is_not_told() -> None:
    entered = replace(RULE, kinds=frozenset({Happening.ENTERED}))
    assert run([*QUIET, *DOWN, *UP], entered) == []


def test_the_opposite_event_ends_a_cool_down() -> None:
    assert [notice.quiet for notice in run([*QUIET, *DOWN, *UP, *DOWN])] == [False] * 3


def test_the_same_event_again_is_held_back_until_price_was_away() -> None:
    wick = replace(RULE, kinds=frozenset({Happening.WICK}), most_a_day=100)
    zone = Zone("BTC", 74_000, 74_100)
    bars = btc([76_000.0, 76_050.0] * 12, spread=300)
    bars.frame.iloc[20:, 2] = 72_000.0
    memory, told = LevelMemory(), []
    for seen in range(20, 24):
        history = follow(replace(bars, frame=bars.frame.iloc[:seen]), zone)
        now = history.as_of
        memory = replace(memory, common=replace(memory.common, seen=now))
        sample = Sample(Health.FRESH, history.price, history.as_of)
        memory, notices = level_step(replace(wick, zone=zone), memory, sample, history, now)
        told += notices
    assert [notice.quiet for notice in told] == [False, True, True]


def test_a_daily_limit_holds_back_the_rest() -> None:
    few = replace(RULE, most_a_day=0)
    assert [notice.quiet for notice in run([*QUIET, *DOWN], few)] == [True]


def test_a_gap_is_told_as_one_summary() -> None:
    closes = [*QUIET, *DOWN]
    before = follow(btc(QUIET, spread=300), ZONE)
    first = level_step(RULE, LevelMemory(), Sample(Health.FRESH, 1.0, before.as_of), before, before.as_of)[0]
    after = follow(btc(closes, spread=300), ZONE)
    memory, told = level_step(RULE, first, Sample(Health.FRESH, 1.0, after.as_of), after, after.as_of)
    assert [notice.topic for notice in told] == [Topic.MOVED_IN_GAP]
    assert told[0].detail.startswith("Moved from above to below while data was missing between 21 Jan 00:00")
    assert memory.stand is Stand.BELOW
    assert level_step(RULE, memory, Sample(Health.FRESH, 1.0), after, after.as_of)[1] == ()


def test_a_gap_in_which_nothing_moved_is_not_told() -> None:
    bars = btc([*QUIET, 76_000.0], spread=300)
    before = follow(btc(QUIET, spread=300), ZONE)
    first = level_step(RULE, LevelMemory(), Sample(Health.FRESH, 1.0, before.as_of), before, before.as_of)[0]
    bars.frame.iloc[-1, 2] = 62_000.0
    after = follow(bars, ZONE)
    assert [event.kind for event in after.events] == [Happening.WICK]
    sample = Sample(Health.FRESH, 1.0, after.as_of)
    assert level_step(RULE, first, sample, after, after.as_of)[1] == ()
    wicks = replace(RULE, kinds=frozenset({Happening.WICK}))
    assert [each.topic for each in level_step(wicks, first, sample, after, after.as_of)[1]] == [
        Topic.MOVED_IN_GAP
    ]


def test_data_that_cannot_be_believed_changes_nothing() -> None:
    history = follow(btc([*QUIET, *DOWN], spread=300), ZONE)
    memory = LevelMemory(handled=datetime(2026, 1, 20, tzinfo=UTC), stand=Stand.ABOVE)
    for health in (Health.STALE, Health.DISPUTED):
        after, told = level_step(RULE, memory, Sample(health), history, history.as_of)
        assert (after.handled, after.stand, told) == (memory.handled, memory.stand, ())


def test_the_recorded_zone_is_told_as_the_page_tells_it() -> None:
    whole = follow(recording()["BTC"], ZONE)
    kinds = frozenset(kind for kind in Happening if kind is not Happening.TOUCHED)
    rule = replace(RULE, kinds=kinds, most_a_day=10**6)
    bars = recording()["BTC"]
    memory, told = LevelMemory(), []
    for stamp in bars.frame.index[16:]:
        known = bars.until(stamp.to_pydatetime())
        assert known is not None
        history = follow(known, ZONE)
        memory = replace(memory, common=replace(memory.common, seen=history.as_of))
        sample = Sample(Health.FRESH, history.price, history.as_of)
        memory, notices = level_step(rule, memory, sample, history, history.as_of)
        told += notices
    assert [(notice.as_of, notice.value) for notice in told] == [
        (event.time, event.price) for event in whole.events
    ]
