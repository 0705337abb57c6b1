"""A path in steps: the policy rate that prices imply after each meeting."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import date_axis, framed, nice_ticks, padded, span, stamps
from components.text import decimal, escape_plot, full_day
from components.theme import INK, MUTED, NASDAQ, OTHER


def steps(
    path: pd.Series,
    before: pd.Series | None = None,
    *,
    names: tuple[str, str] = ("now", "before"),
    height: int = 260,
    phone: bool = False,
) -> go.Figure:
    """A rate in percent that holds from each date to the next, over the path as it was ``before``."""
    room = 16 + round(6.4 * max(len(name) for name in names))
    figure = framed(height=height, phone=phone, right=max(56, room), bottom=40)
    drawn = [(path, names[0], NASDAQ, 2.2)]
    if before is not None:
        drawn.insert(0, (before, names[1], OTHER, 1.5))
    for series, name, colour, width in drawn:
        held = _held(series)
        figure.add_trace(
            go.Scatter(
                x=stamps(held.index),
                y=held.to_numpy(dtype=np.float32),
                mode="lines+markers",
                line={"color": colour, "width": width, "shape": "hv"},
                marker={"size": [5] * len(series) + [0], "color": colour},
                name=escape_plot(name),
                hovertemplate=f"%{{y:.2f}}%<extra>{escape_plot(name)}</extra>",
            )
        )
        end = float(series.iloc[-1])
        is_upper = (end, colour == NASDAQ) == max(
            (float(each[0].iloc[-1]), each[2] == NASDAQ) for each in drawn
        )
        figure.add_annotation(
            text=f"<b>{_rate(end)}</b><br>{escape_plot(name)}",
            xref="paper",
            x=1,
            xanchor="left",
            xshift=6,
            y=end,
            yanchor="middle" if len(drawn) == 1 else "bottom" if is_upper else "top",
            align="left",
            showarrow=False,
            font={"color": INK if colour == NASDAQ else MUTED, "size": 11},
        )
    low, high = padded(pd.concat([each[0] for each in drawn]), 0.12, 0.12)
    ticks, _ = nice_ticks(low, high, 5)
    figure.update_yaxes(
        range=[low, high], tickmode="array", tickvals=ticks, ticktext=[_rate(value) for value in ticks]
    )
    date_axis(figure, *span(*(_held(each[0]).index for each in drawn)))
    return figure


def steps_alt(path: pd.Series, what: str) -> str:
    """What the chart says, in words."""
    told = ", ".join(
        f"{_rate(float(value))} from {full_day(pd.Timestamp(day))}"
        for day, value in zip(stamps(path.index), path, strict=True)
    )
    return f"{what}: {told}."


def _held(path: pd.Series) -> pd.Series:
    """The path with its last value held for as long as the step before, so that it can be seen."""
    gap = path.index[-1] - path.index[-2] if len(path) > 1 else pd.Timedelta(30, "D")
    held: pd.Series = pd.concat([path, pd.Series([path.iloc[-1]], index=[path.index[-1] + gap])])
    return held


def _rate(value: float) -> str:
    return decimal(value, 2, suffix="%")
