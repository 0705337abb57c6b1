"""Furniture of every page: cards, charts, choices that stand in the address, what to say of gaps."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar
from uuid import uuid4

import streamlit as st

from app import present, session
from app.address import MOST_KEYS
from app.chart import chart
from app.present.drawing import Absent, Drawing
from app.services import known
from components.page.cards import Kind, Sentence, empty, facts, heading, headline, note, provenance
from components.page.html import Html, block, span
from components.page.numbers import Phrase
from components.page.tiles import Tile, tiles
from components.text import full_moment, say_sampling
from data_sources.errors import SourceError
from data_sources.feed import Batch
from market.bars import Bars
from market.calendars import FIRST_SESSION, day_of
from market.facts import Story
from market.publishers import publisher
from market.ranges import Range
from market.zones import Zone, write_zone

log = logging.getLogger(__name__)

NARROW = "narrow"
FIRST_DAY = date.fromisoformat(FIRST_SESSION)

T = TypeVar("T")


def show_html(content: Html) -> None:
    """Put a block of our own HTML on the page, in the colours the visitor chose; nothing if empty."""
    if not content:
        return
    st.html(
        content.replace('<div class="mk">', '<div class="mk mk-safe">') if session.view().cvd else content
    )


def show_story(story: Story) -> None:
    """The headline of a page and the grey sentences under it; their numbers open."""
    show_html(headline(story.headline, story.standfirst))


def show_rest(story: Story) -> None:
    """The facts that the headline left out, as a list; nothing where it told them all."""
    with st.container():
        if story.rest:
            with card("facts", "What the numbers say"):
                show_html(facts(fact.sentence for fact in story.rest))


def show_title(title: Sentence, lead: str) -> None:
    """The headline of a page that tells no ranked facts, and the sentences under it."""
    show_html(headline(title, lead))


def show_note(strong: str, text: str) -> None:
    """A short message inside a card; nothing where there is nothing to say."""
    if text:
        show_html(note(Kind.PLAIN, f"{strong}.", text))


@contextmanager
def card(name: str, title: str, definition: Phrase = "", formula: str | None = None) -> Iterator[None]:
    """A card with its heading; a bug inside it is logged, said in the card, and stops nothing else."""
    st.session_state["cards"].add(name)
    with st.container(border=True, key=f"card-{name}", height="stretch"):
        show_html(heading(title, definition, formula))
        try:
            yield
        except Exception:
            reference = uuid4().hex[:8]
            log.exception("card %s failed, reference %s", name, reference)
            show_html(
                note(
                    Kind.FAILED,
                    "This card failed to draw.",
                    f"The rest of the page is fine. Reference {reference}.",
                )
            )


def show(name: str, what: Drawing | Absent | Html) -> None:
    """Put a drawing on the page, with the line that says where its prices come from and up to when.

    A block of our own HTML goes as it is; what is absent is said. ``name`` keeps a chart's place when its
    figure changes.
    """
    match what:
        case Drawing(figure, alt, sources, words):
            height, safe = int(figure.layout.height), session.view().cvd
            caption = " · ".join(filter(None, [say_sources(sources), words]))
            chart(figure, key=name, alt=alt, height=height, safe_colours=safe, caption=caption)
            show_html(provenance(caption))
        case Absent(strong, text):
            show_html(empty(strong, text))
        case _:
            show_html(what)


def show_tiles(strip: Sequence[Tile]) -> None:
    """The strip of tiles."""
    show_html(tiles(strip))


def say_sources(sources: Iterable[Bars]) -> str:
    """Publishers, sampling, and the newest instant of several series, in one line."""
    every = list(sources)
    if not every:
        return "No source has an answer."
    publishers = ", ".join(dict.fromkeys(publisher(bars.provenance.source) for bars in every))
    sampling = ", ".join(dict.fromkeys(say_sampling(bars.provenance.sampling) for bars in every))
    moment = session.moment_now()
    newest = full_moment(max(bars.as_of for bars in every), *session.time_zone())
    progress = dict.fromkeys(
        f"{bars.instrument.short} so far from {publisher(bars.in_progress.source)}"
        for bars in every
        if bars.in_progress
    )
    gaps = present.say_gaps(every, moment)
    disputed = dict.fromkeys(
        told
        for bars in every
        for told in (present.say_dispute(bars, moment), present.say_doubts(bars))
        if told
    )
    older = dict.fromkeys(
        f"{bars.instrument.short} {told}" for bars in every if (told := present.say_older(bars))
    )
    late = dict.fromkeys(bars.provenance.stale_because for bars in every if bars.provenance.stale_because)
    return " · ".join(
        [
            f"Source: {publishers}",
            sampling,
            f"to {newest}",
            *older,
            *progress,
            *(f"late: {why}" for why in late),
            *(f"disputed: {told}" for told in disputed),
            *filter(None, [gaps]),
        ]
    )


def explain(batch: Batch) -> None:
    """Say what is wrong with the series of a page: on which two sources disagree, which jumps are in doubt,
    which closes of late are not there, and which series are missing.
    """
    moment = session.moment_now()
    disputes = [told for bars in batch if (told := present.say_dispute(bars, moment))]
    doubts = [told for bars in batch if (told := present.say_doubts(bars))]
    holes = [told for bars in batch if (told := present.say_holes(bars, moment))]
    with st.container():  # a place of its own, so that nothing below moves when there is something to say
        if disputes:
            show_html(note(Kind.STALE, "Two sources disagree.", " ".join(disputes)))
        if doubts:
            show_html(note(Kind.STALE, "Some prices are in doubt.", " ".join(doubts)))
        if holes:
            show_html(note(Kind.STALE, "Some closes are missing or came from elsewhere.", _first_of(holes)))
        _explain_missing(batch.missing)


def _explain_missing(missing: Sequence[SourceError]) -> None:
    """Say which series are not there and why; the page goes on without them."""
    if not missing:
        return
    show_html(
        note(Kind.STALE, "Some series are missing.", _first_of(list(map(present.say_missing, missing))))
    )


def _first_of(sentences: Sequence[str], *, most: int = 3) -> str:
    more = f" And {len(sentences) - most} more; Sources lists them all." if len(sentences) > most else ""
    return " ".join(sentences[:most]) + more


def is_phone() -> bool:
    """Whether the visitor's browser says that it runs on a phone, or its window is as narrow as one."""
    return "Mobi" in (st.context.headers.get("User-Agent") or "") or st.session_state.get(NARROW, False)


