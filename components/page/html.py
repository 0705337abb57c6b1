"""Safe HTML: made of elements, never of strings, so that text from outside is escaped wherever it ends up."""

from collections.abc import Iterable

from components.text import escape_html


class Html(str):
    """Markup that is safe to show, because `element` or `join` built it."""

    __slots__ = ()


EMPTY = Html("")


def element(
    name: str, *children: str | Html | None, class_: str = "", **attributes: str | bool | None
) -> Html:
    """One element; text is escaped, None left out.

    An attribute written ``data_value`` becomes ``data-value``; None and False leave it out, True gives it no
    value.
    """
    given = {"class": class_ or None, **attributes}
    written = "".join(_attribute(key, value) for key, value in given.items())
    return Html(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Iterable[str | Html | None]) -> Html:
    """Several pieces one after another, text escaped."""
    return Html("".join(_safe(child) for child in children if child is not None))


def div(class_: str, *children: str | Html | None, **attributes: str | bool | None) -> Html:
    """A `div` of one class."""
    return element("div", *children, class_=class_, **attributes)


def span(class_: str, *children: str | Html | None, **attributes: str | bool | None) -> Html:
    """A `span` of one class."""
    return element("span", *children, class_=class_, **attributes)


def unseen(text: str) -> Html:
    """Text for those who listen to the page rather than look at it."""
    return span("mk-sr", text)


def link(text: str | Html, href: str, class_: str = "", **attributes: str | bool | None) -> Html:
    """A link to an address of our own or to a publisher; any other scheme is shown as text."""
    if not _may_link(href):
        return span(class_, text)
    return element("a", text, class_=class_, href=href, target="_self", **attributes)


def block(*parts: str | Html | None, safe: bool = False) -> Html:
    """The frame that every piece of our HTML stands in; ``safe`` takes the colour-blind pair."""
    return div("mk mk-safe" if safe else "mk", *parts)


def classes(*names: str | None) -> str:
    """Class names in one string, empty ones left out."""
    return " ".join(name for name in names if name)


def _safe(child: str | Html) -> str:
    return child if isinstance(child, Html) else escape_html(child)


def _attribute(name: str, value: str | bool | None) -> str:
    if value is None or value is False:
        return ""
    key = name.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape_html(str(value))}"'


def _may_link(href: str) -> bool:
    scheme, colon, _ = href.partition(":")
    return not colon or scheme in ("http", "https") or not scheme.replace("+", "").isalnum()
