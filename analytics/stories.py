"""What each page says first, composed from its bars: the same for the page and for `/api/v1/facts`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from analytics.alignment import Aligned
from analytics.correlation import correlate
from analytics.dividends import earned_in_week, with_keys_of_total_returns
from analytics.facts import (
    Readings,
    at_average,
    at_zone,
    below_high,
    fell_to_new_low,
    largest_since,
    level,
    moved,
    price_now,
    ranked_in_year,
    streak,
    together,
    unusual_week,
    week_move,
    year_so_far,
)
from analytics.facts_crypto import flows_of_days, funding_now, mood_now
from analytics.facts_stress import stress_now
from analytics.headline import tell
from analytics.macro import MacroRow, macro_rows
from analytics.returns import newest
from analytics.stress import Stress
from analytics.zones import ZoneHistory, follow_closest
from market.bars import Bars
from market.facts import Fact, Story
from market.readings import Reading
from market.zones import Zone

WINDOW = 60
AFTER_THE_DAY = 2.2
"""What a run weighs at most where the day that ends it is told by itself."""
FUNDS = {
    "IGV": "software",
    "SOX": "the chip index",
    "XLP": "consumer staples",
    "XLK": "technology",
    "XLV": "health care",
}
COINS = {"ETH": "Ether", "SOL": "Solana"}
SERIES = {
    "DXY": "the dollar",
    "US10Y": "the 10-year yield",
    "GLD": "gold",
    "HYG": "high-yield bonds",
    "WTI": "oil",
}

FUND_OF_BONDS = ("HYG",)  # its sentence tells what holders earned

Known = Mapping[str, Bars]
Facts = list[Fact | None]


class Page(StrEnum):
    """The pages that open with sentences."""

    OVERVIEW = "overview"
    TECH = "tech"
    CRYPTO = "crypto"
    MACRO = "macro"


NEEDED = {
    Page.OVERVIEW: ("BTC", "IXIC", "VIX"),
    Page.TECH: ("IXIC", *FUNDS),
    Page.CRYPTO: ("BTC", *COINS, "BTC_FUNDING", "BTC_ETF_FLOW", "FNG"),
    Page.MACRO: ("VIX", *with_keys_of_total_returns(FUND_OF_BONDS), *SERIES),
}
"""The series whose numbers each page's sentences quote; more of them change nothing."""


FIRST = {Page.OVERVIEW: "IXIC", Page.TECH: "IXIC", Page.CRYPTO: "BTC", Page.MACRO: "VIX"}
CALLED = {"IXIC": "the Nasdaq", "BTC": "Bitcoin", "VIX": "the VIX"}


@dataclass(frozen=True, slots=True)
class Told:
    """A page's story, and what was made for it, for the rest of the page to show."""

    story: Story
    levels: tuple[ZoneHistory, ...] = ()
    rows: tuple[MacroRow, ...] = ()


def story_of(
    page: Page,
    known: Known,
    readings: Readings,
    moment: datetime,
    *,
    zones: Sequence[Zone] = (),
    hours: Bars | None = None,
    pair: Aligned | None = None,
    window: int = WINDOW,
    score: Stress | None = None,
) -> Told:
    """What ``page`` says at ``moment`` of the bars it knows and their readings.

    ``zones`` are the watched ones of Bitcoin, ``hours`` its hourly bars where they reach up to the moment,
    ``pair`` the aligned moves of Bitcoin and the Nasdaq, ``score`` the stress score. A series that is not
    there says nothing.
    """
    quiet = _quiet(page, readings)
    match page:
        case Page.OVERVIEW:
            levels = _levels(known, hours, zones)
            facts = [*_overview(known, readings, levels, moment), _link(known, pair, window)]
            facts.append(stress_now(score) if score else None)
            return Told(tell(facts, quiet), levels)
        case Page.TECH:
            return Told(tell(_tech(known, readings, moment), quiet))
        case Page.CRYPTO:
            levels = _levels(known, hours, zones)
            return Told(tell(_crypto(known, readings, levels, moment), quiet), levels)
        case Page.MACRO:
            rows = tuple(macro_rows(known))
            return Told(tell(_macro(known, readings, moment, rows), quiet), rows=rows)


def _quiet(page: Page, readings: Readings) -> Fact | None:
    """What is left to say where prices are known and nothing about them is worth a sentence."""
    if not readings:
        return None
    own = [key for key in (FIRST[page], *CALLED) if key in readings]
    stands = (price_now(readings[key], CALLED[key]) for key in own)
    return next((fact for fact in stands if fact), Fact(("no price here is up to date",), 0.0))


def _levels(known: Known, hours: Bars | None, zones: Sequence[Zone]) -> tuple[ZoneHistory, ...]:
    return follow_closest(known["BTC"], hours, zones) if "BTC" in known else ()


