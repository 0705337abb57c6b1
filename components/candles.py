"""Candles: open, high, low and close by day, hollow when the day closed higher, with volume below."""

from collections.abc import Sequence
from math import log10
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import closed_days, date_axis, framed, price_axis, stamps
from components.lines import Line, trace
from components.text import MISSING, change, price, price_writer, tick
from components.theme import CLEAR, DOWN, GRID, MUTED, UP, colour_of
from components.zones import add_last_price, add_zones
from market.bars import Bars
from market.instruments import Unit
from market.zones import Zone

LOG_FROM = 5.0
AXIS_MARGIN = 62
GAP = 0.02
VOLUME = 0.18


def candles(
    bars: Bars,
    zones: Sequence[Zone] = (),
    *,
    averages: Sequence[Line] = (),
    record: float | None = None,
    watched: Zone | None = None,
    log: bool | None = None,
    height: int = 520,
    phone: bool = False,
) -> go.Figure:
    """The bars as candles over their zones, the last price as a label, and volume where it is published.

    A day without a published open, high or low has no candle; where none has, the closes are a line.
    ``record`` is a dashed line with its name. ``log`` of None takes a log axis where the highest price is
    over five times the lowest.
    """
    frame = bars.frame
    has_candles = bool(frame[["open", "high", "low"]].notna().all(axis=1).any())
    lowest = float(frame[["low", "close"]].min().min())
    highest = float(frame[["high", "close"]].max().max())
    is_log = highest > LOG_FROM * lowest if log is None else log
    has_volume = bool(frame["volume"].notna().any())
    days = stamps(frame.index)
    figure = framed(height=height, phone=phone, right=AXIS_MARGIN, bottom=40)
    figure.add_trace(_candles(bars, days) if has_candles else _closes(bars))
    for average in averages:
        figure.add_trace(trace(average, price_writer(bars.instrument)))
    _price_axis(figure, bars, lowest, highest, is_log, has_volume, phone)
    if has_volume:
        _add_volume(figure, bars, days)
    _days_axis(figure, bars, days, phone, has_volume)
    lines = [*zones, *([Zone(bars.key, record, record, "Record high")] if record else [])]
    add_zones(figure, lines, lowest, highest, watched=watched, last=bars.last, log=is_log, phone=phone)
    add_last_price(figure, bars.last, price(bars.last, bars.instrument), log=is_log)
    return figure


def candles_alt(bars: Bars, zones: Sequence[Zone] = ()) -> str:
    """What the chart says, in words."""
    close, name = bars.close, bars.instrument.name
    first, last = close.iloc[0], close.iloc[-1]
    moved = change(100 * (last / first - 1)) if first > 0 else MISSING
    days = stamps(bars.frame.index)
    low, high = bars.frame["low"].min(), bars.frame["high"].max()
    told = (
        f"{name}, daily candles from {days[0]} to {days[-1]}: from {price(first, bars.instrument)} "
        f"to {price(last, bars.instrument)}, {moved}."
    )
    if pd.notna(low) and pd.notna(high):
        told += f" Lowest {price(low, bars.instrument)}, highest {price(high, bars.instrument)}."
    inside = [zone.name for zone in zones if bars.last in zone and not zone.is_level]
    return told + (f" The price is inside {', '.join(inside)}." if inside else "")


def _candles(bars: Bars, days: list[str]) -> go.Candlestick:
    frame = bars.frame
    unit = "&#36;" if bars.instrument.unit is Unit.USD else ""
    shape = f",.{_places(float(frame['high'].max()))}f"
    return go.Candlestick(
        x=days,
        open=frame["open"],
        high=frame["high"],
        low=frame["low"],
        close=frame["close"],
        name="",
        increasing={"line": {"color": UP, "width": 1.2}, "fillcolor": CLEAR},
        decreasing={"line": {"color": DOWN, "width": 1.2}, "fillcolor": DOWN},
        whiskerwidth=0,
        hovertemplate=(
            f"Open {unit}%{{open:{shape}}}<br>High {unit}%{{high:{shape}}}<br>Low {unit}%{{low:{shape}}}<br>"
            f"<b>Close {unit}%{{close:{shape}}}</b><extra></extra>"
        ),
    )


def _closes(bars: Bars) -> go.Scatter:
    line = Line(bars.instrument.short, bars.close, colour_of(bars.key), 1.8)
    return trace(line, price_writer(bars.instrument))


def _price_axis(
    figure: go.Figure, bars: Bars, low: float, high: float, log: bool, has_volume: bool, phone: bool
) -> None:
    span = high - low or high
    bottom, top = (low * 0.975, high * 1.02) if log else (low - 0.06 * span, high + 0.07 * span)
    domain = [VOLUME + GAP, 1.0] if has_volume else [0.0, 1.0]
    price_axis(
        figure,
        bottom,
        top,
        bars.instrument.unit,
        log=log,
        most=6 if phone else 8,
        beside=bars.last,
        domain=domain,
    )


def _add_volume(figure: go.Figure, bars: Bars, days: list[str]) -> None:
    volume = bars.frame["volume"]
    rose = (bars.frame["close"] >= bars.frame["open"]).to_numpy()
    most = float(volume.max())
    figure.add_trace(
        go.Bar(
            x=days,
            y=np.asarray(volume, dtype=np.float32),
            yaxis="y2",
            marker={"color": [UP if up else DOWN for up in rose], "opacity": 0.45, "line": {"width": 0}},
            hovertemplate="Volume %{y:,.0f}<extra></extra>",
            name="",
        )
    )
    mark = 10.0 ** np.floor(np.log10(most)) if most > 0 else 1.0
    mark *= 5 if most >= 5 * mark else 2 if most >= 2 * mark else 1
    figure.update_layout(
        yaxis2={
            **_bare_axis(),
            "domain": [0.0, VOLUME],
            "range": [0, most * 1.08 or 1],
            "anchor": "x",
            "tickvals": [mark],
            "ticktext": [tick(mark, mark)],
        }
    )


def _bare_axis() -> dict[str, Any]:
    return {
        "side": "right",
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickmode": "array",
        "tickfont": {"size": 11.5},
        "title": {"text": ""},
        "showline": False,
        "linecolor": GRID,
        "tickcolor": MUTED,
    }


def _days_axis(figure: go.Figure, bars: Bars, days: list[str], phone: bool, has_volume: bool) -> None:
    first, last = pd.Timestamp(days[0]), pd.Timestamp(days[-1])
    room = max(pd.Timedelta(1, "D"), 0.012 * len(days) * pd.Timedelta(1, "D"))
    date_axis(
        figure,
        (first - pd.Timedelta(12, "h")).isoformat(),
        (last + room).isoformat(),
        nticks=5 if phone else 8,
        rangeslider={"visible": False},
        rangebreaks=closed_days(bars),
        anchor="y2" if has_volume else "y",
    )
    figure.update_layout(bargap=0.25)


def _places(highest: float) -> int:
    return 0 if highest >= 1000 else 2 if highest >= 1 else int(2 - np.floor(log10(highest)))
