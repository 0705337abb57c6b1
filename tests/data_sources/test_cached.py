import gc
import logging
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from threading import Barrier, Event, Thread

import pandas as pd
import pytest

from data_sources.cached import Cached, Entry, Flight
from data_sources.errors import (
    NoData,
    Pending,
    RateLimited,
    Refused,
    SourceError,
    UnknownSymbol,
    Unreachable,
)
from data_sources.flights import take_off
from data_sources.freshness import Freshness
from data_sources.guarded import Guarded
from market.bars import Bars, State
from market.instruments import Interval
from tests.fakes.clock import START, Clock
from tests.fakes.prices import BITCOIN, VIX, make_bars
from tests.fakes.scripted import Scripted

OLD, NEW = make_bars(BITCOIN, [1, 2, 3]), make_bars(BITCOIN, [1, 2, 4])
SILENT = Unreachable(BITCOIN, "kraken", "timeout")


class Stage:
    """A cache in front of a scripted source, with its clock, and a way to let background questions land."""

    def __init__(self, *answers, patience: float = 2.0, last_known=None, gate: Event | None = None) -> None:
        self.clock = Clock()
        self.inner = Scripted(*answers, gate=gate)
        memory = {} if last_known is None else {"last_known": last_known}
        self.cached = Cached(
            self.inner,
            "kraken",
            self.clock.now,
            self.clock.seconds,
            Freshness(patience=patience),
            **memory,
        )

    def ask(self, instrument=BITCOIN):
        return self.cached.bars(instrument, Interval.DAY)

    def land(self) -> None:
        """Wait for what is under way."""
        for flight in list(self.cached._flights.values()):
            flight.answer.result(2)


