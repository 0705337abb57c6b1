"""The rebound tests through JSON."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from analytics.rebound import ASSETS, scoreboard
from data_sources.feed import Feed
from market.bars import Bars
from market.fed import december
from market.instruments import Instrument, Interval
from market.moments import parse_moment
from tests.api.service import RECORDING, ask, client, shelf


@pytest.mark.parametrize("key", ASSETS)
def test_every_test_has_a_value_a_threshold_and_a_verdict(key: str) -> None:
    body = ask(f"/api/v1/rebound?key={key}&asof=2026-02-20")
    assert body["tests"]
    for test in body["tests"]:
        assert test["verdict"] in {"pass", "fail", "unknown"}
        assert test["threshold"]
        assert (test["verdict"] != "unknown") or test["why"]
        assert "value" in test["value"]
    verdicts = [test["verdict"] for test in body["tests"]]
    assert (verdicts.count("pass"), body["applicable"]) == (
        body["passed"],
        verdicts.count("pass") + verdicts.count("fail"),
    )


def test_the_share_retraced_is_the_one_of_the_page() -> None:
    feed = RECORDING.as_of(parse_moment("2026-02-06"))
    rally = scoreboard("IXIC", feed.many(feed.catalogue).found).rally
    body = ask("/api/v1/rebound?key=IXIC&asof=2026-02-06")
    assert rally is not None
    assert body["retraced_pct"]["value"] == rally.retraced.value
    assert body["rally"]["low"]["value"] == 22540.59


class WithFutures:
    """The recording, and one fed-funds future beside it."""

    def __init__(self, future: Bars) -> None:
        self.future = future

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        if instrument == self.future.instrument:
            return self.future
        return RECORDING.source.bars(instrument, interval)


def macro_test(asking: TestClient) -> dict[str, object]:
    tests = ask("/api/v1/rebound?key=IXIC&asof=2026-02-06", asking=asking)["tests"]
    [found] = [test for test in tests if test["key"] == "rebound_macro"]
    return found


def test_the_macro_test_is_made_with_the_future_of_december() -> None:
    days = RECORDING.bars("IXIC")
    prices = days.frame.assign(close=96.5)
    future = replace(days, instrument=december(parse_moment("2026-02-06")), frame=prices)
    feed = Feed(WithFutures(future), RECORDING.catalogue, RECORDING.span)
    assert macro_test(client(feed))["verdict"] == "pass"
    assert macro_test(client())["verdict"] == "unknown"


def test_the_tests_are_not_made_for_everything() -> None:
    assert ask("/api/v1/rebound?key=GLD", 400)["error"]["parameter"] == "key"


def test_without_prices_nothing_is_judged() -> None:
    body = ask("/api/v1/rebound?key=BTC", asking=client(shelf()))
    assert (body["rally"], body["retraced_pct"], body["passed"], body["tests"]) == (None, None, 0, [])
    assert body["why"]
    assert body["past"]["failed_pct"]["state"] == "missing"
