"""A score from 0 to 100 through time: the stress score, fear and greed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import date_axis, framed, span, stamps
from components.text import Write, escape_plot, on_scale, whole
from components.theme import INK, MUTED, SHADE, ZONE
from market.scales import Scale


@dataclass(frozen=True, slots=True)
class Shade:
    """A stretch of the scale that is shaded, and the name that stands in it."""

    low: float
    high: float
    colour: str
    opacity: float
    name: str = ""


FEAR_AND_GREED = (
    Shade(0, 25, ZONE, 0.16, "extreme fear"),
    Shade(75, 100, ZONE, 0.07, "extreme greed"),
)


def stress_history(
    values: pd.Series,
    scale: Scale,
    changed: Iterable[pd.Timestamp] = (),
    *,
    height: int = 118,
    phone: bool = False,
) -> go.Figure:
    """The stress score as a small ink line, with the bands above the middle shaded.

    A dotted line stands at each day of ``changed``: from there on the score is made of other components.
    """
    shades = [
        Shade(max(band.lower, 0), min(band.upper, 100), *SHADE[band.severity])
        for band in scale.bands[2:]
        if max(band.lower, 0) < min(band.upper, 100)
    ]
    write = partial(on_scale, scale=scale)
    figure = score_line(values, shades, ticks=(0, 50, 100), height=height, phone=phone, write=write)
    for day in changed:
        figure.add_vline(stamps(pd.DatetimeIndex([day]))[0], line={"color": MUTED, "width": 1, "dash": "dot"})
    return figure


def fear_and_greed(values: pd.Series, *, height: int = 260, phone: bool = False) -> go.Figure:
    """The crypto fear and greed index, with both extremes shaded."""
    return score_line(values, FEAR_AND_GREED, ticks=(0, 25, 50, 75, 100), height=height, phone=phone)


def score_line(
    values: pd.Series,
    shades: Sequence[Shade] = (),
    *,
    ticks: Sequence[float] = (0, 50, 100),
    height: int = 200,
    phone: bool = False,
    write: Write = whole,
) -> go.Figure:
    """A score on a fixed axis from 0 to 100, over ``shades``, its last value at the end."""
    figure = framed(
        go.Scatter(
            x=stamps(values.index),
            y=values.to_numpy(dtype=np.float32),
            mode="lines",
            line={"color": INK, "width": 1.6},
            hovertemplate="%{y:.1f}<extra></extra>" if write is not whole else "%{y:.0f}<extra></extra>",
            connectgaps=False,
        ),
        height=height,
        phone=phone,
        right=34,
        bottom=38,
        top=10,
    )
    for shade in shades:
        figure.add_hrect(
            shade.low, shade.high, fillcolor=shade.colour, opacity=shade.opacity, line_width=0, layer="below"
        )
        if shade.name:
            figure.add_annotation(
                text=escape_plot(shade.name),
                xref="x domain",
                x=0,
                y=(shade.low if shade.low < 50 else shade.high),
                xanchor="left",
                yanchor="bottom" if shade.low < 50 else "top",
                showarrow=False,
                font={"color": ZONE, "size": 10 if phone else 11},
            )
    figure.update_yaxes(range=[0, 100], side="left", tickmode="array", tickvals=list(ticks))
    date_axis(figure, *span(values.index))
    known = values.dropna()
    if len(known):
        figure.add_annotation(
            text=f"<b>{write(float(known.iloc[-1]))}</b>",
            xref="paper",
            x=1,
            xanchor="left",
            xshift=6,
            y=float(known.iloc[-1]),
            showarrow=False,
            font={"color": INK, "size": 12},
        )
    if height >= 200:
        figure.add_hline(50, line={"color": MUTED, "width": 1, "dash": "dot"}, layer="below")
    return figure


def score_alt(values: pd.Series, what: str, write: Write = whole) -> str:
    """What the chart says, in words."""
    known = values.dropna()
    if known.empty:
        return f"{what}: no score in this range."
    days = stamps(known.index)
    least, most = int(known.to_numpy().argmin()), int(known.to_numpy().argmax())
    return (
        f"{what} from {days[0]} to {days[-1]}: now {write(float(known.iloc[-1]))} of 100, "
        f"lowest {write(float(known.iloc[least]))} on {days[least]}, "
        f"highest {write(float(known.iloc[most]))} on {days[most]}."
    )
