"""Whatever a feed sends, a sum gives numbers or the reason why not: no error, no warning, no infinity."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from math import inf, isinf, nan
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analytics import (
    alignment,
    averages,
    beta,
    biography,
    bounces,
    changes,
    claims,
    contagion,
    correlation,
    crypto,
    drawdowns,
    episodes,
    falls,
    leadlag,
    levels_found,
    likeness,
    macro,
    ranks,
    readings,
    rebound,
    rebound_signals,
    returns,
    rotation,
    stories,
    stress,
    stress_map,
    systemic,
    volatility,
    zones,
)
from analytics.rolling import rolling_correlation
from market import catalogue
from market.bars import COLUMNS, Bars, Provenance
from market.calendars import session_closes
from market.instruments import Calendar, Interval
from market.readings import Envelope, Result
from market.zones import Zone
from tests.analytics.strategies import daily

ROWS = 300


def walk(rows: int = ROWS, seed: int = 20260206) -> np.ndarray:
    """Prices that wander by 2% a day, from 100."""
    return 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.02, rows)))


def spoilt(place: int, value: float) -> pd.Series:
    """A walk with one value that cannot be."""
    prices = walk()
    prices[place] = value
    return daily(prices)


def twice() -> pd.Series:
    """A walk of which one stamp comes twice."""
    prices = daily(walk())
    stamps = list(prices.index)
    stamps[150] = stamps[149]
    return prices.set_axis(pd.DatetimeIndex(stamps))


SERIES: dict[str, pd.Series] = {
    "nothing": daily([]),
    "one point": daily([100.0]),
    "three points": daily(walk(3)),
    "constant": daily([100.0] * ROWS),
    "constant that no float holds": daily([0.1] * ROWS),
    "all missing": daily([nan] * ROWS),
    "every other missing": daily(np.where(np.arange(ROWS) % 2, walk(), nan)),
    "newest missing": spoilt(-1, nan),
    "listed late": daily(np.concatenate([np.full(ROWS - 10, nan), walk(10)])),
    "oil in April 2020": spoilt(200, -37.63),
    "oil that day": spoilt(-1, -37.63),
    "all negative": daily(-walk()),
    "zero": spoilt(200, 0.0),
    "zero now": spoilt(-1, 0.0),
    "a stamp twice": twice(),
    "infinite": spoilt(250, inf),
    "infinite now": spoilt(-1, inf),
    "minus infinite": spoilt(250, -inf),
    "all infinite": daily([inf] * ROWS),
    "1e300": spoilt(250, 1e300),
    "1e300 now": spoilt(-1, 1e300),
    "all about 1e300": daily(walk() * 1e298),
    "the least float": spoilt(-1, 5e-324),
    "all tiny": daily(walk() * 1e-300),
}
EMPTY = ("nothing", "all missing", "all infinite")
SINCE = pd.Timestamp("2026-03-01", tz=UTC)


def other(series: pd.Series) -> pd.Series:
    """A sound series on the same index."""
    return pd.Series(walk(seed=7)[: len(series)], index=series.index)


def table(series: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"a": series, "b": other(series), "c": np.sqrt(other(series))})


def ohlc(series: pd.Series) -> pd.DataFrame:
    edges = {"open": series.shift().fillna(series), "high": series * 1.01, "low": series * 0.99}
    return pd.DataFrame({**edges, "close": series})


def days(series: pd.Series) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(series.index).tz_localize(None)


def implied(asset: pd.Series, market: pd.Series) -> Result:
    return beta.implied_move(beta.beta(returns.log_returns(asset), returns.log_returns(market)), -0.03)


# What answers with one number for the newest row.
NUMBERS: dict[str, Callable[[pd.Series], Result]] = {
    "change_over": lambda s: returns.change_over(s, 1),
    "change_over_days": lambda s: returns.change_over_days(s, days(s), 7),
    "year_to_date": lambda s: returns.year_to_date(s, days(s)),
    "change_since": lambda s: returns.change_since(s, SINCE),
    "latest_drawdown": drawdowns.latest_drawdown,
    "latest_rolling_drawdown": lambda s: drawdowns.latest_rolling_drawdown(s, 20),
    "from_high_of_year": lambda s: drawdowns.from_high_of_year(s, days(s), 2026),
    "ulcer_index": drawdowns.ulcer_index,
    "pain_index": drawdowns.pain_index,
    "share_under_water": drawdowns.share_under_water,
    "time_weighted_mean": drawdowns.time_weighted_mean,
    "rank_among_last": lambda s: ranks.rank_among_last(s, 20),
    "streak": ranks.streak,
    "streak_change": ranks.streak_change,
    "falls_among_last": lambda s: ranks.falls_among_last(s, 20),
    "percentile_of_last": ranks.percentile_of_last,
    "z_of_last": lambda s: ranks.z_of_last(s, 60),
    "robust z_of_last": lambda s: ranks.z_of_last(s, robust=True),
    "pearson": lambda s: correlation.correlate(s, other(s)),
    "spearman": lambda s: correlation.correlate(s, other(s), 60, "spearman"),
    "kendall": lambda s: correlation.correlate(s, other(s), 60, "kendall"),
    "beta of": lambda s: beta.beta(s, other(s)).slope,
    "beta on": lambda s: beta.beta(other(s), s).slope,
    "implied_move of": lambda s: implied(s, other(s)),
    "implied_move on": lambda s: implied(other(s), s),
    "average_pairwise": lambda s: systemic.average_pairwise(correlation.correlation_matrix(s.to_frame(), 60)),
    "absorption_shift": systemic.absorption_shift,
    "downside_correlation": lambda s: contagion.downside_correlation(other(s), s),
    "lower_tail_dependence": lambda s: contagion.lower_tail_dependence(other(s), s),
    "realised_volatility": lambda s: volatility.realised_volatility(s, 20, 252),
    "vol_of_vol": volatility.vol_of_vol,
    "average_true_range": lambda s: volatility.average_true_range(s * 1.01, s * 0.99, s),
    "average_true_range_share": lambda s: volatility.average_true_range_share(s * 1.01, s * 0.99, s),
    "volume_multiple": volatility.volume_multiple,
    "term_structure of": lambda s: volatility.term_structure(s, other(s)),
    "term_structure on": lambda s: volatility.term_structure(other(s), s),
    **{
        str(each): lambda s, each=each: volatility.range_volatility(ohlc(s), 20, 365, each)
        for each in volatility.Estimator
    },
    "difference_over_days": lambda s: macro.difference_over_days(s, days(s), 7),
    "percentile_of_year": macro.percentile_of_year,
    "random_walk_null": lambda s: bounces.random_walk_null(s, 50.0),
    "z_distance": lambda s: likeness.z_distance(s, other(s)),
    "raw_distance": lambda s: likeness.raw_distance(s, other(s)),
    "warped_distance": lambda s: likeness.warped_distance(s.iloc[-40:], other(s).iloc[-40:], 0.05),
    "fair_crps": lambda s: likeness.fair_crps(s, 100.0),
}

# What answers with a line, a table or several things at once.
MANY: dict[str, Callable[[pd.Series], Any]] = {
    "simple_returns": returns.simple_returns,
    "log_returns": returns.log_returns,
    "indexed": lambda s: returns.indexed(s, SINCE),
    "period_changes": lambda s: returns.period_changes(s, days(s), "W"),
    "drawdown": drawdowns.drawdown,
    "rolling_drawdown": lambda s: drawdowns.rolling_drawdown(s, 20),
    "drawdown_since": lambda s: drawdowns.drawdown_since(s, SINCE),
    "low_on_high": lambda s: drawdowns.low_on_high(s, s),
    "highest": drawdowns.highest,
    "lowest": drawdowns.lowest,
    "drawdowns": drawdowns.drawdowns,
    "largest_since": ranks.largest_since,
    "worst": lambda s: ranks.worst(s, 5),
    "streaks": ranks.streaks,
    "scaled_by_volatility": ranks.scaled_by_volatility,
    "percentiles": ranks.percentiles,
    "rolling_correlate": lambda s: correlation.rolling_correlate(s, other(s), 20),
    "kernel": lambda s: rolling_correlation(table(s).to_numpy(), 20, 15),
    "ewma_correlation": lambda s: correlation.ewma_correlation(s, other(s)),
    "correlation_matrix": lambda s: correlation.correlation_matrix(table(s)).cells,
    "beta": lambda s: beta.beta(other(s), s),
    "rolling_beta": lambda s: beta.rolling_beta(other(s), s),
    "ewma_beta": lambda s: beta.ewma_beta(other(s), s),
    "stress_minus_calm": lambda s: contagion.stress_minus_calm(*contagion.split_last(table(s), 60)).z,
    "exceedance_correlations": lambda s: contagion.exceedance_correlations(s, other(s)),
    "lead_lag": lambda s: leadlag.lead_lag(s, other(s)),
    "rolling_average_pairwise": lambda s: systemic.rolling_average_pairwise(table(s)),
    "absorption_ratios": lambda s: systemic.absorption_ratios(table(s), 60),
    "turbulences": lambda s: systemic.turbulences(table(s), 60),
    "rolling_volatility": lambda s: volatility.rolling_volatility(s, 20, 252),
    "true_range": lambda s: volatility.true_range(s * 1.01, s * 0.99, s),
    "ratio": lambda s: (macro.ratio(s, other(s)), macro.ratio(other(s), s)),
    "excess_returns": lambda s: macro.excess_returns(macro.ratio(other(s), s), 20),
    "bounces": lambda s: bounces.bounces(s, bounces.EXCHANGE),
    "day_zero": lambda s: bounces.day_zero(s, bounces.EXCHANGE),
    "latest_low": lambda s: bounces.latest_low(s, bounces.CRYPTO),
    "thrusts": lambda s: rebound_signals.thrusts(s > 100),
}


@pytest.mark.parametrize("kind", SERIES)
@pytest.mark.parametrize("name", NUMBERS)
def test_one_number_is_there_or_says_why_not(name: str, kind: str):
    if kind == "a stamp twice" and name == "average_pairwise":
        return  # a table has each stamp once
    found = NUMBERS[name](SERIES[kind])
    assert found.value is not None or found.why
    if kind in EMPTY:
        assert found.value is None


@pytest.mark.parametrize("kind", SERIES)
@pytest.mark.parametrize("name", MANY)
def test_no_sum_warns_fails_or_gives_an_infinite_number(name: str, kind: str):
    if kind == "a stamp twice" and name == "stress_minus_calm":
        return  # the two sets would share that day
    assert not list(infinite(MANY[name](SERIES[kind])))


@pytest.mark.parametrize(
    "name",
    (
        *("percentile_of_last", "percentile_of_year", "z_of_last", "pearson", "spearman", "beta on"),
        *("z_distance", "realised_volatility", "absorption_shift", "random_walk_null"),
    ),
)
@pytest.mark.parametrize("kind", ("constant", "constant that no float holds"))
def test_nothing_stands_anywhere_in_what_does_not_vary(name: str, kind: str):
    assert NUMBERS[name](SERIES[kind]).value is None
    assert ranks.percentiles(SERIES[kind]).isna().all()


@pytest.mark.parametrize(
    "measure",
    (
        lambda s: returns.change_over(s, 400),
        lambda s: drawdowns.latest_rolling_drawdown(s, 400),
        lambda s: ranks.rank_among_last(s, 400),
        lambda s: ranks.falls_among_last(s, 400),
        lambda s: ranks.percentile_of_last(s, 400),
        lambda s: ranks.z_of_last(s, 400),
        lambda s: correlation.correlate(s, s, 400),
        lambda s: beta.beta(s, s, 400).slope,
        lambda s: volatility.realised_volatility(s, 400, 252),
        lambda s: volatility.range_volatility(ohlc(s), 400, 252),
        lambda s: volatility.average_true_range(s, s, s, 400),
        lambda s: volatility.volume_multiple(s, 400),
    ),
)
def test_a_window_longer_than_the_history_says_how_long_that_is(measure: Callable[[pd.Series], Result]):
    found = measure(daily(walk()))
    assert found.value is None
    assert found.why and ("300" in found.why or "299" in found.why)


def infinite(answer: Any, path: str = "") -> Iterator[str]:
    """Where an answer holds an infinite number."""
    if isinstance(answer, float):
        if isinf(answer):
            yield path
    elif isinstance(answer, pd.Series | pd.DataFrame | np.ndarray):
        values = np.asarray(answer)
        if values.dtype.kind == "f" and np.isinf(values).any():
            yield path
    else:
        for name, value in inside(answer):
            yield from infinite(value, f"{path}.{name}")


def inside(answer: Any) -> Iterator[tuple[object, Any]]:
    """The parts of an answer by name, key or place."""
    if is_dataclass(answer):
        yield from ((each.name, getattr(answer, each.name)) for each in fields(answer))
    elif isinstance(answer, Mapping):
        yield from answer.items()
    elif isinstance(answer, tuple | list):
        yield from enumerate(answer)


# The same for whole pages: every series of the catalogue is spoilt at once.

KEYS = (
    *(
        "IXIC",
        "GSPC",
        "NDX",
        "DJI",
        "SOX",
        "IGV",
        "SMH",
        "XLK",
        "XLP",
        "XLU",
        "XLV",
        "VIX",
        "DXY",
        "US10Y",
        "US2Y",
    ),
    *(
        "WTI",
        "GLD",
        "TLT",
        "IEF",
        "SHY",
        "HYG",
        "LQD",
        "IBIT",
        "BTC",
        "ETH",
        "SOL",
        "XRP",
        "BNB",
        "DOGE",
        "ADA",
    ),
    *("LINK", "AVAX", "FNG", "BTC_FUNDING", "BTC_ETF_FLOW"),
)
WATCHED = ("IXIC", "BTC", "WTI")
SECTORS = ("IGV", "SMH", "XLK", "XLP", "XLU", "XLV")
LAST_DAY = date(2026, 2, 6)
MOMENT = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
ZONES = (Zone("BTC", 68_000, 70_000), Zone("BTC", 95, 105))
MIDDLE = slice(150, 240)


def one_value(place: int, value: float) -> Callable[[np.ndarray], np.ndarray]:
    def spoil(prices: np.ndarray) -> np.ndarray:
        prices[place] = value
        return prices

    return spoil


CLOSES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "one point": lambda prices: prices[-1:],
    "three points": lambda prices: prices[-3:],
    "sixty points": lambda prices: prices[-60:],
    "constant": lambda prices: np.full(len(prices), 100.0),
    "constant that no float holds": lambda prices: np.full(len(prices), 0.1),
    "every other missing": lambda prices: np.where(np.arange(len(prices)) % 2, prices, nan),
    "a quarter missing": lambda prices: np.concatenate(
        [prices[: MIDDLE.start], np.full(MIDDLE.stop - MIDDLE.start, nan), prices[MIDDLE.stop :]]
    ),
    "oil in April 2020": one_value(-40, -37.63),
    "oil that day": one_value(-1, -37.63),
    "all negative": lambda prices: -prices,
    "zero now": one_value(-1, 0.0),
    "all zero": lambda prices: np.zeros(len(prices)),
    "1e60": lambda prices: prices * 1e58,
    "one of 1e69": one_value(-30, 1e69),
    "1e-60": lambda prices: prices * 1e-62,
}


def known(kind: str, with_ranges: bool) -> dict[str, Bars]:
    """Every series, spoilt; with open, high, low and a volume of zero where asked for and possible."""
    sessions = pd.DatetimeIndex(session_closes(date(2025, 1, 2), LAST_DAY)).tz_convert(UTC)
    utc_days = pd.date_range("2025-01-02", "2026-02-07", freq="D", tz=UTC)
    found = {}
    for seed, key in enumerate(KEYS):
        instrument = catalogue.load()[key]
        stamps = sessions if instrument.calendar is Calendar.XNYS else utc_days
        closes = CLOSES[kind](walk(len(stamps), seed))
        frame = pd.DataFrame(nan, index=stamps[-len(closes) :], columns=list(COLUMNS))
        frame["close"] = closes
        frame = frame.dropna(subset="close")
        if with_ranges and (closes[~np.isnan(closes)] > 0).all():
            body = pd.concat([frame["close"].shift().fillna(frame["close"]), frame["close"]], axis=1)
            frame["open"], frame["volume"] = body.iloc[:, 0], 0.0
            frame["high"], frame["low"] = body.max(axis=1) * 1.01, body.min(axis=1) * 0.99
        came = Provenance("test", key, MOMENT, "close")
        found[key] = Bars(instrument, Interval.DAY, frame, came)
    return found


def zone_histories(known: Mapping[str, Bars]) -> list[zones.ZoneHistory]:
    return [zones.follow(known["BTC"], zone) for zone in ZONES]


Known = Mapping[str, Bars]


def told(known: Known) -> list[stories.Told]:
    """What every page says of these bars."""
    read, pair = readings.read_all(known.values()), alignment.align([known["BTC"], known["IXIC"]])
    return [stories.story_of(page, known, read, MOMENT, zones=ZONES, pair=pair) for page in stories.Page]


PAGES: dict[str, Callable[[Known], Any]] = {
    "what_changed": lambda known: changes.what_changed(known, readings.read_all(known.values()), known),
    "averages": lambda known: [averages.averages(bars) for bars in known.values()],
    "breadth": lambda known: (
        averages.breadth(known.values()),
        averages.breadth_line(known[key] for key in SECTORS),
    ),
    "align": lambda known: alignment.align([known["BTC"], known["IXIC"], known["US10Y"]]).moves,
    "macro_rows": macro.macro_rows,
    "curve": lambda known: macro.curve(known["US10Y"], known["US2Y"]),
    "dollar": lambda known: macro.dollar(known["DXY"]),
    "credit": lambda known: macro.credit(known),
    "window_returns": rotation.window_returns,
    "rotation": rotation.rotation,
    "scoreboard": lambda known: [rebound.scoreboard(key, known) for key in WATCHED],
    "relief_rally": lambda known: [rebound.relief_rally(known[key]) for key in WATCHED],
    "track_record": lambda known: [bounces.track_record(known[key]) for key in WATCHED],
    "stress": stress.stress,
    "stress_map": stress_map.stress_map,
    "episodes": lambda known: [episodes.episodes(key, known, catalogue.load().episodes) for key in WATCHED],
    "largest_falls": lambda known: [falls.largest_falls(known[key]) for key in WATCHED],
    "coin_falls": lambda known: crypto.coin_falls(known[key] for key in ("ETH", "SOL", "XRP")),
    "funding_summary": lambda known: crypto.funding_summary(known["BTC_FUNDING"]),
    "flow_summary": lambda known: crypto.flow_summary(known["BTC_ETF_FLOW"]),
    "mood": lambda known: crypto.mood(known["FNG"]),
    "find_levels": lambda known: [levels_found.find_levels(known[key]) for key in WATCHED],
    "biography": lambda known: [biography.biography(each, known["BTC"]) for each in zone_histories(known)],
    "claims": claims.claims,
    "stories": told,
}


@pytest.mark.parametrize("kind", CLOSES)
def test_no_page_warns_fails_or_shows_an_infinite_number(kind: str):
    bars = known(kind, with_ranges=True)
    for name, page in PAGES.items():
        assert not list(infinite(page(bars))), name


def test_no_page_warns_or_fails_without_highs_lows_and_volumes():
    bars = known("a quarter missing", with_ranges=False)
    for name, page in PAGES.items():
        assert not list(infinite(page(bars))), name


@pytest.mark.parametrize("name", ("averages", "macro_rows", "window_returns", "scoreboard", "relief_rally"))
def test_a_price_below_zero_has_no_change_in_percent(name: str):
    numbers = [
        each for each in envelopes(PAGES[name](known("all negative", False))) if each.unit == "percent"
    ]
    ratios = [each for each in numbers if each.formula not in ("last", "macro_value", "moving_average")]
    assert all(each.value is None and each.why for each in ratios)


def test_the_stress_score_of_markets_that_do_not_move_is_missing():
    found = stress.stress(known("constant", True))
    assert found.score.value is None
    assert found.score.why


def envelopes(answer: Any) -> Iterator[Envelope]:
    """Every number inside an answer."""
    if isinstance(answer, Envelope):
        yield answer
    else:
        for _, value in inside(answer):
            yield from envelopes(value)
