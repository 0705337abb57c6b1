"""Past falls laid over one another: found by rule and named, aligned on their peak, with what followed.

A fall is a stretch under the highest close of a year that went deeper than a threshold. Falls come from a
rule, so that those which came to nothing are among them; named ones are added with their citation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from analytics.alignment import Aligned, align
from analytics.beta import beta
from analytics.correlation import pearson
from analytics.drawdowns import Mark
from analytics.likeness import raw_distance
from analytics.naming import no_prices
from analytics.observations import positive
from market.bars import Bars
from market.calendars import session_after
from market.definitions import Definition
from market.episodes import Episode
from market.readings import Envelope, Result, envelope, joint_envelope, missing

DEPTH, CRYPTO_DEPTH = 0.05, 0.10
AHEAD = (20, 40, 60)
QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
ENOUGH = 8  # past falls below which no percentage of what followed is given
FEWEST_POINTS = 20
SHOWN = 120  # sessions after the peak
LIKE = 3
FEWEST_DAYS = 20

DEFINITIONS = (
    Definition(
        "fall_depth",
        "Depth",
        "Lowest close of the fall / highest close before it − 1. A fall begins at the highest close of "
        "252 sessions (crypto: 365 days) once closes are 5% (10%) under it, and ends at the next "
        "highest close of a year.",
        "Closes.",
        "Only what is loaded; n says how many falls that makes.",
        "Own definition.",
        "Episodes",
    ),
    Definition(
        "fall_speed",
        "Speed",
        "Depth / sessions from the peak to the low.",
        "Closes.",
        "Missing where the low is the peak.",
        "Own definition.",
        "Episodes",
    ),
    Definition(
        "fall_recovery",
        "Days to recover",
        "Calendar days from the low to the first close at the peak or above.",
        "Closes.",
        "Missing while the peak has not been regained.",
        "Own definition.",
        "Episodes",
    ),
    Definition(
        "fall_beta",
        "Bitcoin beta over the fall",
        "Slope of Bitcoin’s log returns on the Nasdaq’s from the peak to the low.",
        "Common New York sessions; Bitcoin on the UTC day of the same date where hours are not loaded.",
        "Missing with fewer than 20 sessions.",
        "Ordinary least squares; interval from the largest of three errors.",
        "Episodes",
    ),
    Definition(
        "fall_sequel",
        "What followed",
        "Change from the same session after the peak over the next 20, 40 and 60 sessions, of all past "
        "falls that were falls by then; the fan holds their 10, 25, 50, 75 and 90% quantiles.",
        "Closes; falls that are not over are left out, and so is the present one.",
        "No quantile with fewer than 8 falls. Likeness of the path has not helped to foretell the sequel.",
        "Own definition.",
        "Episodes",
    ),
)


# Falls


@dataclass(frozen=True, slots=True)
class FoundFall:
    """One fall of a series by rows: its peak, its low, and the row that regained the peak (None: not yet).

    ``end_row`` is the first row after it, or the last one loaded while ``is_current``; ``known_row`` is the
    one whose close made it a fall.
    """

    peak_row: int
    low_row: int
    end_row: int
    recovered_row: int | None
    depth: float
    is_current: bool
    known_row: int


def falls_by_rule(close: pd.Series, depth: float, year: int = 252) -> tuple[FoundFall, ...]:
    """Every fall of at least ``depth`` from the highest close of a ``year``, oldest first, none overlapping.

    The last one is current while no close is the highest of a year again. Closes are positive; a missing one
    is neither high nor low.
    """
    prices = close.to_numpy(float)
    found: list[FoundFall] = []
    row = 1
    while row < len(prices):
        start = max(0, row + 1 - year)
        peak = row - int(np.nanargmax(prices[start : row + 1][::-1]))
        if not prices[row] <= prices[peak] * (1 - depth):
            row += 1
            continue
        end = _next_high(prices, row, year)
        found.append(_found(prices, peak, row, end))
        row = len(prices) if end is None else end + 1
    return tuple(found)


def _next_high(prices: np.ndarray, row: int, year: int) -> int | None:
    for later in range(row + 1, len(prices)):
        if prices[later] >= np.nanmax(prices[max(0, later + 1 - year) : later + 1]):
            return later
    return None


def _found(prices: np.ndarray, peak: int, known: int, end: int | None) -> FoundFall:
    last = len(prices) - 1 if end is None else end
    low = peak + int(np.nanargmin(prices[peak : last + 1]))
    depth = float(prices[low] / prices[peak] - 1)
    return FoundFall(peak, low, last, _regained(prices, peak, low), depth, end is None, known)


def _regained(prices: np.ndarray, peak: int, low: int) -> int | None:
    """The first row after the low at the price of the peak or above."""
    rows = np.flatnonzero(prices[low:] >= prices[peak])
    return low + int(rows[0]) if len(rows) else None


def named_fall(
    close: pd.Series, dates: pd.DatetimeIndex, episode: Episode, lookback: int
) -> FoundFall | None:
    """The fall of a named episode: its lowest close, and the highest of ``lookback`` rows before that.

    It is known from the last day of the episode on. None where the loaded history does not hold the episode
    and a row before it.
    """
    start, end = pd.Timestamp(episode.start), pd.Timestamp(episode.end) if episode.end else dates[-1]
    rows = np.flatnonzero((dates >= start) & (dates <= end))
    if not len(rows) or rows[0] == 0:
        return None
    prices = close.to_numpy(float)
    within = prices[rows[0] : rows[-1] + 1]
    if np.isnan(within).all():
        return None
    low = int(rows[0]) + int(np.nanargmin(within))
    before = prices[max(0, low - lookback) : low]
    if np.isnan(before).all():
        return None
    peak = low - 1 - int(np.nanargmax(before[::-1]))
    recovered = _regained(prices, peak, low)
    last = len(prices) - 1 if recovered is None else recovered
    depth = float(prices[low] / prices[peak] - 1)
    return FoundFall(peak, low, last, recovered, depth, recovered is None, int(rows[-1]))


def path_of(close: pd.Series, fall: FoundFall, sessions: int = SHOWN) -> pd.Series:
    """The closes from the peak on as percent of it, by sessions since, at most ``sessions`` of them."""
    prices = close.to_numpy(float)[fall.peak_row : fall.peak_row + sessions + 1]
    return pd.Series(100 * prices / prices[0], index=pd.RangeIndex(len(prices)), name=close.name)


# The page


@dataclass(frozen=True, slots=True)
class PastFall:
    """One fall as the page shows it: its marks, its numbers, and its path in percent of the peak.

    ``key`` is that of a named episode, or the day of the peak; ``cite`` is empty for a fall found by rule.
    """

    key: str
    name: str
    cite: str
    peak: Mark
    low: Mark
    peak_close: Envelope
    low_close: Envelope
    peak_day: date
    low_day: date
    is_current: bool
    depth: Envelope
    speed: Envelope
    sessions_down: int
    down: Envelope
    recovery_days: Envelope
    beta: Envelope
    path: pd.Series


@dataclass(frozen=True, slots=True)
class Sequel:
    """What past falls did over the next ``sessions``: quantiles in percent, or why there are none, and n."""

    sessions: int
    quantiles: Mapping[float, float]
    n: int
    why: str | None


@dataclass(frozen=True, slots=True)
class Alike:
    """A past fall whose path so far is like the present one: distance of log paths, correlation, depth."""

    key: str
    distance: float
    correlation: float
    depth: float


@dataclass(frozen=True, slots=True)
class Episodes:
    """All falls of one series, the present one among them if there is one, and what followed past ones.

    ``missing`` are named episodes that the loaded history does not hold. ``n`` counts past falls found by
    rule.
    """

    key: str
    depth: float
    falls: tuple[PastFall, ...]
    named: tuple[PastFall, ...]
    current: PastFall | None
    sequels: tuple[Sequel, ...]
    alike: tuple[Alike, ...]
    n: int
    missing: tuple[str, ...]
    why: str | None = None


def episodes(
    key: str,
    known: Mapping[str, Bars],
    named: Iterable[Episode] = (),
    depth: float | None = None,
    market: str = "IXIC",
) -> Episodes:
    """Falls of ``key`` deeper than ``depth`` in the loaded history, and the ``named`` ones it holds.

    An episode has its name from its last day on: before that it is no more than the present fall.
    Without a ``depth`` it is 5 %, and 10 % in a market that never closes.
    The present fall is never among those that tell what followed.
    """
    named = tuple(named)
    bars = known[key].finished if key in known else None
    if depth is None:
        depth = CRYPTO_DEPTH if bars is not None and bars.is_continuous else DEPTH
    if bars is None or positive(bars.close.dropna()).isna().any():
        why = no_prices([key]) if bars is None else "A price is not positive."
        return Episodes(key, depth, (), (), None, (), (), 0, tuple(each.name for each in named), why)
    newest_day = bars.dates[-1].date()
    named = tuple(each for each in named if (each.end or each.start) <= newest_day)
    year, lookback = (365, 90) if bars.is_continuous else (252, 63)
    pair = [known[each] for each in ("BTC", market) if each in known]
    shown = _Shown(bars, tuple(pair), align(pair) if len(pair) == 2 else None)
    rows = falls_by_rule(bars.close, depth, year)
    falls = tuple(shown.fall(each) for each in rows)
    with_rows = [(each, named_fall(bars.close, bars.dates, each, lookback)) for each in named]
    past = [each for each in rows if not each.is_current]
    elapsed = next((each.end_row - each.peak_row for each in rows if each.is_current), None)
    current = next((each for each in falls if each.is_current), None)
    return Episodes(
        key=key,
        depth=depth,
        falls=falls,
        named=tuple(shown.named(each, found) for each, found in with_rows if found is not None),
        current=current,
        sequels=sequels(bars.close, past, elapsed),
        alike=alike(falls, current),
        n=len(past),
        missing=tuple(each.name for each, found in with_rows if found is None),
    )


def sequels(close: pd.Series, past: Sequence[FoundFall], elapsed: int | None) -> tuple[Sequel, ...]:
    """What ``past`` falls did over the sessions after they were ``elapsed`` sessions old.

    Falls that ended sooner are left out: they were no longer falls. So are those that no close had made one
    by then: to count what became a fall only afterwards would foretell a fall.
    """
    if elapsed is None:
        return ()
    prices = close.to_numpy(float)
    return tuple(_sequel(prices, past, elapsed, ahead) for ahead in AHEAD)


def _sequel(prices: np.ndarray, past: Sequence[FoundFall], elapsed: int, ahead: int) -> Sequel:
    ages = [(each, each.peak_row + elapsed) for each in past]
    starts = [row for each, row in ages if each.known_row <= row <= each.end_row]
    every = [100 * (prices[row + ahead] / prices[row] - 1) for row in starts if row + ahead < len(prices)]
    moves = [move for move in every if not np.isnan(move)]
    n = len(moves)
    if n < ENOUGH:
        return Sequel(ahead, {}, n, f"Past falls known at that age: {n}. Percentages need {ENOUGH}.")
    values = np.quantile(moves, QUANTILES)
    return Sequel(ahead, dict(zip(QUANTILES, map(float, values), strict=True)), n, None)


def fan(sequels: Iterable[Sequel], bars: Bars) -> dict[float, pd.Series]:
    """The prices that past falls of the same age would lead to from the newest close: by quantile, a series.

    Each begins at the newest finished close and has a point for every stretch ahead that enough past falls
    tell of. Empty where none does. It shows past cases and foretells nothing.
    """
    now, told = bars.finished, [each for each in sequels if each.quantiles]
    ends = [_ahead(now, each.sessions) for each in told]
    points = [(end, each) for end, each in zip(ends, told, strict=True) if end is not None]
    if not points:
        return {}
    instants = pd.DatetimeIndex([now.as_of, *(end for end, _ in points)])
    return {
        quantile: now.last
        * pd.Series([1.0, *(1 + each.quantiles[quantile] / 100 for _, each in points)], instants)
        for quantile in QUANTILES
    }


def _ahead(bars: Bars, count: int) -> datetime | None:
    """The instant at which the bar ``count`` after the newest will be complete; None beyond the calendar."""
    return bars.as_of + timedelta(days=count) if bars.is_continuous else session_after(bars.as_of, count)


def alike(falls: Iterable[PastFall], current: PastFall | None, count: int = LIKE) -> tuple[Alike, ...]:
    """The past falls whose first sessions are nearest to the present one, as log paths, nearest first.

    Only those at least as long as the present one, once it is 20 sessions old.
    """
    if current is None or len(current.path) < FEWEST_POINTS:
        return ()
    now = np.log(current.path.to_numpy(float))
    found = []
    for fall in falls:
        then = np.log(fall.path.to_numpy(float)[: len(now)])
        if fall.is_current or len(then) < len(now):
            continue
        distance = raw_distance(now, then).value
        if distance is None:  # a close is missing on one of the two paths
            continue
        found.append(Alike(fall.key, distance, pearson(now, then), float(np.exp(then.min()) / 100 - 1)))
    return tuple(sorted(found, key=lambda each: each.distance)[:count])


@dataclass(frozen=True, slots=True)
class _Shown:
    """Turns rows of one series into falls that can be shown."""

    bars: Bars
    pair: tuple[Bars, ...]
    moves: Aligned | None

    def named(self, episode: Episode, rows: FoundFall) -> PastFall:
        return replace(self.fall(rows), key=episode.key, name=episode.name, cite=episode.cite)

    def fall(self, rows: FoundFall) -> PastFall:
        close, dates = self.bars.close, self.bars.dates
        peak, low = self._mark(rows.peak_row), self._mark(rows.low_row)
        peak_day, low_day = dates[rows.peak_row].date(), dates[rows.low_row].date()
        down = rows.low_row - rows.peak_row
        depth = Result(100 * rows.depth, n=rows.end_row - rows.peak_row, as_of=low.at, since=peak.at)
        speed = Result.missing("The low is the peak.", since=peak.at)
        if down:
            speed = Result(100 * rows.depth / down, n=down, since=peak.at)
        return PastFall(
            key=peak_day.isoformat(),
            name=f"{peak_day:%B %Y}",
            cite="",
            peak=peak,
            low=low,
            peak_close=self._close(peak),
            low_close=self._close(low),
            peak_day=peak_day,
            low_day=low_day,
            is_current=rows.is_current,
            depth=self._number(depth, "percent", "fall_depth", peak=peak.price, low=low.price),
            speed=self._number(speed, "percent per session", "fall_speed", sessions=down),
            sessions_down=down,
            down=self._number(Result(down, n=down, as_of=low.at, since=peak.at), "sessions", "fall_speed"),
            recovery_days=self._number(self._recovery(rows), "days", "fall_recovery"),
            beta=self._beta(peak, low),
            path=path_of(close, rows),
        )

    def _mark(self, row: int) -> Mark:
        stamp = pd.Timestamp(self.bars.frame.index[row])
        return Mark(float(self.bars.close.iloc[row]), stamp.to_pydatetime())

    def _close(self, mark: Mark) -> Envelope:
        result = Result(mark.price, n=1, as_of=mark.at, since=mark.at)
        return self._number(result, self.bars.instrument.unit.value, "fall_depth")

    def _number(self, result: Result, unit: str, formula: str, **inputs: float | str) -> Envelope:
        return envelope(result, self.bars, unit, formula, **inputs)

    def _recovery(self, rows: FoundFall) -> Result:
        if rows.recovered_row is None:
            return Result.missing("The peak has not been regained.", since=self._mark(rows.low_row).at)
        days = (self.bars.dates[rows.recovered_row] - self.bars.dates[rows.low_row]).days
        regained, low = self._mark(rows.recovered_row).at, self._mark(rows.low_row).at
        return Result(float(days), n=rows.recovered_row - rows.low_row, as_of=regained, since=low)

    def _beta(self, peak: Mark, low: Mark) -> Envelope:
        if self.moves is None:
            return missing("ratio", "fall_beta", "There are no prices of Bitcoin and the Nasdaq together.")
        stretch = self.moves.moves.loc[pd.Timestamp(peak.at) : pd.Timestamp(low.at)].iloc[1:]
        if len(stretch) < FEWEST_DAYS:
            why = f"The fall took {len(stretch)} sessions; {FEWEST_DAYS} are needed."
            return missing("ratio", "fall_beta", why)
        bitcoin, market = self.pair
        fit = beta(stretch[bitcoin.key], stretch[market.key], len(stretch)).slope
        flagged = replace(fit, flags=(*fit.flags, *self.moves.flags(len(stretch))))
        made_of = [bars.finished for bars in self.pair]
        return joint_envelope(flagged, made_of, "ratio", "fall_beta", sessions=len(stretch))
