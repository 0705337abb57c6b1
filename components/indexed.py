"""Several series set to 100 on one day, so that their moves can be compared without a second axis."""

from collections.abc import Sequence

import plotly.graph_objects as go

from components.frame import date_axis, framed, nice_ticks, padded, span
from components.lines import Line, add_end_labels, trace
from components.text import decimal
from components.theme import MUTED


def indexed(lines: Sequence[Line], *, height: int = 340, phone: bool = False) -> go.Figure:
    """Lines that start at 100 (the caller's sum), named with their last value at their ends."""
    figure = framed(
        *(trace(line, _exact) for line in lines),
        height=height,
        phone=phone,
        bottom=40,
    )
    low, high = padded([100.0, *(value for line in lines for value in line.known)], 0.05, 0.05)
    ticks, _ = nice_ticks(low, high, 5 if phone else 6)
    figure.update_yaxes(
        range=[low, high], tickmode="array", tickvals=ticks, ticktext=[decimal(value) for value in ticks]
    )
    figure.add_hline(100, line={"color": MUTED, "width": 1, "dash": "dot"}, layer="below")
    date_axis(figure, *span(*(line.values.index for line in lines)))
    add_end_labels(figure, lines, decimal, low=low, high=high, gap=18 / (height - 48), phone=phone)
    return figure


def indexed_alt(lines: Sequence[Line], since: str) -> str:
    """What the chart says, in words."""
    told = ", ".join(
        f"{line.name} {decimal(float(line.known.iloc[-1]), 1)}" for line in lines if len(line.known)
    )
    return f"Set to 100 on {since}. Now: {told}." if told else "No prices in this range."


def _exact(value: float | None) -> str:
    return decimal(value, 1)
