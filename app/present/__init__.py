"""Readings as the tiles, rows and lines that components draw; what every page shows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from analytics import zone_numbers
from analytics.changes import Changed
from analytics.dividends import leaves_out_dividends
from analytics.drawdowns import low_on_high
from analytics.falls import AFTER, largest_falls
from analytics.readings import last_of, published_on, read, year_range
from analytics.zones import ZoneHistory
from app.present.drawing import Absent, remembered
from components.lines import Line
from components.page.html import Html
from components.page.levels import LevelRow
from components.page.numbers import Number, Phrase, Shown, Tone, priced, shown
from components.page.numbers import changed as changed_number
from components.page.tables import Align, Column, WatchRow, rows
from components.page.tiles import Tile
from components.text import (
    MISSING,
    Write,
    change,
    full_day,
    named_day,
    ordinal,
    percent,
    price,
    short_day,
    short_moment,
    weekday,
    zone_range,
)
from components.theme import OTHER, colour_of
from data_sources.agreement import disagreeing
from data_sources.errors import SourceError
from data_sources.feed import Batch
from data_sources.set_aside import doubts_in
from market.bars import Bars, State
from market.calendars import day_of
from market.happenings import happening_parts
from market.instruments import Instrument, Interval
from market.publishers import publisher
from market.readings import Envelope, Reading, Result, envelope
from market.zone_events import ZoneEvent

TILE_TRAIL = 45
ALMOST_ALL = 99.5
TABLE_TRAIL = 90
LATELY = timedelta(days=30)
"""How far back a missing close is said on a page; Sources lists every one."""


def finished(series: Iterable[Bars]) -> tuple[Bars, ...]:
    """What a statistic of finished bars was made from: no series with a bar still in progress."""
    return tuple(bars.finished for bars in series)


@remembered
def reading_of(bars: Bars) -> Reading:
    """The numbers of one instrument, worked out once."""
    return read(bars)


def readings_of(batch: Iterable[Bars]) -> dict[str, Reading]:
    """The reading of each instrument, by key."""
    return {bars.key: reading_of(bars) for bars in batch}


def tile(reading: Reading, bars: Bars) -> Tile:
    """One instrument in the strip: price, move, and how far from its high, or the range of its year."""
    instrument = reading.instrument
    name = "change_1d_bp" if instrument.moves_in_basis_points else "change_1d_pct"
    return Tile(
        name=instrument.short,
        value=priced(reading["last"], instrument),
        change=changed_number(reading[name], instrument),
        about=_about(reading, bars),
        when=say_day_of(bars),
        trail=trail(bars, TILE_TRAIL),
    )


def tiles_of(readings: Mapping[str, Reading], batch: Batch, instruments: Iterable[Instrument]) -> list[Tile]:
    """A tile for each instrument; one that is missing says so, and shows what a recording holds of it."""
    recorded = batch.recorded
    return [
        tile(readings[each.key], batch[each.key])
        if each.key in readings
        else recorded_tile(recorded[each.key])
        if each.key in recorded
        else Tile(each.short, MISSING, about="no prices")
        for each in instruments
    ]


def recorded_tile(bars: Bars) -> Tile:
    """A price that a recording holds while nobody tells today's: with its date, and nothing made of it."""
    value = priced(last_of(bars), bars.instrument)
    return Tile(bars.instrument.short, value, about="recorded; no newer price", when=last_day(bars))


def last_day(bars: Bars) -> str:
    """The day of the newest price with its year, for prices that may be of any: `6 Mar 2026`."""
    return full_day(bars.dates[-1].date())


def say_day_of(bars: Bars) -> str:
    """The day a tile's change belongs to: `Fri`, `today` while the bar is open; in full where it is stale."""
    day = bars.dates[-1].date()
    if bars.provenance.stale_because:
        return full_day(day)
    return "today" if bars.in_progress is not None else weekday(day)


def say_day_in(bars: Bars, day: date) -> str:
    """A day of ``bars``: with its year where that is not the year of their newest price, or that is old."""
    return short_day(day, None if bars.provenance.stale_because else bars.as_of)


