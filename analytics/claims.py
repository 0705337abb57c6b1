"""The article's claims, checked: what was said, what it measures to, and why.

"The article" is a market commentary of February 2026, "How the February 2026 Tech Rout Is Driving a
Global Risk-Off Cycle". Each claim is judged with what was known at the end of its own day, whatever came
later.
"""

from collections.abc import Mapping

from analytics import claims_crypto, claims_macro, claims_stocks
from analytics.checking import Checked, check, evidence
from market.bars import Bars

CLAIMS = (*claims_stocks.CLAIMS, *claims_crypto.CLAIMS, *claims_macro.CLAIMS)


def claims(known: Mapping[str, Bars], hours: Mapping[str, Bars] | None = None) -> tuple[Checked, ...]:
    """Every claim with its verdict, in the article's order, from daily series and, where loaded, hourly ones.

    A claim about a day that is not over is ``not yet``; one whose series are missing is ``not measured``.
    """
    by_day = {day: evidence(known, hours or {}, day) for day in {claim.day for claim in CLAIMS}}
    return tuple(check(claim, known, by_day[claim.day]) for claim in CLAIMS)
