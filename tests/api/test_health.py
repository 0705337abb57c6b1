"""Whether the process says truly how it is, and to whom."""

import re
from pathlib import Path
from shutil import copytree

import pytest

from api.health import Providers
from data_sources.assembly import assemble
from data_sources.breaker import BreakerState
from data_sources.health import ProviderHealth
from data_sources.settings import SHIPPED_RECORDING, Metrics, Mode, Settings
from tests.api.service import NOW, ask, client, shelf

UP = ProviderHealth("yahoo", BreakerState.CLOSED, last_success=NOW, requests=9, failures=2)
DOWN = ProviderHealth(
    "fred", BreakerState.OPEN, last_error="fred did not answer", last_error_at=NOW, requests=5, failures=5
)
UNTRIED = ProviderHealth("binance", BreakerState.CLOSED)


def providers(*health: ProviderHealth) -> Providers:
    return {each.source: each for each in health}


def test_the_process_serves() -> None:
    assert ask("/healthz") == {"status": "ok"}


def test_health_is_told_without_looking_at_a_price() -> None:
    def no_feed() -> None:
        raise AssertionError("nothing may be read")

    asking = client(no_feed)  # type: ignore[arg-type]
    assert ask("/healthz", asking=asking) == {"status": "ok"}


def test_a_recording_is_ready() -> None:
    assert ask("/readyz") == {
        "status": "ready",
        "sources": {
            "recording": {
                "state": "up",
                "last_success": "2026-03-07T00:00:00Z",
                "last_error": None,
                "breaker": "closed",
            }
        },
    }


def test_a_recording_with_a_broken_file_is_degraded(tmp_path: Path) -> None:
    folder = copytree(SHIPPED_RECORDING, tmp_path / "broken")
    (folder / "sessions.csv").unlink()
    body = ask("/readyz", asking=client(assemble(Settings(Mode.RECORDED, folder)).feed()))
    assert body["sources"]["recording"]["state"] == "degraded"
    assert "sessions.csv" in body["sources"]["recording"]["last_error"]


def test_a_recording_that_is_not_there_is_not_ready(tmp_path: Path) -> None:
    body = ask("/readyz", 503, client(assemble(Settings(Mode.RECORDED, tmp_path)).feed()))
    assert body["status"] == "not ready"
    assert body["sources"]["recording"]["state"] == "down"


def test_each_provider_says_how_it_is() -> None:
    body = ask("/readyz", asking=client(shelf(), providers=lambda: providers(UP, DOWN, UNTRIED)))
    assert {name: each["state"] for name, each in body["sources"].items()} == {
        "yahoo": "up",
        "fred": "down",
        "binance": "not asked yet",
    }
    assert body["sources"]["fred"]["last_error"] == "fred did not answer"
    assert body["sources"]["fred"]["breaker"] == "open"


def test_without_any_provider_that_answers_we_are_not_ready() -> None:
    assert ask("/readyz", 503, client(shelf(), providers=lambda: providers(DOWN)))["status"] == "not ready"


def test_behind_providers_that_fail_the_recording_stands() -> None:
    assert ask("/readyz", asking=client(providers=lambda: providers(DOWN)))["status"] == "ready"


def test_metrics_are_written_as_prometheus_reads_them() -> None:
    asking = client(providers=lambda: providers(UP))
    asking.get("/api/v1/readings?keys=IXIC")
    asking.get("/api/v1/readings?keys=NOPE")
    asking.get('/api/v1/"} forged')
    answer = asking.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    assert 'market_requests_total{route="/api/v1/readings",status="200"} 1' in lines
    assert 'market_requests_total{route="/api/v1/readings",status="400"} 1' in lines
    assert 'market_requests_total{route="/api/{path:path}",status="404"} 1' in lines
    assert "market_ready 1" in lines
    assert 'market_source_up{source="yahoo"} 1' in lines
    assert 'market_source_failures_total{source="yahoo"} 2' in lines
    (memory,) = [line for line in lines if line.startswith("process_resident_memory_bytes ")]
    assert 1e7 < float(memory.split()[1]) < 1e10
    samples = [line for line in lines if not line.startswith("#")]
    assert [
        line for line in samples if not re.fullmatch(r'\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+', line)
    ] == []


@pytest.mark.parametrize(
    "address", ["192.0.2.7", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.7", "testclient"]
)
def test_metrics_are_not_told_to_others(address: str) -> None:
    assert "problem" in ask("/metrics", 403, client(address=address))["error"]


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_metrics_are_told_to_this_machine(address: str) -> None:
    assert client(address=address).get("/metrics").status_code == 200


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip"])
def test_a_proxy_on_this_machine_is_not_this_machine(header: str) -> None:
    assert client().get("/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_metrics_are_told_to_everyone_where_the_setting_says_so() -> None:
    asking = client(settings=Settings(metrics=Metrics.PUBLIC), address="192.0.2.7")
    assert asking.get("/metrics").status_code == 200
