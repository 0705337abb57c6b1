"""One watcher of several: an operating-system lock for speed, and a token in the store for certainty.

The lock (an `flock` beside an SQLite file, an advisory lock on PostgreSQL) is let go the instant its
holder dies, so the next watcher follows within a tick. A holder that is frozen keeps its lock and its
connections, and then its row stops beating: after `LEASE_SECONDS` without a beat another takes the next
token, and nothing the frozen one still wants to write is accepted when it wakes. Beats are counted, not
timed, so no clock but one's own monotonic matters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO, Protocol

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from watch.clock import steady_seconds
from watch.ledger import LEADER
from watch.store import tables
from watch.store.database import Database, StoreUnavailable

LEASE_SECONDS = 3.0
BEAT_SECONDS = 0.9  # each beat is written to the disk: no more of them than the lease needs
ADVISORY_KEY = 7_126_002


class Mutex(Protocol):
    """A lock that dies with its holder."""

    def take(self) -> bool:
        """Hold it if it is free; whether it is held now."""
        ...

    def release(self) -> None:
        """Let go of it, held or not."""
        ...


class FileMutex:
    """An exclusive `flock` on one file, for watchers of one machine."""

    def __init__(self, path: Path) -> None:
        """``path`` is made where it does not exist, and stays."""
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Hold it if it is free; whether it is held now."""
        if self._file is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("ab")
        try:
            flock(file, LOCK_EX | LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let go of it, held or not."""
        if self._file is not None:
            self._file.close()
            self._file = None


class AdvisoryMutex:
    """A session-level advisory lock of PostgreSQL, on a connection of its own."""

    def __init__(self, database: Database) -> None:
        """The connection is opened at the first take."""
        self._database = database
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Hold it if it is free; whether it is held now."""
        try:
            if self._connection is not None:
                self._connection.execute(text("SELECT 1"))
                return True
            connection = self._database.engine().connect().execution_options(isolation_level="AUTOCOMMIT")
            held = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_KEY})
            if held.scalar_one():
                self._connection = connection
                return True
            connection.close()
        except SQLAlchemyError:
            self.release()
        return False

    def release(self) -> None:
        """Let go of it, held or not."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


@dataclass(frozen=True, slots=True)
class _Seen:
    """The leader's row as it was first seen in this state, and when."""

    token: int
    beat: int
    at: float


class Leadership:
    """Whether this watcher leads, asked once a tick."""

    def __init__(self, database: Database, mutex: Mutex, timer: Callable[[], float] = steady_seconds) -> None:
        """``timer`` counts seconds that no change of the clock touches."""
        self._database = database
        self._mutex = mutex
        self._timer = timer
        self._seen: _Seen | None = None
        self._lost_sight = False
        self._beaten: float | None = None
        self.token: int | None = None

    def hold(self) -> int | None:
        """The token while this watcher leads, else None; raises `StoreUnavailable` where nobody can tell."""
        now = self._timer()
        if self.token and self._beaten is not None and now - self._beaten < BEAT_SECONDS:
            return self.token
        self._beaten = None
        try:
            with self._database.transaction() as connection:
                self.token = self._renew(connection) if self.token else self._try(connection)
        except StoreUnavailable:
            self._lost_sight, self._seen = True, None
            raise
        self._lost_sight = False
        self._beaten = now if self.token else None
        if self.token is None and self._seen is not None:
            self._mutex.release()
        return self.token

    def resign(self) -> None:
        """Let the next one lead."""
        self.token = None
        self._mutex.release()

    def _renew(self, connection: Connection) -> int | None:
        leaders = tables.leaders
        kept = connection.execute(
            update(leaders)
            .where(leaders.c.name == LEADER, leaders.c.token == self.token)
            .values(beat=leaders.c.beat + 1, locked=self._mutex.take())
        )
        return self.token if kept.rowcount else None

    def _try(self, connection: Connection) -> int | None:
        leaders = tables.leaders
        insert = postgresql.insert if self._database.is_postgresql else sqlite.insert
        connection.execute(
            insert(leaders).values(name=LEADER, token=0, beat=0, locked=True).on_conflict_do_nothing()
        )
        row = connection.execute(
            select(leaders.c.token, leaders.c.beat, leaders.c.locked).where(leaders.c.name == LEADER)
        ).one()
        now = self._timer()
        if self._seen is None or (self._seen.token, self._seen.beat) != (row.token, row.beat):
            self._seen = _Seen(row.token, row.beat, now)
        locked = self._mutex.take()
        # A free lock means that its holder is gone; not so where the store itself was away and let all
        # locks go.
        is_orphan = locked and row.locked and not self._lost_sight
        if not is_orphan and now - self._seen.at < LEASE_SECONDS:
            return None
        taken = connection.execute(
            update(leaders)
            .where(leaders.c.name == LEADER, leaders.c.token == row.token, leaders.c.beat == row.beat)
            .values(token=row.token + 1, beat=row.beat + 1, locked=locked)
        )
        return row.token + 1 if taken.rowcount else None
