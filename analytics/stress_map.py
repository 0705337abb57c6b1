"""Narrow or systemic: technology and crypto stress across, credit and funding stress up.

One blended number would hide the question. Stress far to the right and low is narrow: prices fell where
they had risen most. Stress high up is systemic: lenders ask more of everyone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from analytics.stress_components import (
    CRYPTO_COMPONENTS,
    MONTH,
    YEAR,
    Block,
    Component,
    Daily,
    Standing,
    below_high,
    by_day,
    flags_of,
    kept_out,
    lost_excess,
    move,
    ratio_below_high,
    series_of,
    stand,
    volatility,
)
from market.bars import Bars
from market.definitions import Definition
from market.readings import Envelope, Result, joint_envelope, marked_by, missing

TRAIL = 60
HIGH = 60.0  # where the score's band of stress begins

DEFINITIONS = (
    Definition(
        "stress_narrow",
        "Technology and crypto stress",
        "Half technology: the distance of the Nasdaq, software and chips from their highs of a year and "
        "the Nasdaq’s 20-day volatility, in equal parts. Half crypto: the crypto block of the score. Each "
        "as its percentile.",
        "New York sessions; crypto on the UTC day of the same date.",
        "A half counts with at least half of its components, and stands alone where the other is missing.",
        "Own definition.",
        "Stress",
    ),
    Definition(
        "stress_systemic",
        "Credit and funding stress",
        "HYG/IEF from its high of a year 40%, HYG behind IEF over 20 days 20%, LQD/IEF from its high of a "
        "year 20%, the dollar’s 20-day move 20%. Each as its percentile.",
        "New York sessions; total returns of the funds, or prices flagged `unadjusted`.",
        "Missing with less than half of the weight.",
        "Own definition; stands in for funding spreads, which have no free daily source.",
        "Stress",
    ),
)

TECHNOLOGY = Block(
    "technology",
    "Technology",
    0.5,
    (
        Component("nasdaq_drawdown", "Nasdaq from its high", 0.25, ("IXIC",), below_high("IXIC", YEAR)),
        Component("software_drawdown", "Software from its high", 0.25, ("IGV",), below_high("IGV", YEAR)),
        Component("chips_drawdown", "Chips from their high", 0.25, ("SMH",), below_high("SMH", YEAR)),
        Component("nasdaq_volatility", "Nasdaq volatility", 0.25, ("IXIC",), volatility("IXIC", MONTH)),
    ),
)
CRYPTO = Block("crypto", "Crypto", 0.5, CRYPTO_COMPONENTS)
CREDIT = ("HYG", "IEF")
FUNDING = Block(
    "credit_and_funding",
    "Credit and funding",
    1.0,
    (
        Component(
            "credit_drawdown",
            "High yield from its high",
            0.40,
            CREDIT,
            ratio_below_high(*CREDIT, YEAR),
            earned=True,
        ),
        Component(
            "credit_excess", "High yield over 20 days", 0.20, CREDIT, lost_excess(*CREDIT, MONTH), earned=True
        ),
        Component(
            "quality_drawdown",
            "Corporate bonds from their high",
            0.20,
            ("LQD", "IEF"),
            ratio_below_high("LQD", "IEF", YEAR),
            earned=True,
        ),
        Component("dollar", "Dollar over 20 days", 0.20, ("DXY",), move("DXY", MONTH, 1)),
    ),
)
BLOCKS = (TECHNOLOGY, CRYPTO, FUNDING)
SERIES = series_of(BLOCKS)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one session stands on the map, both axes from 0 to 100."""

    day: date
    narrow: float
    systemic: float

    @property
    def corner(self) -> str:
        """The corner in a word: calm, narrow, systemic, or credit alone."""
        return _corner(self.narrow, self.systemic)


