"""The article's claims about macro and about the whole, each with its measure."""

import numpy as np

from analytics.checking import Claim, Evidence, Finding, Verdict, graded
from analytics.claims_stocks import RELIEF, ROUT, percent
from analytics.macro import percentile_of_year
from analytics.ranks import percentile_of_last
from analytics.rebound import scoreboard
from analytics.returns import change_over
from analytics.stress import stress
from analytics.stress_map import stress_map
from analytics.stress_score import say_score
from analytics.stress_words import regime_word
from analytics.volatility import rolling_volatility
from market.readings import Result
from market.text import basis_points, decimal, percentile

MACRO, WHOLE = "Macro", "The whole"
GROUPS = {"gold": ("GLD",), "bonds": ("IEF", "TLT"), "defensives": ("XLP", "XLU", "XLV")}
HIGH = 0.80
SESSIONS = 20
RISK_OFF = 60.0


def _rotation(at: Evidence) -> Finding:
    moved = {key: change_over(at[key].close, SESSIONS) for keys in GROUPS.values() for key in keys}
    numbers = {
        key: at.number(key, result.scaled(100), "percent", "window_return", sessions=SESSIONS)
        for key, result in moved.items()
    }
    if any(result.value is None for result in moved.values()):
        return Finding(Verdict.NOT_MEASURED, f"The history is shorter than {SESSIONS} sessions.", numbers)
    means = {
        name: 100 * float(np.mean([moved[key].value or 0.0 for key in keys])) for name, keys in GROUPS.items()
    }
    rose = sum(mean > 0 for mean in means.values())
    said = ", ".join(f"{name} {percent(mean, 1)}" for name, mean in means.items())
    return Finding(graded(rose, len(means)), f"Over {SESSIONS} sessions: {said}.", numbers)


def _dollar(at: Evidence) -> Finding:
    close = at["DXY"].close
    moved = {window: change_over(close, window) for window in (5, 20, 60)}
    place = percentile_of_year(close)
    numbers = {
        f"{window} sessions": at.number(
            "DXY", result.scaled(100), "percent", "window_return", sessions=window
        )
        for window, result in moved.items()
    }
    numbers["percentile of a year"] = at.number("DXY", place.scaled(100), "percentile", "percentile_1y")
    if place.value is None or any(result.value is None for result in moved.values()):
        return Finding(Verdict.NOT_MEASURED, "The history is too short.", numbers)
    parts = [(result.value or 0.0) > 0 for result in moved.values()] + [place.value > HIGH]
    said = ", ".join(f"{window} sessions {percent(100 * (r.value or 0))}" for window, r in moved.items())
    why = f"{said}; {percentile(100 * place.value)} of a year."
    return Finding(graded(sum(parts), len(parts)), why, numbers)


def _commodities(at: Evidence) -> Finding:
    places = {}
    for key in ("GLD", "WTI"):
        volatility = rolling_volatility(at[key].close, SESSIONS, 252)
        places[key] = percentile_of_last(volatility.dropna(), minimum=60)
    numbers = {
        key: at.number(key, place.scaled(100), "percentile", "realised_vol", window=SESSIONS)
        for key, place in places.items()
    }
    if any(place.value is None for place in places.values()):
        return Finding(Verdict.NOT_MEASURED, "The history is too short.", numbers)
    volatile = sum((place.value or 0.0) > HIGH for place in places.values())
    said = ", ".join(
        f"{at[key].instrument.short} {percentile(100 * (place.value or 0))}" for key, place in places.items()
    )
    why = f"20-session volatility in its own history: {said}."
    return Finding(graded(volatile, len(places)), why, numbers)


def _fed(at: Evidence) -> Finding:
    two_years = at["US2Y"].close
    if len(two_years) <= SESSIONS:
        return Finding(Verdict.NOT_MEASURED, "The history is too short.")
    day, month = (100 * float(two_years.iloc[-1] - two_years.iloc[-1 - rows]) for rows in (1, SESSIONS))
    numbers = {
        "2-year yield, day": at.number("US2Y", Result(day, n=1), "bp", "macro_change"),
        "2-year yield, 20 sessions": at.number("US2Y", Result(month, n=SESSIONS), "bp", "macro_change"),
    }
    why = (
        f"Fed-funds futures are not here. The 2-year yield moved {basis_points(day)} on the day and "
        f"{basis_points(month)} over {SESSIONS} sessions."
    )
    return Finding(Verdict.NOT_MEASURED, why, numbers)


