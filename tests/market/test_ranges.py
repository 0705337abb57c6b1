from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.ranges import Range

AT = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(("code", "days"), [("1w", 7), ("1m", 31), ("3m", 92), ("6m", 183), ("1y", 365)])
def test_a_range_looks_back_so_many_days(code: str, days: int) -> None:
    assert Range(code).start(AT) == AT - timedelta(days=days)


def test_the_year_opens_at_midnight_and_the_end_of_december_belongs_to_the_old_one() -> None:
    assert Range.YTD.start(AT) == datetime(2026, 1, 1, tzinfo=UTC)
    assert Range.YTD.start(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2025, 1, 1, tzinfo=UTC)


@given(st.sampled_from(Range), st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001
def test_every_range_begins_before_it_ends(chosen: Range, at: datetime) -> None:
    moment = at.replace(tzinfo=UTC) + timedelta(minutes=1)
    assert Range.ALL.start(moment) <= chosen.start(moment) < moment
    assert chosen.words
