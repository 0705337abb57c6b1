"""The shipped recording as `Bars`, cut at a moment: the published figures that golden tests run on."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd

from market import catalogue
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Interval
from market.moments import parse_moment

FOLDER = Path(__file__).parents[2] / "recordings" / "rout-2026"
FILES = ("sessions.csv", "total_returns.csv", "utc_days.csv", "readings.csv")


@cache
def _frames() -> dict[str, pd.DataFrame]:
    rows = pd.concat(pd.read_csv(FOLDER / name) for name in FILES)
    rows["close"] = rows["close"].fillna(rows["value"])
    rows.index = pd.DatetimeIndex(pd.to_datetime(rows["time"], utc=True))
    return {
        str(key): group.reindex(columns=list(COLUMNS)).astype(float) for key, group in rows.groupby("key")
    }


def recording(asof: str = "2026-03-06") -> dict[str, Bars]:
    """Daily bars and readings of the recording by key, as known at ``asof``."""
    moment = parse_moment(asof)
    known = catalogue.load()
    came = Provenance("recording", "", datetime(2026, 3, 7, tzinfo=UTC), "as published", recorded=True)
    frames = {each.key: _frames()[each.key] for each in known.everything() if each.key in _frames()}
    full = {
        key: Bars(known[key], Interval.DAY, frame.rename_axis(None), came) for key, frame in frames.items()
    }
    return {key: bars for key, each in full.items() if (bars := each.published(moment)) is not None}
