"""What each JSON route answers: a feed and a query in, what will be JSON out, by the sums of the pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from analytics.alignment import align
from analytics.beta import LEVEL as BETA_LEVEL
from analytics.beta import Beta
from analytics.beta import beta as regress
from analytics.correlation import LEVEL, CorrelationMatrix, Method, correlation_matrix
from analytics.readings import read
from analytics.zones import ZoneHistory, follow
from api.envelope import Json, write_envelope, write_provenance, write_time
from api.query import BadParameter, Query
from data_sources.feed import Batch, Feed
from market.bars import COLUMNS, Bars
from market.instruments import Instrument, Interval
from market.readings import Envelope, Result, joint_envelope, missing
from market.zone_events import ZoneEvent
from market.zones import Zone

MOST_KEYS = 50
MOST_TOGETHER = 12
WINDOW = 60
METHODS = (Method.PEARSON, Method.SPEARMAN)
TOGETHER = ("IXIC", "GSPC", "IGV", "SOX", "BTC", "ETH", "GLD", "HYG", "VIX", "DXY", "IEF")

# What is said of an instrument that is not there: the unit and the definition of each number.
NUMBERS = {
    "last": ("", "last"),
    "change_1d_pct": ("percent", "change_1d"),
    "change_1w_pct": ("percent", "change_1w"),
    "ytd_pct": ("percent", "ytd"),
    "drawdown_pct": ("percent", "drawdown"),
    "from_2025_high_pct": ("percent", "from_2025_high"),
    "streak": ("closes in a row", "streak"),
    "rank_252": ("place of 252", "rank_252"),
    "realised_vol_pct": ("percent", "realised_vol"),
}


def instruments(feed: Feed, _: Query) -> Json:
    """The catalogue."""
    known = feed.catalogue
    return {
        "instruments": [_instrument(each, feed) for each in known],
        "zones": [_zone(zone) for zone in known.zones],
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
        "providers": [
            {"source": listing.source, "symbol": listing.symbol, "delay_minutes": listing.delay_minutes}
            for listing in each.listings
        ],
        "bands": [
            {"name": band.name, "severity": band.severity, "lower": band.lower, "upper": band.upper}
            for band in (scale.bands if scale else ())
        ],
    }


def _zone(zone: Zone) -> Json:
    return {
        "key": zone.key,
        "low": zone.low,
        "high": zone.high,
        "name": zone.name,
        "why": zone.why,
        "known": zone.known,
    }


def bars(feed: Feed, query: Query) -> Json:
    """The bars of one instrument complete between two instants; an empty list where there are none."""
    instrument, interval = query.instrument("key"), query.interval()
    start, end = query.between()
    known = feed.bars(instrument.key, interval)
    return {
        "key": known.key,
        "interval": known.interval,
        "provenance": write_provenance(known),
        "bars": _rows(known, start, end),
    }


def _rows(known: Bars, start: datetime | None, end: datetime | None) -> list[Json]:
    times = [stamp.to_pydatetime() for stamp in known.frame.index]
    dates = [stamp.date().isoformat() for stamp in known.dates]
    prices = [dict(zip(COLUMNS, row, strict=True)) for row in known.frame.to_numpy().tolist()]
    unfinished = known.as_of if known.in_progress else None
    return [
        {"time": write_time(time), "date": day, **row, "final": time != unfinished}
        for time, day, row in zip(times, dates, prices, strict=True)
        if (start is None or time > start) and (end is None or time <= end)
    ]


def readings(feed: Feed, query: Query) -> Json:
    """The numbers of each instrument, by key; those of one that cannot be had are missing, and say why."""
    chosen = query.instruments(default=feed.catalogue.instruments, most=MOST_KEYS)
    batch = feed.many(chosen)
    why = _why(batch)
    return {each.key: _numbers(each, batch.get(each.key), why.get(each.key, "")) for each in chosen}


def _numbers(instrument: Instrument, known: Bars | None, why: str) -> Json:
    if known is None:
        return {
            name: write_envelope(missing(unit or instrument.unit, formula, why))
            for name, (unit, formula) in NUMBERS.items()
        }
    return {name: write_envelope(number) for name, number in read(known).numbers.items()}


def correlation(feed: Feed, query: Query) -> Json:
    """Each pair of instruments over common rows: full matrices in the order of the keys, 1 on the diagonal.

    A cell without enough joint observations is null, and so are those of an instrument that is not
    there; ``missing`` says why.
    """
    chosen = query.instruments(TOGETHER, fewest=2, most=MOST_TOGETHER)
    window, method = query.window(WINDOW), query.choice("method", Method.PEARSON, METHODS)
    batch, keys = feed.many(chosen), [each.key for each in chosen]
    body: Json = {"keys": keys, "window": window, "method": method, "level": LEVEL}
    if not batch.found:
        return body | _matrices(keys, None) | {"missing": _why(batch)}
    aligned = align(list(batch), hours(feed, batch))
    found = correlation_matrix(aligned.moves, window, method)
    return {
        **body,
        "sampling": aligned.sampling(window),
        "flags": list(aligned.flags(window)),
        "as_of": found.as_of,
        "why": found.why,
        **_matrices(keys, found),
        "missing": _why(batch),
        "provenance": {each.key: write_provenance(each) for each in batch},
    }


def _matrices(keys: Sequence[str], found: CorrelationMatrix | None) -> Json:
    """The matrices by the keys asked for; null, and 0 observations, where one of the two is not there."""
    squares = {name: np.full((len(keys), len(keys)), np.nan) for name in ("value", "low", "high")}
    n = np.zeros((len(keys), len(keys)), dtype=int)
    if found is not None:
        places = np.ix_(*[[keys.index(key) for key in found.keys]] * 2)
        for name, square in squares.items():
            square[places] = getattr(found, name)
        n[places] = found.n
    return {name: square.tolist() for name, square in squares.items()} | {"n": n.tolist()}


def beta(feed: Feed, query: Query) -> Json:
    """How much an asset moved for each move of a market, with the errors and the interval of that slope."""
    asset, market = query.instrument("asset", "BTC"), query.instrument("market", "IXIC")
    if asset.key == market.key:
        raise BadParameter("market", "It must be another instrument than the asset.")
    window = query.window(WINDOW)
    batch = feed.many([asset, market])
    if batch.missing:
        nothing = Result.missing(" ".join(map(str, batch.missing)), window=window)
        fit, sampling, flags = Beta(nothing, nothing, nothing), "", nothing.flags
    else:
        aligned = align(list(batch), hours(feed, batch))
        fit = regress(aligned[asset.key], aligned[market.key], window)
        sampling, flags = aligned.sampling(window), aligned.flags(window)
    number = joint_envelope(fit.slope, [] if batch.missing else batch, "times", "beta")
    return {
        "asset": asset.key,
        "market": market.key,
        "window": window,
        "level": BETA_LEVEL,
        "beta": number.value,
        "se_hac": fit.se_hac,
        "low": number.low,
        "high": number.high,
        "r2": fit.r2,
        "beta_down": fit.down.value,
        "beta_up": fit.up.value,
        "n": number.n,
        "n_down": fit.down.n,
        "n_up": fit.up.n,
        "se_ols": fit.se_ols,
        "se_hc3": fit.se_hc3,
        "correlation": fit.correlation,
        "sampling": sampling,
        "flags": list(flags),
        **_standing(number),
    }


def hours(feed: Feed, batch: Batch) -> Mapping[str, Bars]:
    """The hourly bars of those that never close, so that they can be sampled at the New York close."""
    return feed.many([each.instrument for each in batch if each.is_continuous], Interval.HOUR).found


def levels(feed: Feed, query: Query) -> Json:
    """Where price stands to one zone, since when, and what happened there."""
    instrument = query.instrument("key", "BTC")
    zone = query.zone(instrument)
    known = feed.bars(instrument.key)
    told = follow(known, zone)
    return {
        "key": instrument.key,
        "zone": _zone(zone),
        "interval": told.interval,
        "state": told.word,
        "stand": told.stand,
        "since": told.since,
        "since_start": told.from_start,
        "price": told.price,
        "as_of": told.as_of,
        "distance_pct": 100 * told.distance,
        "distance_atr": told.distance_atr,
        "atr": told.atr,
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
    }


def _standing(number: Envelope) -> Json:
    """What an answer made of several series says of them all."""
    standing: Json = {
        "as_of": number.as_of,
        "fetched_at": number.fetched_at,
        "source": number.source,
        "state": number.state,
        "formula": number.formula,
    }
    return standing | ({"why": number.why} if number.why else {})


def _why(batch: Batch) -> dict[str, str]:
    return {error.instrument.key: str(error) for error in batch.missing}
