"""The rebound tests through JSON."""

import pytest

from analytics.rebound import ASSETS, scoreboard
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


def test_the_tests_are_not_made_for_everything() -> None:
    assert ask("/api/v1/rebound?key=GLD", 400)["error"]["parameter"] == "key"


def test_without_prices_nothing_is_judged() -> None:
    body = ask("/api/v1/rebound?key=BTC", asking=client(shelf()))
    assert (body["rally"], body["retraced_pct"], body["passed"], body["tests"]) == (None, None, 0, [])
    assert body["why"]
    assert body["past"]["failed_pct"]["state"] == "missing"
