"""Stress: one score from 0 to 100 whose parts add up to it, and two headlines that may disagree.

It coincides with stress and does not foretell it; its worth is in its parts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import nan
from typing import Self

import numpy as np
import pandas as pd

from analytics.stress_components import BLOCKS, Block, Daily, Standing, by_day, flags_of, series_of, stand
from analytics.stress_score import PHI, combine_rows, ewma_correlations, regimes
from market.bars import Bars
from market.calendars import day_end
from market.definitions import Definition
from market.readings import Envelope, Result, joint_envelope, missing
from market.scales import Severity
from market.text import full_day

HALF_OF_A_BLOCK = 0.5
FEWEST_COVERAGE, FULL_COVERAGE = 0.5, 0.8
WEIGHT_NOISE = 2.8  # points the score moves, on average, when the weights are drawn anew
ROUNDING = 1e-12  # so that .1 + .2 + .2 is half
CRYPTO = "crypto"
SERIES = series_of(BLOCKS)
SAMPLING = "New York sessions; crypto on the UTC day of the same date, complete at 24:00 UTC."

DEFINITIONS = (
    Definition(
        "stress_score",
        "Stress score",
        "S = 100 √(aᵀKa), where a is block weight × block score and K = ½ + ½ × the EWMA (0.97) "
        "correlation of the block scores less ½. 0 to 40 calm, to 60 elevated, to 80 stress, above crisis.",
        SAMPLING,
        "A block counts with at least half of its weight; weights are spread over the blocks that count. "
        "Below 50% coverage there is no score, below 80% it is partial. Moves under 3 points are noise.",
        "After the ECB’s CISS (Holló, Kremer and Lo Duca, 2012). A coincident gauge, never a signal to "
        "trade.",
        "Stress",
    ),
    Definition(
        "stress_contribution",
        "Contribution to the score",
        "100 a (Ka) / √(aᵀKa): the contributions of the blocks add up to the score.",
        SAMPLING,
        "A missing block contributes nothing; the others carry its weight.",
        "Euler’s theorem for functions homogeneous of degree one.",
        "Stress",
    ),
    Definition(
        "stress_block",
        "Block score",
        "Weighted mean of the percentiles of the block’s components that are available, 0 to 100.",
        SAMPLING,
        "Missing with less than half of the block’s weight.",
        "After the ECB’s CISS.",
        "Stress",
    ),
    Definition(
        "stress_component",
        "Component percentile",
        "Mid-rank of today’s value among all values loaded up to today, turned so that up is stress. What "
        "sets one fund against another is made of total returns.",
        SAMPLING,
        "At least 252 observations; flagged `young` below 504. Highs of a year are those of what is "
        "loaded while that is less. A value one session old may stand in; an older one may not. Flagged "
        "`unadjusted` where prices stand in for total returns.",
        "Own components; ranks after the ECB’s CISS.",
        "Stress",
    ),
    Definition(
        "stress_tradfi",
        "Stress without crypto",
        "The score with the weight of the crypto block set to zero.",
        "New York sessions.",
        "As the score.",
        "Own definition.",
        "Stress",
    ),
    Definition(
        "stress_coverage",
        "Coverage",
        "The share of all original weight whose components are available.",
        SAMPLING,
        "Never missing.",
        "Own definition.",
        "Stress",
    ),
    Definition(
        "stress_past",
        "Stress score of an earlier session",
        "The same score from the values of that session and the ones before it.",
        SAMPLING,
        "Missing while under half of the weight was available.",
        "After the ECB’s CISS (Holló, Kremer and Lo Duca, 2012).",
        "Stress",
    ),
    Definition(
        "stress_uncertainty",
        "What other weights would change",
        f"{WEIGHT_NOISE:g} points, by which the score moves on average when the weights are drawn anew; "
        "with a block missing, what that block usually changes where that is more.",
        SAMPLING,
        "Never missing.",
        "Own measurement.",
        "Stress",
    ),
    Definition(
        "stress_discount",
        "Diversification",
        "100 × the sum of a, less the score: what the score leaves out because the blocks do not move as "
        "one.",
        SAMPLING,
        "Missing with the score.",
        "Own definition.",
        "Stress",
    ),
)


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
class Stress:
    """The score now, its regime and parts, the two headlines, and the history by session date.

    ``uncertainty`` is in points: what the choice of weights or a missing block usually changes.
    ``missing`` are sentences, one for each component that is not there. ``tradfi_day`` is the session the
    stock parts stand at, ``since`` the session the regime began.
    """

    score: Envelope
    regime: Severity | None
    since: date | None
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
    made_of: tuple[Bars, ...] = ()

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


def stress(known: Mapping[str, Bars], blocks: Sequence[Block] = BLOCKS) -> Stress:
    """The stress score on what is ``known``; where a series is missing its weight is spread over the rest.

    ``history`` has one row per session: ``score``, ``tradfi``, ``coverage``, ``regime``, and a column for
    each block; all from 0 to 100, NaN where missing. While New York is shut the newest score moves with
    crypto alone.
    """
    daily = by_day(known, blocks)
    standings = {block.key: [stand(one, daily) for one in block.components] for block in blocks}
    past = _Past.of(blocks, standings, daily)
    return _Now(blocks, standings, past).stress()


@dataclass(frozen=True, slots=True)
class _Past:
    """Block scores (T × B, 0 to 1), coverage and correlations for each day."""

    days: pd.DatetimeIndex
    sessions: int  # days that are sessions; one more may follow, a UTC day since the last of them
    scores: np.ndarray
    shares: np.ndarray
    correlations: np.ndarray
    ranks: Mapping[str, pd.DataFrame]
    is_ahead_of_crypto: bool  # the UTC day of the last session has not ended

    @classmethod
    def of(
        cls, blocks: Sequence[Block], standings: Mapping[str, Sequence[Standing]], daily: Mapping[str, Daily]
    ) -> Self:
        days, sessions = _days(daily.values())
        ranks = {key: _on_days(every, days) for key, every in standings.items()}
        both = [_block_scores(block, ranks[block.key].to_numpy(float)) for block in blocks]
        scores = np.column_stack([score for score, _ in both])
        shares = np.column_stack([share for _, share in both])
        crypto = [each.closes.index[-1] for each in daily.values() if _is_crypto_price(each)]
        is_ahead = bool(crypto) and max(crypto) < days[-1]
        return cls(days, sessions, scores, shares, ewma_correlations(scores), ranks, is_ahead)

    def score(self, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Each row's score and what each block contributes; NaN where under half of the weight is there."""
        total, contributions = combine_rows(
            np.nan_to_num(self.scores), self.spread(weights), self.correlations
        )
        enough = self.coverage(weights) >= FEWEST_COVERAGE
        return np.where(enough, total, nan), np.where(enough[:, None], contributions, 0.0)

    def spread(self, weights: np.ndarray) -> np.ndarray:
        """The weights of each row, spread over the blocks that count on it."""
        kept = np.where(np.isnan(self.scores), 0.0, weights)
        total = kept.sum(axis=1, keepdims=True)
        return kept / np.where(total > 0, total, 1.0)

    def coverage(self, weights: np.ndarray) -> np.ndarray:
        """The share of all weight whose components are available, row by row."""
        share: np.ndarray = (self.shares * weights).sum(axis=1) / weights.sum()
        return share


