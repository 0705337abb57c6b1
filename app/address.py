"""The address is the share link: what a page shows, read from and written to its query string.

Reading never fails: a value that cannot be used is replaced by the default and named in a notice.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from market.catalogue import Catalogue, load
from market.moments import parse_moment, write_moment
from market.ranges import Range, parse_window
from market.text import clipped
from market.trackers import is_tracker
from market.zones import Zone, parse_zone, write_zone

MOST_ZONES = 12
MOST_KEYS = 12
METHODS = ("pearson", "spearman")
LANGUAGES = ("en",)
THEMES = ("light", "dark")
ELSEWHERE = frozenset({"embed", "embed_options", "mute"})  # read by Streamlit and `app.muting`
MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class View:
    """Everything that a link keeps. None and empty mean the page's own default."""

    asof: datetime | None = None
    range: str = ""
    window: int = 60
    method: str = "pearson"
    since: date | None = None
    zone: tuple[Zone, ...] = ()
    keys: tuple[str, ...] = ()
    log: bool = False
    stress: bool = False
    daily: bool = False
    level: str = ""
    tz: str = ""
    cvd: bool = False
    card: str = ""
    lang: str = "en"


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one part of a view is written; ``read`` raises `ValueError` with the end of a sentence."""

    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    most: int = 0


def _window(text: str) -> int:
    try:
        return parse_window(text)
    except ValueError as problem:
        raise ValueError(f"is {problem}") from None


def _range(text: str) -> str:
    try:
        return Range(text.lower()).value
    except ValueError:
        raise ValueError("is not a range") from None


def _method(text: str) -> str:
    if text.lower() in METHODS:
        return text.lower()
    raise ValueError("is not a correlation method we know")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a date such as 2025-10-01") from None


def _flag(text: str) -> bool:
    if text in ("0", "1"):
        return text == "1"
    raise ValueError("is neither 0 nor 1")


def _zone_name(text: str) -> str:
    try:
        return ZoneInfo(text).key if text else ""
    except (ValueError, OSError, KeyError):
        raise ValueError("is not a time zone") from None


def _language(text: str) -> str:
    if text in LANGUAGES:
        return text
    raise ValueError("is not a language we have yet")


def _card(text: str) -> str:
    if text.replace("-", "").isascii() and text.replace("-", "").isalnum():
        return text
    raise ValueError("is not a card")


def _asof(text: str) -> datetime:
    try:
        return parse_moment(text)
    except ValueError as problem:
        raise ValueError(
            f"is {problem}" if str(problem).startswith("not") else f"cannot be used: {problem}"
        ) from None


def _known_key(known: Catalogue, text: str) -> str:
    if text.upper() in known:
        return text.upper()
    raise ValueError("is not an instrument we know")


def _known_zone(known: Catalogue, text: str) -> Zone:
    try:
        zone = parse_zone(text)
    except ValueError as problem:
        raise ValueError(f"cannot be used: {problem}") from None
    _known_key(known, zone.key)
    return zone


def parameters(known: Catalogue) -> dict[str, Parameter]:
    """Every parameter of an address by name."""
    flag = Parameter(_flag, lambda on: "1" if on else "0")
    return {
        "asof": Parameter(_asof, write_moment),
        "range": Parameter(_range),
        "window": Parameter(_window),
        "method": Parameter(_method),
        "since": Parameter(_date),
        "zone": Parameter(
            lambda text: _known_zone(known, text), lambda zone: write_zone(zone, named=True), most=MOST_ZONES
        ),
        "keys": Parameter(lambda text: _known_key(known, text), most=MOST_KEYS),
        "log": flag,
        "stress": flag,
        "daily": flag,
        "level": Parameter(lambda text: write_zone(_known_zone(known, text))),
        "tz": Parameter(_zone_name),
        "cvd": flag,
        "card": Parameter(_card),
        "lang": Parameter(_language),
    }


def read_address(query: Mapping[str, Sequence[str]], base: View | None = None) -> tuple[View, list[str]]:
    """The view an address asks for on top of ``base``, and a sentence for each part that is of no use."""
    known = parameters(load())
    view, notices = base or View(), [*_strangers(query, known), *_odd_theme(query.get("theme", ()))]
    for name, parameter in known.items():
        texts = [text for text in query.get(name, ()) if text]
        if name == "keys":
            texts = [key for text in texts for key in text.split(",") if key]
        values, faults = [], []
        for text in texts[: max(1, parameter.most)]:
            try:
                values.append(parameter.read(text))
            except ValueError as problem:
                faults.append(f"“{name}={clipped(text)}” {problem}.")
        instead = "The others are used." if values else "The default is shown."
        notices += [f"{fault} {instead}" for fault in faults]
        if len(texts) > max(1, parameter.most):
            used = f"first {parameter.most} are" if parameter.most > 1 else "first is"
            notices.append(f"“{name}” is given {len(texts)} times; only the {used} used.")
        if values:
            chosen: Any = tuple(dict.fromkeys(values)) if parameter.most else values[0]
            view = replace(view, **{name: chosen})
    return view, list(dict.fromkeys(notices))


def write_address(view: View, *, everything: bool = False) -> dict[str, str | list[str]]:
    """The query string of ``view``: what differs from the default, or ``everything`` that has a value."""
    default, query = View(), dict[str, str | list[str]]()
    for name, parameter in parameters(load()).items():
        value = getattr(view, name)
        if value in (None, "", ()) or (value == getattr(default, name) and not everything):
            continue
        if name == "keys":
            query[name] = ",".join(value)
        elif parameter.most:
            query[name] = [parameter.write(each) for each in value]
        else:
            query[name] = parameter.write(value)
    return query


def _strangers(query: Mapping[str, Sequence[str]], known: Mapping[str, Parameter]) -> list[str]:
    """One sentence for all names in an address that nobody reads, but those that only follow the reader."""
    ours = {*known, *ELSEWHERE, "theme"}
    strange = [name for name in query if name not in ours and not is_tracker(name)]
    if not strange:
        return []
    named = [f"“{clipped(name)}”" for name in strange[:MOST_NAMED]]
    if len(strange) > MOST_NAMED:
        named.append(f"{len(strange) - MOST_NAMED} more")
    told = f"{', '.join(named[:-1])} and {named[-1]}" if len(named) > 1 else named[0]
    return [f"Nothing here is called {told}; the rest of the link is used."]


def _odd_theme(texts: Sequence[str]) -> list[str]:
    """What to say of a theme that `api.page` cannot ask for."""
    odd = [text for text in texts if text and text not in THEMES]
    return (
        [f"“theme={clipped(odd[0])}” is not a theme; light and dark are. The default is shown."]
        if odd
        else []
    )
