"""Levels through JSON."""

import pytest

from tests.api.service import ask


def test_a_level_says_where_price_stands_and_what_happened() -> None:
    body = ask("/api/v1/levels?key=BTC&zone=68000-70000&asof=2026-02-05")
    assert (body["zone"]["low"], body["zone"]["high"]) == (68000, 70000)
    assert body["zone"]["why"]
    assert body["price"] == 62910
    assert body["distance_pct"] == pytest.approx(100 * (62910 / 68000 - 1))
    assert body["distance_atr"] < 0
    assert body["reach_pct"]["value"] == pytest.approx(100 * (68000 / 62910 - 1))
    assert body["reach_pct"]["inputs"] == {"level": 68000, "price": 62910}
    assert body["reach_atr"]["value"] == pytest.approx(-body["distance_atr"])
    assert body["touches"] == len(body["touched"])
    assert body["holding"]["holds"] is False
    assert body["state"] in {"Above", "Testing", "Inside", "Below", "Held", "Lost", "Reclaimed"}


def test_a_level_may_be_written_as_in_an_address() -> None:
    assert ask("/api/v1/levels?key=BTC&zone=BTC:68000-70000") == ask(
        "/api/v1/levels?key=BTC&zone=68000-70000"
    )