def crowd(number: int, ask) -> list[object]:
    """What ``number`` threads got that asked at the same moment."""
    start, answers = Barrier(number), []

    def visitor() -> None:
        start.wait()
        try:
            answers.append(ask())
        except SourceError as error:
            answers.append(error)

    threads = [Thread(target=visitor) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return answers


def test_a_hit_is_the_same_object():
    stage = Stage(OLD)
    assert stage.ask() is stage.ask() is OLD
    assert stage.inner.calls == 1


def test_sixty_threads_and_one_cold_key_make_one_call():
    gate = Event()
    stage = Stage(OLD, gate=gate)
    opener = take_off(lambda: stage.inner.entered.wait(5) and gate.set(), "opener")
    answers = crowd(60, stage.ask)
    opener.result(5)
    assert answers == [OLD] * 60
    assert stage.inner.calls == 1


def test_twenty_sessions_at_a_failing_provider_make_one_call_a_cool_down():
    gate = Event()
    stage = Stage(SILENT, gate=gate)
    take_off(lambda: stage.inner.entered.wait(5) and gate.set(), "opener")
    answers = crowd(20, stage.ask)
    assert [type(answer) for answer in answers] == [Unreachable] * 20
    assert stage.inner.calls == 1
    stage.clock.pass_by(29)
    assert len(crowd(20, stage.ask)) == 20
    assert stage.inner.calls == 1
    stage.clock.pass_by(5)
    crowd(20, stage.ask)
    assert stage.inner.calls == 2


def test_each_visitor_gets_an_error_of_their_own():
    stage = Stage(SILENT)
    first, second = crowd(2, stage.ask)
    assert first is not second
    assert first.words == second.words == "timeout"


def test_an_old_answer_comes_at_once_while_the_new_one_is_fetched():
    gate = Event()
    gate.set()
    new = make_bars(BITCOIN, [1, 2, 4], fetched_at=START + timedelta(seconds=1000))
    stage = Stage(OLD, new, gate=gate)
    stage.ask()
    stage.clock.pass_by(1000)
    gate.clear()
    assert stage.ask() is OLD
    gate.set()
    stage.land()
    assert stage.ask() is new
    assert stage.inner.calls == 2


def test_an_old_answer_stands_in_on_failure_and_says_why():
    stage = Stage(OLD, SILENT)
    stage.ask()
    stage.clock.pass_by(1000)
    stage.ask()
    stage.land()
    bars = stage.ask()
    assert bars.state is State.STALE
    assert bars.provenance.stale_because == "Kraken did not answer"
    assert bars.close.equals(OLD.close)


@pytest.mark.parametrize("error", [NoData(BITCOIN, "kraken"), RateLimited(BITCOIN, "kraken")])
def test_an_empty_answer_does_not_wipe_out_a_good_one(error):
    stage = Stage(OLD, error)
    stage.ask()
    stage.clock.pass_by(1000)
    stage.ask()
    stage.land()
    assert stage.ask().provenance.stale_because == error.reason


@pytest.mark.parametrize("error", [Refused(BITCOIN, "kraken"), UnknownSymbol(BITCOIN, "kraken")])
def test_what_will_not_pass_is_not_papered_over(error):
    stage = Stage(OLD, error)
    stage.ask()
    stage.clock.pass_by(1000)
    stage.ask()
    stage.land()
    with pytest.raises(type(error)):
        stage.ask()


def test_recovery_clears_the_label_after_one_cool_down():
    stage = Stage(OLD, SILENT, NEW)
    stage.ask()
    stage.clock.pass_by(1000)
    stage.ask()
    stage.land()
    assert stage.ask().provenance.stale_because
    stage.clock.pass_by(34)
    stage.ask()
    stage.land()
    assert stage.ask() is NEW


def test_an_old_answer_is_not_shown_for_ever():
    stage = Stage(OLD, SILENT)
    stage.ask()
    for _ in range(32):
        stage.clock.pass_by(86400)
        try:
            stage.ask()
            stage.land()
        except SourceError:
            break
    with pytest.raises(Unreachable):
        stage.ask()


def test_nobody_waits_longer_than_the_patience_for_a_hung_provider():
    gate = Event()
    stage = Stage(OLD, gate=gate, patience=0.05)
    answers = crowd(5, stage.ask)
    assert [type(answer) for answer in answers] == [Pending] * 5
    assert stage.inner.calls == 1
    gate.set()
    stage.land()
    assert stage.ask() is OLD


def test_a_second_visitor_waits_no_longer_than_the_first_ones_question_is_old():
    gate = Event()
    stage = Stage(OLD, gate=gate, patience=3)
    assert stage.cached.ready(BITCOIN, Interval.DAY) is None
    stage.clock.pass_by(3)
    with pytest.raises(Pending):
        stage.ask()
    gate.set()


def test_ready_never_waits_and_never_raises():
    stage = Stage(SILENT)
    assert stage.cached.ready(BITCOIN, Interval.DAY) is None
    stage.land()
    assert stage.cached.ready(BITCOIN, Interval.DAY) is None
    assert stage.inner.calls == 1


def test_what_would_change_a_page_is_counted_and_what_says_the_same_is_not():
    said = [OLD, OLD, NEW, SILENT, SILENT, RateLimited(BITCOIN, "kraken"), NEW, NEW]
    stage = Stage(*said)
    counts = []
    for _ in said:
        stage.ask()
        stage.land()
        counts.append(stage.cached.changes)
        stage.clock.pass_by(1000)
    assert counts == [1, 1, 2, 3, 3, 4, 5, 5]


def test_what_is_on_its_way_is_known():
    gate = Event()
    stage = Stage(OLD, gate=gate)
    stage.cached.ready(BITCOIN, Interval.DAY)
    stage.clock.pass_by(2)
    assert stage.cached.on_their_way() == (("BTC", Interval.DAY, 2.0),)
    gate.set()
    stage.land()
    assert stage.cached.on_their_way() == ()


def test_a_restart_paints_at_once_from_the_disk_and_asks_behind():
    gate = Event()
    kept = make_bars(BITCOIN, [1, 2], fetched_at=Clock().now().replace(hour=3))
    stage = Stage(NEW, gate=gate, patience=0, last_known=lambda *_: kept)
    bars = stage.ask()
    assert bars.close.equals(kept.close)
    assert bars.provenance.stale_because == "Kraken has not answered yet"
    gate.set()
    stage.land()
    assert stage.ask() is NEW


def test_a_restart_within_the_freshness_asks_nothing():
    kept = make_bars(BITCOIN, [1, 2], fetched_at=Clock().now().replace(minute=25))
    stage = Stage(NEW, last_known=lambda *_: kept)
    assert stage.ask() is kept
    assert stage.inner.calls == 0


def test_bars_kept_in_the_future_are_not_believed():
    kept = make_bars(BITCOIN, [1, 2], fetched_at=Clock().now().replace(year=2036))
    stage = Stage(NEW, last_known=lambda *_: kept)
    assert stage.ask() is NEW


def test_a_clock_set_back_or_forward_expires_nothing_and_asks_nothing():
    stage = Stage(OLD, NEW)
    stage.ask()
    for hours in (-24, 2, 24 * 3650):
        stage.clock.set_wall(stage.clock.now().replace(year=2026 if hours < 9999 else 2036))
        assert stage.ask() is OLD
    assert stage.inner.calls == 1


def test_a_bug_of_ours_is_raised_and_not_asked_for_again_and_again(caplog):
    stage = Stage(ZeroDivisionError("ours"))
    for _ in range(5):
        with pytest.raises(ZeroDivisionError):
            stage.ask()
    assert stage.inner.calls == 1
    assert "asking kraken for BTC" in caplog.text


def test_keys_do_not_share_answers():
    stage = Stage(OLD)
    stage.ask()
    stage.ask(VIX)
    assert stage.inner.keys == ["BTC", "VIX"]


@pytest.mark.parametrize("fault", [SILENT, NoData(BITCOIN, "x"), RateLimited(BITCOIN, "x", retry_after=120)])
@pytest.mark.parametrize("answered_before", [True, False])
def test_no_fault_raises_the_calls_of_a_page_above_the_healthy_rate(fault, answered_before):
    """A page of twenty prices, seen every twenty seconds for two hours."""
    keys = [replace(BITCOIN, key=f"COIN{number}") for number in range(20)]

    def calls(*answers) -> int:
        stage = Stage(*answers)
        guard = Guarded(stage.inner, "kraken", stage.clock.now, stage.clock.seconds)
        stage.cached._inner = guard
        for _ in range(360):
            stage.clock.pass_by(20)
            for key in keys:
                stage.cached.ready(key, Interval.DAY)
            stage.land()
        return stage.inner.calls

    healthy = calls(lambda: OLD)
    failing = calls(*[OLD] * (20 if answered_before else 0), fault)
    assert failing <= healthy * 1.1


def test_a_day_of_refreshes_leaves_the_memory_flat(caplog):
    caplog.set_level(logging.CRITICAL)
    clock = Clock()
    keys = [replace(BITCOIN, key=f"COIN{number}") for number in range(10)]
    turns = cycle(range(7))

    def answer() -> Bars:
        turn = next(turns)
        if turn == 3:
            raise Unreachable(BITCOIN, "kraken", "timeout")
        return make_bars(BITCOIN, [1.0, 2.0, 3.0 + turn], fetched_at=clock.now())

    guard = Guarded(Scripted(answer), "kraken", clock.now, clock.seconds)
    cached = Cached(guard, "kraken", clock.now, clock.seconds)

    def alive(hours: int) -> int:
        """How many objects of ours (and frames) there are after so many more hours."""
        for _ in range(hours * 4):
            clock.pass_by(900)
            for key in keys:
                cached.ready(key, Interval.DAY)
            for flight in list(cached._flights.values()):
                flight.answer.result(5)
        gc.collect()
        kinds = (Bars, Entry, Flight, SourceError, pd.DataFrame)
        return sum(isinstance(each, kinds) for each in gc.get_objects())

    early, late = alive(6), alive(18)
    assert late <= early * 1.05
