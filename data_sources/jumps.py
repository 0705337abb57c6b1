"""Jumps of a price that one day's trading does not make: prices on a wrong scale, and splits.

A series is cut where a close is too many times the one before, by the kind of instrument, and no second
source has the same move. The stretches between two cuts stand on one scale each. What cannot split is
believed on the scale that holds most of its rows. Of what can split, a short stretch that comes back is
wrong, and a jump that stays is a split or a crash: a split is found where volume has changed with it, or
where a second source has the day without it; anything else is doubted, and never passed on in silence.

The record, so that no real day is doubted: the VIX rose 2.16 times on 2018-02-05; an index fell by 22.6 % on
1987-10-19; of the funds none moved by a third in a day, of 29 large shares Netflix by 35 % on 2022-04-20, 12
times its usual day; Chainlink fell by 48 % on 2020-03-12, 14 times its usual day, and Dogecoin rose 4.9 times
on 2021-01-28.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from math import exp, log

import numpy as np
import pandas as pd

from data_sources.bounds import may_be_negative
from data_sources.set_aside import Disbelieved, say_number
from market.bars import Bars, InProgress
from market.fed import GROUP
from market.instruments import Calendar, Instrument, Interval, Unit
from market.publishers import publisher
from market.text import decimal

Floats = np.ndarray[tuple[int], np.dtype[np.float64]]
Counts = np.ndarray[tuple[int], np.dtype[np.intp]]

SPIKE, FAR = 5.0, 20.0
OF_POINTS = {"volatility": 3.0, "index": 1.5, "currency": 1.25, "gauge": 1.25, GROUP: 1.1}
SHARE, COIN_FALL = 1.8, 1.8
MOST_BACK = 1.5
TRIP, TRIP_BACK, LONGEST_TRIP = 1.8, 1.25, 3
LONGEST_RUN = 10

SPLITS = (
    1.5,
    2.0,
    3.0,
    4.0,
    5.0,
    6.0,
    7.0,
    8.0,
    10.0,
    12.0,
    15.0,
    20.0,
    25.0,
    30.0,
    40.0,
    50.0,
    100.0,
    1000.0,
)
THREE_FOR_TWO = 1.5
NEAR, NEAR_THREE_FOR_TWO = 0.10, 0.05  # of the logarithm: the day's own move beside the split
LARGEST_OF_SHARES = 50.0
UNUSUAL_SHARE, UNUSUAL_COIN = 15.0, 20.0  # times the usual day
USUAL = {Calendar.XNYS: 0.015, Calendar.ALWAYS: 0.03}
USUAL_DAYS, LEAST_DAYS = 60, 20

SAME_MOVE = 0.05
VOLUME_DAYS, LEAST_VOLUMES = 20, 5
VOLUME_APART, CALM = 0.5, 0.04


@dataclass(frozen=True, slots=True)
class Split:
    """A split found: from ``at`` on prices are those before it by ``factor``, as ``witness`` shows."""

    at: pd.Timestamp
    factor: float
    witness: str

    @property
    def name(self) -> str:
        """`2-for-1 split`, `1-for-10 reverse split`."""
        return say_split(log(self.factor))


@dataclass(frozen=True, slots=True)
class Found:
    """What a series holds beside believable moves: wrong rows, splits, and jumps that nothing bears out."""

    wrong: tuple[Disbelieved, ...] = ()
    splits: tuple[Split, ...] = ()
    doubts: tuple[Disbelieved, ...] = ()


def look(bars: Bars, second: Bars | None = None) -> Found:
    """The wrong rows, splits and doubtful jumps among the prices of ``bars``; nothing where it has none.

    Closes that are not positive are passed over: no ratio is made of them.
    """
    close = bars.close.dropna()
    close = close[close > 0]
    if not bars.instrument.has_price or len(close) < 2:
        return Found()
    jumps = _Jumps(bars, close, second)
    return jumps.judged() if jumps.cuts.size else Found()


class _Jumps:
    """The cuts of one series, and what to make of them."""

    def __init__(self, bars: Bars, close: "pd.Series[float]", second: Bars | None) -> None:
        self.bars, self.close, self.second = bars, close, second
        self.instrument = bars.instrument
        self.signed = may_be_negative(self.instrument, bars.provenance.symbol)
        self.scale = scale_of(self.instrument, len(close), signed=self.signed)
        self.back = log(min(MOST_BACK, self.scale**0.5))
        self.keys = bars.dates if bars.interval is Interval.DAY else bars.frame.index
        self.theirs = _by_bar(second).dropna() if second else None
        self.moves: Floats = np.diff(np.log(close.to_numpy(float)))
        self.cuts = np.array([at for at in self._steep() if not self._is_shared(at)], dtype=np.intp)

    def judged(self) -> Found:
        """Every stretch off the main scale as wrong, and every other cut as a split or a doubt."""
        edges = [0, *(int(cut) for cut in self.cuts), len(self.close)]
        lengths = np.diff(edges)
        scales = np.concatenate([[0.0], np.cumsum(self.moves[self.cuts - 1])])
        on_main = _on_main(scales, lengths, self.back)
        off = [int(place) for place in np.flatnonzero(~on_main)]
        wrong = {place for place in off if self._is_wrong(place, scales, lengths)}
        rows = {row for place in wrong for row in range(edges[place], edges[place + 1])}
        set_aside = tuple((self.close.index[row], self._why(row, rows)) for row in sorted(rows))
        left = [place for place in range(len(lengths)) if place not in wrong]
        open_cuts = [
            (edges[earlier + 1] - 1, edges[later])
            for earlier, later in pairwise(left)
            if not (on_main[earlier] and on_main[later])
        ]
        splits, doubts = [], []
        for before, at in open_cuts:
            split = self._split(before, at)
            if split:
                splits.append(split)
            else:
                doubts.append((self.close.index[at], self._doubt(before, at)))
        return Found(set_aside, tuple(splits), tuple(doubts))

    def _steep(self) -> Iterator[int]:
        """Where a close is too far from the one before, oldest first."""
        moves = self.moves
        sizes = np.abs(moves)
        steep = sizes >= log(self.scale) - 1e-9
        steep |= _round_trips(moves)
        if self.instrument.can_split:
            if self.instrument.calendar is Calendar.XNYS:
                maybe, times = np.abs(sizes - log(THREE_FOR_TWO)) <= NEAR_THREE_FOR_TWO, UNUSUAL_SHARE
            else:
                maybe, times = moves <= -log(COIN_FALL), UNUSUAL_COIN
            for place in np.flatnonzero(maybe & ~steep):
                steep[place] = sizes[place] >= times * self._usual(int(place))
        return (int(place) + 1 for place in np.flatnonzero(steep))

    def _usual(self, place: int) -> float:
        """The usual size of a move before this one."""
        default = USUAL[self.instrument.calendar]
        before = np.abs(self.moves[max(0, place - USUAL_DAYS) : place])
        if len(before) < LEAST_DAYS:
            return default
        return max(float(np.median(before)) * 1.4826, default / 5)

    def _is_wrong(self, place: int, scales: Floats, lengths: Counts) -> bool:
        """Whether a stretch off the main scale is set aside rather than taken for a split or a crash."""
        if len(self.close) < 3:
            return False
        if not self.instrument.can_split and not self.signed:
            return True
        if 0 < place < len(lengths) - 1:
            comes_back = abs(scales[place + 1] - scales[place - 1]) <= self.back
            return bool(comes_back) and lengths[place] <= LONGEST_RUN
        # One row at an end: far off, and not as a split of shares would be.
        move = float(self.moves[self.cuts[0 if place == 0 else -1] - 1])
        if lengths[place] > 1:
            return False
        if self.signed:
            return (move > 0) == (place > 0)
        return abs(move) >= log(SPIKE) - 1e-9 and not self._may_be_shares(move)

    def _may_be_shares(self, move: float) -> bool:
        ratio = split_near(move)
        is_share = self.instrument.calendar is Calendar.XNYS
        return is_share and move < 0 and ratio is not None and ratio <= LARGEST_OF_SHARES

    def _why(self, row: int, off: set[int]) -> str:
        """How far a row is from the nearest row that is believed."""
        near = next(
            at
            for distance in range(1, len(self.close))
            for at in (row - distance, row + distance)
            if 0 <= at < len(self.close) and at not in off
        )
        value, other = float(self.close.iloc[row]), float(self.close.iloc[near])
        times = max(value / other, other / value)
        said = decimal(times, 0 if times >= 10 else 1).removesuffix(".0")
        share = f"{said} times" if value > other else f"1/{said} of"
        return f"{say_number(value)} is {share} its neighbours"

    def _split(self, before: int, at: int) -> Split | None:
        """The split at a cut, where something bears it out."""
        move = self._move(before, at)
        ratio = split_near(move) if self.instrument.can_split else None
        if ratio is None:
            return None
        rest = move + log(ratio) if move < 0 else move - log(ratio)
        factor = 1 / ratio if move < 0 else ratio
        witness = self._second_witness(before, at, rest) or self._volume_witness(
            before, at, ratio, move, rest
        )
        return Split(self.close.index[at], factor, witness) if witness else None

    def _second_witness(self, before: int, at: int, rest: float) -> str:
        """The second source's name where it has the day's own move, and the same price after it."""
        theirs = self._theirs(before, at)
        if theirs is None or self.second is None:
            return ""
        same_move = abs(log(theirs[1] / theirs[0]) - rest) <= SAME_MOVE
        same_price = abs(log(theirs[1] / float(self.close.iloc[at]))) <= SAME_MOVE
        return publisher(self.second.provenance.source) if same_move and same_price else ""

    def _volume_witness(self, before: int, at: int, ratio: float, move: float, rest: float) -> str:
        """`the volume` where it has changed by the ratio, the other way round, on a day else calm."""
        volume = self.bars.frame["volume"]
        place = volume.index.get_indexer(self.close.index[[at]])[0]
        earlier = volume.iloc[max(0, place - VOLUME_DAYS) : place]
        later = volume.iloc[place : place + VOLUME_DAYS]
        earlier, later = earlier[earlier > 0], later[later > 0]
        if len(earlier) < LEAST_VOLUMES or later.empty:
            return ""
        grown = log(later.median() / earlier.median()) * (1 if move < 0 else -1)
        is_calm = abs(rest) <= max(CALM, 3 * self._usual(before))
        is_scaled = grown >= log(ratio) / 2 and abs(grown - log(ratio)) <= VOLUME_APART
        return "the volume" if is_calm and is_scaled else ""

    def _doubt(self, before: int, at: int) -> str:
        move = self._move(before, at)
        word = "fall" if move < 0 else "rise"
        told = f"a {word} of {decimal(abs(exp(move) - 1) * 100, 1)}% from one close to the next"
        if self.instrument.can_split and split_near(move):
            told = f"{told}, the size of a {say_split(move)}"
        if self.second is not None and self._theirs(before, at) is not None:
            return f"{told}, which {publisher(self.second.provenance.source)} does not have"
        return f"{told}, which nothing confirms"

    def _is_shared(self, at: int) -> bool:
        """Whether the second source made the same move on the same bar."""
        theirs = self._theirs(at - 1, at)
        return theirs is not None and abs(log(theirs[1] / theirs[0]) - self._move(at - 1, at)) <= SAME_MOVE

    def _move(self, before: int, at: int) -> float:
        return log(float(self.close.iloc[at]) / float(self.close.iloc[before]))

    def _theirs(self, before: int, at: int) -> tuple[float, float] | None:
        """The second source's closes of the same two bars, where it has both."""
        if self.theirs is None:
            return None
        keys = self.keys[self.bars.frame.index.get_indexer(self.close.index[[before, at]])]
        first, last = (float(self.theirs.get(key, np.nan)) for key in keys)
        return (first, last) if first > 0 and last > 0 else None


