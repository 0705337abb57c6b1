"""Key levels: where the price stands among its zones, what state each is in, and what happened last."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from components.page.html import EMPTY, Html, block, classes, div, element, join
from components.page.numbers import Number, Phrase, Shown, Tone, number_html, phrase_html
from components.page.tables import Align, Column, table_of, table_row
from components.text import short_price
from market.instruments import Instrument
from market.zones import Zone

# Widths in pixels, to tell which labels would touch on a phone.
PHONE_WIDTH = 318
LETTER = 6.4
GAP = 8


def level_strip(last: Number, zones: Sequence[Zone], instrument: Instrument) -> Html:
    """The price as a pin over its zones, on a log scale; a phone drops labels that would touch.

    Nothing at all without a price.
    """
    price_now = last.envelope.value
    if price_now is None or price_now <= 0:
        return EMPTY
    prices = [price_now, *(price for zone in zones for price in (zone.low, zone.high))]
    low, high = log(min(prices)) - 0.06, log(max(prices)) + 0.035

    def place(price: float) -> float:
        return 100 * (log(price) - low) / (high - low)

    ordered = sorted(zones, key=lambda zone: (zone.low, zone.high))
    middles = [(place(zone.low) + place(zone.high)) / 2 for zone in ordered]
    names = [zone_mark(zone, instrument) for zone in ordered]
    kept = _apart(middles, names)
    marks = (
        div(classes("mk-mark", _edge(middle), None if keep else "mk-wide"), name, style=_left(middle))
        for middle, name, keep in zip(middles, names, kept, strict=True)
    )
    blocks = (_block(zone, price_now, place(zone.low), place(zone.high)) for zone in ordered)
    at = place(price_now)
    pin = div(classes("mk-pin", _edge(at)), number_html(last), style=_left(at))
    stem = div("mk-stem", style=_left(at))
    said = f"{instrument.name} at {last.text}. Levels: " + ", ".join(names) + "."
    return block(div("mk-ruler", div("mk-track"), *blocks, stem, pin, *marks, role="group", aria_label=said))


def zone_mark(zone: Zone, instrument: Instrument) -> str:
    """A zone under the strip, without currency: `68–70K`, `80.6K`."""
    low, high = (short_price(price, instrument).lstrip("$") for price in (zone.low, zone.high))
    if zone.is_level:
        return high
    return f"{low[:-1] if low[-1:] == high[-1:] and low[-1:].isalpha() else low}–{high}"


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One zone in the table: how far the price has to go, where it stands, and since when."""

    name: Shown
    reach: Shown
    state: str
    since: Shown = ""
    attention: bool = False


def level_table(caption: str, levels: Sequence[LevelRow]) -> Html:
    """The zones, one a row; states are words, and the one that asks for attention is amber."""
    columns = (
        Column("Level", Align.TEXT),
        Column("To reach it"),
        Column("State", strong=True),
        Column("", grey=True, wide=True),
    )
    body = [
        table_row(
            columns,
            [number_html(level.name), number_html(level.reach), _state(level), number_html(level.since)],
        )
        for level in levels
    ]
    return block(table_of(caption, columns, body))


def events(happened: Sequence[tuple[str, Phrase]]) -> Html:
    """What happened last: a time, then a sentence, its price to open."""
    items = (
        element("li", element("time", when), element("span", phrase_html(what))) for when, what in happened
    )
    return block(element("ul", join(items), class_="mk-events"))


def _state(level: LevelRow) -> Html:
    return number_html(level.state, Tone.WARN.value if level.attention else "")


def _block(zone: Zone, last: float, low: float, high: float) -> Html:
    if zone.is_level:
        return div("mk-block mk-thin", style=_left(low))
    names = classes("mk-block", "mk-in" if last in zone else None)
    return div(names, style=f"{_left(low)};width:{high - low:.2f}%")


def _left(place: float) -> str:
    return f"left:{place:.2f}%"


def _edge(place: float) -> str | None:
    return "mk-first" if place < 7 else "mk-last" if place > 93 else None


def _apart(places: Sequence[float], names: Sequence[str]) -> list[bool]:
    """Which labels stay on a phone, from the left: those that do not touch the last one kept."""
    kept: list[bool] = []
    free = float("-inf")
    for place, name in zip(places, names, strict=True):
        middle, half = place / 100 * PHONE_WIDTH, len(name) * LETTER / 2
        keep = middle - half >= free
        kept.append(keep)
        free = middle + half + GAP if keep else free
    return kept
