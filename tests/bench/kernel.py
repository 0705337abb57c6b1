"""The rolling correlation kernel against pandas on the same data in the same process, by processor time."""

from collections.abc import Callable
from statistics import median
from time import process_time

import numpy as np
import pandas as pd

from analytics.rolling import rolling_correlation
from tests.analytics import oracles
from tests.analytics.torture import cases, returns
from tests.bench.row import Row

DAYS, ASSETS, WINDOW, ROUNDS = 2520, 50, 60, 5


def rows() -> list[Row]:
    """What was measured: name, figure, and the bar it is held to."""
    x = returns(DAYS, ASSETS)
    gaps = cases(DAYS, ASSETS)[5]
    what = f"rolling correlation, {ASSETS} x {DAYS}, window {WINDOW}"
    plain = ratio(lambda: pd.DataFrame(x).rolling(WINDOW).corr(), lambda: rolling_correlation(x, WINDOW))
    holed = ratio(
        lambda: pd.DataFrame(gaps.x).rolling(WINDOW, min_periods=gaps.min_periods).corr(),
        lambda: rolling_correlation(gaps.x, WINDOW, gaps.min_periods),
    )
    error = largest_error()
    return [
        Row(f"{what}: pandas / ours", f"{plain:.1f} x", plain, least=12, bar="at least 12 x"),
        Row("the same with gaps: pandas / ours", f"{holed:.1f} x"),
        Row(
            "largest error of the seven torture cases", f"{error:.1e}", error, most=1e-12, bar="at most 1e-12"
        ),
    ]


def ratio(theirs: Callable[[], object], ours: Callable[[], object]) -> float:
    """How many times longer theirs takes: medians of alternating rounds, so that both meet the same noise."""
    spent = [(seconds(theirs), seconds(ours)) for _ in range(ROUNDS)]
    return median(each[0] for each in spent) / median(each[1] for each in spent)


def seconds(run: Callable[[], object]) -> float:
    """Processor time of one call, all threads added up, after one that leaves memory as this one needs it."""
    run()
    start = process_time()
    run()
    return process_time() - start


def largest_error() -> float:
    """Against two passes of 80-bit floats, on every torture case; infinite where one says missing alone."""
    worst = 0.0
    for case in cases(330, 8):
        found = rolling_correlation(case.x, WINDOW, case.min_periods)
        wanted = oracles.rolling_correlation(case.x, WINDOW, case.min_periods or WINDOW)
        if (np.isnan(found) != np.isnan(wanted)).any():
            return float("inf")
        worst = max(worst, float(np.nanmax(np.abs(found - wanted))))
    return worst
