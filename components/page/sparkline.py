"""A small line without axes: an SVG used as a mask, so that it takes the colour of the text around it."""

from collections.abc import Sequence
from math import isfinite
from urllib.parse import quote

from components.page.html import Html, classes, element

POINTS = 45


def sparkline(values: Sequence[float], class_: str = "", *, width: int = 78, height: int = 34) -> Html:
    """The newest ``POINTS`` values with an end dot and a dashed line at the first; empty for under two."""
    known = [float(value) for value in values if isfinite(value)][-POINTS:]
    if len(known) < 2:
        return Html("")
    image = f'url("data:image/svg+xml,{quote(_svg(known, width, height), safe="")}")'
    style = f"width:{width}px;height:{height}px;mask:{image} 0 0/100% 100% no-repeat"
    return element("i", class_=classes("mk-sp", class_), aria_hidden="true", style=style)


def _svg(values: Sequence[float], width: int, height: int) -> str:
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    left, right, top, bottom = 1.0, width - 4.0, 3.5, height - 3.5

    def y(value: float) -> float:
        middle = (top + bottom) / 2
        return round(middle if high == low else bottom - (value - low) / span * (bottom - top), 1)

    step = (right - left) / (len(values) - 1)
    points = " ".join(f"{round(left + place * step, 1)},{y(value)}" for place, value in enumerate(values))
    first, last = y(values[0]), y(values[-1])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" preserveAspectRatio="none">'
        f'<path d="M0 {first}H{width}" stroke="#000" stroke-opacity=".35" stroke-dasharray="2 2"/>'
        f'<polyline points="{points}" fill="none" stroke="#000" stroke-width="1.6" stroke-linejoin="round"/>'
        f'<circle cx="{right}" cy="{last}" r="2.3"/></svg>'
    )
