import json
import pickle
from dataclasses import replace
from threading import Barrier, Event, Thread

import pytest

from data_sources.cached import Cached
from data_sources.errors import NoData, RateLimited, Refused, SourceError, Unreachable
from data_sources.flights import take_off
from data_sources.freshness import Freshness
from data_sources.shared import PROBE, TURN, Shared
from market.bars import Bars
from market.instruments import Interval
from tests.fakes.clock import Clock
from tests.fakes.prices import BITCOIN, VIX, make_bars
from tests.fakes.scripted import Scripted

OLD, NEW = make_bars(BITCOIN, [1, 2, 3]), make_bars(BITCOIN, [1, 2, 4])
FRESH = Freshness(day=60.0)
FAILURES = [Unreachable(BITCOIN, "kraken", "timeout"), NoData(BITCOIN, "kraken", "empty")]
BARS = "bars/1/kraken/BTC/1d"


class Board:
    """A `Memory` in this process, with a stopwatch."""

    def __init__(self, clock: Clock) -> None:
        self.trouble = None
        self.lies: dict[str, tuple[bytes, float]] = {}
        self._clock = clock

    def get(self, name: str) -> bytes | None:
        content, ends = self.lies.get(name, (b"", 0.0))
        return content if self._clock.seconds() < ends else None

    def put(self, name: str, content: bytes, seconds: float) -> None:
        self.lies[name] = content, self._clock.seconds() + seconds

    def claim(self, name: str, seconds: float) -> bool:
        was_free = self.get(name) is None
        if was_free:
            self.put(name, b"", seconds)
        return was_free

    def drop(self, name: str) -> None:
        self.lies.pop(name, None)


class Deaf:
    """A `Memory` that cannot be reached."""

    trouble = "the memory that replicas share does not answer"

    def get(self, name: str) -> None:
        del name

    def put(self, name: str, content: bytes, seconds: float) -> None:
        del name, content, seconds

    def claim(self, name: str, seconds: float) -> bool:
        del name, seconds
        return True

    def drop(self, name: str) -> None:
        del name


class Fleet:
    """Replicas with one memory, each in front of a provider of its own that counts."""

    def __init__(self, *answers: object, replicas: int = 2) -> None:
        self.clock = Clock()
        self.board = Board(self.clock)
        self.inners = [Scripted(*answers) for _ in range(replicas)]
        self.replicas = [self.replica(inner) for inner in self.inners]

    def replica(self, inner: Scripted, memory=None, **more) -> Shared:
        return Shared(
            inner,
            "kraken",
            memory or self.board,
            self.clock.now,
            self.clock.seconds,
            FRESH,
            sleep=self.clock.pass_by,
            **more,
        )

    @property
    def calls(self) -> int:
        return sum(inner.calls for inner in self.inners)


def ask(source: Shared, instrument=BITCOIN) -> Bars | SourceError:
    try:
        return source.bars(instrument, Interval.DAY)
    except SourceError as error:
        return error


def test_what_one_replica_was_told_the_other_knows():
    fleet = Fleet(OLD)
    first, second = (ask(replica) for replica in fleet.replicas)
    assert fleet.calls == 1
    assert second.frame.equals(first.frame)
    assert second.provenance == first.provenance


def test_the_bar_in_progress_is_shared_with_its_move():
    running = make_bars(BITCOIN, [1, 2, 4], in_progress=5.0)
    fleet = Fleet(running)
    _, second = (ask(replica) for replica in fleet.replicas)
    assert second.in_progress == running.in_progress
    assert second.last == 5.0


def test_it_is_asked_again_when_the_answer_is_no_longer_fresh():
    fleet = Fleet(OLD)
    for _ in range(3):
        for replica in fleet.replicas:
            ask(replica)
        fleet.clock.pass_by(70)
    assert fleet.calls == 3


@pytest.mark.parametrize("failure", FAILURES, ids=lambda each: type(each).__name__)
def test_a_failure_counts_for_all(failure):
    fleet = Fleet(failure)
    first, second = (ask(replica) for replica in fleet.replicas)
    assert fleet.calls == 1
    assert type(second) is type(first) is type(failure)
    assert second.words == failure.words
    assert str(second) == str(failure)
    fleet.clock.pass_by(3700)
    ask(fleet.replicas[1])
    assert fleet.calls == 2


def test_a_refusal_of_one_place_is_not_the_refusal_of_another():
    fleet = Fleet(Refused(BITCOIN, "kraken", "451"))
    fleet.inners[1].answers = [OLD]
    first, second = (ask(replica) for replica in fleet.replicas)
    assert isinstance(first, Refused)
    assert second is OLD


def test_after_429_with_retry_after_120_no_replica_asks_for_anything_for_120_seconds():
    fleet = Fleet(RateLimited(BITCOIN, "kraken", "429", retry_after=120), replicas=3)
    ask(fleet.replicas[0])
    for _ in range(119):
        fleet.clock.pass_by(1)
        for replica in fleet.replicas:
            answer = ask(replica, VIX)
            assert isinstance(answer, RateLimited)
            assert answer.instrument is VIX
            assert 0 < answer.retry_after <= 132
    assert fleet.calls == 1


