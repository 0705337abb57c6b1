"""Stretches of history laid over each other from day 0, and the fan of what followed."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import date_axis, framed, nice_ticks, padded, span, stamps
from components.lines import Line, written
from components.ribbon import add_ribbon
from components.text import Write, decimal, escape_plot
from components.theme import GRID, INK, MUTED, OTHER, ZONE

ROW = 15  # pixels a name takes in height
AXES = 48  # pixels above and below the plot
WIDE_PLOT, NARROW_PLOT = 1100, 230  # pixels a plot is wide, near enough to tell where names would meet lines
FARTHEST = 9  # rows a name may stand from the end of its line


def overlay(
    current: Line,
    others: Sequence[Line],
    *,
    days_are: str = "sessions since the peak",
    height: int = 360,
    phone: bool = False,
) -> go.Figure:
    """Fractions since day 0, indexed by the number of days: ``current`` in amber over ``others`` in grey.

    Each line is named where it ends, as far as there is room.
    """
    lines = [*others, current]
    figure = framed(height=height, phone=phone, right=20, bottom=40)
    for line in lines:
        own = line is current
        figure.add_trace(_aligned(line, ZONE if own else OTHER, 2.6 if own else 1.4))
    longest = max((int(line.known.index.max()) for line in lines if len(line.known)), default=1)
    low, high = padded([0.0, *(value for line in lines for value in line.known)], 0.05, 0.06)
    across = longest * (1.4 if phone else 1.16)
    _number_axes(figure, across, (low, high), days_are)
    _name_ends(figure, lines, current, across, (low, high), phone)
    return figure


def overlay_alt(current: Line, others: Sequence[Line]) -> str:
    """What the chart says, in words."""
    told = [
        f"{line.name}: {_percent(float(line.known.min()))} at the lowest, on day {_lowest_day(line)}"
        for line in (current, *others)
        if len(line.known)
    ]
    return f"Falls aligned on day 0. {'; '.join(told)}."


def fan(
    past: pd.Series,
    ahead: Mapping[float, pd.Series],
    *,
    write: Write,
    height: int = 320,
    phone: bool = False,
) -> go.Figure:
    """What was, and what followed in past cases: quantiles (0.1, 0.25, 0.5, 0.75, 0.9) by day.

    Pairs of quantiles are ribbons, the middle one a dashed line. It shows past cases and predicts nothing.
    """
    figure = framed(height=height, phone=phone, right=88, bottom=40)
    levels = sorted(ahead)
    for low_level in (level for level in levels if level < 0.5):
        high_level = next((level for level in levels if abs(level - (1 - low_level)) < 1e-9), None)
        if high_level is not None:
            add_ribbon(figure, ahead[low_level], ahead[high_level], OTHER, 0.18)
    figure.add_trace(_dated(past, INK, "solid", write))
    if 0.5 in ahead:
        figure.add_trace(_dated(ahead[0.5], MUTED, "4px,3px", write))
    every = [past, *ahead.values()]
    low, high = padded(pd.concat(every).to_numpy(), 0.05, 0.05)
    ticks, _ = nice_ticks(low, high, 5)
    figure.update_yaxes(
        range=[low, high],
        tickmode="array",
        tickvals=ticks,
        ticktext=[escape_plot(write(value)) for value in ticks],
        side="left",
    )
    date_axis(figure, *span(*(series.index for series in every)))
    for level in levels:
        end = float(ahead[level].dropna().iloc[-1])
        figure.add_annotation(
            text=_odds(level),
            xref="paper",
            x=1,
            xanchor="left",
            xshift=6,
            y=end,
            showarrow=False,
            font={"color": MUTED, "size": 10 if phone else 11},
        )
    return figure


def fan_alt(past: pd.Series, ahead: Mapping[float, pd.Series], write: Write, n: int) -> str:
    """What the chart says, in words."""
    told = ", ".join(
        f"{round(100 * level)}% of cases at or below {write(float(ahead[level].dropna().iloc[-1]))}"
        for level in sorted(ahead)
    )
    return f"Now {write(float(past.dropna().iloc[-1]))}. After {n} past cases: {told}."


def _aligned(line: Line, colour: str, width: float) -> go.Scatter:
    known = line.known
    return go.Scatter(
        x=known.index.to_numpy(),
        y=known.to_numpy(dtype=np.float32),
        mode="lines",
        line={"color": colour, "width": width, "dash": "3px,2px" if line.dashed else "solid"},
        name=escape_plot(line.name),
        customdata=written(known, _exact),
        hovertemplate=f"%{{customdata}}<extra>{escape_plot(line.name)}</extra>",
    )


def _dated(series: pd.Series, colour: str, dash: str, write: Write) -> go.Scatter:
    return go.Scatter(
        x=stamps(series.index),
        y=series.to_numpy(dtype=np.float32),
        mode="lines",
        line={"color": colour, "width": 1.8, "dash": dash},
        customdata=written(series, write),
        hovertemplate="%{customdata}<extra></extra>",
    )


def _number_axes(figure: go.Figure, across: float, down: tuple[float, float], days_are: str) -> None:
    ticks, _ = nice_ticks(down[0], down[1], 6)
    plain: dict[str, Any] = {"type": "linear", "range": [0, across], "hoverformat": "d"}
    figure.update_xaxes(plain, title={"text": escape_plot(days_are), "font": {"size": 11.5, "color": MUTED}})
    figure.update_yaxes(
        range=list(down),
        tickmode="array",
        tickvals=ticks,
        ticktext=[_percent(value) for value in ticks],
        zeroline=True,
        zerolinecolor=GRID,
    )


def _name_ends(
    figure: go.Figure,
    lines: Sequence[Line],
    current: Line,
    across: float,
    down: tuple[float, float],
    phone: bool,
) -> None:
    """The name of each line beside its end, where it covers no line; without room for it, only on hover.

    The later a line comes, the sooner it gets room.
    """
    named = [line for line in lines if len(line.known)]
    size = 10.5 if phone else 11.5
    row = ROW / (figure.layout.height - AXES) * (down[1] - down[0])
    letter = 0.6 * size / (NARROW_PLOT if phone else WIDE_PLOT) * across
    taken: list[_Box] = []
    for line in reversed(named):
        end, own = (float(line.known.index[-1]), float(line.known.iloc[-1])), line is current
        box = _free_box(end, len(line.name) * letter, row, named, taken, down)
        if box is None:
            continue
        taken.append(box)
        figure.add_annotation(
            text=f"<b>{escape_plot(line.name)}</b>" if own else escape_plot(line.name),
            x=end[0],
            y=end[1],
            ax=6,
            axref="pixel",
            ay=(box.low + box.high) / 2,
            ayref="y",
            xanchor="left",
            showarrow=True,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=ZONE if own else OTHER,
            standoff=2,
            borderpad=1,
            font={"color": ZONE if own else MUTED, "size": size},
        )


class _Box(NamedTuple):
    """Where a name would stand: from a day to a day, from a fraction to a fraction."""

    start: float
    end: float
    low: float
    high: float

    def meets(self, other: "_Box") -> bool:
        return (
            self.start < other.end
            and other.start < self.end
            and self.low < other.high
            and other.low < self.high
        )

    def crossed_by(self, line: Line) -> int:
        """Over how many of its steps from day to day ``line`` runs through the box."""
        near = line.known.loc[floor(self.start) : ceil(self.end)].to_numpy()
        low, high = np.minimum(near[:-1], near[1:]), np.maximum(near[:-1], near[1:])
        return int(((low < self.high) & (high > self.low)).sum())


def _free_box(
    end: tuple[float, float],
    width: float,
    row: float,
    lines: Sequence[Line],
    taken: Sequence[_Box],
    down: tuple[float, float],
) -> _Box | None:
    """The row beside ``end`` with the fewest lines in it, the nearest of those; None where none is free."""

    def at(rows: int) -> _Box:
        middle = end[1] + rows * row
        return _Box(end[0] + 0.5, end[0] + 0.5 + width, middle - row / 2, middle + row / 2)

    def is_free(box: _Box) -> bool:
        return down[0] <= box.low and box.high <= down[1] and not any(box.meets(other) for other in taken)

    nearest_first = [at(rows) for rows in sorted(range(-FARTHEST, FARTHEST + 1), key=abs)]
    free = [box for box in nearest_first if is_free(box)]
    return min(free, key=lambda box: sum(box.crossed_by(line) for line in lines), default=None)


def _odds(level: float) -> str:
    if level == 0.5:
        return "middle case"
    return f"1 in {round(1 / level)} below" if level < 0.5 else f"1 in {round(1 / (1 - level))} above"


def _lowest_day(line: Line) -> int:
    return int(line.known.index[int(line.known.to_numpy().argmin())])


def _exact(value: float | None) -> str:
    return decimal(None if value is None else 100 * value, 1, suffix="%")


def _percent(value: float) -> str:
    return decimal(100 * value, suffix="%")
