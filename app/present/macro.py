"""What the macro page shows, as components take it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from analytics.alignment import Aligned
from analytics.contagion import split_by, stress_minus_calm
from analytics.macro import MacroRow, curve_series
from app.present import line
from components.bars import Bar
from components.lines import Line
from components.multiples import Panel
from components.page.html import Html
from components.page.numbers import Tone, shown
from components.page.tables import Align, Column, rows
from components.text import Write, basis_points, change, decimal, percentile, price_writer
from market.bars import Bars
from market.readings import Envelope, Reading, Result
from market.scales import Scale, Severity

SAFETY = ("GLD", "TLT", "IEF", "DXY", "IXIC", "IGV", "BTC", "HYG")
HAVENS = ("GLD", "TLT", "IEF", "DXY")
PANELS = ("VIX", "DXY", "US10Y", "US2Y", "GLD", "WTI", "HYG")


def percentiles(found: Iterable[MacroRow]) -> dict[str, Envelope]:
    """Where each series stands in its own year, by key."""
    return {row.key: row.percentile for row in found}


def week_bars(readings: Mapping[str, Reading]) -> list[Bar]:
    """The week's moves, best first; havens are amber."""
    bars = [
        Bar(readings[key].instrument.short, readings[key].value("change_1w_pct"), own=key in HAVENS)
        for key in SAFETY
        if key in readings
    ]
    return sorted(bars, key=lambda bar: -(bar.value or 0.0))


def rows_table(found: Sequence[MacroRow]) -> Html:
    """Value, changes over a day, a week and a month, and the percentile of a year, of each series."""
    columns = (
        Column("Series", Align.TEXT),
        Column("Now", strong=True),
        Column("1 day"),
        Column("1 week", wide=True),
        Column("1 month", wide=True),
        Column("In its year"),
        Column("n", grey=True, wide=True),
    )
    cells = [
        (
            row.name,
            shown(row.value, _write_value(row.value)),
            shown(row.day, _write_change(row.day), Tone.MUTED),
            shown(row.week, _write_change(row.week), Tone.MUTED),
            shown(row.month, _write_change(row.month), Tone.MUTED),
            shown(row.percentile, percentile),
            decimal(row.percentile.n),
        )
        for row in found
    ]
    return rows("Where everything stands", columns, cells)


def panels(known: Mapping[str, Bars], start: datetime) -> list[Panel]:
    """One small chart for each series from ``start`` on, the curve among them."""
    drawn = [
        Panel(line(known[key], known[key].close.loc[start:]), price_writer(known[key].instrument))
        for key in PANELS
        if key in known and len(known[key].close.loc[start:]) > 1
    ]
    if "US10Y" in known and "US2Y" in known:
        spread = curve_series(known["US10Y"], known["US2Y"]).loc[start:]
        drawn.append(Panel(Line("10-year less 2-year", spread), lambda value: decimal(value, suffix=" bp")))
    return drawn


def against_calm(
    aligned: Aligned, vix: Bars, scale: Scale, keys: Sequence[str]
) -> tuple[list[list[Result]], str]:
    """What each correlation is on days of a high VIX less what it is on the others, and how the days were split.

    A cell carries the adjusted value of Forbes and Rigobon as its interval's company in the hover text.
    """
    threshold = next(band.lower for band in scale.bands if band.severity is Severity.ELEVATED)
    stress, calm = split_by(aligned.moves[list(keys)], vix.finished.close, threshold)
    found = stress_minus_calm(stress, calm)
    words = (
        f"VIX at {decimal(threshold)} or above ({len(stress)} sessions) less below it ({len(calm)}); "
        f"{int(found.marked.sum()) // 2} differences survive a 10% false-discovery test"
    )
    return [[found.cell(row, column) for column in keys] for row in keys], words


def _write_value(number: Envelope) -> Write:
    return {
        "basis points": lambda value: decimal(value, suffix=" bp"),
        "percent": lambda value: decimal(value, 2, suffix="%"),
        "ratio": lambda value: decimal(value, 3),
    }.get(number.unit, lambda value: decimal(value, 2 if value is not None and abs(value) < 1000 else 0))


def _write_change(number: Envelope) -> Write:
    return basis_points if number.unit == "basis points" else change
