"""Crypto stress: funding, open interest, basis, pegs, fund flows, mood, and fallen coins."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd

from analytics.drawdowns import from_high_of_year
from analytics.ranks import streak
from analytics.rebasing import ratio_envelope
from market.bars import Bars
from market.definitions import Definition
from market.readings import Envelope, Result, envelope, joint_envelope, missing

NEUTRAL_FUNDING = 1e-4  # the interest part of the formula: .01% per 8 hours is neutral, zero is not
FUNDING_CLAMP = 5e-4
FUNDING_HOURS = 8
HOURS_PER_YEAR = 365 * 24
ARTICLE_BAND = (-0.85, -0.65)

DEFINITIONS = (
    Definition(
        "funding_last",
        "Funding rate",
        "The rate longs pay to shorts, brought to 8 hours: rate × 8 / hours. Neutral is +0.01%, not zero.",
        "The last settled print of the venue, every 8 hours.",
        "A missed print stays missing.",
        "Binance, OKX and Bybit contract specifications.",
        "Crypto",
    ),
    Definition(
        "funding_annual",
        "Funding, annual",
        "Rate × 24 / hours × 365, without compounding: 0.01% per 8 hours is 10.95% a year.",
        "The last settled print.",
        "Missing with the print.",
        "Binance, OKX and Bybit contract specifications.",
        "Crypto",
    ),
    Definition(
        "funding_median",
        "Median funding",
        "Median of the prints of the last 30 days.",
        "Settled prints, every 8 hours.",
        "Missed prints are left out; n says how many there were.",
        "Own definition.",
        "Crypto",
    ),
    Definition(
        "funding_share_negative",
        "Share of negative funding",
        "Prints below zero over all prints of the last 30 days. On Binance 13.5% were negative in 2020–23.",
        "Settled prints, every 8 hours.",
        "Missed prints are left out of both counts.",
        "Own definition.",
        "Crypto",
    ),
    Definition(
        "funding_run",
        "Prints in a row",
        "How many prints in a row have had the sign of the last one; minus for negative ones.",
        "Settled prints, every 8 hours.",
        "A print of exactly zero ends a run.",
        "Own definition.",
        "Crypto",
    ),
    Definition(
        "etf_flow",
        "ETF net flow",
        "Creations minus redemptions of the US spot Bitcoin ETFs in a day; sums are over trading days.",
        "One figure per New York session, printed in the night after it: a replay knows it from 06:00 UTC of "
        "the next day.",
        "A holiday has no figure and is not a zero.",
        "Farside Investors.",
        "Crypto",
    ),
    Definition(
        "etf_flow_streak",
        "ETF flow streak",
        "How many published days in a row have had the sign of the last one; minus for outflows.",
        "One figure per New York session.",
        "A day of exactly zero ends a streak.",
        "Own definition.",
        "Crypto",
    ),
    Definition(
        "fear_and_greed",
        "Crypto fear and greed",
        "The index of alternative.me, 0 to 100: volatility 25, volume 25, social media 15, surveys 15, "
        "dominance 10, trends 10%.",
        "Once a day, at the 00:00 UTC that begins the day it stands for.",
        "A missing day stays missing.",
        "alternative.me; its weights are stated, its inputs are not published.",
        "Crypto",
    ),
    Definition(
        "coins_in_band",
        "Coins in the article’s band",
        "Coins whose fall from the 2025 high lies between −65 and −85%, over all coins measured.",
        "UTC-day closes; the coins are those of the catalogue, chosen before the fall.",
        "A coin without prices is left out of both counts.",
        "Own definition; the band is the article’s.",
        "Crypto",
    ),
    Definition(
        "coins_median",
        "The median coin",
        "Median over the coins of their falls from the 2025 high.",
        "UTC-day closes.",
        "A coin without prices is left out; n counts the rest.",
        "Own definition.",
        "Crypto",
    ),
    Definition(
        "open_interest_coins",
        "Open interest in coins",
        "(1 + change in dollars) / (1 + change of price) − 1: what holders did, freed from the price.",
        "Venue totals at equal instants.",
        "Missing where either change is.",
        "Own definition.",
        "Crypto",
    ),
    Definition(
        "open_interest_held",
        "Open interest",
        "Open contracts in coins: contracts × the size of one where a venue counts contracts.",
        "A snapshot per venue; venues are summed.",
        "A venue that does not answer is left out, and named.",
        "The venues' own public figures.",
        "Crypto",
    ),
    Definition(
        "basis",
        "Basis",
        "(Future / spot − 1) × 365 / days to expiry.",
        "Prices of one venue at one instant.",
        "Missing on the day of expiry.",
        "Market convention.",
        "Crypto",
    ),
    Definition(
        "peg",
        "Peg",
        "(Price − 1) × 10,000: basis points from one dollar.",
        "The lowest price over venues.",
        "Missing without a price.",
        "Market convention.",
        "Crypto",
    ),
    Definition(
        "dominance",
        "Dominance",
        "Capitalisation of one coin over that of all coins counted.",
        "Capitalisations at one instant.",
        "Missing unless every coin counted has a figure.",
        "Market convention.",
        "Crypto",
    ),
)


# Funding


def funding_simple(rate: float, hours: float) -> float:
    """The yearly rate of a funding ``rate`` paid every ``hours``, without compounding."""
    return rate * 24 / hours * 365


def funding_compound(rate: float, hours: float) -> float:
    """The yearly rate of a funding ``rate`` paid every ``hours`` and reinvested."""
    return float((1 + rate) ** (HOURS_PER_YEAR / hours) - 1)


def funding_eight_hours(rate: float, hours: float) -> float:
    """The funding ``rate`` paid every ``hours``, brought to 8 hours."""
    return rate * FUNDING_HOURS / hours


def funding_rate(premium: float, interest: float = NEUTRAL_FUNDING, clamp: float = FUNDING_CLAMP) -> float:
    """The funding rate a venue sets from its ``premium``: premium plus the clamped rest of the interest.

    Source: contract specifications of Binance, OKX and Bybit.
    """
    return premium + max(-clamp, min(clamp, interest - premium))


@dataclass(frozen=True, slots=True)
class VenueFunding:
    """Funding at one venue: its rate, how often it is paid, and the open interest it is paid on (USD)."""

    venue: str
    rate: float
    hours: float
    open_interest: float


def funding_across(venues: Iterable[VenueFunding]) -> Result:
    """Funding per 8 hours over ``venues``, weighted by open interest; n counts the venues.

    A venue without a rate or open interest is left out; missing when none is left.
    """
    known = [each for each in venues if isfinite(each.rate) and each.open_interest > 0 and each.hours > 0]
    if not known:
        return Result.missing("No venue gave both a funding rate and its open interest.")
    total = sum(each.open_interest for each in known)
    weighted = sum(funding_eight_hours(each.rate, each.hours) * each.open_interest for each in known)
    return Result(weighted / total, n=len(known))


@dataclass(frozen=True, slots=True)
class Funding:
    """What a page says of funding: the last print, the month behind it, and the run it ends."""

    last: Envelope
    annual: Envelope
    median: Envelope
    share_negative: Envelope
    run: Envelope


def funding_summary(prints: Bars, days: int = 30) -> Funding:
    """Funding in percent per 8 hours: last, annual, and the last ``days``: median, share below zero."""
    rates = prints.close
    recent = rates[rates.index > rates.index[-1] - pd.Timedelta(days=days)].dropna()
    last, n = float(rates.iloc[-1]), len(recent)
    negative = int((recent < 0).sum())

    def number(value: float, unit: str, formula: str, count: int, **inputs: float | str) -> Envelope:
        since = prints.as_of if count == 1 else recent.index[0].to_pydatetime()
        result = Result(value, n=count, as_of=prints.as_of, since=since)
        return envelope(result, prints, unit, formula, **inputs)

    neutral = NEUTRAL_FUNDING * 100
    per_print = "percent per 8 h"
    return Funding(
        last=number(last, per_print, "funding_last", 1, neutral=neutral),
        annual=number(funding_simple(last, FUNDING_HOURS), "percent a year", "funding_annual", 1, rate=last),
        median=number(float(recent.median()), per_print, "funding_median", n, days=days, neutral=neutral),
        share_negative=number(
            100 * negative / n, "percent", "funding_share_negative", n, negative=negative, days=days
        ),
        run=envelope(streak(rates), prints, "prints", "funding_run"),
    )


# Open interest, basis, pegs, dominance


def open_interest_in_coins(usd_change: float, price_change: float) -> Result:
    """The change of open interest in coins, from its change in dollars and the change of the price."""
    if not isfinite(usd_change) or not isfinite(price_change):
        return Result.missing("Open interest or price has no change over this window.")
    if price_change <= -1:
        return Result.missing("The price fell to nothing.")
    return Result((1 + usd_change) / (1 + price_change) - 1, n=2)


def basis(future: float, spot: float, days: float) -> Result:
    """The yearly premium of a dated ``future`` over ``spot``, ``days`` before it expires."""
    if not (spot > 0 and days > 0 and isfinite(future)):
        return Result.missing("The future has expired, or a price is missing.")
    return Result((future / spot - 1) * 365 / days, n=2)


def perpetual_premium(mark: float, index: float) -> Result:
    """The premium of a perpetual's ``mark`` price over its ``index`` price."""
    if not (index > 0 and isfinite(mark)):
        return Result.missing("There is no index price.")
    return Result(mark / index - 1, n=2)


