"""The feeds are valid, whatever the names in them."""

import json
from datetime import UTC, datetime
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from watch.store.feeds import atom, items_of, json_feed
from watch.store.pages import Alert

NOW = datetime(2026, 2, 20, tzinfo=UTC)
SPACE = "{http://www.w3.org/2005/Atom}"


def alert(title: str = "Lost", *, quiet: bool = False) -> Alert:
    return Alert(
        "local/z/lost", "z", "level", NOW, title, "Close $67,004.", "https://a.example/levels?a=1&b=2",
        67_004.0, NOW, "A", quiet,
    )  # fmt: skip


def test_what_nobody_was_told_is_not_in_the_feed() -> None:
    assert len(items_of([alert(), alert(quiet=True)])) == 1


def test_atom_carries_the_entry_and_its_link() -> None:
    root = ElementTree.fromstring(atom(items_of([alert()]), "https://a.example/feed"))
    entry = root.find(f"{SPACE}entry")
    assert entry is not None
    assert entry.findtext(f"{SPACE}title") == "Lost"
    assert entry.findtext(f"{SPACE}updated") == "2026-02-20T00:00:00Z"
    link = entry.find(f"{SPACE}link")
    assert link is not None
    assert link.get("href") == "https://a.example/levels?a=1&b=2"
    assert "local" not in (entry.findtext(f"{SPACE}id") or "")


def test_an_empty_feed_is_a_feed() -> None:
    assert ElementTree.fromstring(atom([], "")).findtext(f"{SPACE}updated") == "1970-01-01T00:00:00Z"
    assert json.loads(json_feed([], "", ""))["items"] == []


@given(st.text())
def test_no_name_breaks_a_feed(name: str) -> None:
    items = items_of([alert(name)])
    ElementTree.fromstring(atom(items, "https://a.example/feed").encode("utf-8", "replace"))
    assert json.loads(json_feed(items, "", ""))["items"][0]["title"] == name
