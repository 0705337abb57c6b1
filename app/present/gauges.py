"""Official gauges of stress, as components take them: each on its own scale."""

from datetime import datetime, timedelta

import pandas as pd

from analytics.gauges import Gauge, gauge, unknown
from app.present import line
from app.present.drawing import Drawing, remembered
from components.multiples import Panel, multiples, multiples_alt
from components.page.html import Html
from components.page.numbers import Shown, Tone, shown
from components.page.tables import Align, Column, rows
from components.text import MISSING, Write, basis_points, change, decimal, full_day, percentile_place
from data_sources.feed import Batch
from market.bars import Bars
from market.calendars import day_of
from market.instruments import Instrument

NOTE = "Published with a delay; zero is average stress for the OFR and for St. Louis"
DRAWN = timedelta(days=3 * 365)
NO_GAUGES = (
    "The OFR and St. Louis Fed indices, the high-yield spread and the broad dollar have no values here."
)


def words(official: Batch) -> str:
    """What the card shows, under its title; that there is nothing to show where no gauge has a value."""
    return NOTE if official.found else NO_GAUGES


def table(official: Batch) -> Html:
    """Value, day, change and percentile of each gauge; nothing where none has a value."""
    if not official.found:
        return Html("")
    columns = (
        Column("Gauge", Align.TEXT),
        Column("Newest", strong=True),
        Column("Day"),
        Column("Change", wide=True),
        Column("Percentile"),
        Column("n", grey=True, wide=True),
    )
    found = [gauge(bars) for bars in official]
    found += [unknown(error.instrument, str(error)) for error in official.missing]
    return rows("Official gauges of stress", columns, [_row(each) for each in found])


@remembered
def panels(official: tuple[Bars, ...], moment: datetime, phone: bool) -> Drawing | Html:
    """The last three years of each gauge, on its own scale; nothing where there is none."""
    start = pd.Timestamp(moment - DRAWN)
    held = {each: each.finished.close.loc[start:] for each in official}
    told = {each: values for each, values in held.items() if len(values) > 1}
    if not told:
        return Html("")
    drawn = [Panel(line(each, values), _writer(each.instrument)) for each, values in told.items()]
    figure = multiples(drawn, across=4, phone=phone)
    return Drawing(figure, multiples_alt(drawn, "Newest values"), tuple(told), "the last three years")


def _row(each: Gauge) -> tuple[Shown, ...]:
    return (
        each.instrument.name,
        shown(each.value, _writer(each.instrument)),
        full_day(day_of(each.value.as_of)) if each.value.as_of else MISSING,
        shown(each.change, _change_writer(each.change.unit), Tone.MUTED),
        shown(each.percentile, percentile_place),
        decimal(each.percentile.n),
    )


def _writer(instrument: Instrument) -> Write:
    if instrument.moves_in_basis_points:
        return lambda value: decimal(value, 2, suffix="%")
    return lambda value: decimal(value, 1 if instrument.has_price else 2)


def _change_writer(unit: str) -> Write:
    if unit == "points":
        return lambda value: decimal(value, 2, signed=True)
    return basis_points if unit == "bp" else change
