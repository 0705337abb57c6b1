"""Volatility: from closes, from ranges, and as traders gauge it (true range, volume, the VIX term structure).

Estimators return the standard deviation of one bar, as a fraction; `annualise` puts it on a year of 252
sessions or 365 days. Two volatilities are compared on one year only. A bar whose high lies under its open or
close, or whose low lies over them, is no bar: it is left out and counted out.
"""

from collections.abc import Callable
from enum import StrEnum
from math import ceil, log, nan, sqrt

import numpy as np
import pandas as pd

from analytics.observations import LARGEST, observed, positive
from analytics.quantiles import rows_vary, varies
from analytics.ranks import FEWEST_SHARE, too_few
from analytics.returns import log_returns, newest, say_missing
from market.definitions import Definition
from market.readings import Result

DEFINITIONS = (
    Definition(
        "range_volatility",
        "Volatility from ranges",
        "Yang-Zhang: V(open) + k V(close) + (1 − k) Rogers-Satchell, k = 0.34 / (1.34 + (n + 1)/(n − 1)); "
        "also Parkinson, Garman-Klass and Rogers-Satchell. Times √252 for sessions, √365 for crypto.",
        "Open, high, low and close of finished bars.",
        "A bar whose open or close lies outside its range is left out and flagged; missing below 80%.",
        "Parkinson 1980; Garman and Klass 1980; Rogers and Satchell 1991; Yang and Zhang 2000.",
        "Volatility",
    ),
    Definition(
        "average_range",
        "Average true range",
        "ATR(t) = (13 ATR(t−1) + TR(t)) / 14, TR the reach of a bar from the close before it; the mean of "
        "the first 14 starts it.",
        "High, low and close of finished bars.",
        "A bar without high and low leaves it alone; missing on such a bar.",
        "Wilder 1978.",
        "Volatility",
    ),
    Definition(
        "volume_multiple",
        "Volume multiple",
        "Dollar volume of the last complete day over the median of the 30 days before it: volume × the "
        "typical price, (high + low + close) / 3.",
        "Complete UTC days of one venue, which is named beside the number; never the whole market.",
        "Missing with fewer than 24 of the 30 days. Without high and low the close is the typical price.",
        "Own definition.",
        "Volatility",
    ),
    Definition(
        "vix_term",
        "VIX term structure",
        "VIX / VIX3M. Above 1 the market pays more for protection now than for later (backwardation).",
        "Both at one New York close.",
        "Missing unless both are known at the same close.",
        "Cboe.",
        "Volatility",
    ),
)


class Estimator(StrEnum):
    """How volatility is read from bars."""

    PARKINSON = "parkinson"
    GARMAN_KLASS = "garman_klass"
    ROGERS_SATCHELL = "rogers_satchell"
    YANG_ZHANG = "yang_zhang"


def annualise(daily: float, periods: int) -> float:
    """The volatility of a year of ``periods`` days."""
    return daily * sqrt(periods)


def close_to_close(returns: np.ndarray) -> float:
    """The sample standard deviation (ddof 1) of log returns; NaN below two of them."""
    return float(returns.std(ddof=1)) if len(returns) > 1 else nan


def parkinson(high: np.ndarray, low: np.ndarray) -> float:
    """Volatility of a bar from its range (Parkinson, 1980): no drift, no gaps between bars."""
    return sqrt(float((np.log(high / low) ** 2).mean()) / (4 * log(2)))


def garman_klass(opens: np.ndarray, high: np.ndarray, low: np.ndarray, close: np.ndarray) -> float:
    """Volatility of a bar from its range and body (Garman and Klass, 1980): no drift, no gaps."""
    body = (2 * log(2) - 1) * np.log(close / opens) ** 2
    return sqrt(max(float((0.5 * np.log(high / low) ** 2 - body).mean()), 0.0))


def rogers_satchell(opens: np.ndarray, high: np.ndarray, low: np.ndarray, close: np.ndarray) -> float:
    """Volatility of a bar whatever the drift (Rogers and Satchell, 1991): no gaps."""
    return sqrt(_rogers_satchell(opens, high, low, close))


def yang_zhang(
    opens: np.ndarray, high: np.ndarray, low: np.ndarray, close: np.ndarray, previous_close: np.ndarray
) -> float:
    """Volatility with the gaps between bars (Yang and Zhang, 2000); NaN below two bars."""
    n = len(opens)
    if n < 2:
        return nan
    share = 0.34 / (1.34 + (n + 1) / (n - 1))
    overnight = np.log(opens / previous_close).var(ddof=1)
    body = np.log(close / opens).var(ddof=1)
    return sqrt(float(overnight + share * body + (1 - share) * _rogers_satchell(opens, high, low, close)))


