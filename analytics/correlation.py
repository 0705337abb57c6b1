"""Correlation, with what it stands on: estimators, intervals, one pair, all pairs, and through time.

Series come aligned (`analytics.alignment`): one index, NaN where a side is missing. A pair uses its joint
observations, over stretches of time that no third series has a say in. Returns have fat tails, under which
Fisher's textbook interval covers 77 to 87 % where it says 95: the intervals here are widened by Mardia's
kurtosis (Pearson) or are those of Bonett and Wright (Spearman).

One pair, a matrix and a line all come from the same sums over many windows at once, so the same window gives
the same number, to the last bit, wherever it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from math import inf, nan, sqrt

import numpy as np
import pandas as pd

from analytics.alignment import Aligned, last_moves
from analytics.observations import is_known, observed
from analytics.quantiles import RESIDUE, two_sided, varies
from analytics.ranks import mid_ranks
from analytics.returns import newest
from analytics.rolling import windows_of
from market.definitions import Definition
from market.readings import Result

LEVEL = 0.95
FEWEST = 4
"""Joint observations below which no interval exists."""

TOGETHER = ("IXIC", "GSPC", "IGV", "SOX", "BTC", "ETH", "GLD", "HYG", "VIX", "DXY", "IEF")
"""The instruments laid side by side where nobody chose others."""

INDISTINCT = "not distinguishable from zero"


DEFINITIONS = (
    Definition(
        "correlation",
        "Correlation",
        "Pearson: Sxy / √(Sxx Syy) of daily moves. Spearman: the same of their mid-ranks. The 95% interval "
        "is tanh(atanh r ± 1.96 s), with s = √((1 + κ)/(n − 3)) and κ from Mardia’s kurtosis for Pearson, "
        "s = √((1 + r²/2)/(n − 3)) for Spearman.",
        "Common New York sessions, each move from close to close; coins among themselves by UTC days. "
        "The two alone settle which: whoever else is laid beside them changes nothing.",
        "Joint observations only: at least 80% of the window, and at least 20 of a window of 25 or more. "
        "A series that does not vary has no correlation.",
        "Fisher 1921; Mardia 1970; Muirhead 1982; Bonett and Wright 2000.",
        "Together",
    ),
)


class Method(StrEnum):
    """How a correlation is estimated."""

    PEARSON = "pearson"
    SPEARMAN = "spearman"
    KENDALL = "kendall"


def fewest_joint(window: int) -> int:
    """The joint observations a window needs: 80 % of it, at least 20 (4 in a window under 25 sessions)."""
    share = -(-4 * window // 5)
    return max(FEWEST if window < 25 else 20, share)


# Estimators: two arrays of equal length in, a number or NaN (a side is constant) out.


def pearson(x: np.ndarray, y: np.ndarray) -> float:
    """The product-moment correlation of the joint observations."""
    x, y = joint(x, y)
    return float(_pearson(x[None], y[None])[0]) if len(x) > 1 else nan


def spearman(x: np.ndarray, y: np.ndarray) -> float:
    """The correlation of the mid-ranks of the joint observations."""
    x, y = joint(x, y)
    return pearson(mid_ranks(x), mid_ranks(y)) if len(x) > 1 else nan


def kendall(x: np.ndarray, y: np.ndarray) -> float:
    """Kendall's tau-b of the joint observations: concordant less discordant pairs, ties taken out."""
    x, y = joint(x, y)
    order_x, order_y = np.sign(x[:, None] - x), np.sign(y[:, None] - y)
    scale = sqrt(float((order_x != 0).sum())) * sqrt(float((order_y != 0).sum()))
    return float((order_x * order_y).sum() / scale) if scale else nan


