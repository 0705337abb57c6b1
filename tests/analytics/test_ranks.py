from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from analytics import ranks, returns
from tests.analytics import oracles, strategies
from tests.analytics.recorded import recording
from tests.analytics.strategies import daily


@settings(max_examples=60, deadline=None)
@given(moves=strategies.returns(), window=st.integers(1, 60))
def test_a_rank_counts_the_returns_lower_than_today(moves: pd.Series, window: int):
    found = ranks.rank_among_last(moves, window)
    known = oracles.known(moves.tolist()[-window:])
    if np.isnan(moves.iloc[-1]) or len(moves) < window or len(known) < 0.8 * window:
        assert found.value is None
        assert found.why
    else:
        assert found.value == oracles.rank_among_last(moves.tolist(), window)
        assert found.n == len(known)
        assert (ranks.EQUAL in found.flags) == (known.count(known[-1]) > 1)


def test_a_tie_with_the_worst_is_the_worst():
    found = ranks.rank_among_last(daily([0.01, -0.03, -0.02, -0.03]), 4)
    assert (found.value, found.flags) == (1, (ranks.EQUAL,))
    alone = ranks.rank_among_last(daily([0.01, -0.03, -0.02, -0.04]), 4)
    assert (alone.value, alone.flags) == (1, ())


@settings(max_examples=60, deadline=None)
@given(moves=strategies.returns())
def test_streaks_are_signed_run_lengths(moves: pd.Series):
    assert ranks.streaks(moves).tolist() == oracles.streaks(moves.tolist())


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.lists(st.integers(-3, 3), min_size=5, max_size=5), min_size=1, max_size=6))
def test_ties_share_the_middle_of_their_places(rows: list[list[int]]):
    values = np.array(rows, float)
    np.testing.assert_array_equal(ranks.mid_ranks(values), stats.rankdata(values, axis=1))
    np.testing.assert_array_equal(ranks.mid_ranks(values[0]), stats.rankdata(values[0]))


@settings(max_examples=60, deadline=None)
@given(series=strategies.returns())
def test_a_percentile_is_the_mid_rank_in_the_history_so_far(series: pd.Series):
    found = ranks.percentiles(series, minimum=3)
    for place, value in enumerate(series):
        seen = oracles.known(series.tolist()[: place + 1])
        if value != value or len(seen) < 3 or min(seen) == max(seen):
            assert np.isnan(found.iloc[place])
        else:
            assert found.iloc[place] == pytest.approx(oracles.mid_rank(seen, value))
    newest = ranks.percentile_of_last(series, minimum=3).value
    assert (newest is None) == np.isnan(found.iloc[-1])
    assert newest is None or newest == pytest.approx(found.iloc[-1])


def test_an_equal_earlier_fall_ends_the_search():
    found = ranks.largest_since(daily([-0.05, 0.01, -0.02, -0.02]))
    assert found.since == datetime(2026, 1, 4, tzinfo=UTC)
    assert (found.rank, found.n, found.is_on_record) == (3, 4, False)


def test_a_fall_without_equal_is_on_record():
    found = ranks.largest_since(daily([-0.05, 0.01, -0.06]))
    assert found.is_on_record
    assert found.first == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_rise_looks_for_rises():
    found = ranks.largest_since(daily([0.05, -0.09, 0.02, 0.03]))
    assert found.since == datetime(2026, 1, 2, tzinfo=UTC)
    assert found.rank == 2


@pytest.mark.parametrize("moves", [[], [np.nan], [0.01, np.nan], [0.01, 0.0]])
def test_without_a_move_there_is_nothing_to_rank(moves):
    found = ranks.largest_since(daily(moves))
    assert found.move is None
    assert found.why
    assert not found.is_on_record


def test_the_worst_days_come_worst_first():
    found = ranks.worst(daily([-0.01, np.nan, -0.03, 0.02, -0.03]), 3)
    assert found.tolist() == [-0.03, -0.03, -0.01]
    assert found.index[0] < found.index[1]


