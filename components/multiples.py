"""Small multiples: many series side by side, each in a panel of its own with its last value."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import plotly.graph_objects as go

from components.frame import framed, padded, span, stamps
from components.lines import Line
from components.text import Write, escape_plot
from components.theme import DATE_FORMATS, GRID, INK, MUTED, X_AXIS, Y_AXIS

TITLE = 34
AXIS = 22
GAP = 0.045


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

    ``same_y`` gives all panels one y axis; ``zero`` draws a line at zero and keeps it in view.
    """
    columns = 2 if phone else min(across, max(len(panels), 1))
    rows = ceil(len(panels) / columns) or 1
    height = rows * (panel_height + TITLE) + AXIS
    figure = framed(height=height, phone=phone, right=8, bottom=AXIS, top=4)
    first, last = span(*(panel.line.values.index for panel in panels))
    common = _reach([value for panel in panels for value in panel.line.known], zero)
    plot = height - AXIS - 4
    for place, panel in enumerate(panels):
        row, column = divmod(place, columns)
        width = (1 - GAP * (columns - 1)) / columns
        left = column * (width + GAP)
        top = 1 - (row * (panel_height + TITLE) + TITLE) / plot
        bottom = top - (panel_height - 14) / plot
        reach = common if same_y else _reach(list(panel.line.known), zero)
        is_lowest = place + columns >= len(panels)
        _add_panel(
            figure, panel, place, (left, left + width), (bottom, top), reach, (first, last), is_lowest, phone
        )
    return figure


def multiples_alt(panels: Sequence[Panel], what: str) -> str:
    """What the charts say, in words."""
    told = ", ".join(
        f"{panel.line.name} {panel.write(float(panel.line.known.iloc[-1]))}"
        for panel in panels
        if len(panel.line.known)
    )
    return f"{what}: {told}." if told else f"{what}: nothing in this range."


def _reach(values: Sequence[float], zero: bool) -> tuple[float, float]:
    low, high = padded([*values, 0.0] if zero else values, 0.08, 0.08)
    return low, high


def _add_panel(
    figure: go.Figure,
    panel: Panel,
    place: int,
    across: tuple[float, float],
    down: tuple[float, float],
    reach: tuple[float, float],
    days: tuple[str, str],
    is_lowest: bool,
    phone: bool,
) -> None:
    number = "" if place == 0 else str(place + 1)
    line, known = panel.line, panel.line.known
    days_drawn = stamps(line.values.index)
    figure.add_trace(
        go.Scatter(
            x=days_drawn,
            y=line.values.to_numpy(dtype=np.float32),
            xaxis=f"x{number}",
            yaxis=f"y{number}",
            mode="lines",
            line={"color": line.colour, "width": 1.6},
            customdata=[escape_plot(panel.write(float(value))) for value in line.values],
            hovertemplate="%{customdata}<extra></extra>",
            name=escape_plot(line.name),
        )
    )
    figure.update_layout({f"xaxis{number}": _days_axis(across, number, days, is_lowest)})
    figure.update_layout({f"yaxis{number}": _values_axis(down, number, reach)})
    written = panel.write(float(known.iloc[-1])) if len(known) else panel.write(None)
    about = f'<br><span style="font-size:10.5px">{escape_plot(panel.about)}</span>' if panel.about else ""
    _write(figure, across[0], down[1], f"<b>{escape_plot(line.name)}</b>{about}", "left", phone)
    _write(figure, across[1], down[1], f"<b>{escape_plot(written)}</b>", "right", phone)
    if len(known):
        last = int(np.flatnonzero(line.values.notna())[-1])
        _add_end_dot(figure, days_drawn[last : last + 1], float(known.iloc[-1]), number, line.colour)


def _add_end_dot(figure: go.Figure, x: list[str], y: float, number: str, colour: str) -> None:
    figure.add_trace(
        go.Scatter(
            x=x,
            y=[y],
            xaxis=f"x{number}",
            yaxis=f"y{number}",
            mode="markers",
            marker={"color": colour, "size": 5},
            hoverinfo="skip",
            cliponaxis=False,
        )
    )


def _days_axis(
    across: tuple[float, float], number: str, days: tuple[str, str], named: bool
) -> dict[str, Any]:
    return {
        **X_AXIS,
        "type": "date",
        "domain": list(across),
        "anchor": f"y{number}",
        "range": list(days),
        "nticks": 3,
        "showticklabels": named,
        "ticks": "outside" if named else "",
        "tickfont": {"size": 10.5},
        "tickformatstops": [{**each, "value": each["value"].replace("\n", " ")} for each in DATE_FORMATS],
    }


def _values_axis(down: tuple[float, float], number: str, reach: tuple[float, float]) -> dict[str, Any]:
    return {
        **Y_AXIS,
        "domain": [max(0.0, down[0]), min(1.0, down[1])],
        "anchor": f"x{number}",
        "range": list(reach),
        "showticklabels": False,
        "showgrid": False,
        "zeroline": reach[0] < 0 < reach[1],
        "zerolinecolor": GRID,
        "zerolinewidth": 1,
    }


def _write(figure: go.Figure, x: float, y: float, text: str, side: str, phone: bool) -> None:
    figure.add_annotation(
        text=text,
        xref="paper",
        yref="paper",
        x=x,
        y=y,
        xanchor=side,
        yanchor="bottom",
        align=side,
        showarrow=False,
        borderpad=1,
        font={"color": INK if side == "right" else MUTED, "size": 11 if phone else 12},
    )
