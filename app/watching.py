"""The controls of the Key levels page: your own zones, and what the watcher tells you of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import streamlit as st

from app import session
from app.address import MOST_ZONES
from app.permission import owner, take_link, why_not
from app.services import known, store
from app.widgets import show_html
from components.page.cards import Kind, note
from components.page.tables import Align, Column, rows
from components.text import MISSING, age, full_moment, zone_range
from market.rules import LevelRule
from market.zone_events import Happening
from market.zones import Zone, write_zone
from watch.store import Refused, StoreUnavailable

LATE = timedelta(minutes=2)
MUTE = timedelta(days=1)
KINDS = {
    "Lost or reclaimed": frozenset({Happening.LOST, Happening.RECLAIMED}),
    "Entered or rejected": frozenset({Happening.ENTERED, Happening.REJECTED}),
    "Wicks and jumps": frozenset({Happening.WICK, Happening.GAP_OVER}),
}
PLACES = {
    "ntfy": "A topic, such as market-stress-7f3a",
    "telegram": "Bot token and chat number, with a space between",
    "discord": "The address of the channel’s webhook",
    "slack": "The address of the channel’s webhook",
    "email": "An address",
    "webhook": "An https address that takes JSON",
}


def edit_zones(key: str) -> None:
    """Add, move and delete zones; they live in the address."""
    own = [zone for zone in session.view().zone if zone.key == key]
    with st.form("add-zone", border=False):
        low, high = st.columns(2)
        lowest = low.number_input("Lowest price", min_value=0.0, value=None, placeholder="68000")
        highest = high.number_input("Highest price", min_value=0.0, value=None, placeholder="70000, or empty")
        if st.form_submit_button("Add this level"):
            _add_zone(key, lowest, highest)
    for zone in own:
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.text(zone_range(zone, known()[key]))
        button.button("Delete", key=f"delete-{write_zone(zone)}", on_click=_drop_zone, args=(zone,))
    if not own:
        show_html(note(Kind.PLAIN, "No level of your own yet.", "One you add stands in the address at once."))


def say_watcher() -> str:
    """When the watcher was last seen."""
    try:
        seen = store().watcher()
    except StoreUnavailable as away:
        return str(away)
    if seen is None:
        return "No watcher has run yet: start one with make watch"
    old = seen.age(datetime.now(UTC))
    late = " It is late: nothing is watched now." if old > LATE else ""
    return f"Watcher last seen {age(old)} ago.{late}"


def show_rules(level: Zone | None) -> None:
    """What is watched and how it stands; where it is allowed, controls to add, mute and delete."""
    mine = owner()
    with _told():
        statuses = store().statuses()
        columns = (
            Column("Watched", Align.TEXT),
            Column("Condition", Align.TEXT, strong=True),
            Column("Prices", Align.TEXT),
            Column("Since", Align.TEXT, wide=True),
            Column("Muted", Align.TEXT, wide=True),
        )
        cells = [
            (
                each.rule.name or ", ".join(each.rule.keys),
                each.condition.value,
                each.health.value.replace("_", " "),
                full_moment(each.since, *session.time_zone()) if each.since else MISSING,
                full_moment(each.muted_until, *session.time_zone()) if each.muted_until else "no",
            )
            for each in statuses
        ]
        show_html(rows("Rules", columns, cells) if cells else note(Kind.PLAIN, "Nothing is watched yet."))
        if mine is None:
            show_html(note(Kind.PLAIN, why_not()))
            take_link()
            return
        _offer_rule(mine, level)
        for each in store().statuses(mine):
            words, mute, delete = st.columns([4, 1, 1], vertical_alignment="center")
            words.text(each.rule.name or each.rule.id)
            mute.button("Mute a day", key=f"mute-{each.rule.id}", on_click=_mute, args=(mine, each.rule.id))
            delete.button("Delete", key=f"rule-{each.rule.id}", on_click=_delete, args=(mine, each.rule.id))


def show_targets() -> None:
    """Where messages go, for who may say so."""
    mine = owner()
    if mine is None:
        return
    with _told(), st.expander("Where messages go"):
        for target in store().targets(mine):
            words, code, remove = st.columns([3, 2, 1], vertical_alignment="bottom")
            state = target.broken or ("in use" if target.confirmed_at else "waits for its code")
            words.text(f"{target.kind} {target.label}: {'muted' if target.muted_at else state}")
            if target.confirmed_at is None:
                typed = code.text_input("Code", key=f"code-{target.id}", max_chars=12)
                if typed:
                    store().confirm_target(mine, target.id, typed)
                    st.rerun()
            remove.button("Remove", key=f"target-{target.id}", on_click=_remove, args=(mine, target.id))
        kind = st.selectbox("Service", list(PLACES))
        address = st.text_input("Address", placeholder=PLACES[kind], max_chars=300)
        if st.button("Add and send me a code") and address:
            store().add_target(mine, kind, address)
            st.rerun()


def show_log() -> None:
    """The newest alerts."""
    with _told():
        alerts = store().alerts(20)
        columns = (
            Column("When", Align.TEXT),
            Column("What", Align.PROSE, strong=True),
            Column("Source", Align.TEXT, wide=True),
        )
        cells = [
            (
                full_moment(each.at, *session.time_zone()),
                each.title + (" (kept quiet)" if each.quiet else ""),
                each.source,
            )
            for each in alerts
        ]
        show_html(rows("Alert log", columns, cells) if cells else note(Kind.PLAIN, "The alert log is empty."))


@contextmanager
def _told() -> Iterator[None]:
    """Say in one sentence what the store could not do, or would not."""
    try:
        yield
    except Refused as refusal:
        show_html(note(Kind.STALE, str(refusal)))
    except StoreUnavailable as away:
        show_html(note(Kind.FAILED, str(away), "The levels above do not need it."))


def _offer_rule(mine: str, level: Zone | None) -> None:
    if level is None:
        return
    kinds, button = st.columns([2, 3], vertical_alignment="bottom")
    words = f"Tell me of {zone_range(level, known()[level.key])}"
    chosen = kinds.selectbox(words, list(KINDS), key="watched-kinds")
    button.button("Watch", on_click=_watch, args=(mine, level, chosen))


def _add_zone(key: str, lowest: float | None, highest: float | None) -> None:
    if lowest is None:
        return
    try:
        zone = Zone(key, lowest, lowest if highest is None else highest)
    except ValueError as problem:
        show_html(note(Kind.STALE, f"This level cannot be used: {problem}."))
        return
    kept = session.view().zone
    if len(kept) >= MOST_ZONES:
        show_html(note(Kind.STALE, f"A link holds {MOST_ZONES} levels at most. Delete one first."))
        return
    session.change(zone=tuple(dict.fromkeys((*kept, zone))), level=write_zone(zone))
    st.rerun()


def _drop_zone(zone: Zone) -> None:
    session.change(zone=tuple(each for each in session.view().zone if each != zone), level="")


def _watch(mine: str, level: Zone, kinds: str) -> None:
    name = f"{known()[level.key].short} {zone_range(level, known()[level.key])}: {kinds.lower()}"
    identity = sha256(f"{mine}/{write_zone(level)}/{kinds}".encode()).hexdigest()[:16]
    _change(lambda: store().save_rule(mine, LevelRule(identity, level, KINDS[kinds], name=name)))


def _mute(mine: str, rule: str) -> None:
    _change(lambda: store().mute_rule(mine, rule, datetime.now(UTC) + MUTE))


def _delete(mine: str, rule: str) -> None:
    _change(lambda: store().delete_rule(mine, rule))


def _remove(mine: str, target: str) -> None:
    _change(lambda: store().remove_target(mine, target))


def _change(act: Callable[[], None]) -> None:
    with _told():
        act()
