import numpy as np
import pandas as pd
import pytest

from analytics.leadlag import cross_correlation, effective_n, lead_lag
from tests.analytics.strategies import daily


def noise(size: int = 200, seed: int = 1) -> pd.Series:
    """White noise."""
    return daily(np.random.default_rng(seed).normal(size=size))


def test_a_positive_lag_means_that_the_first_leads():
    leader = noise()
    follower = leader.shift(2) + 0.1 * noise(seed=2)
    assert lead_lag(leader, follower).leads_by == 2
    assert lead_lag(follower, leader).leads_by == -2


def test_no_lead_is_claimed_of_noise():
    claims = [lead_lag(noise(seed=2 * seed), noise(seed=2 * seed + 1)).leads_by for seed in range(60)]
    assert sum(claim is not None for claim in claims) <= 8


def test_series_that_remember_are_filtered_first():
    shocks, own = noise(400, seed=3), noise(400, seed=4)
    x, y = (each.ewm(alpha=0.3).mean() for each in (shocks, own))
    found = lead_lag(x, y)
    assert found.whitened
    assert found.leads_by is None
    assert not lead_lag(shocks, own).whitened


@pytest.mark.parametrize(
    ("x", "y", "why"),
    [
        (noise(29), noise(29), "29 of 30 joint observations are known."),
        (noise(60), daily([0.1] * 60), "One of the two does not vary."),
        (noise(60), daily([np.nan] * 60), "0 of 30 joint observations are known."),
        (daily([]), daily([]), "0 of 30 joint observations are known."),
    ],
)
def test_bad_input_says_why(x: pd.Series, y: pd.Series, why: str):
    found = lead_lag(x, y)
    assert (found.why, found.values, found.leads_by) == (why, (), None)


def test_lags_run_both_ways():
    x, y = noise(50).to_numpy(), noise(50, seed=2).to_numpy()
    assert cross_correlation(x, y, -3) == cross_correlation(y, x, 3)
    assert lead_lag(noise(), noise(seed=2), deepest=4).lags == tuple(range(-4, 5))


def test_memory_costs_observations():
    assert effective_n(100, 0.5, 0.5) == pytest.approx(60)
    assert effective_n(100, 0, 0.9) == 100