def realised_volatility(close: pd.Series, window: int, periods: int) -> Result:
    """The annualised volatility of the last ``window`` log returns of closes; ``periods`` bars make a year.

    Missing when fewer than 80 % of the returns are known, or when the price did not move at all.
    """
    returns = log_returns(close)
    short = _too_short(len(returns), window)
    if short:
        return short
    kept = returns.iloc[-window:].dropna().to_numpy(float)
    few = too_few(len(kept), window)
    if few:
        return few
    if not varies(kept):
        return Result.missing("The price did not move in this window.", len(kept), window)
    value = annualise(close_to_close(kept), periods)
    return Result(value, len(kept), newest(close), window, coverage=len(kept) / window)


def rolling_volatility(close: pd.Series, window: int, periods: int) -> pd.Series:
    """The same for every stretch of ``window`` returns, by the instant it ends; NaN where missing."""
    returns = log_returns(close)
    if len(returns) < window:
        return pd.Series(dtype=float, index=returns.index[:0], name=close.name)
    stretches = np.lib.stride_tricks.sliding_window_view(returns.to_numpy(float), window)
    is_whole = ~np.isnan(stretches).any(axis=1)
    values = np.full(len(stretches), nan)
    values[is_whole] = _whole_vols(stretches[is_whole], periods)
    values[~is_whole] = [_known_vol(stretch, periods) for stretch in stretches[~is_whole]]
    return pd.Series(values, index=returns.index[window - 1 :], name=close.name)


def range_volatility(
    ohlc: pd.DataFrame, window: int, periods: int, estimator: Estimator | str = Estimator.YANG_ZHANG
) -> Result:
    """The annualised volatility of the last ``window`` bars from their open, high, low and close.

    Yang-Zhang is for markets that close; on a market that never does the others lose nothing. All are biased
    low by the discreteness of prices, and ruined by one wrong wick. Flagged ``rejected`` where bars that
    contradict themselves were left out.
    """
    short = _too_short(len(ohlc) - 1, window)
    if short:
        return short
    bars = ohlc[["open", "high", "low", "close"]].assign(previous=ohlc["close"].shift()).iloc[-window:]
    published = bars.apply(observed).dropna()
    sound = published[_is_sound(published)]
    few = too_few(len(sound), window)
    if few:
        return few
    columns = [sound[name].to_numpy(float) for name in sound.columns]
    value = annualise(_ESTIMATES[Estimator(estimator)](*columns), periods)
    flags = ("rejected",) if len(sound) < len(published) else ()
    return Result(value, len(sound), newest(ohlc["close"]), window, coverage=len(sound) / window, flags=flags)


def true_range(high: pd.Series, low: pd.Series, close: pd.Series) -> pd.Series:
    """How far each bar reached from the close before it (Wilder, 1978), first bar left out."""
    top, bottom, before = (observed(side).to_numpy(float) for side in (high, low, close))
    top, bottom, before = top[1:], bottom[1:], before[:-1]
    reach = np.maximum.reduce([top - bottom, abs(top - before), abs(bottom - before)])
    return pd.Series(reach, index=close.index[1:], name="true_range")


def wilder_atr(true_ranges: pd.Series, window: int = 14) -> pd.Series:
    """The average true range smoothed after Wilder (1978); the mean of the first ``window`` starts it.

    NaN before that, and in gaps, which leave it alone.
    """
    known = observed(true_ranges).dropna()
    values = known.to_numpy(float)
    smooth = np.full(len(values), np.nan)
    if len(values) >= window:
        smooth[window - 1] = values[:window].mean()
        for place in range(window, len(values)):
            smooth[place] = ((window - 1) * smooth[place - 1] + values[place]) / window
    return pd.Series(smooth, index=known.index, name="atr").reindex(true_ranges.index)


def average_true_range(high: pd.Series, low: pd.Series, close: pd.Series, window: int = 14) -> Result:
    """Wilder's average true range of the newest bar, in the price's own unit."""
    ranges = true_range(high, low, close)
    if ranges.dropna().empty:
        return Result.missing("Highs and lows are not published.", window=window)
    short = _too_short(int(ranges.count()), window)
    if short:
        return short
    value = float(wilder_atr(ranges, window).iloc[-1])
    if not np.isfinite(value):
        has_range = np.isfinite(high.iloc[-1]) and np.isfinite(low.iloc[-1])
        why = say_missing(close, len(close) - 2) if has_range else "The newest bar has no high and low."
        return Result.missing(why, int(ranges.count()), window)
    return Result(value, int(ranges.count()), newest(close), window)