def _link(known: Known, pair: Aligned | None, window: int) -> Fact | None:
    if pair is None or "BTC" not in known:
        return None
    moves = pair["BTC"]
    # The first move of the window starts from the close of the row before: sessions, not days of each side.
    start = newest(moves.iloc[: max(len(moves) - window, 0)])
    found = replace(correlate(moves, pair["IXIC"], window), since=start)
    return together(found, (known["BTC"], known["IXIC"]), window, "Bitcoin and the Nasdaq")


def _overview(known: Known, readings: Readings, levels: Sequence[ZoneHistory], moment: datetime) -> Facts:
    """Bitcoin at its levels, the Nasdaq's day, how far both are below their highs, and their means."""
    facts: Facts = []
    if "BTC" in readings:
        facts += [at_zone(zone, readings["BTC"], "Bitcoin") for zone in levels]
        facts += _day(readings["BTC"], known["BTC"], moment, "Bitcoin", 1.5)
        facts.append(at_average(known["BTC"], moment, "Bitcoin"))
    if "IXIC" in readings:
        facts += _day(readings["IXIC"], known["IXIC"], moment, "the Nasdaq", 1.2)
        facts.append(at_average(known["IXIC"], moment, "the Nasdaq"))
    if "VIX" in readings:
        facts.append(level(readings["VIX"], "the VIX"))
    return facts


def _day(reading: Reading, bars: Bars, moment: datetime, subject: str, depth: float) -> Facts:
    """The day of one price and how far below its high it is: each number once, in the fact that says most.

    ``depth`` is the weight of the distance from the high where nothing about it is new.
    """
    low, run = fell_to_new_low(reading, bars, moment, subject), streak(reading, bars, subject)
    day, week = moved(reading, bars, moment, subject), unusual_week(reading, bars, subject)
    is_ranked = day is not None and bool(day.brief)
    if is_ranked and low is not None:
        low, depth = None, AFTER_THE_DAY
    elif low is not None or (run is not None and not is_ranked):
        day = None
    if run is not None and (is_ranked or low is not None):
        run = replace(run, weight=min(run.weight, AFTER_THE_DAY))
    return [low, day, run, week, None if low else below_high(reading, subject, depth)]


def _tech(known: Known, readings: Readings, moment: datetime) -> Facts:
    """The Nasdaq's day and where it ranks, its losing streak, its means, and who fell since January."""
    facts: Facts = [year_so_far(readings, FUNDS)]
    if "IXIC" in readings:
        nasdaq, bars = readings["IXIC"], known["IXIC"]
        facts += _day(nasdaq, bars, moment, "the Nasdaq", 1.6)
        facts.append(ranked_in_year(nasdaq, bars, moment, "the Nasdaq"))
        facts.append(at_average(bars, moment, "the Nasdaq"))
    if "IGV" in readings:
        facts.append(below_high(readings["IGV"], "software", 1.7))
        facts.append(at_average(known["IGV"], moment, "software"))
    if "SOX" in readings:
        facts.append(below_high(readings["SOX"], "the chip index", 1.1))
    return facts


def _crypto(known: Known, readings: Readings, levels: Sequence[ZoneHistory], moment: datetime) -> Facts:
    """Bitcoin's day, its levels and its record, how much deeper other coins are, funding, flows, mood."""
    facts: Facts = []
    if "BTC" in readings:
        bitcoin, bars = readings["BTC"], known["BTC"]
        facts.append(largest_since(bitcoin, bars, moment, "Bitcoin"))
        facts += _day(bitcoin, bars, moment, "Bitcoin", 1.8)
        facts += [at_zone(zone, bitcoin, "Bitcoin") for zone in levels]
        facts.append(at_average(bars, moment, "Bitcoin"))
    facts += [below_high(readings[key], name, 0.9) for key, name in COINS.items() if key in readings]
    for key, say in (("BTC_FUNDING", funding_now), ("BTC_ETF_FLOW", flows_of_days), ("FNG", mood_now)):
        if key in known:
            facts.append(say(known[key]))
    return facts


def _macro(known: Known, readings: Readings, moment: datetime, rows: Sequence[MacroRow]) -> Facts:
    """Where the VIX stands in its year, and what the dollar, yields, gold and credit did in a week."""
    facts: Facts = []
    if "VIX" in readings:
        place = next((row.percentile for row in rows if row.key == "VIX"), None)
        facts.append(level(readings["VIX"], "the VIX", place))
        facts.append(moved(readings["VIX"], known["VIX"], moment, "the VIX", 1.4))
    told = {key: earned_in_week(readings[key], known) for key in SERIES if key in readings}
    return facts + [week_move(reading, SERIES[key]) for key, reading in told.items()]
