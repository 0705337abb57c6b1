"""Small multiples: many series side by side, each in a panel of its own with its last value."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import plotly.graph_objects as go

from components.frame import framed, nice_ticks, padded, span, stamps
from components.lines import Line, written
from components.text import Write, escape_plot
from components.theme import DATE_AXIS, INK, MUTED, X_AXIS, Y_AXIS

NAME = 22
ABOUT = 13
AXIS = 36
LABELS = 38


@dataclass(frozen=True, slots=True)
class Panel:
    """One small chart: its line, how its last value is written, and a line of context under the name."""

    line: Line
    write: Write
    about: str = ""


def multiples(
    panels: Sequence[Panel],
    *,
    across: int = 4,
    same_y: bool = False,
    zero: bool = False,
    panel_height: int = 132,
    phone: bool = False,
) -> go.Figure:
    """The panels in rows of ``across`` (two on a phone), with one x axis for all.

    ``same_y`` gives all panels one y axis; ``zero`` keeps zero in view.
    """
    columns = 2 if phone else min(across, max(len(panels), 1))
    rows = ceil(len(panels) / columns) or 1
    title = NAME + (ABOUT if any(panel.about for panel in panels) else 0)
    height = rows * (panel_height + title) + AXIS
    gap = (0.16 if phone else 0.045) if not same_y else (0.07 if phone else 0.03)
    first, last = span(*(panel.line.values.index for panel in panels))
    common = _reach([value for panel in panels for value in panel.line.known], zero)
    plot = height - AXIS - 4
    seats: list[_Seat] = []
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        width = (1 - gap * (columns - 1)) / columns
        left = column * (width + gap)
        top = 1 - (row * (panel_height + title) + title) / plot
        seat = _Seat(
            number="" if place == 0 else str(place + 1),
            across=(left, left + width),
            down=(top - (panel_height - 14) / plot, top),
            days=(first, last),
            reach=common if same_y else _reach(list(panel.line.known), zero),
            dated=place + columns >= len(panels),
            labelled=not same_y or column == columns - 1 or place == len(panels) - 1,
            write=_axis_writer(panel),
            text_size=11 if phone else 12,
            dates=2 if phone else 4,
        )
        seats.append(seat)
    axes = {f"xaxis{seat.number}": _days_axis(seat) for seat in seats}
    axes |= {f"yaxis{seat.number}": _values_axis(seat) for seat in seats}
    names = [each for panel, seat in zip(panels, seats, strict=True) for each in _names(panel, seat)]
    return framed(
        *(each for panel, seat in zip(panels, seats, strict=True) for each in _traces(panel, seat)),
        height=height,
        phone=phone,
        right=LABELS,
        bottom=AXIS,
        top=4,
        more={**axes, "annotations": names},
    )


def multiples_alt(panels: Sequence[Panel], what: str) -> str:
    """What the charts say, in words."""
    told = ", ".join(
        f"{panel.line.name} {panel.write(float(panel.line.known.iloc[-1]))}"
        for panel in panels
        if len(panel.line.known)
    )
    return f"{what}: {told}." if told else f"{what}: nothing in this range."


def _axis_writer(panel: Panel) -> Write:
    """The panel's own way of writing, without the decimals that a round value does not need."""

    def write(value: float | None) -> str:
        return re.sub(r"\.0+(?=\D*$)", "", panel.write(value))

    return write


def _reach(values: Sequence[float], zero: bool) -> tuple[float, float]:
    return padded([*values, 0.0] if zero else values, 0.08, 0.08)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where a panel stands in the picture, and what its axes show."""

    number: str
    across: tuple[float, float]
    down: tuple[float, float]
    days: tuple[str, str]
    reach: tuple[float, float]
    dated: bool
    labelled: bool
    write: Write
    text_size: int
    dates: int


def _traces(panel: Panel, seat: _Seat) -> list[go.Scatter]:
    """The line, and a dot at its last value."""
    line = panel.line
    days, axes = stamps(line.values.index), {"xaxis": f"x{seat.number}", "yaxis": f"y{seat.number}"}
    drawn = go.Scatter(
        x=days,
        y=line.values.to_numpy(dtype=np.float32),
        mode="lines",
        line={"color": line.colour, "width": 1.6},
        customdata=written(line.values, panel.write),
        hovertemplate="%{customdata}<extra></extra>",
        name=escape_plot(line.name),
        **axes,
    )
    places = np.flatnonzero(line.values.notna())
    if not len(places):
        return [drawn]
    last = int(places[-1])
    dot = go.Scatter(
        x=[days[last]],
        y=[float(line.values.iloc[last])],
        mode="markers",
        marker={"color": line.colour, "size": 5},
        hoverinfo="skip",
        cliponaxis=False,
        **axes,
    )
    return [drawn, dot]


def _names(panel: Panel, seat: _Seat) -> list[dict[str, Any]]:
    """The name at the left and the last value at the right, over the panel."""
    known = panel.line.known
    written = panel.write(float(known.iloc[-1]) if len(known) else None)
    about = f'<br><span style="font-size:10.5px">{escape_plot(panel.about)}</span>' if panel.about else ""
    below = '<br><span style="font-size:10.5px"> </span>' if panel.about else ""
    return [
        _name(seat, f"<b>{escape_plot(panel.line.name)}</b>{about}", "left"),
        _name(seat, f"<b>{escape_plot(written)}</b>{below}", "right"),
    ]


def _days_axis(seat: _Seat) -> dict[str, Any]:
    return {
        **X_AXIS,
        **DATE_AXIS,
        "domain": list(seat.across),
        "anchor": f"y{seat.number}",
        "range": list(seat.days),
        "nticks": seat.dates,
        "showticklabels": seat.dated,
        "ticks": "outside" if seat.dated else "",
        "tickfont": {"size": 10.5},
    }


def _values_axis(seat: _Seat) -> dict[str, Any]:
    low, high = seat.reach
    values, _ = nice_ticks(low, high, 3)
    return {
        **Y_AXIS,
        "domain": [max(0.0, seat.down[0]), min(1.0, seat.down[1])],
        "anchor": f"x{seat.number}",
        "range": [low, high],
        "automargin": False,
        "tickmode": "array",
        "tickvals": values,
        "ticktext": [escape_plot(seat.write(value)) for value in values],
        "showticklabels": seat.labelled,
        "side": "right",
        "tickfont": {"size": 10},
    }


def _name(seat: _Seat, text: str, side: str) -> dict[str, Any]:
    is_left = side == "left"
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": seat.across[0 if is_left else 1],
        "y": seat.down[1],
        "xanchor": side,
        "yanchor": "bottom",
        "align": side,
        "showarrow": False,
        "borderpad": 0,
        "font": {"color": MUTED if is_left else INK, "size": seat.text_size},
    }
