"""The JSON routes of `docs/api.md`: each a path, the parameters it knows, and the function that answers."""

import json
import logging
import secrets
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import perf_counter

from anyio import CapacityLimiter, to_thread
from cachetools import LRUCache
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.answers import claims, episodes, events, facts, levels, prices, rebound, stress, together
from api.envelope import Json, plain
from api.health import Counts, Providers, is_from_here, readiness, write_metrics
from api.noting import Noting, Told
from api.query import BadParameter, Query, read_query
from data_sources.assembly import process_feed, process_settings, process_sources
from data_sources.errors import SourceError
from data_sources.feed import Feed
from data_sources.settings import Metrics, Mode, Settings

log = logging.getLogger(__name__)
Answer = Callable[[Request], Response]

HEALTHZ, READYZ, METRICS = "/healthz", "/readyz", "/metrics"
AT_ONCE = 4
MOST_INSIDE = 64
MOST_TOLD = 64
PAST = timedelta(days=1)
OPENING = timedelta(minutes=5)
CATALOGUE = timedelta(hours=1)
NEVER = "no-store"
PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"


def no_providers() -> Providers:
    """The health of the providers where there are none: a recording."""
    return {}


def no_recording() -> Feed | None:
    """The recording where none may be shown."""
    return None


@dataclass
class House:
    """What every route is given: prices, settings, the health of the sources, the clock.

    It counts answers, and the requests ``inside``: `AT_ONCE` of them are worked on, the others wait. What was
    ``told`` is remembered, and told again while all that it was made of is the same.
    """

    feed: Callable[[], Feed]
    settings: Callable[[], Settings]
    providers: Callable[[], Providers] = no_providers
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    recording: Callable[[], Feed | None] = no_recording
    counts: Counts = field(default_factory=Counts)
    threads: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AT_ONCE))
    inside: int = 0  # moved by the event loop only
    told: LRUCache[Hashable, Told] = field(default_factory=lambda: LRUCache(MOST_TOLD))
    lock: Lock = field(default_factory=Lock)


@dataclass(frozen=True, slots=True)
class Question:
    """One route of the JSON interface: its path, the parameters it knows, and what answers it."""

    path: str
    names: tuple[str, ...]
    answer: Callable[[Feed, Query], Json | str]
    media: str = "application/json"


QUESTIONS = (
    Question("/api/v1/instruments", (), prices.instruments),
    Question("/api/v1/bars/{key}", ("interval", "start", "end", "asof"), prices.bars),
    Question("/api/v1/readings", ("keys", "asof"), prices.readings),
    Question("/api/v1/correlation", ("keys", "window", "method", "asof"), together.correlation),
    Question("/api/v1/beta", ("asset", "market", "window", "asof"), together.beta),
    Question("/api/v1/levels", ("key", "zone", "asof"), levels.levels),
    Question("/api/v1/stress", ("asof",), stress.score),
    Question("/api/v1/rebound", ("key", "asof"), rebound.rebound),
    Question("/api/v1/episodes", ("key", "asof"), episodes.episodes),
    Question("/api/v1/facts", ("page", "asof"), facts.facts),
    Question("/api/v1/claims", ("asof",), claims.claims),
    Question("/api/v1/events.atom", ("key", "asof"), events.as_atom, "application/atom+xml"),
    Question("/api/v1/events.json", ("key", "asof"), events.as_json, "application/feed+json"),
)


class Endpoint:
    """One path: GET only, answered off the event loop, always with JSON, and counted."""

    def __init__(self, path: str, house: House, answer: Answer) -> None:
        self.path = path
        self.house = house
        self.answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        began = perf_counter()
        response = await self._respond(Request(scope, receive))
        self.house.counts.add(self.path, response.status_code, perf_counter() - began)
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        if request.method not in ("GET", "HEAD"):
            return _problem(405, "Only GET is answered here.", allow="GET, HEAD")
        if self.path == HEALTHZ:  # must not wait in line: it says that there is one
            return self.answer(request)
        if self.house.inside >= MOST_INSIDE:
            return _problem(503, "Too many are asking at once. Ask again in a moment.", retry_after="1")
        self.house.inside += 1
        try:
            return await to_thread.run_sync(self._guarded, request, limiter=self.house.threads)
        finally:
            self.house.inside -= 1

    def _guarded(self, request: Request) -> Response:
        try:
            return self.answer(request)
        except BadParameter as bad:
            return _problem(400, bad.problem, parameter=bad.parameter)
        except SourceError as missing:
            return _problem(404, str(missing), parameter="key")
        except Exception:
            reference = secrets.token_hex(4)
            log.exception("error %s at %s?%s", reference, self.path, ascii(request.url.query[:200]))
            return _problem(500, f"Something went wrong on our side. It is noted under {reference}.")


