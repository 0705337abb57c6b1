"""The numbers of a zone, each with what it was made from."""

from dataclasses import replace

import pytest

from analytics.zone_numbers import distance_of, event_price, reach, reach_in_ranges, reach_of, touch_count
from analytics.zones import follow
from market.bars import SecondOpinion
from market.readings import Envelope
from market.zones import Zone
from tests.analytics.recorded import recording
from tests.analytics.test_zones import ZONE, btc

FLAT = [76_000.0] * 20


def made_from(number: Envelope) -> dict[str, float | str]:
    return dict(number.inputs)


def test_the_way_to_a_level_is_measured_from_the_price() -> None:
    found = reach(btc([50_000.0]), 60_000)
    assert found.value == pytest.approx(20)
    assert (found.unit, found.formula) == ("percent", "reach")
    assert made_from(found) == {"level": 60_000, "price": 50_000}


def test_the_way_to_a_zone_leads_to_its_nearest_edge() -> None:
    bars = btc([*FLAT, 80_000.0], spread=300)
    history = follow(bars, ZONE)
    assert reach_of(history, bars).value == pytest.approx(100 * (70_000 / 80_000 - 1))
    assert distance_of(history, bars).value == pytest.approx(100 * (80_000 / 70_000 - 1))
    ranges = reach_in_ranges(history, bars)
    assert ranges.value == pytest.approx((70_000 - 80_000) / history.atr)
    assert made_from(ranges)["average true range"] == history.atr


def test_inside_a_zone_there_is_no_way_to_go() -> None:
    bars = btc([*FLAT, 69_000.0], spread=300)
    history = follow(bars, ZONE)
    assert (reach_of(history, bars).value, reach_in_ranges(history, bars).value) == (0, 0)
    assert made_from(reach_of(history, bars)) == {
        "price": 69_000, "lower edge": 68_000, "upper edge": 70_000,
    }  # fmt: skip


def test_without_a_range_the_way_in_ranges_says_why() -> None:
    bars = btc([76_000.0, 75_000.0])
    found = reach_in_ranges(follow(bars, ZONE), bars)
    assert (found.value, found.why) == (None, "The range of 14 closed bars is not known yet.")


def test_touches_are_counted_over_the_bars_that_were_followed() -> None:
    bars = btc([*FLAT, 70_200, 76_000, 76_500, 70_100], spread=300)
    history = follow(bars, ZONE)
    found = touch_count(history, [bars])
    assert (found.value, found.n, found.unit) == (len(history.touches), len(bars), "tests")


def test_the_price_of_an_event_stands_at_its_own_instant_and_has_no_second_opinion_of_today() -> None:
    bars = recording()["BTC"]
    other = SecondOpinion("other", bars.last, bars.as_of, 0.0)
    bars = replace(bars, provenance=replace(bars.provenance, second=other))
    event = follow(bars, ZONE).events[0]
    found = event_price(event, ZONE, [bars])
    assert (found.value, found.as_of, found.second) == (event.price, event.time, None)
    assert made_from(found) == {"event": event.kind, "lower edge": 68_000, "upper edge": 70_000}


def test_a_level_is_one_price() -> None:
    bars = btc(FLAT)
    assert made_from(reach_of(follow(bars, Zone("BTC", 80_600, 80_600)), bars))["level"] == 80_600
