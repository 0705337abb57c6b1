"""The Macro page's numbers, against the vectors and the published figures."""

import math

import numpy as np
import pandas as pd
import pytest

from analytics import macro
from market.bars import State
from tests.analytics.bars import series
from tests.analytics.recorded import recording
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}


@pytest.mark.parametrize("key", ["8.7a", "8.7b"])
def test_a_spread_is_in_basis_points(key: str) -> None:
    assert macro.spread_bp(**BY_KEY[key].given) == pytest.approx(BY_KEY[key].expect)


def test_credit_excess_matches_the_vector() -> None:
    given = BY_KEY["8.8"].given
    assert macro.log_excess(given["a"], given["b"]) == pytest.approx(BY_KEY["8.8"].expect, abs=1e-6)


def test_recorded_rows_on_the_fifth_of_february() -> None:
    rows = {row.key: row for row in macro.macro_rows(recording("2026-02-05"))}
    assert tuple(rows) == macro.ROWS
    assert (rows["VIX"].value.value, rows["VIX"].value.state) == (21.77, State.RECORDED)
    assert rows["VIX"].percentile.value == pytest.approx(82.34, abs=0.01)
    assert rows["DXY"].percentile.value == pytest.approx(17.33, abs=0.01)
    assert rows["DXY"].percentile.n == 251  # the close of 5 March 2025 is not in the recording
    assert rows["DXY"].percentile.flags == ("gap",)
    assert rows["US10Y"].day.value == pytest.approx(1.0)  # of 4 February: H.15 prints the 5th on the 6th
    assert rows["US10Y"].day.unit == "bp"
    assert rows["10Y-2Y"].value.value == pytest.approx(72.0)
    assert rows["GLD"].week.value == pytest.approx(-10.89, abs=0.01)
    assert rows["HYG/IEF"].value.flags == ("unadjusted",)
    assert rows["HYG/IEF"].value.inputs == (("HYG", 80.53), ("IEF", 96.07))
    assert rows["HYG/IEF"].month.flags == ()
    assert [key for key, _ in rows["HYG/IEF"].month.inputs] == ["HYG_TR", "IEF_TR"]


def test_the_week_of_a_row_starts_at_the_close_a_week_before() -> None:
    # Thursday 2 January to Thursday 9 January
    (row,) = macro.macro_rows({"DXY": series("DXY", [100, 101, 102, 103, 104, 110])}, ["DXY"])
    assert row.week.value == pytest.approx(10.0)
    assert row.month.value is None
    assert row.percentile.why == "6 of 60 observations are known."


def test_a_missing_series_is_a_row_of_missing_with_its_name() -> None:
    (ratio,) = macro.macro_rows({"HYG": series("HYG", [80.0])}, ["HYG/IEF"])
    assert ratio.value.why == "There are no prices of 7-10 year Treasuries (IEF)."
    assert ratio.day.state is State.MISSING
    (curve,) = macro.macro_rows({}, ["10Y-2Y"])
    assert curve.value.why == "There are no prices of US 10-year yield and US 2-year yield."


def test_two_series_without_a_day_in_common_have_no_ratio() -> None:
    known = {"HYG": series("HYG", [80.0]), "IEF": series("IEF", [95.0], start="2025-03-03")}
    (row,) = macro.macro_rows(known, ["HYG/IEF"])
    assert row.value.why == "High-yield bonds (HYG) and 7-10 year Treasuries (IEF) have no day in common."
    assert macro.credit(known).drawdown.value is None


def test_oil_below_zero_has_a_value_and_no_change_in_percent() -> None:
    oil = series("WTI", [18.27, -37.63, 10.01])
    (row,) = macro.macro_rows({"WTI": oil}, ["WTI"])
    assert row.value.value == 10.01
    assert row.day.value is None
    assert row.day.why


def test_a_young_percentile_is_flagged() -> None:
    known = {"DXY": series("DXY", [float(step) for step in range(1, 101)])}
    (row,) = macro.macro_rows(known, ["DXY"])
    assert (row.percentile.n, row.percentile.flags) == (100, ("young",))
    assert row.percentile.value == pytest.approx(99.5)


def test_the_curve_counts_the_sessions_it_has_been_inverted() -> None:
    curve = macro.curve(series("US10Y", [4.0, 4.0, 4.0]), series("US2Y", [3.9, 4.1, 4.2]), sessions=2)
    assert curve.spread.value == pytest.approx(-20)
    assert (curve.inverted_sessions, curve.kind) == (2, "bear flattening")


