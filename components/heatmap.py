"""Correlation as a heat map: the lower triangle, a number in each cell, and what each number stands on."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from components.frame import framed
from components.text import Write, cell, correlation, decimal, escape_plot
from components.theme import CLEAR, DIVERGING_SLOTS, INK, MUTED, SOFT
from market.readings import Result

Cells = Sequence[Sequence[Result]]

# Ten even steps, five on each side of zero.
STEPS = [
    [edge, slot] for place, slot in enumerate(DIVERGING_SLOTS) for edge in (place / 10, (place + 1) / 10)
]
NAME_MARGIN = 84


def heatmap(names: Sequence[str], cells: Cells, *, height: int = 440, phone: bool = False) -> go.Figure:
    """Correlations of ``names`` in the order given; only the cells below the diagonal are read.

    Hover tells n and the interval. A missing cell is grey with a dash, and its reason is on hover.
    """
    return _triangle(names, cells, cell, ("−1", "0", "+1"), height, phone)


def difference(names: Sequence[str], cells: Cells, *, height: int = 440, phone: bool = False) -> go.Figure:
    """Differences of two correlations (stress minus calm); bold where the interval leaves out zero."""
    return _triangle(names, cells, _moved, ("less", "same", "more"), height, phone, sure=True)


def heatmap_alt(names: Sequence[str], cells: Cells, what: str = "Correlations") -> str:
    """What the chart says, in words: the highest and the lowest pair."""
    pairs = [
        (found.value, names[column], names[row])
        for row in range(len(names))
        for column, found in enumerate(cells[row][:row])
        if found.value is not None
    ]
    if not pairs:
        return "No pair has enough common days."
    most, least = max(pairs), min(pairs)
    return (
        f"{what} of {', '.join(names)}. Highest: {most[1]} and {most[2]}, {correlation(most[0])}. "
        f"Lowest: {least[1]} and {least[2]}, {correlation(least[0])}."
    )


def _triangle(
    names: Sequence[str],
    cells: Cells,
    write: Write,
    ends: tuple[str, str, str],
    height: int,
    phone: bool,
    sure: bool = False,
) -> go.Figure:
    size = max(len(names) - 1, 1)
    shown, absent = np.full((size, size), np.nan), np.full((size, size), np.nan)
    texts, hovers = [[""] * size for _ in range(size)], [[""] * size for _ in range(size)]
    for row in range(1, len(names)):
        for column, found in enumerate(cells[row][:row]):
            grid = absent if found.value is None else shown
            grid[row - 1, column] = found.value or 0.0
            texts[row - 1][column] = _written(found, write, sure)
            hovers[row - 1][column] = f"{_told(found)}"
    axis = [escape_plot(name) for name in names]
    figure = framed(
        _grid(absent, texts, hovers, axis, [[0, SOFT], [1, SOFT]], MUTED, phone),
        _grid(shown, texts, hovers, axis, STEPS, INK, phone),
        height=height,
        phone=phone,
    )
    _square_axes(figure, axis, phone)
    if size > 3:
        _add_key(figure, ends, phone)
    return figure


def _grid(
    values: np.ndarray,
    texts: list[list[str]],
    hovers: list[list[str]],
    names: list[str],
    colours: list[list[object]],
    ink: str,
    phone: bool,
) -> go.Heatmap:
    pairs = [
        [f"<b>{across} and {down}</b><br>{hover}" for across, hover in zip(names, row, strict=False)]
        for down, row in zip(names[1:], hovers, strict=False)
    ]
    return go.Heatmap(
        z=values,
        x=list(range(values.shape[1])),
        y=list(range(values.shape[0])),
        colorscale=colours,
        zmin=-1,
        zmax=1,
        showscale=False,
        xgap=2,
        ygap=2,
        text=texts,
        texttemplate="%{text}",
        textfont={"color": ink, "size": 9 if phone else 11},
        customdata=pairs,
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )


def _square_axes(figure: go.Figure, names: list[str], phone: bool) -> None:
    figure.update_layout(
        hovermode="closest",
        margin={"l": 76 if phone else NAME_MARGIN, "r": 4, "t": 8, "b": 26},
    )
    plain = {"tickmode": "array", "showgrid": False, "ticks": "", "showline": False, "automargin": False}
    size = len(names) - 1
    figure.update_xaxes(
        {**plain, "automargin": "height"},
        type="linear",
        tickvals=list(range(size)),
        ticktext=names[:-1],
        tickangle=None,  # as plotly finds room for it
        autotickangles=[0, -60, -90],
        range=[-0.5, size - 0.5],
        tickfont={"size": 10.5 if phone else 11},
    )
    figure.update_yaxes(
        plain,
        tickvals=list(range(size)),
        ticktext=names[1:],
        range=[size - 0.5, -0.5],
        ticklabelstandoff=6,
        tickfont={"size": 10.5 if phone else 11},
    )


def _add_key(figure: go.Figure, ends: tuple[str, str, str], phone: bool) -> None:
    """The colour key in the free corner: ten steps, 36% long, with words at both ends and the middle."""
    left, right, top, bottom = 0.62, 0.98, 0.965, 0.945
    step = (right - left) / len(DIVERGING_SLOTS)
    for place, slot in enumerate(DIVERGING_SLOTS):
        figure.add_shape(
            type="rect",
            xref="paper",
            yref="paper",
            x0=left + place * step,
            x1=left + (place + 1) * step,
            y0=bottom,
            y1=top,
            fillcolor=slot,
            line={"width": 0, "color": CLEAR},
        )
    for at, words in zip((left, (left + right) / 2, right), ends, strict=True):
        figure.add_annotation(
            text=words,
            xref="paper",
            yref="paper",
            x=at,
            y=bottom,
            xanchor="center",
            yanchor="top",
            showarrow=False,
            font={"color": MUTED, "size": 10 if phone else 11},
        )


def _written(found: Result, write: Write, sure: bool) -> str:
    text = write(found.value)
    beyond_zero = found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)
    return f"<b>{text}</b>" if sure and beyond_zero else text


def _moved(value: float | None) -> str:
    text = cell(value)
    return f"+{text}" if value is not None and value > 0 and text != "0" else text


def _told(found: Result) -> str:
    if found.value is None:
        return escape_plot(found.why or "missing")
    parts = [correlation(found.value)]
    if found.low is not None and found.high is not None:
        parts.append(f"95% interval {correlation(found.low)} to {correlation(found.high)}")
    parts.append(f"n {decimal(found.n)}")
    parts += [escape_plot(flag) for flag in found.flags]
    return "<br>".join(parts)