def _days(daily: Iterable[Daily]) -> tuple[pd.DatetimeIndex, int]:
    """The dates of all New York series, then the newest UTC day where crypto has gone on since."""
    every = list(daily)
    crypto = [each.closes.index[-1] for each in every if _is_crypto_price(each)]
    sessions = [each.closes.index.to_numpy() for each in every if not each.bars.is_continuous]
    if not sessions:
        return pd.DatetimeIndex([max(crypto)] if crypto else []), 0
    days = pd.DatetimeIndex(np.unique(np.concatenate(sessions)))
    latest = max(crypto, default=days[-1])
    return pd.DatetimeIndex([*days, latest]) if latest > days[-1] else days, len(days)


def _is_crypto_price(daily: Daily) -> bool:
    return daily.bars.is_continuous and not daily.bars.instrument.flow


def _on_days(standings: Sequence[Standing], days: pd.DatetimeIndex) -> pd.DataFrame:
    return pd.DataFrame({each.component.key: each.on(days) for each in standings}, index=days, dtype=float)


def _block_scores(block: Block, ranks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean rank of a block through time, and the share of its weight there where it counts."""
    weights = np.array([one.weight for one in block.components])
    present = np.where(np.isnan(ranks), 0.0, weights)
    available, total = present.sum(axis=1), (present * np.nan_to_num(ranks)).sum(axis=1)
    share = available / weights.sum()
    counts = share >= HALF_OF_A_BLOCK - ROUNDING
    score = np.full(len(ranks), nan)
    np.divide(total, available, out=score, where=counts)
    return score, np.where(counts, share, 0.0)


@dataclass(frozen=True, slots=True)
class _Now:
    """The newest row of the past, as numbers to show."""

    blocks: Sequence[Block]
    standings: Mapping[str, Sequence[Standing]]
    past: _Past

    @property
    def weights(self) -> np.ndarray:
        return np.array([block.weight for block in self.blocks])

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
        linear = 100 * float((spread * np.nan_to_num(self.past.scores[-1])).sum())
        why = f"Only {100 * coverage:.0f}% of the weight is available; 50% is needed."
        without = "Less than half of the weight without crypto is available."
        gone = [block for block, weight in zip(self.blocks, spread, strict=True) if not weight]
        return Stress(
            score=self._number(score, "score", "stress_score", why, coverage=100 * coverage, phi=PHI),
            regime=regime,
            since=since,
            tradfi=self._number(float(history["tradfi"].iloc[-1]), "score", "stress_tradfi", without),
            crypto=self._crypto(),
            coverage=self._number(100 * coverage, "percent", "stress_coverage", why),
            discount=self._number(linear - score, "points", "stress_discount", why, mean=linear),
            blocks=parts,
            uncertainty=max([WEIGHT_NOISE, *(block.usual_change for block in gone)]),
            is_partial=coverage < FULL_COVERAGE,
            is_provisional=self._is_provisional(),
            tradfi_day=self.past.days[self.past.sessions - 1].date() if self.past.sessions else None,
            missing=sentences,
            history=history.iloc[: self.past.sessions],
            made_of=tuple(self.made_of),
        )

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
        self, value: float, unit: str, formula: str, why: str, block: str | None = None, **inputs: float
    ) -> Envelope:
        """A number made of one block or of all; n is the shortest history among its components."""
        standings = [each for key, group in self.standings.items() for each in group if block in (None, key)]
        live = [each for each in standings if not each.why]
        if value != value or not live:
            return missing(unit, formula, why)
        used = {bars.key: bars for each in live for bars in each.made_of}
        result = Result(value, n=min(each.n for each in live), flags=flags_of(live))
        return joint_envelope(result, used.values(), unit, formula, **inputs)

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
            tradfi=none("score", "stress_tradfi"),
            crypto=none("score", "stress_block"),
            coverage=none("percent", "stress_coverage"),
            discount=none("points", "stress_discount"),
            blocks=(),
            uncertainty=WEIGHT_NOISE,
            is_partial=True,
            is_provisional=False,
            tradfi_day=None,
            missing=sentences,
            history=history,
        )
