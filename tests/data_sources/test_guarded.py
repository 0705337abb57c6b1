from threading import Event
from time import sleep

import pytest

from data_sources.breaker import BreakerState, Limits
from data_sources.errors import NoData, RateLimited, Refused, SourceError, Unreachable
from data_sources.flights import take_off
from data_sources.guarded import Guarded
from data_sources.outages import printable
from market.instruments import Interval
from tests.fakes.clock import Clock
from tests.fakes.prices import BITCOIN, VIX, make_bars
from tests.fakes.scripted import Scripted

BARS = make_bars(BITCOIN, [1, 2, 3])
SILENT = Unreachable(BITCOIN, "kraken", "timeout")


def guarded(inner: Scripted, clock: Clock, **limits: float) -> Guarded:
    return Guarded(inner, "kraken", clock.now, clock.seconds, Limits(**limits))


def ask(source: Guarded, times: int = 1) -> list[SourceError]:
    errors = []
    for _ in range(times):
        try:
            source.bars(BITCOIN, Interval.DAY)
        except SourceError as error:
            errors.append(error)
    return errors


def test_hands_on_the_answer():
    assert guarded(Scripted(BARS), Clock()).bars(BITCOIN, Interval.DAY) is BARS


def test_a_hung_provider_costs_the_deadline_and_no_more():
    inner = Scripted(BARS, gate=Event())
    [error] = ask(guarded(inner, Clock(), deadline=0.05))
    assert isinstance(error, Unreachable)
    inner.gate.set()


def test_a_provider_that_hangs_never_holds_more_threads_than_places():
    inner = Scripted(BARS, gate=Event())
    source = guarded(inner, Clock(), deadline=0.02, places=3, failures_in_a_row=100)
    ask(source, times=20)
    assert inner.calls == 3
    assert source.health().hanging == 3
    inner.gate.set()


def test_places_come_free_when_hung_calls_end():
    inner = Scripted(BARS, gate=Event())
    source = guarded(inner, Clock(), deadline=2, places=1)
    first = take_off(lambda: source.bars(BITCOIN, Interval.DAY), "first")
    inner.entered.wait()
    second = take_off(lambda: source.bars(BITCOIN, Interval.DAY), "second")
    inner.gate.set()
    assert first.result(2) is second.result(2) is BARS
    assert source.health().busy == source.health().hanging == 0


def test_more_than_the_queue_holds_is_turned_away_at_once():
    inner = Scripted(BARS, gate=Event())
    source = guarded(inner, Clock(), deadline=2, places=1, queue=0)
    with pytest.raises(Unreachable):
        source.bars(BITCOIN, Interval.DAY)
    assert inner.calls == 0


def test_after_429_with_retry_after_120_no_request_leaves_for_120_seconds():
    clock = Clock()
    inner = Scripted(RateLimited(BITCOIN, "kraken", "429", retry_after=120), BARS)
    source = guarded(inner, clock, rate_limit_cool_down=5)
    ask(source)
    for _ in range(119):
        clock.pass_by(1)
        [error] = ask(source)
        assert isinstance(error, RateLimited)
    assert inner.calls == 1
    clock.pass_by(1)
    assert not ask(source)


def test_calls_that_wait_for_a_place_do_not_leave_once_the_provider_asked_us_to_slow_down():
    gate = Event()
    inner = Scripted(RateLimited(BITCOIN, "yahoo", "429", retry_after=120), gate=gate)
    source = guarded(inner, Clock(), places=2, rate_limit_cool_down=5)
    calls = [take_off(lambda: ask(source), f"visitor {number}") for number in range(20)]
    while source.health().busy < 2 or source._queued < 18:
        sleep(0.001)
    gate.set()
    errors = [error for call in calls for error in call.result(5)]
    assert inner.calls == 2
    assert {type(error) for error in errors} == {RateLimited}
    assert (source.health().next_try - source._clock()).total_seconds() == 120