def joint(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The observations that both sides have."""
    both = is_known(x) & is_known(y)
    return (x, y) if both.all() else (x[both], y[both])


def ewma_correlation(x: pd.Series, y: pd.Series, decay: float = 0.94, warm_up: int = 60) -> pd.Series:
    """Exponentially weighted correlation with zero means (RiskMetrics, 1996), from row ``warm_up`` on.

    The mean products of the first ``warm_up`` joint observations start it; gaps leave it alone. One large day
    moves it a lot: never show it without the plain correlation beside it.
    """
    both = pd.DataFrame({"x": observed(x), "y": observed(y)}).dropna()
    left, right = both["x"].to_numpy(float), both["y"].to_numpy(float)
    var_x, var_y, cov = (ewma(product, decay, warm_up) for product in (left**2, right**2, left * right))
    scale = np.sqrt(var_x) * np.sqrt(var_y)
    value = np.divide(cov, scale, out=np.full(len(scale), nan), where=scale > 0)
    return pd.Series(value, index=both.index).reindex(x.index)


def ewma(products: np.ndarray, decay: float, warm_up: int) -> np.ndarray:
    """Exponentially weighted moments: the mean of the first ``warm_up`` products starts them; NaN before."""
    smooth = np.full(len(products), nan)
    if len(products) > warm_up:
        state = float(products[:warm_up].mean())
        for place in range(warm_up, len(products)):
            state = smooth[place] = ewma_step(state, float(products[place]), decay)
    return smooth


def ewma_step(old: float, product: float, decay: float = 0.94) -> float:
    """An exponentially weighted moment after one more product of returns."""
    return decay * old + (1 - decay) * product


def ewma_memory(decay: float) -> tuple[float, float]:
    """The half-life of an exponential weight in rows, and the plain sample it is worth."""
    return float(np.log(0.5) / np.log(decay)), (1 + decay) / (1 - decay)


# Intervals


def fisher_interval(r: float, n: float, kappa: float = 0.0, level: float = LEVEL) -> tuple[float, float]:
    """Fisher's interval of a correlation, widened for excess kurtosis ``kappa`` (Muirhead, 1982); n > 3."""
    return _one(r, sqrt((1 + kappa) / (n - 3)), level)


def bonett_wright_interval(r: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of a rank correlation after Bonett and Wright (2000); n > 3."""
    return _one(r, sqrt((1 + r * r / 2) / (n - 3)), level)


def kendall_interval(tau: float, n: float, level: float = LEVEL) -> tuple[float, float]:
    """The interval of Kendall's tau after Fieller, Hartley and Pearson (1957); all of [-1, 1] below 5."""
    return _one(tau, _kendall_error(n), level)


def mardia_kappa(x: np.ndarray, y: np.ndarray) -> float:
    """How much fatter the tails of a pair are than normal ones, at least zero (Mardia's kurtosis, p = 2)."""
    x, y = joint(x, y)
    return float(_mardia_kappa(x[None], y[None], _pearson(x[None], y[None]))[0])


# One pair, every pair, and through time


def correlate(
    x: pd.Series,
    y: pd.Series,
    window: int = 60,
    method: Method | str = Method.PEARSON,
    level: float = LEVEL,
) -> Result:
    """The correlation of the last ``window`` rows of two aligned series, with its interval.

    ``n`` counts the joint observations, ``coverage`` their share of the window. Missing, and why, when the
    history is shorter than the window, when too few observations are joint, or when a side does not vary.
    Flagged `INDISTINCT` when the interval holds zero.
    """
    if len(x) < window:
        known = is_known(x.to_numpy(float)) & is_known(y.to_numpy(float))
        return Result.missing(_too_short(len(x), window), int(known.sum()), window)
    left, right = (side.to_numpy(float)[None, -window:] for side in (x, y))
    return _result(_estimates(left, right, Method(method), level)[0], window, newest(x))


@dataclass(frozen=True, slots=True)
class CorrelationMatrix:
    """Every pair of ``keys``: value, interval and joint observations as square arrays, NaN where missing.

    The diagonal is 1 with its own observations. A cell equals `correlate` of the pair alone to the last bit.
    ``rows`` is how much history each pair has, ``ends`` the instant its newest row ends; ``why`` stands where
    none has enough.
    """

    keys: tuple[str, ...]
    window: int
    method: Method
    as_of: datetime | None
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray
    rows: np.ndarray
    ends: np.ndarray
    why: str | None = None

    def ordered(self, order: Sequence[int]) -> "CorrelationMatrix":
        """The same pairs with rows and columns in another order."""
        places = np.ix_(order, order)
        return replace(
            self,
            keys=tuple(self.keys[place] for place in order),
            value=self.value[places],
            low=self.low[places],
            high=self.high[places],
            n=self.n[places],
            rows=self.rows[places],
            ends=self.ends[places],
        )

    @property
    def cells(self) -> list[list[Result]]:
        """Every pair as a `Result`, row by row."""
        return [[self.cell(row, column) for column in self.keys] for row in self.keys]

    def cell(self, row: str, column: str) -> Result:
        """One pair as a `Result`."""
        place = self.keys.index(row), self.keys.index(column)
        rows = int(self.rows[place])
        if rows < self.window:
            return Result.missing(_too_short(rows, self.window), int(self.n[place]), self.window)
        numbers = [square[place] for square in (self.value, self.low, self.high, self.n)]
        return _result(np.array(numbers), self.window, self.ends[place])


def correlation_matrix(
    moves: Aligned | pd.DataFrame,
    window: int = 60,
    method: Method | str = Method.PEARSON,
    level: float = LEVEL,
) -> CorrelationMatrix:
    """The correlations of every pair over its last ``window`` rows, each on its joint observations.

    Each pair has the rows that `align` gives the two alone; in a plain table all have the same. A pair whose
    history is shorter than the window is NaN.
    """
    aligned = moves if isinstance(moves, Aligned) else Aligned.table(moves)
    keys = tuple(str(key) for key in aligned.moves.columns)
    size, (row, column) = len(keys), np.triu_indices(len(keys))
    last = last_moves(aligned, [(keys[i], keys[j]) for i, j in zip(row, column, strict=True)], window)
    found = _estimates(last.x, last.y, Method(method), level)
    itself = row == column
    found[itself, :3] = np.array([1.0 if varies(x[is_known(x)]) else nan for x in last.x[itself]])[:, None]
    found[last.rows < window, :3] = nan

    def square(numbers: np.ndarray, kind: type = float) -> np.ndarray:
        whole: np.ndarray = np.empty((size, size), kind)
        whole[row, column] = whole[column, row] = numbers
        return whole

    longest = int(last.rows.max())
    return CorrelationMatrix(
        keys=keys,
        window=window,
        method=Method(method),
        as_of=max((end for end in last.ends if end), default=None),
        value=square(found[:, 0]),
        low=square(found[:, 1]),
        high=square(found[:, 2]),
        n=square(found[:, 3], int),
        rows=square(last.rows, int),
        ends=square(last.ends, object),
        why=_too_short(longest, window) if longest < window else None,
    )


def rolling_correlate(
    x: pd.Series,
    y: pd.Series,
    window: int = 60,
    method: Method | str = Method.PEARSON,
    level: float = LEVEL,
) -> pd.DataFrame:
    """Correlation through time with its interval: columns ``value``, ``low``, ``high`` and ``n``.

    One row per window, equal to `correlate` on it; NaN where that is missing. Neighbouring rows share all but
    one observation: with a true correlation that never moves, a 60-session line of ten years still wanders
    over half a point.
    """
    found = np.empty((0, 4))
    if len(x) >= window:
        left, right = (windows_of(side.to_numpy(float), window) for side in (x, y))
        found = _estimates(left, right, Method(method), level)
    return pd.DataFrame(found, index=x.index[window - 1 :], columns=["value", "low", "high", "n"])


# Many windows at once: rows are windows or pairs, columns their observations.


def _estimates(x: np.ndarray, y: np.ndarray, method: Method, level: float) -> np.ndarray:
    """Value, low, high and n of each row; NaN where too few are joint or a side is constant."""
    both = is_known(x) & is_known(y)
    n = both.sum(axis=1)
    found = np.full((len(x), 4), nan)
    found[:, 3] = n
    for count in np.unique(n[n >= fewest_joint(x.shape[1])]):
        rows = np.flatnonzero(n == count)
        kept = both[rows]
        left, right = (side[rows][kept].reshape(-1, count) for side in (x, y))
        value, error = _value_and_error(left, right, method)
        found[rows, :3] = np.column_stack([value, *_interval(value, error, level)])
    return found


def _value_and_error(x: np.ndarray, y: np.ndarray, method: Method) -> tuple[np.ndarray, np.ndarray]:
    """Estimates of complete rows, and their standard errors on Fisher's scale."""
    n = x.shape[1]
    if method is Method.KENDALL:
        value = np.array([kendall(*pair) for pair in zip(x, y, strict=True)])
        return value, np.full(len(value), _kendall_error(n))
    if method is Method.SPEARMAN:
        value = _pearson(mid_ranks(x), mid_ranks(y))
        return value, np.sqrt((1 + value * value / 2) / (n - 3))
    value = _pearson(x, y)
    return value, np.sqrt((1 + _mardia_kappa(x, y, value)) / (n - 3))


def _pearson(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Correlations of complete rows in two passes; NaN where a side is constant."""
    dx, dy = _centred(x), _centred(y)
    scale = np.sqrt(_energy(dx, x)) * np.sqrt(_energy(dy, y))
    value: np.ndarray = (dx * dy).sum(axis=1) / scale
    return value.clip(-1, 1)


def _mardia_kappa(x: np.ndarray, y: np.ndarray, r: np.ndarray) -> np.ndarray:
    n = x.shape[1]
    dx, dy = _centred(x), _centred(y)
    x = dx / np.sqrt(_energy(dx, x) / n)[:, None]
    y = dy / np.sqrt(_energy(dy, y) / n)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (x * x + y * y - 2 * r[:, None] * (x * y)) / (1 - r * r)[:, None]
    kappa = ((distance * distance).mean(axis=1) / 8 - 1) * (n + 1) / (n - 1)
    return np.where(np.isfinite(kappa), np.maximum(kappa, 0), 0)


def _centred(rows: np.ndarray) -> np.ndarray:
    centred: np.ndarray = rows - rows.mean(axis=1)[:, None]
    return centred


def _energy(centred: np.ndarray, raw: np.ndarray) -> np.ndarray:
    """Sums of squares of centred rows; NaN where they are only what rounding leaves of a constant."""
    energy = (centred * centred).sum(axis=1)
    return np.where(energy > RESIDUE * (raw * raw).sum(axis=1), energy, nan)


def _interval(r: np.ndarray, error: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Intervals on Fisher's scale and back; a correlation of one has no width."""
    with np.errstate(divide="ignore", invalid="ignore"):
        middle, half = np.arctanh(r), two_sided(level) * error
        low, high = np.tanh(middle - half), np.tanh(middle + half)
    exact = np.abs(r) >= 1
    return np.where(exact, r, low), np.where(exact, r, high)


def _one(r: float, error: float, level: float) -> tuple[float, float]:
    low, high = _interval(np.array([r]), np.array([error]), level)
    return float(low[0]), float(high[0])


def _kendall_error(n: float) -> float:
    return sqrt(0.437 / (n - 4)) if n > 4 else inf


def _too_short(rows: int, window: int) -> str:
    return f"The history holds {rows} of {window} sessions."


def _result(numbers: np.ndarray, window: int, as_of: datetime | None) -> Result:
    """Value, low, high and n of one window as a `Result`."""
    value, low, high, n = (float(number) for number in numbers)
    if n < fewest_joint(window):
        why = f"Only {n:.0f} of {window} observations are joint; {fewest_joint(window)} are needed."
        return Result.missing(why, int(n), window)
    if np.isnan(value):
        return Result.missing("One of the two does not vary in this window.", int(n), window)
    flags = (INDISTINCT,) if low <= 0 <= high else ()
    return Result(value, int(n), as_of, window, low, high, n / window, flags)