def say_dispute(bars: Bars, moment: datetime) -> str:
    """What the two sources of a disputed price say of it, and which is shown; empty where none disagrees."""
    second = disagreeing(bars)
    if bars.state is not State.DISPUTED or second is None:
        return ""
    ours, instrument = publisher(bars.provenance.source), bars.instrument
    first = bars.frame["close"].get(pd.Timestamp(second.as_of), bars.last)
    theirs = f"{publisher(second.source)} says {price(second.value, instrument)}"
    values = f"{ours} says {price(float(first), instrument)}, {theirs}"
    return f"{instrument.name}, {named_day(day_of(second.as_of), moment)}: {values}. Showing {ours}."


def say_missing(error: SourceError) -> str:
    """Why a series is missing, and up to when a recording holds it, if one does."""
    recorded = error.recorded
    return f"{error} It is recorded up to {last_day(recorded)}." if recorded else str(error)


def say_older(bars: Bars) -> str:
    """Who tells the older closes of a joined history; empty where it is all of one source."""
    older = bars.provenance.older
    return f"before {full_day(day_of(older.before))} {publisher(older.provenance.source)}" if older else ""


def say_gaps(series: Iterable[Bars], moment: datetime) -> str:
    """Which of several series lack a close of the last weeks, for under a chart; empty where none does."""
    lacking: dict[str, list[str]] = {}
    for bars in series:
        for hole in bars.holes:
            if hole.at > moment - LATELY:
                lacking.setdefault(full_day(hole.day), []).append(bars.instrument.short)
    return "; ".join(f"no close of {day}: {', '.join(dict.fromkeys(who))}" for day, who in lacking.items())


def say_holes(bars: Bars, moment: datetime) -> str:
    """Which closes of the last weeks are missing and why, and which came from elsewhere; empty where none."""
    since = moment - LATELY
    holes = [hole for hole in bars.holes if hole.at > since]
    filled = [each for each in bars.provenance.filled if each.at > since]
    told = [f"{bars.instrument.name}: no close of {full_day(hole.day)} ({hole.why})." for hole in holes]
    told += [
        f"{bars.instrument.name}: the close of {full_day(day_of(each.at))} is from {publisher(each.source)}."
        for each in filled
    ]
    return " ".join(told)


def say_doubts(bars: Bars) -> str:
    """The jumps of ``bars`` that nothing bears out; empty where there is none."""
    if bars.state is not State.DISPUTED:
        return ""
    return " ".join(f"{bars.instrument.name}, {told}." for told in doubts_in(bars.provenance.notes))


def common_start(series: Iterable[Bars], since: datetime) -> tuple[datetime, str]:
    """The midnight that begins the first day of which all of ``series`` are known, no earlier than that of
    ``since``, and how the day is said.
    """
    day = max([since.date(), *(day_of(bars.since) for bars in series)])
    return datetime(day.year, day.month, day.day, tzinfo=UTC), full_day(day)


def say_mixed(series: Iterable[Bars]) -> str:
    """Which of several series are measured to a bar in progress; empty where all or none are."""
    every = list(series)
    moving = [bars.instrument.short for bars in every if bars.in_progress is not None]
    if not moving or len(moving) == len(every):
        return ""
    return f"{', '.join(moving)}: so far today; the others: to their last close"


def say_without_dividends(series: Iterable[Bars]) -> str:
    """Which of ``series`` leave out the dividends that they pay; empty where none does."""
    told = [bars.instrument.short for bars in series if leaves_out_dividends(bars)]
    return f"{', '.join(told)}: without dividends" if told else ""


def trail(bars: Bars, count: int) -> list[float]:
    """The last closes for a sparkline."""
    return trail_of(bars.linked, count)


def trail_of(values: pd.Series, count: int = TILE_TRAIL) -> list[float]:
    """The last values of any line for a sparkline, gaps left out."""
    return [float(value) for value in values.dropna().iloc[-count:]]


