"""Where today sits among past days: a histogram with one bar picked out."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import framed, nice_ticks
from components.text import Write, change, decimal, escape_plot
from components.theme import BITCOIN, INK, MUTED, OTHER


def distribution(
    values: pd.Series,
    today: float,
    words: str = "",
    *,
    write: Write = change,
    bins: int = 41,
    height: int = 220,
    phone: bool = False,
) -> go.Figure:
    """How often each move happened, with the bar that holds ``today`` in amber and ``words`` above it."""
    known = values.dropna().to_numpy()
    counts, edges = np.histogram(known, bins=bins, range=_ends(known, today))
    middles = (edges[:-1] + edges[1:]) / 2
    own = min(max(int(np.searchsorted(edges, today, side="right")) - 1, 0), len(counts) - 1)
    figure = framed(
        go.Bar(
            x=middles,
            y=counts,
            width=edges[1] - edges[0],
            marker={
                "color": [BITCOIN if place == own else OTHER for place in range(len(counts))],
                "line": {"width": 0},
            },
            customdata=[
                escape_plot(f"{write(least)} to {write(most)}: {decimal(count)} days")
                for least, most, count in zip(edges[:-1], edges[1:], counts, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        ),
        height=height,
        phone=phone,
        bottom=24,
        top=30,
    )
    figure.update_layout(bargap=0.06, hovermode="closest")
    figure.update_yaxes(visible=False, range=[0, float(counts.max()) * 1.05 or 1])
    ticks, _ = nice_ticks(float(edges[0]), float(edges[-1]), 5)
    figure.update_xaxes(
        type="linear",
        tickmode="array",
        tickvals=ticks,
        ticktext=[escape_plot(write(value)) for value in ticks],
        range=[edges[0], edges[-1]],
    )
    figure.add_vline(0, line={"color": MUTED, "width": 1}, layer="below")
    figure.add_annotation(
        text=f"<b>{escape_plot(write(today))}</b> {escape_plot(words)}",
        x=float(middles[own]),
        y=float(counts[own]),
        ax=float(middles[own]),
        axref="x",
        ay=float(counts.max()) * 1.05,
        ayref="y",
        xanchor="right" if own < len(counts) / 2 else "left",
        showarrow=True,
        arrowhead=0,
        arrowwidth=1,
        arrowcolor=BITCOIN,
        font={"color": INK, "size": 11 if phone else 12},
    )
    return figure


def distribution_alt(values: pd.Series, today: float, words: str = "", write: Write = change) -> str:
    """What the chart says, in words."""
    known = values.dropna()
    return (
        f"{write(today)} today{', ' + words if words else ''}, among {len(known):,} days "
        f"from {write(float(known.min()))} to {write(float(known.max()))}."
    )


def _ends(known: np.ndarray, today: float) -> tuple[float, float]:
    """As far to the left as to the right, so that zero is in the middle."""
    reach = float(max(np.abs(known).max(initial=0.0), abs(today))) or 1.0
    return -reach, reach
