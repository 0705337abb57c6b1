"""Whether the process serves, whether it has prices to serve, and what it counts of itself."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from threading import Lock
from typing import Any

from starlette.requests import Request

from api.envelope import Json, write_time
from data_sources.breaker import BreakerState
from data_sources.errors import SourceError
from data_sources.feed import Feed
from data_sources.health import ProviderHealth

RECORDING = "recording"
DOWN, DEGRADED = "down", "degraded"
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
STATM = Path("/proc/self/statm")

Providers = Mapping[str, ProviderHealth]


@dataclass
class Counts:
    """How many requests each route answered, by status, and how long that took; shared by all threads."""

    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    lock: Lock = field(default_factory=Lock)

    def add(self, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        with self.lock:
            self.answered[route, status] += 1
            self.seconds[route] += seconds  # type: ignore[assignment] # a Counter adds whatever it is given

    def snapshot(self) -> tuple[dict[tuple[str, int], int], dict[str, float]]:
        """Answers by route and status, and seconds by route, so far."""
        with self.lock:
            return dict(self.answered), dict(self.seconds)


def readiness(recording: Feed | None, providers: Providers) -> tuple[bool, Json]:
    """Whether there are prices to show, and how each source is doing.

    ``recording`` is None where it may not be shown. There are prices where it can be read, or where a
    provider has told some; one that was never asked counts neither for us nor against us, and nothing is
    asked of one to find out.
    """
    sources = {name: _provider(health) for name, health in providers.items()}
    ready = any(health.has_prices for health in providers.values())
    if recording is not None:
        sources[RECORDING] = _recording(recording)
        ready = ready or sources[RECORDING]["state"] != DOWN
    ill = [name for name, source in sources.items() if source["state"] in (DOWN, DEGRADED)]
    return ready, {"status": "ready" if ready else "not ready", "degraded": ill, "sources": sources}


def _provider(health: ProviderHealth) -> Json:
    return {
        "state": _state(health),
        "last_success": write_time(health.last_success),
        "last_error": health.last_error or health.storage,
        "last_error_at": write_time(health.last_error_at),
        "next_try": write_time(health.next_try),
        "breaker": health.breaker,
    }


def _state(health: ProviderHealth) -> str:
    if not health.was_asked:
        return "not asked yet"
    if not health.is_up:
        return DOWN
    return DEGRADED if health.storage else "up"


def _recording(feed: Feed) -> Json:
    """The recording's health, found by asking it for the first series it has."""
    recorded_at = None
    for instrument in feed.catalogue:
        try:
            recorded_at = feed.bars(instrument.key).provenance.fetched_at
            break
        except SourceError:
            continue
    problems = " ".join(feed.span.problems)
    return {
        "state": DOWN if recorded_at is None else DEGRADED if problems else "up",
        "last_success": write_time(recorded_at),
        "last_error": problems or None,
        "breaker": BreakerState.CLOSED,
    }


def is_from_here(request: Request) -> bool:
    """Whether a request comes from this machine itself, and not through a proxy on it."""
    if request.client is None or any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return False
    # A socket that serves both families names an IPv4 visitor ::ffff:127.0.0.1.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def write_metrics(counts: Counts, recording: Feed | None, providers: Providers) -> str:
    """What the process counts of itself, as Prometheus reads it (text format 0.0.4)."""
    ready, body = readiness(recording, providers)
    answered, seconds = counts.snapshot()
    lines = [
        *_family("market_requests_total", "counter", "Requests answered, by route and status."),
        *(
            _sample("market_requests_total", n, route=route, status=status)
            for (route, status), n in sorted(answered.items())
        ),
        *_family("market_request_seconds_total", "counter", "Time spent on answers, by route."),
        *(
            _sample("market_request_seconds_total", round(spent, 6), route=route)
            for route, spent in sorted(seconds.items())
        ),
        *_family("market_ready", "gauge", "1 while there are prices to show."),
        _sample("market_ready", int(ready)),
        *_family("market_source_up", "gauge", "1 while a source answers."),
        *(
            _sample("market_source_up", int(each["state"] == "up"), source=name)
            for name, each in body["sources"].items()
        ),
        *_family("market_source_requests_total", "counter", "Requests made to a source."),
        *(
            _sample("market_source_requests_total", each.requests, source=name)
            for name, each in providers.items()
        ),
        *_family("market_source_failures_total", "counter", "Requests that a source did not answer."),
        *(
            _sample("market_source_failures_total", each.failures, source=name)
            for name, each in providers.items()
        ),
        *_memory(),
    ]
    return "\n".join(lines) + "\n"


def _memory() -> Iterator[str]:
    """The resident memory, where the system tells."""
    if STATM.exists():
        pages = int(STATM.read_text("ascii").split()[1])
        yield from _family("process_resident_memory_bytes", "gauge", "Memory in use.")
        yield _sample("process_resident_memory_bytes", pages * os.sysconf("SC_PAGE_SIZE"))


def _family(name: str, kind: str, about: str) -> tuple[str, str]:
    return f"# HELP {name} {about}", f"# TYPE {name} {kind}"


def _sample(name: str, value: float, **labels: Any) -> str:
    written = ",".join(f'{label}="{_escaped(str(text))}"' for label, text in labels.items())
    return f"{name}{{{written}}} {value}" if written else f"{name} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
