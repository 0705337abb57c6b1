"""What the Methods and Sources pages show, as components take it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from components.page.cards import facts
from components.page.html import Html, block, div, element, join, link
from components.page.tables import Align, Column, rows
from components.text import age, full_day, full_moment, price
from data_sources.feed import Batch
from market.bars import State
from market.definitions import Definition
from market.instruments import Instrument
from market.publishers import publisher

PARTS = (("How", "formula"), ("Sample", "sampling"), ("Gaps", "gaps"), ("Source", "source"))

SAID = {
    State.FINAL: "closed",
    State.PROVISIONAL: "open bar",
    State.STALE: "out of date",
    State.RECORDED: "recorded",
    State.DISPUTED: "disputed",
}


def conventions(sentences: Sequence[str]) -> Html:
    """The rules that every number keeps."""
    return facts(sentences)


def entries(group: str, definitions: Iterable[Definition]) -> Html:
    """The definitions of a group one below another, each with its anchor."""
    return block(div("mk-group-of", *(_entry(each) for each in definitions), id=anchor(group)))


def contents(groups: Iterable[str]) -> Html:
    """Links to the groups of definitions on this page."""
    return block(element("nav", *(link(each, f"#{anchor(each)}") for each in groups), class_="mk-contents"))


def anchor(group: str) -> str:
    """Where a group begins."""
    return f"group-{group.lower().replace(' ', '-')}"


def sources_table(caption: str, instruments: Iterable[Instrument], batch: Batch, moment: datetime) -> Html:
    """Every series: publisher, sampling, range, age at this moment and state; or why it is missing."""
    columns = (
        Column("Series", Align.TEXT),
        Column("Publisher", Align.PROSE),
        Column("Sampling", Align.TEXT, wide=True),
        Column("From", Align.TEXT, wide=True),
        Column("To", Align.TEXT),
        Column("Bars", wide=True),
        Column("Last"),
        Column("Age"),
        Column("State", Align.TEXT),
    )
    why = {error.instrument.key: str(error) for error in batch.missing}
    cells = []
    for each in instruments:
        bars = batch.get(each.key)
        if bars is None:
            cells.append((each.name, why.get(each.key, "missing"), "", "", "", "", "–", "–", "missing"))
            continue
        cells.append(
            (
                each.name,
                publisher(bars.provenance.source),
                bars.provenance.sampling,
                full_day(bars.dates[0].date()),
                full_moment(bars.as_of),
                f"{len(bars):,}",
                price(bars.last, each),
                age(moment - bars.as_of),
                SAID[bars.state],
            )
        )
    return rows(caption, columns, cells)


def _entry(each: Definition) -> Html:
    parts = [
        join((element("dt", name), element("dd", getattr(each, field))))
        for name, field in PARTS
        if getattr(each, field)
    ]
    return div("mk-entry", element("h3", each.title, class_="mk-title"), element("dl", *parts), id=each.key)
