"""How far off the stress score may be: for its weights, for a short history, and for what is missing from it.

The two tables were measured by `python -m docs.measure_score_error` on published daily figures from 1990 to
6 March 2026, read from 2011 on. Each entry is a floor and the mean absolute error, in points, from there up
to the next. From 4,000 sessions on, which few histories reach, a history counts as all of it.
"""

from collections.abc import Iterable
from math import hypot

from market.definitions import Definition

WEIGHTS = 2.8
"""Points by which the score moves, on average, when the weights are drawn anew."""

HISTORY = ((252, 8.7), (378, 8.1), (504, 7.0), (756, 4.7), (1260, 3.4), (2520, 2.6), (4000, 0.0))
"""By sessions of history: a score on ranks among so many, against the same components ranked in all of it."""

COVERAGE = ((0.5, 4.9), (0.6, 3.7), (0.7, 2.7), (0.8, 1.8), (0.9, 1.2), (0.95, 0.8))
"""By coverage: a score without up to six of its series, against the score with all of them."""

FIRM = 1.0
"""Points of error, beyond that of the weights, under which a regime is named without a second one."""


def _told(table: tuple[tuple[float, float], ...], unit: str) -> str:
    scale = 100 if unit.startswith("%") else 1
    return ", ".join(f"{error:g} from {scale * floor:g}" for floor, error in table) + unit


DEFINITIONS = (
    Definition(
        "stress_uncertainty",
        "Uncertainty of the score",
        f"√(w² + h² + c²). w = {WEIGHTS:g}: the mean change when the weights are drawn anew. h: the error of "
        f"ranks in a short history, {_told(HISTORY, ' sessions')}. c: the error of what is missing, "
        f"{_told(COVERAGE, '% of the weight')}.",
        "Mean absolute errors of the score of 2011 to 2026 on published figures since 1990, each against the "
        "score with all of its history, and with all of its series.",
        "h weighs each component’s history by what it carries in the score.",
        "Own measurement: `python -m docs.measure_score_error`.",
        "Stress",
    ),
)


def score_error(coverage: float, histories: Iterable[tuple[float, int]]) -> float:
    """The uncertainty of a score, in points.

    ``coverage`` is between 0 and 1; ``histories`` are, for each component that is there, what it weighs now
    and how many observations its rank stands on.
    """
    return hypot(WEIGHTS, measured_error(coverage, histories))


def measured_error(coverage: float, histories: Iterable[tuple[float, int]]) -> float:
    """The part of it that a longer history and a complete set of components would take away."""
    return hypot(history_error(histories), _at(COVERAGE, coverage) if coverage < 1 else 0.0)


def history_error(histories: Iterable[tuple[float, int]]) -> float:
    """What the shortness of its history costs, each component counted by its weight."""
    known = [(weight, n) for weight, n in histories if weight > 0]
    total = sum(weight for weight, _ in known)
    return sum(weight * _at(HISTORY, n) for weight, n in known) / total if total else 0.0


def _at(table: tuple[tuple[float, float], ...], value: float) -> float:
    """The entry of the last floor at or under ``value``; of the first where it lies under them all."""
    return next((error for floor, error in reversed(table) if value >= floor), table[0][1])
