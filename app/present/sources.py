"""What the Sources page shows, as components take it: every series, and every provider."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from app.present import say_older
from app.present.drawing import Absent
from components.page.cards import counting_age
from components.page.html import Html
from components.page.tables import Align, Column, rows
from components.text import MISSING, age, full_day, full_moment, price, say_sampling, short_moment
from data_sources.breaker import BreakerState
from data_sources.feed import Batch
from data_sources.health import ProviderHealth
from market.bars import Bars, State
from market.calendars import day_of
from market.instruments import Instrument, Interval
from market.publishers import publisher

# Two sources of one publisher.
SERIES = {"yahoo_adjusted": "Yahoo Finance, adjusted for dividends"}
SAID = {
    State.FINAL: "closed",
    State.PROVISIONAL: "open bar",
    State.STALE: "out of date",
    State.RECORDED: "recorded",
    State.DISPUTED: "disputed",
}


MOST_GAPS = 40
"""How many missing closes are named; the rest are counted."""


def sources_table(caption: str, instruments: Iterable[Instrument], batch: Batch, moment: datetime) -> Html:
    """Every series: publisher, sampling, range, age at this moment and state; or why it is missing."""
    columns = (
        Column("Series", Align.TEXT),
        Column("Publisher", Align.PROSE),
        Column("Sampling", Align.TEXT, wide=True),
        Column("From", Align.TEXT, wide=True),
        Column("To", Align.TEXT, wide=True),
        Column("Bars", wide=True),
        Column("Last", wide=True),
        Column("Age"),
        Column("State", Align.TEXT),
    )
    why, recorded = {error.instrument.key: error.reason for error in batch.missing}, batch.recorded
    cells = []
    for each in instruments:
        bars = batch.get(each.key) or recorded.get(each.key)
        if bars is None:
            cells.append((each.name, why.get(each.key, "missing"), "", "", "", "", "–", "–", "missing"))
            continue
        cells.append(
            (
                each.name,
                _say_publisher(bars, why.get(each.key)),
                say_sampling(bars.provenance.sampling),
                full_day(bars.dates[0].date()),
                full_moment(bars.as_of),
                f"{int(bars.close.count()):,}",
                MISSING if each.of else price(bars.last, each),  # the level of a total return means nothing
                age(moment - bars.as_of),
                SAID[bars.state],
            )
        )
    return rows(caption, columns, cells)


def gaps_table(instruments: Iterable[Instrument], batch: Batch) -> Html | Absent:
    """Every close that is missing, was set aside or came from a second source, newest first, and why."""
    told: list[tuple[datetime, Instrument, str]] = []
    for each in instruments:
        bars = batch.get(each.key)
        if bars is None:
            continue
        told += [(hole.at, each, f"missing: {hole.why}") for hole in bars.holes]
        told += [
            (aside.at, each, f"set aside: {aside.why}")
            for aside in bars.provenance.set_aside
            if aside.at > bars.as_of
        ]
        told += [(one.at, each, f"taken from {publisher(one.source)}") for one in bars.provenance.filled]
    if not told:
        return Absent("Every session and day between the first close and the last has its close.")
    told.sort(key=lambda row: row[0], reverse=True)
    columns = (Column("Series", Align.TEXT), Column("Day", Align.TEXT), Column("Close", Align.PROSE))
    cells = [(each.name, full_day(day_of(at)), what) for at, each, what in told[:MOST_GAPS]]
    more = [(f"and {len(told) - MOST_GAPS} more", "", "")] if len(told) > MOST_GAPS else []
    return rows("Closes that are missing or came from elsewhere", columns, [*cells, *more])


def notes_table(instruments: Iterable[Instrument], batch: Batch) -> Html | Absent:
    """What the gates did to each series, a sentence each."""
    told = [(each.name, note) for each in instruments for note in _notes_of(batch.get(each.key))]
    if not told:
        return Absent("No price was changed or left out.")
    return rows("What the gates did", (Column("Series", Align.TEXT), Column("", Align.PROSE)), told)


def _notes_of(bars: Bars | None) -> tuple[str, ...]:
    return bars.provenance.notes if bars else ()


def _say_publisher(bars: Bars, why: str | None) -> str:
    """Who published ``bars``, and their older closes; ``why`` only a recording has them."""
    named = ", ".join(filter(None, (publisher(bars.provenance.source), say_older(bars))))
    return f"{why}; recorded from {named}" if why else named


def providers_table(health: Mapping[str, ProviderHealth], now: datetime) -> Html:
    """Every provider: state, last answer, next try, how often it was asked and failed, what went wrong."""
    columns = (
        Column("Provider", Align.TEXT),
        Column("State", Align.TEXT),
        Column("Last answer"),
        Column("Next try"),
        Column("Asked", wide=True),
        Column("Failed", wide=True),
        Column("Last trouble", Align.PROSE),
    )
    cells = [
        (
            SERIES.get(name) or publisher(name),
            say_state(each),
            counting_age(each.last_success, now) if each.last_success else MISSING,
            f"in {age(each.next_try - now)}" if each.next_try and each.next_try > now else MISSING,
            f"{each.requests:,}",
            f"{each.failures:,}",
            say_trouble(each, now),
        )
        for name, each in health.items()
    ]
    return rows("Providers", columns, cells)


def say_state(each: ProviderHealth) -> str:
    """How a provider is doing, in a few words."""
    if not each.was_asked:
        return "not asked yet"
    if each.breaker is BreakerState.OPEN:
        return "left alone"
    if each.breaker is BreakerState.PROBING:
        return "about to be tried again"
    if each.hanging:
        return "keeps us waiting"
    return "answers" if each.last_success else "no answer yet"


def say_trouble(each: ProviderHealth, now: datetime) -> str:
    """What went wrong last, and when; what is wrong with our own disk."""
    when = f", {short_moment(each.last_error_at, now)} UTC" if each.last_error_at else ""
    told = [f"{each.last_error}{when}" if each.last_error else "", each.storage or ""]
    return ". ".join(filter(None, told)) or "none"


def say_on_their_way(questions: Sequence[tuple[str, str, Interval, float]]) -> str:
    """How many questions have no answer yet, at which providers, and since when the oldest waits."""
    if not questions:
        return "Every question has its answer."
    oldest = age(timedelta(seconds=max(seconds for *_, seconds in questions)))
    at = Counter(publisher(source) for source, *_ in questions)
    told = ", ".join(f"{name} {count}" for name, count in at.most_common())
    return f"On their way, the oldest for {oldest}: {told}."
