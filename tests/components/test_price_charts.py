"""Candles, history, zones and the ladder."""

from dataclasses import replace
from datetime import date
from math import inf, log10

import numpy as np
import pytest

from components.candles import candles, candles_alt
from components.history import add_bands, history, history_alt
from components.ladder import Rung, ladder, ladder_alt
from components.lines import Line
from components.theme import CLEAR, DOWN, NASDAQ, UP, ZONE
from components.zones import add_zones
from market.episodes import Episode
from market.scales import Scale, Severity
from market.zones import Zone
from tests.components.makers import BTC, IXIC, US10Y, VIX, annotations, bars

ZONE_68 = Zone("BTC", 68_000, 70_000, "$68K–$70K")
RECORD = Zone("BTC", 126_200, 126_200, "Record")
PRICES = bars([72_000.0, 67_000.0, 71_000.0, 69_310.0])


def test_a_rising_candle_is_hollow_and_a_falling_one_is_filled() -> None:
    (candle,) = candles(PRICES).select_traces(selector={"type": "candlestick"})
    assert (candle.increasing.fillcolor, candle.increasing.line.color) == (CLEAR, UP)
    assert (candle.decreasing.fillcolor, candle.decreasing.line.color) == (DOWN, DOWN)


def test_volume_follows_the_colour_of_its_candle() -> None:
    (volume,) = candles(PRICES).select_traces(selector={"type": "bar"})
    assert list(volume.marker.color) == [UP, DOWN, UP, DOWN]


def test_there_is_no_volume_panel_where_none_is_published() -> None:
    silent = replace(PRICES, frame=PRICES.frame.assign(volume=float("nan")))
    figure = candles(silent)
    assert not list(figure.select_traces(selector={"type": "bar"}))
    assert figure.layout.yaxis.domain == (0.0, 1.0)


def test_closes_without_opens_are_a_line() -> None:
    figure = candles(bars([22_000.0, 22_540.0], IXIC, full=False))
    assert [trace.type for trace in figure.data] == ["scatter"]
    assert figure.data[0].line.color == NASDAQ


def test_a_day_without_a_published_high_has_no_candle() -> None:
    frame = PRICES.frame.copy()
    frame.iloc[1, frame.columns.get_loc("high")] = float("nan")
    (candle,) = candles(replace(PRICES, frame=frame)).select_traces(selector={"type": "candlestick"})
    assert np.isnan(candle.high[1])


def test_the_last_price_is_a_label_on_the_axis() -> None:
    assert "<b>&#36;69,310</b>" in annotations(candles(PRICES))


def test_the_log_axis_comes_by_itself_when_prices_span_five_times() -> None:
    wide = bars([20_000.0, 126_000.0])
    assert candles(wide).layout.yaxis.type == "log"
    assert candles(wide, log=False).layout.yaxis.type == "linear"
    assert candles(PRICES).layout.yaxis.type == "linear"
    bottom, top = candles(wide).layout.yaxis.range
    assert 10**bottom == pytest.approx(20_000 * 0.99 * 0.975)
    assert 10**top == pytest.approx(126_000 * 1.01 * 1.02)


