"""Nothing later than the moment is reachable, and the open bar is built from the hours known by then."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.readings import read_all
from data_sources.asof import AsOf, last_close, with_progress
from data_sources.assembly import assemble
from data_sources.errors import NoData
from data_sources.feed import Feed
from data_sources.settings import SHIPPED_RECORDING, Mode, Settings
from data_sources.source import Source
from market import catalogue
from market.bars import Bars, State
from market.instruments import Calendar, Instrument, Interval
from tests.fakes.prices import make_bars

KNOWN = catalogue.load()
FEED = assemble(Settings(Mode.RECORDED)).feed()
START, END = datetime(2025, 1, 2, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC)
HOURLY = datetime(2026, 1, 26, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

minutes = st.integers(1, int((END - START) / MINUTE)).map(lambda count: START + count * MINUTE)
hours_known = st.integers(1, int((datetime(2026, 2, 14, tzinfo=UTC) - HOURLY) / MINUTE)).map(
    lambda count: HOURLY + count * MINUTE
)
moments = minutes | hours_known


class Future:
    """``inner``, with every price after a moment made up: what is known by then must not change."""

    def __init__(self, inner: Source, moment: datetime) -> None:
        self.inner = inner
        self.moment = pd.Timestamp(moment)

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars, three times as high from the moment on."""
        bars = self.inner.bars(instrument, interval)
        frame = bars.frame.copy()
        frame.loc[frame.index > self.moment] *= 3
        return replace(bars, frame=frame)


