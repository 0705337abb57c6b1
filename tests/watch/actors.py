"""Watcher processes for the tests: real store, leader and loop; prices from a file, messages to a collector.

Importing takes seconds, so one process imports and forks the others: `Stage` starts it, `perform` is what
it runs.
"""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic, sleep, time

import numpy as np
import pandas as pd

from market.bars import COLUMNS, Bars, InProgress, Provenance
from market.instruments import Calendar, Instrument, Interval, Unit
from tests.watch.servers import kill
from watch.clock import SteadyClock
from watch.courier import Message
from watch.leader import AdvisoryMutex, FileMutex, Leadership
from watch.ledger import Ledger
from watch.store.database import Database
from watch.store.sealing import Seal
from watch.targets import Target
from watch.watcher import Watcher

BTC = Instrument("BTC", "Bitcoin", "BTC", "crypto", Unit.USD, Calendar.ALWAYS)
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Part:
    """What an actor is told: where its store, its prices and its collector are, and how fast its clock
    runs.
    """

    address: str
    folder: str
    collector: str
    every: float = 0.1
    speed: float = 1.0
    began: float = 0.0


class Wall:
    """A wall clock that runs ``speed`` times as fast, and goes on while nobody looks."""

    def __init__(self, part: Part) -> None:
        self._part = part

    def now(self) -> datetime:
        """The moment of the play."""
        return datetime.fromtimestamp(self._part.began, UTC) + timedelta(
            seconds=(time() - self._part.began) * self._part.speed
        )


class FilePrices:
    """The price in a file, as of now."""

    def __init__(self, part: Part, now: Wall) -> None:
        self._file, self._wall = Path(part.folder) / "price", now

    def bars(self, key: str, interval: Interval = Interval.DAY) -> Bars:
        """A finished day and the price so far."""
        assert key == BTC.key
        price, at = float(self._file.read_text()), self._wall.now()
        index = pd.DatetimeIndex([at - timedelta(days=1), at])
        frame = pd.DataFrame(dict.fromkeys(COLUMNS, np.nan), index=index)
        frame["close"] = [69_000.0, price]
        return Bars(
            BTC,
            interval,
            frame,
            Provenance("file", "BTC", at, "last"),
            InProgress("file", price / 69_000 - 1),
        )


class ToCollector:
    """A courier that posts to the collector, with the id of its process."""

    def __init__(self, address: str) -> None:
        self._address = address

    def send(self, _: Target, message: Message) -> None:
        """Post it."""
        body = json.dumps({"id": message.episode, "title": message.title, "sender": str(os.getpid())})
        request = urllib.request.Request(self._address, body.encode(), method="POST")
        urllib.request.urlopen(request, timeout=5).close()


def build(part: Part) -> Watcher:
    """The watcher that plays ``part``."""
    database, wall = Database(part.address), Wall(part)

    def prices() -> FilePrices:
        with Path(part.folder, "looks").open("a") as diary:
            diary.write(f"{os.getpid()} {wall.now().isoformat()}\n")
        return FilePrices(part, wall)

    mutex = (
        AdvisoryMutex(database) if database.is_postgresql else FileMutex(Path(part.folder) / "watcher.lock")
    )
    return Watcher(
        ledger=Ledger(database, Seal(Path(part.folder))),
        leadership=Leadership(database, mutex),
        prices=prices,
        courier=ToCollector(part.collector),
        known={"BTC": BTC},
        clock=SteadyClock(wall.now, lambda: monotonic() * part.speed),
        workers=ThreadPoolExecutor(4),
        name=str(os.getpid()),
        every=part.every,
    )


def perform(part: Part) -> None:
    """Watch until killed, with ten ticks to a look at least."""
    watcher = build(part)
    while True:
        watcher.tick()
        sleep(part.every / 4)


class Stage:
    """A process that has imported everything and forks actors on demand."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", "from tests.watch.actors import wait_for_parts; wait_for_parts()"],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._playing: list[int] = []
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"

    def enter(self, part: Part) -> int:
        """Start an actor; its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asdict(part)) + "\n")
        self._process.stdin.flush()
        self._playing.append(int(self._process.stdout.readline()))
        return self._playing[-1]

    def exit(self, pid: int) -> None:
        """Kill an actor with no time for a last word."""
        kill(pid)
        self._playing.remove(pid)

    def clear(self) -> None:
        """Kill whoever still plays."""
        for pid in list(self._playing):
            self.exit(pid)

    def close(self) -> None:
        """End the play."""
        self.clear()
        self._process.communicate(timeout=10)


def wait_for_parts() -> None:
    """What the forking process runs."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            os.setsid()
            sys.stdin.close()
            try:
                perform(Part(**json.loads(line)))
            finally:
                os._exit(1)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


@contextmanager
def stage() -> Iterator[Stage]:
    """A stage, cleared and closed afterwards."""
    opened = Stage()
    try:
        yield opened
    finally:
        opened.close()


def until(holds: Callable[[], object], seconds: float, what: str) -> float:
    """Wait until ``holds()`` is true; how long it took."""
    began = monotonic()
    pause = Event()
    while monotonic() - began < seconds:
        if holds():
            return monotonic() - began
        pause.wait(0.02)
    raise AssertionError(f"{what}: not within {seconds} s")