def peg_deviation_bp(price: float) -> Result:
    """How far a dollar stablecoin stands from its peg, in basis points."""
    return Result((price - 1) * 1e4, n=1) if isfinite(price) else Result.missing("There is no price.")


def dominance(capitalisations: Mapping[str, float], key: str = "BTC") -> Result:
    """The share of ``key`` in the capitalisation of all coins given; missing unless each has a figure."""
    lacking = [name for name, value in capitalisations.items() if not (isfinite(value) and value > 0)]
    if key not in capitalisations or lacking:
        return Result.missing(f"There is no capitalisation of {', '.join(lacking) or key}.")
    return Result(capitalisations[key] / sum(capitalisations.values()), n=len(capitalisations))


# ETF flows


def flow_from_shares(shares_change: float, net_asset_value: float) -> float:
    """A fund's net flow: change of shares outstanding times net asset value per share."""
    return shares_change * net_asset_value


def flow_from_assets(assets: float, assets_before: float, fund_return: float) -> float:
    """A fund's net flow: its assets less what yesterday's would have grown to."""
    return assets - assets_before * (1 + fund_return)


@dataclass(frozen=True, slots=True)
class Flows:
    """What a page says of ETF flows, in million dollars: last day, sums, and the streak."""

    last: Envelope
    sum_5: Envelope
    sum_20: Envelope
    inflow_days_of_5: Envelope
    streak: Envelope


