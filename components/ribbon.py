"""A ribbon between two lines: an interval, a range, a spread of past cases."""

from collections.abc import Iterator

import pandas as pd
import plotly.graph_objects as go

from components.frame import stamps
from components.text import Write, escape_plot


def add_ribbon(
    figure: go.Figure, low: pd.Series, high: pd.Series, colour: str, opacity: float = 0.16, yref: str = "y"
) -> None:
    """Shade between ``low`` and ``high``, one piece for each stretch without gaps.

    A shape rather than a filled trace, since a trace's fill takes no opacity and a colour slot has none.
    """
    for path in _paths(low, high):
        figure.add_shape(
            type="path",
            path=path,
            yref=yref,
            fillcolor=colour,
            opacity=opacity,
            line_width=0,
            layer="below",
        )


def interval_texts(low: pd.Series, high: pd.Series, write: Write) -> list[str]:
    """What hover says of the interval at each point, empty where there is none."""
    return [
        f" ({escape_plot(write(least))} to {escape_plot(write(most))})"
        if pd.notna(least) and pd.notna(most)
        else ""
        for least, most in zip(low, high, strict=True)
    ]


def _paths(low: pd.Series, high: pd.Series) -> Iterator[str]:
    known = (low.notna() & high.notna()).to_numpy()
    at = [_coordinate(stamp) for stamp in _stamps(low.index)]
    start = None
    for place in range(len(known) + 1):
        if place < len(known) and known[place]:
            start = place if start is None else start
        elif start is not None:
            if place - start > 1:
                yield _path(at[start:place], low.iloc[start:place], high.iloc[start:place])
            start = None


def _path(at: list[str], low: pd.Series, high: pd.Series) -> str:
    there = [f"{x},{y:.5g}" for x, y in zip(at, high, strict=True)]
    back = [f"{x},{y:.5g}" for x, y in zip(reversed(at), reversed(low.tolist()), strict=True)]
    return "M" + "L".join([*there, *back]) + "Z"


def _stamps(index: pd.Index) -> list[str]:
    return stamps(index) if isinstance(index, pd.DatetimeIndex) else [str(each) for each in index]


def _coordinate(stamp: str) -> str:
    """A shape's path wants an underscore between day and time."""
    return stamp.replace(" ", "_")
