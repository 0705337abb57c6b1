"""Zones and levels drawn over a price chart."""

from collections.abc import Iterable
from math import log10

import plotly.graph_objects as go

from components.text import escape_plot
from components.theme import CARD, INK, PAGE, ZONE
from market.zones import Zone

WATCHED = 0.22
OTHER_ZONE = 0.14
REACH = 0.03


def add_zones(
    figure: go.Figure,
    zones: Iterable[Zone],
    low: float,
    high: float,
    *,
    watched: Zone | None = None,
    last: float | None = None,
    log: bool = False,
    phone: bool = False,
) -> list[Zone]:
    """Each zone as a band and each level as a dashed line, named at the left; returns those drawn.

    A name stands above its zone, or below where the ``last`` price would run through it.
    Only what lies within 3% of the window's ``low`` to ``high`` is drawn, so that no far level flattens it.
    """
    drawn = [zone for zone in zones if low * (1 - REACH) <= zone.high and zone.low <= high * (1 + REACH)]
    for zone in drawn:
        if zone.is_level:
            figure.add_shape(
                type="line",
                xref="x domain",
                x0=0,
                x1=1,
                y0=zone.low,
                y1=zone.low,
                line={"color": ZONE, "width": 1, "dash": "8px,6px"},
                layer="below",
            )
        else:
            figure.add_shape(
                type="rect",
                xref="x domain",
                x0=0,
                x1=1,
                y0=zone.low,
                y1=zone.high,
                fillcolor=ZONE,
                opacity=WATCHED if zone == watched else OTHER_ZONE,
                line_width=0,
                layer="below",
            )
        is_below = last is not None and 0 <= last - zone.high < 0.05 * (high - low)
        edge = zone.low if is_below else zone.high
        figure.add_annotation(
            text=escape_plot(zone.name),
            xref="x domain",
            x=0,
            y=log10(edge) if log else edge,
            xanchor="left",
            yanchor="top" if is_below else "bottom",
            xshift=2,
            showarrow=False,
            bgcolor=CARD,
            borderpad=1,
            font={"color": ZONE, "size": 10 if phone else 11},
        )
    return drawn


def add_last_price(
    figure: go.Figure, price: float, written: str, *, log: bool = False, start: float = 0.0
) -> None:
    """A dotted line at the last price, from ``start`` of the width, and its filled label at the right."""
    figure.add_shape(
        type="line",
        xref="x domain",
        x0=start,
        x1=1,
        y0=price,
        y1=price,
        line={"color": INK, "width": 1, "dash": "2px,2px"},
    )
    figure.add_annotation(
        text=f"<b>{escape_plot(written)}</b>",
        xref="paper",
        x=1,
        xanchor="left",
        xshift=4,
        y=log10(price) if log else price,
        yanchor="middle",
        showarrow=False,
        bgcolor=INK,
        borderpad=3,
        font={"color": PAGE, "size": 12},
    )
