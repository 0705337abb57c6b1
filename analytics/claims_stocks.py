"""The article's claims about stocks, each with its measure."""

from datetime import date

import numpy as np
import pandas as pd

from analytics.averages import moving_average
from analytics.checking import Claim, Evidence, Finding, Verdict, graded
from analytics.drawdowns import from_high_of_year
from analytics.observations import positive
from analytics.ranks import largest_since, rank_among_last, streak
from analytics.returns import change_over, change_over_days, year_to_date
from market.calendars import session_close
from market.readings import Result
from market.text import decimal, full_day, ordinal, ranked

ROUT, RELIEF, SATURDAY = date(2026, 2, 5), date(2026, 2, 6), date(2026, 2, 7)
TOPIC = "Stocks"
MONTHS_OF_DAYS = 60  # the least that "months" can mean

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
    moved = change_over(at["IXIC"].close, 1)
    if moved.value is None:
        return Finding(Verdict.NOT_MEASURED, moved.why or "")
    verdict = Verdict.HOLDS if abs(moved.value + 0.016) <= 0.001 else Verdict.FAILS
    number = at.number("IXIC", moved.scaled(100), "percent", "change_1d")
    return Finding(verdict, f"It fell by {decimal(-100 * moved.value, 2)}%.", {"change": number})


def _worst_in_months(at: Evidence) -> Finding:
    bars = at["IXIC"]
    since = largest_since(bars.returns)
    ranks = {window: rank_among_last(bars.returns, window) for window in (21, 63, 126, 252)}
    numbers = {
        f"rank of {window}": at.number("IXIC", rank, "rank", "rank_252", window=window)
        for window, rank in ranks.items()
    }
    if since.move is None:
        return Finding(Verdict.NOT_MEASURED, since.why or "", numbers)
    known = [(window, rank.value) for window, rank in ranks.items() if rank.value is not None]
    places = ", ".join(f"{ordinal(int(place))} of {window}" for window, place in known)
    if since.since is None:
        return Finding(Verdict.HOLDS, "No day of the loaded history was worse.", numbers)
    days = (bars.as_of - since.since).days
    verdict = Verdict.HOLDS if days >= MONTHS_OF_DAYS else Verdict.FAILS
    before = f"A larger fall came {days} days before, on {full_day(since.since.date())}."
    why = f"{before} Ranks: {places} sessions."
    return Finding(verdict, why, numbers)


def _several_sessions(at: Evidence) -> Finding:
    returns = at["IXIC"].returns
    run = streak(returns)
    length = abs(int(run.value or 0)) if (run.value or 0) < 0 else 0
    falls = returns.iloc[len(returns) - length :]
    inside = int(falls.between(*DAILY_FALL).sum())
    said = ", ".join(percent(100 * float(fall)) for fall in falls)
    verdict = graded(inside, length) if length >= 3 else Verdict.FAILS
    why = f"{length} falls in a row, of {said}; {inside or 'none'} of them inside the range."
    return Finding(verdict, why, {"streak": at.number("IXIC", run, "sessions", "streak")})


def _year_to_date(at: Evidence) -> Finding:
    keys = ("NDX", "SOX", "IGV")
    moved = {key: year_to_date(at[key].close, at[key].dates) for key in keys}
    values = [result.value for result in moved.values() if result.value is not None]
    inside = sum(THIS_YEAR[0] <= value <= THIS_YEAR[1] for value in values)
    said = ", ".join(
        f"{at[key].instrument.short} {percent(100 * (moved[key].value or 0), 1)}" for key in keys
    )
    numbers = {key: at.number(key, moved[key].scaled(100), "percent", "ytd") for key in keys}
    if len(values) < len(keys):
        return Finding(Verdict.NOT_MEASURED, "The close of the year before is not loaded.", numbers)
    return Finding(graded(inside, len(keys)), f"{said}: {inside} of {len(keys)} inside the range.", numbers)


def _software(at: Evidence) -> Finding:
    fall = from_high_of_year(at["IGV"].close, at["IGV"].dates, 2025)
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


def _relief_size(at: Evidence) -> Finding:
    moved = {key: change_over(at[key].close, 1) for key in ("IXIC", "GSPC", "DJI")}
    rank = rank_among_last(-at["DJI"].returns, 252)
    numbers = {key: at.number(key, each.scaled(100), "percent", "change_1d") for key, each in moved.items()}
    numbers["rank of DJI"] = at.number("DJI", rank, "rank", "rank_252")
    nasdaq, broad, dow = (moved[key].value for key in ("IXIC", "GSPC", "DJI"))
    if nasdaq is None or broad is None or dow is None or rank.value is None:
        return Finding(Verdict.NOT_MEASURED, rank.why or "A close is missing.", numbers)
    parts = (nasdaq > 0.02, abs(broad - 0.02) <= 0.0025, rank.value <= 10)
    why = (
        f"Nasdaq {percent(100 * nasdaq)}, S&P 500 {percent(100 * broad)}, Dow {percent(100 * dow)}, "
        f"its {ranked(int(rank.value), 'largest gain')} of 252."
    )
    return Finding(graded(sum(parts), len(parts)), why, numbers)


