"""Bounces: the lows that prices rose from, and how often such a low gave way afterwards.

A bounce is a close well above a 20-session closing low that is at most 5 sessions old, after a deep
enough fall from the high before it. Everything is judged on closes, and at t on closes up to t only.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import isfinite, log, sqrt

import numpy as np
import pandas as pd

from analytics.drawdowns import Mark
from analytics.observations import observed, positive
from analytics.quantiles import STANDARD, varies, wilson_interval
from analytics.returns import log_returns, newest
from market.bars import Bars, State
from market.definitions import Definition
from market.readings import Envelope, Result

ENOUGH = 20  # outcomes below which no percentage is given
SIGMA_WINDOW = 60
CLOSES_SHIFT = 0.5826  # −ζ(½)/√(2π): by how many σ of one session a barrier seen at closes lies further away

DEFINITIONS = (
    Definition(
        "bounce_base_rate",
        "How often a bounce failed",
        "Bounces of the loaded history that made a new closing low within 65 sessions of their low, over "
        "all whose 65 sessions are known. A bounce is a close 2% (crypto 10%) above a 20-session closing "
        "low at most 5 sessions old, at least 5% (25%) under the high of the 63 sessions (90 days) before "
        "it.",
        "Closes.",
        "A missing close is no low and no high, and leaves its bounce out of the count. Fewer than 20 "
        "outcomes: the count and no percentage. The interval is Wilson’s, 90%.",
        "Own definition, fixed before the outcomes were counted.",
        "Rebound",
    ),
    Definition(
        "random_walk_null",
        "Chance of a new low by luck",
        "A price without drift closes under its low L within 60 sessions with probability 2 Φ(−(ln(P / L) + "
        f"{CLOSES_SHIFT} σ) / (σ √60)). The shift stands for the hours between: a price that is lower within "
        "a session and closes above has made no new low.",
        "σ from the last 60 log returns that are known, close to close.",
        "Missing below the low, and without 60 returns.",
        "Reflection principle; the shift for closes: Broadie, Glasserman and Kou 1997. Volatility after a "
        "crash overstates it: after 449 falls of the Nasdaq and the S&P 500 since 1971, real lows gave way "
        "0.86 times as often.",
        "Rebound",
    ),
)


@dataclass(frozen=True, slots=True)
class BounceRule:
    """What counts as a bounce: fall before it, rise off the low, sessions looked back for the high."""

    depth: float
    rise: float
    lookback: int
    low_window: int = 20
    freshness: int = 5
    refractory: int = 5
    horizon: int = 65  # sessions from the low within which a new low makes it a failure


EXCHANGE = BounceRule(depth=0.05, rise=0.02, lookback=63)
CRYPTO = BounceRule(depth=0.25, rise=0.10, lookback=90)


def rule_for(bars: Bars) -> BounceRule:
    """The rule of the market these bars come from."""
    return CRYPTO if bars.is_continuous else EXCHANGE


@dataclass(frozen=True, slots=True)
class Bounce:
    """A low, the high before it, the row that confirmed it, and the row that broke it (None: none so far).

    ``settled`` tells whether all the sessions of its horizon are known.
    """

    low: Mark
    high: Mark
    low_row: int
    confirmed_row: int
    broken_row: int | None
    settled: bool


@dataclass(frozen=True, slots=True)
class DayZero:
    """The low a recovery is measured from and the high before it; ``bounced`` once a bounce confirmed it."""

    low: Mark
    high: Mark
    row: int
    bounced: bool

    @property
    def fall(self) -> float:
        """How deep the fall from the high to the low was."""
        return self.low.price / self.high.price - 1


def bounces(close: pd.Series, rule: BounceRule) -> tuple[Bounce, ...]:
    """Every bounce of a series of closes, oldest first; none with a price that is not positive.

    A row without a close counts as its session and as nothing else: lows and highs are those that are known.
    """
    closes = _measurable(close)
    prices = closes.to_numpy(float)
    found: list[Bounce] = []
    free_from = rule.low_window
    for row in range(rule.low_window, len(prices)):
        if row < free_from or not isfinite(prices[row]):
            continue
        low_row = _lowest_row(prices, row, rule.low_window)
        if not _is_bounce(prices, low_row, row, rule):
            continue
        free_from = row + rule.refractory
        found.append(_bounce(closes, low_row, row, rule))
    return tuple(found)


def _measurable(close: pd.Series) -> pd.Series:
    """The closes up to the last one known; none at all where one is not positive: no fall has a size then."""
    known = close.loc[: close.last_valid_index()] if close.notna().any() else close.iloc[:0]
    return known if positive(known).count() == known.count() else known.iloc[:0]


def _lowest_row(prices: np.ndarray, row: int, window: int) -> int:
    start = max(0, row + 1 - window)
    return start + int(np.nanargmin(prices[start : row + 1]))


def _is_bounce(prices: np.ndarray, low_row: int, row: int, rule: BounceRule) -> bool:
    if not 0 < row - low_row <= rule.freshness or low_row == 0:
        return False
    low, high = prices[low_row], prices[_high_row(prices, low_row, rule.lookback)]
    return bool(prices[row] >= low * (1 + rule.rise) and low <= high * (1 - rule.depth))


def _high_row(prices: np.ndarray, low_row: int, lookback: int) -> int:
    """The last row at the highest close known of the ``lookback`` rows before a low."""
    start = max(0, low_row - lookback)
    before = np.nan_to_num(prices[start:low_row], nan=0.0)
    return low_row - 1 - int(before[::-1].argmax())


def _bounce(closes: pd.Series, low_row: int, row: int, rule: BounceRule) -> Bounce:
    prices = closes.to_numpy(float)
    end = low_row + rule.horizon
    after = prices[low_row + 1 : end + 1]
    lower = np.flatnonzero(after < prices[low_row])
    broken = low_row + 1 + int(lower[0]) if len(lower) else None
    high = _mark(closes, _high_row(prices, low_row, rule.lookback))
    settled = len(prices) > end and bool(np.isfinite(after).all())
    return Bounce(_mark(closes, low_row), high, low_row, row, broken, settled)


def _mark(closes: pd.Series, row: int) -> Mark:
    return Mark(float(closes.iloc[row]), pd.Timestamp(closes.index[row]).to_pydatetime())


def day_zero(close: pd.Series, rule: BounceRule) -> DayZero | None:
    """The low that the present recovery is measured from; None where no fall led to it.

    It is the low of the newest bounce, for as long as its horizon and unless a new fall as deep has begun
    from a high made since; without such a bounce, the lowest close of the last 20. So a low that gives
    way stays day 0, and is seen to have failed, until the next bounce.
    """
    known = _measurable(close)
    prices = known.to_numpy(float)
    last = len(prices) - 1
    newest_bounce = next(reversed(bounces(known, rule)), None)
    if newest_bounce is None or last - newest_bounce.low_row > rule.horizon:
        return latest_low(known, rule)
    later = _later_low(prices, newest_bounce.low_row, rule)
    return _day_zero(known, newest_bounce.low_row if later is None else later, rule, later is None)


def latest_low(close: pd.Series, rule: BounceRule) -> DayZero | None:
    """The lowest close of the last 20 and the high before it; None where that is no higher: nothing fell."""
    known = _measurable(close)
    if known.empty:
        return None
    low_row = _lowest_row(known.to_numpy(float), len(known) - 1, rule.low_window)
    return _day_zero(known, low_row, rule, bounced=False) if low_row else None


def _day_zero(closes: pd.Series, low_row: int, rule: BounceRule, bounced: bool) -> DayZero | None:
    high_row = _high_row(closes.to_numpy(float), low_row, rule.lookback)
    low, high = _mark(closes, low_row), _mark(closes, high_row)
    return DayZero(low, high, low_row, bounced) if high.price > low.price else None


def _later_low(prices: np.ndarray, low_row: int, rule: BounceRule) -> int | None:
    """The low of a new fall, as deep as the rule asks, from the high since ``low_row``; None without one."""
    peak = low_row + int(np.nanargmax(prices[low_row:]))
    trough = peak + int(np.nanargmin(prices[peak:]))
    fell = prices[trough] <= prices[peak] * (1 - rule.depth)
    return trough if fell and len(prices) - 1 - trough < rule.low_window else None


# Base rates


@dataclass(frozen=True, slots=True)
class BaseRate:
    """The share of settled bounces that failed, and the counts behind it; ``pending`` ones are still open."""

    share: Result
    failed: int
    settled: int
    pending: int


def base_rate(found: Iterable[Bounce]) -> BaseRate:
    """The share of bounces that made a new low; with fewer than 20 outcomes a count and no percentage."""
    every = list(found)
    settled = [bounce for bounce in every if bounce.settled]
    failed = sum(bounce.broken_row is not None for bounce in settled)
    n = len(settled)
    if n < ENOUGH:
        share = Result.missing(f"Insufficient history: {failed} of {n} made a new low; 20 are needed.", n=n)
    else:
        low, high = wilson_interval(failed, n)
        share = Result(failed / n, n=n, low=low, high=high)
    return BaseRate(share, failed, n, len(every) - n)


@dataclass(frozen=True, slots=True)
class PublishedRate:
    """A base rate measured elsewhere on a longer history: quoted with its own n, never computed here."""

    failed_share: float
    low: float
    high: float
    n: int
    years: str

    @property
    def number(self) -> Envelope:
        """The share in percent, with its interval and where it comes from."""
        low, share, high = (100 * each for each in (self.low, self.failed_share, self.high))
        return Envelope(
            value=share,
            unit="percent",
            as_of=None,
            fetched_at=None,
            source=f"Counted once on the closes of {self.years}, not here",
            state=State.FINAL,
            sampling="Closes",
            formula="bounce_base_rate",
            n=self.n,
            low=low,
            high=high,
        )


# Measured on index closes and Bitcoin's UTC-day closes by the rule above; 90% cluster bootstrap by quarter.
PUBLISHED = {
    "IXIC": PublishedRate(0.62, 0.56, 0.68, 252, "1971–2026"),
    "GSPC": PublishedRate(0.59, 0.55, 0.63, 406, "1950–2026"),
    "BTC": PublishedRate(0.55, 0.37, 0.70, 31, "2014–2026"),
}


def new_low_probability(log_distance: float, sigma: float, sessions: float) -> float:
    """The chance that a driftless walk watched all the time falls by ``log_distance`` within ``sessions``.

    ``sigma`` is per session.

    Raises `ValueError` for a distance below zero, or without any movement.
    """
    if log_distance < 0 or sigma <= 0 or sessions <= 0:
        raise ValueError("a walk needs a distance, a volatility and time")
    return 2 * STANDARD.cdf(-log_distance / (sigma * sqrt(sessions)))


def new_low_probability_at_closes(log_distance: float, sigma: float, sessions: float) -> float:
    """The same for a walk watched at closes only, which can be lower in between (Broadie et al., 1997)."""
    return new_low_probability(log_distance + CLOSES_SHIFT * sigma, sigma, sessions)


def random_walk_null(close: pd.Series, low: float, sessions: int = 60) -> Result:
    """The chance of a close under ``low`` within ``sessions`` by luck, from the volatility of the last 60."""
    moves = log_returns(close).dropna().to_numpy(float)[-SIGMA_WINDOW:]
    if len(moves) < SIGMA_WINDOW:
        return Result.missing(f"Only {len(moves)} of {SIGMA_WINDOW} returns are known.", n=len(moves))
    last = float(observed(close).iloc[-1])
    if not (isfinite(last) and low > 0 and last >= low):
        return Result.missing("The price is below the low already.", n=len(moves))
    if not varies(moves):
        return Result.missing("The price does not move.", n=len(moves))
    chance = new_low_probability_at_closes(log(last / low), float(moves.std(ddof=1)), sessions)
    return Result(chance, n=len(moves), as_of=newest(close), window=sessions)


# The track record

AHEAD = (20, 60, 120)


@dataclass(frozen=True, slots=True)
class PastBounce:
    """One bounce and what came of it: the day its low gave way (None: it has not), and changes since.

    ``changes`` are simple returns from the confirming close over 20, 60 and 120 sessions, as far as they
    are known. A bounce that has not failed is ``settled`` once its 65 sessions are over.
    """

    low_day: date
    confirmed_day: date
    broken_day: date | None
    settled: bool
    changes: Mapping[int, float]


def track_record(bars: Bars) -> tuple[PastBounce, ...]:
    """Every bounce of the loaded history, failures included, oldest first."""
    finished = bars.finished
    dates, prices = finished.dates, finished.close.to_numpy(float)

    def day(row: int) -> date:
        return pd.Timestamp(dates[row]).date()

    return tuple(
        PastBounce(
            low_day=day(each.low_row),
            confirmed_day=day(each.confirmed_row),
            broken_day=None if each.broken_row is None else day(each.broken_row),
            settled=each.settled or each.broken_row is not None,
            changes={
                ahead: float(prices[each.confirmed_row + ahead] / prices[each.confirmed_row] - 1)
                for ahead in AHEAD
                if each.confirmed_row + ahead < len(prices) and isfinite(prices[each.confirmed_row + ahead])
            },
        )
        for each in bounces(finished.close, rule_for(finished))
    )