def _by_bar(bars: Bars) -> "pd.Series[float]":
    """Closes by the day they belong to, hours by their instant: a running day has a stamp of its own."""
    if bars.interval is not Interval.DAY:
        return bars.close
    closes = bars.close.set_axis(bars.dates)
    return closes[~closes.index.duplicated(keep="last")] if not closes.index.is_unique else closes


def scale_of(instrument: Instrument, rows: int, *, signed: bool) -> float:
    """How many times the close before it a close may be without being asked about; of a few rows of points
    it is not known what is usual.
    """
    if instrument.unit is Unit.POINTS:
        return OF_POINTS.get(instrument.group, SPIKE) if rows >= LEAST_DAYS else SPIKE
    if signed:
        return FAR
    return SHARE if instrument.can_split and instrument.calendar is Calendar.XNYS else SPIKE


def split_near(move: float) -> float | None:
    """The ratio of the split that a move (as a logarithm) may be, the day's own move beside it, or None.

    >>> split_near(log(146.60 / 291.08)), split_near(log(22.62 / 34.86)), split_near(log(10.1))
    (2.0, 1.5, 10.0)
    """
    nearest = min(SPLITS, key=lambda ratio: abs(abs(move) - log(ratio)))
    within = NEAR_THREE_FOR_TWO if nearest == THREE_FOR_TWO else NEAR
    return nearest if abs(abs(move) - log(nearest)) <= within else None


