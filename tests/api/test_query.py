"""What a request asks for, read strictly."""

from datetime import UTC, datetime

import pytest

from api.query import BadParameter, Query, read_query
from data_sources.feed import Span
from market import catalogue
from market.instruments import Interval
from tests.api.service import NOW

KNOWN = catalogue.load()


def query(span: Span | None = None, **given: str) -> Query:
    return Query(given, KNOWN, span or Span(), NOW)


def test_parameters_are_read_by_name_and_empty_ones_left_out() -> None:
    assert read_query([("keys", " IXIC "), ("asof", "")], ("keys", "asof")) == {"keys": "IXIC"}


@pytest.mark.parametrize(
    "fields", [[("colour", "red")], [("keys", "A"), ("keys", "B")], [("keys", ""), ("keys", "")]]
)
def test_unknown_and_repeated_parameters_are_refused(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(BadParameter):
        read_query(fields, ("keys",))


def test_what_trackers_add_is_passed_over() -> None:
    assert read_query([("utm_source", "letter"), ("fbclid", "1"), ("keys", "BTC")], ("keys",)) == {
        "keys": "BTC"
    }


def test_a_moment_left_out_is_where_the_feed_opens() -> None:
    opens = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
    assert query(Span(moment=opens)).moment() == opens
    assert query().moment() is None


def test_the_rest_of_today_is_now_in_a_live_feed() -> None:
    assert query(asof="2026-02-06").moment() is None
    assert query(asof="2026-02-06T17:00Z").moment() == datetime(2026, 2, 6, 17, tzinfo=UTC)
    with pytest.raises(BadParameter, match="nothing after"):
        query(asof="2026-02-07").moment()
    with pytest.raises(BadParameter, match="nothing before"):
        query(asof="1989-12-31").moment()


def test_a_recording_reaches_from_its_first_instant_to_its_last() -> None:
    opens = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
    span = Span(datetime(2025, 1, 2, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC), opens)
    assert query(span, asof="2025-01-01").moment() == span.start
    assert query(span, asof="2026-03-06").moment() == span.end
    with pytest.raises(BadParameter, match=r"nothing before 1 Jan 2025 24:00 UTC\."):
        query(span, asof="2025-01-01T23:59Z").moment()
    with pytest.raises(BadParameter, match=r"nothing after 6 Mar 2026 24:00 UTC\."):
        query(span, asof="2026-03-07T00:01Z").moment()


@pytest.mark.parametrize(
    ("asof", "problem"),
    [
        ("2026-02-05T21:00", "An instant needs its zone, such as 2026-02-05T21:00Z."),
        ("2026-02-30", "Not a date or an instant such as 2026-02-05 or 2026-02-05T21:00Z."),
        ("0001-01-01T00:00+14:00", "Out of range."),
    ],
)
def test_a_moment_that_cannot_be_used_is_told_why(asof: str, problem: str) -> None:
    with pytest.raises(BadParameter) as caught:
        query(asof=asof).moment()
    assert caught.value.problem == problem


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-02-06", "2026-02-05"), ("2026-02-05T15:00Z", "2026-02-05T15:00Z"), ("2026-03-01", "2026-02-05")],
)
def test_a_stretch_that_cannot_hold_a_bar_is_refused(start: str, end: str) -> None:
    with pytest.raises(BadParameter, match=r"It must lie before the end\."):
        query(start=start, end=end).between()


def test_two_equal_dates_ask_for_one_day() -> None:
    assert query(start="2026-02-05", end="2026-02-05").between() == (
        datetime(2026, 2, 5, tzinfo=UTC),
        datetime(2026, 2, 6, tzinfo=UTC),
    )
    assert query().between() == (None, None)


def test_a_choice_may_be_written_in_capitals() -> None:
    assert query(interval="1H").interval() is Interval.HOUR


def test_a_zone_that_we_watch_comes_with_its_reason() -> None:
    assert query(zone="68000-70000").zone(KNOWN["BTC"]).why
    assert query(zone="68000-70001").zone(KNOWN["BTC"]).why == ""
