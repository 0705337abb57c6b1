"""Lines with their names at the end: identity never rests on hue, and no legend is needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import stamps
from components.text import Write, escape_plot
from components.theme import OTHER

END_LABEL_MARGIN = 96
MOST_MARGIN = 168
LEADER = 8
LEAST_GAP = 0.062


@dataclass(frozen=True, slots=True)
class Line:
    """One series of a chart with the name that stands at its end.

    ``weight`` is its width in pixels: 1.5 for context, 2.2 for the asset, 2.6 for Bitcoin. ``dashed`` tells
    two grey lines apart.
    """

    name: str
    values: pd.Series
    colour: str = OTHER
    weight: float = 1.5
    dashed: bool = False

    @property
    def known(self) -> pd.Series:
        """The values without gaps."""
        return self.values.dropna()


def trace(line: Line, write: Write, **more: Any) -> go.Scatter:
    """``line`` as a plotly trace; ``write`` writes hover values, since plotly's own minus is a hyphen."""
    values = line.values
    return go.Scatter(
        x=stamps(values.index),
        y=np.asarray(values, dtype=np.float32),
        name=escape_plot(line.name),
        mode="lines",
        line={
            "color": line.colour,
            "width": line.weight,
            "dash": "3px,2px" if line.dashed else "solid",
            "shape": "linear",
        },
        customdata=written(values, write),
        hovertemplate=f"%{{customdata}}<extra>{escape_plot(line.name)}</extra>",
        connectgaps=False,
        **more,
    )


def written(values: Iterable[float], write: Write) -> list[str]:
    """Values as hover texts."""
    return [escape_plot(write(float(value))) for value in values]


def spread(places: Sequence[float], gap: float) -> list[float]:
    """``places`` pushed apart to at least ``gap``, order kept.

    Each pair that is too close gives way by half of what is missing, until nothing moves, at most 200 times.
    """
    order = sorted(range(len(places)), key=lambda each: places[each])
    moved = [float(places[each]) for each in order]
    for _ in range(200):
        still = True
        for lower in range(len(moved) - 1):
            lack = gap - (moved[lower + 1] - moved[lower])
            if lack > 1e-9 * max(1.0, abs(gap)):
                moved[lower] -= lack / 2
                moved[lower + 1] += lack / 2
                still = False
        if still:
            break
    result = [0.0] * len(places)
    for place, value in zip(order, moved, strict=True):
        result[place] = value
    return result


def add_end_labels(
    figure: go.Figure,
    lines: Sequence[Line],
    write: Write,
    *,
    low: float,
    high: float,
    gap: float = LEAST_GAP,
    phone: bool = False,
) -> None:
    """The last value and the name of each line right of the plot, pushed apart where they would touch.

    The right margin grows to hold the longest of them. ``low`` and ``high`` are the ends of the y axis, which
    keeps labels inside the picture.
    """
    named = [line for line in lines if len(line.known)]
    if not named:
        return
    size = 11 if phone else 12
    ends = [float(line.known.iloc[-1]) for line in named]
    places = _inside(spread(ends, gap * (high - low)), low, high)
    longest = max(len(f"{write(end)} {line.name}") for line, end in zip(named, ends, strict=True))
    figure.update_layout(
        margin_r=min(MOST_MARGIN, max(END_LABEL_MARGIN, 3 * LEADER + round(longest * size * 0.57)))
    )
    for line, end, place in zip(named, ends, places, strict=True):
        figure.add_annotation(
            text=f"<b>{escape_plot(write(end))}</b> {escape_plot(line.name)}",
            x=1,
            xref="paper",
            y=end,
            yref="y",
            ax=LEADER,
            axref="pixel",
            ay=place,
            ayref="y",
            xanchor="left",
            yanchor="middle",
            showarrow=True,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=line.colour,
            standoff=1,
            borderpad=4,
            font={"color": line.colour, "size": size},
        )


def _inside(places: list[float], low: float, high: float) -> list[float]:
    """``places`` shifted as one, as little as needed, to lie between ``low`` and ``high``."""
    if not places:
        return places
    shift = max(0.0, low - min(places)) or min(0.0, high - max(places))
    return [place + shift for place in places]