def _relief_days(_: Evidence) -> Finding:
    sessions = [day for day in (RELIEF, SATURDAY) if session_close(day) is not None]
    if len(sessions) == 2:
        return Finding(Verdict.HOLDS, "New York traded on both days.")
    return Finding(Verdict.FAILS, f"{full_day(SATURDAY)} was a {SATURDAY:%A}: New York was shut.")


def _week_negative(at: Evidence) -> Finding:
    keys = ("IXIC", "GSPC", "DJI")
    moved = {key: change_over_days(at[key].close, at[key].dates, 7) for key in keys}
    numbers = {key: at.number(key, each.scaled(100), "percent", "change_1w") for key, each in moved.items()}
    values = {key: each.value for key, each in moved.items() if each.value is not None}
    if len(values) < len(keys):
        return Finding(Verdict.NOT_MEASURED, "A close of the week before is missing.", numbers)
    said = ", ".join(f"{at[key].instrument.short} {percent(100 * value)}" for key, value in values.items())
    below = sum(value < 0 for value in values.values())
    return Finding(graded(below, len(keys)), f"{said}: {below} of {len(keys)} below zero.", numbers)


def _support(at: Evidence) -> Finding:
    close = at["IXIC"].close
    if len(close) < 200 or positive(close).isna().any():
        why = f"The history holds {int(positive(close).count())} of 200 closes that are positive."
        return Finding(Verdict.NOT_MEASURED, why)
    means = {span: moving_average(close, span) for span in (50, 100, 200)}
    gaps = {span: float(close.iloc[-1] / mean.iloc[-1] - 1) for span, mean in means.items()}
    numbers = {
        f"from the {span}-day mean": at.number(
            "IXIC", Result(100 * gap, n=span), "percent", "distance_from_average"
        )
        for span, gap in gaps.items()
    }
    broke = _first_close_below(close, means[100], at["IXIC"].dates)
    holds = gaps[100] < 0 < gaps[200]
    near, far = (percent(100 * gaps[span], 1) for span in (100, 200))
    why = f"{near} from its 100-day mean and {far} from the 200-day."
    return Finding(Verdict.HOLDS if holds else Verdict.FAILS, f"{why}{broke}", numbers)


def _first_close_below(close: pd.Series, mean: pd.Series, dates: pd.DatetimeIndex) -> str:
    below = (close < mean).to_numpy()
    if not below[-1]:
        return ""
    above = np.flatnonzero(~below & mean.notna().to_numpy())
    if not len(above):
        return ""
    return f" It closed below the 100-day mean on {full_day(dates[int(above[-1]) + 1].date())}."


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
        "The last fall at least as large, and the rank among the last 21, 63, 126 and 252 sessions. "
        "Months: 60 days.",
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
        check=_several_sessions,
    ),
    Claim(
        "year_to_date",
        TOPIC,
        "The Nasdaq 100, chips and software are down 8 to 14% this year.",
        "Close / last close of 2025 − 1 of NDX, SOX and the software fund IGV.",
        ("NDX", "SOX", "IGV"),
        ROUT,
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
        check=_software,
    ),
    Claim(
        "software_value",
        TOPIC,
        "Nearly $1 trillion of software value was erased.",
        "Shares outstanding × price of a dated list of companies, between two dates.",
        unmeasured="Shares outstanding are not here. Published totals run from $285 billion to $2 trillion.",
    ),
    Claim(
        "relief_rally",
        TOPIC,
        "The relief rally: Nasdaq over 2%, S&P 500 about 2%, one of the Dow’s strongest sessions.",
        "Changes of 6 February; the Dow’s rank among the gains of 252 sessions, 10th or better.",
        ("IXIC", "GSPC", "DJI"),
        RELIEF,
        check=_relief_size,
    ),
    Claim(
        "relief_days",
        TOPIC,
        "The rally ran over 6 and 7 February.",
        "Sessions of the New York calendar.",
        ("IXIC",),
        RELIEF,
        check=_relief_days,
    ),
    Claim(
        "week_negative",
        TOPIC,
        "The week was still negative.",
        "Friday’s close / the Friday before − 1 of Nasdaq, S&P 500 and Dow.",
        ("IXIC", "GSPC", "DJI"),
        RELIEF,
        check=_week_negative,
    ),
    Claim(
        "technical_support",
        TOPIC,
        "The Nasdaq is testing technical support.",
        "Close against its means of 50, 100 and 200 sessions: under the 100-day, over the 200-day.",
        ("IXIC",),
        ROUT,
        check=_support,
    ),
)
