from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from analytics import returns
from tests.analytics.strategies import daily, sessions

OIL = {"2020-04-17": 18.27, "2020-04-20": -37.63, "2020-04-21": 10.01, "2020-04-22": 13.78}


def test_a_change_is_measured_from_the_close_so_many_sessions_earlier():
    found = returns.change_over(daily([100, 50, 80, 120]), 2)
    assert found.value == pytest.approx(1.4)
    assert found.n == 2


def test_a_window_longer_than_the_history_is_missing_and_says_so():
    found = returns.change_over(daily([100, 110]), 2)
    assert found.value is None
    assert found.why == "The history holds 2 of 3 closes."


def test_a_friday_is_set_against_the_friday_before_even_when_summer_time_begins_between():
    winter = sessions("IXIC", {"2026-03-05": 90.0, "2026-03-06": 100.0}, hour=21)
    summer = sessions("IXIC", {"2026-03-09": 95.0, "2026-03-13": 110.0}, hour=20)
    close = pd.concat([winter.close, summer.close])
    dates = winter.dates.append(summer.dates)
    assert returns.change_over_days(close, dates, 7).value == pytest.approx(0.10)


def test_a_week_after_a_holiday_starts_at_the_last_session_before_it():
    bars = sessions("IXIC", {"2025-12-24": 100.0, "2025-12-26": 101.0, "2026-01-01": 103.0})
    assert returns.change_over_days(bars.close, bars.dates, 7).value == pytest.approx(0.03)


def test_a_week_needs_the_close_at_its_beginning():
    bars = sessions("IXIC", {"2026-01-02": 100.0, "2026-02-05": 101.0})
    found = returns.change_over_days(bars.close, bars.dates, 7)
    assert found.why == "There is no close of 29 Jan 2026."


def test_a_week_of_a_series_without_a_calendar_needs_a_close_near_its_beginning():
    close = daily([100.0, 101.0])
    dates = pd.DatetimeIndex(["2026-01-02", "2026-02-05"])
    found = returns.change_over_days(close, dates, 7)
    assert found.why == "There is no close in the week up to 29 Jan 2026."


def test_the_year_is_measured_from_the_last_close_of_the_year_before():
    bars = sessions(
        "IXIC", {"2025-12-30": 90.0, "2025-12-31": 100.0, "2026-01-02": 102.0, "2026-02-05": 97.0}
    )
    found = returns.year_to_date(bars.close, bars.dates)
    assert found.value == pytest.approx(-0.03)
    assert found.n == 24  # sessions from then to now, those without a close too


def test_the_midnight_that_ends_december_belongs_to_the_old_year():
    close = daily([100, 110], start="2026-01-01")
    dates = (close.index - pd.Timedelta(1, "ns")).normalize().tz_localize(None)
    assert returns.year_to_date(close, dates).value == pytest.approx(0.10)


def test_a_year_without_its_beginning_is_missing():
    bars = sessions("IXIC", {"2026-01-02": 100.0, "2026-02-05": 97.0})
    assert returns.year_to_date(bars.close, bars.dates).why == "The history starts after 31 Dec 2025."


def test_a_change_since_an_instant_takes_the_last_close_at_or_before_it():
    close = daily([100, 110, 121], start="2026-02-01")
    assert returns.change_since(close, datetime(2026, 2, 2, tzinfo=UTC)).value == pytest.approx(0.1)
    assert returns.change_since(close, datetime(2026, 2, 2, 23, tzinfo=UTC)).value == pytest.approx(0.1)
    assert returns.change_since(close, datetime(2026, 1, 31, tzinfo=UTC)).value is None


def test_negative_oil_makes_no_percentage_and_no_warning():
    close = sessions("WTI", OIL).close
    assert np.isnan(returns.log_returns(close)).tolist() == [True, True, False]
    assert np.isnan(returns.simple_returns(close)).tolist() == [False, True, False]
    assert "not positive" in returns.change_over(close.iloc[:3], 1).why


def test_a_gap_makes_two_returns_missing_and_fills_none():
    gaps = daily([100, np.nan, 110, 121])
    assert np.isnan(returns.simple_returns(gaps)).tolist() == [True, True, False]
    assert np.isnan(returns.log_returns(gaps)).tolist() == [True, True, False]
    assert returns.change_over(gaps.iloc[:2], 1).why == "The last close is missing."


@pytest.mark.parametrize("sum_of", [returns.simple_returns, returns.log_returns])
def test_one_price_has_no_return(sum_of):
    assert sum_of(daily([100])).empty


def test_no_price_is_missing_everywhere():
    nothing = daily([])
    dates = pd.DatetimeIndex([])
    for found in (
        returns.change_over(nothing, 1),
        returns.change_over_days(nothing, dates, 7),
        returns.year_to_date(nothing, dates),
        returns.change_since(nothing, datetime(2026, 1, 1, tzinfo=UTC)),
    ):
        assert found.value is None
        assert found.why


def test_an_indexed_series_starts_at_its_base():
    close = daily([80, 100, 110], start="2026-02-01")
    assert returns.indexed(close, datetime(2026, 2, 2, 12, tzinfo=UTC)).tolist() == pytest.approx([100, 110])
    assert returns.indexed(close, datetime(2020, 1, 1, tzinfo=UTC)).iloc[0] == 100
    assert returns.indexed(sessions("WTI", OIL).close, datetime(2020, 4, 20, 22, tzinfo=UTC)).empty


def test_weeks_run_from_last_close_to_last_close_and_the_newest_as_far_as_it_goes():
    bars = sessions(
        "IXIC", {"2026-01-23": 100.0, "2026-01-26": 105.0, "2026-01-30": 110.0, "2026-02-02": 99.0}
    )
    assert returns.period_changes(bars.close, bars.dates, "W").tolist() == pytest.approx([0.10, -0.10])
    assert returns.period_changes(daily([]), pd.DatetimeIndex([]), "M").empty


@pytest.mark.parametrize(("before", "after"), [(0, 1), (-1, 1), (float("nan"), 1)])
def test_a_change_starts_from_a_positive_price(before, after):
    with pytest.raises(ValueError, match="positive"):
        returns.change(before, after)
    with pytest.raises(ValueError, match="positive"):
        returns.log_change(before, after)
