"""How instruments move together: correlation of many, beta of one on another."""

from collections.abc import Mapping, Sequence

import numpy as np

from analytics.alignment import align
from analytics.beta import LEVEL as BETA_LEVEL
from analytics.beta import Beta, implied_move
from analytics.beta import beta as regress
from analytics.correlation import LEVEL, TOGETHER, CorrelationMatrix, Method, correlation_matrix
from api.envelope import Json, reasons, write_provenance
from api.query import BadParameter, Query
from data_sources.feed import Batch, Feed
from market.bars import Bars
from market.instruments import Instrument, Interval, Unit
from market.readings import Envelope, Result, joint_envelope

MOST_TOGETHER = 12
WINDOW = 60
MOVES = (-0.01, -0.02, -0.03)
"""Moves of the market of which it is said what they have gone with."""
METHODS = (Method.PEARSON, Method.SPEARMAN)


def correlation(feed: Feed, query: Query) -> Json:
    """Each pair of instruments over common rows: full matrices in the order of the keys, 1 on the diagonal.

    A cell without enough joint observations is null, and so are those of an instrument that is not
    there; ``missing`` says why.
    """
    chosen = query.instruments(TOGETHER, fewest=2, most=MOST_TOGETHER)
    _need_prices("keys", chosen)
    window, method = query.window(WINDOW), query.choice("method", Method.PEARSON, METHODS)
    batch, keys = feed.many(chosen), [each.key for each in chosen]
    body: Json = {"keys": keys, "window": window, "method": method, "level": LEVEL}
    if not batch.found:
        return body | _matrices(keys, None) | {"missing": reasons(batch)}
    aligned = align(list(batch), hours(feed, batch))
    found = correlation_matrix(aligned, window, method)
    return {
        **body,
        "sampling": aligned.sampling(window),
        "flags": list(aligned.flags(window)),
        "as_of": found.as_of,
        "why": found.why,
        **_matrices(keys, found),
        "missing": reasons(batch),
        "provenance": {each.key: write_provenance(each.finished) for each in batch},
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
    _need_prices("asset", [asset])
    _need_prices("market", [market])
    window = query.window(WINDOW)
    batch = feed.many([asset, market])
    if batch.missing:
        nothing = Result.missing(" ".join(map(str, batch.missing)), window=window)
        fit, sampling, flags = Beta(nothing, nothing, nothing), "", nothing.flags
    else:
        aligned = align(list(batch), hours(feed, batch))
        fit = regress(aligned[asset.key], aligned[market.key], window)
        sampling, flags = aligned.sampling(window), aligned.flags(window)
    made_of = [] if batch.missing else [each.finished for each in batch]
    number = joint_envelope(fit.slope, made_of, "times", "beta")
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
        "alpha_pct": None if fit.drift is None else 100 * fit.drift,
        "implied_moves": [_implied(fit, move) for move in MOVES],
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


def _implied(fit: Beta, market_move: float) -> Json:
    """What a move of the market has gone with in the asset, its drift (the intercept) included."""
    found = implied_move(fit, market_move).scaled(100)
    return {
        "market_move_pct": 100 * market_move,
        "value": found.value,
        "low": found.low,
        "high": found.high,
    } | ({"why": found.why} if found.why else {})


def _need_prices(name: str, chosen: Sequence[Instrument]) -> None:
    """Refuse what has no return: an amount of a day, or a score."""
    for each in chosen:
        if each.flow or each.unit is Unit.SCORE:
            raise BadParameter(name, f"{each.key} ({each.name}) is an amount or a score and has no return.")


def hours(feed: Feed, batch: Batch) -> Mapping[str, Bars]:
    """The hourly bars of those that never close, so that they can be sampled at the New York close."""
    return feed.many([each.instrument for each in batch if each.is_continuous], Interval.HOUR).found


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
