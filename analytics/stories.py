"""What each page says first, from the facts of its own numbers."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from analytics.facts import (
    Readings,
    at_zone,
    below_high,
    largest_since,
    level,
    moved,
    streak,
    together,
    week_move,
    year_so_far,
)
from analytics.headline import tell
from analytics.zones import ZoneHistory
from market.bars import Bars
from market.facts import Fact, Story
from market.readings import Envelope, Result

FUNDS = {
    "IGV": "software",
    "SOX": "the chip index",
    "XLP": "consumer staples",
    "XLK": "technology",
    "XLV": "health care",
}

Known = Mapping[str, Bars]


def overview(
    known: Known, readings: Readings, zones: Sequence[ZoneHistory], moment: datetime, link: Result | None
) -> Story:
    """Bitcoin at its levels, the Nasdaq's day, how far both are below their highs, and their link."""
    facts: list[Fact | None] = []
    if "BTC" in readings:
        facts += [at_zone(zone, readings["BTC"], "Bitcoin") for zone in zones]
        facts.append(below_high(readings["BTC"], "Bitcoin"))
        if link is not None:
            facts.append(together(link, known["BTC"], link.window or 0, "Bitcoin and the Nasdaq"))
    if "IXIC" in readings:
        facts.append(moved(readings["IXIC"], known["IXIC"], moment, "the Nasdaq"))
        facts.append(below_high(readings["IXIC"], "the Nasdaq", 1.2))
    if "VIX" in readings:
        facts.append(level(readings["VIX"], "the VIX"))
    return tell(facts)


def tech(known: Known, readings: Readings, moment: datetime) -> Story:
    """The Nasdaq's day and where it ranks, its losing streak, and who fell since January and who did not."""
    facts: list[Fact | None] = [year_so_far(readings, FUNDS)]
    if "IXIC" in readings:
        facts.append(moved(readings["IXIC"], known["IXIC"], moment, "the Nasdaq"))
        facts.append(streak(readings["IXIC"], known["IXIC"], "the Nasdaq"))
        facts.append(below_high(readings["IXIC"], "the Nasdaq", 1.6))
    if "IGV" in readings:
        facts.append(below_high(readings["IGV"], "software", 1.7))
    return tell(facts)


def crypto(known: Known, readings: Readings, zones: Sequence[ZoneHistory], moment: datetime) -> Story:
    """Bitcoin's day, its levels and its distance from the record, and how much deeper the other coins are."""
    facts: list[Fact | None] = []
    if "BTC" in readings:
        facts.append(largest_since(readings["BTC"], known["BTC"], moment, "Bitcoin"))
        facts.append(moved(readings["BTC"], known["BTC"], moment, "Bitcoin"))
        facts += [at_zone(zone, readings["BTC"], "Bitcoin") for zone in zones]
        facts.append(below_high(readings["BTC"], "Bitcoin", 1.8))
    facts += [
        below_high(readings[key], name, 0.9)
        for key, name in (("ETH", "Ether"), ("SOL", "Solana"))
        if key in readings
    ]
    return tell(facts)


def macro(known: Known, readings: Readings, moment: datetime, percentiles: Mapping[str, Envelope]) -> Story:
    """Where the VIX stands in its year, and what the dollar, yields, gold and credit did in a week."""
    facts: list[Fact | None] = []
    names = {
        "DXY": "the dollar",
        "US10Y": "the 10-year yield",
        "GLD": "gold",
        "HYG": "high-yield bonds",
        "WTI": "oil",
    }
    if "VIX" in readings:
        facts.append(level(readings["VIX"], "the VIX", percentiles.get("VIX")))
        facts.append(moved(readings["VIX"], known["VIX"], moment, "the VIX"))
    facts += [week_move(readings[key], name) for key, name in names.items() if key in readings]
    return tell(facts)
