"""Order-book depth, against the vectors."""

import pytest

from analytics.orderbook import Depth, cost_to_reach, depth, resting_inside
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}
BIDS, ASKS = [(99.0, 2.0), (98.0, 5.0)], [(101.0, 1.0), (103.0, 4.0)]


@pytest.mark.parametrize("key", ["6.3a", "6.3b"])
def test_depth_matches_the_vectors(key: str) -> None:
    vector = BY_KEY[key]
    found = depth(**vector.given)
    assert [found.bid, found.ask] == pytest.approx(vector.expect, abs=vector.tolerance)


def test_a_level_exactly_at_the_distance_counts() -> None:
    assert depth(BIDS, ASKS, 100.0, 0.01) == Depth(198.0, 101.0, 0.01)


def test_a_book_that_ends_early_is_truncated_and_stays_so_in_a_sum() -> None:
    short = depth(BIDS, ASKS, 100.0, 0.05)
    assert short.truncated
    assert not depth(BIDS, ASKS, 100.0, 0.02).truncated
    assert (short + Depth(1.0, 1.0, 0.05)).truncated
    with pytest.raises(ValueError, match="different distances"):
        short + Depth(1.0, 1.0, 0.01)


def test_imbalance_leans_to_the_heavier_side_and_an_empty_book_has_none() -> None:
    assert Depth(3.0, 1.0, 0.01).imbalance == 0.5
    assert Depth(0.0, 0.0, 0.01).imbalance is None


def test_the_cost_to_reach_a_price_is_what_rests_before_it() -> None:
    assert cost_to_reach(ASKS, 103.0, 100.0).value == 101.0
    assert cost_to_reach(BIDS, 98.0, 100.0).value == 198.0
    assert cost_to_reach(ASKS, 110.0, 100.0).flags == ("truncated",)
    assert cost_to_reach([], 110.0, 100.0).why


def test_money_in_a_zone_counts_both_sides_and_both_edges() -> None:
    found = resting_inside(BIDS, ASKS, 98.0, 101.0)
    assert (found.value, found.n, found.flags) == (198.0 + 490.0 + 101.0, 3, ())


def test_a_zone_beyond_the_book_has_at_least_what_is_seen() -> None:
    assert resting_inside(BIDS, ASKS, 90.0, 98.5).flags == ("truncated",)
    assert resting_inside(BIDS, ASKS, 102.0, 110.0).flags == ("truncated",)
    assert resting_inside(BIDS, ASKS, 80.0, 85.0).value == 0.0


def test_a_book_without_a_side_says_nothing_of_a_zone() -> None:
    assert resting_inside([], ASKS, 98.0, 101.0).value is None
