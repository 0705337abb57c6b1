"""The article's claims about stocks, each with its measure."""

from datetime import date

import numpy as np
import pandas as pd

from analytics.checking import Claim, Evidence, Finding, Verdict, graded, hole, reason
from analytics.observations import positive
from analytics.ranks import largest_since, rank_among_last
from analytics.returns import simple_returns
from market.calendars import day_end, day_of
from market.readings import Envelope, Result
from market.text import decimal, full_day, ordinal

ROUT, RELIEF, SATURDAY = date(2026, 2, 5), date(2026, 2, 6), date(2026, 2, 7)
YEAR_END, BEGINNING = date(2025, 12, 31), date(2026, 1, 28)
"""The last close of the year before, and the close from which the Nasdaq fell to that of 5 February."""

TOPIC = "Stocks"
QUARTER, HALF = 63, 126  # sessions: the "months" that a session can be one of the worst of
FEW, MANY = 5, 10  # how many sessions "one of the worst" may admit
BOTH = ("neither", "one", "both")
RUN = 21
TECH = ("IGV", "IXIC", "NDX", "SOX", "SMH", "XLK")

# What the article said, deeper end first.
DAILY_FALL = (-0.025, -0.018)
THIS_YEAR = (-0.14, -0.08)
SOFTWARE_BELOW_HIGH = (-0.30, -0.18)


def percent(value: float | None, places: int = 2) -> str:
    return decimal(value, places, signed=True, suffix="%")


def _nasdaq_close(at: Evidence) -> Finding:
    close = at["IXIC"].last
    verdict = Verdict.HOLDS if abs(close - 22_540) <= 25 else Verdict.FAILS
    number = at.number("IXIC", Result(close, n=1), "points", "last")
    return Finding(verdict, f"It closed at {decimal(close, 2)}.", {"close": number})


def _nasdaq_fall(at: Evidence) -> Finding:
    moved = at.change("IXIC", 1)
    number = at.number("IXIC", moved.scaled(100), "percent", "change_1d")
    if moved.value is None:
        return Finding(Verdict.NOT_MEASURED, moved.why or "", {"change": number})
    verdict = Verdict.HOLDS if abs(moved.value + 0.016) <= 0.001 else Verdict.FAILS
    return Finding(verdict, f"It fell by {decimal(-100 * moved.value, 2)}%.", {"change": number})


def _worst_in_months(at: Evidence) -> Finding:
    ranks = {window: _rank(at, "IXIC", window) for window in (RUN, QUARTER, HALF, 252)}
    numbers = {
        f"rank of {window}": at.number("IXIC", rank, "rank", "rank_252", window=window)
        for window, rank in ranks.items()
    }
    places = [ranks[window].value for window in (QUARTER, HALF)]
    if None in places:
        why = next(ranks[window].why for window in (QUARTER, HALF) if ranks[window].value is None)
        return Finding(Verdict.NOT_MEASURED, why or "", numbers)
    among = {most: sum(place <= most for place in places if place) for most in (MANY, FEW)}
    known = [(window, rank.value) for window, rank in ranks.items() if rank.value is not None]
    said = ", ".join(f"{ordinal(int(place))} of {window}" for window, place in known)
    why = (
        f"It ranks {said} sessions. Of three months and of six it is among the worst {MANY} in "
        f"{BOTH[among[MANY]]}, among the worst {FEW} in {BOTH[among[FEW]]}.{_larger_fall(at)}"
    )
    return Finding(graded(sum(among.values()), 4), why, numbers)


def _rank(at: Evidence, key: str, window: int) -> Result:
    """The rank of the newest return among the last ``window``; missing where one of them is."""
    closes = at.window(key, window + 1)
    absent = hole(closes)
    if absent:
        return Result.missing(absent, int(closes.count()), window)
    return rank_among_last(simple_returns(closes), window)


def _larger_fall(at: Evidence) -> str:
    closes = at.all_of("IXIC")
    since = largest_since(simple_returns(closes)).since
    if since is None:
        return ""
    day = day_of(since)
    days = (day_of(closes.index[-1]) - day).days
    return f" A larger fall came {days} days before, on {full_day(day)}."


def _several_sessions(at: Evidence) -> Finding:
    closes = at.window("IXIC", RUN + 1)
    moves = simple_returns(closes)
    others = np.flatnonzero(~(moves < 0).to_numpy())
    before = int(others[-1]) if len(others) else -1
    absent = hole(closes.iloc[max(before, 0) :])
    falls = moves.iloc[before + 1 :]
    number = {
        "streak": at.number("IXIC", Result(-float(len(falls)), n=len(falls)), "sessions", "streak"),
    }
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent)
    inside = int(falls.between(*DAILY_FALL).sum())
    said = ", ".join(percent(100 * float(fall)) for fall in falls)
    verdict = graded(inside, len(falls)) if len(falls) >= 3 else Verdict.FAILS
    why = f"{len(falls)} falls in a row, of {said}; {inside or 'none'} of them inside the range."
    return Finding(verdict, why, number)


def _year_to_date(at: Evidence) -> Finding:
    keys = ("NDX", "SOX", "IGV")
    moved = {key: at.change_since(key, YEAR_END) for key in keys}
    numbers = {key: at.number(key, moved[key].scaled(100), "percent", "ytd") for key in keys}
    values = [result.value for result in moved.values() if result.value is not None]
    absent = reason(moved.values())
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    inside = sum(THIS_YEAR[0] <= value <= THIS_YEAR[1] for value in values)
    said = ", ".join(
        f"{at[key].instrument.short} {percent(100 * (moved[key].value or 0), 1)}" for key in keys
    )
    return Finding(graded(inside, len(keys)), f"{said}: {inside} of {len(keys)} inside the range.", numbers)


