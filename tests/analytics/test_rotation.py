"""Rotation, against the vector and the published figures."""

import numpy as np
import pandas as pd
import pytest

from analytics.rotation import rotation, rotation_index, spread, window_returns
from market.bars import Bars
from tests.analytics.bars import series
from tests.analytics.recorded import recording
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}
LEGS = ("XLP", "XLU", "XLV", "GLD", "IEF", "TLT", "SHY", "NDX", "IGV", "SMH")


def walk(key: str, drift: float, length: int = 400) -> Bars:
    """A price that drifts a little more over its last 20 sessions."""
    moves = 0.01 * np.random.default_rng(sum(map(ord, key))).standard_normal(length)
    moves[-20:] = drift / 20
    return series(key, list(100 * np.exp(np.cumsum(moves))))


def textbook_market(safe: float, risk: float) -> dict[str, Bars]:
    return {key: walk(key, risk if key in ("NDX", "IGV", "SMH") else safe) for key in LEGS}


def test_the_spread_matches_the_vector() -> None:
    vector = BY_KEY["8.10"]
    assert spread(**vector.given) == pytest.approx(vector.expect, abs=vector.tolerance)
    with pytest.raises(ValueError, match="both sides"):
        spread([], [1.0])


def test_recorded_returns_of_the_twenty_sessions_to_the_fifth_of_february() -> None:
    found = window_returns(recording("2026-02-05"), 20)
    by_key = {leg.key: leg.change.value for leg in found.legs}
    expected = {"GLD": 8.0, "XLP": 13.4, "XLU": 2.9, "XLV": -3.0, "IGV": -25.0}
    assert {key: by_key[key] for key in expected} == pytest.approx(expected, abs=0.05)
    assert list(by_key.values()) == sorted(by_key.values(), reverse=True)  # type: ignore[type-var]
    safe = [leg.change.value for leg in found.legs if leg.is_haven]
    risk = [leg.change.value for leg in found.legs if not leg.is_haven]
    assert found.spread.value == pytest.approx(np.mean(safe) - np.mean(risk))  # type: ignore[arg-type]


def test_a_side_with_two_legs_has_no_spread_and_a_missing_leg_stands_last() -> None:
    known = recording("2026-02-05")
    del known["SMH"]
    found = window_returns(known)
    assert found.legs[-1].change.why == "There are no prices of Semiconductors (SMH)."
    assert found.spread.why == "Only 7 havens and 2 high-beta legs are measured; each side needs 3."


def test_a_window_longer_than_the_history_is_missing() -> None:
    found = window_returns(recording("2026-02-05"), 99_999)
    assert all(leg.change.value is None and leg.change.why for leg in found.legs)


def test_contributions_add_up_to_the_index() -> None:
    found = rotation(recording("2026-02-05"))
    assert found.index.value is not None
    assert sum(found.contributions.values()) == pytest.approx(found.index.value, abs=1e-9)
    assert found.contributions["SHY"] == 0
    assert found.index.flags == ("async",)


def test_the_recording_is_too_short_for_a_percentile_and_says_so() -> None:
    found = rotation(recording("2026-02-05"))
    assert (found.percentile.value, found.textbook) == (None, None)
    assert found.percentile.why == "22 of 60 observations are known."
    early = rotation(recording("2025-06-30"))
    assert early.index.why == "0 safe and 0 risk legs have 272 sessions; each side needs 3."


def test_textbook_rotation_needs_safe_groups_up_and_a_high_percentile() -> None:
    assert rotation(textbook_market(safe=0.10, risk=-0.10)).textbook is True
    assert rotation(textbook_market(safe=-0.10, risk=0.10)).textbook is False
    fell_less = rotation(textbook_market(safe=-0.01, risk=-0.30))
    assert fell_less.textbook is False
    assert fell_less.groups_up == ()


@pytest.mark.parametrize("day", ["2026-02-05", "2026-02-20"])
def test_the_index_of_a_day_does_not_change_with_what_came_later(day: str) -> None:
    then, later = rotation_index(recording(day)), rotation_index(recording("2026-03-06"))
    pd.testing.assert_series_equal(then, later.loc[then.index], check_exact=True, check_freq=False)
