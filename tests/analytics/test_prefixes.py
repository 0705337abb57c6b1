"""Nothing looks ahead: a measure of data cut at t equals its value at t on all data, bit for bit."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import beta, contagion, correlation, drawdowns, ranks, returns, systemic, volatility
from analytics.rolling import rolling_correlation
from tests.analytics import strategies

SERIES_OF_PRICES: dict[str, Callable[[pd.Series], Any]] = {
    "simple_returns": returns.simple_returns,
    "log_returns": returns.log_returns,
    "drawdown": drawdowns.drawdown,
    "rolling_drawdown": lambda close: drawdowns.rolling_drawdown(close, 5),
    "low_on_high": lambda close: drawdowns.low_on_high(close, close * 0.99),
    "streaks": ranks.streaks,
    "percentiles": lambda close: ranks.percentiles(close, 3),
    "scaled_by_volatility": lambda close: ranks.scaled_by_volatility(returns.log_returns(close)),
    "rolling_volatility": lambda close: volatility.rolling_volatility(close, 5, 252),
    "true_range": lambda close: volatility.true_range(close * 1.01, close * 0.98, close),
    "wilder_atr": lambda close: volatility.wilder_atr(
        volatility.true_range(close * 1.01, close * 0.98, close), 5
    ),
}

SERIES_OF_PAIRS: dict[str, Callable[[pd.Series, pd.Series], Any]] = {
    "rolling pearson": lambda x, y: correlation.rolling_correlate(x, y, 7),
    "rolling spearman": lambda x, y: correlation.rolling_correlate(x, y, 7, "spearman"),
    "rolling kendall": lambda x, y: correlation.rolling_correlate(x, y, 7, "kendall"),
    "ewma_correlation": lambda x, y: correlation.ewma_correlation(x, y, warm_up=5),
    "rolling_beta": lambda x, y: beta.rolling_beta(x, y, 7),
    "ewma_beta": lambda x, y: beta.ewma_beta(x, y, warm_up=5),
    "average pairwise": lambda x, y: systemic.rolling_average_pairwise(pd.DataFrame({"x": x, "y": y}), 7),
    "absorption_ratios": lambda x, y: systemic.absorption_ratios(pd.DataFrame({"x": x, "y": y}), 7),
    "turbulences": lambda x, y: systemic.turbulences(pd.DataFrame({"x": x, "y": y}), 8),
    "kernel": lambda x, y: pd.DataFrame(
        rolling_correlation(np.column_stack([x, y, x + y]), 7, 5), index=x.index[6:]
    ),
}


@pytest.mark.parametrize("name", SERIES_OF_PRICES)
@settings(max_examples=25, deadline=None)
@given(close=strategies.prices(longest=90), share=st.floats(0, 1))
def test_a_series_of_prices_never_looks_ahead(name: str, close: pd.Series, share: float):
    cut = max(int(share * len(close)), 1)
    measure = SERIES_OF_PRICES[name]
    same(measure(close.iloc[:cut]), measure(close))


@pytest.mark.parametrize("name", SERIES_OF_PAIRS)
@settings(max_examples=25, deadline=None)
@given(pair=strategies.pairs(shortest=7, longest=90), share=st.floats(0, 1))
def test_a_pair_never_looks_ahead(name: str, pair: tuple[pd.Series, pd.Series], share: float):
    cut = max(int(share * len(pair[0])), 7)
    measure = SERIES_OF_PAIRS[name]
    same(measure(*(side.iloc[:cut] for side in pair)), measure(*pair))


@settings(max_examples=25, deadline=None)
@given(pair=strategies.pairs(shortest=30, longest=90))
def test_the_newest_row_of_a_line_is_the_number_of_the_tile(pair: tuple[pd.Series, pd.Series]):
    x, y = pair
    for method in correlation.Method:
        line = correlation.rolling_correlate(x, y, 21, method).iloc[-1]
        tile = correlation.correlate(x, y, 21, method)
        cell = correlation.correlation_matrix(pd.DataFrame({"x": x, "y": y}), 21, method).cell("x", "y")
        assert tile == cell
        agree(tile, line)
    agree(beta.beta(x, y, 21).slope, beta.rolling_beta(x, y, 21).iloc[-1])


@settings(max_examples=25, deadline=None)
@given(close=strategies.prices(shortest=2, longest=60))
def test_the_newest_row_of_a_series_is_the_number_of_the_tile(close: pd.Series):
    depth, tile = drawdowns.drawdown(close).iloc[-1], drawdowns.latest_drawdown(close).value
    assert tile is None if np.isnan(depth) else tile == depth
    line = volatility.rolling_volatility(close, 5, 252)
    found = volatility.realised_volatility(close, 5, 252).value
    if len(line):
        assert found is None if np.isnan(line.iloc[-1]) else found == line.iloc[-1]


def test_a_split_by_a_gauge_keeps_each_day_where_it_was():
    moves = pd.DataFrame({"a": strategies.daily(range(40)), "b": strategies.daily(range(40, 0, -1))})
    gauge = strategies.daily([10, 30] * 20)
    wild, calm = contagion.split_by(moves, gauge, 25)
    early_wild, early_calm = contagion.split_by(moves.iloc[:20], gauge.iloc[:20], 25)
    pd.testing.assert_frame_equal(wild.iloc[:10], early_wild)
    pd.testing.assert_frame_equal(calm.iloc[:10], early_calm)


def same(early: pd.Series | pd.DataFrame, whole: pd.Series | pd.DataFrame) -> None:
    """Assert that one is how the other begins, to the last bit."""
    begin = whole.iloc[: len(early)]
    assert begin.index.equals(early.index)
    np.testing.assert_array_equal(np.asarray(early), np.asarray(begin))


def agree(tile: Any, row: pd.Series) -> None:
    """Assert that a result and a row of a line say the same, to the last bit."""
    for number, shown in zip((tile.value, tile.low, tile.high), row[["value", "low", "high"]], strict=True):
        assert np.isnan(shown) if number is None else number == shown
