"""Bars: a ranking of values, and values through time around zero."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import date_axis, framed, nice_ticks, stamps
from components.text import MISSING, Write, change, escape_plot
from components.theme import INK, MUTED, OTHER, ZONE

THICKEST = 34  # pixels a bar may be thick


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a ranking, in the grey of context unless it has a colour of its own."""

    name: str
    value: float | None
    colour: str = OTHER


@dataclass(frozen=True, slots=True)
class Said:
    """A range that somebody claimed, to hold the bars against."""

    low: float
    high: float
    name: str


def ranked_bars(
    bars: Sequence[Bar],
    write: Write = change,
    *,
    said: Said | None = None,
    height: int | None = None,
    phone: bool = False,
) -> go.Figure:
    """Bars in the order given, the first on top: names left, values outside the ends, no x axis.

    Room for the values is kept in pixels, so that they never run into the names however narrow the card.
    A missing value has a name and a dash, and no bar. ``said`` is shaded behind the bars.
    """
    known = [bar.value for bar in bars if bar.value is not None]
    low, high = min([0.0, *known]), max([0.0, *known])
    if said:
        low, high = min(low, said.low), max(high, said.high)
    names = [escape_plot(bar.name) for bar in bars]
    places = list(range(len(bars)))
    values = [bar.value for bar in bars]
    figure = framed(
        go.Bar(
            x=values,
            y=places,
            customdata=names,
            orientation="h",
            marker={"color": [bar.colour for bar in bars], "line": {"width": 0}},
            text=[escape_plot(write(value)) for value in values],
            textposition="outside",
            textfont={"color": INK, "size": 11 if phone else 12},
            cliponaxis=False,
            hovertemplate="%{customdata}: %{text}<extra></extra>",
        ),
        height=height or 28 * len(bars) + 36,
        phone=phone,
    )
    room = 15 + round(6.6 * max((len(write(bar.value)) for bar in bars), default=0))
    figure.update_layout(
        bargap=max(0.32, 1 - THICKEST * len(bars) / figure.layout.height),
        hovermode="closest",
        margin={"t": 22 if said else 8, "r": room if high > 0 or 0.0 in known else 8},
    )
    figure.update_xaxes(
        visible=False,
        range=[low, high] if low < high else [-1, 1],
        type="linear",
    )
    figure.update_yaxes(
        showgrid=False,
        autorange="reversed",
        tickmode="array",
        tickvals=places,
        ticktext=names,
        ticklabelstandoff=room if low < 0 else 8,
    )
    _add_missing(figure, bars)
    if low < 0 < high:
        figure.add_vline(0, line={"color": MUTED, "width": 1})
    if said:
        _add_said(figure, said)
    return figure


def ranked_bars_alt(bars: Sequence[Bar], write: Write = change, what: str = "") -> str:
    """What the chart says, in words."""
    told = ", ".join(f"{bar.name} {write(bar.value)}" for bar in bars)
    return f"{what + ': ' if what else ''}{told}."


def signed_bars(
    values: pd.Series,
    write: Write,
    *,
    unusual: int = -1,
    words: tuple[str, str] = ("", ""),
    height: int = 240,
    phone: bool = False,
) -> go.Figure:
    """Values through time around zero: grey, the ``unusual`` side (-1 below, 1 above, 0 neither) amber.

    ``words`` name the side below and above zero, on the outermost ticks. A missing day has no bar.
    """
    known = values.dropna()
    amber = np.sign(known.to_numpy()) == unusual if unusual else np.zeros(len(known), dtype=bool)
    figure = framed(
        go.Bar(
            x=stamps(known.index),
            y=known.to_numpy(dtype=np.float32),
            marker={"color": [ZONE if each else OTHER for each in amber], "line": {"width": 0}},
            customdata=[escape_plot(write(float(value))) for value in known],
            hovertemplate="%{customdata}<extra></extra>",
        ),
        height=height,
        phone=phone,
        bottom=40,
    )
    low, high = min(0.0, float(known.min())), max(0.0, float(known.max()))
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)
    ticks, _ = nice_ticks(low, high, 5)
    labels = [escape_plot(write(value)) if value else "0" for value in ticks]
    if len(labels) > 1:
        labels[0] += f" {escape_plot(words[0])}" if words[0] and ticks[0] < 0 else ""
        labels[-1] += f" {escape_plot(words[1])}" if words[1] and ticks[-1] > 0 else ""
    figure.update_yaxes(range=[low, high], tickmode="array", tickvals=ticks, ticktext=labels)
    figure.add_hline(0, line={"color": MUTED, "width": 1})
    figure.update_layout(bargap=0.15)
    _room_for_ends(figure, known)
    return figure


def signed_bars_alt(values: pd.Series, write: Write, what: str) -> str:
    """What the chart says, in words."""
    known = values.dropna()
    if known.empty:
        return f"{what}: nothing published in this range."
    days = stamps(known.index)
    least, most = int(known.to_numpy().argmin()), int(known.to_numpy().argmax())
    return (
        f"{what} from {days[0]} to {days[-1]}: last {write(float(known.iloc[-1]))}, "
        f"lowest {write(float(known.iloc[least]))} on {days[least]}, "
        f"highest {write(float(known.iloc[most]))} on {days[most]}."
    )


def streak_bars(changes: pd.Series, *, height: int = 160, phone: bool = False) -> go.Figure:
    """Daily moves (percent) as bars, with the run of falls that is still going on in amber."""
    known = changes.dropna()
    falls = known.to_numpy() < 0
    run = len(falls) if falls.all() else int(np.argmin(falls[::-1]))
    figure = signed_bars(known, change, unusual=0, height=height, phone=phone)
    figure.data[0].marker.color = [OTHER] * (len(known) - run) + [ZONE] * run
    return figure


def _room_for_ends(figure: go.Figure, values: pd.Series) -> None:
    days = pd.to_datetime(stamps(values.index))
    step = pd.Series(days).diff().median() if len(days) > 1 else pd.Timedelta(1, "D")
    date_axis(figure, (days[0] - 0.7 * step).isoformat(), (days[-1] + 0.7 * step).isoformat())


def _add_missing(figure: go.Figure, bars: Sequence[Bar]) -> None:
    for place, bar in enumerate(bars):
        if bar.value is None:
            figure.add_annotation(
                text=MISSING, x=0, y=place, xanchor="left", showarrow=False, font={"color": MUTED, "size": 12}
            )


def _add_said(figure: go.Figure, said: Said) -> None:
    figure.add_vrect(said.low, said.high, fillcolor=ZONE, opacity=0.14, line_width=0, layer="below")
    figure.add_annotation(
        text=escape_plot(said.name),
        x=(said.low + said.high) / 2,
        yref="paper",
        y=1,
        yanchor="bottom",
        showarrow=False,
        font={"color": ZONE, "size": 11},
    )
