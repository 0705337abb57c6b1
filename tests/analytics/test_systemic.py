import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.covariance import ledoit_wolf

from analytics import systemic
from analytics.correlation import correlation_matrix
from tests.analytics.strategies import daily
from tests.analytics.torture import returns


def moves(days: int = 200, assets: int = 6) -> pd.DataFrame:
    """Returns with common factors."""
    return pd.DataFrame(
        returns(days, assets), index=daily(range(days)).index, columns=list("abcdefghij")[:assets]
    )


@settings(max_examples=40, deadline=None)
@given(rows=st.integers(3, 30), columns=st.integers(1, 12), seed=st.integers(0, 10**6))
def test_shrinkage_agrees_with_scikit_learn(rows: int, columns: int, seed: int):
    x = np.random.default_rng(seed).standard_t(4, (rows, columns))
    wanted, share = ledoit_wolf(x)
    found, shrinkage = systemic.ledoit_wolf(x)
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    assert shrinkage == pytest.approx(share, abs=1e-12)


def test_the_newest_average_is_that_of_the_matrix():
    table = moves()
    line = systemic.rolling_average_pairwise(table, 60)
    tile = systemic.average_pairwise(correlation_matrix(table, 60))
    assert tile.value == pytest.approx(line.iloc[-1], abs=1e-12)
    assert tile.coverage == 1


def test_pairs_that_are_missing_are_counted_out():
    table = moves()
    table.iloc[-40:, 0] = np.nan
    found = systemic.average_pairwise(correlation_matrix(table, 60))
    assert found.coverage == pytest.approx(10 / 15)
    table.iloc[-40:, 1:5] = np.nan
    assert np.isnan(systemic.rolling_average_pairwise(table, 60).iloc[-1])
    assert systemic.average_pairwise(correlation_matrix(table, 60)).why == "No pair has enough observations."


def test_a_short_history_has_no_average():
    table = moves(30)
    assert "of 60 sessions" in (systemic.average_pairwise(correlation_matrix(table, 60)).why or "")
    assert systemic.rolling_average_pairwise(table, 60).empty


def test_one_factor_absorbs_everything():
    common = np.random.default_rng(1).normal(size=100)
    table = pd.DataFrame(np.outer(common, np.ones(10)), index=daily(range(100)).index)
    assert systemic.absorption_ratios(table, 80, 40).iloc[-1] == pytest.approx(1)


def test_absorption_is_the_share_of_the_largest_eigenvalues():
    table = moves(120, 10)
    found = systemic.absorption_ratios(table, 100, 50)
    weights = 0.5 ** (np.arange(100)[::-1] / 50)
    covariance = np.cov(table.to_numpy()[-100:], rowvar=False, aweights=weights, ddof=0)
    values = np.sort(np.linalg.eigvalsh(covariance))[::-1]
    assert found.iloc[-1] == pytest.approx(values[:2].sum() / values.sum())
    assert len(found) == 21


def test_absorption_needs_rows_and_movement():
    table = moves(60)
    still = table * 0
    assert systemic.absorption_ratios(still, 40).isna().all()
    table.iloc[::3, 2] = np.nan
    assert systemic.absorption_ratios(table, 40).isna().all()


def test_a_shift_is_measured_in_its_own_year():
    ratios = daily(np.r_[np.tile([0.5, 0.6], 119), np.full(15, 0.9)])
    found = systemic.absorption_shift(ratios, 15, 252)
    assert found.value == pytest.approx((0.9 - ratios.iloc[-252:].mean()) / ratios.iloc[-252:].std())
    assert systemic.absorption_shift(ratios.iloc[:100]).why == "The history holds 100 of 252 sessions."
    assert systemic.absorption_shift(daily([0.5] * 260)).why == "The absorption ratio did not vary."


def test_an_ordinary_day_has_a_turbulence_near_one():
    found = systemic.turbulences(moves(1200), 504)
    assert found["turbulence"].median() < 1.5
    assert 0.5 < found["turbulence"].mean() < 2


def test_turbulence_knows_only_the_days_before():
    table = moves(160)
    found = systemic.turbulences(table, 150).iloc[-1]
    before, move = table.to_numpy()[9:159], table.to_numpy()[159]
    gap = move - before.mean(axis=0)
    wanted = gap @ np.linalg.inv(np.cov(before, rowvar=False)) @ gap / 6
    assert found["turbulence"] == pytest.approx(wanted)
    assert found["magnitude"] == pytest.approx((gap**2 / before.var(axis=0, ddof=1)).mean())
    assert found["surprise"] == pytest.approx(found["turbulence"] / found["magnitude"])


def test_moves_against_the_usual_pattern_surprise():
    z = np.random.default_rng(3).normal(size=(200, 1))
    table = pd.DataFrame(
        z + 0.3 * np.random.default_rng(4).normal(size=(200, 2)), index=daily(range(200)).index
    )
    table.iloc[-1] = [1.5, -1.5]
    table.iloc[-2] = [1.5, 1.5]
    found = systemic.turbulences(table, 150)["surprise"]
    assert found.iloc[-1] > 2
    assert found.iloc[-2] < 1


@pytest.mark.parametrize("spoil", ["missing today", "constant before", "many gaps", "a copy"])
def test_turbulence_without_ground_is_missing(spoil: str):
    table = moves(160)
    if spoil == "missing today":
        table.iloc[-1, 0] = np.nan
    elif spoil == "constant before":
        table.iloc[:-1, 0] = 0.1
    elif spoil == "many gaps":
        table.iloc[::3, 1] = np.nan
    else:
        table["f"] = table["a"]
    assert np.isnan(systemic.turbulences(table, 150)["turbulence"].iloc[-1])


def test_many_series_are_shrunk_first():
    wide = pd.DataFrame(returns(160, 24), index=daily(range(160)).index)
    found = systemic.turbulences(wide, 150).iloc[-1]["turbulence"]
    before, move = wide.to_numpy()[9:159], wide.to_numpy()[159]
    wanted = systemic.turbulence(move, ledoit_wolf(before)[0], before.mean(axis=0)) / 24
    assert found == pytest.approx(wanted)


def test_an_impossible_matrix_becomes_one_that_can_be_inverted():
    impossible = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    assert np.linalg.eigvalsh(impossible)[0] < 0
    possible = systemic.positive_definite(impossible)
    assert np.linalg.eigvalsh(possible)[0] > 0
    np.testing.assert_allclose(np.diag(possible), 1)
    np.testing.assert_allclose(systemic.positive_definite(np.eye(3)), np.eye(3), atol=1e-12)
