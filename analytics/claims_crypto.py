"""The article's claims about coins, their traders and their funds, each with its measure."""

from datetime import date

import numpy as np
import pandas as pd

from analytics.checking import Claim, Evidence, Finding, Verdict, graded, hole, reason
from analytics.claims_stocks import BEGINNING, RELIEF, ROUT, SATURDAY, from_high_of_2025, percent
from analytics.crypto import ARTICLE_BAND, funding_summary
from analytics.supply import bitcoin_supply
from analytics.volatility import volume_multiple
from market.calendars import day_of
from market.publishers import publisher
from market.readings import Envelope, Result
from market.text import decimal, full_day, funding, money_flow

TOPIC = "Crypto"
COINS = ("ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "LINK", "AVAX")
EXTREME_FEAR = 10
SPELL = pd.Timedelta(60, "D")  # days of fear closer than this are one spell
PRINTS = 9  # of 8 hours each, in three days
TRILLION = 1e12
PEAK_FROM = date(2025, 1, 1)


def _coins(at: Evidence) -> Finding:
    found = {key: from_high_of_2025(at, key) for key in COINS}
    numbers = {
        key: at.number(key, fall.scaled(100), "percent", "from_2025_high") for key, fall in found.items()
    }
    falls = [fall.value for fall in found.values() if fall.value is not None]
    absent = reason(found.values())
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    low, high = ARTICLE_BAND
    count, n = sum(low <= fall <= high for fall in falls), len(falls)
    median = 100 * float(np.median(falls))
    first = {
        "in the range": at.joint(COINS, Result(100 * count / n, n=n), "percent", "coins_in_band"),
        "median": at.joint(COINS, Result(median, n=n), "percent", "coins_median"),
    }
    verdict = Verdict.HOLDS if count == n else Verdict.DEPENDS if 2 * count >= n else Verdict.FAILS
    why = f"{count} of {n} coins inside the range; the median coin {percent(median, 1)} from its 2025 high."
    return Finding(verdict, why, first | numbers)


def _coins_worse(at: Evidence) -> Finding:
    every = ("BTC", *COINS)
    spans = {
        "on the day": {key: at.change(key, 1) for key in every},
        "since 28 January": {key: at.change_since(key, BEGINNING) for key in every},
        "from the 2025 highs": {key: from_high_of_2025(at, key) for key in every},
    }
    numbers: dict[str, Envelope] = {}
    said, worse = [], 0
    for name, moved in spans.items():
        absent = reason(moved.values())
        if absent:
            return Finding(Verdict.NOT_MEASURED, absent, numbers)
        falls = {key: result.value for key, result in moved.items() if result.value is not None}
        median = float(np.median([falls[key] for key in COINS]))
        n = sum(falls[key] < falls["BTC"] for key in COINS)
        middle = Result(100 * median, n=len(COINS))
        numbers[f"median coin, {name}"] = at.joint(COINS, middle, "percent", "coins_median", window=name)
        numbers[f"BTC, {name}"] = at.moved("BTC", moved["BTC"], window=name)
        worse += median < falls["BTC"]
        said.append(
            f"{name} {percent(100 * median, 1)} against {percent(100 * falls['BTC'], 1)} "
            f"({n} of {len(COINS)})"
        )
    why = f"The median coin against Bitcoin, and how many fell further: {'; '.join(said)}."
    return Finding(graded(worse, len(spans)), why, numbers)


def bitcoin_value_lost(at: Evidence) -> Result:
    """What all bitcoin was worth at its highest close since 2025, less what it is worth now, in dollars.

    ``window`` counts the days. Missing with a hole in them.
    """
    closes = at.since("BTC", PEAK_FROM)
    absent = hole(closes)
    if absent:
        return Result.missing(absent, int(closes.count()), len(closes))
    peak, last = int(closes.to_numpy().argmax()), len(closes) - 1
    then, today = (bitcoin_supply(day_of(closes.index[place])) for place in (peak, last))
    if then is None or today is None:
        return Result.missing("Bitcoin’s supply is not known on one of the days.", len(closes))
    lost = float(closes.iloc[peak]) * then - float(closes.iloc[last]) * today
    return Result(lost, len(closes), at["BTC"].as_of, len(closes))


def _capitalisation(at: Evidence) -> Finding:
    lost = bitcoin_value_lost(at)
    number = {"bitcoin alone": at.number("BTC", lost.scaled(1 / TRILLION), "trillion USD", "bitcoin_value")}
    if lost.value is None:
        return Finding(Verdict.NOT_MEASURED, lost.why or "", number)
    why = (
        f"Bitcoin alone lost ${decimal(lost.value / TRILLION, 2)} trillion from its highest close to 5 "
        "February: a floor. The supplies of other coins are not here; published totals put the loss at $2.1 "
        "trillion."
    )
    verdict = Verdict.FAILS if lost.value > 2 * TRILLION else Verdict.NOT_MEASURED
    return Finding(verdict, why, number)


def _negative_funding(at: Evidence) -> Finding:
    three_days = funding_summary(at["BTC_FUNDING"], days=3)
    rates = at["BTC_FUNDING"].close
    known = int(rates[rates.index > rates.index[-1] - pd.Timedelta(3, "D")].count())
    numbers = {"median of 3 days": three_days.median, "share negative": three_days.share_negative}
    median, share = three_days.median.value, three_days.share_negative.value
    if known < PRINTS or median is None or share is None:
        why = f"{known} of {PRINTS} prints of the three days are known."
        return Finding(Verdict.NOT_MEASURED, three_days.median.why or why, numbers)
    rates_said = f"{funding(median)} per 8 hours, {decimal(share)}% of prints negative"
    why = f"Median of 3 days {rates_said}; neutral is 0.01%."
    verdict = Verdict.HOLDS if median < 0 else Verdict.DEPENDS if share > 0 else Verdict.FAILS
    return Finding(verdict, why, numbers)


def _volume(at: Evidence) -> Finding:
    coins, *prices = (at.window("BTC", 31, name) for name in ("volume", "high", "low", "close"))
    typical = pd.concat(prices, axis=1).mean(axis=1, skipna=False).fillna(prices[-1])
    multiples = {"dollars": volume_multiple(coins * typical), "coins": volume_multiple(coins)}
    venue = publisher(at["BTC"].provenance.source)
    numbers = {
        f"multiple in {name}": at.number("BTC", each, "times", "volume_multiple", days=30, venue=venue)
        for name, each in multiples.items()
    }
    absent = reason(multiples.values())
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent, numbers)
    values = {name: each.value for name, each in multiples.items() if each.value is not None}
    why = (
        f"{decimal(values['dollars'], 1)} times the median of the 30 days before in dollars, "
        f"{decimal(values['coins'], 1)} times in bitcoin, as published by {venue}."
    )
    return Finding(graded(sum(value >= 2 for value in values.values()), len(values)), why, numbers)