def test_whoever_opens_the_breaker_is_told_when_to_come_back():
    for failure, wait in (
        (RateLimited(BITCOIN, "yahoo", "429", retry_after=120), 900),
        (RateLimited(BITCOIN, "yahoo", "429"), 900),
        (Refused(BITCOIN, "yahoo", "451"), 86_400),
    ):
        source = guarded(Scripted(failure), Clock(), rate_limit_cool_down=900)
        [error] = ask(source)
        assert (type(error), error.retry_after) == (type(failure), wait)
    source = guarded(Scripted(SILENT), Clock())
    assert [error.retry_after for error in ask(source, times=5)] == [None, None, None, None, 30]


def test_a_refusal_told_again_names_the_instrument_that_asked_and_when_to_come_back():
    clock = Clock()
    source = guarded(Scripted(Refused(BITCOIN, "kraken", "451")), clock)
    ask(source)
    with pytest.raises(Refused) as caught:
        source.bars(VIX, Interval.DAY)
    assert caught.value.instrument is VIX
    assert caught.value.retry_after == 24 * 3600


def test_a_black_hole_is_asked_once_a_cool_down():
    clock = Clock()
    inner = Scripted(SILENT)
    source = guarded(inner, clock, cool_down=30, longest_cool_down=30)
    ask(source, times=5)
    for _ in range(600):
        clock.pass_by(1)
        ask(source, times=3)
    assert inner.calls == 5 + 600 // 30


def test_the_request_budget_turns_calls_away_and_says_for_how_long():
    clock = Clock()
    source = guarded(Scripted(BARS), clock, requests_per_minute=6, cost=2)
    errors = ask(source, times=4)
    assert [type(error) for error in errors] == [RateLimited]
    assert errors[0].retry_after == 20


def test_a_failed_call_draws_what_the_client_library_really_sends():
    source = guarded(Scripted(SILENT), Clock(), requests_per_minute=20, cost=1, failure_cost=9)
    errors = ask(source, times=4)
    assert [type(error) for error in errors] == [Unreachable, Unreachable, Unreachable, RateLimited]


def test_a_bug_of_ours_stays_a_bug_and_counts_as_a_failure():
    source = guarded(Scripted(ZeroDivisionError("ours")), Clock())
    with pytest.raises(ZeroDivisionError):
        source.bars(BITCOIN, Interval.DAY)
    assert source.health().failures == 1


def test_health_tells_the_last_answer_the_last_failure_and_the_next_try():
    clock = Clock()
    source = guarded(Scripted(BARS, RateLimited(BITCOIN, "kraken", "429", retry_after=120)), clock)
    assert not source.health().was_asked
    ask(source)
    answered = clock.now()
    clock.pass_by(5)
    ask(source)
    health = source.health()
    assert health.last_success == answered
    assert health.last_error == "Kraken asked us to slow down"
    assert (health.next_try - clock.now()).total_seconds() == 120
    assert health.breaker is BreakerState.OPEN
    assert (health.requests, health.failures) == (2, 1)
    assert not health.is_up


def test_nothing_to_show_is_an_answer_of_a_provider_that_is_up():
    source = guarded(Scripted(BARS, NoData(BITCOIN, "kraken")), Clock())
    ask(source, times=10)
    assert source.health().is_up


def test_a_providers_words_stay_on_one_line():
    assert printable("a\r\nb\x1b[31mc" + "x" * 400) == "a  b [31mc" + "x" * 290


class Heavy(Scripted):
    """A source whose library takes longer to import than its provider may take to answer."""

    loads = 0

    def load(self) -> None:
        self.loads += 1
        sleep(0.3)


def test_what_must_be_loaded_first_does_not_count_as_the_providers_time():
    inner = Heavy(BARS)
    source = guarded(inner, Clock(), deadline=0.2)
    assert source.bars(BITCOIN, Interval.DAY) is BARS
    assert inner.loads == 1
