"""A day's move in the market's own swings."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.shocks import shock


def price(moves: list[float]) -> pd.Series:
    return pd.Series(100 * np.exp(np.cumsum([0.0, *moves])), index=pd.RangeIndex(len(moves) + 1))


def test_a_shock_is_the_move_over_the_spread_of_those_before_it() -> None:
    moves = [0.01, -0.01] * 30 + [-0.05]
    found = shock(price(moves))
    assert found.value == pytest.approx(-0.05 / np.std(moves[:-1], ddof=1))
    assert (found.n, found.window) == (60, 60)


def test_a_gap_is_left_out_and_counted_out() -> None:
    closes = price([0.01, -0.01] * 30 + [-0.05])
    closes.iloc[20] = np.nan
    assert shock(closes).n == 58


@pytest.mark.parametrize("place", [-1, -2])
def test_without_its_own_move_there_is_no_shock(place: int) -> None:
    closes = price([0.01, -0.01] * 31)
    closes.iloc[place] = np.nan
    assert shock(closes).value is None


def test_too_short_or_still_is_missing() -> None:
    assert shock(price([0.01] * 20)).value is None
    assert shock(price([0.0] * 61)).value is None
    assert shock(price([])).value is None


@given(st.floats(0.1, 50), st.integers(0, 10_000))
def test_the_unit_of_the_price_does_not_matter(scale: float, seed: int) -> None:
    closes = price(list(np.random.default_rng(seed).normal(0, 0.02, 61)))
    assert shock(closes * scale).value == pytest.approx(shock(closes).value)