def flow_summary(flows: Bars) -> Flows:
    """Net flows over the last day, 5 and 20 trading days; a sum is missing unless each has its figure."""
    values = flows.close

    def counted(days: int, count: Callable[[pd.Series], float]) -> Result:
        recent = values.iloc[-days:]
        first = recent.index[0].to_pydatetime()
        result = Result(float(count(recent)), n=days, window=days, as_of=flows.as_of, since=first)
        return _enough(values, days) or result

    def total(days: int) -> Envelope:
        result = counted(days, pd.Series.sum)
        return envelope(result, flows, "million USD", "etf_flow", days=days)

    of_5 = counted(5, lambda recent: (recent > 0).sum())
    return Flows(
        last=envelope(
            Result(flows.last, n=1, as_of=flows.as_of, since=flows.as_of),
            flows,
            "million USD",
            "etf_flow",
            days=1,
        ),
        sum_5=total(5),
        sum_20=total(20),
        inflow_days_of_5=envelope(of_5, flows, "days", "etf_flow"),
        streak=envelope(streak(values), flows, "days", "etf_flow_streak"),
    )


def _enough(values: pd.Series, needed: int) -> Result | None:
    """The missing result of a stretch that lacks a day; None where each of its days has a figure."""
    recent = values.iloc[-needed:]
    known = int(recent.count())
    if known == needed:
        return None
    since = recent.index[0].to_pydatetime()
    return Result.missing(f"{known} of {needed} days are published.", n=known, window=needed, since=since)


