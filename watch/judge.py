"""Whether a price can be believed: what stands between a wrong number and an alert."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

from data_sources.agreement import CRYPTO, INDEX, POINTS, YIELD_POINTS, disagreeing
from data_sources.set_aside import doubts_in
from market.bars import Bars, SecondOpinion
from market.calendars import session_state
from market.instruments import Calendar, Interval, Unit
from market.publishers import publisher
from market.rules import Health
from market.text import age, decimal
from watch.machine import Sample

AHEAD = timedelta(seconds=30)
TOGETHER = timedelta(minutes=2)
OLDEST_LIVE = {Interval.HOUR: timedelta(minutes=5), Interval.DAY: timedelta(minutes=20)}
OLDEST_DAILY = timedelta(days=4)
TOLERANCE = {Calendar.ALWAYS: CRYPTO, Calendar.XNYS: INDEX}
ROUNDING = 1e-9
JUMP = 0.06
ABSURD = 3.0
DOUBT_FOR = timedelta(minutes=10)
PRICED = (Unit.USD, Unit.POINTS)


@dataclass(frozen=True, slots=True)
class Doubt:
    """A price too far from the one before to be believed at once, and since when it stands there."""

    value: float
    since: datetime


@dataclass(frozen=True, slots=True)
class Believed:
    """The last price of an instrument that was believed, its instant, and any doubt about a newer one."""

    value: float | None = None
    as_of: datetime | None = None
    doubt: Doubt | None = None


def judge(bars: Bars, believed: Believed, now: datetime, *, replay: bool = False) -> tuple[Sample, Believed]:
    """The newest price of ``bars`` as a sample, and what is believed after it.

    A price is believed when its own time is known, not in the future, not old and not older than the last one
    believed, when a second source agrees where there is one, and when it did not jump where there is none.
    In ``replay`` a recording is what it claims to be; otherwise recorded prices are out of date.
    """
    value, as_of, source = bars.last, bars.as_of, publisher(bars.provenance.source)

    def disbelieve(health: Health, why: str) -> Sample:
        return Sample(health, None, as_of, source, why)

    if not isfinite(value) or (value <= 0 and bars.instrument.unit in PRICED):
        return disbelieve(Health.ERROR, f"{source} sent a price that cannot be."), believed
    if because := _out_of_date(bars, believed, now, replay):
        return disbelieve(Health.STALE, because), believed
    if because := _disagreement(bars):
        return disbelieve(Health.DISPUTED, because), believed
    doubt = _doubt(bars, believed, now)
    if doubt is not None:
        why = f"{source} jumped, and no second source confirms it."
        return disbelieve(Health.DISPUTED, why), Believed(believed.value, believed.as_of, doubt)
    live = bars.in_progress is not None
    return Sample(Health.FRESH, value, as_of, source, live=live), Believed(value, as_of)


def _out_of_date(bars: Bars, believed: Believed, now: datetime, replay: bool) -> str:
    provenance = bars.provenance
    if provenance.stale_because:
        return f"Out of date: {provenance.stale_because}."
    if provenance.recorded:
        return "" if replay else "The prices come from the recording."
    if bars.as_of > now + AHEAD:
        return f"{publisher(provenance.source)} sent a time that lies ahead of this clock."
    if believed.as_of is not None and bars.as_of < believed.as_of:
        return f"{publisher(provenance.source)} sent a price older than the last."
    if bars.instrument.published_by(provenance.source):
        return ""  # the feed itself says when what is printed later than its close is late
    old = now - bars.as_of
    if old > _oldest(bars, now):
        return f"The newest price is {age(old)} old."
    return ""


def _oldest(bars: Bars, now: datetime) -> timedelta:
    if bars.instrument.flow or bars.instrument.unit is Unit.SCORE:
        return OLDEST_DAILY
    delay = OLDEST_LIVE[bars.interval] + timedelta(minutes=bars.provenance.delay_minutes)
    if bars.instrument.calendar is Calendar.ALWAYS:
        return delay
    # Where New York was shut a delay ago, its last close is as new as a price can be: overnight, and at the
    # open until the first delayed price is due.
    session = session_state(now - delay)
    if session.is_open or session.last_close is None:
        return delay
    return now - session.last_close + delay


def _disagreement(bars: Bars) -> str:
    second = bars.provenance.second
    if bars.provenance.disputed:
        ours, other = publisher(bars.provenance.source), disagreeing(bars)
        if other:
            return f"{ours} and {publisher(other.source)} disagree."
        doubts = doubts_in(bars.provenance.notes)
        return f"{ours}, {doubts[-1]}." if doubts else f"{ours} sent a price that is in doubt."
    if second and _is_now(bars) and not _agree(bars, second):
        by = decimal(abs(second.difference) * 100, 1, suffix="%")
        return f"{publisher(bars.provenance.source)} and {publisher(second.source)} disagree by {by}."
    return ""


def _agree(bars: Bars, second: SecondOpinion) -> bool:
    """Whether two prices of one moment are the same for all we know, by the measure of the pages."""
    instrument, apart = bars.instrument, abs(bars.last - second.value)
    if instrument.unit is Unit.PERCENT:
        return apart <= YIELD_POINTS + ROUNDING
    if instrument.unit is Unit.POINTS and apart <= POINTS + ROUNDING:
        return True
    return abs(second.difference) <= TOLERANCE[instrument.calendar]


def _is_now(bars: Bars) -> bool:
    """Whether the second opinion is about the newest price, and not about the last close."""
    second = bars.provenance.second
    return second is not None and abs(second.as_of - bars.as_of) <= TOGETHER


def _doubt(bars: Bars, believed: Believed, now: datetime) -> Doubt | None:
    """A jump that nobody confirms is doubted until it has stood for ten minutes; an absurd one always."""
    before, value = believed.value, bars.last
    if before is None or before <= 0 or value <= 0 or _is_now(bars):
        return None
    if bars.instrument.unit not in PRICED or abs(value / before - 1) <= JUMP:
        return None
    held = believed.doubt
    if held is None or abs(value / held.value - 1) > JUMP:
        return Doubt(value, now)
    absurd = not 1 / ABSURD < value / before < ABSURD
    return held if absurd or now - held.since < DOUBT_FOR else None
