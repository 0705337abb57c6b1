import numpy as np
import pandas as pd
import pytest

from analytics import volatility
from analytics.returns import log_returns
from tests.analytics.recorded import recording
from tests.analytics.strategies import daily


def walk(size: int, per_day: float = 0.01, steps: int = 400, seed: int = 1) -> pd.DataFrame:
    """Bars of a price that moves many times a day, without drift and without gaps."""
    noise = np.random.default_rng(seed).normal(0, per_day / np.sqrt(steps), (size, steps))
    path = 100 * np.exp(noise.cumsum().reshape(size, steps))
    opens = np.r_[100, path[:-1, -1]]
    frame = {
        "open": opens,
        "high": np.maximum(path.max(axis=1), opens),
        "low": np.minimum(path.min(axis=1), opens),
        "close": path[:, -1],
    }
    return pd.DataFrame(frame, index=daily(range(size)).index)


@pytest.mark.parametrize("estimator", list(volatility.Estimator))
def test_every_estimator_finds_the_volatility_of_a_random_walk(estimator: volatility.Estimator):
    found = volatility.range_volatility(walk(1001), 1000, 365, estimator)
    assert found.value == pytest.approx(0.01 * np.sqrt(365), rel=0.08)
    assert found.n == 1000


def test_ranges_are_more_certain_than_closes():
    samples = [walk(31, seed=seed) for seed in range(40)]
    ranged = [volatility.range_volatility(each, 30, 365, "garman_klass").value for each in samples]
    closing = [volatility.realised_volatility(each["close"], 30, 365).value for each in samples]
    assert np.std(ranged) < np.std(closing) / 1.5


def test_volatility_stands_on_its_own_year():
    close = daily(100 * np.exp(np.cumsum([0.04, -0.04] * 20)))
    day = float(log_returns(close).iloc[-30:].std(ddof=1))
    assert volatility.realised_volatility(close, 30, 252).value == pytest.approx(day * np.sqrt(252))
    assert volatility.realised_volatility(close, 30, 365).value == pytest.approx(day * np.sqrt(365))


@pytest.mark.parametrize(
    ("close", "why"),
    [
        ([], "The history holds 0 of 20 sessions."),
        ([100.0], "The history holds 0 of 20 sessions."),
        ([100.0] * 20, "The history holds 19 of 20 sessions."),
        ([100.0] * 40, "The price did not move in this window."),
        ([np.nan] * 40, "Only 0 of 20 observations are known."),
        ([-5.0, 5.0] * 20, "Only 0 of 20 observations are known."),
    ],
)
def test_bad_input_is_missing_and_says_why(close: list[float], why: str):
    found = volatility.realised_volatility(daily(close), 20, 252)
    assert (found.value, found.why) == (None, why)
    assert volatility.rolling_volatility(daily(close), 20, 252).isna().all()


def test_a_few_gaps_are_counted_out():
    close = walk(40)["close"]
    close.iloc[-3] = np.nan
    found = volatility.realised_volatility(close, 20, 252)
    assert found.n == 18
    assert found.coverage == pytest.approx(0.9)


def test_a_bar_that_contradicts_itself_is_left_out_and_flagged():
    bars = walk(40)
    clean = volatility.range_volatility(bars, 30, 365)
    assert clean.flags == ()
    bars.iloc[-5, bars.columns.get_loc("high")] = bars.iloc[-5]["low"] / 2
    found = volatility.range_volatility(bars, 30, 365)
    assert found.flags == ("rejected",)
    assert found.n == 29


def test_bars_without_highs_are_missing():
    bars = walk(40).assign(high=np.nan)
    assert volatility.range_volatility(bars, 30, 365).why == "Only 0 of 30 observations are known."
    assert volatility.range_volatility(bars.iloc[:10], 30, 365).why == "The history holds 9 of 30 sessions."
    found = volatility.average_true_range(bars["high"], bars["low"], bars["close"])
    assert found.why == "Highs and lows are not published."


