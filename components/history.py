"""A line through time, over the bands of its scale, its averages, zones and the episodes in range."""

from collections.abc import Iterable, Sequence
from datetime import date
from math import log10

import plotly.graph_objects as go

from components.candles import LOG_FROM
from components.frame import closed_days, date_axis, days, framed, padded, price_axis, stamps
from components.lines import Line, trace
from components.text import change, escape_plot, on_scale, price, price_writer
from components.theme import CARD, MUTED, OTHER, SHADE, colour_of
from components.zones import add_last_price, add_zones
from market.bars import Bars
from market.episodes import Episode
from market.scales import Scale
from market.zones import Zone

AXIS_MARGIN = 62


def history(
    bars: Bars,
    scale: Scale | None = None,
    episodes: Iterable[Episode] = (),
    *,
    averages: Sequence[Line] = (),
    zones: Sequence[Zone] = (),
    log: bool | None = None,
    height: int = 340,
    phone: bool = False,
) -> go.Figure:
    """Closing prices as a line, over the bands of ``scale`` and the ``episodes`` in range.

    ``averages`` are thin lines in front of the bands and behind the price, named at their right ends.
    """
    close = bars.close
    lowest, highest = float(close.min()), float(close.max())
    is_log = lowest > 0 and highest > LOG_FROM * lowest if log is None else log
    price_line = Line(bars.instrument.short, close, colour_of(bars.key), 2.0)
    figure = framed(height=height, phone=phone, right=AXIS_MARGIN, bottom=40)
    for line in (*averages, price_line):
        figure.add_trace(trace(line, price_writer(bars.instrument)))
    drawn = [value for average in averages for value in average.known]
    low, high = (
        (min([lowest, *drawn]) * 0.97, max([highest, *drawn]) * 1.03)
        if is_log
        else padded([*close, *drawn], 0.06, 0.07)
    )
    price_axis(figure, low, high, bars.instrument.unit, log=is_log, most=5 if phone else 6, beside=bars.last)
    stamped = stamps(close.index)
    date_axis(figure, stamped[0], stamped[-1], spare=0.012, rangebreaks=closed_days(bars))
    if scale:
        add_bands(figure, scale, low, high)
    add_episodes(figure, episodes, _first_day(bars), _last_day(bars), phone=phone)
    add_zones(figure, zones, lowest, highest, last=bars.last, log=is_log, phone=phone)
    add_average_names(figure, averages, log=is_log, phone=phone)
    add_last_price(figure, bars.last, price(bars.last, bars.instrument), log=is_log)
    return figure


def history_alt(bars: Bars, scale: Scale | None = None) -> str:
    """What the chart says, in words."""
    close, instrument = bars.close, bars.instrument
    stamped = stamps(close.index)
    lowest, highest = int(close.to_numpy().argmin()), int(close.to_numpy().argmax())
    moved = ""
    if not instrument.moves_in_basis_points and close.iloc[0] > 0:
        moved = f" ({change(100 * (close.iloc[-1] / close.iloc[0] - 1))})"
    band = f", {scale.band_of(bars.last).name}" if scale else ""
    last = on_scale(bars.last, scale, 1) if scale else price(bars.last, instrument)
    return (
        f"{instrument.name} from {price(close.iloc[0], instrument)} on {stamped[0]} "
        f"to {last} on {stamped[-1]}{moved}{band}. "
        f"Lowest {price(close.iloc[lowest], instrument)} on {stamped[lowest]}, "
        f"highest {price(close.iloc[highest], instrument)} on {stamped[highest]}."
    )


def add_bands(figure: go.Figure, scale: Scale, low: float, high: float) -> None:
    """Shade each band across the plot, clipped to the axis; the calm one is left clear."""
    for band in scale.bands:
        lower, upper = max(band.lower, low), min(band.upper, high)
        colour, opacity = SHADE[band.severity]
        if lower < upper and opacity:
            figure.add_shape(
                type="rect",
                xref="x domain",
                x0=0,
                x1=1,
                y0=lower,
                y1=upper,
                fillcolor=colour,
                opacity=opacity,
                line_width=0,
                layer="below",
            )


def add_episodes(
    figure: go.Figure, episodes: Iterable[Episode], first: date, last: date, *, phone: bool = False
) -> None:
    """Shade each episode that falls between ``first`` and ``last`` and write its name at the top."""
    for episode in episodes:
        start, end = max(episode.start, first), min(episode.end or last, last)
        if start > end:
            continue
        figure.add_shape(
            type="rect",
            yref="y domain",
            x0=start.isoformat(),
            x1=end.isoformat(),
            y0=0,
            y1=1,
            fillcolor=OTHER,
            opacity=0.12,
            line_width=0,
            layer="below",
        )
        is_late = start - first > 0.8 * (last - first)
        figure.add_annotation(
            text=escape_plot(episode.name),
            x=(end if is_late else start).isoformat(),
            yref="y domain",
            y=1,
            xanchor="right" if is_late else "left",
            yanchor="top",
            showarrow=False,
            borderpad=2,
            font={"color": MUTED, "size": 10 if phone else 11},
        )


def add_average_names(
    figure: go.Figure, averages: Sequence[Line], *, log: bool = False, phone: bool = False
) -> None:
    """The name of each average, written into its own line, each further along than the one before."""
    for place, average in enumerate(averages):
        known = average.known
        if known.empty:
            continue
        at = int(len(known) * (0.1 + 0.2 * (place % 4)))
        value = float(known.iloc[at])
        figure.add_annotation(
            text=escape_plot(average.name),
            x=stamps(known.index)[at],
            y=log10(value) if log else value,
            bgcolor=CARD,
            showarrow=False,
            borderpad=1,
            font={"color": MUTED if average.colour == OTHER else average.colour, "size": 10 if phone else 11},
        )


def _first_day(bars: Bars) -> date:
    return days(bars.close.index)[0].date()


def _last_day(bars: Bars) -> date:
    return days(bars.close.index)[-1].date()
