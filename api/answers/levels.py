"""Where price stands to a zone, and what happened there."""

from analytics.zone_numbers import reach_in_ranges, reach_of
from analytics.zones import ZoneHistory, follow_closest
from api.envelope import Json, write_envelope, write_provenance, write_zone
from api.query import Query
from data_sources.feed import Feed
from market.zone_events import ZoneEvent


def levels(feed: Feed, query: Query) -> Json:
    """Where price stands to one zone, since when, and what happened there."""
    instrument = query.instrument("key", "BTC")
    zone = query.zone(instrument)
    known = feed.bars(instrument.key)
    told = follow_closest(known, feed.hours(instrument.key), [zone])[0]
    return {
        "key": instrument.key,
        "zone": write_zone(zone),
        "interval": told.interval,
        "state": told.word,
        "stand": told.stand,
        "since": told.since,
        "since_start": told.from_start,
        "candidate": told.candidate,
        "votes": told.votes,
        "price": told.price,
        "as_of": told.as_of,
        "distance_pct": 100 * told.distance,
        "distance_atr": told.distance_atr,
        "atr": told.atr,
        "reach_pct": write_envelope(reach_of(told, known)),
        "reach_atr": write_envelope(reach_in_ranges(told, known)),
        "touches": len(told.touches),
        "touched": [_event(each) for each in told.touches],
        "holding": _holding(told),
        "events": [_event(each) for each in told.events],
        "flags": list(told.flags),
        "why": told.why,
        "provenance": write_provenance(known),
    }


def _holding(told: ZoneHistory) -> Json:
    held = told.holding
    return {
        "holds": held.holds,
        "closes": held.n,
        "held": held.held,
        "known": held.known,
        "run": held.run,
        "since": held.since,
        "worst_close": held.worst_close,
        "lowest": held.lowest,
    }


def _event(event: ZoneEvent) -> Json:
    return {
        "kind": event.kind,
        "time": event.time,
        "price": event.price,
        "side": event.side,
        "gapped": event.gapped,
        "interval": event.interval,
    }
