"""Charts of numbers that are not prices: falls, bars, correlations, scores."""

from itertools import pairwise
from math import inf

import numpy as np
import pandas as pd
import pytest

from components.bars import Bar, Said, ranked_bars, signed_bars, signed_bars_alt, streak_bars
from components.heatmap import difference, heatmap, heatmap_alt
from components.indexed import indexed
from components.lines import Line
from components.multiples import Panel, multiples
from components.overlay import AXES, ROW, fan, overlay, overlay_alt
from components.rolling import rolling
from components.scatter import Slope, scatter
from components.scores import fear_and_greed, stress_history
from components.steps import steps
from components.stress_map import stress_map
from components.text import change, correlation, decimal, funding
from components.theme import BITCOIN, OTHER, ZONE
from components.underwater import underwater, underwater_alt
from market.readings import Result
from market.scales import Scale
from tests.components.makers import annotations, daily

NAN = float("nan")


def test_the_water_line_is_on_top_and_labels_tell_the_current_fall() -> None:
    figure = underwater([Line("Bitcoin", daily([0, -0.5, -0.43]), BITCOIN)])
    assert figure.layout.yaxis.range[0] == pytest.approx(-0.53)
    assert 0 <= figure.layout.yaxis.range[1] < 0.01
    assert annotations(figure) == ["<b>−43%</b> Bitcoin"]
    assert figure.layout.yaxis.ticktext[-1] == "0%"


def test_a_fall_is_told_in_words() -> None:
    told = underwater_alt([Line("Bitcoin", daily([0, -0.5, -0.43]))], "since 1 Oct 2025")
    assert told == "Fall from the highest close since 1 Oct 2025. Bitcoin −43% now, −50% at the lowest."


def test_hover_writes_a_minus_and_not_a_hyphen() -> None:
    (line,) = underwater([Line("Bitcoin", daily([0, -0.434]))]).data
    assert list(line.customdata) == ["0.0%", "−43.4%"]


def test_gaps_stay_gaps() -> None:
    (line,) = underwater([Line("a", daily([0, NAN, -0.1]))]).data
    assert np.isnan(line.y[1]) and line.connectgaps is False


def test_an_indexed_chart_keeps_100_in_view() -> None:
    low, high = indexed([Line("Gold", daily([100, 128]))]).layout.yaxis.range
    assert low < 100 < 128 < high


def test_a_ranking_keeps_its_order_and_only_the_own_bar_is_amber() -> None:
    figure = ranked_bars([Bar("Bitcoin", -43.4, BITCOIN), Bar("Ether", -57.3), Bar("Gone", None)])
    (trace,) = figure.data
    assert list(trace.text) == ["−43.4%", "−57.3%", "–"]
    assert list(trace.marker.color) == [BITCOIN, OTHER, OTHER]
    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.yaxis.ticktext == ("Bitcoin", "Ether", "Gone")


def test_room_for_values_is_kept_in_pixels_on_the_side_that_has_bars() -> None:
    falls, rises = ranked_bars([Bar("a", -43.4)]).layout, ranked_bars([Bar("a", 43.4)]).layout
    flat = ranked_bars([Bar("a", 0.0)], said=Said(-30, -18, "the article")).layout
    assert flat.margin.r > falls.margin.r
    assert falls.yaxis.ticklabelstandoff > 40 > rises.yaxis.ticklabelstandoff
    assert rises.margin.r > 40 > falls.margin.r


def test_a_claimed_range_is_shaded_and_stays_in_view() -> None:
    figure = ranked_bars([Bar("Nasdaq", -0.9)], said=Said(-14, -8, "the article"))
    shade = figure.layout.shapes[-1]
    assert (shade.x0, shade.x1) == (-14, -8)
    assert figure.layout.xaxis.range[0] <= -14
    assert "the article" in annotations(figure)


def test_the_unusual_side_is_amber_and_a_missing_day_has_no_bar() -> None:
    figure = signed_bars(daily([0.01, NAN, -0.004]), funding, words=("shorts pay", "longs pay"))
    (trace,) = figure.data
    assert list(trace.marker.color) == [OTHER, ZONE]
    assert list(trace.x) == ["2026-01-01", "2026-01-03"]
    assert figure.layout.yaxis.ticktext[-1].endswith("longs pay")


def test_neither_side_need_be_unusual() -> None:
    (trace,) = signed_bars(daily([1, -1]), change, unusual=0).data
    assert set(trace.marker.color) == {OTHER}


