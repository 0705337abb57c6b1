"""The connection to the store: SQLite in the state folder, or PostgreSQL by address."""

from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path
from threading import Lock

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, ProgrammingError, SQLAlchemyError

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATING = 7_126_001  # the advisory lock held while a schema is brought up to date
PATIENCE_SECONDS = 5
NEWER = "The watcher’s store was written by a newer version of this program."


class StoreUnavailable(Exception):
    """The store cannot be reached or written; ``str()`` is a sentence for the reader."""

    def __init__(self, words: str, sentence: str = "The watcher’s store cannot be reached.") -> None:
        """``words`` are the database's own, for the log."""
        super().__init__(sentence)
        self.words = words


class Database:
    """One database, opened at the first question and brought up to date once."""

    def __init__(self, address: str) -> None:
        """``address`` is an SQLAlchemy URL; a plain ``postgresql://`` is spoken to through psycopg."""
        url = make_url(address)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        self.url = url
        self._engine: Engine | None = None
        self._lock = Lock()

    @property
    def is_postgresql(self) -> bool:
        """Whether several machines can share it."""
        return self.url.get_backend_name() == "postgresql"

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database."""
        return None if self.is_postgresql or not self.url.database else Path(self.url.database)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose work is kept as a whole or not at all; raises `StoreUnavailable`."""
        try:
            with self.engine().begin() as connection:
                yield connection
        except (SQLAlchemyError, OSError) as problem:
            raise StoreUnavailable(str(problem)) from problem

    def engine(self) -> Engine:
        """The engine, its schema up to date."""
        with self._lock:
            if self._engine is None:
                engine = self._open()
                try:
                    self._upgrade(engine)
                except BaseException:
                    engine.dispose()
                    raise
                self._engine = engine
            return self._engine

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
                self._engine = None

    def _open(self) -> Engine:
        if self.is_postgresql:
            return create_engine(
                self.url, pool_pre_ping=True, connect_args={"connect_timeout": PATIENCE_SECONDS}
            )
        if self.file is not None:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url, connect_args={"timeout": PATIENCE_SECONDS})
        event.listen(engine, "connect", _set_up_sqlite)
        return engine

    def _upgrade(self, engine: Engine) -> None:
        if self._is_current(engine):
            return
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        with self._alone(engine) as connection:
            config.attributes["connection"] = connection
            try:
                command.upgrade(config, "head")
            except CommandError as problem:
                raise StoreUnavailable(str(problem), NEWER) from problem

    def _is_current(self, engine: Engine) -> bool:
        """Whether the newest step was taken, told without loading any."""
        newest = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
        try:
            with engine.connect() as connection:
                at = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
        except (ProgrammingError, OperationalError):
            return False
        return at == newest

    @contextmanager
    def _alone(self, engine: Engine) -> Iterator[Connection]:
        """A connection while no other process migrates."""
        if self.file is None:
            with engine.begin() as connection:
                if self.is_postgresql:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATING})
                yield connection
            return
        with self.file.with_name(f"{self.file.name}.lock").open("w") as lock:
            flock(lock, LOCK_EX)
            with engine.begin() as connection:
                yield connection


def _set_up_sqlite(connection: object, _: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for setting in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()
