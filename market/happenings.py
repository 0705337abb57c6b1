"""Zone events in words: for the event log, the feeds and whoever is told."""

from market.instruments import Instrument
from market.text import short_price, zone_range
from market.zone_events import Happening, ZoneEvent
from market.zones import Zone

HAPPENED = {
    Happening.LOST: "Lost {zone}: closed below it at {price}",
    Happening.RECLAIMED: "Reclaimed {zone}: closed above it at {price}",
    Happening.ENTERED: "Closed inside {zone} at {price}",
    Happening.REJECTED: "Left {zone} by the side it came from, at {price}",
    Happening.WICK: "Pierced {zone} as far as {price}, and closed back",
    Happening.GAP_OVER: "Jumped over {zone}, opening at {price}",
    Happening.TOUCHED: "Touched {zone} at {price}",
}


def say_happening(event: ZoneEvent, zone: Zone, instrument: Instrument) -> str:
    """One event as a sentence without a stop: `Lost $68K–$70K: closed below it at $66.2K`."""
    return "".join(happening_parts(event, zone, instrument))


def happening_parts(event: ZoneEvent, zone: Zone, instrument: Instrument) -> tuple[str, str, str]:
    """The same sentence in three: the words before its price, the price, and the words after."""
    before, _, after = HAPPENED[event.kind].partition("{price}")
    return before.format(zone=zone_range(zone, instrument)), short_price(event.price, instrument), after
