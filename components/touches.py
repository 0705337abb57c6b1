"""Marks where a price touched a level."""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import stamps
from components.theme import ZONE


def add_touches(figure: go.Figure, touches: Iterable[tuple[datetime, float]]) -> None:
    """Put an open circle at each touch: the instant its bar was complete, and the price that came nearest."""
    marked = list(touches)
    if not marked:
        return
    index = pd.DatetimeIndex([time for time, _ in marked])
    hourly = any(len(str(x)) > len("2026-02-05") for x in (figure.data[0].x[:1] if figure.data else ()))
    figure.add_trace(
        go.Scatter(
            x=list(index.strftime("%Y-%m-%d %H:%M")) if hourly else stamps(index),
            y=np.asarray([price for _, price in marked], dtype=np.float32),
            mode="markers",
            name="touch",
            marker={"symbol": "circle-open", "size": 9, "color": ZONE, "line": {"width": 1.6}},
            hovertemplate="touched at %{y:,.0f}<extra></extra>",
        )
    )
