"""Where today stands in its own past: ranks, "largest since", streaks, percentiles, z-scores.

A rank of 1 is the worst. Everything at t uses t and earlier only. Gaps are left out and counted out.
"""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

import numpy as np
import pandas as pd

from analytics.observations import observed
from analytics.quantiles import varies
from analytics.returns import newest
from market.readings import Result

FEWEST_SHARE = 0.8
"""The share of a window that has to be known."""

WARM_UP = 60
"""Observations whose mean square starts an exponentially weighted variance."""

MAD_TO_SIGMA = 1.4826
"""What turns the median absolute deviation of a normal sample into its standard deviation."""

EQUAL = "equal"
"""The flag of a place that another day has too."""

NO_LAST = "The newest observation is missing."
CONSTANT = "The series does not vary, so nothing can stand out in it."


@dataclass(frozen=True, slots=True)
class LargestSince:
    """A move today and the last day that moved at least as far the same way; None where there was none.

    ``rank`` counts the moves of the history at least as large, today's included. ``why`` says what is missing
    when there is no move to rank, and then ``move`` is None.
    """

    move: float | None
    since: datetime | None
    first: datetime | None
    rank: int
    n: int
    why: str | None = None

    @property
    def is_on_record(self) -> bool:
        """Whether no earlier day of the history moved as far."""
        return self.move is not None and self.since is None


