"""Where messages go: the targets of a visitor who may say so."""

from collections.abc import Sequence

import streamlit as st

from app.permission import owner
from app.services import store
from app.watching import change, told, why_unheard
from watch.store import TargetStatus

PLACES = {
    "ntfy": "A topic, such as market-stress-7f3a",
    "telegram": "Bot token and chat number, with a space between",
    "discord": "The address of the channel’s webhook",
    "slack": "The address of the channel’s webhook",
    "email": "An address",
    "webhook": "An https address that takes JSON",
}


def show_targets() -> None:
    """Where messages go, and controls to add, confirm, unmute and remove."""
    mine = owner()
    if mine is None:
        return
    with told():
        _targets(mine, store().targets(mine))


def _targets(mine: str, targets: Sequence[TargetStatus]) -> None:
    with st.expander("Where messages go", expanded=bool(why_unheard(targets))):
        for each in targets:
            _row(mine, each)
        kind = st.selectbox("Service", list(PLACES))
        address = st.text_input("Address", placeholder=PLACES[kind], max_chars=500)
        if st.button("Add and send me a code") and address:
            store().add_target(mine, kind, address)
            st.rerun()


def _row(mine: str, each: TargetStatus) -> None:
    words, code, act, remove = st.columns([3, 2, 2, 2], vertical_alignment="bottom")
    words.text(f"{each.label}: {_say(each)}")
    if each.confirmed_at is None:
        key = f"code-{each.id}"
        code.text_input("Code", key=key, max_chars=12)
        act.button("Confirm", key=f"confirm-{each.id}", on_click=_confirm, args=(mine, each.id, key))
    elif each.muted_at is not None:
        act.button("Unmute", key=f"unmute-{each.id}", on_click=_unmute, args=(mine, each.id))
    remove.button("Remove", key=f"target-{each.id}", on_click=_remove, args=(mine, each.id))


def _say(each: TargetStatus) -> str:
    if each.broken:
        return f"given up, it {each.broken}"
    if each.confirmed_at is None:
        return f"waits for its code{_late(each)}"
    return "muted" if each.muted_at else f"in use{_late(each)}"


def _late(each: TargetStatus) -> str:
    return f"; not delivered so far: {each.late}" if each.late else ""


def _confirm(mine: str, target: str, key: str) -> None:
    # A guess is a press of the button: a page that redraws itself must not use one up.
    typed = st.session_state.get(key, "")
    if typed.strip():
        change(mine, lambda: store().confirm_target(mine, target, typed))


def _unmute(mine: str, target: str) -> None:
    change(mine, lambda: store().unmute_target(mine, target))


def _remove(mine: str, target: str) -> None:
    change(mine, lambda: store().remove_target(mine, target))
