"""Shocks: a day's move in the market's own swings, so that quiet and wild markets can be compared."""

import numpy as np
import pandas as pd

from analytics.quantiles import varies
from analytics.ranks import FEWEST_SHARE, NO_LAST
from analytics.returns import log_returns, newest
from market.definitions import Definition
from market.readings import Result

WINDOW = 60

DEFINITIONS = (
    Definition(
        "shock",
        "Shock: a move in standard deviations",
        "ln(P(t) / P(t−1)) / s, with s the standard deviation (n − 1) of the 60 log returns before that day. "
        "The mean is not taken out, and the day is not in its own yardstick.",
        "Closes of one market: New York sessions, or UTC days of crypto, each market among its own days.",
        "Missing without the day’s own move, and below 80% of the 60; n counts the returns known.",
        "Textbook; the standard deviation of log returns is that of realised volatility.",
        "Falls",
    ),
)


def shock(close: pd.Series, window: int = WINDOW) -> Result:
    """The newest log return over the standard deviation (ddof 1) of the ``window`` log returns before it.

    ``close`` holds a row for each day, NaN where there is no close. Missing when the newest return is, or
    fewer than 80 % of those before are known, or the price did not move.
    """
    moves = log_returns(close).iloc[-window - 1 :].to_numpy(float)
    if not len(moves) or np.isnan(moves[-1]):
        return Result.missing(NO_LAST, window=window)
    before = moves[:-1][~np.isnan(moves[:-1])]
    if len(before) < FEWEST_SHARE * window:
        return Result.missing(f"{len(before)} of {window} returns are known.", len(before), window)
    if not varies(before):
        return Result.missing("The price did not move before.", len(before), window)
    return Result(float(moves[-1] / before.std(ddof=1)), len(before), newest(close), window)