def average_true_range_share(high: pd.Series, low: pd.Series, close: pd.Series, window: int = 14) -> Result:
    """The average true range as a share of the last close."""
    found = average_true_range(high, low, close, window)
    if found.value is None:
        return found
    last = float(positive(close).iloc[-1])
    if np.isnan(last):
        return Result.missing("The last price is not positive.", found.n, window)
    return found.scaled(1 / last)


def dollar_volume(frame: pd.DataFrame) -> pd.Series:
    """What was traded on each row in dollars: volume × the typical price, or the close without high and low.

    NaN where no volume or no positive price is published. In coins a fall of the price alone is a rise of the
    volume.
    """
    typical = frame[["high", "low", "close"]].mean(axis=1, skipna=False).fillna(frame["close"])
    return frame["volume"] * positive(typical)


def volume_multiple(volume: pd.Series, window: int = 30) -> Result:
    """The newest volume over the median of the ``window`` rows before it; give it complete days only."""
    short = _too_short(len(volume) - 1, window)
    if short:
        return short
    traded = observed(volume)
    before = traded.iloc[-window - 1 : -1].dropna()
    few = too_few(len(before), window)
    if few:
        return few
    usual, now = float(before.median()), float(traded.iloc[-1])
    if not usual >= 1 / LARGEST:
        return Result.missing("The usual volume is zero.", len(before), window)
    if np.isnan(now):
        return Result.missing("The newest volume is not published.", len(before), window)
    return Result(now / usual, len(before), newest(volume), window, coverage=len(before) / window)


def term_structure(near: pd.Series, far: pd.Series) -> Result:
    """The newest ratio of a near implied volatility to a farther one, VIX to VIX3M; flagged where above 1.

    Above 1 (``backwardation``) the market pays more for protection now than for later. Missing unless both
    are known at one instant.
    """
    if near.empty or far.empty or near.index[-1] != far.index[-1]:
        return Result.missing("The two are not known at the same close.")
    now, later = (float(positive(side).iloc[-1]) for side in (near, far))
    if np.isnan(now) or np.isnan(later):
        return Result.missing("A volatility index is not positive.")
    flags = ("backwardation",) if now > later else ()
    return Result(now / later, n=1, as_of=newest(near), flags=flags)


def vol_of_vol(index: pd.Series, window: int = 20, periods: int = 252) -> Result:
    """The annualised volatility of an implied volatility index: how nervous nervousness is."""
    return realised_volatility(index, window, periods)


def _rogers_satchell(opens: np.ndarray, high: np.ndarray, low: np.ndarray, close: np.ndarray) -> float:
    up = np.log(high / close) * np.log(high / opens)
    down = np.log(low / close) * np.log(low / opens)
    return float((up + down).mean())


_ESTIMATES: dict[Estimator, Callable[..., float]] = {
    Estimator.PARKINSON: lambda _o, high, low, _c, _p: parkinson(high, low),
    Estimator.GARMAN_KLASS: lambda opens, high, low, close, _p: garman_klass(opens, high, low, close),
    Estimator.ROGERS_SATCHELL: lambda opens, high, low, close, _p: rogers_satchell(opens, high, low, close),
    Estimator.YANG_ZHANG: yang_zhang,
}


def _is_sound(bars: pd.DataFrame) -> pd.Series:
    """Whether each bar can be one: positive, and its open and close within its range."""
    body = bars[["open", "close"]]
    inside = (bars["high"] >= body.max(axis=1)) & (bars["low"] <= body.min(axis=1))
    return inside & (bars["low"] > 0) & (bars["previous"] > 0)


def _whole_vols(stretches: np.ndarray, periods: int) -> np.ndarray:
    """Each row's annualised volatility, nothing missing in it; NaN where nothing moved."""
    if stretches.shape[1] < 2:
        return np.full(len(stretches), nan)
    return np.where(rows_vary(stretches), stretches.std(axis=1, ddof=1) * sqrt(periods), nan)


def _known_vol(returns: np.ndarray, periods: int) -> float:
    known = returns[~np.isnan(returns)]
    if len(known) < FEWEST_SHARE * len(returns) or not varies(known):
        return nan
    return annualise(close_to_close(known), periods)


def _too_short(length: int, window: int) -> Result | None:
    if length >= window:
        return None
    return Result.missing(f"The history holds {max(length, 0)} of {window} sessions.", max(length, 0), window)


def enough(window: int) -> int:
    """How many observations of a window have to be known."""
    return max(ceil(FEWEST_SHARE * window - 1e-9), 2)
