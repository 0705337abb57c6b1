"""The article's claims about crypto, each with its measure."""

from math import isfinite, nan

import pandas as pd

from analytics.alignment import align
from analytics.beta import beta
from analytics.checking import Claim, Evidence, Finding, Verdict, graded
from analytics.claims_stocks import RELIEF, ROUT, percent
from analytics.contagion import two_window_z
from analytics.correlation import correlate, mardia_kappa
from analytics.crypto import coin_falls, flow_summary, funding_summary
from analytics.drawdowns import drawdown, low_on_high
from analytics.ranks import largest_since
from analytics.returns import change_over
from analytics.volatility import dollar_volume, volume_multiple
from market.calendars import NEW_YORK, day_of
from market.publishers import publisher
from market.readings import Result
from market.text import decimal, full_day, funding, money_flow

TOPIC = "Crypto"
COINS = ("ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "LINK", "AVAX")
WINDOWS = (5, 10, 20, 30, 60, 90)
SIGNIFICANT = 1.96
LAST_YEAR_BEFORE = 2022
EXTREME_FEAR = 10
SPELL = pd.Timedelta(60, "D")  # days of fear closer than this are one spell
NO_RANGE = Finding(Verdict.NOT_MEASURED, "The highs and lows of Bitcoin are not published here.")


def _peak(at: Evidence) -> Finding:
    bars = at["BTC"]
    highs = pd.Series(bars.frame["high"].to_numpy(float), index=bars.dates).dropna()
    if highs.empty:
        return NO_RANGE
    high, close = float(highs.max()), float(bars.close.max())
    day = highs.index[int(highs.to_numpy().argmax())]
    holds = abs(high / 126_000 - 1) <= 0.01 and (day.year, day.month) == (2025, 10)
    numbers = {
        "highest price": at.number("BTC", Result(high, n=len(highs)), "USD", "last"),
        "highest close": at.number("BTC", Result(close, n=len(highs)), "USD", "last"),
    }
    prices = [decimal(price, prefix="$") for price in (high, close)]
    why = f"The highest price was {prices[0]} on {full_day(day.date())}, the highest close {prices[1]}."
    return Finding(Verdict.HOLDS if holds else Verdict.FAILS, why, numbers)


def _half_lost(at: Evidence) -> Finding:
    bars = at["BTC"]
    high, low, close = (bars.frame[name] for name in ("high", "low", "close"))
    if not low_on_high(high, low).notna().any():
        return NO_RANGE
    depths = {
        "close on close": float(drawdown(close).min()),
        "close on high": float((close / high.cummax() - 1).min()),
        "low on high": float(low_on_high(high, low).min()),
    }
    numbers = {
        name: at.number("BTC", Result(100 * depth, n=len(close)), "percent", "drawdown", basis=name)
        for name, depth in depths.items()
    }
    past_half = sum(depth < -0.5 for depth in depths.values())
    said = ", ".join(f"{percent(100 * depth, 1)} {name}" for name, depth in depths.items())
    return Finding(graded(past_half, len(depths)), f"The deepest was {said}.", numbers)


def _day_fall(at: Evidence) -> Finding:
    moved = change_over(at["BTC"].close, 1)
    if moved.value is None:
        return Finding(Verdict.NOT_MEASURED, moved.why or "")
    holds = -0.15 <= moved.value <= -0.12
    number = {"change": at.number("BTC", moved.scaled(100), "percent", "change_1d")}
    why = f"The UTC day closed {percent(abs(100 * moved.value))} {'lower' if moved.value < 0 else 'higher'}."
    return Finding(Verdict.HOLDS if holds else Verdict.FAILS, why, number)


def _largest_since_2022(at: Evidence) -> Finding:
    bars = at["BTC"]
    found = largest_since(bars.returns)
    first = bars.dates[0].date()
    number = {"rank": at.number("BTC", Result(float(found.rank), n=found.n), "rank", "largest_fall")}
    if found.since is not None:
        verdict = Verdict.HOLDS if found.since.year <= LAST_YEAR_BEFORE else Verdict.FAILS
        return Finding(verdict, f"A fall as large came on {full_day(found.since.date())}.", number)
    if first.year > LAST_YEAR_BEFORE:
        why = f"It is the largest of the {found.n} days loaded, which begin on {full_day(first)}."
        return Finding(Verdict.NOT_MEASURED, why, number)
    return Finding(Verdict.HOLDS, f"No fall since {full_day(first)} was as large.", number)


def _broke_61k(at: Evidence) -> Finding:
    bars = at["BTC"]
    lows = pd.Series(bars.frame["low"].to_numpy(float), index=bars.dates)
    on_day, next_day = (float(lows.get(pd.Timestamp(day), nan)) for day in (ROUT, RELIEF))
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
    """The New York hour in which the price first traded lower, as a sentence; empty without hours."""
    if "BTC" not in at.hours:
        return ""
    frame = at.hours["BTC"].frame
    below = frame.index[(frame["low"] < price).to_numpy()]
    if not len(below):
        return ""
    local = pd.Timestamp(below[0]).tz_convert(NEW_YORK)
    return f" In New York that was the hour to {local:%H:%M} on {full_day(day_of(local))}."


def _rebound(at: Evidence) -> Finding:
    moved = change_over(at["BTC"].close, 1)
    close = at["BTC"].last
    if moved.value is None:
        return Finding(Verdict.NOT_MEASURED, moved.why or "")
    parts = (moved.value >= 0.10, 69_200 <= close <= 71_200)
    numbers = {
        "change": at.number("BTC", moved.scaled(100), "percent", "change_1d"),
        "close": at.number("BTC", Result(close, n=1), "USD", "last"),
    }
    why = f"{percent(100 * moved.value)} on the UTC day, to {decimal(close, prefix='$')}."
    return Finding(graded(sum(parts), len(parts)), why, numbers)


def _coins(at: Evidence) -> Finding:
    found = coin_falls([at[key] for key in COINS])
    inside, median = found.in_band.value, found.median.value
    if inside is None or median is None:
        return Finding(Verdict.NOT_MEASURED, found.in_band.why or "")
    count, n = round(inside / 100 * found.in_band.n), found.in_band.n
    verdict = Verdict.HOLDS if count == n else Verdict.DEPENDS if 2 * count >= n else Verdict.FAILS
    why = f"{count} of {n} coins inside the range; the median coin {percent(median, 1)} from its 2025 high."
    return Finding(verdict, why, {"in the range": found.in_band, "median": found.median})


def _negative_funding(at: Evidence) -> Finding:
    three_days = funding_summary(at["BTC_FUNDING"], days=3)
    median, share = three_days.median.value, three_days.share_negative.value
    if median is None or share is None:
        return Finding(Verdict.NOT_MEASURED, three_days.median.why or "")
    numbers = {"median of 3 days": three_days.median, "share negative": three_days.share_negative}
    rates = f"{funding(median)} per 8 hours, {decimal(share)}% of prints negative"
    why = f"Median of 3 days {rates}; neutral is 0.01%."
    verdict = Verdict.HOLDS if median < 0 else Verdict.DEPENDS if share > 0 else Verdict.FAILS
    return Finding(verdict, why, numbers)


def _volume(at: Evidence) -> Finding:
    multiple = volume_multiple(dollar_volume(at["BTC"].frame))
    number = {"multiple": at.number("BTC", multiple, "times", "volume_multiple", days=30)}
    if multiple.value is None:
        return Finding(Verdict.NOT_MEASURED, multiple.why or "", number)
    verdict = Verdict.HOLDS if multiple.value >= 2 else Verdict.FAILS
    venue = publisher(at["BTC"].provenance.source)
    said = f"{decimal(multiple.value, 1)} times the median of the 30 days before, in dollars on {venue}."
    return Finding(verdict, said, number)


def _flows(at: Evidence) -> Finding:
    flows = flow_summary(at["BTC_ETF_FLOW"])
    total = flows.sum_5.value
    if total is None:
        return Finding(Verdict.NOT_MEASURED, flows.sum_5.why or "")
    why = f"Net {money_flow(total)} over five days, {money_flow(flows.last.value)} on the last."
    verdict = Verdict.HOLDS if total < 0 else Verdict.FAILS
    return Finding(verdict, why, {"last day": flows.last, "five days": flows.sum_5, "streak": flows.streak})


def _correlation(at: Evidence) -> Finding:
    moves = align([at["BTC"], at["IXIC"]], at.hours).moves
    x, y = moves["BTC"], moves["IXIC"]
    found = {window: correlate(x, y, window) for window in WINDOWS}
    pair = ("BTC", "IXIC")
    numbers = {
        f"{window} sessions": at.joint(pair, result, "correlation", "correlation", window=window)
        for window, result in found.items()
    }
    recent, earlier = moves.iloc[-20:], moves.iloc[-80:-20]
    short, now, before = found[5], found[20], correlate(earlier["BTC"], earlier["IXIC"], 60)
    if short.value is None or now.value is None or before.value is None:
        return Finding(Verdict.NOT_MEASURED, short.why or now.why or before.why or "", numbers)
    kappas = (mardia_kappa(*stretch[list(pair)].to_numpy(float).T) for stretch in (recent, earlier))
    z = two_window_z(now.value, now.n, before.value, before.n, *kappas)
    clear = short.low is not None and short.high is not None and (short.low > 0 or short.high < 0)
    surged = z >= SIGNIFICANT
    five, twenty, sixty = (decimal(each.value, 2) for each in (short, now, before))
    why = (
        f"5 sessions {five}, {'' if clear else 'not '}distinguishable from zero; "
        f"20 sessions {twenty} after {sixty} over the 60 before, {decimal(abs(z), 1)} standard errors apart."
    )
    return Finding(graded(clear + surged, 2), why, numbers)


def _leveraged(at: Evidence) -> Finding:
    moves = align([at["BTC"], at["IXIC"]], at.hours).moves
    fits = {window: beta(moves["BTC"], moves["IXIC"], window) for window in (60, 252)}
    pair = ("BTC", "IXIC")
    numbers = {
        f"beta of {window} sessions": at.joint(pair, fit.slope, "ratio", "beta", window=window)
        for window, fit in fits.items()
    }
    if any(fit.slope.value is None for fit in fits.values()):
        return Finding(Verdict.NOT_MEASURED, "The history is shorter than a window.", numbers)
    said = "; ".join(
        f"{window} sessions {decimal(fit.slope.value, 2)} "
        f"[{decimal(fit.slope.low, 2)}, {decimal(fit.slope.high, 2)}]"
        for window, fit in fits.items()
    )
    leveraged = sum(fit.is_leveraged for fit in fits.values())
    return Finding(graded(leveraged, len(fits)), f"Beta with its 90% interval: {said}.", numbers)


def _extreme_fear(at: Evidence) -> Finding:
    values = at["FNG"].close
    days = values.index[(values <= EXTREME_FEAR).to_numpy()].to_series()
    spells = int((days.diff() > SPELL).sum()) + 1 if len(days) else 0
    number = {"value": at.number("FNG", Result(float(values.iloc[-1]), n=1), "score", "fear_and_greed")}
    why = (
        f"The index stood at {decimal(float(values.iloc[-1]))}. "
        f"It was {EXTREME_FEAR} or lower on {len(days)} of {len(values)} days loaded, "
        f"in separate spells: {spells}. That is too few to say what follows."
    )
    return Finding(Verdict.NOT_MEASURED, why, number)


CLAIMS = (
    Claim(
        "btc_peak",
        TOPIC,
        "Bitcoin peaked near $126,000 in October 2025.",
        "Highest price up to 5 February, within 1%, and its month; highest close beside it.",
        ("BTC",),
        ROUT,
        check=_peak,
    ),
    Claim(
        "btc_half",
        TOPIC,
        "Its drawdown was more than 50%.",
        "Deepest drawdown up to 6 February on three bases: close on close, close on high, low on high.",
        ("BTC",),
        RELIEF,
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
        check=_broke_61k,
    ),
    Claim(
        "btc_rebound",
        TOPIC,
        "It rebounded by over 10%, to $69,900–70,500 by 7 February.",
        "Change of the UTC day of 6 February, at least 10%; its close within 1% of the range.",
        ("BTC",),
        RELIEF,
        check=_rebound,
    ),
    Claim(
        "coins",
        TOPIC,
        "Altcoins stand 65 to 85% under their highs.",
        "Eight coins of a fixed list from their highest closes of 2025; the share inside the range.",
        COINS,
        ROUT,
        check=_coins,
    ),
    Claim(
        "capitalisation",
        TOPIC,
        "Crypto lost $1.2 to 2 trillion of capitalisation.",
        "Total capitalisation less its peak.",
        unmeasured="Coin supplies are not here. Published totals put the loss at $2.1 trillion.",
    ),
    Claim(
        "liquidations",
        TOPIC,
        "$1.8 to 3.2 billion of positions were liquidated in three days.",
        "Sum of the liquidations that venues report.",
        unmeasured="Venues publish only part of their liquidations: any total is a floor, and none is here.",
    ),
    Claim(
        "funding",
        TOPIC,
        "Funding rates turned negative.",
        "Median of the prints of three days; neutral is 0.01% per 8 hours.",
        ("BTC_FUNDING",),
        RELIEF,
        check=_negative_funding,
    ),
    Claim(
        "volume",
        TOPIC,
        "Volume ran at multiples of normal.",
        "Bitcoin’s dollar volume of 5 February on one venue / median of the 30 days before; at least twice.",
        ("BTC",),
        ROUT,
        check=_volume,
    ),
    Claim(
        "thin_books",
        TOPIC,
        "Under $70,000 liquidity thinned.",
        "Money resting within 1, 2 and 5% of the price, against the median of 30 days.",
        unmeasured="Order books of those days are not here.",
    ),
    Claim(
        "etf_flows",
        TOPIC,
        "Money left the spot Bitcoin ETFs.",
        "Net flow of five published days.",
        ("BTC_ETF_FLOW",),
        ROUT,
        check=_flows,
    ),
    Claim(
        "correlation",
        TOPIC,
        "Bitcoin’s correlation with the Nasdaq surged, to extremes in short windows.",
        "Correlation of 5 to 90 common sessions; 5 sessions against zero, 20 sessions against the 60 before.",
        ("BTC", "IXIC"),
        ROUT,
        check=_correlation,
    ),
    Claim(
        "leveraged_tech",
        TOPIC,
        "Bitcoin trades like leveraged tech.",
        "Beta on the Nasdaq over 60 and 252 sessions; leveraged where the whole interval lies above 1.",
        ("BTC", "IXIC"),
        ROUT,
        check=_leveraged,
    ),
    Claim(
        "extreme_fear",
        TOPIC,
        "Extreme fear marks turning points.",
        "Days with the fear and greed index at 10 or lower, and what followed them.",
        ("FNG",),
        RELIEF,
        check=_extreme_fear,
    ),
)