def watch_row(reading: Reading, bars: Bars) -> WatchRow:
    """One line of the watch list."""
    instrument = reading.instrument
    unit = "bp" if instrument.moves_in_basis_points else "pct"
    return WatchRow(
        name=instrument.short,
        when=say_day_of(bars),
        last=priced(reading["last"], instrument),
        day=changed_number(reading[f"change_1d_{unit}"], instrument),
        week=changed_number(reading[f"change_1w_{unit}"], instrument),
        from_high=shown(reading["drawdown_pct"], change, Tone.MUTED),
        year=changed_number(reading[f"ytd_{unit}"], instrument),
        trail=trail(bars, TABLE_TRAIL),
    )


def recorded_row(bars: Bars) -> WatchRow:
    """One line of the watch list for what only a recording holds."""
    value = priced(last_of(bars), bars.instrument)
    when = f"recorded {last_day(bars)}"
    return WatchRow(bars.instrument.short, when, value, MISSING, MISSING, MISSING, MISSING)


def changes_table(changed: Iterable[Changed]) -> Html:
    """What changed since the close before: price, move, and how unusual the move is."""
    columns = (
        Column("Market", Align.TEXT),
        Column("Last"),
        Column("Change", strong=True),
        Column("Larger than"),
    )
    cells = [
        (
            f"{row.instrument.short}{_say_when(row.last)}",
            priced(row.last, row.instrument),
            changed_number(row.move, row.instrument),
            _share_of_days(row),
        )
        for row in changed
    ]
    return rows("What changed since the close before", columns, cells)


def _say_when(last: Envelope) -> str:
    """What a price says of its age: that it moves, or its whole date where it is out of date."""
    if last.state is State.STALE and last.as_of:
        return f", {full_day(day_of(last.as_of))}"
    return ", so far" if last.state is State.PROVISIONAL else ""


def _share_of_days(row: Changed) -> Shown:
    share = row.unusual
    if row.move.value is None:
        return Number(share, "no close before", Tone.MUTED)
    if share.value is None:
        return Number(share, f"too few days: {share.n}", Tone.MUTED)
    if share.value > ALMOST_ALL:
        return Number(share, f"all others of {share.n} days")
    return shown(share, lambda value: f"{percent(value)} of {share.n} days")


def told(number: Envelope, write: Write, tone: Tone = Tone.PLAIN) -> Number:
    """``number`` as written, or in its place the reason why it is missing, where a table has room for it."""
    if number.value is None:
        return Number(number, number.why or MISSING, Tone.MUTED)
    return shown(number, write, tone)


def reach_shown(history: ZoneHistory, days: Bars) -> Number:
    """How far the price has to go to the nearest edge of a zone."""
    return shown(zone_numbers.reach_of(history, days), lambda way: change(way) if way else "now")


def say_since(history: ZoneHistory) -> str:
    """The day a zone's state began; empty where that is the first day known."""
    return f"since {full_day(day_of(history.since))}" if history.since and not history.from_start else ""


def level_row(history: ZoneHistory, days: Bars) -> LevelRow:
    """One zone: its name, how far the price has to go, its state in a word, and since when."""
    word = history.word
    return LevelRow(
        name=history.zone.name or zone_range(history.zone, days.instrument),
        reach=reach_shown(history, days),
        state=word.value if word else "–",
        since=say_since(history),
        attention=word is not None and word.value in ("Inside", "Testing"),
    )


def say_event(event: ZoneEvent, history: ZoneHistory, followed: Sequence[Bars]) -> tuple[str, Phrase]:
    """When and what, for the list of events; the price in it opens."""
    instrument = followed[0].instrument
    before, at, after = happening_parts(event, history.zone, instrument)
    number = zone_numbers.event_price(event, history.zone, followed)
    subject = zone_range(history.zone, instrument)
    is_hourly = event.interval is Interval.HOUR
    when = short_moment(event.time, followed[-1].as_of) if is_hourly else full_day(day_of(event.time))
    return when, (before, Number(number, at, subject=subject), after)


