"""The JSON routes over a feed of one's own, and a source that has what it is told to have."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.health import Providers
from api.routes import QUESTIONS, Question, no_providers, routes
from data_sources.assembly import assemble
from data_sources.errors import NoData
from data_sources.feed import Feed
from data_sources.settings import Mode, Settings
from market import catalogue
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Instrument, Interval
from tests.fakes.telling import Town

NOW = datetime(2026, 2, 6, 18, 0, tzinfo=UTC)
RECORDING = assemble(Settings(Mode.RECORDED)).feed()


def client(
    feed: Feed = RECORDING,
    settings: Settings | None = None,
    *,
    providers: Callable[[], Providers] = no_providers,
    now: datetime = NOW,
    questions: tuple[Question, ...] = QUESTIONS,
    address: str = "127.0.0.1",
) -> TestClient:
    """A client of the routes over ``feed``, which asks from ``address`` at ``now``."""
    settings = settings or Settings(Mode.RECORDED)

    def recording() -> Feed | None:
        return feed if feed.span.moment or feed.span.problems else None

    served = routes(lambda: feed, lambda: settings, providers, lambda: now, questions, recording)
    return TestClient(Starlette(routes=served), client=(address, 50000))


def asking(town: Town) -> TestClient:
    """A client of the routes over everything that one process has."""
    sources = town.sources
    served = routes(
        sources.feed,
        lambda: town.settings,
        sources.health,
        town.clock.now,
        recording=lambda: sources.playable,
    )
    return TestClient(Starlette(routes=served))


class Shelf:
    """A `Source` that has the bars or the error put there by key, and nothing else."""

    def __init__(self, has: Mapping[str, Bars | Exception]) -> None:
        self.has = has

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        found = self.has.get(instrument.key) if interval is Interval.DAY else None
        if isinstance(found, Bars):
            return found
        raise found or NoData(instrument, "the shelf")


def shelf(**has: Bars | Exception) -> Feed:
    """A live feed of these bars and errors."""
    return Feed(Shelf(has), catalogue.load())


def daily(key: str, closes: list[float], came: Provenance | None = None) -> Bars:
    """Days of ``key`` up to the midnight before `NOW`, fetched two minutes before `NOW`."""
    index = pd.date_range(end=NOW.replace(hour=0), periods=len(closes), freq="D")
    frame = pd.DataFrame({"close": closes}, index=index, dtype=float).reindex(columns=list(COLUMNS))
    fetched_at = NOW.replace(hour=17, minute=58)
    came = came or Provenance("shop", f"{key}-USD", fetched_at, "close@00:00 UTC")
    return Bars(catalogue.load()[key], Interval.DAY, frame, came)


def ask(address: str, status: int = 200, asking: TestClient | None = None) -> Any:
    """The JSON at ``address``, which must be answered with ``status``."""
    answer = (asking or ASK).get(address)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] in {"application/json", "application/feed+json"}
    return answer.json()


ASK = client()
