"""The article's claims about macro, each with its measure."""

from dataclasses import replace
from datetime import date

import numpy as np

from analytics.checking import Claim, Evidence, Finding, Verdict, graded, hole, reason
from analytics.claims_stocks import BEGINNING, RELIEF, ROUT, percent
from analytics.macro import percentile_of_year
from analytics.ranks import percentile_of_last
from analytics.rotation import SAFE_GROUPS
from analytics.volatility import rolling_volatility
from market.readings import Envelope, Result
from market.text import basis_points, percentile

TOPIC = "Macro"
HIGH = 0.80
SESSIONS, YEAR = 20, 252
FEWEST_YEAR = 200
GROUPS = ("gold", "bonds", "defensives", "cash")


def _rotation(at: Evidence) -> Finding:
    every = [key for group in GROUPS for key in SAFE_GROUPS[group]]
    spans = {
        f"Over {SESSIONS} sessions": {key: at.change(key, SESSIONS) for key in every},
        "Since 28 January": {key: at.change_since(key, BEGINNING) for key in every},
    }
    numbers: dict[str, Envelope] = {}
    said: list[str] = []
    parts: list[bool | None] = []
    for name, moved in spans.items():
        numbers |= {f"{key}, {name}": at.moved(key, each, window=name) for key, each in moved.items()}
        absent = reason(moved.values())
        if absent:
            return Finding(Verdict.NOT_MEASURED, absent, numbers)
        values = {key: each.value for key, each in moved.items() if each.value is not None}
        means = {group: float(np.mean([values[key] for key in SAFE_GROUPS[group]])) for group in GROUPS}
        parts += [_rose(at, group, mean) for group, mean in means.items()]
        said.append(
            f"{name}: " + ", ".join(f"{group} {percent(100 * mean, 1)}" for group, mean in means.items())
        )
    by_price = any(at.is_unadjusted(key) for group in ("bonds", "cash") for key in SAFE_GROUPS[group])
    left_out = " Bonds and cash by price, without their interest." if by_price else ""
    why = f"{'. '.join(said)}.{left_out}"
    return Finding(_verdict(parts), why, numbers)


def _rose(at: Evidence, group: str, mean: float) -> bool | None:
    """Whether a group rose; None where its price fell and what it paid out may have made good for it."""
    if mean > 0:
        return True
    is_narrow = abs(mean) < 0.01 and any(at.is_unadjusted(key) for key in SAFE_GROUPS[group])
    return None if is_narrow else False


def _verdict(parts: list[bool | None]) -> Verdict:
    """Graded where every part is known; with one unknown it still depends where the known ones differ."""
    known = [part for part in parts if part is not None]
    verdict = graded(sum(known), len(known)) if known else Verdict.NOT_MEASURED
    return verdict if len(known) == len(parts) or verdict is Verdict.DEPENDS else Verdict.NOT_MEASURED


def _dollar(at: Evidence) -> Finding:
    moved = {window: at.change("DXY", window) for window in (5, 20, 60)}
    place = percentile_of_year(at["DXY"].close)
    numbers = {
        f"{window} sessions": at.moved("DXY", result, sessions=window) for window, result in moved.items()
    }
    numbers["percentile of a year"] = at.number(
        "DXY", place.scaled(100), "percentile", "percentile_1y", window=YEAR
    )
    absent = reason((*moved.values(), place))
    if absent or place.value is None:
        return Finding(Verdict.NOT_MEASURED, absent or "", numbers)
    parts = [(result.value or 0.0) > 0 for result in moved.values()] + [place.value > HIGH]
    said = ", ".join(f"{window} sessions {percent(100 * (r.value or 0))}" for window, r in moved.items())
    why = f"{said}; {percentile(100 * place.value)} of a year."
    return Finding(graded(sum(parts), len(parts)), why, numbers)


def _commodities(at: Evidence) -> Finding:
    places = {}
    for key in ("GLD", "WTI"):
        absent = hole(at.window(key, SESSIONS + 1))
        if absent:
            return Finding(Verdict.NOT_MEASURED, absent)
        line = rolling_volatility(at.window(key, YEAR + SESSIONS + 1), SESSIONS, 252)
        places[key] = percentile_of_last(line, YEAR, minimum=FEWEST_YEAR)
    numbers = {
        key: at.number(key, place.scaled(100), "percentile", "realised_vol", window=SESSIONS, past=YEAR)
        for key, place in places.items()
    }
    absent = reason(places.values())
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    volatile = sum((place.value or 0.0) > HIGH for place in places.values())
    said = ", ".join(
        f"{at[key].instrument.short} {percentile(100 * (place.value or 0))}" for key, place in places.items()
    )
    why = f"20-session volatility in its own year: {said}."
    return Finding(graded(volatile, len(places)), why, numbers)


def _fed(at: Evidence) -> Finding:
    yields = at.window("US2Y", SESSIONS + 1)
    numbers, said = {}, []
    for name, rows in (("on the day", 1), (f"over {SESSIONS} sessions", SESSIONS)):
        moved = 100 * float(yields.iloc[-1] - yields.iloc[-1 - rows]) if len(yields) > rows else np.nan
        why = "One of the two yields was not published."
        known = Result.missing(why, rows) if np.isnan(moved) else Result(moved, n=rows, window=rows)
        result = replace(known, as_of=at.instant("US2Y"))
        numbers[f"2-year yield, {name}"] = at.number("US2Y", result, "bp", "macro_change", sessions=rows)
        if result.value is not None:
            said.append(f"{basis_points(moved)} {name}")
    told = f" The 2-year yield moved {' and '.join(said)}." if said else ""
    return Finding(Verdict.NOT_MEASURED, f"Fed-funds futures are not here.{told}", numbers)


CLAIMS = (
    Claim(
        "rotation",
        TOPIC,
        "Money rotated into gold, government bonds, defensive shares and cash.",
        "Mean return of each group over the 20 sessions up to 5 February, and since 28 January. Cash: "
        "Treasuries of 1–3 years (SHY), the nearest to bills that is here.",
        tuple(key for group in GROUPS for key in SAFE_GROUPS[group]),
        ROUT,
        days=(date(2026, 1, 7), ROUT),
        check=_rotation,
    ),
    Claim(
        "dollar",
        TOPIC,
        "The dollar is strong.",
        "Changes over 5, 20 and 60 sessions, and the percentile of a year: above the 80th.",
        ("DXY",),
        ROUT,
        check=_dollar,
    ),
    Claim(
        "commodities",
        TOPIC,
        "Commodities are volatile.",
        "20-session volatility of gold and oil among its last 252 values: above the 80th percentile.",
        ("GLD", "WTI"),
        ROUT,
        check=_commodities,
    ),
    Claim(
        "fed_cuts",
        TOPIC,
        "Fewer rate cuts are expected.",
        "Meeting by meeting from fed-funds futures; in their absence the 2-year yield is shown and "
        "nothing is judged.",
        ("US2Y",),
        RELIEF,
        days=(ROUT, ROUT),
        newest=ROUT,
        check=_fed,
    ),
)