def test_average_true_range_smooths_after_wilder():
    bars = walk(30)
    sides = bars["high"], bars["low"], bars["close"]
    ranges = volatility.true_range(*sides).tolist()
    wanted = sum(ranges[:14]) / 14
    for each in ranges[14:]:
        wanted = (13 * wanted + each) / 14
    assert volatility.average_true_range(*sides).value == pytest.approx(wanted)
    share = volatility.average_true_range_share(*sides).value
    assert share == pytest.approx(wanted / bars["close"].iloc[-1])


def test_average_true_range_says_what_is_missing():
    bars = walk(30)
    sides = [bars[name].copy() for name in ("high", "low", "close")]
    assert (
        volatility.average_true_range(*(side.iloc[:10] for side in sides)).why
        == "The history holds 9 of 14 sessions."
    )
    sides[0].iloc[-1] = np.nan
    assert volatility.average_true_range(*sides).why == "The newest bar has no high and low."
    assert volatility.average_true_range_share(*sides).value is None
    oil = [
        pd.Series([*side.iloc[:-1], level], side.index)
        for side, level in zip(sides, (-30, -40, -37), strict=True)
    ]
    assert volatility.average_true_range_share(*oil).why == "The last price is not positive."


def test_volume_is_set_against_the_days_before_it():
    assert volatility.volume_multiple(daily([10] * 15 + [20] * 15 + [45])).value == pytest.approx(3)
    assert volatility.volume_multiple(daily([10] * 30)).why == "The history holds 29 of 30 sessions."
    assert (
        volatility.volume_multiple(daily([np.nan] * 30 + [1])).why == "Only 0 of 30 observations are known."
    )
    assert volatility.volume_multiple(daily([0] * 31)).why == "The usual volume is zero."
    assert volatility.volume_multiple(daily([1] * 30 + [np.nan])).why == "The newest volume is not published."


def test_the_term_structure_is_inverted_above_one():
    near, far = daily([15, 24]), daily([18, 20])
    found = volatility.term_structure(near, far)
    assert found.value == pytest.approx(1.2)
    assert found.flags == ("backwardation",)
    assert volatility.term_structure(near.iloc[:1], far.iloc[:1]).flags == ()
    assert volatility.term_structure(near, far.iloc[:1]).why == "The two are not known at the same close."
    assert volatility.term_structure(near * 0, far).why == "A volatility index is not positive."
    assert volatility.term_structure(daily([]), far).value is None


def test_bitcoin_s_volume_on_the_day_of_the_fall():
    volume = recording("2026-02-05")["BTC"].frame["volume"]
    assert (volatility.volume_multiple(volume).value or 0) > 2


def test_recorded_volume_of_the_rout_is_told_in_dollars() -> None:
    frame = recording("2026-02-05")["BTC"].frame
    in_coins = volatility.volume_multiple(frame["volume"]).value
    in_dollars = volatility.volume_multiple(volatility.dollar_volume(frame)).value
    assert (in_coins, in_dollars) == (pytest.approx(6.58, abs=0.005), pytest.approx(4.785, abs=0.005))


def test_dollars_are_volume_times_the_typical_price_or_the_close() -> None:
    rows = pd.DataFrame(
        {"high": [110, np.nan, 1], "low": [90, np.nan, 1], "close": [106, 50, -1], "volume": [2, 3, 4]},
        dtype=float,
    )
    rows.loc[2, ["high", "low"]] = np.nan
    traded = volatility.dollar_volume(rows)
    assert traded.iloc[:2].tolist() == pytest.approx([2 * 102, 150])
    assert np.isnan(traded.iloc[2])


def test_nervousness_of_nervousness():
    vix = recording("2026-02-05")["VIX"].close
    assert 0.5 < (volatility.vol_of_vol(vix).value or 0) < 3


def test_one_bar_has_no_volatility_between_bars():
    one = [np.array([price]) for price in (100.0, 105.0, 99.0, 101.0, 100.0)]
    assert np.isnan(volatility.yang_zhang(*one))
    assert volatility.rogers_satchell(*one[:4]) > 0
