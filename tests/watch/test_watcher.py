"""The loop, tick by tick, with clocks set by hand and threads that are done at once."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, text

from data_sources.errors import Unreachable
from data_sources.settings import Mode, Settings
from market.bars import COLUMNS, Bars, InProgress, Provenance
from market.instruments import Interval
from market.rules import Condition, Direction, Health, Measure, MeasureRule
from tests.analytics.test_zones import BTC
from watch.__main__ import build
from watch.clock import SteadyClock
from watch.courier import Message, Undelivered
from watch.leader import FileMutex, Leadership
from watch.ledger import Ledger
from watch.store import LOCAL, Store, StoreUnavailable
from watch.store.database import Database
from watch.store.sealing import Seal
from watch.targets import Target
from watch.watcher import MOST_STUCK, Watcher

START = datetime(2026, 2, 6, 12, tzinfo=UTC)
RULE = MeasureRule("r", Measure.PRICE, "BTC", Direction.ABOVE, 70_000, 69_650, cool_down=timedelta(0))
LOW, HIGH = 69_000.0, 70_500.0


class Now(Executor):
    """Does everything at once, in the calling thread."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """A future that is done."""
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except Exception as problem:  # as a thread would
            done.set_exception(problem)
        return done


class Never(Now):
    """Begins and does not end."""

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:  # noqa: ARG002
        """A future that is never done."""
        return Future()


class Slow(Now):
    """Looks at once, and sends when it is told to."""

    def __init__(self, sending: Future[None]) -> None:
        self._sending = sending

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """The future of the sending, or one that is done."""
        is_sending = getattr(work, "__name__", "") == "_deliver"
        return self._sending if is_sending else super().submit(work, *given, **named)


class Away(Database):
    """A store that cannot be reached."""

    def __init__(self) -> None:
        super().__init__("sqlite:////nowhere/market.sqlite")

    def engine(self) -> Engine:
        """Never one."""
        raise OSError("gone")


class World:
    """Time, a price, and a place where messages arrive."""

    def __init__(self) -> None:
        self.wall, self.seconds = START, 0.0
        self.price: float | Exception = LOW
        self.sent: list[Message] = []
        self.refuses: Undelivered | None = None

    def bars(self, _: str, interval: Interval = Interval.DAY) -> Bars:
        """The price so far."""
        if isinstance(self.price, Exception):
            raise self.price
        at = START + timedelta(seconds=self.seconds)
        index = pd.DatetimeIndex([START - timedelta(days=1), at])
        frame = pd.DataFrame(
            [[np.nan, np.nan, np.nan, close, np.nan] for close in (LOW, self.price)], index, COLUMNS
        )
        return Bars(BTC, interval, frame, Provenance("A", "BTC", at, "last"), InProgress("A", 0.0))

    def send(self, _: Target, message: Message) -> None:
        """Take a message."""
        if self.refuses:
            raise self.refuses
        self.sent.append(message)


@pytest.fixture
def world() -> World:
    return World()


class Desk:
    """A watcher and the store it shares with the pages."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.database = Database(f"sqlite:///{folder / 'market.sqlite'}")
        clock = SteadyClock(lambda: world.wall, lambda: world.seconds)
        self.store = Store(self.database, Seal(folder), clock.now)
        self.watcher = Watcher(
            ledger=Ledger(self.database, Seal(folder)),
            leadership=Leadership(self.database, FileMutex(folder / "lock"), lambda: world.seconds),
            prices=lambda: world,
            courier=world,
            known={"BTC": BTC},
            clock=clock,
            workers=Now(),
            name="desk",
            public_url="https://stress.example",
            every=10,
            timer=lambda: world.seconds,
        )
        self.store.save_rule(LOCAL, RULE)
        target = self.store.add_target(LOCAL, "ntfy", "topic")
        with self.database.transaction() as connection:
            connection.execute(text("DELETE FROM outbox"))
            connection.execute(text("UPDATE targets SET confirmed_at = created_at"))
        assert target

    def look(self, price: float | Exception, times: int = 1, *, step: int = 2) -> None:
        """A few looks at a price: begin, decide, send, with ``step`` seconds between ticks."""
        self.world.price = price
        for _ in range(times):
            for _ in range(5):
                self.watcher.tick()
                self.world.seconds += step
                self.world.wall += timedelta(seconds=step)

    @property
    def titles(self) -> list[str]:
        return [message.title for message in self.world.sent]


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(world, tmp_path)
    yield made
    made.watcher.leadership.resign()
    made.database.close()


