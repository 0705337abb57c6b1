"""Levels found in prices: each with its reason, its age, its strength, and the moment it could first be
known.

Nothing here is "support" or "resistance": a level is a price with a reason. Swing points, volume at price,
averages and round numbers are conventions of technical analysis; retracements have no credible evidence and
say so.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from math import floor, log10

import numpy as np
import pandas as pd

from analytics.episodes import CRYPTO_DEPTH, DEPTH
from analytics.zone_machine import Floats
from analytics.zone_rows import average_range
from market.bars import Bars
from market.calendars import day_of
from market.definitions import Definition
from market.readings import Envelope, Result, joint_envelope
from market.text import full_day

PIVOT_BARS = 5
MERGE_RANGES = 0.5
HALF_LIFE = timedelta(days=90)
BIN_RANGES = 0.25
VOLUME_DAYS = 180
NODE_PERCENTILE = 80
VALUE_SHARE = 0.70
MOST_BINS = 2_000
AVERAGES = (50, 100, 200)
SLOPE_BARS = 5
ROUND_SPACING = 0.05
SHARES = (0.236, 0.382, 0.5, 0.618, 0.786)

DEFINITIONS = (
    Definition(
        "found_level",
        "Level found in the prices",
        f"Turning points: the highest or lowest of {PIVOT_BARS} bars on both sides, merged when closer than "
        f"{MERGE_RANGES:g} average true ranges, each counted by a half-life of {HALF_LIFE.days} days. "
        f"Volume at price: {VOLUME_DAYS} days, each bar’s volume spread evenly over its range; nodes above "
        f"the {NODE_PERCENTILE}th percentile, and the middle {100 * VALUE_SHARE:.0f}%. Means of "
        f"{', '.join(map(str, AVERAGES[:-1]))} and {AVERAGES[-1]} closes. Round numbers. Retracements of a "
        "fall from the highest high to the lowest low after it. Age: since the first bar that made it. "
        "Strength: the turning points so counted, or the part of the volume.",
        "Closed bars. A turning point is known only when the bars after it are.",
        f"A bar without a volume adds none. With a bar missing among the {PIVOT_BARS} on a side, a turning "
        "point is not known; a mean is that of the closes that are.",
        "Conventions of technical analysis; Osler 2000 on round numbers. Retracements have no credible "
        "evidence.",
        "Levels",
    ),
)


class Reason(StrEnum):
    """Why a price is a level."""

    SWING_HIGH = "swing high"
    SWING_LOW = "swing low"
    VOLUME_NODE = "volume node"
    MOST_TRADED = "most traded price"
    VALUE_LOW = "value area low"
    VALUE_HIGH = "value area high"
    AVERAGE = "average"
    ROUND = "round number"
    RETRACEMENT = "retracement"


@dataclass(frozen=True, slots=True)
class FoundLevel:
    """A price and the reason for it.

    ``formed`` is the bar that made it and ``known_at`` the moment it could first be drawn; both are None for
    a round number, which always could. ``strength`` compares levels of one reason only: turning points there,
    each counted by its recency, or the part of volume; None where the reason has no such number.
    """

    price: float
    reason: Reason
    why: str
    formed: datetime | None = None
    known_at: datetime | None = None
    strength: float | None = None

    def age(self, moment: datetime) -> timedelta | None:
        """How long ago it was formed."""
        return None if self.formed is None else moment - self.formed


@dataclass(frozen=True, slots=True)
class Leg:
    """A named move from one extreme to another, such as a fall from its high to its low."""

    name: str
    start: float
    end: float
    known_at: datetime | None = None


def find_levels(
    bars: Bars, *, hours: Bars | None = None, legs: tuple[Leg, ...] = ()
) -> tuple[FoundLevel, ...]:
    """Every level that could be drawn on the finished bars, lowest first.

    Volume comes from ``hours`` where it is published.
    """
    found = [
        *swing_levels(bars),
        *volume_levels(hours if hours is not None and _has_volume(hours) else bars),
        *average_levels(bars),
        *round_levels(bars.finished.last),
        *(level for leg in legs for level in retracements(leg)),
    ]
    known = bars.finished.as_of
    return tuple(
        sorted((each for each in found if each.known_at is None or each.known_at <= known), key=_by_price)
    )


def found_number(level: FoundLevel, bars: Bars, value: float, unit: str) -> Envelope:
    """One number of a ``level`` found in ``bars``, with its reason and the days it was formed and known."""
    days = {"first bar": level.formed, "known since": level.known_at}
    told = {name: full_day(day_of(moment)) for name, moment in days.items() if moment}
    closed = bars.finished
    result = Result(value, n=len(closed), as_of=closed.as_of)
    return joint_envelope(result, [closed], unit, "found_level", reason=level.reason.value, **told)


def strength_unit(level: FoundLevel) -> str:
    """What the strength of a ``level`` counts."""
    is_turn = level.reason in (Reason.SWING_HIGH, Reason.SWING_LOW)
    return "turning points" if is_turn else "of all volume"


def _by_price(level: FoundLevel) -> tuple[float, str]:
    return level.price, level.reason


def swing_places(highs: Floats, k: int = PIVOT_BARS) -> list[int]:
    """Places of the highs that are the largest within ``k`` bars on both sides; of a plateau, its first bar.

    A place is known only ``k`` bars later, so the last ``k`` bars never hold one; nor does a place with a
    missing bar so near.
    """
    return [
        place
        for place in range(k, len(highs) - k)
        if highs[place] == highs[place - k : place + k + 1].max()
        and highs[place] > highs[place - k : place].max()
    ]


def swing_levels(bars: Bars, k: int = PIVOT_BARS) -> tuple[FoundLevel, ...]:
    """Turning points of price, those closer than half a range merged into one level at their mean.

    The strength is the number of turning points there, each halved for every 90 days of age.
    """
    finished = bars.finished
    frame = finished.frame
    highs = frame["high"].fillna(frame["close"]).to_numpy()
    lows = frame["low"].fillna(frame["close"]).to_numpy()
    times = [stamp.to_pydatetime() for stamp in pd.DatetimeIndex(frame.index)]
    atr = float(average_range(bars).iloc[-1])
    merge = MERGE_RANGES * atr if atr > 0 else 0.0

    def points(prices: Floats, sign: int, reason: Reason) -> list[FoundLevel]:
        return [
            FoundLevel(float(prices[place]), reason, "", times[place], times[place + k])
            for place in swing_places(sign * prices, k)
        ]

    found = points(highs, 1, Reason.SWING_HIGH) + points(lows, -1, Reason.SWING_LOW)
    return tuple(_merged(group, finished.as_of) for group in _groups(found, merge))


def _groups(points: list[FoundLevel], width: float) -> list[list[FoundLevel]]:
    groups: list[list[FoundLevel]] = []
    for point in sorted(points, key=_by_price):
        if groups and point.price - float(np.mean([each.price for each in groups[-1]])) < width:
            groups[-1].append(point)
        else:
            groups.append([point])
    return groups


def _merged(group: list[FoundLevel], now: datetime) -> FoundLevel:
    formed = [each.formed for each in group if each.formed]
    known = [each.known_at for each in group if each.known_at]
    newest = max(group, key=lambda each: each.known_at or now)
    count = len(group)
    first = full_day(day_of(min(formed)))
    why = f"A {newest.reason} of {first}." if count == 1 else f"{count} turning points since {first}."
    return replace(
        newest,
        price=float(np.mean([each.price for each in group])),
        why=why,
        formed=min(formed),
        known_at=max(known),
        strength=float(sum(0.5 ** ((now - each) / HALF_LIFE) for each in formed)),
    )


def volume_levels(bars: Bars) -> tuple[FoundLevel, ...]:
    """Prices where most was traded over the last 180 days, each bar's volume spread evenly over its range.

    The most traded price, the edges of the 70% value area around it, and the other local maxima above the
    80th percentile; empty where range or volume is not published.
    """
    finished = bars.finished
    recent = finished.frame.loc[finished.frame.index > finished.frame.index[-1] - timedelta(days=VOLUME_DAYS)]
    recent = recent.dropna(subset=["high", "low", "volume"])
    if recent.empty or not recent["volume"].sum() > 0:
        return ()
    edges, traded = volume_profile(recent, BIN_RANGES * float(average_range(bars).iloc[-1]))
    middles = (edges[1:] + edges[:-1]) / 2
    share = traded / traded.sum()
    most = int(traded.argmax())
    first, last = _value_area(share, most)
    formed = pd.Timestamp(recent.index[0]).to_pydatetime()
    span = f"in the {(finished.as_of - formed).days + 1} days since {full_day(formed.date())}"

    def level(price: float, reason: Reason, what: str, part: float) -> FoundLevel:
        return FoundLevel(float(price), reason, f"{what} {span}.", formed, finished.as_of, float(part))

    nodes = [
        level(middles[place], Reason.VOLUME_NODE, "A local maximum of volume", share[place])
        for place in _nodes(traded)
        if place != most
    ]
    return (
        level(middles[most], Reason.MOST_TRADED, "The most traded price", share[most]),
        level(edges[first], Reason.VALUE_LOW, "The lower end of 70% of volume", VALUE_SHARE),
        level(edges[last + 1], Reason.VALUE_HIGH, "The upper end of 70% of volume", VALUE_SHARE),
        *nodes,
    )


def volume_profile(frame: pd.DataFrame, width: float) -> tuple[Floats, Floats]:
    """The edges of price bins of about ``width`` and the volume traded in each."""
    low, high, volume = (frame[name].to_numpy() for name in ("low", "high", "volume"))
    bottom, top = float(low.min()), float(high.max())
    bins = 1
    if width > 0 and top > bottom:
        bins = min(MOST_BINS, max(1, int(np.ceil((top - bottom) / width))))
    edges = np.linspace(bottom, top if top > bottom else bottom + 1, bins + 1)
    span = np.where(high > low, high - low, 1.0)[:, None]
    # The part of each bar's range below each edge; a bar of one price lies wholly below the next edge.
    below = np.clip((edges[None, :] - low[:, None]) / span, 0, 1)
    flat = (high == low)[:, None]
    below = np.where(flat, (edges[None, :] > low[:, None]).astype(float), below)
    below[:, -1] = 1.0
    traded: Floats = (np.diff(below, axis=1) * volume[:, None]).sum(axis=0)
    return edges, traded


def _nodes(traded: Floats) -> list[int]:
    floor_ = np.percentile(traded, NODE_PERCENTILE)
    padded = np.concatenate(([-1.0], traded, [-1.0]))
    higher = (padded[1:-1] > padded[:-2]) & (padded[1:-1] >= padded[2:]) & (traded > floor_)
    return [int(place) for place in np.flatnonzero(higher)]


def _value_area(share: Floats, most: int) -> tuple[int, int]:
    first = last = most
    while share[first : last + 1].sum() < VALUE_SHARE - 1e-12:
        lower = share[first - 1] if first > 0 else -1.0
        upper = share[last + 1] if last + 1 < len(share) else -1.0
        if lower < 0 and upper < 0:
            break
        if upper >= lower:
            last += 1
        else:
            first -= 1
    return first, last


def average_levels(bars: Bars, lengths: tuple[int, ...] = AVERAGES) -> tuple[FoundLevel, ...]:
    """Simple averages of the last closes and whether they rise; left out while too few closes are known."""
    finished = bars.finished
    closes = finished.close
    found = []
    for length in lengths:
        if len(closes) < length:
            continue
        averages = _means(closes, length)
        now = float(averages.iloc[-1])
        before = float(averages.iloc[-1 - SLOPE_BARS]) if len(closes) >= length + SLOPE_BARS else now
        slope = "rising" if now > before else "falling" if now < before else "flat"
        first = pd.Timestamp(closes.index[-length]).to_pydatetime()
        known = int(closes.iloc[-length:].count())
        of = f"the {known} known of the last {length}" if known < length else f"the last {length}"
        why = f"The mean of {of} closes, {slope}."
        found.append(FoundLevel(now, Reason.AVERAGE, why, first, finished.as_of))
    return tuple(found)


def _means(closes: pd.Series, length: int) -> pd.Series:
    """The mean of the closes that are known of the last ``length``, from the first whole window on."""
    return closes.rolling(length, min_periods=1).mean().iloc[length - 1 :]


def crossed(bars: Bars, fast: int = 50, slow: int = 200) -> tuple[datetime, str] | None:
    """When the fast average last crossed the slow one, and the side it is on now; None where it has not."""
    closes = bars.finished.close
    gap = (_means(closes, fast) - _means(closes, slow)).dropna()
    signs = gap[gap != 0] > 0
    turns = signs.index[1:][signs.to_numpy()[1:] != signs.to_numpy()[:-1]]
    if not len(turns):
        return None
    return pd.Timestamp(turns[-1]).to_pydatetime(), "above" if signs.iloc[-1] else "below"


def round_levels(price: float, around: float = 0.10) -> tuple[FoundLevel, ...]:
    """Round numbers within ``around`` of ``price``: multiples of `round_step`."""
    if price <= 0:
        return ()
    step = round_step(price)
    first, last = np.ceil(price * (1 - around) / step), np.floor(price * (1 + around) / step)
    return tuple(
        FoundLevel(float(number * step), Reason.ROUND, f"A multiple of {step:,g}.")
        for number in np.arange(first, last + 1)
    )


def round_step(price: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is at most 5% of ``price``: never under 2% of it."""
    power = floor(log10(price * ROUND_SPACING))
    steps = [base * 10.0**exponent for exponent in (power - 1, power) for base in (1, 2, 5)]
    return max(step for step in steps if step <= price * ROUND_SPACING * (1 + 1e-12))


