"""The gates every answer passes before it is believed, live or recorded. Each says what it did.

Structure first, on the provider's rows (`settle`): no close, out of order, repeated, from the future,
impossible number, impossible sign, impossible shape. Then plausibility, on bars, with what a second source
says (`vouch`): a price on a wrong scale, a split, a reading far beyond its past, a volume out of proportion,
a run of equal closes. A real crash passes: a move that the second source has too is kept, and without one
only what the record of its kind does not know is asked about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

import numpy as np
import pandas as pd

from data_sources.bounds import HUGE, impossible, may_be_negative, odd_volumes, unlikely
from data_sources.jumps import adjusted, look
from data_sources.set_aside import (
    IN_DOUBT,
    MOST_NAMED,
    Disbelieved,
    as_set_aside,
    counted,
    is_within_days,
    notes_of,
    say_when,
)
from market.bars import COLUMNS, Bars
from market.calendars import FIRST_SESSION
from market.fed import GROUP
from market.instruments import Instrument, Unit
from market.publishers import publisher

ROUNDING = 1e-4
FAR_WICK = 5.0
FLAT_NOTE, FLAT_STALE = 3, 5
EARLIEST = pd.Timestamp(FIRST_SESSION, tz="UTC")
NO_CLOSE = "no close was published"


@dataclass(frozen=True, slots=True)
class Settled:
    """Rows that `Bars` will take (possibly none), a note for what each gate did, and by instant the rows
    whose close is not believed.
    """

    frame: pd.DataFrame
    notes: tuple[str, ...] = ()
    set_aside: tuple[Disbelieved, ...] = ()


def settle(frame: pd.DataFrame, instrument: Instrument, symbol: str, latest: datetime) -> Settled:
    """``frame`` (columns of `Bars`, UTC index) without what no bar can be.

    ``latest`` is the last instant a row may carry: the end of the bar in progress; the first is the beginning
    of the calendar, so that no stray stamp lays days without end before the series. Prices at or below zero
    stay where they are possible, other closes outside the range of the instrument do not; open, high and low
    that contradict the close are blanked, as is a volume below zero, and the close is kept.
    """
    frame = frame.reindex(columns=list(COLUMNS)).astype("float64")
    notes: list[str] = []

    def keep(mask: "pd.Series[bool] | np.ndarray", gate: str) -> None:
        nonlocal frame
        mask = np.asarray(mask, dtype=bool)
        if not mask.all():
            notes.append(f"{gate}: {counted(int((~mask).sum()))} set aside")
            frame = frame.loc[mask]

    keep(frame.index <= pd.Timestamp(latest), "from the future")
    keep(frame.index >= EARLIEST, f"from before {EARLIEST.year}")
    empty = frame.index[frame["close"].isna()]
    keep(frame["close"].notna(), "no close")
    refused = impossible(frame["close"], instrument, symbol)
    set_aside = [(frame.index[place], why) for place, why in refused]
    notes += notes_of(set_aside, frame.index, instrument)
    frame = frame.loc[~np.isin(np.arange(len(frame)), [place for place, _ in refused])]
    if not frame.index.is_monotonic_increasing:
        notes.append("out of order: sorted")
        frame = frame.sort_index(kind="stable")
    keep(~frame.index.duplicated(keep="last"), "repeated")
    frame = frame.where(np.isfinite(frame) & (frame.abs() <= HUGE))
    frame["volume"] = frame["volume"].where(frame["volume"] >= 0)
    frame, contradicted = _blank_contradictions(frame, signed=may_be_negative(instrument, symbol))
    if contradicted:
        notes.append(f"high or low contradicts the close: blanked in {counted(contradicted)}")
    gone = {at: why for at, why in (*((at, NO_CLOSE) for at in empty), *set_aside) if at not in frame.index}
    return Settled(frame, tuple(notes), tuple(sorted(gone.items())))


def _blank_contradictions(frame: pd.DataFrame, *, signed: bool) -> tuple[pd.DataFrame, int]:
    """Open, high and low blanked where they contradict the close, or are no prices beside it."""
    slack = frame["close"].abs() * ROUNDING
    body = frame[["open", "close"]]
    least, most = body.min(axis=1), body.max(axis=1)
    wrong = (frame["low"] > least + slack) | (frame["high"] < most - slack)
    if not signed:
        prices = frame[["open", "high", "low"]]
        wrong |= (prices <= 0).any(axis=1)
        wrong |= (frame["high"] > FAR_WICK * most) | (frame["low"] < least / FAR_WICK)
        wrong |= (most > FAR_WICK * least) & frame["open"].notna()
    if not wrong.any():
        return frame, 0
    frame = frame.copy()
    frame.loc[wrong, ["open", "high", "low"]] = np.nan
    return frame, int(wrong.sum())


@dataclass(frozen=True, slots=True)
class Vouched:
    """Bars as far as they are believed; the rows set aside and the jumps in doubt by instant, with why."""

    bars: Bars
    set_aside: tuple[Disbelieved, ...] = ()
    doubts: tuple[Disbelieved, ...] = ()


def vouch(bars: Bars, second: Bars | None = None) -> Bars:
    """``bars`` without prices that cannot be right, as far as that is known without (or with) a ``second``
    source.

    What was done stands in the provenance's notes. Bars that hold a jump of which nothing says whether it is
    a split or a crash are disputed.
    """
    vouched = examine(bars, second)
    return disputed(vouched.bars, vouched.doubts)


def examine(bars: Bars, second: Bars | None = None) -> Vouched:
    """What `vouch` answers before anything is disputed, and by instant what is set aside or in doubt."""
    found = look(bars, second)
    theirs = second.finished.close if second is not None else None
    set_aside = (*found.wrong, *unlikely(bars, theirs))
    known, split_notes = adjusted(_without(bars, set_aside), found.splits)
    volumes = odd_volumes(known)
    known = _without_volumes(known, volumes)
    when = _days_of(bars)
    stale, flat = _flat_run(bars)
    stale = _newest_gone(bars, set_aside) or stale
    notes = (
        *notes_of(set_aside, bars.frame.index, bars.instrument),
        *(f"{when(split.at)}: {told}" for split, told in zip(found.splits, split_notes, strict=True)),
        *notes_of(volumes, bars.frame.index, bars.instrument),
        *flat,
    )
    if notes:
        provenance = known.provenance
        provenance = replace(
            provenance,
            notes=(*provenance.notes, *notes),
            stale_because=provenance.stale_because or stale,
        )
        known = replace(known, provenance=provenance)
    return Vouched(known, set_aside, found.doubts)


def doubt(bars: Bars) -> Bars:
    """``bars`` of a replay, disputed where they hold a jump that nothing known by then bears out.

    What was set aside in the light of later rows stays away; this asks only what is doubtful at the moment.
    """
    found = look(bars)
    return disputed(bars, (*found.wrong, *found.doubts))


def disputed(bars: Bars, doubts: Sequence[Disbelieved]) -> Bars:
    """``bars`` marked as disputed for the ``doubts``, each a note; themselves where there is none."""
    if not doubts:
        return bars
    when, provenance = _days_of(bars), bars.provenance
    notes = (f"{when(at)}{IN_DOUBT}{why}" for at, why in doubts[-MOST_NAMED:])
    return replace(bars, provenance=replace(provenance, disputed=True, notes=(*provenance.notes, *notes)))


def _days_of(bars: Bars) -> Callable[[pd.Timestamp], str]:
    """How the day or the hour of a row is said."""
    has_hours = is_within_days(bars.frame.index)
    return partial(say_when, has_hours=has_hours, opens_the_day=bars.instrument.opens_the_day)


def _without(bars: Bars, set_aside: Sequence[Disbelieved]) -> Bars:
    """``bars`` without the rows set aside; without the one in progress where that is among them."""
    wrong = [at for at, _ in set_aside]
    if not wrong:
        return bars
    in_progress = None if bars.frame.index[-1] in wrong else bars.in_progress
    provenance = bars.provenance
    provenance = replace(provenance, set_aside=(*provenance.set_aside, *as_set_aside(set_aside)))
    return replace(bars, frame=bars.frame.drop(wrong), provenance=provenance, in_progress=in_progress)


def _newest_gone(bars: Bars, set_aside: Sequence[Disbelieved]) -> str | None:
    """Why what is left is out of date, where the newest finished bar is set aside."""
    finished = bars.finished.frame.index
    why = dict(set_aside).get(finished[-1])
    if why is None:
        return None
    when = _days_of(bars)(finished[-1])
    return f"what {publisher(bars.provenance.source)} says of {when} is set aside, as {why}"


def _without_volumes(bars: Bars, set_aside: Sequence[Disbelieved]) -> Bars:
    """``bars`` without the volume of the rows; their prices stay."""
    if not set_aside:
        return bars
    frame = bars.frame.copy()
    frame.loc[[at for at, _ in set_aside], "volume"] = np.nan
    return replace(bars, frame=frame)


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
