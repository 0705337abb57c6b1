"""What a fact weighs: how far a move is out of the usual, and what is news before what stood yesterday."""

from math import inf, isfinite, sqrt

import numpy as np

from market.bars import Bars
from market.definitions import Definition
from market.scales import Severity

SESSION_WINDOW, NOTABLE_PLACES = 90, 5
USUAL_WINDOW, FEWEST_USUAL, MOST_USUAL = 60, 20, 3.5
DAY_WEIGHT, PER_USUAL_MOVE = 2.0, 0.7
WEEK_WEIGHT, UNUSUAL_WEEK = 2.0, 2.0
RANKED_WEIGHT, NEW_LOW_WEIGHT, NEW_HIGH_WEIGHT, STREAK_WEIGHT = 4.5, 3.5, 2.6, 2.8
STRESS_WEIGHT = {Severity.CALM: 1.2, Severity.ELEVATED: 1.8, Severity.STRESS: 2.4, Severity.CRISIS: 3.4}
NEW_REGIME, MOVED_SCORE = 1.0, 0.6
FEAR_WEIGHT = ((40.0, 3.2), (30.0, 2.7), (20.0, 1.9), (-inf, 1.2))
"""By the bands of the VIX: its floor, and the weight from there on."""

DEFINITIONS = (
    Definition(
        key="usual_move",
        title="Usual move",
        formula=f"The root mean square of the {USUAL_WINDOW} returns before the newest one.",
        sampling="Simple close-to-close returns; of a week, times the root of its days.",
        gaps=f"A missing return is left out; with fewer than {FEWEST_USUAL} a move counts as usual.",
        source="Own definition.",
        group="Headlines",
    ),
    Definition(
        key="fact_weight",
        title="What a page says first",
        formula="The weightiest facts; what is new today goes before what stood yesterday. "
        f"A move of the day: {DAY_WEIGHT:g}, and {PER_USUAL_MOVE:g} for each usual move in it, up to "
        f"{MOST_USUAL:g}. One of the {NOTABLE_PLACES} largest of {SESSION_WINDOW}: {RANKED_WEIGHT:g} less a "
        f"tenth of its place. A new low of a fall of 20%, of a coin’s 40%: from {NEW_LOW_WEIGHT:g}. "
        f"A new high: {NEW_HIGH_WEIGHT:g}. A week {UNUSUAL_WEEK:g} times the usual: from "
        f"{WEEK_WEIGHT + UNUSUAL_WEEK / 2:g}. A third fall in a row: from {STREAK_WEIGHT:g}. The VIX from "
        "20, 30 and 40 on: 1.9, 2.7 and 3.2. The stress score by its regime: 1.2, 1.8, 2.4 and 3.4, with "
        f"{NEW_REGIME:g} more on the first day of the regime and {MOVED_SCORE:g} more where it moved. "
        "What stands as before: under 2.5. The second fact of a headline is about something else than the "
        "first, unless the next such fact weighs more than 1 less.",
        sampling="The numbers of the page. `/api/v1/facts` gives the weight of each fact.",
        gaps="A number that is missing, out of date or disputed says nothing.",
        source="Own choice, made by reading the headlines of 2025 and 2026 aloud.",
        group="Headlines",
    ),
)


def times_usual(bars: Bars, days: int = 1) -> float:
    """How many usual moves of so many days the newest one is, at most 3.5; 1 where none is known."""
    in_points = bars.instrument.moves_in_basis_points
    close = bars.linked.to_numpy(float)
    steps = (bars.changes if in_points else bars.returns).to_numpy(float)
    before = steps[:-days][-USUAL_WINDOW:]
    known = before[np.isfinite(before)]
    if len(known) < FEWEST_USUAL or len(close) <= days or not (known**2).mean() > 0:
        return 1.0
    first, last = close[-1 - days], close[-1]
    if not in_points and not first > 0:
        return 1.0
    size = abs(last - first if in_points else last / first - 1) / sqrt(days * (known**2).mean())
    return min(float(size), MOST_USUAL) if isfinite(size) else 1.0
