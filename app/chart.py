"""The one way a plotly figure gets onto a page."""

import json
import weakref
from base64 import b64decode, b64encode
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

from app.script import script

MENU = 24  # pixels; `components.page.stylesheet` draws it

_serialised: dict[int, tuple[weakref.ref[go.Figure], bytes]] = {}


def chart(
    figure: go.Figure, *, key: str, alt: str, height: int, safe_colours: bool = False, caption: str = ""
) -> None:
    """Draw ``figure``, ``height`` pixels high and as wide as its container, with its menu below.

    Under the same ``key`` a new figure replaces the old one in place, without a blank. Colours written as
    slots ("#000001" to "#000040") follow the visitor's theme in the browser; ``safe_colours`` swaps the two
    colours of direction for the pair that every kind of colour vision tells apart. ``alt`` is what a screen
    reader says, ``caption`` where the numbers come from. The menu shows the numbers as a table and saves them
    as CSV, and the chart as PNG, in files named after ``key``. A figure that has been drawn once must not be
    changed afterwards: its serialised form is kept.
    """
    head = json.dumps({"name": key, "alt": alt, "caption": caption, "height": height, "safe": safe_colours})
    script("chart")(key=key, data=f"{head}\n".encode() + serialise(figure), height=height + MENU)


def serialise(figure: go.Figure) -> bytes:
    """``figure`` as lean JSON: values in single precision, dates no longer than they need to be."""
    kept = _serialised.get(id(figure))
    if kept and kept[0]() is figure:
        return kept[1]
    content: bytes = pio.json.to_json_plotly(_lean(figure.to_plotly_json())).encode()
    identity = id(figure)
    _serialised[identity] = (weakref.ref(figure, lambda _: _serialised.pop(identity, None)), content)
    return content


def _lean(part: Any) -> Any:
    if isinstance(part, dict):
        if part.get("dtype") == "f8" and "bdata" in part:
            return part | {"dtype": "f4", "bdata": _single(part["bdata"])}
        return {name: _lean(value) for name, value in part.items()}
    if isinstance(part, (list, tuple, np.ndarray)) and len(part):
        if isinstance(part[0], (date, np.datetime64)):
            return _short_dates(part)
        return part if isinstance(part, np.ndarray) else [_lean(value) for value in part]
    return part


def _single(bdata: str) -> str:
    with np.errstate(over="ignore"):
        return b64encode(np.frombuffer(b64decode(bdata), "<f8").astype("<f4").tobytes()).decode()


def _short_dates(dates: Any) -> Any:
    """Wall-clock text, not milliseconds: plotly.js shows those in the time zone of the browser."""
    times = pd.DatetimeIndex(dates).tz_localize(None)
    if times.hasnans:
        return dates
    return np.datetime_as_string(times, unit="D" if (times == times.normalize()).all() else "s").tolist()