def _no_crisis(at: Evidence) -> Finding:
    found = stress_map(at.known)
    numbers = {"technology and crypto": found.narrow, "credit and funding": found.systemic}
    if found.corner is None or found.narrow.value is None or found.systemic.value is None:
        return Finding(Verdict.NOT_MEASURED, found.systemic.why or found.narrow.why or "", numbers)
    holds = found.corner in ("narrow", "calm")
    why = (
        f"Technology and crypto stress stood at {decimal(found.narrow.value)} of 100, "
        f"credit and funding stress at {decimal(found.systemic.value)}: {found.corner}."
    )
    return Finding(Verdict.HOLDS if holds else Verdict.FAILS, why, numbers)


def _risk_off(at: Evidence) -> Finding:
    found = stress(at.known)
    numbers = {"score": found.score, "without crypto": found.tradfi, "crypto": found.crypto}
    if found.score.value is None:
        return Finding(Verdict.NOT_MEASURED, found.score.why or "", numbers)
    credit = next((block.score.value for block in found.blocks if block.key == "credit"), None)
    word = regime_word(found)
    why = (
        f"The stress score stood at {say_score(found.score.value)} of 100, {word}: without crypto "
        f"{say_score(found.tradfi.value)}, credit {say_score(credit)}, "
        f"crypto {say_score(found.crypto.value)}."
    )
    return Finding(Verdict.HOLDS if found.score.value >= RISK_OFF else Verdict.FAILS, why, numbers)


def _durable(at: Evidence) -> Finding:
    boards = [scoreboard(key, at.known) for key in ("IXIC", "BTC")]
    numbers = {f"{board.key} retraced": board.rally.retraced for board in boards if board.rally}
    profiles = [board.profile for board in boards]
    if None in profiles:
        why = next(board.why for board in boards if board.profile is None)
        return Finding(Verdict.NOT_MEASURED, why or "", numbers)
    said = "; ".join(
        f"{board.name} {board.passed} of {board.applicable} tests, {board.profile}" for board in boards
    )
    recovered = sum(profile == "recovery profile" for profile in profiles)
    undecided = any(profile == "undecided" for profile in profiles)
    verdict = Verdict.DEPENDS if undecided else graded(recovered, len(boards))
    return Finding(verdict, f"{said}.", numbers)


CLAIMS = (
    Claim(
        "rotation",
        MACRO,
        "Money rotated into gold, government bonds and defensive shares.",
        "Mean return of each group over 20 sessions.",
        tuple(key for keys in GROUPS.values() for key in keys),
        ROUT,
        check=_rotation,
    ),
    Claim(
        "dollar",
        MACRO,
        "The dollar is strong.",
        "Changes over 5, 20 and 60 sessions, and the percentile of a year: above the 80th.",
        ("DXY",),
        ROUT,
        check=_dollar,
    ),
    Claim(
        "commodities",
        MACRO,
        "Commodities are volatile.",
        "20-session volatility of gold and oil in its own history: above the 80th percentile.",
        ("GLD", "WTI"),
        ROUT,
        check=_commodities,
    ),
    Claim(
        "fed_cuts",
        MACRO,
        "Fewer rate cuts are expected.",
        "Meeting by meeting from fed-funds futures; in their absence the 2-year yield is shown and "
        "nothing is judged.",
        ("US2Y",),
        ROUT,
        check=_fed,
    ),
    Claim(
        "no_crisis",
        WHOLE,
        "This is a repricing of risk, not a crisis.",
        "Two axes: technology and crypto stress, credit and funding stress. A crisis is where credit is "
        "stressed.",
        ("IXIC", "HYG", "IEF"),
        ROUT,
        check=_no_crisis,
    ),
    Claim(
        "risk_off",
        WHOLE,
        "A global risk-off cycle is under way.",
        "The stress score at 60 or above.",
        ("VIX", "IXIC", "HYG", "IEF"),
        ROUT,
        check=_risk_off,
    ),
    Claim(
        "durable",
        WHOLE,
        "The rebound of 6 February is a durable recovery.",
        "Tests passed on the rebound scoreboards of the Nasdaq and Bitcoin, as of now.",
        ("IXIC", "BTC"),
        since=RELIEF,
        check=_durable,
    ),
)
