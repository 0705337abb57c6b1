"""The alert state machine, one story a test. Time runs in polls of ten seconds."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.rules import Condition, Direction, Health, Measure, MeasureRule
from watch.machine import Memory, Notice, Sample, Topic, step

START = datetime(2026, 2, 6, 12, tzinfo=UTC)
POLL = timedelta(seconds=10)
RULE = MeasureRule("r", Measure.PRICE, "BTC", Direction.ABOVE, 70_000, 69_650)
HELD = replace(RULE, hold=timedelta(minutes=5))

LOW, MIDDLE, HIGH = 69_000.0, 69_800.0, 70_500.0


class Run:
    """A machine fed one sample a poll, and what it told."""

    def __init__(self, rule: MeasureRule = RULE) -> None:
        self.rule, self.memory, self.now = rule, Memory(), START
        self.told: list[Notice] = []

    def feed(self, *values: float | Health, times: int = 1, settled: bool = True) -> "Run":
        for value in [*values] * times:
            fresh = not isinstance(value, Health)
            sample = Sample(Health.FRESH, value, self.now, "A") if fresh else Sample(value, why="gone")
            self.memory, notices = step(self.rule, self.memory, sample, self.now, settled=settled)
            self.told += notices
            self.now += POLL
        return self

    def wait(self, span: timedelta) -> "Run":
        self.now += span
        return self

    @property
    def topics(self) -> list[Topic]:
        return [notice.topic for notice in self.told]


def test_a_crossing_fires_once_and_recovers_once() -> None:
    run = Run().feed(LOW, HIGH, HIGH, HIGH, MIDDLE, HIGH, LOW, LOW, LOW)
    assert run.topics == [Topic.FIRED, Topic.RECOVERED]
    fired, recovered = run.told
    assert (fired.at, fired.value, fired.source) == (START + 2 * POLL, HIGH, "A")
    assert fired.episode == "r/fired/20260206T120010.000000"
    assert recovered.episode == "r/recovered/20260206T120010.000000"
    assert run.memory.condition is Condition.OK


def test_one_sample_beyond_is_not_enough() -> None:
    assert Run().feed(LOW, HIGH, LOW, HIGH, LOW).told == []


def test_the_band_between_fire_and_clear_holds_the_alert() -> None:
    run = Run().feed(LOW, HIGH, HIGH, *[MIDDLE] * 5)
    assert run.memory.condition is Condition.FIRING


def test_a_crossing_rule_does_not_fire_on_what_it_finds() -> None:
    assert Run().feed(*[HIGH] * 5).told == []
    assert Run().feed(*[HIGH] * 5, LOW, HIGH, HIGH).topics == [Topic.FIRED]


def test_a_level_rule_fires_on_what_it_finds() -> None:
    assert Run(replace(RULE, crossing=False)).feed(HIGH, HIGH).topics == [Topic.FIRED]


def test_a_hold_is_counted_in_time_and_starts_again_when_left() -> None:
    run = Run(HELD).feed(LOW, *[HIGH] * 29, LOW, *[HIGH] * 30)
    assert run.told == []
    run.feed(HIGH)
    assert run.topics == [Topic.FIRED]


def test_a_pending_hold_survives_a_restart_but_waits_until_settled() -> None:
    run = Run(HELD).feed(LOW, *[HIGH] * 10)
    run.wait(timedelta(minutes=5))
    run.feed(HIGH, settled=False)
    assert run.told == []
    run.feed(HIGH)
    assert run.topics == [Topic.FIRED]
    assert run.told[0].episode == "r/fired/20260206T120010.000000"


def test_numbers_that_cannot_be_believed_change_no_condition() -> None:
    for health in Health:
        if health is Health.FRESH:
            continue
        run = Run().feed(LOW, HIGH, HIGH).feed(health, times=5)
        assert run.memory.condition is Condition.FIRING
        assert run.memory.health is health
        assert run.topics == [Topic.FIRED]


def test_lost_data_is_told_once_after_a_quarter_of_an_hour_and_so_is_its_return() -> None:
    run = Run().feed(LOW).feed(Health.STALE, times=200).feed(Health.ERROR, times=200).feed(LOW, LOW)
    assert run.topics == [Topic.DATA_LOST, Topic.DATA_BACK]
    lost = run.told[0]
    assert lost.at - START == POLL + timedelta(minutes=15)
    assert lost.episode == "BTC/data_lost/20260206T120010.000000"
    assert lost.detail == "gone"


def test_the_return_of_data_does_not_tell_a_known_alert_again() -> None:
    run = Run().feed(LOW, HIGH, HIGH).feed(Health.NO_DATA, times=200).feed(HIGH, times=5)
    assert run.topics == [Topic.FIRED, Topic.DATA_LOST, Topic.DATA_BACK]


def test_a_crossing_during_a_gap_fires_once_and_says_so() -> None:
    run = Run().feed(LOW).feed(Health.ERROR, times=120).feed(HIGH, HIGH, HIGH)
    assert run.topics == [Topic.DATA_LOST, Topic.DATA_BACK, Topic.FIRED]
    assert run.told[-1].detail == ("Crossed while data was missing between 6 Feb 12:00 and 6 Feb 12:20 UTC.")


def test_a_hold_starts_again_after_a_gap_in_which_nobody_looked() -> None:
    run = Run(HELD).feed(LOW, *[HIGH] * 10).wait(timedelta(minutes=20)).feed(HIGH, HIGH)
    assert run.told == []
    assert run.memory.condition is Condition.PENDING


def test_a_recovery_is_kept_for_its_time() -> None:
    run = Run(replace(RULE, keep_for=timedelta(minutes=1))).feed(LOW, HIGH, HIGH, LOW, LOW)
    assert run.memory.condition is Condition.RECOVERING
    run.feed(HIGH)
    assert run.memory.condition is Condition.FIRING
    assert run.memory.since == START + 2 * POLL
    assert run.topics == [Topic.FIRED]


def test_a_cool_down_keeps_the_log_and_spares_the_reader() -> None:
    run = Run().feed(LOW, HIGH, HIGH, LOW, LOW, HIGH, HIGH, LOW, LOW)
    assert [(notice.topic, notice.quiet) for notice in run.told] == [
        (Topic.FIRED, False),
        (Topic.RECOVERED, False),
        (Topic.FIRED, True),
        (Topic.RECOVERED, True),
    ]
    run.wait(timedelta(hours=4)).feed(LOW, HIGH, HIGH)
    assert not run.told[-1].quiet


@pytest.mark.parametrize("jump", [timedelta(hours=-24), timedelta(days=-3650)])
def test_a_clock_that_goes_back_delays_no_alert_for_ever(jump: timedelta) -> None:
    run = Run(HELD).feed(LOW, *[HIGH] * 10).wait(jump).feed(*[HIGH] * 32)
    assert run.topics == [Topic.FIRED]


def test_a_rule_downwards_is_the_mirror() -> None:
    below = MeasureRule("r", Measure.PRICE, "BTC", Direction.BELOW, 68_000, 68_400)
    run = Run(below).feed(69_000.0, 68_000.0, 67_900.0, 68_400.0, 68_300.0, 68_500.0, 68_500.0)
    assert run.topics == [Topic.FIRED, Topic.RECOVERED]


VALUES = st.one_of(
    st.sampled_from([LOW, MIDDLE, HIGH, 69_650.0, 70_000.0]), st.sampled_from(list(Health)[1:])
)


@given(st.lists(VALUES, max_size=80))
def test_alerts_and_all_clears_alternate_and_no_episode_repeats(values: list[float | Health]) -> None:
    run = Run().feed(*values)
    conditions = [topic for topic in run.topics if topic in (Topic.FIRED, Topic.RECOVERED)]
    assert conditions == [Topic.FIRED, Topic.RECOVERED] * (len(conditions) // 2) + [Topic.FIRED] * (
        len(conditions) % 2
    )
    episodes = [notice.episode for notice in run.told]
    assert len(episodes) == len(set(episodes))


@given(st.lists(VALUES, max_size=60), st.lists(st.booleans(), max_size=60))
def test_bad_samples_mixed_in_fire_nothing_the_good_ones_would_not(
    values: list[float | Health], spoiled: list[bool]
) -> None:
    good = [value for value in values if not isinstance(value, Health)]
    mixed: list[float | Health] = []
    for place, value in enumerate(good):
        if place < len(spoiled) and spoiled[place]:
            mixed.append(Health.DISPUTED)
        mixed.append(value)
    assert [each.value for each in Run().feed(*mixed).told] == [each.value for each in Run().feed(*good).told]
