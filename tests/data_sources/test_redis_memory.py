"""The shared memory on a real server, which is killed, stopped and brought back."""

import os
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data_sources.live import live
from data_sources.redis_memory import PATIENCE, SILENCE, RedisMemory
from data_sources.shared import Shared
from market.bars import Bars
from market.instruments import Interval
from tests.app.serving import free_port
from tests.fakes.clock import Clock
from tests.fakes.prices import BITCOIN, make_bars
from tests.fakes.scripted import Scripted

MISSING = "Redis is not installed. On Debian: apt-get install redis-server; on macOS: brew install redis."
ROOT = Path(__file__).parents[2]
OLD = make_bars(BITCOIN, [1, 2, 3])
NOBODY = "redis://127.0.0.1:9"
# A replica as a process: twenty threads ask the same for a while; every question to the provider is a line.
REPLICA = """
import sys, time
from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread
from data_sources.cached import Cached
from data_sources.freshness import Freshness
from data_sources.redis_memory import RedisMemory
from data_sources.shared import Shared
from market.instruments import Interval
from tests.fakes.prices import BITCOIN, make_bars

address, log, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
now = lambda: datetime.now(UTC)
bars = make_bars(BITCOIN, [1, 2, 3])

class Provider:
    def bars(self, instrument, interval):
        with open(log, "a") as lines:
            lines.write("asked\\n")
        time.sleep(0.1)
        return replace(bars, provenance=replace(bars.provenance, fetched_at=now()))

times = Freshness(day=2.0, patience=10.0)
shared = Shared(Provider(), "kraken", RedisMemory(address), now, freshness=times)
cached = Cached(shared, "kraken", now, freshness=times, last_known=shared.last_known)
ends = time.monotonic() + seconds

def visitor():
    while time.monotonic() < ends:
        assert cached.bars(BITCOIN, Interval.DAY).last == 3
        time.sleep(0.05)

threads = [Thread(target=visitor) for _ in range(20)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("well")
"""


class Server:
    """A Redis that keeps nothing, and can be killed, stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self.address = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self._folder / "log").open("ab") as log:
            command = ["redis-server", *options, "--dir", str(self._folder)]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        until = time.monotonic() + 20
        while not self._answers() and time.monotonic() < until:
            time.sleep(0.05)

    def send(self, number: int) -> None:
        assert self._process is not None
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None

    def _answers(self) -> bool:
        memory = RedisMemory(self.address)
        memory.put("awake", b"1", 1)
        return memory.get("awake") == b"1"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("redis-server") is None:
        # Where the tests may install packages a missing server is a fault; elsewhere nobody can help it.
        (pytest.fail if os.geteuid() == 0 else pytest.skip)(MISSING)
    return tmp_path_factory.mktemp("redis")


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    running = Server(folder)
    running.start()
    yield running
    running.kill()


def replicas(server: Server, log: Path, seconds: float, number: int = 3) -> list[subprocess.Popen[str]]:
    command = [sys.executable, "-c", textwrap.dedent(REPLICA), server.address, str(log), str(seconds)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])}
    return [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(number)
    ]


def test_what_is_put_is_there_for_as_long_as_was_said(server: Server) -> None:
    memory, other = RedisMemory(server.address), RedisMemory(server.address)
    content = bytes(range(256)) * 4000
    memory.put("name", content, 0.3)
    assert other.get("name") == content
    time.sleep(0.35)
    assert other.get("name") is None
    memory.put("name", b"", 10)
    memory.drop("name")
    assert other.get("name") is None
    assert memory.trouble is None


def test_a_claim_is_granted_once_until_it_ends_or_is_dropped(server: Server) -> None:
    memory, other = RedisMemory(server.address), RedisMemory(server.address)
    assert memory.claim("turn", 0.3)
    assert not other.claim("turn", 0.3)
    time.sleep(0.35)
    assert other.claim("turn", 10)
    other.drop("turn")
    assert memory.claim("turn", 10)


def test_a_name_that_holds_something_else_is_nothing_known(server: Server) -> None:
    memory = RedisMemory(server.address)
    memory._server.lpush("name", "a list")
    assert memory.get("name") is None


def test_two_replicas_and_a_real_server_make_one_request(server: Server) -> None:
    clock = Clock()
    inners = [Scripted(OLD), Scripted(OLD)]
    answers = [
        Shared(inner, "kraken", RedisMemory(server.address), clock.now).bars(BITCOIN, Interval.DAY)
        for inner in inners
    ]
    assert sum(inner.calls for inner in inners) == 1
    assert all(isinstance(bars, Bars) and bars.frame.equals(OLD.frame) for bars in answers)


@pytest.mark.parametrize("address", [NOBODY, "redis://nobody.invalid:6379/0"])
def test_a_server_that_is_not_there_knows_nothing_and_grants_all(address: str) -> None:
    memory = RedisMemory(address)
    assert memory.get("name") is None
    assert memory.claim("turn", 10)
    assert memory.claim("turn", 10)
    memory.put("name", b"", 10)
    memory.drop("name")
    assert memory.trouble is not None


def test_a_server_that_is_away_is_told_beside_the_providers(tmp_path: Path) -> None:
    memory = RedisMemory(NOBODY)
    memory.get("name")
    sources = live(tmp_path, memory=memory)
    assert (
        sources.health()["kraken"].storage
        == memory.trouble
        == "the memory that replicas share does not answer"
    )


def test_a_server_that_hangs_is_asked_once_in_two_seconds_and_heard_again_when_it_wakes(
    server: Server,
) -> None:
    clock = Clock()
    memory = RedisMemory(server.address, clock.seconds)
    memory.put("name", b"1", 60)
    server.send(signal.SIGSTOP)
    began = time.monotonic()
    assert [memory.get("name") for _ in range(100)] == [None] * 100
    assert time.monotonic() - began < 4 * PATIENCE
    assert memory.trouble is not None
    server.send(signal.SIGCONT)
    clock.pass_by(SILENCE)
    assert memory.get("name") == b"1"
    assert memory.trouble is None


def test_a_fleet_asks_little_more_than_one_process_would(server: Server, tmp_path: Path) -> None:
    log, seconds = tmp_path / "asked", 10.0
    began = time.monotonic()
    told = [each.communicate(timeout=90)[0] for each in replicas(server, log, seconds)]
    lasted = time.monotonic() - began
    assert told == ["well\n"] * 3
    assert len(log.read_text().splitlines()) <= 1.3 * (lasted / 1.8 + 1)


def test_a_server_killed_and_brought_back_fails_nobody(server: Server, tmp_path: Path) -> None:
    log = tmp_path / "asked"
    running = replicas(server, log, 8.0)
    time.sleep(4)
    server.kill()
    time.sleep(3)
    server.start()
    told = [each.communicate(timeout=90)[0] for each in running]
    assert told == ["well\n"] * 3
