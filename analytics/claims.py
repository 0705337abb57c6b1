"""The article's claims, checked: what was said, what it measures to, and why.

"The article" is a market commentary of February 2026, "How the February 2026 Tech Rout Is Driving a
Global Risk-Off Cycle". Each claim is judged by its own words, with what was known at the end of its own day,
whatever came later. Where the words leave room, each reading is measured, and the verdict says that it
depends.
"""

from collections.abc import Mapping

from analytics import (
    claims_bitcoin,
    claims_crypto,
    claims_macro,
    claims_rally,
    claims_stocks,
    claims_together,
    claims_whole,
)
from analytics.checking import Checked, Claim, check, evidence
from market.bars import Bars

CLAIMS = (
    *claims_stocks.CLAIMS,
    *claims_rally.CLAIMS,
    *claims_bitcoin.CLAIMS,
    *claims_crypto.CLAIMS,
    *claims_together.CLAIMS,
    *claims_macro.CLAIMS,
    *claims_whole.CLAIMS,
)


def claims(
    known: Mapping[str, Bars],
    hours: Mapping[str, Bars] | None = None,
    total_returns: Mapping[str, Bars] | None = None,
) -> tuple[Checked, ...]:
    """Every claim with its verdict, in the article's order, from daily series and, where loaded, hourly ones.

    A claim about a day that is not over is ``not yet``; one whose series are missing, or have a hole in the
    window it needs, is ``not measured``. Without ``total_returns`` of a fund its price alone is measured, and
    the number is flagged ``unadjusted``.
    """
    given = known, hours or {}, total_returns or {}
    seen = {(each.day, each.newest): evidence(each, *given) for each in CLAIMS}
    return tuple(check(claim, known, seen[claim.day, claim.newest]) for claim in CLAIMS)


def claim_named(key: str) -> Claim:
    """One claim by its key; raises `KeyError` where there is none."""
    return next((claim for claim in CLAIMS if claim.key == key), None) or _unknown(key)


def _unknown(key: str) -> Claim:
    raise KeyError(key)