def say_split(move: float) -> str:
    """`2-for-1 split` of a fall, `1-for-10 reverse split` of a rise; the nearest that there is.

    >>> say_split(log(0.51)), say_split(log(0.667)), say_split(log(9.9))
    ('2-for-1 split', '3-for-2 split', '1-for-10 reverse split')
    """
    ratio = split_near(move) or exp(abs(move))
    many, one = ("3", "2") if ratio == THREE_FOR_TWO else (f"{ratio:g}", "1")
    return f"{many}-for-{one} split" if move < 0 else f"{one}-for-{many} reverse split"


def _on_main(scales: Floats, lengths: Counts, back: float) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """Which stretches stand on the scale that holds most rows, the earliest of equals."""
    order = np.argsort(scales, kind="stable")
    ordered = scales[order]
    rows = np.concatenate([[0], np.cumsum(lengths[order])])
    low = np.searchsorted(ordered, scales - back, side="left")
    high = np.searchsorted(ordered, scales + back, side="right")
    main = int(np.argmax(rows[high] - rows[low]))
    return np.asarray(np.abs(scales - scales[main]) <= back)


def _round_trips(moves: Floats) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    """The moves by nearly half or to nearly the double that are taken back within three rows."""
    steep = np.zeros(len(moves), dtype=bool)
    for rows in range(1, min(LONGEST_TRIP, len(moves) - 1) + 1):
        there, back = moves[:-rows], moves[rows:]
        both = (np.minimum(np.abs(there), np.abs(back)) >= log(TRIP)) & (there * back < 0)
        sums = np.concatenate([[0.0], np.cumsum(moves)])
        whole = np.abs(sums[rows + 1 :] - sums[: len(moves) - rows]) <= log(TRIP_BACK)
        steep[:-rows] |= both & whole
        steep[rows:] |= both & whole
    return steep


def adjusted(bars: Bars, splits: tuple[Split, ...]) -> tuple[Bars, tuple[str, ...]]:
    """``bars`` with the prices before each split brought to the scale after it, and a note for each.

    A running bar's move is measured anew where it was measured over the split, on the bars' own venue.
    """
    if not splits:
        return bars, ()
    frame, notes = bars.frame.copy(), []
    for split in splits:
        earlier = frame.index < split.at
        frame.loc[earlier, ["open", "high", "low", "close"]] *= split.factor
        frame.loc[earlier, "volume"] /= split.factor
        way, by = ("divided", 1 / split.factor) if split.factor < 1 else ("multiplied", split.factor)
        notes.append(f"a {split.name}: earlier prices are {way} by {by:g}, as {split.witness} shows")
    progress = bars.in_progress
    if progress and progress.source == bars.provenance.source and splits[-1].at == frame.index[-1]:
        before, last = frame["close"].dropna().iloc[-2:]
        progress = InProgress(progress.source, float(last / before - 1))
    return replace(bars, frame=frame, in_progress=progress), tuple(notes)
