"""Holes filled by who knows: a second source's close takes the place of one that the first lacks.

Only a close that was published for that very session or day is taken, and only from a source that agrees with
the first on the nearest days both have. Nothing is carried forward, and each close that was taken is named.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from data_sources.agreement import comparable, differences
from market.bars import Bars, Filled

NEIGHBOURS = 3
"""How many of the nearest common closes on each side of a hole must agree."""


def fill(bars: Bars, second: Bars) -> Bars:
    """``bars`` with the closes that ``second`` has for their holes, and for newest ones that a gate set
    aside; the same bars where it has none.

    Open, high, low and volume of such a session stay missing. Series in other money or bars fill nothing, nor
    does a second source that says otherwise on one of the days around a hole.
    """
    wanted = _lacking(bars)
    if not wanted or not comparable(bars, second):
        return bars
    theirs = second.finished.close.dropna()
    ours = bars.finished.close.dropna()
    both = ours.index.intersection(theirs.index)
    apart = differences(bars, second).index
    taken = [stamp for stamp in wanted if stamp in theirs.index and _agree_around(stamp, both, apart)]
    if not taken:
        return bars
    frame = bars.frame.reindex(bars.frame.index.union(taken))
    frame.loc[taken, "close"] = theirs[taken]
    source, came = second.provenance.source, bars.provenance
    filled = (*came.filled, *(Filled(stamp.to_pydatetime(), source) for stamp in taken))
    because = None if taken[-1] > bars.frame.index[-1] else came.stale_because
    provenance = replace(came, filled=tuple(sorted(filled, key=lambda each: each.at)), stale_because=because)
    return replace(bars, frame=frame, provenance=provenance)


def _lacking(bars: Bars) -> list[pd.Timestamp]:
    """The instants of the holes, and of newest bars that a gate set aside, oldest first."""
    holes = [pd.Timestamp(hole.at) for hole in bars.holes]
    if bars.in_progress is not None:
        return holes
    gone = {pd.Timestamp(each.at) for each in bars.provenance.set_aside}
    return [*holes, *sorted(stamp for stamp in gone if stamp > bars.frame.index[-1])]


def _agree_around(stamp: pd.Timestamp, both: pd.Index, apart: pd.Index) -> bool:
    """Whether both sources have closes beside ``stamp``, and agree on the nearest of them."""
    place = int(both.searchsorted(stamp))
    nearest = both[max(place - NEIGHBOURS, 0) : place + NEIGHBOURS]
    return len(nearest) > 0 and not bool(np.isin(nearest, apart).any())
