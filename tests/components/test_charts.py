"""What every chart keeps: no markup from outside, calm axes, an alternative text, light data."""

import json
from collections.abc import Callable
from dataclasses import replace
from math import inf

import numpy as np
import plotly.graph_objects as go
import pytest

from components.bars import Bar, Said, ranked_bars, ranked_bars_alt, signed_bars, signed_bars_alt, streak_bars
from components.candles import candles, candles_alt
from components.heatmap import difference, heatmap, heatmap_alt
from components.history import history, history_alt
from components.indexed import indexed, indexed_alt
from components.ladder import Rung, ladder, ladder_alt
from components.lines import Line
from components.multiples import Panel, multiples, multiples_alt
from components.overlay import fan, fan_alt, overlay, overlay_alt
from components.rolling import rolling, rolling_alt
from components.scatter import Slope, scatter, scatter_alt
from components.scores import fear_and_greed, score_alt, stress_history
from components.steps import steps, steps_alt
from components.stress_map import stress_map, stress_map_alt
from components.text import change, correlation, funding, whole
from components.underwater import underwater, underwater_alt
from market.episodes import Episode
from market.readings import Result
from market.scales import Scale
from market.zones import Zone
from tests.components.makers import BTC, HOSTILE, NOW, bars, daily, texts

SCALE = Scale.from_floors([("calm", -inf), ("elevated", 40), ("stress", 65), ("crisis", 85)])
WALK = daily(np.cumsum(np.random.default_rng(7).normal(0, 1, 60)) + 50)
FALLS = WALK / WALK.cummax() - 1
ALIGNED = Line(HOSTILE, FALLS.set_axis(range(60)))
LINES = [Line(HOSTILE, FALLS), Line("Bitcoin", FALLS * 2)]
EVIL = replace(BTC, name=HOSTILE, short=HOSTILE)
PRICES = bars([70_000.0, 69_000.0, 71_000.0, 69_310.0] * 5, EVIL)
ZONES = [Zone("BTC", 68_000, 70_000, HOSTILE), Zone("BTC", 70_500, 70_500, HOSTILE)]
EPISODE = Episode("e", HOSTILE, NOW.date().replace(month=1, day=5), None, "", "")
NAMES = [HOSTILE, "Bitcoin", "Gold", "Dollar", "VIX"]
CELLS = [
    [Result(0.1 * (row - column), n=60, low=-0.2, high=0.4) for column in range(5)]
    if row != 3
    else [Result.missing(HOSTILE)] * 5
    for row in range(5)
]
QUANTILES = {
    level: daily([50, 50 + 10 * (level - 0.5)], "2026-03-01") for level in (0.1, 0.25, 0.5, 0.75, 0.9)
}
SLOPE = Slope(HOSTILE, 1.9, (-5, -9), (0, 0))


def hostile(_: float | None) -> str:
    return HOSTILE


CHARTS: dict[str, tuple[Callable[..., go.Figure], tuple[object, ...], dict[str, object]]] = {
    "underwater": (underwater, (LINES,), {}),
    "candles": (candles, (PRICES, ZONES), {"record": 71_500.0, "averages": [Line(HOSTILE, PRICES.close)]}),
    "history": (
        history,
        (PRICES, None, [EPISODE]),
        {"zones": ZONES, "averages": [Line(HOSTILE, PRICES.close)]},
    ),
    "ranked bars": (
        ranked_bars,
        ([Bar(HOSTILE, -3.0), Bar("b", None)], hostile),
        {"said": Said(-14, -8, HOSTILE)},
    ),
    "signed bars": (signed_bars, (WALK - 50, hostile), {"words": (HOSTILE, HOSTILE)}),
    "streak bars": (streak_bars, (WALK - 50,), {}),
    "heat map": (heatmap, (NAMES, CELLS), {}),
    "difference": (difference, (NAMES, CELLS), {}),
    "rolling": (rolling, (FALLS, FALLS - 0.1, FALLS + 0.1), {"name": HOSTILE}),
    "indexed": (indexed, (LINES,), {}),
    "multiples": (multiples, ([Panel(LINES[0], hostile, HOSTILE)] * 5,), {}),
    "scatter": (
        scatter,
        (WALK - 50, 2 * (WALK - 50)),
        {"names": (HOSTILE, HOSTILE), "slopes": [SLOPE]},
    ),
    "ladder": (ladder, (69_310.0, EVIL, ZONES, [Rung(74_000, HOSTILE)]), {}),
    "overlay": (overlay, (ALIGNED, [ALIGNED]), {"days_are": HOSTILE}),
    "fan": (fan, (WALK, QUANTILES), {"write": hostile}),
    "stress map": (stress_map, (WALK, WALK + 5), {"high": 60}),
    "steps": (steps, (WALK[:4], WALK[:4] + 1), {"names": (HOSTILE, HOSTILE)}),
    "stress history": (stress_history, (WALK, SCALE), {}),
    "fear and greed": (fear_and_greed, (WALK,), {}),
}

