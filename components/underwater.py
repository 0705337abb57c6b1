"""Drawdown: how far each line is below its own highest close."""

from collections.abc import Sequence

import plotly.graph_objects as go

from components.frame import date_axis, framed, nice_ticks, span
from components.lines import Line, add_end_labels, trace
from components.text import decimal
from components.theme import ZERO


def underwater(lines: Sequence[Line], *, height: int = 340, phone: bool = False) -> go.Figure:
    """Drawdowns (fractions, 0 at the high, negative below it) under one water line, named at their ends."""
    figure = framed(
        *(trace(line, _exact) for line in lines),
        height=height,
        phone=phone,
        bottom=40,
    )
    deepest = min((float(line.known.min()) for line in lines if len(line.known)), default=-0.1)
    low, high = min(deepest, -0.02) * 1.06, max(0.0, -deepest * 0.015)
    values, step = nice_ticks(low, 0, 5 if phone else 6)
    write = _percent if step >= 0.01 else _exact
    figure.update_yaxes(
        range=[low, high], tickmode="array", tickvals=values, ticktext=[write(value) for value in values]
    )
    figure.add_hline(0, line={"color": ZERO, "width": 1, "dash": "dot"}, layer="below")
    date_axis(figure, *span(*(line.values.index for line in lines)))
    add_end_labels(figure, lines, _percent, low=low, high=high, gap=18 / (height - 48), phone=phone)
    return figure


def underwater_alt(lines: Sequence[Line], since: str = "") -> str:
    """What the chart says, in words."""
    told = [
        f"{line.name} {_percent(line.known.iloc[-1])} now, {_percent(line.known.min())} at the lowest"
        for line in lines
        if len(line.known)
    ]
    opening = f"Fall from the highest close{' ' + since if since else ''}. "
    return opening + "; ".join(told) + "." if told else "No prices in this range."


def _exact(value: float | None) -> str:
    return decimal(None if value is None else 100 * value, 1, suffix="%")


def _percent(value: float | None) -> str:
    return decimal(None if value is None else 100 * value, suffix="%")
