"""Tiles: six numbers in one strip, each with its change, a line of context and a small line."""

from collections.abc import Sequence
from dataclasses import dataclass

from components.page.html import Html, block, classes, div, element, span, unseen
from components.page.numbers import Number, Phrase, Shown, Tone, number_html, phrase_html, sign_of
from components.page.sparkline import sparkline
from market.bars import State

ARROWS = {1: "▲", -1: "▼", 0: "■"}
SAID = {1: "up ", -1: "down ", 0: "unchanged "}


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile: ``when`` is the day or window of the change ("Fri", "24 h"), ``about`` muted context."""

    name: str
    value: Shown
    change: Shown = ""
    about: Phrase = ""
    when: str = ""
    trail: Sequence[float] = ()


def tiles(strip: Sequence[Tile]) -> Html:
    """The strip: six in a row, three on a tablet, two on a phone."""
    return block(element("ul", *(_tile(each) for each in strip), class_="mk-tiles"))


def _tile(tile: Tile) -> Html:
    tone = tile.change.tone if isinstance(tile.change, Number) else Tone.MUTED
    return element(
        "li",
        div("mk-tile-name", span("", tile.name), span("", tile.when)),
        div("mk-tile-row", number_html(tile.value, "mk-tile-value"), sparkline(tile.trail, tone.value)),
        div(classes("mk-tile-change", tone.value), *_change(tile.change)),
        div("mk-tile-about", phrase_html(tile.about) if tile.about else None),
        class_="mk-tile",
    )


def _change(change: Shown) -> tuple[str | Html | None, ...]:
    if not change:
        return ()
    if isinstance(change, str) or change.envelope.value is None:
        return (number_html(change),)
    sign = sign_of(change.text)
    so_far = span("mk-sofar", " so far") if change.envelope.state is State.PROVISIONAL else None
    arrow = span("mk-arrow", ARROWS[sign], aria_hidden="true")
    return unseen(SAID[sign]), arrow, " ", number_html(change), so_far
