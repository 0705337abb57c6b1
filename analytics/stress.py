"""Stress: one score from 0 to 100 whose parts add up to it, and two headlines that may disagree.

It coincides with stress and does not foretell it; its worth is in its parts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import nan

import numpy as np
import pandas as pd

from analytics.stress_components import (
    BLOCKS,
    Block,
    Standing,
    by_day,
    flags_of,
    kept_out,
    series_of,
    stand,
)
from analytics.stress_error import FIRM, WEIGHTS, measured_error, score_error
from analytics.stress_past import Past
from analytics.stress_score import MOST_REGIMES, PHI, SCALE, bands_between, regimes
from market.bars import Bars
from market.calendars import day_end
from market.readings import Envelope, Result, joint_envelope, marked_by, missing
from market.scales import Severity
from market.text import full_day

FULL_COVERAGE = 0.8
CRYPTO = "crypto"
SERIES = series_of(BLOCKS)


@dataclass(frozen=True, slots=True)
class ComponentPart:
    """One component now: its percentile (0 to 100), its weight inside the block, or why it is missing."""

    key: str
    title: str
    weight: float
    percentile: Envelope


@dataclass(frozen=True, slots=True)
class BlockPart:
    """One block now: its score (0 to 100), its contribution in points, and its components.

    ``weight`` is what it carries now, after the weight of missing blocks was spread; zero where it is
    missing.
    """

    key: str
    title: str
    weight: float
    score: Envelope
    contribution: Envelope
    components: tuple[ComponentPart, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The score now beside that of an earlier session.

    ``then`` is the score as it was; ``move`` is made of the components that both days have, so that one
    which comes or goes is never told as a move.
    """

    then: Envelope
    session: date
    move: Envelope
    coverage_then: float
    coverage_now: float
    is_same_basket: bool


@dataclass(frozen=True, slots=True)
class Stress:
    """The score now, its regime and parts, the two headlines, and the history by session date.

    ``regime`` is that of the last closing score and began at the session ``since``; ``could_be`` are the
    regimes that the score may lie in, the one named among them, and more than one only where the score is
    partial or young. ``band`` is where the newest number lies. ``uncertainty`` is in points. ``made_at`` says
    what is in the number. ``missing`` are sentences, one for each component that is not there.
    ``tradfi_day`` is the session the stock parts stand at.
    """

    score: Envelope
    regime: Severity | None
    since: date | None
    band: Severity | None
    could_be: tuple[Severity, ...]
    tradfi: Envelope
    crypto: Envelope
    coverage: Envelope
    discount: Envelope
    blocks: tuple[BlockPart, ...]
    uncertainty: float
    is_partial: bool
    is_provisional: bool
    tradfi_day: date | None
    missing: tuple[str, ...]
    history: pd.DataFrame
    made_at: str = ""
    made_of: tuple[Bars, ...] = ()
    through_time: Past | None = None

    @property
    def is_new_regime(self) -> bool:
        """Whether the regime began with the last closed session."""
        return self.since is not None and self.since == self.tradfi_day and len(self.history) > 1

    @property
    def uncertainty_number(self) -> Envelope:
        """The uncertainty as a number to show, as of the score; missing where there is none."""
        if self.score.value is None:
            return missing("points", "stress_uncertainty", self.score.why or "There is no score.")
        return replace(
            self.score, value=self.uncertainty, unit="points", formula="stress_uncertainty", n=0, inputs=()
        )

    def past(self, sessions: int) -> Envelope:
        """The score ``sessions`` before the last closed one that has a score, complete with its UTC day."""
        known = self.history["score"].dropna()
        if len(known) <= sessions:
            return missing("score", "stress_past", f"There are {len(known)} scores so far.")
        day = pd.Timestamp(known.index[-1 - sessions])
        result = Result(float(known[day]), as_of=day_end(day.date()))
        made_of = [bars.finished for bars in self.made_of]
        return joint_envelope(
            result,
            made_of,
            "score",
            "stress_past",
            session=full_day(day.date()),
            coverage=float(self.history["coverage"][day]),
        )

    def compared(self, sessions: int) -> Comparison | None:
        """The score now beside that of ``sessions`` before the last closed one; None where one is missing."""
        known, past = self.history["score"].dropna(), self.through_time
        if len(known) <= sessions or past is None or self.score.value is None:
            return None
        day = pd.Timestamp(known.index[-1 - sessions])
        row, now = int(past.days.searchsorted(day)), len(past.days) - 1
        shared = past.basket(row) & past.basket(now)
        is_same = shared == past.basket(row) == past.basket(now)
        if is_same:
            move = self.score.value - float(known[day])
        else:
            scores, _ = past.only(shared).score(past.weights)
            move = float(scores[now] - scores[row])
        coverage = 100 * past.coverage(past.weights)
        return Comparison(
            then=self.past(sessions),
            session=day.date(),
            move=self._move(move, full_day(day.date()), float(coverage[row]), float(coverage[now])),
            coverage_then=float(coverage[row]),
            coverage_now=float(coverage[now]),
            is_same_basket=is_same,
        )

    def _move(self, points: float, since: str, coverage_then: float, coverage_now: float) -> Envelope:
        if points != points:
            why = "The components of both days carry less than half of the weight."
            return missing("points", "stress_change", why)
        inputs: dict[str, float | str] = {
            "since": since,
            "coverage then": coverage_then,
            "coverage now": coverage_now,
        }
        number = replace(self.score, value=points, unit="points", formula="stress_change", n=0)
        return replace(number, inputs=tuple(inputs.items()))


