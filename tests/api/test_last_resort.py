"""Beside live prices, what only the recording holds is shown with its date, and nothing is made of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from analytics.stories import Page
from data_sources.chain import Chain
from data_sources.feed import Feed
from data_sources.settings import Mode
from data_sources.steady import Steady
from market import catalogue
from tests.api.service import RECORDING, asking, client
from tests.fakes.clock import Clock
from tests.fakes.telling import Telling, Town
from tests.fakes.world import World

# Calendars are opened in the threads that ask, where the filters of warnings are not ours.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
NOVEMBER = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)
KNOWN = catalogue.load()
NAMES = sorted({listing.source for each in KNOWN for listing in each.listings})
VENUES = ("coinbase", "kraken", "okx", "bybit", "gate", "binance")
OUTAGES = [*((name,) for name in NAMES), *combinations(NAMES, 2), VENUES, (*VENUES, "yahoo")]


def envelopes(body: Any) -> Iterator[dict[str, Any]]:
    """Every number in an answer, however deep."""
    if isinstance(body, dict):
        if {"value", "state", "as_of"} <= body.keys():
            yield body
        for each in body.values():
            yield from envelopes(each)
    elif isinstance(body, list):
        for each in body:
            yield from envelopes(each)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path, Mode.AUTO, Clock(NOVEMBER))


@pytest.fixture(scope="module")
def providers() -> Mapping[str, Telling]:
    """Every provider at one moment, without caches in front of them."""
    world = World(lambda: NOVEMBER)
    return {name: Telling(world, name) for name in NAMES}


def test_what_only_the_recording_holds_is_told_with_its_state_and_date_and_nothing_is_made_of_it(
    town: Town,
) -> None:
    town.fail(["yahoo", "yahoo_adjusted"])
    town.settle()
    asked = asking(town)
    readings = asked.get("/api/v1/readings?keys=IGV,SOX,BTC,IXIC").json()
    for key in ("IGV", "SOX"):
        last = readings[key].pop("last")
        assert (last["state"], last["as_of"]) == ("recorded", "2026-03-06T21:00:00Z")
        assert {number["value"] for number in readings[key].values()} == {None}
        assert {number["why"] for number in readings[key].values()} == {
            f"{KNOWN[key].name}: Yahoo Finance did not answer."
        }
    assert readings["BTC"]["last"]["state"] == "provisional"
    assert readings["IXIC"]["last"]["source"] == "fred"
    bars = asked.get("/api/v1/bars/IGV").json()
    assert bars["provenance"]["state"] == "recorded"


def test_a_correlation_with_what_only_the_recording_holds_is_missing_with_its_reason(town: Town) -> None:
    town.fail(["yahoo", "yahoo_adjusted"])
    town.settle()
    body = asking(town).get("/api/v1/correlation?keys=BTC,IGV").json()
    assert body["value"] == [[1.0, None], [None, None]]
    assert body["missing"] == {"IGV": "Software (IGV): Yahoo Finance did not answer."}


def test_a_replay_of_days_that_the_recording_holds_is_answered_from_it(town: Town) -> None:
    town.fail(["yahoo", "yahoo_adjusted"])
    town.settle()
    asked = asking(town)
    held = asked.get("/api/v1/readings?keys=IGV&asof=2026-02-05").json()["IGV"]
    assert held["last"]["state"] == "recorded"
    assert held["change_1d_pct"]["value"] is not None
    after = asked.get("/api/v1/readings?keys=IGV&asof=2026-10-01").json()["IGV"]
    assert (after["last"]["state"], after["last"]["as_of"]) == ("recorded", "2026-03-06T21:00:00Z")
    assert after["change_1d_pct"]["value"] is None


@pytest.mark.parametrize("failing", OUTAGES, ids="+".join)
def test_whoever_fails_no_number_is_older_than_its_budget_without_saying_so(
    providers: Mapping[str, Telling], failing: tuple[str, ...]
) -> None:
    for name, provider in providers.items():
        provider.fails = name in failing
    chain = Chain(providers, lambda: NOVEMBER, RECORDING.source)
    asked = client(Feed(Steady(chain), KNOWN), now=NOVEMBER)
    keys = [each.key for each in KNOWN]
    for some in (keys[:40], keys[40:]):
        for key, numbers in asked.get(f"/api/v1/readings?keys={','.join(some)}").json().items():
            last = numbers["last"]
            if last["state"] in ("recorded", "missing"):
                assert {each["value"] for name, each in numbers.items() if name != "last"} == {None}
            elif last["state"] != "stale":
                assert age(last["as_of"]) <= budget(key)
    for page in Page:
        for number in envelopes(asked.get(f"/api/v1/facts?page={page.value}").json()):
            assert number["state"] in ("final", "provisional")


def age(as_of: str) -> timedelta:
    return NOVEMBER - datetime.fromisoformat(as_of)


def budget(key: str) -> timedelta:
    """The longest that may lie between two prices of ``key``: a long weekend, and what its source lags."""
    instrument = KNOWN[key]
    lag = max((each.delay_minutes for each in instrument.listings), default=0)
    return timedelta(days=8 if instrument.flow else 5, minutes=2 * lag)
