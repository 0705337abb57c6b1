"""Past falls of one instrument, aligned on the day of their peak, and what followed."""

from analytics.episodes import Alike, PastFall, Sequel
from analytics.episodes import episodes as find
from api.envelope import Json, write_envelope
from api.query import Query
from data_sources.feed import Feed

ON = ("BTC", "IXIC")


def episodes(feed: Feed, query: Query) -> Json:
    """The falls found by rule and the named ones, each in percent of its peak from day 0 on, which is 100."""
    instrument = query.instrument("key", "IXIC")
    known = feed.many(feed.catalogue.pick(*dict.fromkeys((instrument.key, *ON)))).found
    found = find(instrument.key, known, feed.catalogue.episodes)
    return {
        "key": instrument.key,
        "name": instrument.name,
        "depth_pct": 100 * found.depth,
        "n": found.n,
        "falls": [_fall(each) for each in found.falls],
        "named": [_fall(each) for each in found.named],
        "current": found.current.key if found.current else None,
        "sequels": [_sequel(each) for each in found.sequels],
        "alike": [_alike(each) for each in found.alike],
        "missing": list(found.missing),
        "why": found.why,
    }


def _fall(fall: PastFall) -> Json:
    return {
        "key": fall.key,
        "name": fall.name,
        "cite": fall.cite,
        "peak_day": fall.peak_day,
        "low_day": fall.low_day,
        "current": fall.is_current,
        "depth_pct": write_envelope(fall.depth),
        "speed_pct": write_envelope(fall.speed),
        "sessions_down": fall.sessions_down,
        "recovery_days": write_envelope(fall.recovery_days),
        "beta": write_envelope(fall.beta),
        "path": fall.path.to_list(),
    }


def _sequel(sequel: Sequel) -> Json:
    return {
        "sessions": sequel.sessions,
        "quantiles_pct": {f"{share:g}": value for share, value in sequel.quantiles.items()},
        "n": sequel.n,
        "why": sequel.why,
    }


def _alike(alike: Alike) -> Json:
    return {
        "key": alike.key,
        "distance": alike.distance,
        "correlation": alike.correlation,
        "depth_pct": 100 * alike.depth,
    }
