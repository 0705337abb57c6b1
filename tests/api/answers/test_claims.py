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


def test_a_claim_says_of_which_days_it_speaks() -> None:
    claims = by_key("/api/v1/claims")
    run = claims["several_sessions"]
    assert (run["from"], run["to"], run["day"]) == ("2026-02-03", "2026-02-05", "2026-02-05")
    assert (claims["durable"]["from"], claims["durable"]["day"]) == (None, None)


def test_a_bond_fund_is_measured_with_its_dividends_and_every_number_says_its_sample() -> None:
    numbers = by_key("/api/v1/claims")["rotation"]["numbers"]
    for key in ("IEF", "TLT", "SHY"):
        number = numbers[f"{key}, Since 28 January"]
        assert "unadjusted" not in number.get("flags", ())
        assert "adjusted for dividends" in number["sampling"]
    last = by_key("/api/v1/claims")["correlation"]["numbers"]["5 sessions, on the day"]
    assert (last["n"], last["sampling"], last["inputs"]["window"]) == (5, "New York closes", 5)


@pytest.mark.parametrize(("asof", "verdict"), [("2026-02-05T20:59Z", "not yet"), ("2026-02-06", "holds")])
def test_a_claim_is_not_judged_before_its_day_is_over(asof: str, verdict: str) -> None:
    assert by_key(f"/api/v1/claims?asof={asof}")["nasdaq_close"]["verdict"] == verdict


def test_without_prices_nothing_is_measured() -> None:
    claims = ask("/api/v1/claims", asking=client(shelf()))["claims"]
    assert {claim["verdict"] for claim in claims} <= {"not measured", "not yet"}