def stress(known: Mapping[str, Bars], blocks: Sequence[Block] = BLOCKS) -> Stress:
    """The stress score on what is ``known``; where a series is missing its weight is spread over the rest.

    ``history`` has one row per session: ``score``, ``tradfi``, ``coverage``, ``regime``, and a column for
    each block; all from 0 to 100, NaN where missing. While New York is shut the newest score moves with
    crypto alone.
    """
    daily = by_day(known, blocks)
    standings = {block.key: [stand(one, daily) for one in block.components] for block in blocks}
    past = Past.of(blocks, standings, daily)
    return _Now(blocks, standings, past).stress()


@dataclass(frozen=True, slots=True)
class _Now:
    """The newest row of the past, as numbers to show."""

    blocks: Sequence[Block]
    standings: Mapping[str, Sequence[Standing]]
    past: Past

    @property
    def weights(self) -> np.ndarray:
        return self.past.weights

    @property
    def tradfi_weights(self) -> np.ndarray:
        return np.array([0.0 if block.key == CRYPTO else block.weight for block in self.blocks])

    @property
    def made_of(self) -> list[Bars]:
        standings = [each for group in self.standings.values() for each in group]
        return list({bars.key: bars for each in standings for bars in each.made_of}.values())

    def stress(self) -> Stress:
        history = self._history()
        sentences = tuple(each.why for group in self.standings.values() for each in group if each.why)
        if not len(self.past.days):
            return self._empty("None of the series of the score is available.", sentences, history)
        scores, contributions = self.past.score(self.weights)
        score, coverage = float(scores[-1]), float(self.past.coverage(self.weights)[-1])
        spread = self.past.spread(self.weights)[-1]
        parts = tuple(self._block(at, spread, contributions[-1], score) for at in range(len(self.blocks)))
        closed = history["score"].iloc[: self.past.sessions]
        regime, since = self._regime(history["regime"], closed)
        error, doubt = self._errors(coverage, spread)
        could_be = _could_be(score, regime, error if doubt >= FIRM or coverage < FULL_COVERAGE else 0.0)
        is_told = regime is not None and len(could_be) <= MOST_REGIMES
        linear = 100 * float((spread * np.nan_to_num(self.past.scores[-1])).sum())
        why = f"Only {100 * coverage:.0f}% of the weight is available; 50% is needed."
        return Stress(
            score=self._number(score, "score", "stress_score", why, coverage=100 * coverage, phi=PHI),
            regime=regime if is_told else None,
            since=since if is_told else None,
            band=SCALE.band_of(score).severity if score == score else None,
            could_be=could_be,
            tradfi=self._tradfi(float(history["tradfi"].iloc[-1])),
            crypto=self._crypto(),
            coverage=self._number(100 * coverage, "percent", "stress_coverage", why),
            discount=self._number(linear - score, "points", "stress_discount", why, mean=linear),
            blocks=parts,
            uncertainty=error,
            is_partial=coverage < FULL_COVERAGE,
            is_provisional=self._is_provisional(),
            tradfi_day=self.past.days[self.past.sessions - 1].date() if self.past.sessions else None,
            missing=sentences,
            history=history.iloc[: self.past.sessions],
            made_at=_made_at(self._used(*self.standings)),
            made_of=tuple(self.made_of),
            through_time=self.past,
        )

    def _errors(self, coverage: float, spread: np.ndarray) -> tuple[float, float]:
        """The uncertainty in points, and the part of it that more history and more components would take."""
        gone = [block.usual_change for block, weight in zip(self.blocks, spread, strict=True) if not weight]
        histories = list(self._histories(spread))
        error = max([score_error(coverage, histories), *gone])
        return error, max([measured_error(coverage, histories), *gone])

    def _histories(self, spread: np.ndarray) -> Iterable[tuple[float, int]]:
        """What each component carries in the score, and how many values its rank stands on."""
        for block, weight in zip(self.blocks, spread, strict=True):
            ranks = self.past.ranks[block.key].iloc[-1]
            live = [
                each
                for each in self.standings[block.key]
                if ranks[each.component.key] == ranks[each.component.key]
            ]
            total = sum(each.component.weight for each in live)
            for each in live:
                yield float(weight) * each.component.weight / total, each.n

    def _history(self) -> pd.DataFrame:
        table = pd.DataFrame(
            {
                "score": self.past.score(self.weights)[0],
                "tradfi": self.past.score(self.tradfi_weights)[0],
                "coverage": 100 * self.past.coverage(self.weights),
            },
            index=self.past.days,
        )
        table["regime"] = regimes(table["score"]).where(table["score"].notna(), None)
        table["new_basket"] = self.past.changed()
        for place, block in enumerate(self.blocks):
            table[block.key] = 100 * self.past.scores[:, place]
        return table

    def _regime(self, regime: pd.Series, closed: pd.Series) -> tuple[Severity | None, date | None]:
        """The regime of the last closing score and the session it began; None without a score."""
        if closed.empty or closed.isna().iloc[-1]:
            return None, None
        states = regime.iloc[: self.past.sessions][closed.notna()]
        changed = np.flatnonzero(states.to_numpy()[1:] != states.to_numpy()[:-1])
        began = states.index[int(changed[-1]) + 1 if len(changed) else 0]
        return Severity(states.iloc[-1]), began.date()

    def _tradfi(self, score: float) -> Envelope:
        why = "Less than half of the weight without crypto is available."
        keys = [block.key for block in self.blocks if block.key != CRYPTO]
        return self._number(score, "score", "stress_tradfi", why, *keys)

    def _crypto(self) -> Envelope:
        place = next((at for at, block in enumerate(self.blocks) if block.key == CRYPTO), None)
        if place is None:
            return missing("score", "stress_block", "The score has no crypto block.")
        return self._block_score(place)

    def _block_score(self, place: int) -> Envelope:
        block = self.blocks[place]
        why = f"Less than half of {block.title} is available."
        return self._number(100 * float(self.past.scores[-1, place]), "score", "stress_block", why, block.key)

    def _block(self, place: int, spread: np.ndarray, contributions: np.ndarray, score: float) -> BlockPart:
        block = self.blocks[place]
        own = self._block_score(place)
        part = float(contributions[place]) if score == score and own.value is not None else nan
        why = own.why or "There is no score to contribute to."
        contribution = self._number(
            part, "points", "stress_contribution", why, block.key, weight=float(spread[place])
        )
        contribution = marked_by(contribution, self.made_of)  # what one block adds hangs on all of them
        components = tuple(self._component(block.key, each) for each in self.standings[block.key])
        return BlockPart(block.key, block.title, float(spread[place]), own, contribution, components)

    def _component(self, block: str, standing: Standing) -> ComponentPart:
        one = standing.component
        rank = float(self.past.ranks[block][one.key].iloc[-1])
        why = standing.why or f"{one.title}: the last value is too old."
        if rank != rank:
            percentile = missing("percentile", "stress_component", why)
        else:
            result = Result(100 * rank, n=standing.n, flags=standing.flags)
            value = float(standing.values.iloc[-1])
            percentile = joint_envelope(
                result, standing.made_of, "percentile", "stress_component", value=value
            )
        return ComponentPart(one.key, one.title, one.weight, percentile)

    def _number(
        self, value: float, unit: str, formula: str, why: str, *blocks: str, **inputs: float
    ) -> Envelope:
        """A number made of some blocks or of all; n is the shortest history among its components.

        It is as of the newest price in it, and its sampling says from when the others are.
        """
        keys = blocks or tuple(self.standings)
        live = [each for key in keys for each in self.standings[key] if not each.why]
        if value != value or not live:
            return missing(unit, formula, why)
        used = self._used(*keys)
        newest = max(bars.as_of for bars in used)
        result = Result(value, n=min(each.n for each in live), as_of=newest, flags=flags_of(live))
        number = joint_envelope(result, used, unit, formula, **inputs)
        return self._marked(replace(number, sampling=_made_at(used)), keys)

    def _marked(self, number: Envelope, blocks: Iterable[str]) -> Envelope:
        """``number``, flagged too for closes that keep a component out of it."""
        return marked_by(number, kept_out(each for key in blocks for each in self.standings[key]))

    def _used(self, *blocks: str) -> list[Bars]:
        """The bars of the components of some blocks, each once."""
        live = [each for key in blocks for each in self.standings[key] if not each.why]
        return list({bars.key: bars for each in live for bars in each.made_of}.values())

    def _is_provisional(self) -> bool:
        """Whether a bar is in progress, or the UTC day of the last session has not ended."""
        live = any(bars.in_progress is not None for bars in self.made_of)
        return live or self.past.is_ahead_of_crypto

    def _empty(self, why: str, sentences: tuple[str, ...], history: pd.DataFrame) -> Stress:
        def none(unit: str, formula: str) -> Envelope:
            return missing(unit, formula, why)

        return Stress(
            score=none("score", "stress_score"),
            regime=None,
            since=None,
            band=None,
            could_be=(),
            tradfi=none("score", "stress_tradfi"),
            crypto=none("score", "stress_block"),
            coverage=none("percent", "stress_coverage"),
            discount=none("points", "stress_discount"),
            blocks=(),
            uncertainty=WEIGHTS,
            is_partial=True,
            is_provisional=False,
            tradfi_day=None,
            missing=sentences,
            history=history,
        )


def _could_be(score: float, regime: Severity | None, error: float) -> tuple[Severity, ...]:
    """The regimes that a score this uncertain may lie in, lowest first; without an error its own."""
    if regime is None or score != score:
        return ()
    near = bands_between(score - error, score + error) if error else ()
    return tuple(band.severity for band in SCALE.bands if band.severity in {*near, regime})


def _made_at(used: Iterable[Bars]) -> str:
    """What is in a number, in a sentence: up to when its stock parts reach, and up to when its crypto."""
    every, parts = list(used), []
    for is_continuous, closed, running in (
        (False, "stocks at the New York close of", "stocks in the session, still open, of"),
        (True, "crypto over the UTC day of", "crypto in the UTC day, still running, of"),
    ):
        own = [bars for bars in every if bars.is_continuous is is_continuous]
        if own:
            day = max(bars.dates[-1] for bars in own).date()
            is_open = any(bars.in_progress is not None for bars in own)
            parts.append(f"{running if is_open else closed} {full_day(day)}")
    told = "; ".join(parts)
    return told[:1].upper() + told[1:]
