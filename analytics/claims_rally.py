"""The article's claims about the relief rally in stocks and what to watch after it, each with its measure."""

from datetime import date

import pandas as pd

from analytics.checking import Claim, Evidence, Finding, Verdict, graded, hole, reason
from analytics.claims_stocks import RELIEF, ROUT, SATURDAY, TOPIC, percent
from analytics.observations import positive
from analytics.returns import simple_returns
from market.calendars import day_of, session_close
from market.readings import Result
from market.text import full_day, ranked

ON_RECORD = 20
RECORD_YEARS = 30


def _relief_size(at: Evidence) -> Finding:
    moved = {key: at.change(key, 1) for key in ("IXIC", "GSPC", "DJI")}
    numbers = {key: at.number(key, each.scaled(100), "percent", "change_1d") for key, each in moved.items()}
    nasdaq, broad, dow = (moved[key].value for key in ("IXIC", "GSPC", "DJI"))
    if nasdaq is None or broad is None or dow is None:
        return Finding(Verdict.NOT_MEASURED, reason(moved.values()) or "", numbers)
    record = at.all_of("DJI")
    ranks = _gains(record)
    inputs = {"since": full_day(day_of(record.index[0]))}
    for name, rank in ranks.items():
        numbers[f"rank of DJI in {name}"] = at.number("DJI", rank, "rank", "largest_fall", **inputs)
    in_percent, in_points = (int(ranks[name].value or 0) for name in ("percent", "points"))
    sizes = nasdaq > 0.02, abs(broad - 0.02) <= 0.0025
    why = (
        f"Nasdaq {percent(100 * nasdaq)}, S&P 500 {percent(100 * broad)}, Dow {percent(100 * dow)}: its "
        f"{ranked(in_percent, 'largest gain')} in percent and {ranked(in_points, 'largest')} in points since "
        f"{inputs['since']}."
    )
    years = (record.index[-1] - record.index[0]).days / 365.25
    if years < RECORD_YEARS:
        why += " The record before is not here."
        return Finding(Verdict.DEPENDS if any(sizes) else Verdict.FAILS, why, numbers)
    parts = (*sizes, in_percent <= ON_RECORD, in_points <= ON_RECORD)
    return Finding(graded(sum(parts), len(parts)), why, numbers)


def _gains(close: pd.Series) -> dict[str, Result]:
    """The rank of the newest gain among all known ones, in percent and in points: 1 is the largest."""
    moves = {"percent": simple_returns(close), "points": close.diff().iloc[1:]}
    known = {name: each.dropna() for name, each in moves.items()}
    return {
        name: Result(float((each >= each.iloc[-1]).sum()), n=len(each), window=len(each))
        for name, each in known.items()
    }


def _relief_days(_: Evidence) -> Finding:
    sessions = [day for day in (RELIEF, SATURDAY) if session_close(day) is not None]
    if len(sessions) == 2:
        return Finding(Verdict.HOLDS, "New York traded on both days.")
    return Finding(Verdict.FAILS, f"{full_day(SATURDAY)} was a {SATURDAY:%A}: New York was shut.")


def _week_negative(at: Evidence) -> Finding:
    keys = ("IXIC", "GSPC", "DJI")
    moved = {key: at.change_since(key, date(2026, 1, 30)) for key in keys}
    numbers = {key: at.number(key, each.scaled(100), "percent", "change_1w") for key, each in moved.items()}
    values = {key: each.value for key, each in moved.items() if each.value is not None}
    absent = reason(moved.values())
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    said = ", ".join(f"{at[key].instrument.short} {percent(100 * value)}" for key, value in values.items())
    below = sum(value < 0 for value in values.values())
    return Finding(graded(below, len(keys)), f"{said}: {below} of {len(keys)} below zero.", numbers)


def _support(at: Evidence) -> Finding:
    gaps = {span: _from_mean(at.window("IXIC", span)) for span in (50, 100, 200)}
    numbers = {
        f"from the {span}-day mean": at.number(
            "IXIC", gap.scaled(100), "percent", "distance_from_average", span=span
        )
        for span, gap in gaps.items()
    }
    told = ", ".join(
        f"{percent(100 * gap.value, 1)} from the {span}-day"
        for span, gap in gaps.items()
        if gap.value is not None
    )
    where = f" It closed {told} mean." if told else ""
    return Finding(
        Verdict.NOT_MEASURED, f"The article names no level and claims nothing of it.{where}", numbers
    )


def _from_mean(closes: pd.Series) -> Result:
    absent = hole(positive(closes))
    if absent:
        return Result.missing(absent, int(closes.count()), len(closes))
    return Result(float(closes.iloc[-1] / closes.mean() - 1), len(closes), window=len(closes))


CLAIMS = (
    Claim(
        "relief_rally",
        TOPIC,
        "The relief rally: Nasdaq over 2%, S&P 500 about 2%, one of the Dow’s strongest sessions on record.",
        "Changes of 6 February; the Dow’s gain among all that are known, in percent and in points. On "
        "record: among the 20 largest of 30 years or more.",
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
        days=(RELIEF, SATURDAY),
        check=_relief_days,
    ),
    Claim(
        "week_negative",
        TOPIC,
        "The week was still negative.",
        "Friday’s close / the Friday before − 1 of Nasdaq, S&P 500 and Dow.",
        ("IXIC", "GSPC", "DJI"),
        RELIEF,
        days=(date(2026, 2, 2), RELIEF),
        check=_week_negative,
    ),
    Claim(
        "technical_support",
        TOPIC,
        "Whether the Nasdaq holds its technical support is one of the things to watch.",
        "Something to watch is no claim. The close is set against its means of 50, 100 and 200 sessions.",
        ("IXIC",),
        ROUT,
        days=(ROUT, SATURDAY),
        check=_support,
    ),
)
