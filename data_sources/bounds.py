"""What the values of an instrument can be: hard ranges by unit, and bounds by its own recent past.

A range holds in every decade: the 10-year yield stood at 15.84 % in 1981 and fed funds at 22.36 %, the VIX
closed at 82.69, oil at −37.63 dollars, funding at ±0.3 % per 8 hours, and a day's flow at 1.4 billion. What
lies inside is still not believed where it is far beyond all that its series did lately, unless a second
source has it too or the rows after it bear it out. Over the published decades no real figure is refused.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data_sources.set_aside import Disbelieved, say_number
from market.bars import Bars
from market.fed import GROUP
from market.instruments import Calendar, Instrument, Interval, Unit

HUGE = 1e13
# Prices that have been, or may be, at or below zero: WTI settled at -37.63 on 2020-04-20; stress indices
# have a zero mean.
BELOW_ZERO = frozenset({"WTI", "CL=F", "DCOILWTICO", "STLFSI4", "OFR FSI"})
AROUND_ZERO = (-100.0, 500.0)
POSITIVE = (0.0, HUGE)
OF_POINTS = {"volatility": (0.0, 150.0), "currency": (40.0, 250.0), GROUP: (70.0, 101.5)}
MOST_ROUNDS = 200
FIRST_ROWS = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of reading can be: its noun, its range, and how far it may be from its recent past.

    ``times`` the largest of the last ``window`` rows is the bound, and never less than ``least``; steps from
    row to row are measured, or sizes where the reading stands around zero (``is_size``).
    """

    noun: str
    low: float
    high: float
    suffix: str = ""
    window: int = 0
    times: float = 0.0
    least: float = 0.0
    is_size: bool = False


SCORE = Kind("a score", 0.0, 100.0)
FLOW = Kind("a flow", -20_000.0, 20_000.0, " million dollars", 60, 3.0, 1500.0, is_size=True)
FUNDING = Kind("a funding rate", -4.0, 4.0, "% per 8 hours", 90, 10.0, 0.1, is_size=True)
RATE = Kind("a rate", -5.0, 25.0, "%", 250, 4.0, 1.5)
SHARE = Kind("a share", 0.0, 100.0, "%", 250, 4.0, 10.0)
GAUGE = Kind("a stress index", -100.0, 100.0, "", 250, 5.0, 2.0)


def kind_of(instrument: Instrument) -> Kind | None:
    """The kind of a reading; None for what has a price."""
    match instrument.unit:
        case Unit.SCORE:
            return SCORE
        case Unit.MILLION_USD:
            return FLOW
        case Unit.PERCENT if instrument.flow:
            return FUNDING
        case Unit.PERCENT:
            return RATE if instrument.calendar is Calendar.XNYS else SHARE
        case _:
            return GAUGE if instrument.flow else None


def may_be_negative(instrument: Instrument, symbol: str) -> bool:
    """Whether zero and less are possible: flows, rates, and what has been there."""
    free = instrument.flow or instrument.unit in {Unit.PERCENT, Unit.MILLION_USD}
    return free or instrument.key in BELOW_ZERO or symbol in BELOW_ZERO


def range_of(instrument: Instrument, symbol: str) -> tuple[float, float]:
    """The least and the most that a close of ``instrument`` can be."""
    kind = kind_of(instrument)
    if kind is not None:
        return kind.low, kind.high
    if may_be_negative(instrument, symbol):
        return AROUND_ZERO
    low, high = OF_POINTS.get(instrument.group, POSITIVE) if instrument.unit is Unit.POINTS else POSITIVE
    return max(low, float(np.nextafter(0.0, 1.0))), high


def impossible(close: "pd.Series[float]", instrument: Instrument, symbol: str) -> tuple[tuple[int, str], ...]:
    """The places of the closes that ``instrument`` cannot have, and why; a missing one is not among them."""
    values = close.to_numpy()
    low, high = range_of(instrument, symbol)
    places = np.flatnonzero((values < low) | (values > high))
    return tuple((int(place), _why_impossible(float(values[place]), instrument)) for place in places)


def _why_impossible(value: float, instrument: Instrument) -> str:
    kind = kind_of(instrument)
    if kind is not None:
        return f"{kind.noun} of {say_number(value)}{kind.suffix} is not possible"
    return f"a close of {say_number(value)} is not a {'price' if instrument.unit is Unit.USD else 'level'}"


