"""When a figure of a day appears: business days of the Fed, weekdays, nights, the midnight that begins it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.calendars import is_business_day, session_close
from market.publication import Publication

H15 = Publication.parse("next business day, 16:15 New York")
HABITS = (
    "same day, 00:00 UTC",
    "next day, 06:00 UTC",
    "next business day, 16:15 New York",
    "second business day, 10:00 New York",
    "Monday, 16:15 New York",
    "Thursday, 11:00 New York",
)
days = st.dates(date(1995, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("day", "printed"),
    [
        (date(2026, 2, 5), datetime(2026, 2, 6, 21, 15, tzinfo=UTC)),
        (date(2026, 2, 6), datetime(2026, 2, 9, 21, 15, tzinfo=UTC)),
        (date(2025, 10, 10), datetime(2025, 10, 14, 20, 15, tzinfo=UTC)),  # Columbus Day: New York trades
        (date(2025, 4, 17), datetime(2025, 4, 18, 20, 15, tzinfo=UTC)),  # Good Friday: the Fed works
        (date(2025, 7, 3), datetime(2025, 7, 7, 20, 15, tzinfo=UTC)),
    ],
)
def test_a_yield_is_printed_in_the_afternoon_of_the_next_day_on_which_the_fed_works(
    day: date, printed: datetime
) -> None:
    assert H15.of(day) == printed


@pytest.mark.parametrize(
    ("habit", "day", "printed"),
    [
        ("second business day, 10:00 New York", date(2026, 2, 5), datetime(2026, 2, 9, 15, 0, tzinfo=UTC)),
        ("Monday, 16:15 New York", date(2026, 2, 2), datetime(2026, 2, 9, 21, 15, tzinfo=UTC)),
        ("Monday, 16:15 New York", date(2026, 2, 13), datetime(2026, 2, 17, 21, 15, tzinfo=UTC)),
        ("Thursday, 11:00 New York", date(2026, 1, 30), datetime(2026, 2, 5, 16, 0, tzinfo=UTC)),
        ("next day, 06:00 UTC", date(2026, 2, 5), datetime(2026, 2, 6, 6, 0, tzinfo=UTC)),
        ("same day, 00:00 UTC", date(2026, 2, 7), datetime(2026, 2, 7, tzinfo=UTC)),
    ],
)
def test_each_publisher_has_its_habit(habit: str, day: date, printed: datetime) -> None:
    assert Publication.parse(habit).of(day) == printed


@given(st.sampled_from(HABITS), days, days)
def test_a_later_day_is_never_printed_earlier(habit: str, one: date, other: date) -> None:
    rule = Publication.parse(habit)
    assert (rule.of(min(one, other)) <= rule.of(max(one, other))) and rule.of(one).date() >= one


@given(st.sampled_from(HABITS[2:]), days)
def test_what_business_days_decide_appears_on_one_after_the_close(habit: str, day: date) -> None:
    printed = Publication.parse(habit).of(day)
    close = session_close(day)
    assert is_business_day(printed.date())
    assert close is None or printed > close


@pytest.mark.parametrize("habit", HABITS)
def test_a_habit_is_written_as_it_is_read(habit: str) -> None:
    assert str(Publication.parse(habit)) == habit


def test_a_day_on_which_the_fed_does_not_work_is_not_waited_for() -> None:
    later = datetime(2025, 12, 1, tzinfo=UTC)
    assert not H15.is_expected(date(2025, 10, 13), later)
    assert H15.is_expected(date(2025, 10, 14), later)
    assert not H15.is_expected(date(2025, 10, 14), H15.of(date(2025, 10, 14)) - timedelta(minutes=1))


@pytest.mark.parametrize(
    "text", ["", "tomorrow, 16:15 New York", "next day, 25:00 UTC", "next day, 06:00 Tokyo", "next day"]
)
def test_a_habit_that_nobody_has_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        Publication.parse(text)