def newest_fall(bars: Bars) -> Leg | None:
    """The fall from the highest high of the finished bars to the lowest low after it, known with its low.

    None where it is shallower than a fall is by rule: 5 %, and 10 % in a market that never closes.
    """
    finished = bars.finished
    frame = finished.frame
    highs = frame["high"].fillna(frame["close"]).to_numpy()
    lows = frame["low"].fillna(frame["close"]).to_numpy()
    high = int(np.nanargmax(highs))
    if high == len(lows) - 1:
        return None
    low = high + 1 + int(np.nanargmin(lows[high + 1 :]))
    start, end = float(highs[high]), float(lows[low])
    if end > start * (1 - (CRYPTO_DEPTH if bars.is_continuous else DEPTH)):
        return None
    began, ended = (finished.dates[place].to_pydatetime() for place in (high, low))
    known = frame.index[low].to_pydatetime()
    return Leg(f"the fall from {full_day(began.date())} to {full_day(ended.date())}", start, end, known)


def retracements(leg: Leg, shares: tuple[float, ...] = SHARES) -> tuple[FoundLevel, ...]:
    """Prices that give back a share of a leg, from its end to its start: a convention, without evidence."""
    return tuple(
        FoundLevel(
            leg.end + (leg.start - leg.end) * share,
            Reason.RETRACEMENT,
            f"{share:.1%} of {leg.name} given back: a convention.",
            leg.known_at,
            leg.known_at,
        )
        for share in shares
    )


def _has_volume(bars: Bars) -> bool:
    return bool(bars.frame["volume"].notna().any())