def latest_events(
    histories: Sequence[ZoneHistory], followed: Sequence[Bars], count: int
) -> list[tuple[str, Phrase]]:
    """The newest events of several zones, newest first, from the bars they were ``followed`` on."""
    every: list[tuple[datetime, ZoneEvent, ZoneHistory]] = [
        (event.time, event, history) for history in histories for event in history.events
    ]
    newest = sorted(every, key=lambda each: each[0], reverse=True)[:count]
    return [say_event(event, history, followed) for _, event, history in newest]


def line(bars: Bars, values: pd.Series) -> Line:
    """A series under its instrument's name and colour."""
    colour = colour_of(bars.key)
    weight = 2.6 if bars.key == "BTC" else 1.5 if colour == OTHER else 2.2
    return Line(bars.instrument.short, values, colour, weight)


def lines_of(held: Iterable[Bars], values_of: Callable[[pd.Series], pd.Series]) -> list[Line]:
    """A line for each of ``held`` that has two points or more; every second grey one is dashed."""
    lines = [line(bars, values_of(bars.linked)) for bars in held]
    lines = [each for each in lines if len(each.known) > 1]
    dashed = [each.name for each in lines if each.colour == OTHER][1::2]
    return [replace(each, dashed=each.name in dashed) for each in lines]


def _about(reading: Reading, bars: Bars) -> Phrase:
    instrument, second = reading.instrument, disagreeing(bars)
    if bars.state is State.DISPUTED and second is not None:
        other = f"{publisher(second.source)} says {price(second.value, instrument)}"
        return shown(reading["last"], lambda _: other, Tone.WARN)
    if reading["drawdown_pct"].value is not None:
        since = f" since {bars.dates[0].year}" if bars.provenance.windowed else ""
        return shown(reading["drawdown_pct"], lambda value: f"{change(value)} from high{since}", Tone.MUTED)
    low, high = (priced(each, instrument) for each in year_range(bars))
    is_whole = len(bars) >= instrument.calendar.periods_per_year
    span = "1 yr" if is_whole else f"since {full_day(bars.dates[0].date())}"
    printed = published_on(bars)
    published = "" if printed is None else f", published {weekday(printed)}"
    return f"{span}: ", low, " to ", high, published


def falls_table(bars: Bars | None, count: int) -> Html | Absent:
    """The largest one-day falls: rank, day, size, and the five closes after."""
    falls = largest_falls(bars, count) if bars else ()
    if bars is None or not falls:
        return Absent("No falls yet.")
    columns = (
        Column("", Align.TEXT),
        Column("Day", Align.TEXT),
        Column("Fall", strong=True),
        Column("5 closes later"),
    )
    cells = [
        (
            ordinal(fall.rank),
            f"{full_day(fall.day)}, so far" if fall.change.state is State.PROVISIONAL else full_day(fall.day),
            changed_number(fall.change, bars.instrument),
            "not yet" if fall.after.n < AFTER else shown(fall.after, change, Tone.MUTED),
        )
        for fall in falls
    ]
    newest = bars.dates[-1].date()
    current = next((place for place, fall in enumerate(falls) if fall.day == newest), None)
    return rows("Largest one-day falls", columns, cells, current)


def from_high_table(bars: Bars | None) -> Html | Absent:
    """The distance from the high on closes, and of the last day's low from the highest high before it."""
    if bars is None:
        return Absent("No prices.")
    columns = (Column("From the high", Align.TEXT), Column("", strong=True))
    deepest = low_on_high(bars.finished.frame["high"], bars.finished.frame["low"])
    found = Result.missing("No highs and lows are published.")
    if deepest.notna().any():
        found = Result.missing("The last day has no high and low.")
    if len(deepest) and not np.isnan(deepest.iloc[-1]):
        found = Result(100 * float(deepest.iloc[-1]), n=int(deepest.count()), as_of=bars.finished.as_of)
    cells = [
        ("Close on close, now", shown(reading_of(bars)["drawdown_pct"], change)),
        ("Low on high, last finished day", shown(envelope(found, bars, "percent", "low_on_high"), change)),
    ]
    return rows("From the high", columns, cells)
