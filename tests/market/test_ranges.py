from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.ranges import WINDOWS, Range, parse_window

AT = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(("code", "days"), [("1w", 7), ("1m", 31), ("3m", 92), ("6m", 183), ("1y", 365)])
def test_a_range_looks_back_so_many_days(code: str, days: int) -> None:
    assert Range(code).start(AT) == AT - timedelta(days=days)


def test_the_year_opens_after_midnight_and_the_end_of_december_belongs_to_the_old_one() -> None:
    """A day of Bitcoin that is complete at the midnight of the new year is 31 December."""
    assert Range.YTD.start(AT) == datetime(2026, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert Range.YTD.start(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2025, 1, 1, 0, 0, 0, 1, tzinfo=UTC)


@given(st.sampled_from(Range), st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_every_range_begins_before_it_ends(chosen: Range, at: datetime) -> None:
    moment = at.replace(tzinfo=UTC) + timedelta(minutes=1)
    assert Range.ALL.start(moment) <= chosen.start(moment) < moment


@pytest.mark.parametrize("sessions", [WINDOWS[0], 60, WINDOWS[1]])
def test_a_window_is_a_whole_number_of_sessions(sessions: int) -> None:
    assert parse_window(str(sessions)) == sessions


@pytest.mark.parametrize("text", ["4", "253", "", "60.0", "-60", "+60", " 60", "1e2", "٦٠", "9" * 5000])
def test_anything_else_is_no_window(text: str) -> None:
    with pytest.raises(ValueError, match="not a number of sessions from 5 to 252"):
        parse_window(text)