@dataclass(frozen=True, slots=True)
class StressMap:
    """The map now and its trail of at most 60 sessions; ``labelled`` are the worst days of episodes.

    ``corner`` is None where an axis is missing. ``missing`` are sentences on the components that are not
    there.
    """

    narrow: Envelope
    systemic: Envelope
    corner: str | None
    trail: tuple[Place, ...]
    labelled: Mapping[str, Place]
    missing: tuple[str, ...]


def stress_map(
    known: Mapping[str, Bars], episodes: Mapping[str, tuple[date, date | None]] | None = None
) -> StressMap:
    """The narrow-versus-systemic map on what is ``known``.

    ``episodes`` gives the first and last day of those to label; one is labelled at its worst day, the one
    with the largest sum of both axes, once it is over and where the history has places of it.
    """
    daily = by_day(known, BLOCKS)
    groups = {block.key: [stand(one, daily) for one in block.components] for block in BLOCKS}
    days = _sessions(daily)
    halves = [_axis(groups[block.key], days) for block in (TECHNOLOGY, CRYPTO)]
    narrow = pd.concat(halves, axis=1).mean(axis=1)
    systemic = _axis(groups[FUNDING.key], days)
    places = [
        Place(pd.Timestamp(day).date(), float(x), float(y))
        for day, x, y in zip(days, narrow, systemic, strict=True)
        if x == x and y == y
    ]
    now_narrow = _number(narrow, [*groups["technology"], *groups["crypto"]], "stress_narrow")
    now_systemic = _number(systemic, groups[FUNDING.key], "stress_systemic")
    both = now_narrow.value, now_systemic.value
    return StressMap(
        now_narrow,
        now_systemic,
        None if both[0] is None or both[1] is None else _corner(both[0], both[1]),
        tuple(places[-TRAIL:]),
        _labelled(places, episodes or {}),
        tuple(dict.fromkeys(each.why for group in groups.values() for each in group if each.why)),
    )


def _corner(narrow: float, systemic: float) -> str:
    if systemic >= HIGH:
        return "systemic" if narrow >= HIGH else "credit alone"
    return "narrow" if narrow >= HIGH else "calm"


def _sessions(daily: Mapping[str, Daily]) -> pd.DatetimeIndex:
    sessions = [each.closes.index.to_numpy() for each in daily.values() if not each.bars.is_continuous]
    return pd.DatetimeIndex(np.unique(np.concatenate(sessions)) if sessions else [])


def _axis(standings: Sequence[Standing], days: pd.DatetimeIndex) -> pd.Series:
    """The weighted mean percentile of the components there, NaN with less than half of the weight."""
    weights = np.array([each.component.weight for each in standings])
    ranks = np.column_stack([each.on(days).to_numpy(float) for each in standings])
    present = np.where(np.isnan(ranks), 0.0, weights)
    available, total = present.sum(axis=1), (present * np.nan_to_num(ranks)).sum(axis=1)
    axis = np.full(len(days), np.nan)
    np.divide(100 * total, available, out=axis, where=available >= weights.sum() / 2 - 1e-12)
    return pd.Series(axis, index=days)


def _number(axis: pd.Series, standings: Sequence[Standing], formula: str) -> Envelope:
    live = [each for each in standings if not each.why]
    if axis.empty or np.isnan(axis.iloc[-1]):
        return missing("percentile", formula, "Less than half of its components have 252 observations.")
    made_of = {bars.key: bars for each in live for bars in each.made_of}
    parts = {each.component.key: 100 * float(each.ranks.iloc[-1]) for each in live}
    result = Result(float(axis.iloc[-1]), n=min(each.n for each in live), flags=flags_of(live))
    number = joint_envelope(result, made_of.values(), "percentile", formula, **parts)
    return marked_by(number, kept_out(standings))


def _labelled(places: Sequence[Place], episodes: Mapping[str, tuple[date, date | None]]) -> dict[str, Place]:
    found = {}
    for key, (start, end) in episodes.items():
        within = [each for each in places if start <= each.day and (end is None or each.day <= end)]
        if within and (end or start) <= places[-1].day:
            found[key] = max(within, key=lambda place: place.narrow + place.systemic)
    return found
