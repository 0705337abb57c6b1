"""The article's claims about the whole of the sell-off, each with its measure."""

import numpy as np

from analytics.alignment import align
from analytics.checking import Claim, Evidence, Finding, Verdict, graded, hole, reason
from analytics.claims_crypto import TRILLION, bitcoin_value_lost
from analytics.claims_stocks import RELIEF, ROUT
from analytics.observations import is_known
from analytics.rebound import scoreboard
from analytics.strength import OVERSOLD, relative_strength
from analytics.stress import stress
from analytics.stress_map import stress_map
from analytics.stress_score import say_score
from analytics.stress_words import regime_word
from analytics.systemic import absorption_ratio
from market.readings import Result
from market.text import decimal

TOPIC = "The whole"
RISK_OFF = 60.0
DEEPLY = 20.0
STRENGTH_DAYS = 250  # more than Wilder's averages remember
RECENT = 60  # 1% of what they hold is older
CROSS = ("IXIC", "GSPC", "IGV", "SOX", "BTC", "ETH", "GLD", "HYG", "DXY", "IEF")
ONE_CAUSE = 0.5
SPANS = (20, 60)


def _oversold(at: Evidence) -> Finding:
    found = {key: relative_strength(at.window(key, STRENGTH_DAYS)) for key in ("IXIC", "IGV", "BTC")}
    numbers = {
        key: at.number(key, each, "of 100", "relative_strength", window=14) for key, each in found.items()
    }
    holes = (hole(at.window(key, RECENT)) for key in found)
    absent = next(filter(None, holes), None) or reason(found.values())
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    values = {key: each.value for key, each in found.items() if each.value is not None}
    said = ", ".join(f"{at[key].instrument.short} {decimal(value, 1)}" for key, value in values.items())
    deep = sum(value < DEEPLY for value in values.values())
    plain = sum(value < OVERSOLD for value in values.values())
    why = (
        f"Relative strength of 14 days: {said}. {plain} of {len(values)} under 30, {deep} under 20. Other "
        "lengths say otherwise: what is deep is a convention."
    )
    return Finding(graded(deep, len(values)), why, numbers)


def _trillions(at: Evidence) -> Finding:
    lost = bitcoin_value_lost(at)
    number = {"bitcoin alone": at.number("BTC", lost.scaled(1 / TRILLION), "trillion USD", "bitcoin_value")}
    if lost.value is None:
        return Finding(Verdict.NOT_MEASURED, lost.why or "", number)
    why = (
        f"Bitcoin alone lost ${decimal(lost.value / TRILLION, 2)} trillion from its highest close to 5 "
        "February: a floor. Shares outstanding and the supplies of other coins are not here."
    )
    verdict = Verdict.HOLDS if lost.value >= 2 * TRILLION else Verdict.NOT_MEASURED
    return Finding(verdict, why, number)


def _no_single_cause(at: Evidence) -> Finding:
    found = stress_map(at.known)
    moves = align([at[key] for key in CROSS]).moves.to_numpy(float)
    shares = {span: _first_component(moves[-span:], span) for span in SPANS}
    numbers = {
        f"one common movement, {span} sessions": at.joint(
            CROSS, each.scaled(100), "percent", "absorption_ratio", window=span, components=1
        )
        for span, each in shares.items()
    }
    numbers |= {"technology and crypto": found.narrow, "credit and funding": found.systemic}
    absent = reason(shares.values())
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    values = {span: each.value for span, each in shares.items() if each.value is not None}
    said = " and ".join(f"{decimal(100 * value)}% over {span}" for span, value in values.items())
    beside = (
        f" Technology and crypto stress stood at {decimal(found.narrow.value)} of 100, credit and funding "
        f"stress at {decimal(found.systemic.value)}."
        if found.narrow.value is not None and found.systemic.value is not None
        else ""
    )
    why = (
        f"One common movement explains {said} sessions of ten markets; a price does not tell a cause.{beside}"
    )
    return Finding(graded(sum(value <= ONE_CAUSE for value in values.values()), len(values)), why, numbers)


def _first_component(moves: np.ndarray, span: int) -> Result:
    """The share of the first principal component of the correlations; missing over a hole."""
    complete = moves[is_known(moves).all(axis=1)]
    if len(complete) < span:
        return Result.missing(f"{len(complete)} of {span} sessions have every market.", len(complete), span)
    if not (complete.std(axis=0) > 0).all():
        return Result.missing("One of the markets did not move.", len(complete), span)
    share = absorption_ratio(np.corrcoef(complete, rowvar=False), factors=1)
    return Result(share, len(complete), window=span)


def _risk_off(at: Evidence) -> Finding:
    found = stress(at.known)
    numbers = {"score": found.score, "without crypto": found.tradfi, "crypto": found.crypto}
    if found.score.value is None:
        return Finding(Verdict.NOT_MEASURED, found.score.why or "", numbers)
    credit = next((block.score.value for block in found.blocks if block.key == "credit"), None)
    why = (
        f"The stress score of American markets and crypto stood at {say_score(found.score.value)} of 100, "
        f"{regime_word(found)}: without crypto {say_score(found.tradfi.value)}, credit {say_score(credit)}, "
        f"crypto {say_score(found.crypto.value)}. Markets elsewhere are not measured."
    )
    return Finding(Verdict.DEPENDS if found.score.value >= RISK_OFF else Verdict.FAILS, why, numbers)


def _durable(at: Evidence) -> Finding:
    boards = [scoreboard(key, at.known) for key in ("IXIC", "BTC")]
    numbers = {f"{board.key} retraced": board.rally.retraced for board in boards if board.rally}
    said = "; ".join(
        f"{board.name} {board.passed} of {board.applicable} tests, {board.profile}"
        for board in boards
        if board.profile is not None
    )
    told = f" Now: {said}." if said else ""
    return Finding(Verdict.NOT_MEASURED, f"The article asks, and claims neither.{told}", numbers)


CLAIMS = (
    Claim(
        "oversold",
        TOPIC,
        "Markets were deeply oversold.",
        "Relative strength index of 14 days (Wilder) of the Nasdaq, the software fund and Bitcoin on 5 "
        "February. Oversold: under 30. Deeply: under 20.",
        ("IXIC", "IGV", "BTC"),
        ROUT,
        check=_oversold,
    ),
    Claim(
        "trillions",
        TOPIC,
        "Trillions of dollars were erased.",
        "Value at the peak less value on 5 February. Of Bitcoin it is known: price × the coins its protocol "
        "has paid out.",
        ("BTC",),
        ROUT,
        check=_trillions,
    ),
    Claim(
        "no_crisis",
        TOPIC,
        "This is not a crisis of a single cause, but a repricing of risk.",
        "The share of the moves of ten markets that one common movement explains (first principal component) "
        "over 20 and 60 sessions: of a single cause it would be more than half. Stress of credit beside it.",
        CROSS,
        ROUT,
        check=_no_single_cause,
    ),
    Claim(
        "risk_off",
        TOPIC,
        "A global risk-off cycle is under way.",
        "The stress score at 60 or above. It is made of American markets and crypto: under 60 the claim "
        "fails where the rout began, above it says nothing of the rest of the world.",
        ("VIX", "IXIC", "HYG", "IEF"),
        ROUT,
        check=_risk_off,
    ),
    Claim(
        "durable",
        TOPIC,
        "Whether the rebound of 6 February is a durable recovery or a relief rally is left open.",
        "A question is no claim. The rebound scoreboards of the Nasdaq and Bitcoin are read as of now.",
        ("IXIC", "BTC"),
        since=RELIEF,
        check=_durable,
    ),
)
