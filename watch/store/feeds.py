"""Level events and alerts as feeds: Atom and JSON Feed, for readers that need no account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from json import dumps
from xml.sax.saxutils import escape, quoteattr

from watch.store.pages import Alert

TITLE = "Market Stress: key levels"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# XML 1.0 has no place for these, not even escaped.
_UNSAYABLE = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed; ``id`` never changes and tells nothing of whose rule it was."""

    id: str
    at: datetime
    title: str
    text: str
    link: str


def items_of(alerts: Iterable[Alert]) -> tuple[Item, ...]:
    """The entries for alerts that were told, newest first as given."""
    return tuple(
        Item(_id(each.episode), each.at, each.title, each.text, each.link)
        for each in alerts
        if not each.quiet
    )


def atom(items: Iterable[Item], address: str) -> str:
    """An Atom document (RFC 4287) whose own address is ``address``."""
    entries = tuple(items)
    updated = max((each.at for each in entries), default=NEVER)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<title>{TITLE}</title>",
        f"<id>{_say(address or TITLE)}</id>",
        f"<updated>{_stamp(updated)}</updated>",
        "<author><name>Market Stress</name></author>",
    ]
    if address:
        lines.append(f'<link rel="self" href={_quote(address)}/>')
    for each in entries:
        lines += [
            "<entry>",
            f"<id>{each.id}</id>",
            f"<title>{_say(each.title)}</title>",
            f"<updated>{_stamp(each.at)}</updated>",
            f"<summary>{_say(each.text)}</summary>",
        ]
        if each.link:
            lines.append(f"<link href={_quote(each.link)}/>")
        lines.append("</entry>")
    return "\n".join([*lines, "</feed>", ""])


def json_feed(items: Iterable[Item], address: str, home: str) -> str:
    """A JSON Feed (version 1.1) whose own address is ``address``, about the page ``home``."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": TITLE,
        **({"feed_url": address} if address else {}),
        **({"home_page_url": home} if home else {}),
        "items": [
            {
                "id": each.id,
                "title": each.title,
                "content_text": each.text,
                "date_published": _stamp(each.at),
                **({"url": each.link} if each.link else {}),
            }
            for each in items
        ],
    }
    return dumps(document, ensure_ascii=False)


def _id(episode: str) -> str:
    return f"urn:sha256:{sha256(episode.encode()).hexdigest()}"


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _say(text: str) -> str:
    return escape(text.translate(_UNSAYABLE))


def _quote(text: str) -> str:
    return quoteattr(text.translate(_UNSAYABLE))