def test_a_run_is_compounded():
    moves = daily([0.02, -0.1, -0.1])
    assert ranks.streak(moves).value == -2
    assert ranks.streak_change(moves).value == pytest.approx(-0.19)
    assert ranks.streak_change(daily([0.02, 0.0])).why == "There is no run: the price did not move."
    assert ranks.streak(daily([])).why == "There are no returns."
    assert ranks.falls_among_last(moves, 3).value == 2
    assert ranks.falls_among_last(moves, 4).value is None


def test_a_gap_ends_a_run_and_stands_in_the_span_of_the_next_one():
    moves = daily([-0.1, np.nan, -0.1, -0.1])
    assert ranks.streaks(moves).tolist() == [-1, 0, -1, -2]
    found = ranks.streak(moves)
    assert (found.value, found.n, found.window) == (-2, 3, 3)
    assert ranks.streak_change(moves).value == pytest.approx(0.9**2 - 1)


def test_without_the_newest_return_there_is_no_run():
    moves = daily([-0.1, -0.1, np.nan])
    assert ranks.streak(moves).why == ranks.streak_change(moves).why == ranks.NO_LAST


def test_a_shock_is_judged_by_the_volatility_known_the_day_before():
    calm = daily([0.01, -0.01] * 31)
    shock = pd.concat([calm, daily([-0.1], start="2026-06-01")])
    scaled = ranks.scaled_by_volatility(shock)
    assert scaled.iloc[:60].isna().all()
    assert scaled.iloc[-1] == pytest.approx(-10)
    assert ranks.scaled_by_volatility(daily([0.0] * 70)).isna().all()
    assert ranks.scaled_by_volatility(daily([0.01] * 60)).isna().all()


def test_today_is_not_part_of_its_own_yardstick():
    assert ranks.z_of_last(daily([1, 2, 3, 4, 5]), minimum=4).value == pytest.approx(1.936492, abs=1e-6)
    assert ranks.z_of_last(daily([9, 1, 2, 3, 4, 5]), window=4, minimum=4).value == pytest.approx(
        1.936492, abs=1e-6
    )


def test_a_robust_score_shrugs_off_a_wild_past():
    history = [1.0, 2, 3, 4, 1e9]
    assert ranks.robust_z(np.array(history), 5) == pytest.approx(2 / 1.4826)
    assert ranks.z_of_last(daily([*history, 5]), minimum=5, robust=True).value == pytest.approx(2 / 1.4826)


@pytest.mark.parametrize("robust", [False, True])
def test_nothing_stands_out_of_a_constant(robust):
    assert ranks.z_of_last(daily([0.1] * 90 + [5]), robust=robust).why == ranks.CONSTANT


@pytest.mark.parametrize("measure", [ranks.percentile_of_last, ranks.z_of_last])
@pytest.mark.parametrize("values", [[], [1.0], [np.nan] * 30, [1.0, 2.0] * 20 + [np.nan]])
def test_too_little_to_compare_with_is_said(measure, values):
    found = measure(daily(values))
    assert found.value is None
    assert found.why
    assert measure(daily(values), window=50).why


def test_no_history_is_no_number():
    assert np.isnan(ranks.mid_rank(np.array([]), 1))
    assert np.isnan(ranks.robust_z(np.array([]), 1))


def test_the_rout_of_february_as_published():
    ixic = recording("2026-02-05")["IXIC"]
    assert returns.change_over(ixic.close, 1).value == pytest.approx(-0.0159, abs=5e-5)
    places = {window: ranks.rank_among_last(ixic.returns, window).value for window in (21, 63, 126, 252)}
    assert places == {21: 2, 63: 7, 126: 9, 252: 25}
    assert ranks.streak(ixic.returns).value == -3
    assert ixic.returns.tail(3).tolist() == pytest.approx([-0.0143, -0.0151, -0.0159], abs=5e-5)
    since = ranks.largest_since(ixic.returns).since
    assert since is not None
    assert f"{since:%Y-%m-%d}" == "2026-01-20"