def _flows(at: Evidence) -> Finding:
    days = at.window("BTC_ETF_FLOW", 5)
    absent = hole(days)
    if absent:
        return Finding(Verdict.NOT_MEASURED, absent.replace("close", "figure"))
    total, last, end = float(days.sum()), float(days.iloc[-1]), at.instant("BTC_ETF_FLOW")
    numbers = {
        name: at.number("BTC_ETF_FLOW", Result(sum_of, n=n, as_of=end), "million USD", "etf_flow", days=n)
        for name, sum_of, n in (("five days", total, 5), ("last day", last, 1))
    }
    first, newest = (full_day(day_of(each)) for each in (days.index[0], days.index[-1]))
    why = f"Net {money_flow(total)} over five sessions, {first} to {newest}; {money_flow(last)} on the last."
    return Finding(Verdict.HOLDS if total < 0 else Verdict.FAILS, why, numbers)


def _extreme_fear(at: Evidence) -> Finding:
    values = at["FNG"].close.dropna()
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
        "coins",
        TOPIC,
        "Altcoins stand 65 to 85% under their highs.",
        "Eight coins of a fixed list from their highest closes of 2025; the share inside the range.",
        COINS,
        ROUT,
        days=(ROUT, SATURDAY),
        check=_coins,
    ),
    Claim(
        "coins_worse",
        TOPIC,
        "Altcoins fell more than Bitcoin.",
        "The median of eight coins of a fixed list against Bitcoin, by UTC days: on 5 February, since 28 "
        "January, and from the highest closes of 2025.",
        ("BTC", *COINS),
        ROUT,
        days=(BEGINNING, ROUT),
        check=_coins_worse,
    ),
    Claim(
        "capitalisation",
        TOPIC,
        "Crypto lost $1.2 to 2 trillion of capitalisation.",
        "Total capitalisation less its peak. It is known of Bitcoin alone, whose supply its protocol sets.",
        ("BTC",),
        ROUT,
        check=_capitalisation,
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
        days=(date(2026, 2, 4), RELIEF),
        check=_negative_funding,
    ),
    Claim(
        "volume",
        TOPIC,
        "Volume ran at multiples of normal.",
        "Bitcoin’s volume of 5 February on one venue / median of the 30 days before, in dollars (volume × "
        "the mean of high, low and close) and in bitcoin; at least twice.",
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
        "Net flow of the five sessions up to 5 February, as published by the end of 6 February.",
        ("BTC_ETF_FLOW",),
        RELIEF,
        days=(date(2026, 1, 30), ROUT),
        newest=ROUT,
        check=_flows,
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