class Past:
    """``inner`` as it was at a moment: no later row is there at all."""

    def __init__(self, inner: Source, moment: datetime) -> None:
        self.inner = inner
        self.moment = moment

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The rows up to the moment; raises `NoData` where there are none."""
        known = self.inner.bars(instrument, interval).until(self.moment)
        if known is None:
            raise NoData(instrument, "the past")
        return known


@cache
def rows(name: str, key: str) -> list[tuple[datetime, dict[str, str]]]:
    """The rows of one key in one file of the recording."""
    with (SHIPPED_RECORDING / name).open(encoding="utf-8") as lines:
        found = [row for row in csv.DictReader(lines) if row["key"] == key]
    return [(datetime.fromisoformat(row["time"]), row) for row in found]


@given(moments, st.sampled_from(list(KNOWN)), st.sampled_from(Interval))
def test_no_bar_is_later_than_the_moment(
    moment: datetime, instrument: Instrument, interval: Interval
) -> None:
    try:
        bars = FEED.as_of(moment).bars(instrument.key, interval)
    except NoData:
        return
    assert bars.as_of <= moment
    assert bars.finished.as_of <= moment


@given(moments)
def test_what_comes_later_changes_nothing_known_before(moment: datetime) -> None:
    instruments = list(KNOWN)
    feeds = [
        Feed(source, KNOWN).as_of(moment)
        for source in (FEED.source, Future(FEED.source, moment), Past(FEED.source, moment))
    ]
    for interval in Interval:
        seen, poisoned, short = (feed.many(instruments, interval) for feed in feeds)
        assert seen.found.keys() == poisoned.found.keys() == short.found.keys()
        for key, bars in seen.found.items():
            assert bars.frame.equals(poisoned[key].frame)
            assert bars.frame.equals(short[key].frame)
            assert bars.in_progress == poisoned[key].in_progress == short[key].in_progress
            assert bars.state == short[key].state
    numbers, as_numbers = (read_all(feed.many(KNOWN.pick("BTC", "IXIC", "US10Y"))) for feed in feeds[:2])
    assert numbers == as_numbers


@given(moments, moments)
def test_a_replay_inside_a_replay_stands_at_the_earlier_moment(one: datetime, other: datetime) -> None:
    twice, once = FEED.as_of(one).as_of(other), FEED.as_of(min(one, other))
    for key in ("BTC", "IXIC"):
        try:
            wanted = once.bars(key).finished.as_of
        except NoData:
            continue
        assert twice.bars(key).finished.as_of == wanted


@given(hours_known)
def test_the_open_bar_of_bitcoin_is_the_sum_of_its_hours(moment: datetime) -> None:
    bars = FEED.as_of(moment).bars("BTC")
    midnight = moment.replace(hour=0, minute=0)
    hours = rows("hours.csv", "BTC")
    since = [row for at, row in hours if midnight < at <= moment]
    if not since:
        assert bars.in_progress is None
        assert bars.as_of == midnight
        return
    before = [float(row["close"]) for at, row in hours if at == midnight]
    base = before[0] if before else float(since[0]["open"])
    newest = bars.frame.iloc[-1]
    assert newest["open"] == float(since[0]["open"])
    assert newest["high"] == max(float(row["high"]) for row in since)
    assert newest["low"] == min(float(row["low"]) for row in since)
    assert newest["close"] == float(since[-1]["close"])
    assert bars.in_progress is not None
    assert bars.in_progress.source == "Yahoo Finance composite"
    assert bars.in_progress.change == pytest.approx(float(since[-1]["close"]) / base - 1)
    assert bars.state is State.PROVISIONAL


def test_the_price_of_one_venue_is_never_divided_by_that_of_another() -> None:
    bars = FEED.as_of(datetime(2026, 2, 7, 15, 30, tzinfo=UTC)).bars("BTC")
    at_midnight = next(row for at, row in rows("hours.csv", "BTC") if at == datetime(2026, 2, 7, tzinfo=UTC))
    own = 68_618 / float(at_midnight["close"]) - 1
    assert float(bars.returns.iloc[-1]) == pytest.approx(own)
    assert float(bars.returns.iloc[-1]) != pytest.approx(68_618 / 70_580 - 1, abs=1e-5)


def test_at_midnight_the_day_is_closed_and_no_bar_is_open() -> None:
    bars = FEED.as_of(datetime(2026, 2, 6, tzinfo=UTC)).bars("BTC")
    assert bars.in_progress is None
    assert bars.last == 62_910
    assert bars.state is State.RECORDED


def test_a_session_counts_from_the_instant_it_closes() -> None:
    close = datetime(2026, 2, 5, 21, 0, tzinfo=UTC)
    assert FEED.as_of(close - MINUTE).bars("IXIC").dates[-1] == pd.Timestamp("2026-02-04")
    assert FEED.as_of(close).bars("IXIC").dates[-1] == pd.Timestamp("2026-02-05")


def test_an_early_close_and_a_day_without_a_session_are_known() -> None:
    thanksgiving_friday = datetime(2025, 11, 28, 18, 0, tzinfo=UTC)
    assert FEED.as_of(thanksgiving_friday).bars("GSPC").as_of == thanksgiving_friday
    mourning = datetime(2025, 1, 10, tzinfo=UTC)
    assert FEED.as_of(mourning).bars("GSPC").dates[-1] == pd.Timestamp("2025-01-08")
    assert FEED.as_of(mourning).bars("GSPC").state is State.RECORDED


def test_a_series_that_should_have_moved_on_is_out_of_date() -> None:
    class Slow(Past):
        """Stops a week before anybody looks."""

    feed = Feed(Slow(FEED.source, datetime(2026, 1, 30, 22, 0, tzinfo=UTC)), KNOWN)
    late = feed.as_of(datetime(2026, 2, 6, tzinfo=UTC)).bars("IXIC")
    assert late.state is State.STALE
    assert late.provenance.stale_because == "Nasdaq published nothing after Fri 30 Jan 2026"


def replayed(key: str, moment: datetime, weekly: bool = False) -> Bars:
    """A made-up series up to Friday 6 March 2026, every session or only on Fridays, as of a moment."""

    class Made:
        """Answers with the one series."""

        def bars(self, instrument: Instrument, _: Interval) -> Bars:
            """All of it."""
            return make_bars(instrument, [n / 100 for n in range(250)], last=date(2026, 3, 6))

    class Fridays(Made):
        """Leaves all but the Fridays out."""

        def bars(self, instrument: Instrument, interval: Interval) -> Bars:
            """One a week."""
            bars = super().bars(instrument, interval)
            return replace(bars, frame=bars.frame.loc[bars.dates.day_of_week == 4])

    return AsOf(Fridays() if weekly else Made(), moment).bars(KNOWN[key], Interval.DAY)


@pytest.mark.parametrize(
    ("key", "newest"), [("OFR_FSI", "2026-02-03"), ("BROAD_DOLLAR", "2026-01-30"), ("HY_OAS", "2026-02-04")]
)
def test_what_is_published_days_later_is_not_known_before(key: str, newest: str) -> None:
    thursday = datetime(2026, 2, 5, 22, 0, tzinfo=UTC)
    bars = replayed(key, thursday)
    assert bars.dates[-1] == pd.Timestamp(newest)
    assert bars.provenance.stale_because is None


@pytest.mark.parametrize(
    ("key", "known_from", "day"),
    [
        ("US10Y", datetime(2026, 2, 6, 21, 15, tzinfo=UTC), "2026-02-05"),
        ("US2Y", datetime(2026, 2, 9, 21, 15, tzinfo=UTC), "2026-02-06"),
        ("US10Y", datetime(2025, 10, 14, 20, 15, tzinfo=UTC), "2025-10-10"),  # over Columbus Day
        ("BTC_ETF_FLOW", datetime(2026, 2, 6, 6, 0, tzinfo=UTC), "2026-02-05"),
        ("FNG", datetime(2026, 2, 7, 0, 1, tzinfo=UTC), "2026-02-07"),
    ],
)
def test_a_figure_is_known_from_when_it_was_published(key: str, known_from: datetime, day: str) -> None:
    before, after = (FEED.as_of(at).bars(key) for at in (known_from - MINUTE, known_from))
    assert before.dates[-1] < pd.Timestamp(day)
    assert after.dates[-1] == pd.Timestamp(day)
    assert before.state is after.state is State.RECORDED


@given(moments, st.sampled_from(["US10Y", "US2Y", "FNG", "BTC_ETF_FLOW"]))
def test_no_figure_is_known_before_it_was_published(moment: datetime, key: str) -> None:
    try:
        bars = FEED.as_of(moment).bars(key)
    except NoData:
        return
    habit = KNOWN[key].published
    assert habit is not None
    assert habit.of(bars.dates[-1].date()) <= moment


def test_the_mood_of_a_day_is_read_on_that_day_and_at_its_end() -> None:
    values = {at.date(): float(row["value"]) for at, row in rows("readings.csv", "FNG")}
    for hour in (1, 12, 24):
        bars = FEED.as_of(datetime(2026, 2, 5, tzinfo=UTC) + timedelta(hours=hour)).bars("FNG")
        assert (bars.last, bars.dates[-1]) == (values[date(2026, 2, 5)], pd.Timestamp("2026-02-05"))
        assert bars.as_of == datetime(2026, 2, 5, tzinfo=UTC)


def test_a_yield_that_is_late_is_out_of_date() -> None:
    feed = Feed(Past(FEED.source, datetime(2026, 2, 4, 22, 0, tzinfo=UTC)), KNOWN)
    printed = datetime(2026, 2, 6, 21, 15, tzinfo=UTC)
    assert feed.as_of(printed - MINUTE).bars("US10Y").state is State.RECORDED
    assert feed.as_of(printed).bars("US10Y").state is State.STALE


@pytest.mark.parametrize("day", range(2, 9))
def test_a_weekly_gauge_is_never_out_of_date_within_its_week(day: int) -> None:
    bars = replayed("STLFSI", datetime(2026, 2, day, 22, 0, tzinfo=UTC), weekly=True)
    assert bars.dates[-1] == pd.Timestamp("2026-01-30" if day >= 5 else "2026-01-23")
    assert bars.provenance.stale_because is None


def test_before_the_first_bar_there_is_nothing() -> None:
    with pytest.raises(NoData, match="the history so far has nothing"):
        FEED.as_of(START + MINUTE).bars("IXIC")


def test_the_same_bars_come_back_while_nothing_changes() -> None:
    moment = datetime(2026, 2, 5, 12, 0, tzinfo=UTC)
    assert FEED.as_of(moment).bars("BTC") is FEED.as_of(moment).bars("BTC")


def test_new_bars_behind_a_replay_are_seen() -> None:
    class Growing:
        """Has one more day each time."""

        size = 10

        def bars(self, instrument: Instrument, interval: Interval) -> Bars:
            self.size += 1
            full = FEED.source.bars(instrument, interval)
            return replace(full, frame=full.frame.iloc[: self.size])

    replay = AsOf(Growing(), END)
    assert [len(replay.bars(KNOWN["BTC"], Interval.DAY)) for _ in range(3)] == [11, 12, 13]


def test_hours_that_do_not_reach_the_close_open_no_bar() -> None:
    day = FEED.as_of(datetime(2026, 2, 6, tzinfo=UTC)).bars("BTC")
    stale = FEED.bars("BTC", Interval.HOUR).until(datetime(2026, 2, 5, 20, 0, tzinfo=UTC))
    assert stale is not None
    assert with_progress(day, stale) is day


def test_the_last_close_of_a_weekend_is_fridays() -> None:
    saturday = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
    assert last_close(Calendar.XNYS, saturday) == datetime(2026, 2, 6, 21, 0, tzinfo=UTC)
    assert last_close(Calendar.ALWAYS, saturday) == datetime(2026, 2, 7, tzinfo=UTC)
