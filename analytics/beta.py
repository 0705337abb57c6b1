"""Beta: how much one series moved for each move of another, and how sure that is.

Ordinary least squares on aligned moves (`analytics.alignment`). The error of the slope is taken three ways:
the textbook one, one robust to uneven variance (HC3), and one robust to memory as well (Newey and West,
1987); the interval uses the largest, because a statement such as "leveraged tech" must survive all three.
"""

from dataclasses import dataclass
from datetime import datetime
from math import expm1, log1p, sqrt

import numpy as np
import pandas as pd

from analytics.correlation import ewma, fewest_joint
from analytics.observations import is_known, observed
from analytics.quantiles import RESIDUE, student_t_quantile, varies
from analytics.returns import newest
from analytics.rolling import windows_of
from market.definitions import Definition
from market.readings import Result

LEVEL = 0.90
FEWEST_PER_SIDE = 20
"""Days that an up or a down beta needs."""

WHOLE = 1e-10
"""The room that a day leaves to the others where it carries the whole slope: its error cannot be told."""

FARTHEST = 1.5
"""How many times the largest move of the window a conditional move may ask for."""

EXTRAPOLATION = "extrapolation"


DEFINITIONS = (
    Definition(
        "beta",
        "Beta",
        "Slope of the asset’s daily log returns on the market’s by least squares. The 90% interval is the "
        "slope ± t(n − 2) × the largest of three standard errors: textbook, HC3, and Newey-West with "
        "4 (n/100)^(2/9) lags.",
        "Common New York sessions; Bitcoin at the New York close where its hours are known, else its UTC "
        "day.",
        "Joint observations only, at least 80% of the window.",
        "Newey and West 1987; MacKinnon and White 1985.",
        "Together",
    ),
    Definition(
        "beta_side",
        "Down beta and up beta",
        "The slope over the days below, and above, the market’s mean of the window.",
        "As beta.",
        f"Missing with fewer than {FEWEST_PER_SIDE} days on a side.",
        "Ang, Chen and Xing 2006.",
        "Together",
    ),
    Definition(
        "implied_move",
        "What a market move has gone with",
        "exp(α + β ln(1 + x)) − 1 for a market move x, with the 90% interval of one new day. The intercept "
        "α, the asset’s drift of the window on a day on which the market stands still, is part of it and "
        "stands beside it: the rest is β. "
        "It says what the window holds, not what will happen; on days beyond 2% it covered about 87%.",
        "As beta.",
        f"Refused beyond {FARTHEST} times the largest market move of the window.",
        "Textbook prediction interval of a regression.",
        "Together",
    ),
)


@dataclass(frozen=True, slots=True)
class Beta:
    """The regression of an asset on a market over one window.

    ``slope`` carries beta with its interval and n, or why there is none; every other number is None then.
    ``down`` and ``up`` are the slopes over the days below and above the market's mean. ``residual`` is the
    standard deviation that the market leaves unexplained, ``volatility_ratio`` the asset's volatility over
    the market's: beta is the correlation times that.
    """

    slope: Result
    down: Result
    up: Result
    alpha: float | None = None
    se_ols: float | None = None
    se_hc3: float | None = None
    se_hac: float | None = None
    r2: float | None = None
    correlation: float | None = None
    volatility_ratio: float | None = None
    residual: float | None = None
    market_mean: float | None = None
    market_energy: float | None = None
    largest_move: float | None = None

    @property
    def se(self) -> float | None:
        """The largest of the three standard errors; None, like the interval, where one cannot be told."""
        if self.se_ols is None or self.se_hc3 is None or self.se_hac is None:
            return None
        return max(self.se_ols, self.se_hc3, self.se_hac)

    @property
    def drift(self) -> float | None:
        """The simple return of a day on which the market stands still: the intercept."""
        return None if self.alpha is None else expm1(self.alpha)

    @property
    def t(self) -> float | None:
        """Beta over its largest standard error."""
        return self.slope.value / self.se if self.slope.value is not None and self.se else None

    @property
    def is_leveraged(self) -> bool:
        """Whether the whole interval of beta lies above 1."""
        return self.slope.low is not None and self.slope.low > 1


def beta(asset: pd.Series, market: pd.Series, window: int = 60, level: float = LEVEL) -> Beta:
    """The regression of the last ``window`` moves of ``asset`` on those of ``market``, both aligned.

    Joint observations only, at least as many as a correlation needs. Missing, and why, when the history is
    shorter than the window, when too few are joint, or when the market does not vary.
    """
    if len(market) < window:
        return _no_beta(f"The history holds {len(market)} of {window} sessions.", len(market), window)
    y, x = (side.to_numpy(float)[-window:] for side in (asset, market))
    joint = is_known(x) & is_known(y)
    n, needed = int(joint.sum()), fewest_joint(window)
    if n < needed:
        return _no_beta(f"Only {n} of {window} observations are joint; {needed} are needed.", n, window)
    y, x = y[joint], x[joint]
    fit = _fit(x[None], y[None])
    if np.isnan(fit.beta[0]):
        return _no_beta("The market does not vary in this window.", n, window)
    return _described(fit, x, y, window, level, newest(market))


