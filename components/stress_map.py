"""Two axes of stress: narrow (tech and crypto) across, systemic (credit and funding) up, and the way here."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import framed, stamps
from components.text import escape_plot, short_day, whole
from components.theme import DOWN, INK, MUTED, OTHER, ZONE

CORNERS = ((30, 99, "credit alone"), (99, 99, "systemic"), (99, 2, "narrow"), (30, 2, "calm"))

Places = Mapping[str, tuple[float, float]]


def stress_map(
    narrow: pd.Series,
    systemic: pd.Series,
    labelled: Places | None = None,
    *,
    high: float,
    now: str = "",
    height: int = 380,
    phone: bool = False,
) -> go.Figure:
    """Two scores from 0 to 100, one dot a day, fading with age; the corner where both are ``high`` is shaded.

    ``labelled`` are the worst days of past episodes by name; ``now`` names the last day where day and month
    are not enough.
    """
    both = pd.concat([narrow.rename("narrow"), systemic.rename("systemic")], axis=1).dropna()
    x, y, days = both["narrow"].to_numpy(), both["systemic"].to_numpy(), stamps(both.index)
    figure = framed(_trail(x, y, days), height=height, phone=phone, bottom=40, right=12)
    figure.update_layout(hovermode="closest")
    ticks = {"range": [-2, 102], "tickvals": [0, 25, 50, 75, 100]}
    figure.update_xaxes({"type": "linear", "showgrid": True, "ticks": "", **ticks})
    figure.update_yaxes(ticks)
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
    for x_at, y_at, words in CORNERS:
        _write(
            figure,
            x_at,
            y_at,
            words,
            MUTED,
            "right" if x_at > 50 else "center",
            "top" if y_at > 50 else "bottom",
        )
    _name_axes(figure, phone)
    for name, place in (labelled or {}).items():
        _add_label(figure, name, place)
    if len(both):
        _add_now(
            figure,
            float(x[-1]),
            float(y[-1]),
            now or short_day(pd.Timestamp(days[-1]), pd.Timestamp(days[-1])),
        )
    return figure


def stress_map_alt(narrow: pd.Series, systemic: pd.Series) -> str:
    """What the chart says, in words."""
    both = pd.concat([narrow, systemic], axis=1).dropna()
    if both.empty:
        return "No day has both scores."
    now, start, days = both.iloc[-1], both.iloc[0], stamps(both.index)
    return (
        f"Tech and crypto {whole(now.iloc[0])}, credit and funding {whole(now.iloc[1])} on {days[-1]}; "
        f"{whole(start.iloc[0])} and {whole(start.iloc[1])} on {days[0]}."
    )


def _trail(x: np.ndarray, y: np.ndarray, days: list[str]) -> go.Scatter:
    return go.Scatter(
        x=x,
        y=y,
        mode="lines+markers",
        line={"color": OTHER, "width": 1},
        marker={"color": OTHER, "size": 5, "opacity": np.linspace(0.15, 0.8, len(x))},
        customdata=days,
        hovertemplate="%{customdata}<br>narrow %{x:.0f}, systemic %{y:.0f}<extra></extra>",
    )


def _name_axes(figure: go.Figure, phone: bool) -> None:
    size = 11 if phone else 12
    figure.update_xaxes(title={"text": "Tech and crypto →", "font": {"size": size, "color": INK}})
    figure.add_annotation(
        text="Credit and funding ↑",
        xref="paper",
        yref="paper",
        x=0.01,
        y=0.9,
        xanchor="left",
        yanchor="top",
        showarrow=False,
        font={"color": INK, "size": size},
    )


def _write(figure: go.Figure, x: float, y: float, words: str, colour: str, across: str, up: str) -> None:
    figure.add_annotation(
        text=words, x=x, y=y, xanchor=across, yanchor=up, showarrow=False, font={"color": colour, "size": 11}
    )


def _add_label(figure: go.Figure, name: str, place: tuple[float, float]) -> None:
    figure.add_trace(
        go.Scatter(
            x=[place[0]],
            y=[place[1]],
            mode="markers",
            marker={"color": MUTED, "size": 8, "symbol": "diamond-open"},
            hovertemplate=f"{escape_plot(name)}<extra></extra>",
        )
    )
    _write(figure, place[0], place[1] + 2, escape_plot(name), MUTED, "center", "bottom")


def _add_now(figure: go.Figure, x: float, y: float, day: str) -> None:
    figure.add_trace(
        go.Scatter(
            x=[x],
            y=[y],
            mode="markers",
            marker={"color": ZONE, "size": 12},
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
        font={"color": ZONE, "size": 12},
    )
