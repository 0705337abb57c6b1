"""The article's claims about the price of Bitcoin, each with its measure."""

from datetime import date
from math import isfinite

import numpy as np
import pandas as pd

from analytics.checking import Claim, Evidence, Finding, Verdict, graded, hole
from analytics.claims_stocks import RELIEF, ROUT, SATURDAY, percent
from analytics.drawdowns import drawdown, low_on_high
from analytics.observations import positive
from analytics.ranks import largest_since
from analytics.returns import simple_returns
from market.bars import Bars
from market.calendars import NEW_YORK, day_of
from market.readings import Result
from market.text import decimal, full_day

TOPIC = "Crypto"
BEFORE_PEAK = date(2025, 1, 1)
LAST_YEAR_BEFORE = 2022
BOUGHT = (60_000, 62_000)
NO_RANGE = Finding(Verdict.NOT_MEASURED, "The highs and lows of Bitcoin are not published here.")


def _peak(at: Evidence) -> Finding:
    highs, closes = (positive(at.since("BTC", BEFORE_PEAK, column)) for column in ("high", "close"))
    if not highs.notna().any():
        return NO_RANGE
    absent = hole(highs) or hole(closes)
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent)
    high, close = float(highs.max()), float(closes.max())
    day = day_of(highs.index[int(highs.to_numpy().argmax())])
    holds = abs(high / 126_000 - 1) <= 0.01 and (day.year, day.month) == (2025, 10)
    numbers = {
        "highest price": at.number("BTC", Result(high, n=len(highs)), "USD", "last", since="1 Jan 2025"),
        "highest close": at.number("BTC", Result(close, n=len(closes)), "USD", "last", since="1 Jan 2025"),
    }
    prices = [decimal(price, prefix="$") for price in (high, close)]
    why = f"The highest price was {prices[0]} on {full_day(day)}, the highest close {prices[1]}."
    return Finding(Verdict.HOLDS if holds else Verdict.FAILS, why, numbers)


def _half_lost(at: Evidence) -> Finding:
    high, low, close = (positive(at.since("BTC", BEFORE_PEAK, name)) for name in ("high", "low", "close"))
    if not low_on_high(high, low).notna().any():
        return NO_RANGE
    absent = hole(close) or hole(high) or hole(low)
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent)
    depths = {
        "close on close": float(drawdown(close).min()),
        "close on high": float((close / high.cummax() - 1).min()),
        "low on high": float(low_on_high(high, low).min()),
    }
    numbers = {
        name: at.number(
            "BTC", Result(100 * depth, n=len(close)), "percent", "drawdown", basis=name, since="1 Jan 2025"
        )
        for name, depth in depths.items()
    }
    past_half = sum(depth < -0.5 for depth in depths.values())
    said = ", ".join(f"{percent(100 * depth, 1)} {name}" for name, depth in depths.items())
    return Finding(graded(past_half, len(depths)), f"The deepest was {said}.", numbers)


def _day_fall(at: Evidence) -> Finding:
    moved = at.change("BTC", 1)
    number = {"change": at.number("BTC", moved.scaled(100), "percent", "change_1d")}
    if moved.value is None:
        return Finding(Verdict.NOT_MEASURED, moved.why or "", number)
    holds = -0.15 <= moved.value <= -0.12
    side = "lower" if moved.value < 0 else "higher"
    why = f"The UTC day closed {decimal(abs(100 * moved.value), 2)}% {side}."
    return Finding(Verdict.HOLDS if holds else Verdict.FAILS, why, number)


def _largest_since_2022(at: Evidence) -> Finding:
    closes = at.all_of("BTC")
    found = largest_since(simple_returns(closes))
    if found.move is None:
        return Finding(Verdict.NOT_MEASURED, found.why or "")
    first, since = day_of(closes.index[0]), day_of(found.since) if found.since else None
    number = {"rank": at.number("BTC", Result(float(found.rank), n=found.n), "rank", "largest_fall")}
    if since is not None and since.year > LAST_YEAR_BEFORE:
        return Finding(Verdict.FAILS, f"A fall as large came on {full_day(since)}.", number)
    if first.year > LAST_YEAR_BEFORE:
        why = f"It is the largest of the {found.n} days loaded, which begin on {full_day(first)}."
        return Finding(Verdict.NOT_MEASURED, why, number)
    absent = hole(at.since("BTC", date(LAST_YEAR_BEFORE, 12, 31)))
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, number)
    if since is None:
        return Finding(Verdict.HOLDS, f"No fall since {full_day(first)} was as large.", number)
    return Finding(Verdict.HOLDS, f"A fall as large last came on {full_day(since)}.", number)


def _broke_61k(at: Evidence) -> Finding:
    lows = at.window("BTC", 2, "low")
    on_day, next_day = (float(low) for low in lows)
    if not (isfinite(on_day) and isfinite(next_day)):
        return NO_RANGE
    numbers = {
        "low of the day": at.number("BTC", Result(on_day, n=1), "USD", "last"),
        "low of the next": at.number("BTC", Result(next_day, n=1), "USD", "last"),
    }
    lows_said = (
        f"{decimal(on_day, prefix='$')} on the UTC day and {decimal(next_day, prefix='$')} on the next."
    )
    if on_day < 61_000:
        return Finding(Verdict.HOLDS, f"The low was {lows_said}", numbers)
    if next_day >= 61_000:
        return Finding(Verdict.FAILS, f"The low was {lows_said}", numbers)
    return Finding(Verdict.DEPENDS, f"The low was {lows_said}{_hour_below(at, 61_000)}", numbers)


