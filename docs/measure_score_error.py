"""Measures how far off the stress score is on a short history, and without some of its components.

`python -m docs.measure_score_error FOLDER` prints the two tables of `analytics.stress_error` from a recording
of decades. Both errors are means of absolute differences in points, from 2011 on.
"""

import sys
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

from analytics.stress_components import BLOCKS, by_day, series_of, stand
from analytics.stress_past import Basket, Past
from data_sources.errors import SourceError
from data_sources.recorded import Recorded, describe
from market import catalogue
from market.bars import Bars
from market.instruments import Interval

FIRST = pd.Timestamp("2011-01-01")
HISTORIES = (252, 378, 504, 756, 1260, 2520)
COVERAGES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
STARTS = "2MS"
DRAWS, MOST_DROPPED, SEED = 400, 6, 7
WEIGHTS = np.array([block.weight for block in BLOCKS])


def past_of(known: Mapping[str, Bars]) -> Past:
    """The score through time on these series."""
    daily = by_day(known, BLOCKS)
    standings = {block.key: [stand(one, daily) for one in block.components] for block in BLOCKS}
    return Past.of(BLOCKS, standings, daily)


def scores(past: Past) -> pd.Series:
    """The score of each session."""
    return pd.Series(past.score(WEIGHTS)[0], index=past.days)


def by_history(known: Mapping[str, Bars]) -> pd.DataFrame:
    """How far a score ranked in a short history lies from one on the same components ranked in all of it.

    A history that begins every other month, and is read for ten years; ``sessions`` is how old it then is.
    """
    whole = past_of(known)
    like: dict[Basket, pd.Series] = {}
    rows = []
    for start in pd.date_range(FIRST - pd.DateOffset(years=1), "2025-01-01", freq=STARTS):
        short = past_of(dict(_between(known, start, start + pd.DateOffset(years=11))))
        found = scores(short).dropna()
        found = found[found.index >= FIRST]
        baskets = [short.basket(int(place)) for place in short.days.get_indexer(found.index)]
        for basket in set(baskets) - like.keys():
            like[basket] = scores(whole.only(basket))
        there = [like[basket].get(day, np.nan) for basket, day in zip(baskets, found.index, strict=True)]
        age = short.days.get_indexer(found.index) + 1
        rows.append(pd.DataFrame({"sessions": age, "points": np.abs(found.to_numpy() - there)}))
    return pd.concat(rows).dropna()


def by_coverage(known: Mapping[str, Bars]) -> pd.DataFrame:
    """How far the score lies from itself on the days on which up to six of its series are not there."""
    whole, noise = past_of(known), np.random.default_rng(SEED)
    complete, keys = scores(whole), series_of(BLOCKS)
    rows = []
    for _ in range(DRAWS):
        gone = set(noise.choice(keys, noise.integers(1, MOST_DROPPED + 1), replace=False))
        left = whole.only(
            frozenset(
                (block.key, one.key)
                for block in BLOCKS
                for one in block.components
                if not gone & set(one.keys)
            )
        )
        kept = whole.days >= FIRST
        share = left.coverage(WEIGHTS)[kept] / whole.coverage(WEIGHTS)[kept]
        points = (scores(left) - complete).abs().to_numpy()[kept]
        rows.append(pd.DataFrame({"coverage": share, "points": points})[share < 1])
    return pd.concat(rows).dropna()


def table(found: pd.DataFrame, floors: tuple[float, ...]) -> list[tuple[float, float]]:
    """The mean error from each floor up to the next."""
    column = found.columns[0]
    edges = [*floors, np.inf]
    return [
        (low, round(float(found["points"][found[column].between(low, high, inclusive="left")].mean()), 1))
        for low, high in pairwise(edges)
    ]


def _between(known: Mapping[str, Bars], start: pd.Timestamp, end: pd.Timestamp) -> Iterator[tuple[str, Bars]]:
    for key, bars in known.items():
        later = bars.from_date(start.tz_localize("UTC").to_pydatetime())
        kept = later.until(end.tz_localize("UTC").to_pydatetime()) if later else None
        if kept is not None:
            yield key, kept


def _read(folder: Path) -> Iterator[tuple[str, Bars]]:
    source, instruments = Recorded(folder, describe(folder)), catalogue.load()
    for key in series_of(BLOCKS):
        try:
            yield key, source.bars(instruments[key], Interval.DAY)
        except SourceError as error:
            print(error, file=sys.stderr)


if __name__ == "__main__":
    decades = dict(_read(Path(sys.argv[1])))
    print("HISTORY =", table(by_history(decades), HISTORIES))
    print("COVERAGE =", table(by_coverage(decades), COVERAGES))
