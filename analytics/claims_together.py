"""The article's claims about how markets moved together, and which was hit hardest, each with its measure."""

from dataclasses import replace
from datetime import date

import pandas as pd

from analytics.alignment import Aligned, align
from analytics.beta import beta
from analytics.checking import Claim, Evidence, Finding, Verdict, graded, hole, reason
from analytics.claims_crypto import COINS
from analytics.claims_stocks import BEGINNING, ROUT, percent
from analytics.contagion import two_window_z
from analytics.correlation import correlate, mardia_kappa, rolling_correlate
from analytics.ranks import mid_rank, percentile_of_last
from analytics.shocks import shock
from analytics.systemic import SECTORS, rolling_average_pairwise
from market.calendars import day_end
from market.readings import Envelope, Result
from market.text import correlation, decimal, full_day, percentile

TOPIC = "Together"
PAIR = ("BTC", "IXIC")
WINDOWS = (10, 20, 30, 60, 90)
SHORT, SESSIONS, YEAR = 5, 20, 252
FEWEST_YEAR = 200
EXTREME = 0.95  # of a year of windows
HIGH = 0.80
SIGNIFICANT = 1.96
A_HOLE = "A close is missing in the window, or the history is shorter than it."
HIT = ("BTC", "ETH", "IGV", "IXIC")
SETS = {
    "coins": ("BTC", *COINS),
    "industries of shares": SECTORS,
    "technology and Bitcoin": ("IXIC", "IGV", "SOX", "BTC"),
}


def _correlation(at: Evidence) -> Finding:
    together = align([at[key] for key in PAIR], at.hours)
    x, y = together["BTC"], together["IXIC"]
    numbers = {
        f"{window} sessions": _sampled(at, together, correlate(x, y, window), window) for window in WINDOWS
    }
    lines = rolling_correlate(x, y, SHORT)
    short = lines["value"].where(lines["n"] == SHORT)
    recent, year = short.iloc[-SESSIONS:], short.iloc[-YEAR:].dropna().to_numpy(float)
    moved, before = correlate(x, y, SESSIONS), correlate(x.iloc[:-SESSIONS], y.iloc[:-SESSIONS], 60)
    if len(recent) < SESSIONS or recent.isna().any() or len(year) < FEWEST_YEAR:
        return Finding(Verdict.NOT_MEASURED, A_HOLE, numbers)
    if moved.value is None or before.value is None or moved.n + before.n < SESSIONS + 60:
        return Finding(Verdict.NOT_MEASURED, moved.why or before.why or A_HOLE, numbers)
    top, last = recent.index[int(recent.to_numpy().argmax())], recent.index[-1]
    numbers = {
        "5 sessions, highest of 20": _ending(at, top.date()),
        "5 sessions, on the day": _ending(at, last.date()),
        **numbers,
        "the 60 before the last 20": at.joint(PAIR, before, "correlation", "correlation", window=60),
    }
    places = mid_rank(year, float(recent.max())), mid_rank(year, float(recent.iloc[-1]))
    reached, stood = (correlation(float(each)) for each in (recent.max(), recent.iloc[-1]))
    z = _apart(x, y, moved, before)
    parts = (places[0] >= EXTREME, places[1] >= EXTREME, z >= SIGNIFICANT)
    told = "a surge" if parts[-1] else "no surge that stands out from chance"
    why = (
        f"5 sessions reached {reached} on {_day(top)} ({_sampling(numbers, 0)}), the "
        f"{percentile(100 * places[0])} of a year, and stood at {stood} on "
        f"{_day(last)} ({_sampling(numbers, 1)}), the {percentile(100 * places[1])}. 20 sessions "
        f"{correlation(moved.value)} after {correlation(before.value)} over the 60 before, "
        f"{decimal(abs(z), 1)} standard errors apart: {told}."
    )
    return Finding(graded(sum(parts), len(parts)), why, numbers)


def _apart(x: pd.Series, y: pd.Series, now: Result, before: Result) -> float:
    """How many standard errors the last 20 sessions lie from the 60 before them."""
    stretches = (slice(-SESSIONS, None), slice(-SESSIONS - 60, -SESSIONS))
    kappas = (mardia_kappa(*(side.to_numpy(float)[part] for side in (x, y))) for part in stretches)
    return two_window_z(now.value or 0.0, now.n, before.value or 0.0, before.n, *kappas)


def _ending(at: Evidence, day: date) -> Envelope:
    """The correlation of the 5 sessions that end on ``day``, with its interval."""
    until = [bars for key in PAIR if (bars := at[key].until(day_end(day)))]
    together = align(until, at.hours)
    return _sampled(at, together, correlate(together["BTC"], together["IXIC"], SHORT), SHORT)


def _sampled(at: Evidence, together: Aligned, result: Result, window: int) -> Envelope:
    flagged = replace(result, flags=(*result.flags, *together.flags(window)))
    sampling = together.sampling(window)
    number = at.joint(PAIR, flagged, "correlation", "correlation", window=window, sampled=sampling)
    return replace(number, sampling=sampling)


def _sampling(numbers: dict[str, Envelope], place: int) -> str:
    return list(numbers.values())[place].sampling


def _day(instant: pd.Timestamp) -> str:
    return full_day(instant.date())


