"""Distances of paths and the fair CRPS, against the vectors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.likeness import fair_crps, raw_distance, warped_distance, z_distance
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}
paths = st.lists(st.floats(-10, 10), min_size=2, max_size=8)


def test_the_standardised_distance_matches_the_vectors() -> None:
    same, far = BY_KEY["10.1"].given, BY_KEY["10.2"]
    assert z_distance(same["a"], same["b"]).value == pytest.approx(0, abs=5e-6)
    found = z_distance(far.given["a"], far.given["b"]).value
    assert found is not None
    assert found**2 == pytest.approx(far.expect, abs=far.tolerance)
    rho = np.corrcoef(far.given["a"], far.given["b"])[0, 1]
    assert found**2 == pytest.approx(2 * 3 * (1 - rho), abs=1e-9)
    assert BY_KEY["10.2b"].expect == pytest.approx(found**2, abs=1e-6)


@pytest.mark.parametrize("key", ["10.3", "10.4"])
def test_warping_matches_the_vectors(key: str) -> None:
    given_ = BY_KEY[key].given
    assert warped_distance(given_["a"], given_["b"]).value == pytest.approx(BY_KEY[key].expect)


def test_the_fair_score_matches_the_vector() -> None:
    vector = BY_KEY["10.5"]
    given_ = vector.given
    assert fair_crps(given_["members"], given_["outcome"]).value == pytest.approx(vector.expect)
    assert fair_crps([1.0], 1.0).why == "A spread needs two members."


@given(paths, paths)
def test_warping_is_symmetric_and_never_longer_than_a_straight_walk(
    one: list[float], other: list[float]
) -> None:
    there, back = warped_distance(one, other).value, warped_distance(other, one).value
    assert there == pytest.approx(back)
    if len(one) == len(other):
        straight = raw_distance(one, other).value
        assert there is not None
        assert straight is not None
        assert there <= straight + 1e-9
        assert warped_distance(one, other, band=0.0).value == pytest.approx(straight)


def test_depth_separates_raw_paths_and_not_standardised_ones() -> None:
    assert raw_distance([0, -1, -2], [0, -2, -4]).value == pytest.approx(5**0.5)
    assert z_distance([0, -1, -2], [0, -2, -4]).value == pytest.approx(0, abs=1e-9)


def test_bad_paths_are_missing_with_a_sentence() -> None:
    for result in (
        z_distance([1, 2], [1, 2, 3]),
        z_distance([1, 1], [1, 2]),
        raw_distance([1], [1, 2]),
        raw_distance([], []),
        warped_distance([], [1]),
    ):
        assert result.value is None
        assert result.why