ALTS: dict[str, str] = {
    "underwater": underwater_alt(LINES, "since 1 Oct"),
    "candles": candles_alt(PRICES, ZONES),
    "history": history_alt(PRICES, SCALE),
    "ranked bars": ranked_bars_alt([Bar("Bitcoin", -43.4), Bar("b", None)], change, "From the high"),
    "signed bars": signed_bars_alt(WALK, funding, "Funding"),
    "heat map": heatmap_alt(NAMES, CELLS),
    "rolling": rolling_alt(FALLS, "Correlation"),
    "indexed": indexed_alt(LINES, "1 Oct"),
    "multiples": multiples_alt([Panel(LINES[0], correlation)], "Drawdowns"),
    "scatter": scatter_alt(WALK, WALK, ("Nasdaq", "Bitcoin"), [SLOPE]),
    "ladder": ladder_alt(69_310.0, BTC, ZONES),
    "overlay": overlay_alt(ALIGNED, [ALIGNED]),
    "fan": fan_alt(WALK, QUANTILES, whole, 14),
    "stress map": stress_map_alt(WALK, WALK),
    "steps": steps_alt(WALK[:3], "Path"),
    "score": score_alt(WALK, "Stress"),
}


@pytest.fixture(params=CHARTS, name="figure")
def _figure(request: pytest.FixtureRequest) -> go.Figure:
    make, values, options = CHARTS[request.param]
    return make(*values, **options)


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("phone", [False, True])
def test_text_from_outside_is_never_markup(name: str, phone: bool) -> None:
    make, values, options = CHARTS[name]
    figure = make(*values, phone=phone, **options)
    assert texts(figure) == []
    assert "%{x} #000001" not in figure.to_json()


def test_a_page_can_scroll_past_every_chart(figure: go.Figure) -> None:
    layout = figure.layout.to_plotly_json()
    axes = [value for key, value in layout.items() if key.startswith(("xaxis", "yaxis"))]
    assert all(axis["fixedrange"] for axis in axes)
    assert layout["dragmode"] is False
    assert layout["showlegend"] is False


def test_every_chart_says_how_high_it_is(figure: go.Figure) -> None:
    assert 60 < figure.layout.height < 900


def test_every_colour_is_a_slot_or_the_grid(figure: go.Figure) -> None:
    text = json.dumps(json.loads(figure.to_json()))
    assert not [
        word for word in ("#fff", "black", "white", "red", "var(", "light-dark") if f'"{word}' in text
    ]


def test_no_text_leans_on_a_desktop(figure: go.Figure) -> None:
    assert all(axis.tickangle in (0, None) for axis in figure.select_xaxes())


@pytest.mark.parametrize("name", ALTS)
def test_every_chart_can_be_told_in_words(name: str) -> None:
    assert ALTS[name].endswith(".")
    assert "nan" not in ALTS[name] and "None" not in ALTS[name]
    assert len(ALTS[name]) > 15


def test_no_sentence_is_missing_for_a_chart_without_values() -> None:
    nothing = daily([])
    told = [
        underwater_alt([]),
        signed_bars_alt(nothing, funding, "Funding"),
        rolling_alt(nothing, "Correlation"),
        indexed_alt([], "1 Oct"),
        multiples_alt([], "Drawdowns"),
        heatmap_alt(["a", "b"], [[Result.missing("x")] * 2] * 2),
        stress_map_alt(nothing, nothing),
        score_alt(nothing, "Stress"),
        scatter_alt(nothing, nothing, ("Nasdaq", "Bitcoin")),
    ]
    assert all(each.endswith(".") for each in told)
