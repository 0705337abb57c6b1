"""The biography of a zone on paths made for it, and the sentence that says what would change."""

from datetime import UTC, datetime

import numpy as np
import pytest

from analytics.biography import (
    Followed,
    Outcome,
    biography,
    biography_number,
    closes_inside,
    volume_inside,
    what_would_change,
)
from analytics.zones import follow, follow_closest
from market.instruments import Interval
from market.readings import Result
from market.zone_events import Happening, Stand
from market.zones import Zone
from tests.analytics.recorded import recording
from tests.analytics.test_zones import BTC, ZONE, btc
from tests.api.service import RECORDING

QUIET = [76_000.0, 76_500.0] * 10


def test_a_test_that_turns_back_is_held_and_one_that_goes_through_is_broken() -> None:
    bars = btc([*QUIET, 70_200, *QUIET[:3], 70_100, 66_000, 65_000, 64_000, 63_000], spread=300)
    told = biography(follow(bars, ZONE), bars)
    assert [test.outcome for test in told.tests] == [Outcome.HELD, Outcome.BROKE]
    assert [test.side for test in told.tests] == [Stand.ABOVE, Stand.ABOVE]
    assert told.tests[0].after[0] == pytest.approx(76_000 / 70_200 - 1)
    assert told.tests[1].after[2] is None
    assert (told.breaks, told.ended(Outcome.HELD), told.ended(Outcome.OPEN)) == (1, 1, 0)
    assert told.first_seen == told.tests[0].time


def test_what_followed_carries_its_n() -> None:
    bars = btc([*QUIET, 70_200, *QUIET[:3], 70_100, 66_000], spread=300)
    one, five, twenty = biography(follow(bars, ZONE), bars).followed
    assert (one.bars, one.n, five.n) == (1, 2, 1)
    assert one.worst == pytest.approx(66_000 / 70_100 - 1)
    assert one.median == pytest.approx((one.worst + one.best) / 2)
    assert twenty == Followed(20, 0)


def test_a_zone_never_reached_has_no_first_day() -> None:
    bars = btc(QUIET, spread=300)
    told = biography(follow(bars, ZONE), bars)
    assert (told.first_seen, told.tests, told.days_inside, told.hours_inside) == (None, (), 0, None)


def test_a_level_that_closes_went_over_was_seen_by_the_close_beyond_it() -> None:
    """The VIX of April 2025 closed at 21.51, then at 30.02: it has no lows and highs here."""
    bars = recording("2026-02-06")["VIX"]
    level = Zone("VIX", 30, 30)
    told = biography(follow(bars, level), bars)
    assert told.first_seen == datetime(2025, 4, 3, 20, tzinfo=UTC)
    assert [(test.time.day, test.side, test.outcome) for test in told.tests] == [
        (3, Stand.BELOW, Outcome.BROKE),
        (14, Stand.ABOVE, Outcome.BROKE),
    ]
    assert told.breaks == 2
    far = btc([20.0] * 20 + [45.0] * 3)
    seen = biography(follow(far, Zone("BTC", 30, 32)), far)
    assert seen.first_seen == seen.tests[0].time == far.frame.index[20].to_pydatetime()


def test_what_followed_is_told_of_bars_of_one_length() -> None:
    feed = RECORDING.as_of(datetime(2026, 2, 7, 15, 30, tzinfo=UTC))
    days, hours = feed.bars("BTC"), feed.hours("BTC")
    assert hours is not None
    [history] = follow_closest(days, hours, [Zone("BTC", 84_000, 86_000)])
    told = biography(history, days, hours)
    lengths = {test.interval for test in told.tests}
    assert lengths == {Interval.DAY, Interval.HOUR}
    hourly = [test for test in told.tests if test.interval is Interval.HOUR]
    assert {each.interval for each in told.followed} == {Interval.HOUR}
    assert told.followed[0].n <= len(hourly) < len(told.tests)
    assert told.since == days.since


def test_volume_is_spread_over_the_range_of_its_bar() -> None:
    bars = btc([69_000.0, 71_000.0], spread=1_000)
    bars.frame["volume"] = [100.0, 100.0]
    inside, share = volume_inside(bars, Zone("BTC", 68_000, 70_500))
    assert inside == pytest.approx(100 + 25)
    assert share == pytest.approx(0.625)


def test_a_bar_of_one_price_trades_wholly_inside_or_not_at_all() -> None:
    bars = btc([69_000.0, 71_000.0])
    bars.frame["high"] = bars.frame["low"] = bars.frame["close"]
    bars.frame["volume"] = [30.0, 70.0]
    assert volume_inside(bars, ZONE) == (30.0, pytest.approx(0.3))


def test_volume_that_is_not_published_is_missing() -> None:
    assert volume_inside(btc([69_000.0], spread=10), ZONE) == (None, None)


def test_closes_inside_count_after_a_moment() -> None:
    bars = btc([69_000.0, 70_000.0, 70_001.0, 68_000.0])
    assert closes_inside(bars, ZONE) == 3
    assert closes_inside(bars, ZONE, bars.frame.index[1].to_pydatetime()) == 1


def test_the_recorded_zone_has_a_life() -> None:
    bars = recording()["BTC"]
    told = biography(follow(bars, ZONE), bars)
    assert len(told.tests) == 3
    assert told.breaks == 1
    assert (told.hours_inside, told.days_inside) == (None, 10)
    assert told.volume_inside is not None
    assert np.isfinite(told.volume_inside)


def sentence(*closes: float, zone: Zone = ZONE) -> str:
    return what_would_change(follow(btc([*closes], spread=1_000), zone), BTC)


def test_the_sentence_names_the_closes_and_their_prices() -> None:
    flat = [76_000.0] * 20
    assert sentence(*flat) == (
        "Two daily closes in a row below $67,500 would lose it, "
        "two daily closes in a row from $68,000 to $70,000 would put price inside."
    )
    assert sentence(*[69_000.0] * 20) == (
        "Two daily closes in a row below $67,500 would put price below it, "
        "two daily closes in a row above $70,500 above it."
    )
    assert sentence(*[60_000.0] * 20, zone=Zone("BTC", 80_600, 80_600)) == (
        "Two daily closes in a row above $81,100 would reclaim it."
    )


def test_a_vote_already_cast_is_counted() -> None:
    assert sentence(*[76_000.0] * 20, 60_000.0).startswith("One more daily close below $67,232 ")


def test_an_unknown_state_says_why_instead() -> None:
    assert sentence(76_000.0) == "The state needs 16 closed days; there are 1."


def test_wicks_are_told_from_breaks() -> None:
    bars = recording("2026-02-12")["BTC"]
    history = follow(bars, ZONE)
    told = biography(history, bars)
    assert told.breaks == 0
    assert told.wicks == sum(event.kind is Happening.WICK for event in history.events) > 0


def test_a_number_of_a_biography_carries_the_edges_of_its_zone() -> None:
    bars = btc([*QUIET, 70_200], spread=300)
    told = biography(follow(bars, ZONE), bars)
    found = biography_number(told, [bars], Result(1, n=len(bars)), "tests", held=0)
    assert (found.value, found.n, found.formula) == (1, len(bars), "zone_biography")
    assert dict(found.inputs) == {"lower edge": 68_000, "upper edge": 70_000, "held": 0}
