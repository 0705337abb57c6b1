"""The stress score through JSON."""

import pytest

from analytics.stress import stress
from market.moments import parse_moment
from tests.api.service import RECORDING, ask, client, shelf


@pytest.mark.parametrize("asof", ["2026-02-05", "2026-02-07", "2026-03-05"])
def test_the_contributions_add_up_to_the_score(asof: str) -> None:
    body = ask(f"/api/v1/stress?asof={asof}")
    parts = [part["value"] or 0 for part in body["contributions"].values()]
    assert sum(parts) == pytest.approx(body["score"]["value"], abs=1e-9)


def test_the_score_is_the_one_of_the_page() -> None:
    feed = RECORDING.as_of(parse_moment("2026-02-05"))
    shown = stress(feed.many(feed.catalogue.everything()).found)
    body = ask("/api/v1/stress?asof=2026-02-05")
    for name, number in (("score", shown.score), ("tradfi", shown.tradfi), ("coverage", shown.coverage)):
        assert body[name]["value"] == number.value
    assert body["regime"] == shown.regime
    assert [block["key"] for block in body["blocks"]] == list(body["contributions"])


def test_without_any_series_there_is_no_score_and_it_says_why() -> None:
    body = ask("/api/v1/stress", asking=client(shelf()))
    assert (body["score"]["value"], body["score"]["state"], body["regime"]) == (None, "missing", None)
    assert body["score"]["why"]
    assert body["missing"]
