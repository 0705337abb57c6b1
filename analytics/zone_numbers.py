"""The numbers of a zone that a person can see: how far the price has to go to it, its tests, its events."""

from collections.abc import Sequence

from analytics.zone_rows import ATR_BARS
from analytics.zones import ZoneHistory
from market.bars import Bars
from market.definitions import Definition
from market.readings import Envelope, Result, envelope, joint_envelope
from market.zone_events import ZoneEvent
from market.zones import Zone

NO_RANGE = f"The range of {ATR_BARS} closed bars is not known yet."

DEFINITIONS = (
    Definition(
        "reach",
        "Way to a level",
        "L / P(t) − 1, where L is the level, or the edge of a zone nearest to the price; zero inside it.",
        "The newest price, of an open bar too; an average counts finished closes only.",
        "Missing without a price.",
        "Simple return.",
        "Levels",
    ),
    Definition(
        "distance_from_level",
        "Distance from a level",
        "P(t) / L − 1, where L is the level, or the edge of a zone nearest to the price; zero inside it.",
        "The newest price, of an open bar too.",
        "Missing without a price.",
        "Simple return.",
        "Levels",
    ),
    Definition(
        "reach_in_ranges",
        "Way to a level in ranges",
        "(L − P(t)) / average true range, L as in the way in percent; zero inside the zone.",
        f"The newest price; the range is Wilder’s over {ATR_BARS} finished days.",
        "Missing until the range is known; a day without a high and a low counts as its change.",
        "Average true range: Wilder 1978.",
        "Levels",
    ),
)


def reach(bars: Bars, level: float) -> Envelope:
    """The way from the newest price of ``bars`` to a ``level``, in percent of the price."""
    result = Result(100 * (level / bars.last - 1), n=1, as_of=bars.as_of)
    return envelope(result, bars, "percent", "reach", level=level, price=bars.last)


def reach_of(history: ZoneHistory, days: Bars) -> Envelope:
    """The way to the nearest edge of a zone, in percent of the price of ``days``; zero inside."""
    if history.price in history.zone:
        result = Result(0.0, n=1, as_of=history.as_of)
        return envelope(result, days, "percent", "reach", price=history.price, **edges(history.zone))
    return reach(days, history.edge)


def distance_of(history: ZoneHistory, days: Bars) -> Envelope:
    """How far the price of ``days`` lies outside a zone, in percent of its nearest edge; zero inside."""
    result = Result(100 * history.distance, n=1, as_of=history.as_of)
    return envelope(
        result, days, "percent", "distance_from_level", price=history.price, **edges(history.zone)
    )


def reach_in_ranges(history: ZoneHistory, days: Bars) -> Envelope:
    """The same in average true ranges; missing where no range is known."""
    away = history.distance_atr
    result = Result.missing(NO_RANGE)
    if away is not None:
        result = Result(0.0 if away == 0 else -away, n=ATR_BARS, as_of=history.as_of, flags=history.flags)
    made_of = {"price": history.price, **edges(history.zone), "average true range": history.atr}
    return envelope(result, days, "ranges", "reach_in_ranges", **(made_of if away is not None else {}))


def touch_count(history: ZoneHistory, followed: Sequence[Bars]) -> Envelope:
    """How often the closes that a zone was ``followed`` on touched it; ``n`` counts those that are known."""
    closed = [bars.finished for bars in followed]
    newest = max((bars.as_of for bars in closed), default=None)
    result = Result(float(len(history.touches)), n=history.closes, as_of=newest)
    return joint_envelope(result, closed, "tests", "zone_event", **edges(history.zone))


def event_price(event: ZoneEvent, zone: Zone, followed: Sequence[Bars]) -> Envelope:
    """The price of an event, at its instant, from those of the bars ``followed`` that are of its length.

    Raises `ValueError` where none of them are.
    """
    told = [bars.finished for bars in followed if bars.interval is event.interval]
    if not told:
        raise ValueError("an event comes from bars of its own length")
    result = Result(event.price, n=1, as_of=event.time)
    unit = told[0].instrument.unit.value
    return joint_envelope(result, told, unit, "zone_event", event=event.kind, **edges(zone))


def edges(zone: Zone) -> dict[str, float]:
    """The prices of a zone as inputs of its numbers."""
    return {"level": zone.low} if zone.is_level else {"lower edge": zone.low, "upper edge": zone.high}
