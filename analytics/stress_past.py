"""The stress score through time: the scores of its blocks on each session, and on which components.

A score on more components is another score. Two days are compared on the components that both of them have.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Self

import numpy as np
import pandas as pd

from analytics.stress_components import Block, Daily, Standing
from analytics.stress_score import combine_rows, ewma_correlations

HALF_OF_A_BLOCK = 0.5
FEWEST_COVERAGE = 0.5
ROUNDING = 1e-12  # so that .1 + .2 + .2 is half

Basket = frozenset[tuple[str, str]]
"""Components by block and key."""


@dataclass(frozen=True, slots=True)
class Past:
    """Block scores (T × B, 0 to 1), coverage and correlations for each day.

    ``ranks`` are those of the components of each block by day, NaN where one is not available.
    """

    blocks: Sequence[Block]
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
        crypto = [each.closes.index[-1] for each in daily.values() if _is_crypto_price(each)]
        is_ahead = bool(crypto) and max(crypto) < days[-1]
        return cls._on(blocks, ranks, days, sessions, is_ahead)

    @classmethod
    def _on(
        cls,
        blocks: Sequence[Block],
        ranks: Mapping[str, pd.DataFrame],
        days: pd.DatetimeIndex,
        sessions: int,
        is_ahead: bool,
    ) -> Self:
        both = [_block_scores(block, ranks[block.key].to_numpy(float)) for block in blocks]
        scores = np.column_stack([score for score, _ in both])
        shares = np.column_stack([share for _, share in both])
        return cls(blocks, days, sessions, scores, shares, ewma_correlations(scores), ranks, is_ahead)

    @property
    def weights(self) -> np.ndarray:
        """What each block weighs before the weight of missing ones is spread."""
        return np.array([block.weight for block in self.blocks])

    def basket(self, row: int) -> Basket:
        """The components that make the score of one row."""
        return frozenset(
            (block.key, str(name))
            for place, block in enumerate(self.blocks)
            if self.scores[row, place] == self.scores[row, place]
            for name, rank in self.ranks[block.key].iloc[row].items()
            if rank == rank
        )

    def changed(self) -> np.ndarray:
        """Whether each row is made of other components than the row before it."""
        counts = [np.isfinite(self.scores[:, place])[:, None] for place in range(len(self.blocks))]
        there = np.column_stack(
            [
                self.ranks[block.key].notna().to_numpy() & counted
                for block, counted in zip(self.blocks, counts, strict=True)
            ]
        )
        return np.concatenate(([False], (there[1:] != there[:-1]).any(axis=1)))[: len(self.days)]

    def only(self, basket: Basket) -> Self:
        """The same past made of the components of ``basket`` alone."""
        ranks = {
            key: table * [1.0 if (key, name) in basket else nan for name in table.columns]
            for key, table in self.ranks.items()
        }
        return self._on(self.blocks, ranks, self.days, self.sessions, self.is_ahead_of_crypto)

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
