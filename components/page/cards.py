"""The frame of a card and of a page: strip, headline, card heading, provenance, notes, facts, footer."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from components.page.html import EMPTY, Html, block, classes, div, element, join, link, span, unseen
from components.page.numbers import Number, Phrase, number_html, phrase_html
from components.text import age
from market.facts import Quoted

Sentence = str | Sequence[str | Quoted]
"""Words, or words and quoted numbers in order."""

WHOLE = 24
"""Letters of a quoted number that stay on one line; longer ones would not fit a phone."""

_TIED = re.compile(r"\b(?:at|its) $")
_RANGE = re.compile(r"\$?[\d.,]+[KMBT]?–\$?[\d.,]+[KMBT%]?")


class Mode(StrEnum):
    """Where the prices of a page come from."""

    LIVE = "LIVE"
    RECORDED = "RECORDED"
    REPLAY = "REPLAY"


class Mark(StrEnum):
    """The state of a market or a feed in the status strip; each has its own shape, never colour alone."""

    TRADING = "dot"
    CLOSED = "ring"
    LATE = "square"
    FAILED = "diamond"


@dataclass(frozen=True, slots=True)
class Signal:
    """One thing the status strip says."""

    mark: Mark
    text: str


def status_strip(mode: Mode, moment: str, signals: Sequence[Signal], brief: str) -> Html:
    """`RECORDED · 7 Feb 2026 15:30 UTC` and the state of markets and feeds; ``brief`` says it on a phone."""
    badge = span(
        "mk-badge-line",
        span(f"mk-badge mk-{mode.lower()}", mode.value),
        unseen(" · "),
        element("b", moment),
    )
    long = (
        span("mk-signal mk-wide", element("i", class_=f"mk-{s.mark}", aria_hidden="true"), s.text)
        for s in signals
    )
    return block(div("mk-strip", badge, *long, span("mk-signal mk-narrow", brief), role="status"))


def headline(title: Sentence, lead: Sentence = "") -> Html:
    """The finding of the page and the grey sentences under it.

    A quoted number can be opened; a range such as $68K–$70K never breaks over two lines.
    """
    grey = element("p", said(lead), class_="mk-lead") if lead else None
    return block(element("h1", said(title), class_="mk-h1"), grey)


def heading(title: str, definition: Phrase = "", anchor: str | None = None) -> Html:
    """The title of a card and the grey line that defines its number; "?" leads to ``anchor`` on Methods."""
    help_link = (
        link(
            "?",
            f"methods#{anchor}",
            "mk-help",
            aria_label=f"How this is computed: {title}",
            title="How this is computed",
        )
        if anchor
        else None
    )
    grey = element("p", phrase_html(definition), class_="mk-def") if definition else None
    return block(div("mk-head", element("h2", title, class_="mk-title"), help_link), grey)


def provenance(caption: str, links: Sequence[tuple[str, str]] = ()) -> Html:
    """The line under a chart: where it comes from, and links such as CSV and JSON."""
    return block(div("mk-source", caption, *_linked(links, " · ")))


class Kind(StrEnum):
    """What a note is about; sets the colour of its edge."""

    STALE = "mk-note-warn"
    FAILED = "mk-note-down"
    PLAIN = "mk-note-accent"


def note(kind: Kind, strong: str, text: str = "", action: tuple[str, str] | None = None) -> Html:
    """A short message inside a card or the page frame; ``action`` is the words and address of a link."""
    ending = join((" ", link(*action))) if action else EMPTY
    opening = element("b", strong)
    return block(
        div(classes("mk-note", kind.value), opening, " " if text else None, text, ending, role="note")
    )


def empty(strong: str, text: str = "") -> Html:
    """What stands in place of a chart that has nothing to draw."""
    return block(div("mk-empty", element("b", strong), span("", text)))


def facts(sentences: Iterable[Sentence]) -> Html:
    """Sentences one below another, their numbers to open."""
    return block(element("ul", *(element("li", said(each)) for each in sentences), class_="mk-facts"))


def age_badge(text: str, old: timedelta, late: bool) -> Html:
    """How old a feed is, marked when it is ``late``."""
    return span(classes("mk-age", "mk-late" if late else None), f"{text} {age(old)} old")


def counting_age(since: datetime, now: datetime, late: bool = False) -> Html:
    """The age of something, which `app/static/ages.js` lets count; marked when it is ``late``."""
    at = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return span(classes("mk-age", "mk-late" if late else None), age(now - since), data_since=at)


def footer(text: str, links: Sequence[tuple[str, str]] = (), address: str = "") -> Html:
    """The last line of a page: sources, and links to methods, CSV and JSON.

    It carries the ``address`` of the page at its moment for `app/static/open.js`, which cites it.
    """
    return block(div("mk-footer", text, *_linked(links, " "), data_address=address or None))


def _linked(links: Sequence[tuple[str, str]], first: str) -> list[Html | str]:
    """The links with dots between them, after whatever stands ``first``."""
    befores = [first, *[" · "] * len(links)]
    pairs = zip(befores, links, strict=False)
    return [piece for before, (words, href) in pairs for piece in (before, link(words, href))]


def said(sentence: Sentence) -> Html:
    """A sentence: each quoted number as one that opens, ranges kept on one line."""
    parts = [sentence] if isinstance(sentence, str) else sentence
    pieces: list[Html] = []
    before = ""
    for part in parts:
        if isinstance(part, Quoted):
            pieces.append(_quoted(part, before))
            before = ""
        else:
            rest, before = _cut(before + part)
            pieces.append(_kept_together(rest))
    return join([*pieces, before])


def _quoted(part: Quoted, before: str) -> Html:
    """A number that opens, on one line with the short word ``before`` it."""
    is_short = len(part.text) <= WHOLE
    number = number_html(Number(part.number, part.text, subject=part.key), "mk-nb" if is_short else "")
    return span("mk-nb", before, number) if before and is_short else join((before, number))


def _cut(text: str) -> tuple[str, str]:
    """``text`` up to the "at " or "its " that it ends with, and that word."""
    found = _TIED.search(text)
    return (text[: found.start()], found.group()) if found else (text, "")


def _kept_together(text: str) -> Html:
    pieces: list[str | Html] = []
    at = 0
    for match in _RANGE.finditer(text):
        pieces += [text[at : match.start()], span("mk-nb", match.group())]
        at = match.end()
    return join([*pieces, text[at:]])
