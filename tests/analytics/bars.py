"""Made-up bars for tests of sums: a key of the catalogue, closes, and where they start."""

import math
from collections.abc import Sequence

import pandas as pd

from market import catalogue
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Calendar, Interval


def series(
    key: str, closes: Sequence[float], start: str | None = None, volume: Sequence[float] | None = None
) -> Bars:
    """Daily bars of ``key``: weekdays at 21:00 UTC for New York, else every midnight UTC."""
    instrument = catalogue.load()[key]
    if instrument.calendar is Calendar.ALWAYS:
        index = pd.date_range(start or "2025-01-02", periods=len(closes), freq="D", tz="UTC")
    else:
        index = pd.bdate_range(start or "2025-01-02", periods=len(closes), tz="UTC") + pd.Timedelta(21, "h")
    frame = pd.DataFrame(math.nan, index=pd.DatetimeIndex(list(index)), columns=list(COLUMNS))
    frame["close"] = list(closes)
    if volume is not None:
        frame["volume"] = list(volume)
    came = Provenance("test", key, frame.index[-1].to_pydatetime(), "close")
    return Bars(instrument, Interval.DAY, frame, came)
