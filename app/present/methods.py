"""What the Methods page shows, as components take it."""

from collections.abc import Iterable, Sequence

from components.page.cards import facts
from components.page.html import Html, block, div, element, join, link
from market.definitions import Definition

PARTS = (("How", "formula"), ("Sample", "sampling"), ("Gaps", "gaps"), ("Source", "source"))


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


def _entry(each: Definition) -> Html:
    parts = [
        join((element("dt", name), element("dd", _marked(getattr(each, field)))))
        for name, field in PARTS
        if getattr(each, field)
    ]
    return div("mk-entry", element("h3", each.title, class_="mk-title"), element("dl", *parts), id=each.key)


def _marked(text: str) -> Html:
    """A definition as Methods shows it: what stands in backticks is a mark of a number."""
    return join(element("i", part) if place % 2 else part for place, part in enumerate(text.split("`")))
