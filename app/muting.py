"""The link at the foot of a message that ends its kind: nothing is ended before a person says so."""

import streamlit as st

from app.services import store
from components.page.cards import Kind, note
from watch.store import StoreUnavailable

MUTE = "mute"


def keep_mute_link() -> None:
    """Take the link out of the address at once, so that it is neither shared nor logged again."""
    link = st.query_params.get(MUTE)
    if link:
        st.session_state[MUTE] = link


def offer_mute() -> None:
    """Ask whether to end the messages that a followed link belongs to."""
    link = st.session_state.get(MUTE)
    if not link:
        return
    st.html(
        note(
            Kind.PLAIN,
            "Stop these messages?",
            "Nothing more is sent there until its owner asks for it again.",
        )
    )
    if st.button("Stop them"):
        del st.session_state[MUTE]
        st.html(note(Kind.PLAIN, _mute(link)))


def _mute(link: str) -> str:
    try:
        found = store().mute_target(link)
    except StoreUnavailable:
        return "The watcher’s store cannot be reached now. Please follow the link again later."
    return "Done: nothing more is sent there." if found else "This link is not known, or its target is gone."