def test_an_alert_is_told_once_with_its_links(desk: Desk) -> None:
    desk.look(LOW, 2)
    desk.look(HIGH, 5)
    (message,) = desk.world.sent
    assert message.title == "BTC at or above $70,000"
    assert message.text.startswith("Now $70,500, Fri 6 Feb 2026, 12:00 UTC (")
    assert message.link.startswith("https://stress.example/levels?keys=BTC&asof=2026-02-06T12:00Z")
    assert message.mute_link.startswith("https://stress.example/levels?mute=")
    assert desk.store.mute_target(message.mute_link.partition("=")[2])


def test_the_pages_see_who_watches(desk: Desk) -> None:
    desk.look(LOW)
    seen = desk.store.watcher()
    assert seen is not None
    assert (seen.name, seen.leads, seen.said) == ("desk", True, "")


def test_a_second_watcher_waits(desk: Desk, world: World) -> None:
    desk.look(LOW)
    second = Leadership(desk.database, FileMutex(desk.folder / "lock"), lambda: world.seconds)
    assert second.hold() is None
    desk.look(LOW)
    assert second.hold() is None


def test_a_clock_that_jumps_fires_nothing_and_is_said(desk: Desk, world: World) -> None:
    desk.look(LOW, 2)
    desk.look(HIGH, 3)
    fired = len(world.sent)
    for jump in (timedelta(hours=2), timedelta(hours=-24), timedelta(days=3650)):
        world.wall = START + timedelta(seconds=world.seconds) + jump
        desk.look(HIGH, 3)
        seen = desk.store.watcher()
        assert seen is not None
        assert seen.said.startswith("The clock jumped")
    assert len(world.sent) == fired == 1
    assert desk.store.statuses()[0].condition is Condition.FIRING


def test_one_rule_that_fails_does_not_blind_the_others(desk: Desk) -> None:
    # The price of a key that the world does not know how to make fails with an error of its own.
    desk.store.save_rule(LOCAL, MeasureRule("bad", Measure.STRESS, "BTC", Direction.ABOVE, 70, 65))
    desk.look(LOW, 2)
    desk.look(HIGH, 3)
    health = {status.rule.id: status.health for status in desk.store.statuses()}
    assert health["r"] is Health.FRESH
    assert health["bad"] is not Health.FRESH
    assert len(desk.titles) == 1


def test_prices_that_cannot_be_had_are_told_after_a_quarter_of_an_hour(desk: Desk) -> None:
    desk.look(LOW, 2)
    desk.look(Unreachable(BTC, "A"), 10, step=20)
    desk.look(LOW, 2)
    assert desk.titles == ["Data lost: BTC at or above $70,000", "Data is back: BTC at or above $70,000"]


def test_prices_that_do_not_answer_at_all_are_an_error(desk: Desk) -> None:
    desk.look(LOW, 2)
    desk.watcher.workers = Never()
    desk.look(LOW, 12)
    assert desk.store.statuses()[0].health is Health.ERROR
    desk.watcher.workers = Now()
    desk.look(LOW, 8)
    assert desk.store.statuses()[0].health is Health.FRESH


def test_prices_that_hang_take_no_thread_from_the_messages(desk: Desk) -> None:
    class Hung(Now):
        begun = 0

        def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
            if getattr(work, "__name__", "") == "_deliver":
                return super().submit(work, *given, **named)
            Hung.begun += 1
            return Future()

    desk.look(LOW, 2)
    desk.watcher.workers = Hung()
    desk.look(LOW, 30, step=20)
    assert Hung.begun <= MOST_STUCK + 1
    assert desk.titles == ["Data lost: BTC at or above $70,000"]


def test_a_message_that_fails_is_sent_later(desk: Desk, world: World) -> None:
    desk.look(LOW, 2)
    world.refuses = Undelivered("answered 500")
    desk.look(HIGH, 2)
    assert world.sent == []
    (delivery,) = desk.store.deliveries(desk.store.alerts()[0].episode)
    assert (delivery.state, delivery.problem) == ("due", "answered 500")
    world.refuses = None
    desk.look(HIGH, 8)
    assert len(world.sent) == 1


def test_a_target_that_is_gone_is_given_up(desk: Desk, world: World) -> None:
    desk.look(LOW, 2)
    world.refuses = Undelivered("answered 410", lasting=True)
    desk.look(HIGH, 3)
    assert desk.store.targets(LOCAL)[0].broken == "answered 410"


