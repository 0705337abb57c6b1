"""One asset's moves against another's, with the slopes of falling and of rising days."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import framed, nice_ticks, padded, stamps
from components.ribbon import add_ribbon
from components.text import change, correlation, decimal, escape_plot
from components.theme import BITCOIN, GRID, INK, MUTED, NASDAQ, OTHER


@dataclass(frozen=True, slots=True)
class Slope:
    """A fitted line between two points, such as the slope of falling days."""

    name: str
    slope: float
    start: tuple[float, float]
    end: tuple[float, float]
    colour: str = NASDAQ


def scatter(
    market: pd.Series,
    asset: pd.Series,
    *,
    names: tuple[str, str],
    slopes: Sequence[Slope] = (),
    expected: tuple[pd.Series, pd.Series] | None = None,
    height: int = 360,
    phone: bool = False,
) -> go.Figure:
    """Moves in percent, one dot a day, the newest in amber; ``names`` are the market's and the asset's.

    ``expected`` is the lower and upper edge of the prediction band, indexed by the market's move. Days on
    which either is missing have no dot.
    """
    both = pd.concat([market.rename("market"), asset.rename("asset")], axis=1).dropna()
    x, y, days = both["market"].to_numpy(), both["asset"].to_numpy(), stamps(both.index)
    figure = framed(height=height, phone=phone, right=12, bottom=24, top=12)
    figure.update_layout(hovermode="closest")
    figure.add_trace(_dots(x[:-1], y[:-1], days[:-1], OTHER, 5, 0.55))
    figure.add_trace(_dots(x[-1:], y[-1:], days[-1:], BITCOIN, 10, 1.0))
    for slope in slopes:
        figure.add_trace(_line(slope))
    if expected:
        add_ribbon(figure, expected[0], expected[1], OTHER, 0.14)
    _axes(figure, x, y, names, phone)
    for slope in slopes:
        _name(figure, slope, phone)
    return figure


def scatter_alt(
    market: pd.Series, asset: pd.Series, names: tuple[str, str], slopes: Sequence[Slope] = ()
) -> str:
    """What the chart says, in words."""
    both = pd.concat([market, asset], axis=1).dropna()
    told = f"{names[1]} against {names[0]}, {decimal(len(both))} days."
    if len(both):
        last = [change(float(each)) for each in both.to_numpy()[-1]]
        told += f" Last: {names[0]} {last[0]}, {names[1]} {last[1]}."
    return told + "".join(f" Slope, {each.name}: {correlation(each.slope)}." for each in slopes)


def _dots(
    x: np.ndarray, y: np.ndarray, days: list[str], colour: str, size: int, opacity: float
) -> go.Scatter:
    return go.Scatter(
        x=x.astype(np.float32),
        y=y.astype(np.float32),
        mode="markers",
        marker={"color": colour, "size": size, "opacity": opacity, "line": {"width": 0}},
        customdata=[
            f"{day}<br>{change(float(across))} and {change(float(up))}"
            for day, across, up in zip(days, x, y, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _line(slope: Slope) -> go.Scatter:
    return go.Scatter(
        x=[slope.start[0], slope.end[0]],
        y=[slope.start[1], slope.end[1]],
        mode="lines",
        line={"color": slope.colour, "width": 2},
        hovertemplate=f"{escape_plot(slope.name)}: {correlation(slope.slope)}<extra></extra>",
    )


def _name(figure: go.Figure, slope: Slope, phone: bool) -> None:
    outer = slope.start if abs(slope.start[0]) >= abs(slope.end[0]) else slope.end
    figure.add_annotation(
        text=f"<b>{correlation(slope.slope)}</b> {escape_plot(slope.name)}",
        x=outer[0],
        y=outer[1],
        xanchor="left" if outer[0] < 0 else "right",
        yanchor="top" if outer[0] < 0 else "bottom",
        showarrow=False,
        font={"color": slope.colour, "size": 11 if phone else 12},
    )


def _axes(figure: go.Figure, x: np.ndarray, y: np.ndarray, names: tuple[str, str], phone: bool) -> None:
    for axis, values, name in (("x", x, names[0]), ("y", y, names[1])):
        low, high = padded([*values, 0.0], 0.06, 0.06)
        ticks, step = nice_ticks(low, high, 5)
        figure.update_layout(
            {
                f"{axis}axis": {
                    "type": "linear",
                    "range": [low, high],
                    "tickmode": "array",
                    "tickvals": ticks,
                    "ticktext": [decimal(value, 0 if step >= 1 else 1, suffix="%") for value in ticks],
                    "zeroline": True,
                    "zerolinecolor": MUTED,
                    "zerolinewidth": 1,
                    "showgrid": True,
                    "gridcolor": GRID,
                    "ticks": "",
                }
            }
        )
        figure.add_annotation(
            text=f"{escape_plot(name)} {'→' if axis == 'x' else '↑'}",
            xref="paper",
            yref="paper",
            x=1 if axis == "x" else 0,
            y=0 if axis == "x" else 1,
            xanchor="right" if axis == "x" else "left",
            yanchor="bottom" if axis == "x" else "top",
            showarrow=False,
            font={"color": INK, "size": 11 if phone else 12},
        )