def test_the_curve_has_no_kind_before_its_window() -> None:
    assert macro.curve(series("US10Y", [4.0]), series("US2Y", [3.9])).kind is None


def test_recorded_dollar_was_not_strong() -> None:
    dollar = macro.dollar(recording("2026-02-05")["DXY"])
    assert dollar.move.value == pytest.approx(-0.875, abs=0.001)
    assert dollar.strong is False


def test_a_short_dollar_is_neither_strong_nor_weak() -> None:
    dollar = macro.dollar(series("DXY", [100.0] * 10))
    assert (dollar.move.value, dollar.strong) == (None, None)
    assert dollar.move.why == "The history holds 10 of 21 closes."


def test_a_ratio_of_prices_alone_is_flagged_and_changes_less_truly() -> None:
    known = recording("2026-02-05")
    prices = {key: bars for key, bars in known.items() if not bars.instrument.of}
    (with_dividends,), (without,) = (macro.macro_rows(each, ["HYG/IEF"]) for each in (known, prices))
    assert without.month.flags == ("unadjusted",)
    assert with_dividends.value.value == without.value.value == pytest.approx(80.53 / 96.07)
    # HYG went without 0.39 dollars on 2 February, IEF without 0.31
    more = with_dividends.month.value - without.month.value  # type: ignore[operator]
    assert more == pytest.approx(100 * (0.39 / 80.5 - 0.31 / 96), abs=0.02)


def test_credit_of_prices_is_flagged_unadjusted_and_young() -> None:
    known = {key: bars for key, bars in recording("2025-06-30").items() if not bars.instrument.of}
    credit = macro.credit(known)
    assert credit.drawdown.flags == ("young", "unadjusted")
    assert credit.excess.value is not None
    assert credit.drawdown.value is not None
    assert credit.drawdown.value <= 0


def test_a_day_without_a_fixing_is_left_out_not_filled() -> None:
    known = recording("2025-10-14")  # no H.15 on 2025-10-13
    (row,) = macro.macro_rows(known, ["US10Y"])
    closes = known["US10Y"].close
    assert row.day.value == pytest.approx(100 * (closes.iloc[-1] - closes.iloc[-2]))
    assert not math.isnan(float(closes.iloc[-2]))
    (ratio,) = macro.macro_rows(known, ["HYG/US10Y"])
    assert ratio.value.value is not None


def test_a_row_without_its_series_carries_the_name_a_reader_knows() -> None:
    two_years, fund, curve = macro.macro_rows({}, ["US2Y", "GLD", "10Y-2Y"])
    assert (two_years.key, two_years.name) == ("US2Y", "US 2-year yield")
    assert two_years.value.why == "There are no prices of US 2-year yield."
    assert (fund.name, curve.name) == ("Gold (GLD)", "10-year less 2-year")


def test_the_term_structure_of_the_vix_is_a_row_where_three_months_are_known() -> None:
    near, far = series("VIX", [18.0, 19.0, 22.0]), series("VIX3M", [20.0, 20.0, 20.0])
    assert "VIX/VIX3M" not in [row.key for row in macro.macro_rows({"VIX": near})]
    row = next(row for row in macro.macro_rows({"VIX": near, "VIX3M": far}) if row.key == "VIX/VIX3M")
    assert row.value.value == pytest.approx(1.1)


def test_a_hole_stays_a_row_of_a_ratio_so_that_rows_are_sessions() -> None:
    days = pd.bdate_range("2026-01-05", periods=6, tz="UTC")
    fund = pd.Series([80.0, 81, np.nan, 83, 84, 85], index=days, name="HYG")
    against = pd.Series([40.0] * 5, index=days[:5], name="IEF")
    quotient = macro.ratio(fund, against)
    assert list(quotient.index) == list(days[:5])
    assert np.isnan(quotient.iloc[2])
    moves = macro.excess_returns(quotient, 2)
    assert list(moves.index) == [days[3]]  # of the two that end beside the hole there is none
    assert moves.iloc[0] == pytest.approx(math.log(83 / 81))


def test_a_change_over_days_starts_at_the_last_close_that_is_known() -> None:
    days = pd.bdate_range("2026-01-05", periods=8)
    values = pd.Series([1.0, 2, np.nan, 4, 5, 6, 7, 9], index=days)
    week = macro.difference_over_days(values, pd.DatetimeIndex(days), 7)
    assert week.value == pytest.approx(9 - 2)  # a week before 14 January is 7 January: the hole
