"""How long many levels take: the states of 10,000 levels against one pass over as many comparisons."""

from collections.abc import Callable
from time import perf_counter

import numpy as np

from analytics.zone_machine import stands
from analytics.zone_rows import zone_bars
from analytics.zones import follow
from market.zones import Zone
from tests.analytics.recorded import recording
from tests.bench.row import Row, timed, told

LEVELS = 10_000
REPEATS = 7


def rows() -> list[Row]:
    """What was measured, how long it took, and the same as a ratio to a floor of the same run."""
    bars = recording()["BTC"]
    feed = zone_bars(bars)
    lows = np.linspace(20_000, 150_000, LEVELS)
    highs = lows * 1.01
    closes = bars.close.to_numpy()[:, None]
    floor = _best(lambda: (closes >= lows) & (closes <= highs))
    many = _best(lambda: stands(feed, lows, highs))
    one = _best(lambda: follow(bars, Zone("BTC", 68_000, 70_000)))
    compared = "x one comparison of all"
    return [
        timed(f"state of {LEVELS:,} levels, {len(bars)} days", many, 0.1, f"{many / floor:.2f} {compared}"),
        told(f"history of one zone, {len(bars)} days", one, f"{one / floor:.2f} {compared}"),
    ]


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return min(times)