@contextmanager
def controls(name: str) -> Iterator[None]:
    """Choices side by side; those of a card stand beside its title where there is room."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"controls-{name}"):
        yield


def choose_range(options: Sequence[Range] = tuple(Range)) -> Range:
    """The look-back period, as a row of buttons; it stands in the address as ``range``."""
    return Range(choose_pill("range", "Range", [each.value for each in options], usual=usual_range()))


def usual_range() -> str:
    """The look-back period where nobody chose one: as many candles as can be told apart."""
    return (Range.QUARTER if is_phone() else Range.HALF).value


def choose_window(options: Sequence[int], *, idle: bool = False) -> int:
    """A number of sessions, as a row of buttons; one that came by address joins the row."""
    every = sorted({*options, session.view().window})
    chosen = choose_pill("window", "Window, sessions", every, idle=idle)
    show_html(block(span("mk-muted", "sessions", aria_hidden="true")))
    return int(chosen)


def choose_since() -> None:
    """The common date that falls and indexed lines start from; it stands in the address as ``since``."""
    span, today = session.feed().span, day_of(session.moment_now())
    first = day_of(span.start) if span.start else FIRST_DAY
    day = max(session.since().date(), first)
    key = session.control("since", day)
    if key not in st.session_state:
        st.session_state[key] = day
    st.date_input(
        "Since",
        min_value=first,
        max_value=max(day, today),
        **_noting("since", key),
        format="YYYY-MM-DD",
        label_visibility="collapsed",
        width=148,
    )


def choose_pill(
    name: str,
    label: str,
    options: Sequence[T],
    words: Callable[[T], str] = str,
    *,
    usual: object = "",
    idle: bool = False,
) -> T:
    """One of ``options`` as a row of buttons, ``usual`` at first; it stands in the address as ``name``.

    An ``idle`` row cannot be pressed, because what the page shows now does not depend on it.
    """
    key = _prepare(name, usual)
    chosen = st.segmented_control(
        label,
        options,
        **_noting(name, key),
        format_func=words,
        label_visibility="collapsed",
        required=True,
        disabled=idle,
    )
    return options[0] if chosen is None else chosen


def choose_key(keys: Sequence[str], usual: str = "") -> str:
    """One instrument, as a row of buttons; it stands in the address as ``keys``.

    Where the address asks for none it is ``usual``, or else the first. Where it asks only for others, the
    page says so.
    """
    options, asked = list(dict.fromkeys(keys)), session.view().keys
    usual = usual if usual in options else options[0]
    key = session.control("keys", usual)
    chosen = next((each for each in asked if each in options), usual)
    if asked and chosen not in asked:
        wanted = ", ".join(known()[each].short for each in asked)
        show_html(
            note(Kind.STALE, f"This page does not show {wanted}.", f"{known()[chosen].short} is shown.")
        )
    if key not in st.session_state:
        st.session_state[key] = chosen
    return (
        st.segmented_control(
            "Instrument",
            options,
            **_noting("keys", key),
            format_func=lambda each: known()[each].short,
            label_visibility="collapsed",
            required=True,
        )
        or chosen
    )


def choose_compared(usual: Sequence[str]) -> tuple[str, ...]:
    """What a chart compares, of all that has a price; it stands in the address as ``keys``."""
    options = [each.key for each in known() if each.has_price]
    asked = tuple(each for each in session.view().keys if each in options)
    key = session.control("keys", usual)
    if key not in st.session_state:
        st.session_state[key] = [*(asked or usual)]
    with st.popover("Compare", type="tertiary", icon=":material/checklist:"):
        st.pills(
            "Compare",
            options,
            selection_mode="multi",
            **_noting("keys", key),
            format_func=lambda each: known()[each].short,
            label_visibility="collapsed",
        )
    return asked or tuple(usual)


def choose_level(zones: Sequence[Zone], usual: Zone | None) -> Zone | None:
    """One of the zones as a row of buttons, ``usual`` at first; it stands in the address as ``level``."""
    if usual is None:
        return None
    by_name = {write_zone(zone): zone for zone in zones}
    inside = session.view().level if session.view().level in by_name else write_zone(usual)
    key = session.control("level", inside)
    if st.session_state.get(key) not in by_name:
        st.session_state[key] = inside
    name = st.segmented_control(
        "Level",
        list(by_name),
        **_noting("level", key),
        format_func=lambda name: by_name[name].name or name,
        label_visibility="collapsed",
        required=True,
    )
    return by_name[name or inside]


def choose_one(name: str, label: str, options: Sequence[T], words: Callable[[T], str] = str) -> T:
    """One of ``options`` from a list; it stands in the address as ``name``."""
    key = _prepare(name)
    chosen: T = st.selectbox(label, options, format_func=words, **_noting(name, key))
    return chosen


def choose_switch(name: str, label: str) -> bool:
    """On or off; it stands in the address as ``name``."""
    key = _prepare(name)
    return st.toggle(label, **_noting(name, key))


def _prepare(name: str, usual: object = "") -> str:
    key = session.control(name, usual)
    if key not in st.session_state:
        chosen = getattr(session.view(), name)
        st.session_state[key] = usual if chosen == "" else chosen
    return key


def _noting(name: str, key: str) -> dict[str, Any]:
    """What makes a control of ``name`` write to the view what a person chooses with it, and only that."""
    shown, was = st.session_state[key], getattr(session.view(), name)
    return {"key": key, "on_change": _remember, "args": (name, key, shown, was)}


def _remember(name: str, key: str, shown: object, was: object) -> None:
    """Take what a person chose with the control of ``name`` into the view."""
    if key not in st.session_state or not session.is_choice(name, key, st.session_state[key], shown, was):
        return
    said = st.session_state[key]
    if name == "keys":
        said = tuple(said[:MOST_KEYS]) if isinstance(said, list) else (said,)
    session.change(by=name, **{name: said})
