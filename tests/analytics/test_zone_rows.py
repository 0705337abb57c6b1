"""Days and hours told as one: what happened up to a moment is told the same at every later one."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isfinite, isnan

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.zone_rows import LENGTH, average_range, closest, woven, zone_bars
from analytics.zones import follow, follow_closest
from data_sources.feed import Feed
from market import catalogue
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Calendar, Instrument, Interval, Unit
from market.zone_events import Happening, ZoneEvent
from market.zones import Zone, write_zone
from tests.analytics.test_zones import ZONE, btc
from tests.api.service import RECORDING

ZONES = [zone for zone in catalogue.load().zones_of("BTC") if zone.known is None]
FIRST = datetime(2026, 1, 10, tzinfo=UTC)
LAST = datetime(2026, 3, 6, tzinfo=UTC)
CAME = Provenance("test", "", LAST, "close")


def told(feed: Feed, moment: datetime, zones: list[Zone] = ZONES) -> list[tuple[str, ZoneEvent]]:
    """Every event and touch of Bitcoin's levels as told at a moment."""
    seen = feed.as_of(moment)
    histories = follow_closest(seen.bars("BTC"), seen.hours("BTC"), zones)
    return [(write_zone(each.zone), event) for each in histories for event in (*each.events, *each.touches)]


def hours_of(days: Bars, first: str, closes: list[float]) -> Bars:
    """Hourly closes of the instrument of ``days``; NaN leaves the hour out."""
    index = pd.date_range(first, periods=len(closes), freq="h", tz="UTC")
    frame = pd.DataFrame(dict.fromkeys(COLUMNS, np.nan), index=index)
    frame["close"] = closes
    return Bars(days.instrument, Interval.HOUR, frame.dropna(subset=["close"]), CAME)


# Around the first hour, the last one, and in between.
MOMENTS = st.one_of(
    st.integers(0, int((LAST - FIRST) / timedelta(minutes=30))).map(
        lambda half: FIRST + half * timedelta(minutes=30)
    ),
    st.sampled_from(["2026-01-25T23:00Z", "2026-01-26T01:00Z", "2026-02-15T00:00Z", "2026-02-15T04:00Z"]).map(
        datetime.fromisoformat
    ),
)


@settings(max_examples=60, deadline=None)
@given(MOMENTS, MOMENTS)
def test_what_was_told_is_told_the_same_later(one: datetime, other: datetime) -> None:
    early, late = sorted((one, other))
    then, now = told(RECORDING, early), told(RECORDING, late)
    assert [each for each in now if each[1].time <= early] == then


