"""Labels at the ends of lines, and the days under them."""

from dataclasses import replace
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go
from hypothesis import given
from hypothesis import strategies as st

from components.frame import closed_days, framed, log_ticks, nice_ticks, padded, price_axis, span, stamps
from components.lines import Line, add_end_labels, spread
from components.ribbon import add_ribbon, interval_texts
from components.text import correlation, decimal
from components.theme import BITCOIN
from market.instruments import Unit
from tests.components.makers import BTC, HOSTILE, IXIC, bars, daily

heights = st.lists(st.floats(-1, 1, allow_nan=False), min_size=1, max_size=8)


@given(heights)
def test_labels_are_pushed_apart_and_keep_their_order(places: list[float]) -> None:
    moved = spread(places, 0.06)
    in_order = [moved[each] for each in sorted(range(len(places)), key=lambda each: places[each])]
    assert all(upper - lower > 0.055 for lower, upper in pairwise(in_order))


@given(heights)
def test_labels_that_do_not_touch_stay(places: list[float]) -> None:
    far = [10.0 * place + value * 0.1 for place, value in enumerate(places)]
    assert spread(far, 0.06) == far


def test_an_end_label_has_value_name_and_colour_and_skips_an_empty_line() -> None:
    figure = framed(height=300)
    lines = [Line(HOSTILE, daily([1.0, 2.0]), BITCOIN), Line("none", daily([float("nan")]))]
    add_end_labels(figure, lines, decimal, low=0, high=3)
    (label,) = figure.layout.annotations
    assert label.text.startswith("<b>2</b> &lt;b style")
    assert (label.y, label.font.color) == (2.0, BITCOIN)


def test_the_right_margin_grows_with_the_longest_name() -> None:
    margins = []
    for name in ("BTC", "A very long name of a fund"):
        figure = framed(height=300)
        add_end_labels(figure, [Line(name, daily([1.0, 2.0]))], decimal, low=0, high=3)
        margins.append(figure.layout.margin.r)
    assert margins[0] < margins[1] <= 168


def test_a_daily_point_stands_on_the_day_it_belongs_to() -> None:
    crypto, stocks = bars([1.0, 2.0], BTC, "2026-02-06"), bars([1.0, 2.0], IXIC, "2026-02-05")
    assert stamps(crypto.close.index) == ["2026-02-05", "2026-02-06"]
    assert stamps(stocks.close.index) == ["2026-02-05", "2026-02-06"]
    assert stamps(daily([1.0]).index) == ["2026-01-01"]


def test_an_hourly_point_keeps_its_hour() -> None:
    assert stamps(pd.date_range("2026-02-05 14:00", periods=2, freq="h", tz="UTC"))[1] == "2026-02-05 15:00"


def test_a_span_covers_every_series_and_an_empty_one_is_the_epoch() -> None:
    assert span(daily([1.0]).index, daily([1.0], "2026-03-01").index) == ("2026-01-01", "2026-03-01")
    assert span() == ("1970-01-01", "1970-01-01")


def test_weekends_and_holidays_are_left_out_of_stocks_only() -> None:
    full = bars([1.0] * 10, IXIC, "2026-01-05")
    assert closed_days(bars([1.0, 2.0], BTC)) == []
    assert closed_days(full) == [{"bounds": ["sat", "mon"]}]


def test_a_holiday_is_left_out_and_a_missing_session_is_not() -> None:
    stocks = bars([1.0] * 15, IXIC, "2026-01-05")
    frame = stocks.frame.drop(stocks.frame.index[[3, 10]])  # a session, and Martin Luther King’s day
    (_, holidays) = closed_days(replace(stocks, frame=frame))
    assert holidays == {"values": ["2026-01-19"]}


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6), st.integers(2, 8))
def test_ticks_are_few_round_and_inside(low: float, width: float, most: int) -> None:
    values, step = nice_ticks(low, low + width, most)
    assert len(values) <= most
    assert all(low - 1e-6 * step <= value <= low + width + 1e-6 * step for value in values)


def test_ticks_of_nothing_are_one_value() -> None:
    assert nice_ticks(5, 5, 4) == ([5], 1.0)


def test_log_ticks_stay_within_the_axis() -> None:
    assert log_ticks(60000, 130000, 6) == [70000.0, 100000.0]
    assert log_ticks(0.1, 1000, 3) == [0.1, 1.0, 10.0, 100.0, 1000.0]


def test_no_tick_label_stands_behind_the_last_price() -> None:
    figure = framed(height=300)
    price_axis(figure, 60_000, 100_000, Unit.USD, beside=80_300)
    labels = dict(zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True))
    assert labels[80_000] == ""
    assert labels[70_000] == "&#36;70K"


def test_room_is_left_around_values_even_when_all_are_equal() -> None:
    assert padded([2.0, 2.0], 0.5, 0.5) == (1.0, 3.0)
    assert padded([], 0.5, 0.5) == (-0.5, 1.5)


def test_a_ribbon_breaks_where_a_value_is_missing() -> None:
    figure = go.Figure()
    low = daily([1, 1, float("nan"), 1, 1, 1])
    add_ribbon(figure, low, low + 1, BITCOIN)
    first, second = (shape.path for shape in figure.layout.shapes)
    assert first == "M2026-01-01,2L2026-01-02,2L2026-01-02,1L2026-01-01,1Z"
    assert second.startswith("M2026-01-04,2L")
    assert interval_texts(low, low + 1, correlation)[1:3] == [" (1.00 to 2.00)", ""]