def test_a_provider_that_was_left_alone_is_tried_by_one_replica_and_then_asked_by_all():
    fleet = Fleet(RateLimited(BITCOIN, "kraken", "429", retry_after=120), replicas=3)
    ask(fleet.replicas[0])
    fleet.clock.pass_by(133)
    gate = Event()
    fleet.inners[0].answers, fleet.inners[0].gate = [OLD], gate
    prober = take_off(lambda: ask(fleet.replicas[0]), "prober")
    while fleet.inners[0].calls < 2:
        pass
    for other in fleet.replicas[1:]:
        assert ask(other, VIX).retry_after == PROBE
    assert fleet.calls == 2
    gate.set()
    assert prober.result(5) is OLD
    fleet.inners[1].answers = [make_bars(VIX, [1, 2, 3])]
    assert isinstance(ask(fleet.replicas[1], VIX), Bars)


def test_a_probe_that_fails_leaves_the_provider_alone_again():
    fleet = Fleet(RateLimited(BITCOIN, "kraken", "429", retry_after=120), replicas=2)
    for turn in (1, 2, 3):
        for replica in fleet.replicas:
            ask(replica)
        assert fleet.calls == turn
        fleet.clock.pass_by(133)


def test_a_replica_that_died_in_its_turn_keeps_the_others_waiting_no_longer_than_that():
    fleet = Fleet(OLD)
    assert fleet.board.claim(f"{BARS}/turn", TURN)
    began = fleet.clock.seconds()
    assert ask(fleet.replicas[0]) is OLD
    assert fleet.clock.seconds() - began <= TURN + 1


def test_a_bug_of_ours_is_raised_and_ends_the_turn():
    fleet = Fleet(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        ask(fleet.replicas[0])
    assert fleet.board.get(f"{BARS}/turn") is None


def test_a_memory_that_cannot_be_reached_costs_requests_and_nothing_else():
    fleet = Fleet(OLD)
    for inner in fleet.inners:
        assert ask(fleet.replica(inner, Deaf())) is OLD
    assert fleet.calls == 2


@pytest.mark.parametrize(
    "planted",
    [
        b"",
        b"nonsense",
        pickle.dumps({"kind": "Unreachable"}),
        json.dumps({"kind": "SystemExit", "words": "", "until": None}).encode(),
        json.dumps({"kind": "RateLimited", "words": "", "until": "soon"}).encode(),
        json.dumps({"kind": "RateLimited", "words": "", "until": 1e999}).encode(),
        json.dumps([1, 2]).encode(),
        b"[" * 100_000,
    ],
    ids=range(8),
)
@pytest.mark.parametrize("name", [BARS, f"{BARS}/answer", "alone/1/kraken"])
def test_what_others_write_there_is_not_believed(planted, name):
    fleet = Fleet(OLD)
    ask(fleet.replicas[0])
    fleet.board.put(name, planted, 1000)
    answer = ask(fleet.replicas[1])
    assert isinstance(answer, Bars)
    assert answer.frame.equals(OLD.frame)


def test_a_new_replica_knows_at_once_what_the_fleet_knew():
    fleet = Fleet(make_bars(BITCOIN, [1, 2, 4], in_progress=5.0))
    ask(fleet.replicas[0])
    stranger = fleet.replicas[1]
    assert stranger.last_known(BITCOIN, Interval.DAY).last == 5.0
    fleet.clock.pass_by(3600)
    assert stranger.last_known(BITCOIN, Interval.DAY).last == 4.0
    assert stranger.last_known(VIX, Interval.DAY) is None
    assert fleet.calls == 1


def test_of_disk_and_memory_the_newer_is_known():
    fleet = Fleet(OLD)
    ask(fleet.replicas[0])
    for minutes, known in ((-1, OLD), (1, NEW)):
        fetched_at = OLD.provenance.fetched_at.replace(minute=30 + minutes)
        kept = replace(NEW, provenance=replace(NEW.provenance, fetched_at=fetched_at))
        replica = fleet.replica(fleet.inners[1], last_known=lambda *_, kept=kept: kept)
        assert replica.last_known(BITCOIN, Interval.DAY).last == known.last


def test_a_cache_in_front_counts_the_age_from_the_asking_and_not_from_the_handing_on():
    fleet = Fleet(lambda: replace(OLD, provenance=replace(OLD.provenance, fetched_at=fleet.clock.now())))
    ask(fleet.replicas[0])
    fleet.clock.pass_by(50)
    second = Cached(fleet.replicas[1], "kraken", fleet.clock.now, fleet.clock.seconds, FRESH)
    assert second.bars(BITCOIN, Interval.DAY).frame.equals(OLD.frame)
    fleet.clock.pass_by(20)
    second.bars(BITCOIN, Interval.DAY)
    for flight in list(second._flights.values()):
        flight.answer.result(5)
    assert fleet.calls == 2


def test_many_replicas_at_once_make_one_call():
    fleet = Fleet(OLD, replicas=8)
    gate = Event()
    for inner in fleet.inners:
        inner.gate = gate
    start, answers = Barrier(8), []

    def visitor(replica: Shared) -> None:
        start.wait()
        answers.append(ask(replica))

    threads = [
        Thread(target=visitor, args=(Shared(inner, "kraken", fleet.board, fleet.clock.now, freshness=FRESH),))
        for inner in fleet.inners
    ]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join(10)
    assert len(answers) == 8
    assert fleet.calls == 1