def test_one_bar_can_stand_alone() -> None:
    assert len(signed_bars(daily([-434.0]), change).data[0].x) == 1
    assert "last −434.0%" in signed_bars_alt(daily([-434.0]), change, "Flows")


@pytest.mark.parametrize(
    ("moves", "amber"), [([1, -1, -2, -3], 3), ([-1, -2, 1], 0), ([-1, -1], 2), ([1, NAN, -1, -2], 2)]
)
def test_the_run_of_falls_that_goes_on_is_amber(moves: list[float], amber: int) -> None:
    (trace,) = streak_bars(daily(moves)).data
    assert list(trace.marker.color).count(ZONE) == amber
    assert list(trace.marker.color)[len(trace.x) - amber :] == [ZONE] * amber


CELLS = [
    [Result(float(f"0.{row}{column}"), n=60, low=0.01, high=0.5) for column in range(4)] for row in range(4)
]


def test_a_heat_map_shows_the_lower_triangle_with_n_and_interval_on_hover() -> None:
    absent, shown = heatmap(["a", "b", "c", "d"], CELLS).data
    grid = np.asarray(shown.z)
    assert np.isnan(grid[np.triu_indices(3, 1)]).all()
    assert grid[2, 0] == pytest.approx(0.30)
    assert shown.text[2][0] == "0.3"
    assert shown.customdata[2][0] == "<b>a and d</b><br>0.30<br>95% interval 0.01 to 0.50<br>n 60"
    assert np.isnan(np.asarray(absent.z)).all()


def test_a_missing_cell_is_a_grey_dash_with_its_reason() -> None:
    cells = [list(row) for row in CELLS]
    cells[2][1] = Result.missing("Only 12 common days.")
    absent, shown = heatmap(["a", "b", "c", "d"], cells).data
    assert np.asarray(absent.z)[1, 1] == 0 and np.isnan(np.asarray(shown.z)[1, 1])
    assert absent.text[1][1] == "–"
    assert absent.customdata[1][1] == "<b>b and c</b><br>Only 12 common days."


def test_a_difference_is_bold_where_its_interval_leaves_out_zero() -> None:
    cells = [list(row) for row in CELLS]
    cells[1][0] = Result(0.3, n=60, low=-0.1, high=0.7)
    _, shown = difference(["a", "b", "c", "d"], cells).data
    assert (shown.text[0][0], shown.text[2][2]) == ("+0.3", "<b>+0.3</b>")


def test_the_strongest_and_the_weakest_pair_are_told() -> None:
    told = heatmap_alt(["a", "b", "c", "d"], CELLS)
    assert told.endswith("Highest: c and d, 0.32. Lowest: a and b, 0.10.")


def test_a_rolling_line_has_its_weak_band_its_interval_and_its_last_value() -> None:
    values = daily([0.1, 0.2, 0.6])
    figure = rolling(values, values - 0.2, values + 0.2)
    assert annotations(figure) == ["<b>0.60</b>"]
    assert figure.data[0].customdata[2] == "0.60 (0.40 to 0.80)"
    assert [shape.type for shape in figure.layout.shapes] == ["path", "rect", "line"]
    assert figure.layout.yaxis.range == (-1, 1)


def test_a_rolling_beta_fits_its_axis_and_keeps_its_reference_in_view() -> None:
    low, high = rolling(daily([1.5, 2.5]), ends=None, weak=None, reference=1.0).layout.yaxis.range
    assert low < 1 < 2.5 < high


def test_a_rolling_line_may_be_all_gaps() -> None:
    assert annotations(rolling(daily([NAN, NAN]))) == []


def test_multiples_share_y_when_asked_and_write_the_last_value() -> None:
    panels = [
        Panel(Line(name, daily([0, low, low / 2])), correlation) for name, low in (("a", -1), ("b", -2))
    ]
    shared, own = multiples(panels, same_y=True), multiples(panels)
    assert shared.layout.yaxis.range == shared.layout.yaxis2.range
    assert own.layout.yaxis.range != own.layout.yaxis2.range
    assert annotations(own) == ["<b>a</b>", "<b>−0.50</b>", "<b>b</b>", "<b>−1.00</b>"]


def test_a_phone_has_two_panels_in_a_row_and_one_row_of_dates() -> None:
    panels = [Panel(Line(str(place), daily([1, 2])), correlation) for place in range(4)]
    desk, phone = multiples(panels), multiples(panels, phone=True)
    assert phone.layout.height > desk.layout.height
    dated = [axis.showticklabels for axis in phone.select_xaxes()]
    assert dated == [False, False, True, True]


