from datetime import UTC, date, datetime, timedelta

import pytest

from data_sources.errors import BadData, NoData, RateLimited, Refused, UnknownSymbol, Unreachable
from data_sources.freshness import Freshness, jitter, seconds_to_next
from market.instruments import Interval
from tests.fakes.prices import BITCOIN, NASDAQ, make_bars

FRESH = Freshness(hour=120, day=900, settle=5)
COINS = make_bars(BITCOIN, [1, 2, 3])


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_same_key_always_gets_the_same_tenth_more_or_less():
    factors = {jitter(f"key {number}") for number in range(1000)}
    assert 0.9 <= min(factors) < 0.91 < 1.09 < max(factors) <= 1.1
    assert jitter("BTC1d") == jitter("BTC1d")


def test_days_are_fresh_for_a_quarter_of_an_hour_more_or_less():
    assert 810 <= FRESH.lifetime(COINS, at("2026-02-09T12:00")) <= 990


def test_nothing_is_fresh_across_the_end_of_its_bar():
    assert FRESH.lifetime(COINS, at("2026-02-09T23:59")) == 65


def test_an_open_session_is_not_fresh_past_its_close():
    running = make_bars(NASDAQ, [1, 2, 3], in_progress=4, fetched_at=at("2026-02-09T20:58"))
    assert FRESH.lifetime(running, at("2026-02-09T20:58")) == 125


def test_a_complete_session_is_fresh_until_new_york_opens():
    friday = make_bars(NASDAQ, [1, 2, 3], last=date(2026, 2, 6))
    assert FRESH.lifetime(friday, at("2026-02-09T13:00")) == 1.5 * 3600 + 5
    assert FRESH.lifetime(friday, at("2026-02-07T12:00")) == FRESH.asleep


def test_a_session_whose_bar_has_not_come_is_asked_for_again_soon():
    thursday = make_bars(NASDAQ, [1, 2, 3], last=date(2026, 2, 5))
    assert FRESH.lifetime(thursday, at("2026-02-07T12:00")) < 1000


@pytest.mark.parametrize(("interval", "left"), [(Interval.HOUR, 1800), (Interval.DAY, 9.5 * 3600)])
def test_seconds_to_the_end_of_the_running_bar(interval, left):
    assert seconds_to_next(interval, at("2026-02-09T14:30")) == left


def test_the_end_of_summer_time_moves_the_close_and_the_freshness_with_it():
    running = make_bars(
        NASDAQ, [1, 2], last=date(2026, 3, 6), in_progress=3, fetched_at=at("2026-03-09T19:58")
    )
    assert FRESH.lifetime(running, at("2026-03-09T19:58")) == 125


def rest(error, failures=1):
    return FRESH.rest(error, failures, "key", Interval.DAY)


def test_failures_rest_by_what_they_mean():
    assert rest(UnknownSymbol(BITCOIN, "x")) == 600
    assert rest(Refused(BITCOIN, "x")) == 24 * 3600
    assert rest(NoData(BITCOIN, "x")) == rest(BadData(BITCOIN, "x")) == 900
    assert 30 <= rest(Unreachable(BITCOIN, "x")) <= 33
    assert rest(RateLimited(BITCOIN, "x")) >= 60


def test_an_answer_that_makes_no_sense_is_not_the_answer_of_half_a_day():
    for error in (NoData(BITCOIN, "x"), BadData(BITCOIN, "x")):
        assert Freshness(day=3 * 3600.0).rest(error, 1, "key", Interval.DAY) == 900
        assert Freshness(day=60.0).rest(error, 1, "key", Interval.DAY) == 60


def test_silence_rests_twice_as_long_each_time_up_to_five_minutes():
    silence = Unreachable(BITCOIN, "x")
    waits = [FRESH.rest(silence, failures, "BTC1d", Interval.DAY) for failures in range(1, 8)]
    assert waits[1] == 2 * waits[0]
    assert waits[-1] == waits[-2] <= 330


def test_a_wish_to_be_left_alone_is_never_shortened():
    for number in range(200):
        wait = FRESH.rest(RateLimited(BITCOIN, "x", retry_after=120), 1, f"key {number}", Interval.DAY)
        assert 120 <= wait <= 132


def test_lifetimes_are_positive_through_a_year():
    moment = at("2026-01-01T00:00")
    for _ in range(500):
        moment += timedelta(hours=17.3)
        assert FRESH.lifetime(COINS, moment) > 0
