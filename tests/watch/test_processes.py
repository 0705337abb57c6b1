"""Real watcher processes, killed, frozen and cut off from their store."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from signal import SIGCONT, SIGSTOP
from time import monotonic, sleep, time

import pytest
from sqlalchemy import text

from market.rules import Condition, Direction, Measure, MeasureRule
from tests.watch.actors import Part, Stage, stage, until
from tests.watch.servers import Collector, PostgreSQL, kill
from watch.store import LOCAL, Store
from watch.store.database import Database
from watch.store.sealing import Seal

LOW, HIGH = 69_000.0, 70_500.0
RULE = MeasureRule("r", Measure.PRICE, "BTC", Direction.ABOVE, 70_000, 69_650, cool_down=timedelta(0))
FAIL_OVER_SECONDS = 5.0


@pytest.fixture(scope="module")
def play() -> Iterator[Stage]:
    with stage() as opened:
        yield opened


class Scene:
    """A store with one confirmed target, a price, and whoever watches it."""

    def __init__(self, play: Stage, address: str, folder: Path, collector: Collector) -> None:
        self.play, self.collector, self.folder = play, collector, folder
        self.part = Part(address, str(folder), collector.address, began=time())
        self.database = Database(address)
        self.store = Store(self.database, Seal(folder), lambda: datetime.now(UTC))
        target = self.store.add_target(LOCAL, "ntfy", "topic")
        with self.database.transaction() as connection:
            connection.execute(text("DELETE FROM outbox"))
            connection.execute(text("UPDATE targets SET confirmed_at = created_at"))
        assert target
        self.price = LOW

    @property
    def price(self) -> float:
        return self._price

    @price.setter
    def price(self, price: float) -> None:
        self._price = price
        fresh = self.folder / "price.new"
        fresh.write_text(str(price))
        fresh.rename(self.folder / "price")

    def token(self) -> int:
        with self.database.transaction() as connection:
            return int(connection.execute(text("SELECT COALESCE(MAX(token), 0) FROM leaders")).scalar_one())

    def enter(self) -> int:
        """Start a watcher and wait until it looks."""
        before = self.looked()
        pid = self.play.enter(self.part)
        until(lambda: self.looked() != before, 10, "a first look")
        return pid

    def looked(self) -> object:
        with self.database.transaction() as connection:
            query = text("SELECT MAX(updated_at) FROM memories WHERE name LIKE 'rule/%'")
            return connection.execute(query).scalar_one()

    def settle(self, looks: int = 3) -> None:
        """Wait for a few looks."""
        for _ in range(looks):
            before = self.looked()
            until(lambda before=before: self.looked() != before, 10, "a look")

    def looks(self, pid: int) -> list[datetime]:
        """When a watcher looked at the price, in the time of the play."""
        lines = (line.split() for line in (self.folder / "looks").read_text().splitlines())
        return [datetime.fromisoformat(moment) for who, moment in lines if who == str(pid)]

    def senders(self) -> list[str]:
        return [body["sender"] for _, body in self.collector.received]


@pytest.fixture
def scene(play: Stage, address: str, tmp_path: Path, collector: Collector) -> Iterator[Scene]:
    made = Scene(play, address, tmp_path, collector)
    made.store.save_rule(LOCAL, RULE)
    yield made
    play.clear()
    made.database.close()


def test_when_the_leader_is_killed_the_next_one_acts_within_five_seconds(scene: Scene) -> None:
    leader = scene.enter()
    standby = scene.play.enter(scene.part)
    scene.settle()
    token = scene.token()
    scene.play.exit(leader)
    scene.price = HIGH
    took = until(lambda: scene.token() > token, FAIL_OVER_SECONDS, "a new leader")
    scene.collector.wait_for(1, FAIL_OVER_SECONDS)
    sleep(0.5)
    assert scene.senders() == [str(standby)]
    assert took <= FAIL_OVER_SECONDS


def test_a_frozen_leader_that_wakes_sends_nothing(scene: Scene) -> None:
    leader = scene.enter()
    standby = scene.play.enter(scene.part)
    scene.settle()
    token = scene.token()
    kill(leader, SIGSTOP)
    try:
        scene.price = HIGH
        until(lambda: scene.token() > token, FAIL_OVER_SECONDS, "a new leader")
        scene.collector.wait_for(1, FAIL_OVER_SECONDS)
        scene.price = LOW
        scene.collector.wait_for(2, 10)
    finally:
        kill(leader, SIGCONT)
    scene.price = HIGH
    scene.collector.wait_for(3, 10)
    sleep(1)
    assert scene.senders() == [str(standby)] * 3
    assert len(set(scene.collector.episodes)) == 3


def test_two_watchers_tell_everything_once(scene: Scene) -> None:
    scene.enter()
    scene.play.enter(scene.part)
    for count in range(1, 5):
        scene.price = HIGH if count % 2 else LOW
        scene.collector.wait_for(count, 10)
        scene.settle()
    assert len(scene.collector.episodes) == len(set(scene.collector.episodes)) == 4


def test_a_store_that_stops_hard_loses_nothing_and_repeats_nothing(
    play: Stage, server: PostgreSQL, tmp_path: Path, collector: Collector
) -> None:
    scene = Scene(play, server.new_database(), tmp_path, collector)
    scene.store.save_rule(LOCAL, RULE)
    scene.store.save_rule(LOCAL, replace(RULE, id="s", threshold=70_100))
    scene.enter()
    scene.settle()
    scene.price = HIGH
    collector.wait_for(2, 10)
    server.stop("immediate")
    try:
        # An alert ends and another begins while nothing can be written or sent.
        for price in (LOW, HIGH):
            scene.price = price
            sleep(1.2)
        assert len(collector.received) == 2
    finally:
        server.start()
    back = monotonic()
    collector.wait_for(6, 10)
    assert monotonic() - back <= 10
    sleep(1)
    assert len(collector.episodes) == len(set(collector.episodes)) == 6
    assert [alert.topic for alert in reversed(scene.store.alerts())].count("fired") == 4
    play.clear()
    scene.database.close()


ROUNDS, KILLS = 10, 10
SPEED = 100.0
LOOK = timedelta(seconds=10)
HOLD = timedelta(minutes=5)


def test_a_pending_hold_survives_a_hundred_kills(play: Stage, tmp_path: Path, collector: Collector) -> None:
    """A hundred times as fast: five minutes are three seconds, ten seconds between looks are 100 ms."""
    scene = Scene(play, f"sqlite:///{tmp_path / 'market.sqlite'}", tmp_path, collector)
    scene.part = replace(scene.part, every=LOOK.total_seconds() / SPEED, speed=SPEED)
    scene.store.save_rule(LOCAL, replace(RULE, hold=HOLD))
    pid, random = scene.enter(), Random(20260206)
    for number in range(1, ROUNDS + 1):
        scene.settle()
        scene.price = HIGH
        until(lambda: scene.store.statuses()[0].condition is Condition.PENDING, 10, "a pending")
        began = monotonic()
        for point in sorted(random.uniform(0, 0.8 * HOLD.total_seconds() / SPEED) for _ in range(KILLS)):
            sleep(max(0.0, began + point - monotonic()))
            play.exit(pid)
            pid = play.enter(scene.part)
        collector.wait_for(2 * number - 1, 20)
        alert = scene.store.alerts(1)[0]
        stamp = alert.episode.rsplit("/")[-1]
        right = datetime.strptime(stamp, "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC) + HOLD
        assert alert.at >= right
        # It may look once more first: where it was started so late that its first look still has to settle.
        late = [each for each in scene.looks(pid) if right <= each < alert.at - timedelta(seconds=1)]
        assert len(late) <= 1, (alert.at, right, late)
        scene.price = LOW
        collector.wait_for(2 * number, 20)
    assert len(collector.episodes) == len(set(collector.episodes)) == 2 * ROUNDS
    scene.database.close()
