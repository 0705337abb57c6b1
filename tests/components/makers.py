"""Made-up instruments, bars and numbers for tests of charts and blocks, and what every figure must keep."""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from market.bars import COLUMNS, Bars, Provenance, State
from market.instruments import Calendar, Instrument, Interval, Unit
from market.readings import Envelope

NOW = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
HOSTILE = '<b style="background:url(http://evil)">%{x} #000001 $a$</b>'

BTC = Instrument("BTC", "Bitcoin", "Bitcoin", "crypto", Unit.USD, Calendar.ALWAYS)
IXIC = Instrument("IXIC", "Nasdaq Composite", "Nasdaq", "index", Unit.POINTS, Calendar.XNYS)
VIX = Instrument("VIX", "VIX", "VIX", "volatility", Unit.POINTS, Calendar.XNYS, fear=True)
US10Y = Instrument("US10Y", "US 10-year", "10-year", "rates", Unit.PERCENT, Calendar.XNYS)
FUNDING = Instrument(
    "BTC_FUNDING", "Funding", "Funding", "derivative", Unit.PERCENT, Calendar.ALWAYS, flow=True
)


def bars(
    closes: Sequence[float], instrument: Instrument = BTC, start: str = "2026-01-02", full: bool = True
) -> Bars:
    """Daily bars; ``full`` gives each an open, high and low around its close, and a volume."""
    if instrument.calendar is Calendar.ALWAYS:
        index = pd.date_range(start, periods=len(closes), tz="UTC")
    else:
        index = pd.bdate_range(start, periods=len(closes), tz="UTC") + pd.Timedelta(21, "h")
    frame = pd.DataFrame(float("nan"), index=pd.DatetimeIndex(list(index)), columns=list(COLUMNS))
    frame["close"] = list(closes)
    if full:
        frame["open"] = frame["close"].shift().fillna(frame["close"])
        frame["high"] = frame[["open", "close"]].max(axis=1) * 1.01
        frame["low"] = frame[["open", "close"]].min(axis=1) * 0.99
        frame["volume"] = 1000.0
    return Bars(instrument, Interval.DAY, frame, Provenance("test", instrument.key, NOW, "close"))


def daily(values: Sequence[float], start: str = "2026-01-01") -> pd.Series:
    """Values by day, without a zone."""
    return pd.Series(list(values), index=pd.date_range(start, periods=len(values)), dtype=float)


def envelope(value: float | None, formula: str = "change_1d", **more: Any) -> Envelope:
    """A number of the recording."""
    given: dict[str, Any] = {
        "unit": "percent",
        "as_of": NOW,
        "fetched_at": NOW,
        "source": "Nasdaq",
        "state": State.MISSING if value is None else State.RECORDED,
        "sampling": "close",
        "formula": formula,
        "n": 252,
        "why": "not published" if value is None else None,
    }
    return Envelope(value=value, **(given | more))


def texts(figure: go.Figure) -> list[str]:
    """Every text of a figure that plotly would read as markup, its own formatting tags taken out."""
    found = [text for text in _strings(json.loads(figure.to_json())) if "<" in text]
    for tag in ("<b>", "</b>", "<br>", "<extra>", "</extra>", '<span style="font-size:10.5px">', "</span>"):
        found = [text.replace(tag, "") for text in found]
    return [text for text in found if "<" in text]


def annotations(figure: go.Figure) -> list[str]:
    """What is written on a figure."""
    return [each.text for each in figure.layout.annotations]


def _strings(part: Any) -> Iterator[str]:
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _strings(value)
    elif isinstance(part, list):
        for value in part:
            yield from _strings(value)