class Asking:
    """What answers one question; the same again from memory while all that it was made of is the same."""

    def __init__(self, house: House, question: Question) -> None:
        self.house = house
        self.question = question

    def __call__(self, request: Request) -> Response:
        """The answer as JSON; raises `BadParameter` and `SourceError`."""
        house, now = self.house, self.house.clock()
        given = read_query(request.query_params.multi_items(), self.question.names) | request.path_params
        place = self.question.path, *sorted(given.items())
        feed = house.feed()
        query = Query(given, feed.catalogue, feed.span, now, house.settings().public_url)
        seen = feed.as_of(query.moment())
        with house.lock:
            told = house.told.get(place)
        if told is None or not told.still_stands(seen.source, now):
            noting = Noting(seen.source)
            body = self.question.answer(replace(seen, source=noting), query)
            told = Told(_text(body), noting, noting.until(now, seen.moment))
            with house.lock:
                house.told[place] = told
        age = int(self._lifetime(feed, given, told, now).total_seconds())
        return _response(told.text, 200, {"cache-control": f"max-age={age}"}, self.question.media)

    def _lifetime(self, feed: Feed, given: Mapping[str, str], told: Told, now: datetime) -> timedelta:
        """For how long no page can show anything else than this answer."""
        left = told.noting.left(now)
        if left is None:
            return CATALOGUE
        if feed.span.moment is None:
            return min(timedelta(seconds=left), told.until - now)
        if self.house.settings().mode is not Mode.RECORDED:  # providers may answer at any moment
            return timedelta(0)
        return PAST if "asof" in given else OPENING  # a recording does not change while it is played


def routes(
    feed: Callable[[], Feed],
    settings: Callable[[], Settings],
    providers: Callable[[], Providers] = no_providers,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    questions: tuple[Question, ...] = QUESTIONS,
    recording: Callable[[], Feed | None] = no_recording,
) -> list[Route]:
    """Every route, unknown paths under `/api/` last. Nothing is asked of ``feed`` before a request."""
    house = House(feed, settings, providers, clock, recording)
    ways: Mapping[str, Answer] = {
        HEALTHZ: _healthz,
        READYZ: lambda _: _readyz(house),
        METRICS: lambda request: _metrics(house, request),
        **{each.path: Asking(house, each) for each in questions},
        "/api/{path:path}": lambda _: _problem(404, "There is nothing at this address."),
    }
    return [Route(path, Endpoint(path, house, answer)) for path, answer in ways.items()]


def under(base: str, routes: Collection[Route]) -> list[Route]:
    """The same routes below the path ``base``; what probes ask for stands at the root as well."""
    if not base:
        return [*routes]
    at_root = [route for route in routes if route.path in (HEALTHZ, READYZ, METRICS)]
    return [*(Route(f"{base}{route.path}", route.endpoint) for route in routes), *at_root]


def _healthz(_: Request) -> Response:
    return _json({"status": "ok"}, 200, {"cache-control": NEVER})


def _readyz(house: House) -> Response:
    ready, body = readiness(house.recording(), house.providers())
    return _json(body, 200 if ready else 503, {"cache-control": NEVER})


def _metrics(house: House, request: Request) -> Response:
    if house.settings().metrics is not Metrics.PUBLIC and not is_from_here(request):
        return _problem(403, "Metrics are told to this machine only.")
    text = write_metrics(house.counts, house.recording(), house.providers())
    return Response(text, headers={"cache-control": NEVER}, media_type=PROMETHEUS)


def _problem(
    status: int, problem: str, *, parameter: str | None = None, retry_after: str = "", allow: str = ""
) -> Response:
    error = {"parameter": parameter, "problem": problem} if parameter else {"problem": problem}
    headers = {"cache-control": NEVER}
    headers |= {"retry-after": retry_after} if retry_after else {}
    headers |= {"allow": allow} if allow else {}
    return _json({"error": error}, status, headers)


def _json(body: Json, status: int, headers: Mapping[str, str]) -> Response:
    return _response(_text(body), status, headers)


def _text(body: Json | str) -> bytes:
    if isinstance(body, str):
        return body.encode("utf-8")
    text = json.dumps(plain(body), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def _response(
    text: bytes, status: int, headers: Mapping[str, str], media: str = "application/json"
) -> Response:
    return Response(text, status, headers, media)


ROUTES = routes(
    process_feed,
    process_settings,
    lambda: process_sources().health(),
    recording=lambda: process_sources().playable,
)
