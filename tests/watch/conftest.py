"""What the watcher's tests share: both databases, and a place for messages to go."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.watch.servers import Collector, PostgreSQL, postgresql
from watch.store.database import Database


@pytest.fixture(scope="session")
def server() -> Iterator[PostgreSQL]:
    with postgresql() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on both kinds."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'market.sqlite'}"
    found: PostgreSQL = request.getfixturevalue("server")
    return found.new_database()


@pytest.fixture
def database(address: str) -> Iterator[Database]:
    opened = Database(address)
    yield opened
    opened.close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    running = Collector()
    yield running
    running.close()
