from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.bring.written import Decimal, Order, Unclear, decimal_of, order_of, read_number, read_when

FIFTH = date(2026, 2, 5)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-05",
        "2026/2/5",
        "2026.02.05",
        "20260205",
        "02/05/2026",
        "02-05-2026",
        "2/5/26",
        "Feb 5, 2026",
        "February 5 2026",
        "5 Feb 2026",
        "5-Feb-26",
        "05.Feb.2026",
        "5th February, 2026",
        "Thu, Feb 05, 2026",
        "Thursday 5 February 2026",
        " 2026-02-05\u00a0",
    ],
)
def test_a_day_is_read_however_it_is_written(cell: str) -> None:
    when = read_when(cell, Order.MONTH, 2026)
    assert when is not None
    assert (when.day, when.at, when.is_label) == (FIFTH, None, True)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-02-05 14:30:00+00:00",
        "2026-02-05T14:30Z",
        "2026-02-05 09:30:00-05:00",
        "2026-02-05T14:30:00.000Z",
        "2026-02-05 14:30:00 UTC",
        "02/05/2026 2:30 PM UTC",
        "1770301800",
        "1770301800000",
        "1770301800000000",
        "1770301800000000000",
        "1770301800.0",
    ],
)
def test_an_instant_is_read_however_it_is_written(cell: str) -> None:
    when = read_when(cell, Order.MONTH, 2026)
    assert when is not None
    assert when.instant == datetime(2026, 2, 5, 14, 30, tzinfo=UTC)


def test_a_time_without_a_zone_is_no_instant() -> None:
    when = read_when("2026-02-05 16:00:00", None, 2026)
    assert when is not None
    assert (when.at, when.zone, when.instant) == (time(16), None, None)


@pytest.mark.parametrize(
    "cell",
    ["", "x", "2026-02-30", "2026-13-01", "13/02/2026", "46058", "202625", "5 Fev 2026", "2026-02-05 25:00",
     "2026-02-05 13:00 PM", "2026-02-05 10:00+99:00", "9999-12-31", "0001-01-01", "1.5"],
)  # fmt: skip
def test_what_is_no_date_is_not_made_one(cell: str) -> None:
    assert read_when(cell, Order.MONTH, 2026) is None


@pytest.mark.parametrize(("cell", "year"), [("1/2/26", 2026), ("1/2/27", 1927), ("1/2/99", 1999)])
def test_a_year_of_two_digits_is_never_in_the_future(cell: str, year: int) -> None:
    when = read_when(cell, Order.DAY, 2026)
    assert when is not None
    assert when.day.year == year


@given(st.dates(date(1990, 1, 1), date(2026, 12, 31)), st.sampled_from(["/", "-", "."]), st.booleans())
def test_a_date_in_figures_is_the_day_that_was_written(day: date, mark: str, is_day_first: bool) -> None:
    order = Order.DAY if is_day_first else Order.MONTH
    pair = (day.day, day.month) if is_day_first else (day.month, day.day)
    when = read_when(mark.join(f"{each:02d}" for each in (*pair, day.year)), order, 2026)
    assert when is not None
    assert when.day == day


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["02/05/2026", "13/02/2026"], Order.DAY),
        (["02/05/2026", "02/13/2026"], Order.MONTH),
        (["02/02/2026", "03/03/2026"], Order.DAY),
        (["2026-02-05", "2026-02-06"], None),
        (["02/13/2026", "31/31/2026"], Order.MONTH),
    ],
)
def test_a_number_above_twelve_tells_the_order_of_all_dates(cells: list[str], order: Order | None) -> None:
    assert order_of(cells) is order


@pytest.mark.parametrize(
    "cells", [["02/05/2026"], ["05.02.2026", "06.02.2026"], ["13/02/2026", "02/13/2026"]]
)
def test_an_order_that_is_open_is_never_guessed(cells: list[str]) -> None:
    with pytest.raises(Unclear, match="--dates"):
        order_of(cells)


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        ("22,540.59", Decimal.POINT, 22540.59),
        ("22.540,59", Decimal.COMMA, 22540.59),
        ("22 540,59", Decimal.COMMA, 22540.59),
        ("22\u202f540,59", Decimal.COMMA, 22540.59),
        ("22'540.59", Decimal.POINT, 22540.59),
        ("$1,234.50", Decimal.POINT, 1234.5),
        ("4.21%", Decimal.POINT, 4.21),
        ("−0.5", Decimal.POINT, -0.5),
        ("(434.1)", Decimal.POINT, -434.1),
        ("-$5", Decimal.POINT, -5),
        ("7e9", Decimal.POINT, 7e9),
        (".5", Decimal.POINT, 0.5),
    ],
)
def test_a_number_is_read_however_it_is_written(cell: str, decimal: Decimal, number: float) -> None:
    assert read_number(cell, decimal) == number


@pytest.mark.parametrize(
    "cell", ["", "-", ".", "e5", "many", "1e999", "1.2.3", "22,5", "2,2540", "9.1B", "0x10"]
)
def test_what_is_no_number_is_not_made_one(cell: str) -> None:
    assert str(read_number(cell, Decimal.POINT)) == "nan"


@pytest.mark.parametrize(("cell", "number"), [("9.31B", 9.31e9), ("12.5K", 12500), ("1.5m", 1.5e6), ("7", 7)])
def test_an_amount_may_be_abbreviated(cell: str, number: float) -> None:
    assert read_number(cell, Decimal.POINT, is_amount=True) == number


@given(st.floats(-1e9, 1e9, allow_nan=False).map(lambda each: round(each, 2)), st.sampled_from(Decimal))
def test_a_number_written_in_either_way_is_read_back(number: float, decimal: Decimal) -> None:
    written = f"{number:,.2f}"
    if decimal is Decimal.COMMA:
        written = written.translate(str.maketrans(",.", ".,"))
    assert decimal_of([written]) is decimal
    assert read_number(written, decimal) == number


def test_one_number_of_many_does_not_change_how_the_others_are_read() -> None:
    assert decimal_of(["22540.5"] * 40 + ["22540,5"]) is Decimal.POINT
    with pytest.raises(Unclear, match="decimal points and with decimal commas"):
        decimal_of(["22540.5"] * 5 + ["22540,5"])


@given(st.text(max_size=30), st.sampled_from([None, *Order]))
def test_no_text_fails(text: str, order: Order | None) -> None:
    when = read_when(text, order, 2026)
    assert (
        when is None
        or when.instant is None
        or abs(when.instant - when.wall.replace(tzinfo=UTC)) <= (timedelta(hours=14))
    )
    for decimal in Decimal:
        read_number(text, decimal, is_amount=True)
