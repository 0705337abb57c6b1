"""The catalogue, prices, and the numbers that every page shows of one instrument."""

from datetime import datetime
from math import isnan

from analytics.readings import read, unread
from api.envelope import Json, reasons, write_envelope, write_provenance, write_time, write_zone
from api.query import Query
from data_sources.feed import Batch, Feed
from market.bars import COLUMNS, Bars
from market.instruments import Instrument, Listing

MOST_KEYS = 50


def instruments(feed: Feed, _: Query) -> Json:
    """The catalogue."""
    known = feed.catalogue
    return {
        "instruments": [_instrument(each, feed) for each in known],
        "zones": [write_zone(zone) for zone in known.zones],
        "episodes": [
            {
                "key": each.key,
                "name": each.name,
                "start": each.start,
                "end": each.end,
                "what": each.what,
                "cite": each.cite,
            }
            for each in known.episodes
        ],
    }


def _instrument(each: Instrument, feed: Feed) -> Json:
    scale = feed.catalogue.scales.get(each.key)
    return {
        "key": each.key,
        "name": each.name,
        "short": each.short,
        "group": each.group,
        "unit": each.unit,
        "calendar": each.calendar,
        "flow": each.flow,
        "about": each.about,
        "gauge": each.is_gauge,
        "providers": [_listing(listing) for listing in each.listings],
        "total_return": _listing(each.total_return) if each.total_return else None,
        "bands": [
            {"name": band.name, "severity": band.severity, "lower": band.lower, "upper": band.upper}
            for band in (scale.bands if scale else ())
        ],
    }


def _listing(listing: Listing) -> Json:
    """One provider; ``published`` is there where its figures appear later than their close."""
    told: Json = {
        "source": listing.source,
        "symbol": listing.symbol,
        "delay_minutes": listing.delay_minutes,
    }
    return told | ({"published": str(listing.published)} if listing.published else {})


def bars(feed: Feed, query: Query) -> Json:
    """The bars of one instrument complete between two instants; an empty list where there are none.

    A session or day that should be there and is not has no bar: it stands among the ``holes``, and why.
    """
    instrument, interval = query.instrument("key"), query.interval()
    start, end = query.between()
    known = feed.to_show(instrument.key, interval)
    return {
        "key": known.key,
        "interval": known.interval,
        "provenance": write_provenance(known),
        "bars": _rows(known, start, end),
        "holes": [
            {"time": write_time(hole.at), "date": hole.day, "why": hole.why}
            for hole in known.holes
            if _is_between(hole.at, start, end)
        ],
    }


def _rows(known: Bars, start: datetime | None, end: datetime | None) -> list[Json]:
    times = [stamp.to_pydatetime() for stamp in known.frame.index]
    dates = [stamp.date().isoformat() for stamp in known.dates]
    prices = [dict(zip(COLUMNS, row, strict=True)) for row in known.frame.to_numpy().tolist()]
    unfinished = known.as_of if known.in_progress else None
    return [
        {"time": write_time(time), "date": day, **row, "final": time != unfinished}
        for time, day, row in zip(times, dates, prices, strict=True)
        if _is_between(time, start, end) and not isnan(row["close"])
    ]


def _is_between(time: datetime, start: datetime | None, end: datetime | None) -> bool:
    return (start is None or time > start) and (end is None or time <= end)


def readings(feed: Feed, query: Query) -> Json:
    """The numbers of each instrument, by key; those of one that cannot be had are missing, and say why.

    Of one that only a recording holds, the last price is told as of its day; nothing is worked out from it.
    """
    chosen = query.instruments(default=feed.catalogue.instruments, most=MOST_KEYS)
    batch = feed.many(chosen)
    why = reasons(batch)
    return {each.key: _numbers(each, batch, why.get(each.key, "")) for each in chosen}


def _numbers(instrument: Instrument, batch: Batch, why: str) -> Json:
    known = batch.get(instrument.key)
    reading = read(known) if known else unread(instrument, why, batch.recorded.get(instrument.key))
    return {name: write_envelope(number) for name, number in reading.numbers.items()}
