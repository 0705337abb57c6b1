"""Past falls through JSON."""

import pytest

from analytics.rebound import ASSETS
from app.present.episodes import falls_of
from market.moments import parse_moment
from tests.api.service import RECORDING, ask, client, daily, shelf


@pytest.mark.parametrize("key", ["IXIC", "BTC"])
def test_every_fall_starts_at_its_peak(key: str) -> None:
    body = ask(f"/api/v1/episodes?key={key}&asof=2026-02-05")
    assert body["falls"]
    assert body["n"] == sum(not fall["current"] for fall in body["falls"])
    for fall in body["falls"] + body["named"]:
        assert fall["path"][0] == 100
        assert fall["depth_pct"]["value"] < 0
        at_low = fall["path"][fall["sessions_down"] :]
        assert not at_low or fall["depth_pct"]["value"] == pytest.approx(at_low[0] - 100)


def test_the_falls_are_those_of_the_page() -> None:
    feed = RECORDING.as_of(parse_moment("2026-02-05"))
    shown = falls_of("BTC", tuple(feed.many(feed.catalogue.pick(*ASSETS))), feed.catalogue.episodes)
    body = ask("/api/v1/episodes?key=BTC&asof=2026-02-05")
    assert [fall["key"] for fall in body["falls"]] == [fall.key for fall in shown.falls]
    assert [fall["path"] for fall in body["falls"]] == [list(fall.path) for fall in shown.falls]
    assert [fall["beta"]["value"] for fall in body["falls"]] == [fall.beta.value for fall in shown.falls]
    assert body["current"] == (shown.current.key if shown.current else None)


def test_few_falls_give_no_percentage_of_what_followed() -> None:
    for sequel in ask("/api/v1/episodes?key=IXIC&asof=2026-02-05")["sequels"]:
        assert sequel["n"] < 8
        assert sequel["quantiles_pct"] == {}
        assert sequel["why"]


def test_without_prices_there_are_no_falls_and_it_says_why() -> None:
    asking = client(shelf(BTC=daily("BTC", [1.0, 2.0])))
    body = ask("/api/v1/episodes?key=IXIC", asking=asking)
    assert (body["falls"], body["n"], body["current"]) == ([], 0, None)
    assert body["why"] == "There are no prices of Nasdaq Composite."
