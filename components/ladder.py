"""A price ladder: zones and rungs around the last price, from top to bottom."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10

import plotly.graph_objects as go

from components.frame import framed, price_axis
from components.lines import spread
from components.text import escape_plot, price, short_price, zone_range
from components.theme import MUTED, OTHER, ZONE
from components.zones import OTHER_ZONE, WATCHED, add_last_price
from market.instruments import Instrument
from market.zones import Zone

# The share of the width that names take.
NAMES = 0.56


@dataclass(frozen=True, slots=True)
class Rung:
    """A price with a name: a share of the fall that was retraced, an average, a close."""

    price: float
    name: str


def ladder(
    last: float,
    instrument: Instrument,
    zones: Sequence[Zone] = (),
    rungs: Sequence[Rung] = (),
    *,
    height: int = 420,
    phone: bool = False,
) -> go.Figure:
    """Zones as bands, levels and ``rungs`` as lines, named at the left, on a log axis; the last price."""
    prices = [last, *(edge for zone in zones for edge in (zone.low, zone.high)), *(r.price for r in rungs)]
    low, high = min(prices) * 0.965, max(prices) * 1.03
    figure = framed(height=height, phone=phone, right=62, bottom=6)
    figure.update_xaxes(visible=False, type="linear", range=[0, 1])
    price_axis(figure, low, high, instrument.unit, log=True, most=6, beside=last, showgrid=False)
    names: list[tuple[float, str, str]] = []
    for zone in zones:
        _add_zone(figure, zone, last)
        said = escape_plot(zone.name or zone_range(zone, instrument))
        names.append(((zone.low * zone.high) ** 0.5, said, ZONE))
    for rung in rungs:
        _add_rung(figure, rung)
        names.append((rung.price, escape_plot(f"{rung.name}, {short_price(rung.price, instrument)}"), MUTED))
    _add_names(figure, names, (log10(low), log10(high)), height, phone)
    add_last_price(figure, last, price(last, instrument), log=True, start=NAMES)
    return figure


def ladder_alt(
    last: float, instrument: Instrument, zones: Sequence[Zone] = (), rungs: Sequence[Rung] = ()
) -> str:
    """What the chart says, in words, from the highest price down."""
    told = [(zone.high, f"{zone.name or 'zone'} {zone_range(zone, instrument)}") for zone in zones]
    told += [(rung.price, f"{rung.name} {short_price(rung.price, instrument)}") for rung in rungs]
    above = [words for at, words in sorted(told, reverse=True) if at > last]
    below = [words for at, words in sorted(told, reverse=True) if at <= last]
    return (
        f"{instrument.name} at {price(last, instrument)}. "
        f"Above: {', '.join(above) or 'nothing'}. Below: {', '.join(below) or 'nothing'}."
    )


def _add_zone(figure: go.Figure, zone: Zone, last: float) -> None:
    if zone.is_level:
        _add_line(figure, zone.low, ZONE, "8px,6px")
        return
    figure.add_shape(
        type="rect",
        xref="x domain",
        x0=NAMES,
        x1=1,
        y0=zone.low,
        y1=zone.high,
        fillcolor=ZONE,
        opacity=WATCHED if last in zone else OTHER_ZONE,
        line_width=0,
        layer="below",
    )


def _add_rung(figure: go.Figure, rung: Rung) -> None:
    _add_line(figure, rung.price, OTHER, "solid")


def _add_line(figure: go.Figure, at: float, colour: str, dash: str) -> None:
    figure.add_shape(
        type="line",
        xref="x domain",
        x0=NAMES,
        x1=1,
        y0=at,
        y1=at,
        line={"color": colour, "width": 1, "dash": dash},
        layer="below",
    )


def _add_names(
    figure: go.Figure,
    names: Sequence[tuple[float, str, str]],
    ends: tuple[float, float],
    height: int,
    phone: bool,
) -> None:
    room = 17 / height * (ends[1] - ends[0])
    places = spread([log10(at) for at, _, _ in names], room)
    for place, (_, words, colour) in zip(places, names, strict=True):
        figure.add_annotation(
            text=words,
            xref="x domain",
            x=0,
            y=place,
            xanchor="left",
            yanchor="middle",
            showarrow=False,
            borderpad=1,
            font={"color": colour, "size": 10 if phone else 11},
        )
