"""A rolling statistic with its confidence ribbon: correlation or beta through time."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import date_axis, framed, nice_ticks, padded, span, stamps
from components.lines import written
from components.ribbon import add_ribbon, interval_texts
from components.text import Write, correlation, escape_plot
from components.theme import INK, MUTED, NASDAQ, OTHER

WEAK = 0.2


def rolling(
    values: pd.Series,
    low: pd.Series | None = None,
    high: pd.Series | None = None,
    *,
    name: str = "",
    colour: str = NASDAQ,
    ends: tuple[float, float] | None = (-1.0, 1.0),
    weak: float | None = WEAK,
    reference: float = 0.0,
    write: Write = correlation,
    height: int = 300,
    phone: bool = False,
) -> go.Figure:
    """A statistic as a line over the band of what counts as a weak link, its last value written at the end.

    ``low`` and ``high`` draw its interval as a ribbon. ``ends`` of None fits y to the values, as a beta asks.
    ``reference`` is the value the line is read against. Gaps stay gaps.
    """
    figure = framed(height=height, phone=phone, right=48, bottom=40)
    if low is not None and high is not None:
        add_ribbon(figure, low, high, colour)
    figure.add_trace(
        go.Scatter(
            x=stamps(values.index),
            y=values.to_numpy(dtype=np.float32),
            mode="lines",
            line={"color": colour, "width": 2},
            name=escape_plot(name),
            customdata=_hover(values, low, high, write),
            hovertemplate="%{customdata}<extra></extra>",
            connectgaps=False,
        )
    )
    drawn = [each for each in (values, low, high) if each is not None]
    bottom, top = ends or padded(pd.concat([*drawn, pd.Series([reference])]), 0.06, 0.08)
    ticks, _ = nice_ticks(bottom, top, 5)
    figure.update_yaxes(
        range=[bottom, top],
        tickmode="array",
        tickvals=ticks,
        ticktext=[f"{value:g}".replace("-", "−") if value else "0" for value in ticks],
    )
    if weak:
        figure.add_hrect(-weak, weak, fillcolor=OTHER, opacity=0.13, line_width=0, layer="below")
    figure.add_hline(reference, line={"color": MUTED, "width": 1}, layer="below")
    date_axis(figure, *span(values.index))
    _add_last(figure, values, colour, write, phone)
    return figure


def rolling_alt(values: pd.Series, what: str, write: Write = correlation) -> str:
    """What the chart says, in words."""
    known = values.dropna()
    if known.empty:
        return f"{what}: not enough common days in this range."
    days = stamps(known.index)
    least, most = int(known.to_numpy().argmin()), int(known.to_numpy().argmax())
    return (
        f"{what} from {days[0]} to {days[-1]}: now {write(float(known.iloc[-1]))}, "
        f"lowest {write(float(known.iloc[least]))} on {days[least]}, "
        f"highest {write(float(known.iloc[most]))} on {days[most]}."
    )


def _hover(values: pd.Series, low: pd.Series | None, high: pd.Series | None, write: Write) -> list[str]:
    said = written(values, write)
    if low is None or high is None:
        return said
    intervals = interval_texts(low.reindex(values.index), high.reindex(values.index), write)
    return [value + interval for value, interval in zip(said, intervals, strict=True)]


def _add_last(figure: go.Figure, values: pd.Series, colour: str, write: Write, phone: bool) -> None:
    known = values.dropna()
    if known.empty:
        return
    last = float(known.iloc[-1])
    figure.add_annotation(
        text=f"<b>{escape_plot(write(last))}</b>",
        xref="paper",
        x=1,
        xanchor="left",
        xshift=6,
        y=last,
        showarrow=False,
        font={"color": INK if colour == OTHER else colour, "size": 12 if phone else 13},
    )