def mid_ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1 along the last axis, ties sharing the middle of their places; no gaps allowed."""
    order = np.argsort(values, axis=-1, kind="stable")
    ordered = np.take_along_axis(values, order, axis=-1)
    places = np.broadcast_to(np.arange(1, values.shape[-1] + 1), values.shape)
    edge = np.ones((*values.shape[:-1], 1), dtype=bool)
    steps = ordered[..., 1:] != ordered[..., :-1]
    first = np.maximum.accumulate(np.where(np.concatenate([edge, steps], axis=-1), places, 0), axis=-1)
    ends = np.where(np.concatenate([steps, edge], axis=-1), places, values.shape[-1])
    last = np.minimum.accumulate(ends[..., ::-1], axis=-1)[..., ::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2, axis=-1)
    return ranks


def rank_among_last(returns: pd.Series, window: int) -> Result:
    """The place of the newest return among the last ``window``, itself included: 1 is the worst.

    It is 1 plus how many are lower, so that a tie with the worst is the worst too; flagged `EQUAL` where
    another is as low. Missing returns are left out, and ``n`` says how many are known. Missing when the
    newest return is, when the history is shorter than ``window``, or with less than 80 % known.
    """
    kept = observed(returns.iloc[-window:])
    known = kept.dropna()
    if known.empty or np.isnan(kept.iloc[-1]):
        return Result.missing(NO_LAST, n=len(known), window=window)
    if len(kept) < window:
        return Result.missing(f"The history holds {len(kept)} of {window} sessions.", len(known), window)
    if few := too_few(len(known), window, fewest=1):
        return few
    values = known.to_numpy(float)
    place, is_tied = 1.0 + float((values < values[-1]).sum()), (values == values[-1]).sum() > 1
    flags = (EQUAL,) if is_tied else ()
    return Result(place, n=len(values), as_of=newest(known), window=window, flags=flags)


def as_low(returns: pd.Series, window: int) -> int:
    """How many of the last ``window`` returns are as low as the newest known one, itself included."""
    kept = observed(returns.iloc[-window:]).dropna().to_numpy(float)
    return int((kept <= kept[-1]).sum()) if len(kept) else 0


def too_few(known: int, window: int, fewest: int = 2) -> Result | None:
    """The missing result of a window with less than 80 % of its observations; None where they are enough."""
    if known >= max(FEWEST_SHARE * window, fewest):
        return None
    return Result.missing(f"Only {known} of {window} observations are known.", known, window)


def largest_since(returns: pd.Series) -> LargestSince:
    """When the newest move was last matched in its direction; an equal earlier move counts as a match."""
    known = observed(returns).dropna()
    if known.empty or known.index[-1] != returns.index[-1]:
        return LargestSince(None, None, None, 0, len(known), NO_LAST)
    first, move = pd.Timestamp(known.index[0]).to_pydatetime(), float(known.iloc[-1])
    if move == 0:
        return LargestSince(None, None, first, 0, len(known), "The price did not move.")
    values = known.to_numpy(float)
    as_far = np.flatnonzero(values <= move if move < 0 else values >= move)
    since = pd.Timestamp(known.index[as_far[-2]]).to_pydatetime() if len(as_far) > 1 else None
    return LargestSince(move, since, first, len(as_far), len(known))


def worst(returns: pd.Series, count: int) -> pd.Series:
    """The ``count`` lowest returns, worst first; of a tie, the earlier one first."""
    return observed(returns).dropna().sort_values(kind="stable").iloc[:count]


def streaks(returns: pd.Series) -> pd.Series:
    """Signed run length after each return: -3 is the third fall in a row. Zero ends a run, and so does a gap:
    what was before it may or may not belong to the next one.
    """
    run, runs = 0, []
    for sign in np.nan_to_num(np.sign(observed(returns).to_numpy(float))).astype(int).tolist():
        run = run + sign if sign and run * sign >= 0 else sign
        runs.append(run)
    return pd.Series(runs, index=returns.index, dtype="int64", name=returns.name)


def streak(returns: pd.Series) -> Result:
    """The signed length of the run that the newest return belongs to; missing when that return is.

    A run that begins beside a gap may be longer. Its span holds the return that ended it, or the gap.
    """
    values = observed(returns)
    known = int(values.count())
    if not known:
        return Result.missing("There are no returns.")
    if np.isnan(values.iloc[-1]):
        return Result.missing(NO_LAST, n=known, window=1)
    run = int(streaks(values).iloc[-1])
    return Result(float(run), n=known, as_of=newest(values), window=abs(run) + 1)


def streak_change(returns: pd.Series) -> Result:
    """What the run that the newest return belongs to adds up to, compounded; ``n`` is its length."""
    found = streak(returns)
    length = abs(int(found.value or 0))
    if not length:
        why = found.why or "There is no run: the price did not move."
        return Result.missing(why, n=found.n, window=1)
    with np.errstate(over="ignore"):
        change = float(np.prod(1 + returns.to_numpy(float)[-length:]) - 1)
    if not np.isfinite(change):
        return Result.missing("The run adds up to more than can be written.", n=length, window=length)
    return Result(change, n=length, as_of=found.as_of, window=length)


def falls_among_last(returns: pd.Series, window: int) -> Result:
    """How many of the last ``window`` returns were falls; ``n`` counts those that are known."""
    kept = observed(returns.iloc[-window:])
    if len(kept) < window:
        return Result.missing(f"The history holds {len(kept)} of {window} sessions.", len(kept), window)
    known = int(kept.count())
    return too_few(known, window) or Result(
        float((kept < 0).sum()), n=known, as_of=newest(kept), window=window
    )


def scaled_by_volatility(returns: pd.Series, decay: float = 0.94) -> pd.Series:
    """Each return over the exponentially weighted volatility known the day before (RiskMetrics, 1996).

    The mean square of the first 60 returns starts the variance, so the first 60 are NaN; a gap stays NaN and
    leaves the variance alone. A 2 % day means different things in 2017 and in 2022; this tells them apart.
    """
    known = observed(returns).dropna()
    values = known.to_numpy(float)
    scaled = np.full(len(values), np.nan)
    variance = float((values[:WARM_UP] ** 2).mean()) if len(values) > WARM_UP else 0.0
    for place in range(WARM_UP, len(values)):
        if variance > 0:
            scaled[place] = values[place] / sqrt(variance)
        variance = decay * variance + (1 - decay) * values[place] ** 2
    return pd.Series(scaled, index=known.index, name=returns.name).reindex(returns.index)


def mid_rank(history: np.ndarray, value: float) -> float:
    """The share of ``history`` below ``value``, plus half the share equal to it; NaN without history."""
    if not len(history):
        return float("nan")
    return float(((history < value).sum() + 0.5 * (history == value).sum()) / len(history))


def percentile_of_last(series: pd.Series, window: int | None = None, minimum: int = 20) -> Result:
    """The mid-rank of the newest observation in its own history, itself included, between 0 and 1.

    Missing where the history does not vary: nothing stands anywhere in it.

    The history is all of it, or the last ``window`` rows; ``n`` says how much of it is known.
    """
    kept, missing = _history(series, window, minimum)
    if missing:
        return missing
    values = kept.to_numpy(float)
    if (values == values[0]).all():
        return Result.missing(CONSTANT, len(kept), window)
    share = mid_rank(values, float(values[-1]))
    return Result(share, n=len(kept), as_of=newest(kept), window=window)


def percentiles(series: pd.Series, minimum: int = 20) -> pd.Series:
    """The mid-rank of each observation in its own expanding history.

    NaN in gaps, until ``minimum`` observations are known, and while all of them are equal.
    """
    seen: list[float] = []
    shares = []
    for value in observed(series).to_numpy(float):
        if value != value:
            shares.append(np.nan)
            continue
        insort(seen, value)
        below, upto = bisect_left(seen, value), bisect_right(seen, value)
        told = len(seen) >= minimum and seen[0] < seen[-1]
        shares.append((below + upto) / 2 / len(seen) if told else np.nan)
    return pd.Series(shares, index=series.index, name=series.name, dtype=float)


def z_score(history: np.ndarray, value: float) -> float:
    """How many standard deviations (ddof 1) ``value`` lies from the mean of ``history``; NaN if constant."""
    if not varies(history):
        return float("nan")
    return float((value - history.mean()) / history.std(ddof=1))


def robust_z(history: np.ndarray, value: float) -> float:
    """The same with median and median absolute deviation; NaN where more than half of it is one value."""
    if not len(history):
        return float("nan")
    middle = np.median(history)
    spread = MAD_TO_SIGMA * np.median(np.abs(history - middle))
    return float((value - middle) / spread) if spread > 0 else float("nan")


def z_of_last(
    series: pd.Series, window: int | None = None, minimum: int = 20, robust: bool = False
) -> Result:
    """How unusual the newest observation is against those before it: today is not in its own yardstick.

    The history is all of it, or the ``window`` rows before today. ``robust`` takes median and median absolute
    deviation, for volumes, flows and open interest.
    """
    kept, missing = _history(series, None if window is None else window + 1, minimum + 1)
    if missing:
        return missing
    values = kept.to_numpy(float)
    score = (robust_z if robust else z_score)(values[:-1], values[-1])
    if not np.isfinite(score):
        return Result.missing(CONSTANT, n=len(kept) - 1, window=window)
    return Result(score, n=len(kept) - 1, as_of=newest(kept), window=window)


def _history(series: pd.Series, window: int | None, minimum: int) -> tuple[pd.Series, Result | None]:
    """The known observations of the window, and the missing result if they are not enough."""
    if window is not None and len(series) < window:
        return series, Result.missing(
            f"The history holds {len(series)} of {window} rows.", len(series), window
        )
    kept = series if window is None else series.iloc[-window:]
    known = observed(kept).dropna()
    if known.empty or known.index[-1] != series.index[-1]:
        return known, Result.missing(NO_LAST, len(known), window)
    if len(known) < minimum:
        return known, Result.missing(f"{len(known)} of {minimum} observations are known.", len(known), window)
    return known, None