def _leveraged(at: Evidence) -> Finding:
    together = align([at[key] for key in PAIR], at.hours)
    fits = {window: beta(together["BTC"], together["IXIC"], window) for window in (60, 252)}
    numbers = {
        f"beta of {window} sessions": at.joint(
            PAIR, fit.slope, "ratio", "beta", window=window, sampled=together.sampling(window)
        )
        for window, fit in fits.items()
    }
    slopes = {window: fit.slope for window, fit in fits.items()}
    absent = reason(slopes.values())
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    if any(slope.n < window for window, slope in slopes.items()):
        return Finding(Verdict.NOT_MEASURED, A_HOLE, numbers)
    said = "; ".join(
        f"{window} sessions {decimal(fit.slope.value, 2)} "
        f"[{decimal(fit.slope.low, 2)}, {decimal(fit.slope.high, 2)}]"
        for window, fit in fits.items()
    )
    leveraged = sum(fit.is_leveraged for fit in fits.values())
    return Finding(graded(leveraged, len(fits)), f"Beta with its 90% interval: {said}.", numbers)


def _hit_hardest(at: Evidence) -> Finding:
    shocks = {key: shock(at.window(key, 62)) for key in HIT}
    moved = {key: at.change(key, 1) for key in HIT}
    numbers = {
        f"{key}, in its own swings": at.number(
            key, each, "standard deviations", "shock", window=60, sampled=_own_days(at, key)
        )
        for key, each in shocks.items()
    }
    numbers |= {f"{key}, in percent": at.moved(key, each) for key, each in moved.items()}
    holes = (hole(at.window(key, 62)) for key in HIT)
    absent = next(filter(None, holes), None) or reason((*shocks.values(), *moved.values()))
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    z = {key: each.value for key, each in shocks.items() if each.value is not None}
    falls = {key: each.value for key, each in moved.items() if each.value is not None}
    hardest = sum(values["BTC"] == min(values.values()) for values in (z, falls))
    swings = ", ".join(f"{at[key].instrument.short} {decimal(z[key], 1)}" for key in HIT)
    percents = ", ".join(f"{at[key].instrument.short} {percent(100 * falls[key], 1)}" for key in HIT)
    why = f"In standard deviations of the 60 days before: {swings}. In percent: {percents}."
    return Finding(graded(hardest, 2), why, numbers)


def _own_days(at: Evidence, key: str) -> str:
    return "UTC days" if at[key].is_continuous else "New York closes"


def _synchronised(at: Evidence) -> Finding:
    numbers: dict[str, Envelope] = {}
    said, parts = [], []
    for name, keys in SETS.items():
        together = align([at[key] for key in keys])
        line = rolling_average_pairwise(together.moves, SESSIONS)
        place = percentile_of_last(line.iloc[-YEAR:], minimum=FEWEST_YEAR)
        if place.value is None or together.moves.iloc[-SESSIONS:].isna().any(axis=None):
            return Finding(Verdict.NOT_MEASURED, place.why or A_HOLE, numbers)
        value = float(line.iloc[-1])
        numbers[f"average correlation, {name}"] = at.joint(
            keys,
            Result(value, SESSIONS, place.as_of, SESSIONS),
            "correlation",
            "average_pairwise",
            window=SESSIONS,
            percentile=100 * place.value,
            sampled=together.sampling(SESSIONS),
        )
        parts.append(place.value >= HIGH)
        said.append(f"{name} {correlation(value)}, {percentile(100 * place.value)} of a year")
    return Finding(
        graded(sum(parts), len(parts)), f"Average correlation of 20 days: {'; '.join(said)}.", numbers
    )


CLAIMS = (
    Claim(
        "hit_hardest",
        TOPIC,
        "Bitcoin was hit hardest.",
        "5 February, in each market’s own standard deviations of the 60 days before and in percent: Bitcoin "
        "and ether by UTC days, software and the Nasdaq by closes.",
        HIT,
        ROUT,
        check=_hit_hardest,
    ),
    Claim(
        "correlation",
        TOPIC,
        "Bitcoin’s correlation with the Nasdaq surged, to extremes in short windows.",
        "Extremes: 5 sessions in the top 5% of a year of such windows, on any of the 20 sessions up to 5 "
        "February, and on that day. A surge: 20 sessions against the 60 before, 1.96 standard errors apart.",
        PAIR,
        ROUT,
        days=(date(2026, 1, 8), ROUT),
        check=_correlation,
    ),
    Claim(
        "leveraged_tech",
        TOPIC,
        "Bitcoin trades like leveraged tech.",
        "Beta on the Nasdaq over 60 and 252 sessions; leveraged where the whole interval lies above 1.",
        PAIR,
        ROUT,
        check=_leveraged,
    ),
    Claim(
        "synchronised",
        TOPIC,
        "Under stress markets move in step.",
        "Average correlation of all pairs over 20 sessions (of coins, days) up to 5 February, in the top "
        "fifth of its year: nine coins, six industries of American shares, technology with Bitcoin.",
        tuple(dict.fromkeys(key for keys in SETS.values() for key in keys)),
        ROUT,
        days=(BEGINNING, ROUT),
        check=_synchronised,
    ),
)