def test_a_locked_database_loses_nothing(desk: Desk, world: World) -> None:
    desk.look(LOW, 2)
    # No patience, so that the test has some.
    with desk.database.engine().connect() as connection:
        connection.execute(text("PRAGMA busy_timeout = 0"))
        connection.rollback()
    other = sqlite3.connect(desk.folder / "market.sqlite", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    desk.look(HIGH, 3)
    assert world.sent == []
    other.execute("ROLLBACK")
    other.close()
    desk.look(HIGH, 2)
    assert desk.titles == ["BTC at or above $70,000"]


def test_a_full_disk_keeps_what_was_saved_and_is_said(desk: Desk) -> None:
    desk.look(LOW, 2)
    with desk.database.engine().connect() as connection:
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        # What SQLite answers then is what it answers on a full disk.
        connection.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreUnavailable):
        for number in range(50):
            name = f"rule {number} of a long list of rules that fills the disk"
            desk.store.save_rule(LOCAL, replace(RULE, id=f"x{number}", threshold=99_000, name=name))
    kept = len(desk.store.statuses())
    desk.look(HIGH, 4)
    assert len(desk.store.statuses()) == kept
    with desk.database.engine().connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 1000000"))
    desk.look(HIGH, 2)
    assert desk.titles == ["BTC at or above $70,000"]


def test_a_store_that_is_away_is_logged_once_a_minute_and_said_when_it_is_back(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.look(LOW, 2)
    desk.watcher.ledger.database = Away()
    desk.look(LOW, 12)  # two minutes
    told = [record.message for record in caplog.records if "cannot be reached" in record.message]
    assert 2 <= len(told) <= 3
    desk.watcher.ledger.database = desk.database
    desk.look(LOW, 1)
    seen = desk.store.watcher()
    assert seen is not None
    assert seen.said == "The watcher’s store cannot be reached."
    desk.look(LOW, 3)
    seen = desk.store.watcher()
    assert seen is not None
    assert seen.said == ""


def test_prices_that_do_not_answer_are_said_until_they_do(desk: Desk) -> None:
    class Broken(Now):
        def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
            return super().submit(work if work.__name__ == "_deliver" else broken, *given, **named)

    def broken(*_: Any) -> None:
        raise OSError("no route")

    desk.watcher.workers = Broken()
    for _ in range(6):
        desk.look(LOW)
        seen = desk.store.watcher()
        assert seen is not None
        assert seen.said in ("", "The prices do not answer.")
    assert seen.said == "The prices do not answer."


def test_a_new_rule_is_watched_from_the_next_look(desk: Desk) -> None:
    desk.look(LOW)
    desk.store.save_rule(LOCAL, MeasureRule("s", Measure.PRICE, "BTC", Direction.BELOW, 68_000, 68_300))
    desk.look(LOW)
    desk.look(67_500.0, 3)
    assert desk.titles == ["BTC at or below $68,000"]


def test_a_message_under_way_is_noted_before_the_watcher_stops(desk: Desk, world: World) -> None:
    desk.look(LOW, 2)
    slow: Future[None] = Future()
    desk.watcher.workers = Slow(slow)
    desk.look(HIGH, 2)
    episode = desk.store.alerts()[0].episode
    assert desk.store.deliveries(episode)[0].state == "claimed"
    slow.set_result(None)
    desk.watcher.stop()
    assert desk.store.deliveries(episode)[0].state == "sent"
    successor = Leadership(desk.database, FileMutex(desk.folder / "lock"), lambda: world.seconds)
    assert successor.hold() == 2
    successor.resign()


def test_the_process_stops_cleanly_when_told_to(tmp_path: Path) -> None:
    watching = subprocess.Popen(
        [sys.executable, "-m", "watch"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "MARKET_DATA": "recorded", "MARKET_STATE_DIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert watching.stderr is not None
    for line in watching.stderr:
        if "leading with token 1" in line:
            break
    watching.send_signal(signal.SIGTERM)
    watching.communicate(timeout=20)
    assert watching.returncode == 0


def test_a_wrong_setting_is_one_sentence() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "watch"],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "MARKET_DATA": "sometimes"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "MARKET_DATA is 'sometimes'; it must be one of auto, live, recorded.\n"


def test_what_the_settings_ask_for_is_built(tmp_path: Path) -> None:
    watcher = build(Settings(mode=Mode.RECORDED, state_dir=tmp_path, public_url="https://a.example"))
    try:
        watcher.ledger.database.engine()
        for _ in range(3):
            watcher.tick()
        assert watcher.replay
        assert watcher.prices().bars("BTC").as_of == datetime(2026, 2, 7, 15, tzinfo=UTC)
        assert (tmp_path / "watcher.lock").exists()
    finally:
        watcher.leadership.resign()
        watcher.workers.shutdown()
        watcher.ledger.database.close()