# Mood

MOOD_FLOORS = ((0, "extreme fear"), (26, "fear"), (47, "neutral"), (55, "greed"), (76, "extreme greed"))


def mood_word(value: float) -> str:
    """The word alternative.me puts on a value of its fear and greed index, 0 to 100; none below zero."""
    return next((word for floor, word in reversed(MOOD_FLOORS) if value >= floor), "")


@dataclass(frozen=True, slots=True)
class Mood:
    """Crypto fear and greed now, its word, and where it stood."""

    value: Envelope
    word: str
    yesterday: Envelope
    week_ago: Envelope
    month_ago: Envelope
    low_30: Envelope


def mood(index: Bars) -> Mood:
    """The fear and greed index now, a day, 7 and 30 days before, and its lowest value of the last 30 days."""
    values = index.close

    def days_ago(days: int) -> Envelope:
        day = values.index[-1] - pd.Timedelta(days=days)
        if np.isnan(values.get(day, np.nan)):
            return missing("score", "fear_and_greed", f"There is no value {days} days before.")
        result = Result(float(values[day]), n=1, as_of=day.to_pydatetime(), since=day.to_pydatetime())
        return envelope(result, index, "score", "fear_and_greed", days_ago=days)

    recent = values[values.index > values.index[-1] - pd.Timedelta(days=30)]
    first = recent.index[0].to_pydatetime()
    low = Result(float(recent.min()), n=int(recent.count()), as_of=index.as_of, since=first)
    return Mood(
        value=envelope(
            Result(index.last, n=1, as_of=index.as_of, since=index.as_of), index, "score", "fear_and_greed"
        ),
        word=mood_word(index.last),
        yesterday=days_ago(1),
        week_ago=days_ago(7),
        month_ago=days_ago(30),
        low_30=envelope(low, index, "score", "fear_and_greed", days=30),
    )


# Coins


@dataclass(frozen=True, slots=True)
class CoinFall:
    """One coin, and how far it stands from its 2025 high, in percent."""

    key: str
    name: str
    fall: Envelope


@dataclass(frozen=True, slots=True)
class CoinFalls:
    """Coins from their 2025 highs, deepest first; those without a fall stand last."""

    rows: tuple[CoinFall, ...]
    median: Envelope
    in_band: Envelope
    band: tuple[float, float]


def coin_falls(
    coins: Iterable[Bars], year: int = 2025, band: tuple[float, float] = ARTICLE_BAND
) -> CoinFalls:
    """Each coin from its high of ``year``, the median coin, and the share inside ``band`` (fractions)."""
    every = list(coins)
    measured = [(bars, from_high_of_year(bars.linked, bars.dates, year)) for bars in every]
    measured.sort(key=lambda pair: (pair[1].value is None, pair[1].value))
    rows = tuple(
        CoinFall(
            bars.key,
            bars.instrument.name,
            ratio_envelope(
                fall.scaled(100),
                bars,
                "percent",
                "from_2025_high",
                year=year,
                price=float(bars.linked.iloc[-1]),
            ),
        )
        for bars, fall in measured
    )
    falls = [fall.value for _, fall in measured if fall.value is not None]
    if not falls:
        why = "No coin has prices."
        absent = missing("percent", "coins_median", why)
        return CoinFalls(rows, absent, missing("percent", "coins_in_band", why), band)
    inside = sum(band[0] <= fall <= band[1] for fall in falls)
    share = Result(100 * inside / len(falls), n=len(falls))
    median = Result(100 * float(np.median(falls)), n=len(falls))
    return CoinFalls(
        rows,
        joint_envelope(median, every, "percent", "coins_median"),
        joint_envelope(share, every, "percent", "coins_in_band", inside=inside, coins=len(falls)),
        band,
    )