def _software(at: Evidence) -> Finding:
    fall = from_high_of_2025(at, "IGV")
    number = {"fall": at.number("IGV", fall.scaled(100), "percent", "from_2025_high")}
    if fall.value is None:
        return Finding(Verdict.NOT_MEASURED, fall.why or "", number)
    deepest, mildest = SOFTWARE_BELOW_HIGH
    if fall.value > mildest:
        verdict, where = Verdict.FAILS, "less than claimed"
    elif fall.value >= deepest:
        verdict, where = Verdict.HOLDS, "inside the range"
    else:
        verdict, where = Verdict.DEPENDS, "below the whole range: the claim understates it"
    size = percent(100 * fall.value, 1)
    why = f"The software fund stood {size} from its 2025 high, {where}. Single names are not measured."
    return Finding(verdict, why, number)


def from_high_of_2025(at: Evidence, key: str) -> Result:
    """The newest close against the highest of 2025; missing where a close of that year is, for it may be it.

    The year counts from the first close that is known in its first ten days.
    """
    closes = positive(at.since(key, date(2025, 1, 1)))
    past = closes[: pd.Timestamp(day_end(YEAR_END))]
    known = past.dropna().index
    if not len(known) or day_of(known[0]) > date(2025, 1, 10):
        return Result.missing("The closes of 2025 are not all here.", n=len(known))
    absent = hole(past[known[0] :])
    if absent or np.isnan(closes.iloc[-1]):
        return Result.missing(absent or "The last close is missing.", n=int(past.count()))
    return Result(float(closes.iloc[-1] / past.max() - 1), int(past.count()), at[key].as_of)


def _software_led(at: Evidence) -> Finding:
    spans = {"on the day": None, "since 28 January": BEGINNING, "since 1 January": YEAR_END}
    numbers: dict[str, Envelope] = {}
    firsts, said = 0, []
    for name, start in spans.items():
        moved = {key: at.change_since(key, start) if start else at.change(key, 1) for key in TECH}
        numbers |= {f"{key}, {name}": at.moved(key, result) for key, result in moved.items()}
        absent = reason(moved.values())
        if absent:
            return Finding(Verdict.NOT_MEASURED, absent, numbers)
        values = {key: result.value for key, result in moved.items() if result.value is not None}
        order = sorted(values, key=lambda key: values[key])
        firsts += order[0] == "IGV"
        next_one = next(key for key in order if key != "IGV")
        said.append(
            f"{name} {percent(100 * values['IGV'], 1)}, the next {at[next_one].instrument.short} "
            f"{percent(100 * values[next_one], 1)}"
        )
    why = f"The software fund fell the furthest in {firsts} of {len(spans)} windows: {'; '.join(said)}."
    return Finding(graded(firsts, len(spans)), why, numbers)


CLAIMS = (
    Claim(
        "nasdaq_close",
        TOPIC,
        "The Nasdaq closed near 22,540 on 5 February.",
        "Close of the Nasdaq Composite; within 25 points.",
        ("IXIC",),
        ROUT,
        check=_nasdaq_close,
    ),
    Claim(
        "nasdaq_fall",
        TOPIC,
        "It fell by about 1.6% that day.",
        "Change from close to close; within a tenth of a point.",
        ("IXIC",),
        ROUT,
        check=_nasdaq_fall,
    ),
    Claim(
        "worst_in_months",
        TOPIC,
        "It was one of its worst sessions in months.",
        "Rank among the last 63 and the last 126 sessions, three months and six. “One of the worst” is read "
        "as the worst 5 and as the worst 10.",
        ("IXIC",),
        ROUT,
        check=_worst_in_months,
    ),
    Claim(
        "several_sessions",
        TOPIC,
        "Several sessions in a row lost 1.8 to 2.5%.",
        "Falls in a row of the Nasdaq up to that day, and how many lie in the range.",
        ("IXIC",),
        ROUT,
        days=(date(2026, 2, 3), ROUT),
        check=_several_sessions,
    ),
    Claim(
        "year_to_date",
        TOPIC,
        "The Nasdaq 100, chips and software are down 8 to 14% this year.",
        "Close of 5 February / last close of 2025 − 1 of NDX, SOX and the software fund IGV.",
        ("NDX", "SOX", "IGV"),
        ROUT,
        days=(ROUT, SATURDAY),
        check=_year_to_date,
    ),
    Claim(
        "software_from_high",
        TOPIC,
        "Leading software names stand 18 to 30% under their 2025 highs.",
        "The software fund IGV from its highest close of 2025, in place of single names; a deeper fall than "
        "the range depends.",
        ("IGV",),
        ROUT,
        days=(ROUT, SATURDAY),
        check=_software,
    ),
    Claim(
        "software_led",
        TOPIC,
        "The rout is led by software.",
        "The software fund IGV against the Nasdaq, the Nasdaq 100, chips and technology: the deepest fall of "
        "all on 5 February, since 28 January and since 1 January.",
        TECH,
        ROUT,
        days=(BEGINNING, ROUT),
        check=_software_led,
    ),
    Claim(
        "software_value",
        TOPIC,
        "Nearly $1 trillion of software value was erased.",
        "Shares outstanding × price of a dated list of companies, between two dates.",
        unmeasured="Shares outstanding are not here. Published totals run from $285 billion to $2 trillion.",
    ),
)
