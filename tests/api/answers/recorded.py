"""The recording's own files, read without any code of ours: what the routes' figures are held against."""

import csv
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import log

from data_sources.settings import SHIPPED_RECORDING


def recorded(key: str, until: str) -> list[tuple[date, float]]:
    """Days and closes of one key from the recording's own files, read without any code of ours."""
    found = []
    for name in ("sessions.csv", "utc_days.csv"):
        with (SHIPPED_RECORDING / name).open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                ends = datetime.fromisoformat(row["time"].replace("Z", "+00:00"))
                day = (ends - timedelta(seconds=1)).date()
                if row["key"] == key and day <= date.fromisoformat(until):
                    found.append((day, float(row["close"])))
    return found


def moves(key: str, until: str) -> list[float]:
    """The last 60 log returns of one key."""
    closes = [close for _, close in recorded(key, until)][-61:]
    return [log(after / before) for before, after in pairwise(closes)]
