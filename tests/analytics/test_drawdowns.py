from datetime import UTC, datetime
from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings

from analytics import drawdowns
from tests.analytics import oracles, strategies
from tests.analytics.recorded import recording
from tests.analytics.strategies import daily, sessions


@settings(max_examples=60, deadline=None)
@given(close=strategies.prices())
def test_a_drawdown_is_the_price_over_the_highest_so_far(close: pd.Series):
    wanted = oracles.drawdown(close.tolist())
    np.testing.assert_allclose(drawdowns.drawdown(close), wanted, rtol=0, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(close=strategies.prices())
def test_episodes_cover_every_row_below_the_high_once(close: pd.Series):
    depth = drawdowns.drawdown(close).dropna()
    found = drawdowns.drawdowns(close)
    below = [
        stamp
        for each in found
        for stamp in depth.loc[each.peak.at : (each.recovery.at if each.recovery else depth.index[-1])].index
        if stamp > each.peak.at and not (each.recovery and stamp == each.recovery.at)
    ]
    assert below == depth.index[depth < 0].tolist()
    assert not any(each.is_open for each in found[:-1])
    if found:
        assert min(each.depth for each in found) == depth.min()


def test_a_tie_at_the_high_ends_the_episode():
    first, second = drawdowns.drawdowns(daily([100, 90, 100, 95]))
    assert first.recovery == drawdowns.Mark(100, datetime(2026, 1, 4, tzinfo=UTC))
    assert second.peak.at == datetime(2026, 1, 4, tzinfo=UTC)
    assert second.is_open


def test_of_a_tie_at_the_bottom_the_first_is_the_trough():
    (only,) = drawdowns.drawdowns(daily([100, 80, 90, 80, 95]))
    assert only.trough.at == datetime(2026, 1, 3, tzinfo=UTC)
    assert (only.sessions_to_trough, only.sessions_from_trough, only.sessions) == (1, 3, 4)


def test_days_are_calendar_days_whatever_summer_time_does():
    close = pd.concat(
        [
            sessions("IXIC", {"2026-03-05": 100.0, "2026-03-06": 90.0}, hour=21).close,
            sessions("IXIC", {"2026-03-09": 101.0}, hour=20).close,
        ]
    )
    (only,) = drawdowns.drawdowns(close)
    assert (only.days_to_trough, only.days_from_trough, only.days) == (1, 3, 4)
    assert only.sessions == 2


def test_a_missing_day_is_no_new_low_and_counts_as_a_session():
    (only,) = drawdowns.drawdowns(daily([100, np.nan, 90, np.nan, 95]))
    assert only.depth == pytest.approx(-0.1)
    assert (only.sessions_to_trough, only.sessions_from_trough) == (2, 2)


@pytest.mark.parametrize("close", [[], [np.nan, np.nan], [-37.63], [0.0]])
def test_without_a_positive_price_everything_is_missing(close):
    series = daily(close)
    assert drawdowns.drawdowns(series) == ()
    for measure in (
        drawdowns.latest_drawdown,
        drawdowns.ulcer_index,
        drawdowns.pain_index,
        drawdowns.share_under_water,
    ):
        assert measure(series).value is None
        assert measure(series).why


def test_one_price_stands_at_its_own_high():
    assert drawdowns.latest_drawdown(daily([5])).value == 0
    assert drawdowns.drawdowns(daily([5])) == ()


def test_negative_oil_has_no_drawdown_and_leaves_the_high_alone():
    depth = drawdowns.drawdown(daily([18.27, -37.63, 10.01]))
    assert np.isnan(depth.iloc[1])
    assert depth.iloc[2] == pytest.approx(10.01 / 18.27 - 1)
    assert (
        drawdowns.latest_drawdown(daily([18.27, -37.63])).why == "The last price is missing or not positive."
    )


def test_a_rolling_high_forgets():
    assert drawdowns.rolling_drawdown(daily([100, 80, 80, 80]), 2).tolist()[1:] == pytest.approx([-0.2, 0, 0])
    assert drawdowns.latest_rolling_drawdown(daily([100, 80]), 3).why == "The history holds 2 of 3 sessions."
    assert drawdowns.latest_rolling_drawdown(daily([100, 80, 60]), 2).value == pytest.approx(-0.25)


def test_the_low_of_a_day_is_not_set_against_the_high_of_the_same_day():
    high, low = daily([10, 20, 15]), daily([9, 8, 5])
    assert drawdowns.low_on_high(high, low).tolist()[1:] == pytest.approx([-0.2, -0.75])
    assert np.isnan(drawdowns.low_on_high(high, low).iloc[0])
    assert drawdowns.low_on_high(daily([10, 30]), daily([9, 20])).iloc[1] == 0


def test_the_high_of_a_year_can_be_passed():
    close = daily([100, 120, 90, 150], start="2025-12-30")
    dates = pd.DatetimeIndex(["2025-12-29", "2025-12-30", "2025-12-31", "2026-01-01"])
    found = drawdowns.from_high_of_year(close, dates, 2025)
    assert found.value == pytest.approx(0.25)
    assert found.flags == ("partial",)
    assert drawdowns.from_high_of_year(close, dates, 2019).why == "There are no closes of 2019."


def test_marks_of_high_and_low():
    close = daily([3, 5, 5, 1, 1, np.nan])
    assert drawdowns.highest(close) == drawdowns.Mark(5, datetime(2026, 1, 4, tzinfo=UTC))
    assert drawdowns.lowest(close) == drawdowns.Mark(1, datetime(2026, 1, 5, tzinfo=UTC))
    assert drawdowns.highest(daily([np.nan])) is None


def test_a_mean_over_time_needs_two_points():
    assert drawdowns.time_weighted_mean(daily([1])).why == "A mean over time needs two observations."


def test_nothing_undoes_a_total_loss():
    assert drawdowns.rise_to_recover(-1) == inf


def test_the_rout_of_february_as_published():
    on_thursday, on_friday = recording("2026-02-05"), recording("2026-02-06")
    btc = on_thursday["BTC"]
    assert drawdowns.latest_drawdown(btc.close).value == pytest.approx(-0.4953, abs=5e-5)
    frame = on_friday["BTC"].frame
    assert drawdowns.low_on_high(frame["high"], frame["low"]).iloc[-1] == pytest.approx(-0.5246, abs=5e-5)
    from_2025 = {"IGV": -0.3236, "XLK": -0.1081, "ETH": -0.622, "SOL": -0.701, "AVAX": -0.811}
    for key, wanted in from_2025.items():
        bars = on_thursday[key]
        found = drawdowns.from_high_of_year(bars.close, bars.dates, 2025).value
        assert found == pytest.approx(wanted, abs=5e-4 if key in {"ETH", "SOL", "AVAX"} else 5e-5)


def test_a_drawdown_since_a_date_forgets_the_highs_before_it():
    prices = daily([100, 50, 40])
    found = drawdowns.drawdown_since(prices, prices.index[0].to_pydatetime())
    assert found.tolist() == pytest.approx([0, -0.2])


def test_from_the_high_of_a_year_needs_a_price_now():
    close = daily([100, 120, -37], start="2025-12-30")
    dates = pd.DatetimeIndex(["2025-12-29", "2025-12-30", "2026-01-01"])
    assert drawdowns.from_high_of_year(close, dates, 2025).why == "The last price is missing or not positive."
