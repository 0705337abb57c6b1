"""Stress of stocks against stress of crypto, with the way that led to today."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import framed, stamps
from components.text import escape_plot, short_day, whole
from components.theme import BITCOIN, DOWN, INK, MUTED, OTHER

HIGH = 70.0


def stress_map(
    stocks: pd.Series, crypto: pd.Series, *, high: float = HIGH, height: int = 360, phone: bool = False
) -> go.Figure:
    """Two scores from 0 to 100, one dot a day, fading with age; the corner where both are high is shaded."""
    both = pd.concat([stocks.rename("stocks"), crypto.rename("crypto")], axis=1).dropna()
    x, y = both["stocks"].to_numpy(), both["crypto"].to_numpy()
    days, count = stamps(both.index), len(both)
    fade = np.linspace(0.15, 0.8, count) if count else np.array([])
    figure = framed(
        go.Scatter(
            x=x,
            y=y,
            mode="lines+markers",
            line={"color": OTHER, "width": 1},
            marker={"color": OTHER, "size": 5, "opacity": fade},
            customdata=days,
            hovertemplate="%{customdata}<br>stocks %{x:.0f}, crypto %{y:.0f}<extra></extra>",
        ),
        height=height,
        phone=phone,
        bottom=40,
        right=12,
    )
    figure.update_layout(hovermode="closest")
    figure.update_xaxes(
        type="linear", range=[-2, 102], tickvals=[0, 25, 50, 75, 100], showgrid=True, ticks=""
    )
    figure.update_yaxes(range=[-2, 102], tickvals=[0, 25, 50, 75, 100])
    figure.add_shape(
        type="rect",
        x0=high,
        x1=100,
        y0=high,
        y1=100,
        fillcolor=DOWN,
        opacity=0.1,
        line_width=0,
        layer="below",
    )
    for x_at, y_at, words in ((high / 2, 99, "crypto only"), (100, 99, "both"), (100, 2, "stocks only")):
        figure.add_annotation(
            text=words,
            x=x_at,
            y=y_at,
            xanchor="right" if x_at == 100 else "center",
            yanchor="top" if y_at > 50 else "bottom",
            showarrow=False,
            font={"color": MUTED, "size": 11},
        )
    for axis, words in (("x", "Stocks →"), ("y", "Crypto ↑")):
        figure.add_annotation(
            text=words,
            xref="paper",
            yref="paper",
            x=0.5 if axis == "x" else 0.01,
            y=0.01 if axis == "x" else 0.99,
            xanchor="center" if axis == "x" else "left",
            yanchor="bottom" if axis == "x" else "top",
            showarrow=False,
            font={"color": INK, "size": 11 if phone else 12},
        )
    if count:
        _add_now(figure, float(x[-1]), float(y[-1]), short_day(pd.Timestamp(days[-1])))
    return figure


def stress_map_alt(stocks: pd.Series, crypto: pd.Series) -> str:
    """What the chart says, in words."""
    both = pd.concat([stocks, crypto], axis=1).dropna()
    if both.empty:
        return "No day has both scores."
    now, start = both.iloc[-1], both.iloc[0]
    days = stamps(both.index)
    return (
        f"Stress of stocks {whole(now.iloc[0])} and of crypto {whole(now.iloc[1])} on {days[-1]}, "
        f"from {whole(start.iloc[0])} and {whole(start.iloc[1])} on {days[0]}."
    )


def _add_now(figure: go.Figure, x: float, y: float, day: str) -> None:
    figure.add_trace(
        go.Scatter(
            x=[x],
            y=[y],
            mode="markers",
            marker={"color": BITCOIN, "size": 12},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )
    figure.add_annotation(
        text=f"<b>{escape_plot(day)}</b>",
        x=x,
        y=y,
        xanchor="right" if x > 50 else "left",
        xshift=-10 if x > 50 else 10,
        showarrow=False,
        font={"color": BITCOIN, "size": 12},
    )