def unlikely(bars: Bars, second: "pd.Series[float] | None" = None) -> tuple[Disbelieved, ...]:
    """The readings far beyond their recent past that neither a second source nor later rows bear out.

    ``second`` holds what another source says, by the same instants.
    """
    kind, close = kind_of(bars.instrument), bars.close.dropna()
    if kind is None or not kind.window or len(close) < 3:
        return ()
    agreed = frozenset() if second is None else _agreed(close, second, kind)

    def beyond(values: "pd.Series[float]") -> "pd.Series[bool]":
        size = _size(values, kind)
        largest = size.rolling(kind.window, min_periods=1).max().shift()
        return (
            size
            > (largest if kind.is_size else largest.fillna(0.0)).clip(lower=kind.least / kind.times)
            * kind.times
        )

    def why(at: pd.Timestamp) -> str:
        value = f"{kind.noun} of {say_number(float(close[at]))}{kind.suffix}"
        return f"{value} is far from all that came before it"

    return tuple((at, why(at)) for at in surprises(close, beyond, is_size=kind.is_size, known=agreed))


def _size(values: "pd.Series[float]", kind: Kind) -> "pd.Series[float]":
    return values.abs() if kind.is_size else values.diff().abs()


def _agreed(close: "pd.Series[float]", second: "pd.Series[float]", kind: Kind) -> frozenset[pd.Timestamp]:
    both = close.index.intersection(second.dropna().index)
    return frozenset(both[((close[both] - second[both]).abs() <= kind.least / 4).to_numpy()])


def surprises(
    values: "pd.Series[float]",
    beyond: Callable[["pd.Series[float]"], "pd.Series[bool]"],
    *,
    is_size: bool,
    known: frozenset[pd.Timestamp] = frozenset(),
) -> list[pd.Timestamp]:
    """The instants, oldest first, whose values are ``beyond`` what came before and do not stand.

    One by one, so that a wrong value is never the measure of the next. A value stands where it is ``known``
    or where three of the five after it are like it.
    """
    kept, believed = values, set(known)
    wrong: list[pd.Timestamp] = []
    for _ in range(MOST_ROUNDS):
        index = pd.DatetimeIndex(kept.index)
        odd = [at for at in index[beyond(kept).to_numpy(bool)] if at not in believed]
        if not odd:
            break
        at, place = odd[0], int(index.searchsorted(odd[0]))
        off = [at]
        if _stands(kept.to_numpy(), place, is_size=is_size):
            believed.add(at)
            # What stands from the first rows on leaves those before it alone.
            off = list(index[:place]) if place <= FIRST_ROWS and not is_size else []
        wrong += off
        kept = kept.drop(off)
    return sorted(wrong)


def _stands(values: "np.ndarray[Any, Any]", place: int, *, is_size: bool) -> bool:
    """Whether three of the next five values are as large as a third of this one, or nearer to it than to the
    one before.
    """
    now, after = values[place], values[place + 1 : place + 6]
    if is_size:
        return int((np.abs(after) >= abs(now) / 3).sum()) >= 3
    before = values[place - 1] if place else now
    return int((np.abs(after - now) < np.abs(after - before)).sum()) >= 3


VOLUME_WINDOW = 30
MOST_TIMES_USUAL, MOST_TIMES_LARGEST, LEAST_OF_USUAL = 30.0, 8.0, 1 / 25
MOVED, LEAVE_WHERE_MOVED = 0.2, 5.0


def odd_volumes(bars: Bars) -> tuple[Disbelieved, ...]:
    """Daily volumes that cannot be right: thirty times the usual and eight times the largest of thirty days,
    five times that on a day that moved by a fifth, or less than a 25th of the usual. The running day is left
    out.

    In eight years of Bitcoin the largest real ones were 10 times the usual and 3.4 times the largest, the
    smallest a twentieth.
    """
    finished = bars.finished
    volume = finished.frame["volume"].dropna()
    if bars.interval is not Interval.DAY or len(volume) < VOLUME_WINDOW or not volume.median() > 0:
        return ()
    moved = finished.close.dropna().pct_change().abs().reindex(volume.index) >= MOVED
    leave = moved.map({False: 1.0, True: LEAVE_WHERE_MOVED})

    def beyond(values: "pd.Series[float]") -> "pd.Series[bool]":
        rolling = values.rolling(VOLUME_WINDOW, min_periods=10)
        usual, largest = rolling.median().shift().bfill(), rolling.max().shift()
        size = values / leave[values.index]
        much = (size > MOST_TIMES_USUAL * usual) & ~(size <= MOST_TIMES_LARGEST * largest)
        return (usual > 0) & (much | (values < LEAST_OF_USUAL * usual))

    return tuple(
        (at, f"a volume of {say_number(float(volume[at]))} is out of all proportion to the days before")
        for at in surprises(volume, beyond, is_size=False)
    )
