"""The article's claims through JSON."""

import pytest

from analytics.claims import CLAIMS
from tests.api.service import ask, client, shelf

VERDICTS = {"holds", "depends", "fails", "not measured", "not yet"}


def by_key(address: str) -> dict[str, dict]:  # type: ignore[type-arg]
    return {claim["key"]: claim for claim in ask(address)["claims"]}


def test_every_claim_has_a_verdict_and_its_reason() -> None:
    claims = by_key("/api/v1/claims")
    assert list(claims) == [claim.key for claim in CLAIMS]
    for claim in claims.values():
        assert claim["verdict"] in VERDICTS
        assert claim["says"]
        assert claim["why"]
        assert claim["value"] == next(iter(claim["numbers"].values()), None)


def test_the_close_of_the_rout_is_measured() -> None:
    claim = by_key("/api/v1/claims?asof=2026-02-05")["nasdaq_close"]
    assert (claim["verdict"], claim["value"]["value"]) == ("holds", 22540.59)


@pytest.mark.parametrize(("asof", "verdict"), [("2026-02-05T20:59Z", "not yet"), ("2026-02-06", "holds")])
def test_a_claim_is_not_judged_before_its_day_is_over(asof: str, verdict: str) -> None:
    assert by_key(f"/api/v1/claims?asof={asof}")["nasdaq_close"]["verdict"] == verdict


def test_without_prices_nothing_is_measured() -> None:
    claims = ask("/api/v1/claims", asking=client(shelf()))["claims"]
    assert {claim["verdict"] for claim in claims} <= {"not measured", "not yet"}
