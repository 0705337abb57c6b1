"""Real servers for the watcher's tests: PostgreSQL in a folder of its own, and a collector of webhooks."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from time import monotonic, sleep, time

import pytest

DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"
MISSING = (
    "PostgreSQL is not installed. On Debian: apt-get install postgresql; on macOS: brew install postgresql."
)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _binaries() -> Path | None:
    found = sorted(DEBIAN.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    return Path(on_path).resolve().parent if on_path else None


class PostgreSQL:
    """A server in a temporary folder, run by an unprivileged user, that can be stopped hard and started
    again.
    """

    def __init__(self, folder: Path, binaries: Path) -> None:
        self._folder, self._binaries = folder, binaries
        self._user = USER if os.geteuid() == 0 else None
        self.port = free_port()
        if self._user:
            shutil.chown(folder, self._user)
        self._run("initdb", "-D", str(folder / "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")
        self._count = 0

    def start(self) -> None:
        """Serve on the loopback port."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-w", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop; ``immediate`` is how a crash looks to everybody else."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", mode, "stop")

    def new_database(self) -> str:
        """The address of an empty database."""
        self._count += 1
        name = f"test_{self._count}"
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", USER)
        self._run("createdb", *where, name)
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._binaries / program, *arguments],
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


@contextmanager
def postgresql() -> Iterator[PostgreSQL]:
    """A running server, gone afterwards with everything in it."""
    binaries = _binaries()
    if binaries is None:
        # Where the tests may install packages a missing server is a fault; elsewhere nobody can help it.
        (pytest.fail if os.geteuid() == 0 else pytest.skip)(MISSING)
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = PostgreSQL(Path(folder), binaries)
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Collector:
    """A local HTTP server that keeps the JSON of every request it gets, and when."""

    def __init__(self) -> None:
        self.received: list[tuple[float, dict[str, str]]] = []
        self.status = 200
        collector = self

        class Taker(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.received.append((time(), json.loads(body)))
                self.send_response(collector.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    @property
    def episodes(self) -> list[str]:
        """The ids received, in order."""
        return [body["id"] for _, body in self.received]

    def wait_for(self, count: int, seconds: float) -> None:
        """Wait until ``count`` messages came."""
        deadline = monotonic() + seconds
        while len(self.received) < count and monotonic() < deadline:
            sleep(0.02)
        assert len(self.received) >= count, f"{len(self.received)} of {count} messages in {seconds} s"

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def kill(pid: int, number: int = signal.SIGKILL) -> None:
    """Send a signal to one process of ours."""
    os.kill(pid, number)
