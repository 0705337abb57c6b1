"""What the macro page shows, as components take it."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from analytics.alignment import align
from analytics.clustering import heatmap_order
from analytics.contagion import split_by, stress_minus_calm
from analytics.correlation import correlation_matrix
from analytics.dividends import held as held_of
from analytics.macro import MacroRow, curve_series
from analytics.returns import indexed
from app.present import finished, line, lines_of, readings_of, say_mixed, say_without_dividends
from app.present.drawing import Absent, Drawing, remembered
from components.bars import Bar, ranked_bars, ranked_bars_alt
from components.heatmap import difference, heatmap_alt
from components.indexed import indexed as chart_indexed
from components.indexed import indexed_alt
from components.lines import Line
from components.multiples import Panel, multiples, multiples_alt
from components.page.html import Html
from components.page.numbers import Number, Tone, shown
from components.page.tables import Align, Column, rows
from components.text import Write, basis_points, change, decimal, percentile_place, price_writer
from components.theme import INK, OTHER
from market.bars import Bars
from market.calendars import day_end
from market.readings import Envelope
from market.scales import Scale, Severity

SAFETY = ("GLD", "TLT", "IEF", "DXY", "IXIC", "IGV", "BTC", "HYG")
HAVENS = ("GLD", "TLT", "IEF", "DXY")
PANELS = ("VIX", "DXY", "US10Y", "US2Y", "GLD", "WTI", "HYG")


@remembered
def indexed_chart(
    compared: tuple[Bars, ...], totals: tuple[Bars, ...], since: datetime, day: str, phone: bool
) -> Drawing | Absent:
    """The closes of each, of funds with their dividends from ``totals``, set to 100 by that of the day that
    begins at ``since``.
    """
    compared = held_of(compared, {each.key: each for each in totals})
    lines = lines_of(compared, lambda closes: indexed(closes, day_end(since.date())))
    if not lines:
        return Absent("No prices since that date.")
    figure = chart_indexed(lines, height=380, phone=phone)
    words = " · ".join(filter(None, [f"100 on {day}", say_without_dividends(compared)]))
    return Drawing(figure, indexed_alt(lines, day), compared, words)


@remembered
def week_chart(held: tuple[Bars, ...], totals: tuple[Bars, ...], phone: bool) -> Drawing | Absent:
    """The week's moves, of funds with their dividends from ``totals``, best first; havens stand out."""
    held = held_of(held, {each.key: each for each in totals})
    bars = [
        Bar(reading.instrument.short, reading.value("change_1w_pct"), INK if key in HAVENS else OTHER)
        for key, reading in readings_of(held).items()
    ]
    bars.sort(key=lambda bar: -(bar.value or 0.0))
    if all(bar.value is None for bar in bars):
        return Absent("Less than a week is known.")
    figure = ranked_bars(bars, height=380, phone=phone)
    words = " · ".join(filter(None, [say_without_dividends(held), say_mixed(held)]))
    return Drawing(figure, ranked_bars_alt(bars), held, words)


def rows_table(found: Sequence[MacroRow], caption: str = "Where everything stands") -> Html:
    """Value, changes over a day, a week and a month, and the percentile of a year, of each series."""
    columns = (
        Column("Series", Align.TEXT),
        Column("Now", strong=True),
        Column("1 day"),
        Column("1 week", wide=True),
        Column("1 month", wide=True),
        Column("Percentile, 1 year"),
        Column("n", grey=True, wide=True),
    )
    cells = [
        (
            row.name,
            shown(row.value, _write_value(row.value)),
            shown(row.day, _write_change(row.day), Tone.MUTED),
            shown(row.week, _write_change(row.week), Tone.MUTED),
            shown(row.month, _write_change(row.month), Tone.MUTED),
            shown(row.percentile, percentile_place),
            Number(row.percentile, decimal(row.percentile.n)),
        )
        for row in found
    ]
    return rows(caption, columns, cells)


@remembered
def panels(held: tuple[Bars, ...], start: datetime, phone: bool) -> Drawing | Absent:
    """One small chart for each series from ``start`` on, the curve among them."""
    first, known = pd.Timestamp(start), {each.key: each for each in held}
    drawn = [
        Panel(line(each, close), price_writer(each.instrument))
        for each in held
        if len(close := each.close.loc[first:]) > 1
    ]
    if "US10Y" in known and "US2Y" in known:
        spread = curve_series(known["US10Y"], known["US2Y"]).loc[first:]
        drawn.append(Panel(Line("10y less 2y", spread), lambda value: decimal(value, suffix=" bp")))
    if not held:
        return Absent("No prices.")
    if not drawn:
        return Absent("No sessions in this range.", "Choose a longer one.")
    figure = multiples(drawn, across=4, phone=phone)
    return Drawing(figure, multiples_alt(drawn, "Last values"), held)


@remembered
def against_calm(
    held: tuple[Bars, ...], hours: tuple[Bars, ...], scale: Scale, phone: bool
) -> Drawing | Absent:
    """What each correlation is on days of a high VIX less what it is on the other days."""
    known = {each.key: each for each in held}
    if "VIX" not in known or len(held) < 2:
        return Absent("The VIX is missing.", "It tells the days of stress from the calm ones.")
    aligned = align(held, {each.key: each for each in hours})
    order = heatmap_order(correlation_matrix(aligned.moves, len(aligned.moves)).value)
    keys = [held[place].key for place in order]
    threshold = next(band.lower for band in scale.bands if band.severity is Severity.ELEVATED)
    stress, calm = split_by(aligned.moves[keys], known["VIX"].finished.close, threshold)
    found = stress_minus_calm(stress, calm)
    names = [known[key].instrument.short for key in keys]
    cells = [[found.cell(row, column) for column in keys] for row in keys]
    words = (
        f"VIX at {decimal(threshold)} or above ({len(stress)} sessions) less below it ({len(calm)}); "
        f"{int(found.marked.sum()) // 2} differences survive a 10% false-discovery test"
    )
    figure = difference(names, cells, height=560, phone=phone)
    return Drawing(figure, heatmap_alt(names, cells, "Differences of correlations"), finished(held), words)


def _write_value(number: Envelope) -> Write:
    return {
        "bp": lambda value: decimal(value, suffix=" bp"),
        "percent": lambda value: decimal(value, 2, suffix="%"),
        "ratio": lambda value: decimal(value, 3),
        "USD": lambda value: decimal(value, 2, prefix="$"),
    }.get(number.unit, lambda value: decimal(value, 2 if value is not None and abs(value) < 1000 else 0))


def _write_change(number: Envelope) -> Write:
    return basis_points if number.unit == "bp" else change
