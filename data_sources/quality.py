"""The gates every answer passes before it is believed. Each has a name, and says what it did.

Structure first, on the provider's rows (`settle`): no close, out of order, repeated, from the future,
impossible number, impossible sign, impossible shape. Then plausibility, on bars, with what a second source
says (`vouch`): a price off by a power of ten, a jump the size of a split, a run of equal closes. A real crash
passes: a move that the second source has too is kept, and without a second source only a spike that comes
straight back is set aside.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd

from market.bars import COLUMNS, Bars
from market.fed import GROUP
from market.instruments import Instrument, Unit
from market.publishers import publisher

# Prices that have been, or may be, at or below zero: WTI settled at -37.63 on 2020-04-20; stress indices
# have a zero mean.
BELOW_ZERO = frozenset({"WTI", "CL=F", "DCOILWTICO", "STLFSI4", "OFR FSI"})
HUGE = 1e13
ROUNDING = 1e-4
SPIKE, FAR = 5.0, 20.0
BACK_AGAIN = 1.5
SPLITS = (1.5, 2.0, 3.0, 4.0, 5.0, 7.0, 8.0, 10.0, 15.0, 20.0, 25.0, 30.0, 50.0, 100.0, 1000.0)
SPLIT_TOLERANCE = 0.005
SAME_MOVE = 0.05
FLAT_NOTE, FLAT_STALE = 3, 5


@dataclass(frozen=True, slots=True)
class Settled:
    """Rows that `Bars` will take (possibly none), and a note for each gate that did something."""

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()


def settle(frame: pd.DataFrame, instrument: Instrument, symbol: str, latest: datetime) -> Settled:
    """``frame`` (columns of `Bars`, UTC index) without what no bar can be.

    ``latest`` is the last instant a row may carry: the end of the bar in progress. Prices at or below zero
    stay where they are possible; open, high and low that contradict the close are blanked, and the close is
    kept.
    """
    frame = frame.reindex(columns=list(COLUMNS)).astype("float64")
    notes: list[str] = []

    def keep(mask: "pd.Series[bool] | np.ndarray", gate: str) -> None:
        nonlocal frame
        mask = np.asarray(mask, dtype=bool)
        if not mask.all():
            notes.append(f"{gate}: {counted(int((~mask).sum()))} set aside")
            frame = frame.loc[mask]

    frame = frame.where(np.isfinite(frame) & (frame.abs() < HUGE))
    keep(frame["close"].notna(), "no close")
    if not frame.index.is_monotonic_increasing:
        notes.append("out of order: sorted")
        frame = frame.sort_index(kind="stable")
    keep(~frame.index.duplicated(keep="last"), "repeated")
    keep(frame.index <= pd.Timestamp(latest), "from the future")
    if not may_be_negative(instrument, symbol):
        keep(frame["close"] > 0, "not a positive price")
    frame, contradicted = _blank_contradictions(frame)
    if contradicted:
        notes.append(f"high or low contradicts the close: blanked in {counted(contradicted)}")
    return Settled(frame, tuple(notes))


def may_be_negative(instrument: Instrument, symbol: str) -> bool:
    """Whether zero and less are possible: flows, rates, and what has been there."""
    free = instrument.flow or instrument.unit in {Unit.PERCENT, Unit.MILLION_USD}
    return free or instrument.key in BELOW_ZERO or symbol in BELOW_ZERO


def _blank_contradictions(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    slack = frame["close"].abs() * ROUNDING
    body = frame[["open", "close"]]
    wrong = (frame["low"] > body.min(axis=1) + slack) | (frame["high"] < body.max(axis=1) - slack)
    if not wrong.any():
        return frame, 0
    frame = frame.copy()
    frame.loc[wrong, ["open", "high", "low"]] = np.nan
    return frame, int(wrong.sum())


def vouch(bars: Bars, second: Bars | None = None) -> Bars:
    """``bars`` without prices that cannot be right, as far as that is known without (or with) a ``second``
    source.

    What was done stands in the provenance's notes. The newest bar, where it is the size of a split away and
    no second source has the same move, is kept and disputed.
    """
    if bars.instrument.flow or len(bars) < 3:
        return bars
    notes: list[str] = []
    close = bars.close
    wrong: list[pd.Timestamp] = []
    disputed = False
    for at in _jumps(close, bars.instrument):
        verdict = _confirmed(bars, at, second)
        day = f"{bars.dates[at]:%Y-%m-%d}"
        if verdict:
            continue
        if _comes_back(close, at) or (at == len(close) - 1 and _ratio(close, at) >= SPIKE):
            wrong.append(close.index[at])
            times = f"{_ratio(close, at):.3g} times off its neighbours"
            notes.append(f"{day}: {close.iloc[at]:g} is {times}, set aside")
        elif _is_split(close, at):
            disputed |= at == len(close) - 1
            notes.append(f"{day}: a jump the size of a split, not confirmed")
    stale, flat = _flat_run(bars)
    provenance = bars.provenance
    provenance = replace(
        provenance,
        notes=(*provenance.notes, *notes, *flat),
        disputed=provenance.disputed or disputed,
        stale_because=provenance.stale_because or stale,
    )
    frame = bars.frame.drop(wrong) if wrong else bars.frame
    in_progress = None if wrong and wrong[-1] == bars.frame.index[-1] else bars.in_progress
    if provenance == bars.provenance and frame is bars.frame:
        return bars
    return replace(bars, frame=frame, provenance=provenance, in_progress=in_progress)


def _jumps(close: pd.Series, instrument: Instrument) -> Iterator[int]:
    """Where a close is a spike or a split away from the one before, oldest first.

    Of what may be negative only prices are looked at, and only for a hundredfold: rates double near zero, and
    oil has fallen through it.
    """
    signed = may_be_negative(instrument, "")
    if signed and instrument.unit is not Unit.USD:
        return
    values = close.to_numpy()
    both = np.flatnonzero((values[1:] > 0) & (values[:-1] > 0))
    moves = np.abs(np.log(values[both + 1] / values[both]))
    for place in both[moves >= np.log(SPLITS[0]) - SPLIT_TOLERANCE]:
        at = int(place) + 1
        if _comes_back(close, at - 1):
            continue
        ratio, is_up = _ratio(close, at), values[at] > values[at - 1]
        if signed and ratio >= FAR and (is_up or _comes_back(close, at)):
            yield at
        if not signed and (ratio >= SPIKE or _is_split(close, at)):
            yield at


def _ratio(close: pd.Series, at: int) -> float:
    """How many times a close is off the one before, upwards or downwards; 1 where one is not positive."""
    now, before = float(close.iloc[at]), float(close.iloc[at - 1])
    return max(now / before, before / now) if now > 0 and before > 0 else 1.0


def _is_split(close: pd.Series, at: int) -> bool:
    return any(abs(_ratio(close, at) / split - 1) <= SPLIT_TOLERANCE for split in SPLITS)


def _comes_back(close: pd.Series, at: int) -> bool:
    """Whether the close at ``at`` is a spike that the next close undoes."""
    if not 1 <= at < len(close) - 1 or _ratio(close, at) < SPIKE:
        return False
    after, before = float(close.iloc[at + 1]), float(close.iloc[at - 1])
    return after > 0 and max(after / before, before / after) < BACK_AGAIN


def _confirmed(bars: Bars, at: int, second: Bars | None) -> bool:
    """Whether the second source made the same move on the same bar."""
    if second is None:
        return False
    other = second.finished.close
    stamps = bars.close.index[[at - 1, at]]
    if not stamps.isin(other.index).all():
        return False
    theirs = float(other[stamps[1]] / other[stamps[0]])
    ours = float(bars.close.iloc[at] / bars.close.iloc[at - 1])
    return abs(theirs / ours - 1) <= SAME_MOVE


def _flat_run(bars: Bars) -> tuple[str | None, tuple[str, ...]]:
    """What to say of equal closes at the end: a note from three, out of date from five.

    Fed-funds futures do stand still, for weeks between two meetings.
    """
    if bars.instrument.unit not in {Unit.USD, Unit.POINTS} or bars.instrument.group == GROUP:
        return None, ()
    close = bars.finished.close.iloc[-30:]
    changes = close.diff().to_numpy()[::-1]
    run = int(np.argmax(np.append(changes != 0, True))) + 1
    if run < FLAT_NOTE:
        return None, ()
    said = f"the last {run} closes of {publisher(bars.provenance.source)} are equal"
    return (said if run >= FLAT_STALE else None), (said,)


def counted(rows: int) -> str:
    """`1 row`, `2 rows`."""
    return f"{rows} row" if rows == 1 else f"{rows} rows"