def _hour_below(at: Evidence, price: float) -> str:
    """The New York hour in which the price first traded lower that day or the next; empty without hours."""
    hours = _hours_of(at)
    if hours is None:
        return ""
    below = hours.index[(hours["low"] < price).to_numpy()]
    if not len(below):
        return ""
    local = pd.Timestamp(below[0]).tz_convert(NEW_YORK)
    return f" In New York that was the hour to {local:%H:%M} on {full_day(day_of(local))}."


def _hours_of(at: Evidence) -> pd.DataFrame | None:
    """The hours of 5 and 6 February."""
    bars: Bars | None = at.hours.get("BTC")
    return None if bars is None else bars.frame.loc[pd.Timestamp(ROUT, tz="UTC") :]


def _bought(at: Evidence) -> Finding:
    lows, closes = at.window("BTC", 2, "low"), at.window("BTC", 2)
    if not lows.notna().any():
        return NO_RANGE
    absent = hole(lows) or hole(closes)
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent)
    low, close = float(lows.min()), float(closes.iloc[-1])
    rise = 100 * (close / low - 1)
    numbers = {
        "low": at.number("BTC", Result(low, n=2), "USD", "last", days="5 and 6 Feb 2026"),
        "close": at.number("BTC", Result(close, n=1), "USD", "last"),
        "rise from the low": at.number("BTC", Result(rise, n=2), "percent", "rebound_gain"),
    }
    reached = BOUGHT[0] * 0.99 <= low <= BOUGHT[1]
    left = bool((closes > BOUGHT[1]).all())
    above = "no day" if left else f"{int((closes <= BOUGHT[1]).sum())} of 2 days"
    why = (
        f"The low of 5 and 6 February was {decimal(low, prefix='$')}; {above} closed at $62,000 or under. "
        f"6 February closed at {decimal(close, prefix='$')}, {percent(rise, 1)} from the low."
    )
    return Finding(graded(reached + left, 2), f"{why}{_hours_inside(at)}", numbers)


def _hours_inside(at: Evidence) -> str:
    hours = _hours_of(at)
    if hours is None or not len(hours):
        return ""
    count = int(np.sum(hours["low"].to_numpy(float) <= BOUGHT[1]))
    return f" It traded at $62,000 or under in {count} hour{'' if count == 1 else 's'}."


def _rebound(at: Evidence) -> Finding:
    moved = at.change("BTC", 1)
    close = at["BTC"].last
    numbers = {
        "change": at.number("BTC", moved.scaled(100), "percent", "change_1d"),
        "close": at.number("BTC", Result(close, n=1), "USD", "last"),
    }
    if moved.value is None:
        return Finding(Verdict.NOT_MEASURED, moved.why or "", numbers)
    parts = (moved.value >= 0.10, 69_200 <= close <= 71_200)
    why = f"{percent(100 * moved.value)} on the UTC day, to {decimal(close, prefix='$')}."
    return Finding(graded(sum(parts), len(parts)), why, numbers)


CLAIMS = (
    Claim(
        "btc_peak",
        TOPIC,
        "Bitcoin peaked near $126,000 in October 2025.",
        "Highest price from 1 January 2025 to 5 February 2026, within 1%, and its month; beside it the "
        "highest close.",
        ("BTC",),
        ROUT,
        days=(date(2025, 10, 1), date(2025, 10, 31)),
        check=_peak,
    ),
    Claim(
        "btc_half",
        TOPIC,
        "Its drawdown was more than 50%.",
        "Deepest drawdown from 1 January 2025 to 6 February 2026 on three bases: close on close, close on "
        "high, low on high.",
        ("BTC",),
        RELIEF,
        days=(ROUT, SATURDAY),
        check=_half_lost,
    ),
    Claim(
        "btc_day",
        TOPIC,
        "On 5 February it fell by 12 to 15%.",
        "Change of the UTC day, close to close.",
        ("BTC",),
        ROUT,
        check=_day_fall,
    ),
    Claim(
        "btc_since_2022",
        TOPIC,
        "That was its largest one-day fall since 2022.",
        "The last UTC day that fell as far.",
        ("BTC",),
        ROUT,
        check=_largest_since_2022,
    ),
    Claim(
        "btc_61k",
        TOPIC,
        "That day it fell briefly below $61,000.",
        "Low of the UTC day, of the next one, and the New York hour where hours are loaded.",
        ("BTC",),
        RELIEF,
        days=(ROUT, RELIEF),
        check=_broke_61k,
    ),
    Claim(
        "btc_bought",
        TOPIC,
        "It fell to $60,000–62,000, where it was bought.",
        "Low of the UTC days of 5 and 6 February in the range, within 1%. Bought: neither day closed in it "
        "or under; who bought is not in a price.",
        ("BTC",),
        RELIEF,
        days=(ROUT, RELIEF),
        check=_bought,
    ),
    Claim(
        "btc_rebound",
        TOPIC,
        "It rebounded by over 10%, to $69,900–70,500 by 7 February.",
        "Change of the UTC day of 6 February, at least 10%; its close within 1% of the range.",
        ("BTC",),
        RELIEF,
        days=(RELIEF, SATURDAY),
        check=_rebound,
    ),
)
