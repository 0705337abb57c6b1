from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.moments import parse_moment, say_day, say_moment, write_moment

moments = st.datetimes(datetime(1950, 1, 2), datetime(2200, 1, 1)).map(  # noqa: DTZ001 (made aware below)
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


@given(moments)
def test_what_is_written_is_read_back(moment: datetime) -> None:
    assert parse_moment(write_moment(moment)) == moment


@given(st.text())
def test_any_text_is_a_moment_in_utc_or_one_sentence(text: str) -> None:
    try:
        moment = parse_moment(text)
    except ValueError as problem:
        assert "\n" not in str(problem)
    else:
        assert moment.utcoffset() == timedelta(0)


def test_a_date_is_the_end_of_that_day() -> None:
    assert parse_moment("2026-02-05") == datetime(2026, 2, 6, tzinfo=UTC)
    assert write_moment(datetime(2026, 2, 6, tzinfo=UTC)) == "2026-02-05"


def test_an_instant_of_another_zone_is_the_same_instant() -> None:
    assert parse_moment("2026-02-05T16:00-05:00") == parse_moment("2026-02-05T21:00Z")


@pytest.mark.parametrize("text", ["2026-02-05T22:00 01:00", "2026-02-05 22:00 01:00", "2026-02-05 21:00Z"])
def test_a_plus_that_a_query_string_made_a_blank_is_one_again(text: str) -> None:
    assert parse_moment(text) == parse_moment("2026-02-05T21:00Z")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-02-30",
        "2026-2-5",
        "20260205T2100",
        "2026-02-05T21:00",
        "9999-12-31",
        "\u0662\u0660\u0662\u0666-02-05",
    ],
)
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"not a date|needs its zone"):
        parse_moment(text)


def test_a_moment_at_the_edge_of_time_is_refused() -> None:
    with pytest.raises(ValueError, match="out of range"):
        parse_moment("0001-01-01T00:00+01:00")


def test_the_end_of_a_day_is_said_as_its_midnight() -> None:
    assert say_moment(datetime(2026, 2, 6, tzinfo=UTC)) == "5 Feb 2026 24:00 UTC"
    assert say_moment(datetime(2026, 2, 7, 15, 30, tzinfo=UTC)) == "7 Feb 2026 15:30 UTC"


def test_a_day_is_said_with_its_weekday() -> None:
    assert say_day(date(2026, 2, 6)) == "Fri 6 Feb 2026"
