from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.calendars import (
    day_end,
    day_of,
    day_start,
    session_after,
    session_before,
    session_close,
    session_closes,
    session_state,
)

moments = st.datetimes(datetime(2000, 1, 1), datetime(2026, 6, 1)).map(  # noqa: DTZ001 (made aware)
    lambda at: at.replace(tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        (date(2026, 2, 5), 21),  # winter
        (date(2025, 7, 7), 20),  # summer
        (date(2025, 11, 28), 18),  # the short day after Thanksgiving
        (date(2025, 7, 3), 17),  # the short day before Independence Day
    ],
)
def test_new_york_closes_by_the_clock_of_the_season(day: date, hour: int) -> None:
    assert session_close(day) == datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.mark.parametrize("day", [date(2026, 2, 7), date(2025, 12, 25), date(2025, 1, 9), date(2001, 9, 11)])
def test_weekends_holidays_and_days_of_mourning_have_no_session(day: date) -> None:
    assert session_close(day) is None


def test_both_ends_of_a_stretch_count() -> None:
    closes = session_closes(date(2026, 2, 2), date(2026, 2, 6))
    assert [stamp.day for stamp in pd.DatetimeIndex(closes.index)] == [2, 3, 4, 5, 6]


@given(moments)
def test_the_sessions_around_a_moment_are_the_nearest(moment: datetime) -> None:
    before, after, state = session_before(moment), session_after(moment), session_state(moment)
    assert before is not None and after is not None
    assert before < moment < after or before < moment == state.last_close < after
    assert session_after(before) in (after, moment)
    assert state.last_close in (before, moment)


@given(moments)
def test_new_york_is_open_between_an_open_and_a_close(moment: datetime) -> None:
    state = session_state(moment)
    assert (state.closes is not None) == state.is_open
    assert state.next_open is not None and state.next_open > moment
    if state.is_open:
        assert state.closes is not None
        assert moment < state.closes <= moment + timedelta(hours=6, minutes=30)


def test_at_the_close_itself_the_session_is_over() -> None:
    close = datetime(2026, 2, 5, 21, tzinfo=UTC)
    assert not session_state(close).is_open
    assert session_state(close).last_close == close
    assert session_state(close - timedelta(seconds=1)).is_open


@given(moments)
def test_a_day_begins_at_or_before_a_moment_and_ends_after_it(moment: datetime) -> None:
    assert day_start(moment) <= moment < day_end(moment.date())
    assert day_end(moment.date()) - day_start(moment) == timedelta(days=1)


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_the_midnight_that_ends_a_day_belongs_to_it_and_the_next_instant_to_the_next(day: date) -> None:
    assert day_of(day_end(day)) == day
    assert day_of(day_end(day) + timedelta(microseconds=1)) == day + timedelta(days=1)


def test_sessions_are_counted_over_weekends_and_holidays() -> None:
    thursday = datetime(2026, 2, 12, 21, tzinfo=UTC)
    assert session_after(thursday) == datetime(2026, 2, 13, 21, tzinfo=UTC)
    assert session_after(thursday, 2) == datetime(2026, 2, 17, 21, tzinfo=UTC)  # Presidents' Day between
    assert session_after(thursday, 100_000) is None
