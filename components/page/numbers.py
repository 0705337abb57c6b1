"""A number on the screen: how it is written, and the envelope it stands for, so that a reader can open it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from components.page.html import Html, classes, element, join, span, unseen
from components.page.quotes import quote
from components.text import Write, change_writer, price_writer, say_sampling
from market.bars import SecondOpinion
from market.instruments import Instrument
from market.publishers import publisher
from market.readings import Envelope


class Tone(StrEnum):
    """What colour a number takes; its sign and arrow say the same."""

    PLAIN = ""
    UP = "mk-up"
    DOWN = "mk-down"
    MUTED = "mk-muted"
    WARN = "mk-warn"


@dataclass(frozen=True, slots=True)
class Number:
    """An `Envelope` as it is written; ``subject`` is what it is about, where its place does not say so."""

    envelope: Envelope
    text: str
    tone: Tone = Tone.PLAIN
    subject: str = ""

    def __str__(self) -> str:
        return self.text


Shown = Number | str
Phrase = Shown | Sequence[Shown]
"""A number, words, or several of both in order."""


def shown(envelope: Envelope, write: Write, tone: Tone = Tone.PLAIN) -> Number:
    """``envelope`` written by one of the functions of `components.text`."""
    return Number(envelope, write(envelope.value), tone)


def priced(envelope: Envelope, instrument: Instrument) -> Number:
    """A price of ``instrument``."""
    return shown(envelope, price_writer(instrument))


def changed(envelope: Envelope, instrument: Instrument) -> Number:
    """A move of ``instrument``: teal up, vermilion down; a yield stays grey, a fear gauge is turned round."""
    text = change_writer(instrument)(envelope.value)
    return Number(envelope, text, _tone(text, instrument))


def sign_of(text: str) -> int:
    """-1, 0 or 1: the sign as written, so that colour and arrow can never contradict the text."""
    return -1 if text.startswith("−") else 1 if text.startswith("+") else 0


def number_html(number: Shown, class_: str = "") -> Html:
    """The number as a button that `app/static/open.js` opens; it carries all that is known about it."""
    if isinstance(number, str):
        return span(class_, number)
    envelope = number.envelope
    why = unseen(f" {envelope.why}") if envelope.why else None
    return element(
        "span",
        number.text,
        why,
        class_=classes("mk-n", number.tone.value, class_),
        role="button",
        tabindex="0",
        data_value="" if envelope.value is None else repr(envelope.value),
        data_formula=envelope.formula,
        data_state=str(envelope.state),
        data_about=about(envelope),
        data_quote=quote(envelope, number.text) or None,
        data_subject=number.subject or None,
    )


def phrase_html(phrase: Phrase) -> Html:
    """Words and numbers in order, each number to open."""
    parts = (phrase,) if isinstance(phrase, str | Number) else phrase
    return join(part if isinstance(part, str) else number_html(part) for part in parts)


def about(envelope: Envelope) -> str:
    """What else is known of a number, in the order in which `app/static/open.js` reads it.

    Fields stand between bars, parts of a field between semicolons; what comes last and is empty is left out.
    The reason why a number is missing stands beside it, for those who listen to the page.
    """
    made_of = [f"{_plain(name)}={_plain(_exact(value))}" for name, value in envelope.inputs]
    fields = [
        _plain(envelope.unit),
        _time(envelope.as_of),
        _time(envelope.fetched_at),
        _plain(publisher(envelope.source)),
        _plain(say_sampling(envelope.sampling)),
        str(envelope.n or ""),
        _exact(envelope.low),
        _exact(envelope.high),
        ";".join(_plain(flag) for flag in envelope.flags),
        ";".join(made_of),
        ";".join(_second(envelope.second)) if envelope.second else "",
    ]
    return "|".join(fields).rstrip("|")


def _second(opinion: SecondOpinion) -> tuple[str, ...]:
    difference = _exact(100 * opinion.difference)
    return _plain(publisher(opinion.source)), _exact(opinion.value), difference, _time(opinion.as_of)


def _exact(value: float | str | None) -> str:
    """A number to ten digits, which is more than any publisher gives."""
    return value if isinstance(value, str) else "" if value is None else f"{value:.10g}"


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


def _plain(text: str) -> str:
    """Text without the marks that part fields."""
    return text.replace("|", "/").replace(";", ",")


def _tone(text: str, instrument: Instrument) -> Tone:
    sign = sign_of(text)
    if sign == 0 or instrument.moves_in_basis_points or instrument.flow:
        return Tone.MUTED
    if instrument.fear:  # what rises when markets fall: its rise is drawn in the colour of a fall
        sign = -sign
    return Tone.UP if sign > 0 else Tone.DOWN
