"""The sums behind the Macro page, all of them anew and none remembered, by processor time."""

from datetime import datetime
from statistics import median
from time import process_time

from analytics.alignment import align
from analytics.contagion import downside_correlation, exceedance_correlations
from analytics.correlation import correlate, correlation_matrix, ewma_correlation
from analytics.readings import read_all
from analytics.stories import Page, story_of
from analytics.stress import stress
from analytics.stress_map import stress_map
from analytics.systemic import absorption_ratios, average_pairwise, rolling_average_pairwise, turbulences
from market import catalogue
from market.bars import Bars
from market.moments import parse_moment
from tests.analytics.recorded import recording
from tests.bench.row import Row, timed, told

MOMENT = "2026-02-07T15:30Z"
ROUNDS = 9
WINDOW = 60
SCORED = ("VIX", "IXIC", "GSPC", "HYG", "LQD", "IEF", "TLT", "DXY", "BTC", "BTC_FUNDING", "SMH", "IGV")
SECTORS = ("IGV", "SMH", "XLK", "XLP", "XLU", "XLV")
TOGETHER = ("IXIC", "GSPC", "IGV", "BTC", "GLD", "WTI", "HYG", "LQD", "IEF", "TLT", "DXY", "US10Y", "VIX")


def rows() -> list[Row]:
    """The whole page, and its parts."""
    recorded, at = recording(MOMENT), parse_moment(MOMENT)
    known = {key: recorded[key] for key in (*TOGETHER, *SCORED, *SECTORS, "US2Y")}
    parts = {
        "readings and sentences": lambda: sentences(known, at),
        "stress score": lambda: stress(known),
        "narrow or systemic": lambda: stress_map(known, episodes()),
        f"{len(TOGETHER)} x {len(TOGETHER)} correlations": lambda: correlations(known),
        "one market": lambda: sectors(known),
        "a pair by other means": lambda: pair(known),
    }
    for part in parts.values():
        part()
    taken = {name: [] for name in parts}
    for _ in range(ROUNDS):
        for name, part in parts.items():
            start = process_time()
            part()
            taken[name].append(process_time() - start)
    whole = median(sum(each) for each in zip(*taken.values(), strict=True))
    return [
        timed("analytics of the whole Macro page, warm", whole, 0.05),
        *(told(f"of that, {name}", median(seconds)) for name, seconds in taken.items()),
    ]


def sentences(known: dict[str, Bars], at: datetime) -> object:
    """Readings of all series, and the story made of them."""
    return story_of(Page.MACRO, known, read_all(known.values()), at)


def episodes() -> dict[str, tuple[object, object]]:
    """The stretches that the map names."""
    return {each.name: (each.start, each.end) for each in catalogue.load().episodes}


def correlations(known: dict[str, Bars]) -> object:
    """The heat map."""
    return correlation_matrix(align([known[key] for key in TOGETHER]), WINDOW)


def sectors(known: dict[str, Bars]) -> object:
    """How much the sectors move as one."""
    moves = align([known[key] for key in SECTORS]).moves
    now = average_pairwise(correlation_matrix(moves, WINDOW))
    return now, rolling_average_pairwise(moves, WINDOW), turbulences(moves), absorption_ratios(moves)


def pair(known: dict[str, Bars]) -> object:
    """Bitcoin and the Nasdaq."""
    both = align([known["BTC"], known["IXIC"]])
    y, x = both["BTC"], both["IXIC"]
    windows = [correlate(y, x, window) for window in (5, 20, WINDOW, 252)]
    ranks = correlate(y, x, WINDOW, "spearman")
    return windows, ranks, ewma_correlation(y, x), downside_correlation(y, x), exceedance_correlations(y, x)