def test_a_panel_may_be_empty() -> None:
    figure = multiples([Panel(Line("a", daily([NAN])), correlation)])
    assert annotations(figure) == ["<b>a</b>", "<b>–</b>"]


def test_a_scatter_drops_days_without_both_and_picks_out_the_newest() -> None:
    slope = Slope("falling days", 1.93, (-5, -9), (0, 0))
    figure = scatter(daily([1, NAN, 3]), daily([2, 4, 6]), names=("Nasdaq", "Bitcoin"), slopes=[slope])
    past, newest, line = figure.data
    assert (list(past.x), list(newest.x), newest.marker.color) == ([1], [3], BITCOIN)
    assert list(line.y) == [-9, 0]
    assert "<b>1.93</b> falling days" in annotations(figure)


def test_the_current_stretch_is_amber_over_grey_ones() -> None:
    now = Line("Now", pd.Series([0, -0.1], index=[0, 1]))
    past = Line("Then", pd.Series([0, -0.2, -0.3], index=[0, 1, 2]))
    figure = overlay(now, [past])
    assert [trace.line.color for trace in figure.data] == [OTHER, ZONE]
    assert "<b>Now</b>" in annotations(figure)
    assert overlay_alt(now, [past]) == (
        "Falls aligned on day 0. Now: −10% at the lowest, on day 1; Then: −30% at the lowest, on day 2."
    )


def test_the_name_of_a_stretch_covers_no_line() -> None:
    now = Line("Now", pd.Series([0.0, -0.1, -0.1], index=[0, 1, 2]))
    past = Line("Then", pd.Series(-0.1, index=range(100)))
    label = next(each for each in overlay(now, [past]).layout.annotations if "Now" in each.text)
    assert (label.x, label.y) == (2, -0.1)
    assert abs(label.ay - label.y) > 0.004


def test_the_names_of_many_stretches_never_meet() -> None:
    now = Line("Now", pd.Series([0.0, -0.1], index=[0, 50]))
    others = [Line(f"Fall {n}", pd.Series([0.0, -0.1 - n / 1000], index=[0, 50])) for n in range(40)]
    figure = overlay(now, others, height=380)
    rows = sorted(label.ay for label in figure.layout.annotations)
    low, high = figure.layout.yaxis.range
    row = ROW / (380 - AXES) * (high - low)
    assert 5 < len(rows) < 41
    assert all(after - before >= 0.999 * row for before, after in pairwise(rows))
    assert "<b>Now</b>" in annotations(figure)


def test_a_fan_shades_pairs_of_quantiles() -> None:
    ahead = {level: daily([50, 60 * level], "2026-02-01") for level in (0.1, 0.25, 0.5, 0.75, 0.9)}
    figure = fan(daily([49, 50]), ahead, write=decimal)
    assert len([shape for shape in figure.layout.shapes if shape.type == "path"]) == 2
    assert annotations(figure) == [
        "1 in 10 below",
        "1 in 4 below",
        "middle case",
        "1 in 4 above",
        "1 in 10 above",
    ]


def test_the_stress_map_ends_at_today() -> None:
    figure = stress_map(daily([10, NAN, 80]), daily([20, 30, 90]), high=60)
    assert (figure.data[-1].x[0], figure.data[-1].y[0]) == (80, 90)
    assert "<b>3 Jan</b>" in annotations(figure)


def test_a_stress_map_without_days_is_an_empty_field() -> None:
    assert len(stress_map(daily([]), daily([]), high=60).data) == 1


def test_a_path_holds_its_last_step_so_that_it_can_be_seen() -> None:
    (line,) = steps(daily([3.6, 3.4])).data
    assert list(line.x) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    assert line.y[-1] == line.y[-2]
    assert line.line.shape == "hv"


def test_stress_history_shades_the_upper_two_bands() -> None:
    scale = Scale.from_floors([("calm", -inf), ("elevated", 40), ("stress", 65), ("crisis", 85)])
    figure = stress_history(daily([30, 71]), scale)
    assert [(shape.y0, shape.y1, shape.opacity) for shape in figure.layout.shapes] == [
        (65, 85, 0.1),
        (85, 100, 0.22),
    ]
    assert figure.layout.yaxis.tickvals == (0, 50, 100)
    assert annotations(figure) == ["<b>71</b>"]


def test_fear_and_greed_names_both_extremes() -> None:
    assert annotations(fear_and_greed(daily([66, 9]))) == ["extreme fear", "extreme greed", "<b>9</b>"]