class Holed:
    """The recording without some of Bitcoin's hours."""

    def __init__(self, gone: tuple[tuple[datetime, datetime], ...]) -> None:
        self._gone = gone
        self._made: dict[tuple[str, Interval], Bars] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars left."""
        bars = RECORDING.source.bars(instrument, interval)
        if interval is Interval.DAY:
            return bars
        index = bars.frame.index
        kept = np.ones(len(index), dtype=bool)
        for first, last in self._gone:
            kept &= (index < first) | (index > last)
        return replace(bars, frame=bars.frame.loc[kept])


INSTANTS = st.integers(0, 480).map(
    lambda hour: datetime(2026, 1, 26, tzinfo=UTC) + hour * LENGTH[Interval.HOUR]
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(INSTANTS, st.integers(0, 60)), min_size=1, max_size=3), MOMENTS, MOMENTS)
def test_holes_in_the_hours_take_nothing_back(
    holes: list[tuple[datetime, int]], one: datetime, other: datetime
) -> None:
    gone = tuple((first, first + hours * LENGTH[Interval.HOUR]) for first, hours in holes)
    feed = Feed(Holed(gone), RECORDING.catalogue, RECORDING.span)
    early, late = sorted((one, other))
    then, now = told(feed, early, [ZONE]), told(feed, late, [ZONE])
    assert now[: len(then)] == then or set(then) <= set(now)


def test_hours_tell_from_their_first_on_and_days_before_and_after() -> None:
    days, hours = RECORDING.bars("BTC"), RECORDING.hours("BTC")
    assert hours is not None
    rows = woven(days, hours)
    assert [row.time for row in rows] == sorted({row.time for row in rows})
    by_hour = [row.time for row in rows if row.interval is Interval.HOUR and isfinite(row.close)]
    assert (by_hour[0], by_hour[-1]) == (hours.since, hours.as_of)
    assert len(by_hour) == len(hours)
    by_day = [row.time for row in rows if row.interval is Interval.DAY]
    assert by_day[0] == days.since
    assert [time for time in by_day if hours.since <= time <= hours.as_of] == []
    assert closest(days, hours) is days


def test_a_day_stands_in_where_its_last_hour_is_not_known() -> None:
    days = btc([100.0] * 30, spread=2, first="2026-01-01")
    hours = hours_of(days, "2026-01-20T01:00", [100.0] * 10 + [np.nan] * 20 + [100.0] * 10)
    rows = [row for row in woven(days, hours) if hours.since <= row.time <= hours.as_of]
    days_told = [row for row in rows if row.interval is Interval.DAY]
    assert days_told[0].time == datetime(2026, 1, 21, tzinfo=UTC)
    # The extremes of the day lie beyond those of its hours, and are told with it.
    assert (days_told[0].high, days_told[0].low, days_told[0].close) == (102, 98, 100)
    holes = [row for row in rows if isnan(row.close)]
    assert [row.time.hour for row in holes] == [*range(11, 24), *range(1, 7)]


def test_two_closes_in_a_row_are_never_on_two_sides_of_a_hole() -> None:
    days = btc([76_000.0, 76_500.0] * 10, spread=300)
    start = "2026-01-21T01:00"
    whole = hours_of(days, start, [76_000.0, 66_000, 66_000, 66_000])
    holed = hours_of(days, start, [76_000.0, 66_000, np.nan, 66_000])
    after = hours_of(days, start, [76_000.0, 66_000, np.nan, 66_000, 66_000])
    kinds = [
        [(event.kind, event.time.hour) for event in follow_closest(days, hours, [ZONE])[0].events]
        for hours in (whole, holed, after)
    ]
    assert kinds == [[(Happening.LOST, 3)], [], [(Happening.LOST, 5)]]
    waiting = follow_closest(days, holed, [ZONE])[0]
    assert (waiting.votes, waiting.interval) == (1, Interval.HOUR)


def test_nights_and_weekends_are_no_holes_in_the_hours_of_a_session() -> None:
    fund = Instrument("QQQ", "Nasdaq fund", "QQQ", "funds", Unit.USD, Calendar.XNYS)
    stamps = pd.to_datetime(
        [
            f"2026-02-{day:02d}T{time}Z"
            for day in (5, 6, 9)
            for time in ("15:30", "16:30", "17:30", "18:30", "19:30", "20:30", "21:00")
        ]
    )
    frame = pd.DataFrame(dict.fromkeys(COLUMNS, np.nan), index=stamps)
    frame["close"] = 100.0
    index = pd.bdate_range("2026-01-12", "2026-02-09", tz="UTC") + timedelta(hours=21)
    daily = pd.DataFrame(dict.fromkeys(COLUMNS, np.nan), index=index)
    daily["close"] = 100.0
    days = Bars(fund, Interval.DAY, daily, CAME)

    def holes(hours: pd.DataFrame) -> int:
        rows = woven(days, Bars(fund, Interval.HOUR, hours, CAME))
        return sum(isnan(row.close) for row in rows)

    assert holes(frame) == 0
    assert holes(frame.drop(frame.index[9])) == 1
    assert holes(frame.drop(frame.index[7])) == 1


def test_a_hole_among_days_ends_a_run_and_keeps_the_range() -> None:
    closes = [76_000.0, 76_500.0] * 10 + [66_000.0, 66_000.0, 66_000.0]
    whole = btc(closes, spread=300)
    holed = holed_at(whole, len(closes) - 2)
    assert [event.kind for event in follow(whole, ZONE).events] == [Happening.LOST]
    history = follow(holed, ZONE)
    assert (history.events, history.votes, history.closes) == ((), 1, len(closes) - 1)
    rows = zone_bars(holed)
    assert isnan(rows[-2].close)
    assert all(isfinite(row.atr) for row in rows[-5:])
    assert np.isfinite(average_range(holed).iloc[-1])


def holed_at(bars: Bars, *places: int) -> Bars:
    """The same bars with rows of which nothing is known."""
    frame = bars.frame.copy()
    frame.iloc[list(places)] = np.nan
    return replace(bars, frame=frame)


def test_whether_the_zone_held_is_unknown_where_a_hole_could_decide_it() -> None:
    bars = btc([*[66_000.0] * 20, 70_000, 70_000, 70_000, 70_000], spread=300)
    held = follow(holed_at(bars, 22), ZONE).holding
    assert (held.holds, held.held, held.known, held.run) == (None, 2, 2, 1)
    broken = follow(holed_at(btc([*[66_000.0] * 22, 70_000], spread=300), 21), ZONE).holding
    assert (broken.holds, broken.held, broken.known) == (False, 1, 2)


def test_a_close_only_series_crosses_a_level_between_two_closes() -> None:
    closes = [20.0, 21.0] * 10 + [45.0, 46.0, 47.0, 22.0, 21.0]
    level = Zone("BTC", 30, 30)
    history = follow(btc(closes), level)
    assert [touch.time.day for touch in history.touches] == [22, 25]
    assert [event.kind for event in history.events] == [Happening.RECLAIMED, Happening.LOST]
    assert all(before.time < after.time for before, after in pairwise(history.touches))
