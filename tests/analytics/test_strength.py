"""Wilder's relative strength index."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.strength import relative_strength

# The example that follows Wilder's table: 14 changes, then one more.
CLOSES = [
    44.34, 44.09, 44.15, 43.61, 44.33, 44.83, 45.10, 45.42, 45.84, 46.08, 45.89, 46.03, 45.61, 46.28, 46.28,
    46.00,
]  # fmt: skip


def test_the_published_example() -> None:
    assert relative_strength(pd.Series(CLOSES[:-1])).value == pytest.approx(70.46, abs=0.01)
    assert relative_strength(pd.Series(CLOSES)).value == pytest.approx(66.25, abs=0.01)


def test_only_rises_is_a_hundred_and_only_falls_nothing() -> None:
    assert relative_strength(pd.Series(np.arange(1.0, 20))).value == 100
    assert relative_strength(pd.Series(np.arange(20.0, 1, -1))).value == 0


def test_a_gap_leaves_the_averages_alone() -> None:
    closes = pd.Series(CLOSES)
    gap = pd.concat([closes.iloc[:15], pd.Series([np.nan]), closes.iloc[15:]], ignore_index=True)
    assert relative_strength(gap).value is None
    after = pd.concat([gap, pd.Series([46.0])], ignore_index=True)
    assert relative_strength(after).n == 15


def test_short_or_still_is_missing() -> None:
    assert relative_strength(pd.Series(CLOSES[:10])).value is None
    assert relative_strength(pd.Series([5.0] * 30)).value is None
    assert relative_strength(pd.Series([], dtype=float)).value is None


@given(st.lists(st.floats(1, 1000), min_size=15, max_size=60), st.floats(0.1, 50))
def test_it_lies_between_nothing_and_a_hundred_in_any_unit(closes: list[float], scale: float) -> None:
    found, scaled = (relative_strength(pd.Series(closes) * factor) for factor in (1, scale))
    if found.value is not None:
        assert 0 <= found.value <= 100
        assert scaled.value == pytest.approx(found.value, abs=1e-6)
