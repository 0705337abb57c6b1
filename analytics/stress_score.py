"""The arithmetic of the stress score: blocks combined by how much they move as one, and regimes that hold.

After the ECB's CISS (Holló, Kremer and Lo Duca, 2012), with a dial between a plain average and a systemic
score.
"""

from collections.abc import Sequence
from math import inf

import numpy as np
import pandas as pd

from market.scales import Scale, Severity
from market.text import on_scale

PHI = 0.5  # 0: weighted mean; 1: the square root of the CISS
DECAY = 0.97
FIRST_VARIANCE = 1 / 12  # of a rank that is spread evenly: the correlation starts from the identity
HYSTERESIS, CALMER_SESSIONS = 5.0, 3
Floats = Sequence[float] | np.ndarray
SCALE = Scale.from_floors((("calm", -inf), ("elevated", 40), ("stress", 60), ("crisis", 80)))


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
