"""The frame every chart starts from: margins, axes, the days on x and the prices on y."""

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.text import escape_plot, tick
from components.theme import DATE_AXIS, LAYOUT, TEMPLATE, X_AXIS, Y_AXIS
from market.bars import Bars
from market.instruments import Calendar, Unit

PHONE_TEXT = 11
FEW_DAYS = pd.Timedelta(6, "D")


def framed(
    *traces: Any,
    height: int,
    phone: bool = False,
    right: int = 8,
    bottom: int = 4,
    top: int = 8,
    more: Mapping[str, Any] | None = None,
) -> go.Figure:
    """A figure with the template's values set on itself, since Streamlit lays its own template over ours.

    ``more`` is further layout, given at once where there is much of it: each later change costs milliseconds.
    """
    layout = {
        **LAYOUT,
        "template": TEMPLATE,
        "height": height,
        "margin": {"l": 4, "r": right, "t": top, "b": bottom, "pad": 0},
        "xaxis": {**X_AXIS, "nticks": 4 if phone else 6},
        "yaxis": {**Y_AXIS, "nticks": 5 if phone else 6},
    }
    if phone:
        layout["font"] = {**LAYOUT["font"], "size": PHONE_TEXT}
    return go.Figure(data=list(traces), layout={**layout, **(more or {})})


def stamps(index: pd.Index) -> list[str]:
    """What stands on the x axis: the day a daily point belongs to, the instant (UTC) of an hourly one.

    A daily point is stamped with the instant its bar was complete, a crypto day with the midnight that ends
    it; the reader sees the day itself.
    """
    if not isinstance(index, pd.DatetimeIndex):
        return [str(each)[:10] for each in index]
    if is_hourly(index):
        return list(index.strftime("%Y-%m-%d %H:%M"))
    return list(days(index).strftime("%Y-%m-%d"))


def span(*indexes: pd.Index) -> tuple[str, str]:
    """The first and the last stamp of several series; the epoch twice when all are empty."""
    edges = [stamps(index) for index in indexes if len(index)]
    if not edges:
        return "1970-01-01", "1970-01-01"
    return min(edge[0] for edge in edges), max(edge[-1] for edge in edges)


def days(index: pd.Index) -> pd.DatetimeIndex:
    """The day each daily stamp belongs to; days without a zone are days already."""
    index = pd.DatetimeIndex(index)
    if index.tz is None:
        return index.normalize()
    return (index.tz_convert("UTC") - pd.Timedelta(1, "ns")).normalize().tz_localize(None)


def is_hourly(index: pd.DatetimeIndex) -> bool:
    """Whether the typical step is well under a day."""
    return len(index) > 1 and np.median(np.diff(index.asi8)) < np.timedelta64(20, "h") / np.timedelta64(
        1, index.unit
    )


def date_axis(figure: go.Figure, first: str, last: str, *, spare: float = 0.0, **more: Any) -> None:
    """Fix x from ``first`` to ``last``, with ``spare`` of the span left free at the end."""
    start, end = pd.Timestamp(first), pd.Timestamp(last)
    room = max((end - start) * spare, pd.Timedelta(0))
    if len(first) == len("2026-02-05") and end - start < FEW_DAYS:
        more = {"dtick": 86_400_000, **more}  # else plotly counts the hours between two days
    figure.update_xaxes({**DATE_AXIS, "range": [start.isoformat(), (end + room).isoformat()], **more})


def closed_days(bars: Bars) -> list[dict[str, Any]]:
    """The weekends and holidays to leave out of x; none for a market that never closes.

    A weekday that is not due counts as a holiday; a session without a close keeps its place. A weekend day is
    never listed as one: plotly would then draw nothing at all.
    """
    if bars.instrument.calendar is Calendar.ALWAYS:
        return []
    traded = bars.dates
    holidays = pd.bdate_range(traded[0], traded[-1]).difference(traded)
    breaks: list[dict[str, Any]] = [{"bounds": ["sat", "mon"]}]
    if len(holidays):
        breaks.append({"values": list(holidays.strftime("%Y-%m-%d"))})
    return breaks


def nice_ticks(low: float, high: float, most: int) -> tuple[list[float], float]:
    """At most ``most`` round values between ``low`` and ``high``, and their step."""
    span = high - low
    if span <= 0:
        return [low], 1.0
    base = 10.0 ** floor(log10(span / most))
    for factor in (1, 2, 2.5, 5, 10):
        step = base * factor
        first = np.ceil(low / step - 1e-9) * step
        values = np.arange(first, high + step * 1e-9, step)
        if len(values) <= most:
            break
    return [float(round(each, 12)) for each in values], step


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Round values for a log axis: powers of ten with 2 and 5 between them, thinned to ``most``."""
    powers = range(floor(log10(low)), floor(log10(high)) + 1)
    for factors in ((1, 1.5, 2, 3, 5, 7), (1, 2, 3, 5), (1, 2, 5), (1, 3), (1,)):
        values = [f * 10.0**power for power in powers for f in factors if low <= f * 10.0**power <= high]
        if len(values) <= most:
            return values
    return values


def price_axis(
    figure: go.Figure,
    low: float,
    high: float,
    unit: Unit,
    *,
    log: bool = False,
    most: int = 6,
    beside: float | None = None,
    **more: Any,
) -> None:
    """Fix y from ``low`` to ``high`` with our own labels on the right, since d3 has no capital K.

    No label is written where it would touch the one of the last price, ``beside``.
    """
    if log:
        values = log_ticks(low, high, most)
        steps = [10.0 ** floor(log10(value)) / 2 for value in values]
        bounds = [log10(low), log10(high)]
    else:
        values, step = nice_ticks(low, high, most)
        steps = [step] * len(values)
        bounds = [low, high]
    prefix = "$" if unit in (Unit.USD, Unit.MILLION_USD) else ""
    suffix = "%" if unit is Unit.PERCENT else ""
    labels = [
        escape_plot(tick(value, step, prefix=prefix) + suffix)
        for value, step in zip(values, steps, strict=True)
    ]
    if beside is not None:
        room = 0.06 * (bounds[1] - bounds[0])
        labels = [
            "" if abs(_on_axis(value, log) - _on_axis(beside, log)) < room else label
            for value, label in zip(values, labels, strict=True)
        ]
    figure.update_yaxes(
        {
            "type": "log" if log else "linear",
            "range": bounds,
            "side": "right",
            "tickmode": "array",
            "tickvals": values,
            "ticktext": labels,
            **more,
        }
    )


def _on_axis(value: float, log: bool) -> float:
    return log10(value) if log and value > 0 else value


def padded(
    values: Sequence[float] | pd.Series, below: float = 0.05, above: float = 0.05
) -> tuple[float, float]:
    """The lowest and highest of ``values`` with room below and above, as shares of their span."""
    known = np.asarray(values, dtype=float)
    known = known[np.isfinite(known)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    span = high - low or abs(high) or 1.0
    return low - below * span, high + above * span
