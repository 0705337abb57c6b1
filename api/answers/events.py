"""What happened at the levels of the catalogue, as feeds that need no account."""

from hashlib import sha256

from analytics.zones import ZoneHistory, follow_closest
from api.query import Query
from data_sources.feed import Feed
from market.happenings import say_happening
from market.instruments import Instrument, Interval
from market.moments import write_moment
from market.zone_events import Happening, Stand, ZoneEvent
from market.zones import Zone, write_zone
from watch.store.feeds import Item, atom, json_feed

MOST = 50


def as_atom(feed: Feed, query: Query) -> str:
    """The newest events of one instrument's levels as an Atom document."""
    return atom(_items(feed, query), f"{query.home}/api/v1/events.atom" if query.home else "")


def as_json(feed: Feed, query: Query) -> str:
    """The newest events of one instrument's levels as a JSON Feed."""
    address = f"{query.home}/api/v1/events.json" if query.home else ""
    return json_feed(_items(feed, query), address, f"{query.home}/levels" if query.home else "")


def identity(event: ZoneEvent, zone: Zone) -> str:
    """The name of an event, the same at every moment that tells of it; a bar can pierce a zone both ways."""
    upwards = event.kind is Happening.WICK and event.side is Stand.BELOW
    name = f"{write_zone(zone)}/{event.kind}/{event.time.isoformat()}{'/up' if upwards else ''}"
    return f"urn:sha256:{sha256(name.encode()).hexdigest()}"


def _items(feed: Feed, query: Query) -> tuple[Item, ...]:
    instrument = query.instrument("key", "BTC")
    moment = feed.moment or query.now
    zones = [zone for zone in feed.catalogue.zones_of(instrument.key) if zone.is_known(moment)]
    days, hours = feed.bars(instrument.key), feed.hours(instrument.key)
    happened = [
        _item(event, history, instrument, query.home)
        for history in follow_closest(days, hours, zones)
        for event in history.events
    ]
    return tuple(sorted(happened, key=lambda item: item.at, reverse=True)[:MOST])


def _item(event: ZoneEvent, history: ZoneHistory, instrument: Instrument, home: str) -> Item:
    zone, said = write_zone(history.zone), say_happening(event, history.zone, instrument)
    link = f"{home}/levels?keys={instrument.key}&level={zone}&asof={write_moment(event.time)}" if home else ""
    length = "hourly" if event.interval is Interval.HOUR else "daily"
    how = f"Confirmed by {length} closes" if event.kind.moves_state else f"Seen in one {length} bar"
    text = f"{said}. {how}."
    return Item(identity(event, history.zone), event.time, f"{instrument.short}: {said}", text, link)
