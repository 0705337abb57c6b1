"""The biography of a zone: when price came, how often it tested, what followed, and what would change now."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite

import numpy as np
import pandas as pd

from analytics.zone_machine import Floats, ZoneBar, crosses, side_of
from analytics.zone_numbers import edges
from analytics.zone_rows import woven, zone_bars
from analytics.zones import ZoneHistory
from market.bars import Bars
from market.definitions import Definition
from market.instruments import Instrument, Interval
from market.readings import Envelope, Result, joint_envelope
from market.text import price as say_price
from market.zone_events import Happening, Stand, ZoneEvent
from market.zones import Zone

AHEAD = (1, 5, 20)
COUNTS = ("no", "One", "Two", "Three", "Four", "Five")

DEFINITIONS = (
    Definition(
        "zone_biography",
        "Biography of a level",
        "Each touch is a test. It held if a close was one average true range away again on the side price "
        "came from, broke if closes confirmed the other side. After it: the returns to the closes "
        f"{', '.join(map(str, AHEAD[:-1]))} and {AHEAD[-1]} bars later, from the close of the bar that "
        "touched it, of the tests seen in bars of the length that tells now. Breaks are the losses and "
        "reclaims that closes confirmed. Time inside counts closes between the edges; volume inside spreads "
        "each bar’s evenly from its low to its high, as a share of all.",
        "Closed bars of the loaded history: days until the hours begin, then hours.",
        "A test that is not settled is open; a return is left out where its later close is not there yet, or "
        "missing.",
        "Ours. Closes held at a level do not predict the next one.",
        "Levels",
    ),
)


class Outcome(StrEnum):
    """How a test of a zone ended."""

    HELD = "held"
    BROKE = "broke"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class ZoneTest:
    """One touch of a zone and what followed.

    Held means that a close was one range away again on the side price came from, broke that closes
    confirmed the other side; ``settled`` is when. ``after`` are the returns from the close of the touching
    bar to the closes 1, 5 and 20 bars of its ``interval`` later, None where they are not known.
    """

    time: datetime
    interval: Interval
    price: float
    side: Stand | None
    outcome: Outcome
    settled: datetime | None
    after: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """Where closes stood ``bars`` after each test: how many, the median return, the worst and the best.

    Of the tests seen in bars of one ``interval``, so that hours and days never meet in a median.
    """

    bars: int
    n: int
    interval: Interval = Interval.DAY
    median: float | None = None
    worst: float | None = None
    best: float | None = None


@dataclass(frozen=True, slots=True)
class Biography:
    """What happened at a zone over the bars known.

    ``breaks`` are losses and reclaims confirmed by closes, ``wicks`` the piercings that closes did not
    confirm. ``hours_inside`` are hours that closed inside (None without hourly bars), ``days_inside`` days
    that did. ``volume_inside`` spreads each bar's volume evenly from its low to its high; ``volume_share``
    is its part of all volume. Both are None where volume or range is not published.
    """

    zone: Zone
    since: datetime
    first_seen: datetime | None
    tests: tuple[ZoneTest, ...]
    breaks: int
    wicks: int
    hours_inside: int | None
    days_inside: int | None
    volume_inside: float | None
    volume_share: float | None
    followed: tuple[Followed, ...]

    def ended(self, outcome: Outcome) -> int:
        """How many tests ended so."""
        return sum(test.outcome is outcome for test in self.tests)


def biography(history: ZoneHistory, days: Bars, hours: Bars | None = None) -> Biography:
    """The biography of a zone from the ``days`` and ``hours`` that ``history`` was followed on."""
    zone = history.zone
    rows = zone_bars(days) if hours is None else woven(days, hours)
    tests = tuple(_tests(history, rows, zone_bars(days)))
    hourly = hours if history.interval is Interval.HOUR else None
    volume, share = volume_inside(hourly or days, zone)
    if volume is None:
        volume, share = volume_inside(days, zone)
    kinds = [event.kind for event in history.events]
    return Biography(
        zone=zone,
        since=rows[0].time,
        first_seen=_first_seen(rows, zone),
        tests=tests,
        breaks=kinds.count(Happening.LOST) + kinds.count(Happening.RECLAIMED),
        wicks=kinds.count(Happening.WICK),
        hours_inside=None if hourly is None else closes_inside(hourly, zone),
        days_inside=closes_inside(days, zone),
        volume_inside=volume,
        volume_share=share,
        followed=tuple(_followed(tests, place, ahead, history.interval) for place, ahead in enumerate(AHEAD)),
    )


def _first_seen(rows: Iterable[ZoneBar], zone: Zone) -> datetime | None:
    """The first bar that reached the zone, or whose close lay on the other side of it than the one before."""
    before: Stand | None = None
    for row in rows:
        if row.low <= zone.high and row.high >= zone.low:
            return row.time
        if isfinite(row.close):
            side = side_of(row.close, zone.low, zone.high)
            if crosses(before, side):
                return row.time
            before = side
    return None


def biography_number(
    told: Biography, followed: Sequence[Bars], result: Result, unit: str, **inputs: float | str
) -> Envelope:
    """One number of a biography, with the edges of its zone and the bars it was told from."""
    closed = [bars.finished for bars in followed]
    return joint_envelope(result, closed, unit, "zone_biography", **edges(told.zone), **inputs)


def closes_inside(bars: Bars, zone: Zone, since: datetime | None = None) -> int:
    """How many finished bars closed inside the zone, of those complete after ``since``."""
    closes = bars.finished.close
    if since is not None:
        closes = closes[closes.index > pd.Timestamp(since)]
    return int(closes.between(zone.low, zone.high).sum())


def volume_inside(bars: Bars, zone: Zone) -> tuple[float | None, float | None]:
    """The volume traded inside the zone, each bar's spread evenly over its range, and its part of all volume.

    A bar without volume or range counts for nothing; both are None where no bar has them.
    """
    frame = bars.finished.frame.dropna(subset=["high", "low", "volume"])
    if frame.empty:
        return None, None
    low, high, volume = (frame[name].to_numpy() for name in ("low", "high", "volume"))
    total = float(volume.sum())
    inside = float((volume * _overlap(low, high, zone)).sum())
    return inside, inside / total if total > 0 else None


def _overlap(low: Floats, high: Floats, zone: Zone) -> Floats:
    width = high - low
    shared = np.clip(np.minimum(high, zone.high) - np.maximum(low, zone.low), 0, None)
    at_once = ((low >= zone.low) & (high <= zone.high)).astype(float)
    part: Floats = np.divide(shared, width, out=at_once, where=width > 0)
    return part


def _tests(history: ZoneHistory, rows: list[ZoneBar], by_day: list[ZoneBar]) -> Iterable[ZoneTest]:
    place, place_of_day = ({row.time: number for number, row in enumerate(each)} for each in (rows, by_day))
    for touch in history.touches:
        start = place[touch.time]
        outcome, settled = _outcome(history, touch, rows[start:])
        is_day = touch.interval is Interval.DAY
        later = by_day[place_of_day[touch.time] :] if is_day else rows[start:]
        after = tuple(_return_after(later, ahead) for ahead in AHEAD)
        yield ZoneTest(touch.time, touch.interval, touch.price, touch.side, outcome, settled, after)


def _return_after(rows: list[ZoneBar], ahead: int) -> float | None:
    """The return from the first of ``rows`` to the close ``ahead`` bars of its length later."""
    first = rows[0]
    if ahead >= len(rows) or first.close <= 0:
        return None
    later = rows[ahead]
    known = isfinite(later.close) and later.interval is first.interval
    return later.close / first.close - 1 if known else None


def _outcome(history: ZoneHistory, touch: ZoneEvent, rows: list[ZoneBar]) -> tuple[Outcome, datetime | None]:
    if touch.side is None:
        return Outcome.OPEN, None
    zone, apart = history.zone, history.confirmation.apart
    breaking = Happening.LOST if touch.side is Stand.ABOVE else Happening.RECLAIMED
    broken = {event.time for event in history.events if event.kind is breaking}
    for row in rows:
        if row.time in broken:
            return Outcome.BROKE, row.time
        away = row.close - zone.high if touch.side is Stand.ABOVE else zone.low - row.close
        if away >= apart * row.atr:
            return Outcome.HELD, row.time
    return Outcome.OPEN, None


def _followed(tests: tuple[ZoneTest, ...], place: int, ahead: int, interval: Interval) -> Followed:
    after = [test.after[place] for test in tests if test.interval is interval]
    returns = [value for value in after if value is not None]
    if not returns:
        return Followed(ahead, 0, interval)
    return Followed(ahead, len(returns), interval, float(np.median(returns)), min(returns), max(returns))


def what_would_change(history: ZoneHistory, instrument: Instrument) -> str:
    """One sentence: the closes that would change the state now, with their prices."""
    if history.stand is None:
        return history.why or ""
    zone = history.zone
    lower, upper = zone.low - history.band, zone.high + history.band
    below = f"{_closes(history, Stand.BELOW)} below {say_price(lower, instrument)}"
    above = f"{_closes(history, Stand.ABOVE)} above {say_price(upper, instrument)}"
    inside = (
        f"{_closes(history, Stand.INSIDE)} from {say_price(zone.low, instrument)}"
        f" to {say_price(zone.high, instrument)}"
    )
    if history.stand is Stand.INSIDE:
        return f"{below} would put price below it, {_lower_first(above)} above it."
    first = f"{below} would lose it" if history.stand is Stand.ABOVE else f"{above} would reclaim it"
    return f"{first}." if zone.is_level else f"{first}, {_lower_first(inside)} would put price inside."


def _closes(history: ZoneHistory, side: Stand) -> str:
    counted = history.votes if history.candidate is side else 0
    needed = history.confirmation.votes - counted
    kind = "daily" if history.interval is Interval.DAY else "hourly"
    count = COUNTS[needed] if needed < len(COUNTS) else str(needed)
    more = " more" if counted else ""
    return f"{count}{more} {kind} close{'' if needed == 1 else 's in a row'}"


def _lower_first(text: str) -> str:
    return text[0].lower() + text[1:]
