"""Many readings through time as a heat strip: one row each, darker is worse."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.frame import date_axis, framed, stamps
from components.text import escape_plot
from components.theme import SEVERITY_SLOTS
from market.scales import Severity

ORDER = tuple(Severity)
COLOURS = [
    [edge, SEVERITY_SLOTS[severity]]
    for place, severity in enumerate(ORDER)
    for edge in (place / len(ORDER), (place + 1) / len(ORDER))
]


def strip(
    names: Sequence[str],
    severities: Sequence[pd.Series],
    *,
    row_height: int = 24,
    phone: bool = False,
) -> go.Figure:
    """One row for each name: the `Severity` of each day, left empty where there was none."""
    table = pd.concat(list(severities), axis=1).sort_index()
    grid = np.array([[_place(each) for each in table.iloc[:, row]] for row in range(len(names))])
    days = stamps(table.index)
    said = [["" if np.isnan(each) else ORDER[int(each)].value for each in row] for row in grid]
    figure = framed(
        go.Heatmap(
            z=grid,
            x=days,
            y=list(range(len(names))),
            zmin=-0.5,
            zmax=len(ORDER) - 0.5,
            colorscale=COLOURS,
            showscale=False,
            ygap=3,
            customdata=said,
            hovertemplate="%{x|%a %-d %b %Y}: %{customdata}<extra></extra>",
            hoverongaps=False,
        ),
        height=row_height * len(names) + 44,
        phone=phone,
        bottom=36,
    )
    figure.update_layout(hovermode="closest")
    figure.update_yaxes(
        showgrid=False,
        autorange="reversed",
        tickmode="array",
        tickvals=list(range(len(names))),
        ticktext=[escape_plot(name) for name in names],
    )
    half = pd.Timedelta(12, "h")
    date_axis(figure, str(pd.Timestamp(days[0]) - half), str(pd.Timestamp(days[-1]) + half))
    return figure


def strip_alt(names: Sequence[str], severities: Sequence[pd.Series]) -> str:
    """What the chart says, in words: where each row stands now."""
    told = []
    for name, series in zip(names, severities, strict=True):
        known = series.dropna()
        told.append(f"{name} {Severity(known.iloc[-1]).value if len(known) else 'not known'}")
    return f"Now: {', '.join(told)}."


def _place(severity: object) -> float:
    return float(ORDER.index(Severity(severity))) if isinstance(severity, str) else float("nan")
