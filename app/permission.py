"""Who may change what this server keeps: on a laptop everyone, on a host who signed in or holds a link."""

import streamlit as st

from app.services import settings, store
from watch.store import LOCAL, StoreUnavailable

HELD = "capability"


def owner() -> str | None:
    """Whose rules and targets this visitor may change; None for a visitor who may only look."""
    if settings().read_only:
        return None
    if not settings().public_url:
        return LOCAL
    if st.user.get("is_logged_in"):
        return f"user/{st.user.get('sub') or st.user.get('email')}"
    link = st.session_state.get(HELD)
    if not link:
        return None
    try:
        held = store().capability(str(link))
    except StoreUnavailable:
        return None
    return held.owner if held is not None and held.may_edit else None


def why_not() -> str:
    """The sentence that stands in place of a control a visitor may not use."""
    if settings().read_only:
        return "This copy is read-only. Your levels stay in the link."
    return "Saving and alerts on this server need a capability link. Your levels stay in the link you share."


def take_link() -> None:
    """A place to hand in a capability link, where the server asks for one."""
    if settings().read_only or not settings().public_url:
        return
    if st.secrets.load_if_toml_exists() and "auth" in st.secrets:
        st.button("Sign in", on_click=st.login)
    st.text_input("Capability link", type="password", key=HELD, help="Kept for this visit only.")
