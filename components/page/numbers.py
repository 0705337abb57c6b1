"""A number on the screen: how it is written, and the envelope it stands for."""

from dataclasses import dataclass
from enum import StrEnum

from components.page.html import Html, classes, element, link, span, unseen
from components.text import Write, change_writer, full_moment, price_writer
from market.bars import State
from market.instruments import Instrument
from market.readings import Envelope

# What rises when markets fall: its rise is drawn in the colour of a fall.
FEAR = frozenset({"VIX"})

_SAID = {
    State.PROVISIONAL: "provisional, the bar is not closed",
    State.STALE: "out of date",
    State.DISPUTED: "two sources disagree",
}


class Tone(StrEnum):
    """What colour a number takes; its sign and arrow say the same."""

    PLAIN = ""
    UP = "mk-up"
    DOWN = "mk-down"
    MUTED = "mk-muted"
    WARN = "mk-warn"


@dataclass(frozen=True, slots=True)
class Number:
    """An `Envelope` as it is written; ``href`` is where a reader can open it."""

    envelope: Envelope
    text: str
    tone: Tone = Tone.PLAIN
    href: str | None = None

    def __str__(self) -> str:
        return self.text


Shown = Number | str


def shown(envelope: Envelope, write: Write, tone: Tone = Tone.PLAIN, href: str | None = None) -> Number:
    """``envelope`` written by one of the functions of `components.text`."""
    return Number(envelope, write(envelope.value), tone, href)


def priced(envelope: Envelope, instrument: Instrument, href: str | None = None) -> Number:
    """A price of ``instrument``."""
    return shown(envelope, price_writer(instrument), href=href)


def changed(envelope: Envelope, instrument: Instrument, href: str | None = None) -> Number:
    """A move of ``instrument``: teal up, vermilion down; a yield stays grey, a fear gauge is turned round."""
    text = change_writer(instrument)(envelope.value)
    return Number(envelope, text, _tone(text, instrument), href)


def sign_of(text: str) -> int:
    """-1, 0 or 1: the sign as written, so that colour and arrow can never contradict the text."""
    return -1 if text.startswith("−") else 1 if text.startswith("+") else 0


def number_html(number: Shown, class_: str = "") -> Html:
    """The number with its full value, formula and state on it, for tests and for the reader who hovers."""
    if isinstance(number, str):
        return span(class_, number)
    envelope = number.envelope
    carried = {
        "data_value": "" if envelope.value is None else repr(envelope.value),
        "data_formula": envelope.formula,
        "data_state": str(envelope.state),
        "title": told(envelope),
    }
    names = classes("mk-n", number.tone.value, class_)
    why = unseen(f" {envelope.why}") if envelope.why else None
    if number.href:
        return link(number.text, number.href, names, **carried)
    return element("span", number.text, why, class_=names, **carried)


def told(envelope: Envelope) -> str:
    """One line about a number: source, time, how many observations, and what is wrong with it."""
    if envelope.value is None:
        return envelope.why or "missing"
    parts = [envelope.source, envelope.sampling]
    if envelope.as_of:
        parts.append(full_moment(envelope.as_of))
    if envelope.n > 1:
        parts.append(f"n {envelope.n:,}")
    parts.append(_SAID.get(envelope.state, ""))
    return " · ".join(part for part in parts if part)


def _tone(text: str, instrument: Instrument) -> Tone:
    sign = sign_of(text)
    if sign == 0 or instrument.moves_in_basis_points or instrument.flow:
        return Tone.MUTED
    if instrument.key in FEAR:
        sign = -sign
    return Tone.UP if sign > 0 else Tone.DOWN