def implied_move(fit: Beta, market_move: float, level: float = LEVEL) -> Result:
    """What a simple move of the market has gone with in the asset, if the history of the window persists.

    A simple return, with the interval that a single new day falls into (not that of the mean). For log
    returns only. Missing, flagged `EXTRAPOLATION`, beyond 1.5 times the largest market move of the window.
    """
    slope, n = fit.slope.value, fit.slope.n
    if slope is None or fit.alpha is None or fit.residual is None or not fit.market_energy:
        return Result.missing(fit.slope.why or "There is no beta.", n, fit.slope.window)
    if not market_move > -1:
        return Result.missing("A market cannot fall by more than 100 %.", n, fit.slope.window)
    at = log1p(market_move)
    largest = fit.largest_move or 0.0
    if abs(at) > FARTHEST * abs(largest):
        way = "rise" if largest > 0 else "fall"
        why = f"The largest market move of the window was a {way} of {100 * abs(expm1(largest)):.1f} %."
        return Result(None, n, window=fit.slope.window, flags=(EXTRAPOLATION,), why=why)
    low, high = prediction_interval(fit, at, level)
    middle = fit.alpha + slope * at
    return Result(expm1(middle), n, fit.slope.as_of, fit.slope.window, expm1(low), expm1(high))


def prediction_interval(fit: Beta, at: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of one new asset move where the market moves by ``at``; raises `ValueError` if no beta."""
    if fit.slope.value is None or fit.alpha is None or fit.residual is None or not fit.market_energy:
        raise ValueError(fit.slope.why or "there is no beta")
    gap = at - (fit.market_mean or 0.0)
    spread = sqrt(1 + 1 / fit.slope.n + gap * gap / fit.market_energy)
    half = student_t_quantile((1 + level) / 2, fit.slope.n - 2) * fit.residual * spread
    middle = fit.alpha + fit.slope.value * at
    return middle - half, middle + half


def rolling_beta(asset: pd.Series, market: pd.Series, window: int = 60, level: float = LEVEL) -> pd.DataFrame:
    """Beta through time with its interval: columns ``value``, ``low``, ``high``, ``n``, one row per window.

    Each row equals `beta` on that window to the last bit. NaN where that is missing.
    """
    rows = max(len(market) - window + 1, 0)
    found = np.full((rows, 4), np.nan)
    if rows:
        y, x = (windows_of(side.to_numpy(float), window) for side in (asset, market))
        joint = is_known(x) & is_known(y)
        found[:, 3] = joint.sum(axis=1)
        for count in np.unique(found[:, 3].astype(int)):
            if count >= fewest_joint(window):
                rows_of = np.flatnonzero(found[:, 3] == count)
                kept = joint[rows_of]
                fit = _fit(x[rows_of][kept].reshape(-1, count), y[rows_of][kept].reshape(-1, count))
                half = student_t_quantile((1 + level) / 2, count - 2) * fit.se
                half[np.isinf(half)] = np.nan
                found[rows_of, :3] = np.column_stack([fit.beta, fit.beta - half, fit.beta + half])
    return pd.DataFrame(found, index=market.index[window - 1 :], columns=["value", "low", "high", "n"])


def ewma_beta(asset: pd.Series, market: pd.Series, decay: float = 0.94, warm_up: int = 60) -> pd.Series:
    """Exponentially weighted beta with zero means, from the row after ``warm_up`` on; gaps leave it alone.

    One large day can double it: never show it without the plain beta beside it.
    """
    both = pd.DataFrame({"y": observed(asset), "x": observed(market)}).dropna()
    y, x = both["y"].to_numpy(float), both["x"].to_numpy(float)
    covariance, variance = ewma(y * x, decay, warm_up), ewma(x * x, decay, warm_up)
    value = np.divide(covariance, variance, out=np.full(len(x), np.nan), where=variance > 0)
    return pd.Series(value, index=both.index).reindex(market.index)


def newey_west_lags(n: int) -> int:
    """How many lags of memory the error allows for: 3 in 60 observations, 4 in 252."""
    return int(4 * (n / 100) ** (2 / 9))


def newey_west_error(x: np.ndarray, y: np.ndarray, lags: int | None = None) -> float:
    """The error of the slope of y on x that allows for memory, without small-sample correction."""
    return float(_fit(x[None], y[None], lags).se_hac[0])


@dataclass(frozen=True, slots=True)
class _Fit:
    """Least squares of many windows at once: one entry per window, NaN where the market is constant."""

    alpha: np.ndarray
    beta: np.ndarray
    se_ols: np.ndarray
    se_hc3: np.ndarray
    se_hac: np.ndarray
    r2: np.ndarray
    residual: np.ndarray
    mean: np.ndarray
    energy: np.ndarray

    @property
    def se(self) -> np.ndarray:
        largest: np.ndarray = np.fmax(np.fmax(self.se_ols, self.se_hc3), self.se_hac)
        return largest


def _fit(x: np.ndarray, y: np.ndarray, lags: int | None = None) -> _Fit:
    """Least squares of the rows of ``y`` on the rows of ``x`` (windows x observations, none missing)."""
    n = x.shape[1]
    mean = x.mean(axis=1)
    dx = x - mean[:, None]
    dy = y - y.mean(axis=1)[:, None]
    energy = np.where((dx * dx).sum(axis=1) > RESIDUE * (x * x).sum(axis=1), (dx * dx).sum(axis=1), np.nan)
    slope = (dx * dy).sum(axis=1) / energy
    error = dy - slope[:, None] * dx
    left = (error * error).sum(axis=1)
    room = 1 - 1 / n - dx * dx / energy[:, None]
    score = dx * error
    apart = np.divide(score, room, out=np.full_like(score, np.inf), where=room > WHOLE)
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = 1 - left / (dy * dy).sum(axis=1)
    memory = (score * score).sum(axis=1)
    depth = newey_west_lags(n) if lags is None else lags
    for lag in range(1, depth + 1):
        weight = 1 - lag / (depth + 1)
        memory = memory + 2 * weight * (score[:, lag:] * score[:, :-lag]).sum(axis=1)
    residual = np.sqrt(left / (n - 2))
    return _Fit(
        alpha=y.mean(axis=1) - slope * mean,
        beta=slope,
        se_ols=residual / np.sqrt(energy),
        se_hc3=np.sqrt((apart * apart).sum(axis=1)) / energy,
        se_hac=np.sqrt(np.maximum(memory, 0)) / energy,
        r2=r2,
        residual=residual,
        mean=mean,
        energy=energy,
    )


def _described(
    fit: _Fit, x: np.ndarray, y: np.ndarray, window: int, level: float, as_of: datetime | None
) -> Beta:
    n = len(x)
    slope, se = float(fit.beta[0]), float(fit.se[0])
    half = student_t_quantile((1 + level) / 2, n - 2) * se
    ratio = float(np.sqrt((y - y.mean()) @ (y - y.mean()) / fit.energy[0]))
    middle = x.mean()
    return Beta(
        slope=Result(slope, n, as_of, window, *_around(slope, half), coverage=n / window),
        down=_side(x, y, x < middle, as_of, "below"),
        up=_side(x, y, x > middle, as_of, "above"),
        alpha=float(fit.alpha[0]),
        se_ols=float(fit.se_ols[0]),
        se_hc3=float(fit.se_hc3[0]) if np.isfinite(fit.se_hc3[0]) else None,
        se_hac=float(fit.se_hac[0]),
        r2=float(fit.r2[0]) if ratio else None,
        correlation=slope / ratio if ratio else None,
        volatility_ratio=ratio,
        residual=float(fit.residual[0]),
        market_mean=float(fit.mean[0]),
        market_energy=float(fit.energy[0]),
        largest_move=float(x[np.abs(x).argmax()]),
    )


def _around(middle: float, half: float) -> tuple[float | None, float | None]:
    """An interval, or none where one point holds the whole slope and no error can be had."""
    return (middle - half, middle + half) if np.isfinite(half) else (None, None)


def side_beta(market: np.ndarray, asset: np.ndarray, side: np.ndarray) -> float:
    """The slope over the days where ``side`` is true (Ang, Chen and Xing, 2006); NaN if it has no meaning."""
    x, y = market[side], asset[side]
    if not varies(x):
        return float("nan")
    dx = x - x.mean()
    return float(dx @ y / (dx @ dx))


def _side(x: np.ndarray, y: np.ndarray, side: np.ndarray, as_of: datetime | None, name: str) -> Result:
    n = int(side.sum())
    if n < FEWEST_PER_SIDE:
        return Result.missing(f"{n} of {FEWEST_PER_SIDE} days needed lie {name} the market’s mean.", n)
    value = side_beta(x, y, side)
    if np.isnan(value):
        return Result.missing(f"The market does not vary {name} its mean.", n)
    return Result(value, n, as_of)


def _no_beta(why: str, n: int, window: int) -> Beta:
    no_side = Result.missing(why, window=window)
    return Beta(Result.missing(why, n, window), no_side, no_side)
