"""The arithmetic of the stress score: blocks combined by how much they move as one, and regimes that hold.

After the ECB's CISS (Holló, Kremer and Lo Duca, 2012), with a dial between a plain average and a systemic
score.
"""

from collections.abc import Sequence
from math import inf

import numpy as np
import pandas as pd

from market.definitions import Definition
from market.scales import Scale, Severity
from market.text import on_scale

PHI = 0.5  # 0: weighted mean; 1: the square root of the CISS
DECAY = 0.97
FIRST_VARIANCE = 1 / 12  # of a rank that is spread evenly: the correlation starts from the identity
HYSTERESIS, CALMER_SESSIONS = 5.0, 3
Floats = Sequence[float] | np.ndarray
SCALE = Scale.from_floors((("calm", -inf), ("elevated", 40), ("stress", 60), ("crisis", 80)))


MOST_REGIMES = 2
"""Regimes that a score may be told to lie in; one that may lie in more has none."""
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
        "stress_change",
        "Change of the score, like with like",
        "The score now less that of the earlier session, both made of the components that the two days have "
        "in common; the coverage then and now stands beside it.",
        SAMPLING,
        "Missing where the components in common carry less than half of the weight.",
        "Own definition: a score on more components is another score.",
        "Stress",
    ),
    Definition(
        "stress_regime",
        "Regime",
        "The band of the closing score, risen to at once and left after three closes in a row 5 points under "
        "its floor. It is the word beside the score everywhere; where the band of the newest number differs, "
        "that is said beside it.",
        SAMPLING,
        "On a partial score, or one of less than two years, the bands within its uncertainty are named with "
        f"it, and none where there are more than {MOST_REGIMES}.",
        "Own definition.",
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


def say_score(value: float | None) -> str:
    """A score as it is printed: 59.8 where 60 would read as stress."""
    return on_scale(value, SCALE)


def combine(
    scores: Floats, weights: Floats, correlation: np.ndarray, phi: float = PHI
) -> tuple[float, np.ndarray]:
    """The score of blocks between 0 and 1, and what each contributes; contributions add up to the score.

    Weights are taken as they are. All scores at zero make a score of zero.
    """
    rows = [np.asarray(each, float)[None] for each in (scores, weights, correlation)]
    total, contributions = combine_rows(rows[0], rows[1], rows[2], phi)
    return float(total[0]), contributions[0]


def combine_rows(
    scores: np.ndarray, weights: np.ndarray, correlations: np.ndarray, phi: float = PHI
) -> tuple[np.ndarray, np.ndarray]:
    """The same for many rows: scores and weights T × B, correlations T × B × B."""
    parts = weights * scores
    same = np.eye(parts.shape[1], dtype=bool)
    joined = np.where(same, 1.0, (1 - phi) + phi * correlations)
    together = (joined * parts[:, None, :]).sum(axis=2)
    size = np.sqrt(np.maximum((parts * together).sum(axis=1), 0.0))
    contributions = np.zeros_like(parts)
    np.divide(100 * parts * together, size[:, None], out=contributions, where=size[:, None] > 0)
    return 100 * size, contributions


def weighted_mean(scores: Floats, weights: Floats) -> float:
    """The mean of scores between 0 and 1, weights spread over those present, on the scale to 100."""
    return 100 * float(np.average(np.asarray(scores, float), weights=np.asarray(weights, float)))


def ewma_correlations(scores: np.ndarray, decay: float = DECAY) -> np.ndarray:
    """The exponentially weighted correlation of block scores less one half after each row, T × B × B.

    It starts from the identity. A missing score leaves every pair it belongs to as it was.
    """
    size = scores.shape[1]
    covariance = np.eye(size) * FIRST_VARIANCE
    found = np.empty((len(scores), size, size))
    for row, deviation in enumerate(scores - 0.5):
        product = np.outer(deviation, deviation)
        covariance = np.where(np.isnan(product), covariance, decay * covariance + (1 - decay) * product)
        scale = np.sqrt(np.diag(covariance))
        found[row] = np.clip(covariance / scale / scale[:, None], -1, 1)
    return found


def bands_between(low: float, high: float) -> tuple[Severity, ...]:
    """The bands that a score between ``low`` and ``high`` may lie in, lowest first."""
    return tuple(band.severity for band in SCALE.bands if band.lower <= high and low < band.upper)


def regimes(scores: pd.Series) -> pd.Series:
    """The regime after each closing score: up at once, down after 3 closes in a row 5 points under the floor.

    A missing score changes nothing and ends a run.
    """
    floors = [band.lower for band in SCALE.bands]
    level, below, found = 0, [0] * len(floors), []
    for score in scores.to_numpy(float):
        known = score == score
        below = [
            run + 1 if known and score < floor - HYSTERESIS else 0
            for run, floor in zip(below, floors, strict=True)
        ]
        while level and below[level] >= CALMER_SESSIONS:
            level -= 1
        if known:
            level = max(level, sum(score >= floor for floor in floors) - 1)
        found.append(SCALE.bands[level].severity.value)
    return pd.Series(found, index=scores.index, dtype=object)
