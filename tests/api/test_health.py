"""Whether the process says truly how it is, and to whom."""

import re
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest

from api.health import Providers
from data_sources.assembly import assemble
from data_sources.breaker import BreakerState
from data_sources.health import ProviderHealth
from data_sources.settings import SHIPPED_RECORDING, Metrics, Mode, Settings
from tests.api.service import NOW, ask, asking, client, shelf
from tests.fakes.clock import Clock
from tests.fakes.telling import Town

# Calendars are opened in the threads that ask, where the filters of warnings are not ours.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
UP = ProviderHealth("yahoo", BreakerState.CLOSED, last_success=NOW, requests=9, failures=2, has_prices=True)
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
        "degraded": [],
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
    assert body["degraded"] == ["recording"]
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
    assert body["degraded"] == ["fred"]
    assert body["sources"]["fred"]["last_error"] == "fred did not answer"
    assert body["sources"]["fred"]["breaker"] == "open"


def test_without_any_provider_that_answers_we_are_not_ready() -> None:
    for known in (providers(DOWN), providers(UNTRIED), providers(DOWN, UNTRIED), {}):
        asking = client(shelf(), providers=lambda known=known: known)
        assert ask("/readyz", 503, asking)["status"] == "not ready"


def test_a_provider_whose_older_prices_can_be_shown_is_enough_and_is_named() -> None:
    failing = replace(DOWN, has_prices=True)
    body = ask("/readyz", asking=client(shelf(), providers=lambda: providers(failing)))
    assert (body["status"], body["degraded"]) == ("ready", ["fred"])


def test_a_provider_that_cannot_keep_its_answers_is_degraded() -> None:
    full = replace(UP, storage="The disk is full.")
    body = ask("/readyz", asking=client(shelf(), providers=lambda: providers(full)))
    assert body["degraded"] == ["yahoo"]
    assert body["sources"]["yahoo"]["last_error"] == "The disk is full."


def test_behind_providers_that_fail_the_recording_stands_and_they_are_named() -> None:
    body = ask("/readyz", asking=client(providers=lambda: providers(DOWN, UNTRIED)))
    assert (body["status"], body["degraded"]) == ("ready", ["fred"])


@pytest.mark.parametrize(
    ("mode", "recording", "status"),
    [
        (Mode.LIVE, SHIPPED_RECORDING, 503),
        (Mode.AUTO, SHIPPED_RECORDING, 200),
        (Mode.AUTO, Path("nowhere"), 503),
        (Mode.RECORDED, Path("nowhere"), 503),
        (Mode.RECORDED, SHIPPED_RECORDING, 200),
    ],
)
def test_where_every_provider_fails_we_are_ready_only_with_a_recording_to_show(
    tmp_path: Path, mode: Mode, recording: Path, status: int
) -> None:
    town = Town(tmp_path, mode, Clock(), recording)
    town.fail(town.providers)
    assert ask("/readyz", status, asking(town))["degraded"] in ([], ["recording"])
    town.settle()
    body = ask("/readyz", status, asking(town))
    asked = {name for name, provider in town.providers.items() if provider.keys}
    assert set(body["degraded"]) - {"recording"} == asked
    assert {body["sources"][name]["state"] for name in asked} <= {"down"}


def test_once_prices_have_come_we_are_ready_and_stay_so_while_they_can_be_shown(tmp_path: Path) -> None:
    town = Town(tmp_path, Mode.LIVE, Clock())
    asked = asking(town)
    ask("/readyz", 503, asked)
    town.settle(1)
    assert ask("/readyz", asking=asked)["degraded"] == []
    town.fail(town.providers)
    town.clock.pass_by(7200)
    town.settle(1)
    body = ask("/readyz", asking=asked)
    assert "coinbase" in body["degraded"]
    assert body["status"] == "ready"


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