def test_zones_in_reach_are_drawn_and_far_ones_are_not() -> None:
    figure = candles(PRICES, [ZONE_68, RECORD], watched=ZONE_68)
    assert [name for name in annotations(figure) if "Record" in name] == []
    (band,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (band.y0, band.y1, band.fillcolor, band.opacity) == (68_000, 70_000, ZONE, 0.22)


def test_on_a_log_axis_shapes_take_prices_and_annotations_their_logarithm() -> None:
    figure = candles(PRICES, [ZONE_68], log=True)
    (band,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    (name,) = [each for each in figure.layout.annotations if "68K" in each.text]
    assert (band.y1, name.y) == (70_000, pytest.approx(log10(70_000)))


def test_a_name_makes_way_for_the_last_price() -> None:
    figure = candles(PRICES)
    before = len(figure.layout.annotations)
    add_zones(figure, [ZONE_68], 60_000, 80_000, last=70_200.0)
    add_zones(figure, [ZONE_68], 60_000, 80_000, last=75_000.0)
    made_way, usual = figure.layout.annotations[before:]
    assert (made_way.yanchor, made_way.y) == ("top", 68_000)
    assert (usual.yanchor, usual.y) == ("bottom", 70_000)


def test_candles_are_told_in_words() -> None:
    assert candles_alt(PRICES, [ZONE_68]) == (
        "Bitcoin, daily candles from 2026-01-01 to 2026-01-04: from $72,000 to $69,310, −3.7%. "
        "Lowest $66,330, highest $72,720. The price is inside $68K–$70K."
    )


def test_history_shades_only_bands_in_view_and_leaves_calm_clear() -> None:
    scale = Scale.from_floors([("calm", -inf), ("elevated", 20), ("stress", 30), ("crisis", 500)])
    figure = history(bars([15.0, 35.0], VIX, full=False), scale)
    shades = [(shape.y0, round(shape.y1, 2)) for shape in figure.layout.shapes if shape.type == "rect"]
    assert shades == [(20, 30), (30, 36.4)]


def test_bands_get_stronger_with_severity() -> None:
    figure = history(bars([15.0, 35.0], VIX, full=False))
    scale = Scale.from_floors(
        [(each.value, low) for each, low in zip(Severity, (-inf, 10, 20, 30), strict=True)]
    )
    add_bands(figure, scale, 0, 40)
    opacities = [shape.opacity for shape in figure.layout.shapes if shape.type == "rect"]
    assert opacities == [0.10, 0.10, 0.22]


def test_episodes_are_clipped_to_the_range_and_others_left_out() -> None:
    prices = bars([1.0] * 20, BTC, "2026-01-02")
    inside = Episode("a", "Rout", date(2026, 1, 10), date(2026, 3, 1), "", "")
    before = Episode("b", "Old", date(2025, 1, 1), date(2025, 2, 1), "", "")
    figure = history(prices, None, [inside, before])
    (shade,) = [shape for shape in figure.layout.shapes if shape.type == "rect"]
    assert (shade.x0, shade.x1) == ("2026-01-10", "2026-01-20")
    assert "Rout" in annotations(figure) and "Old" not in annotations(figure)


def test_averages_are_named_in_their_lines_and_keep_in_view() -> None:
    prices = bars([100.0, 101.0, 102.0], IXIC, full=False)
    average = Line("200-day", prices.close - 50)
    figure = history(prices, averages=[average, Line("none", prices.close * float("nan"))])
    assert "200-day" in annotations(figure) and "none" not in annotations(figure)
    assert figure.layout.yaxis.range[0] < 50


def test_stocks_leave_their_weekends_out_and_crypto_does_not() -> None:
    assert len(history(bars([1.0] * 10, IXIC, full=False)).layout.xaxis.rangebreaks) == 1
    assert history(bars([1.0] * 10)).layout.xaxis.rangebreaks == ()


def test_history_is_told_in_words_and_a_yield_without_percent_of_percent() -> None:
    assert history_alt(bars([100.0, 90.0], IXIC, "2026-02-05")) == (
        "Nasdaq Composite from 100.0 on 2026-02-05 to 90.0 on 2026-02-06 (−10.0%). "
        "Lowest 90.0 on 2026-02-06, highest 100.0 on 2026-02-05."
    )
    assert "(" not in history_alt(bars([4.2, 4.3], US10Y))


def test_a_ladder_names_what_stands_above_and_below() -> None:
    rungs = [Rung(74_000, "half retraced")]
    figure = ladder(69_310, BTC, [ZONE_68, RECORD], rungs)
    assert {"&#36;68K–&#36;70K", "Record", "half retraced, &#36;74K"} <= set(annotations(figure))
    assert ladder_alt(69_310, BTC, [ZONE_68, RECORD], rungs) == (
        "Bitcoin at $69,310. Above: Record $126.2K, half retraced $74K, $68K–$70K $68K–$70K. Below: nothing."
    )


def test_names_on_a_ladder_do_not_touch() -> None:
    figure = ladder(69_310, BTC, [], [Rung(74_000 + step, f"rung {step}") for step in range(5)])
    places = sorted(each.y for each in figure.layout.annotations if each.text.startswith("rung"))
    bottom, top = figure.layout.yaxis.range
    assert min(np.diff(places)) > 0.9 * 17 / 420 * (top - bottom)
