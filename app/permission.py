"""Who may change what this server keeps: on a laptop whoever sits at it, on a host who signed in or holds a
link.
"""

from hashlib import sha256

import streamlit as st

from app.services import settings, store
from market.zones import Zone
from watch.store import LOCAL, Capability, StoreUnavailable

HELD = "capability"
TYPED = "capability-typed"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")


def owner() -> str | None:
    """Whose levels, rules and targets this visitor may change; None for a visitor who may only look."""
    if settings().read_only:
        return None
    if not settings().public_url and _sits_here():
        return LOCAL
    if st.user.get("is_logged_in"):
        return _signed_in()
    held = _held()
    return held.owner if held is not None and held.may_edit else None


def seen_by_visitor() -> str | None:
    """Whose levels, rules and alerts this visitor sees: their own, those of a link to look, and on a
    read-only copy its operator's.
    """
    if settings().read_only:
        return LOCAL
    held = _held()
    return owner() or (held.owner if held is not None else None)


def zones_kept_by(mine: str) -> tuple[Zone, ...]:
    """The zones that ``mine`` keeps on this server; none where its store is away, or was never begun."""
    if not store().exists():
        return ()
    try:
        return store().zones(mine)
    except StoreUnavailable:
        return ()


def why_not() -> str:
    """The sentence that stands in place of a control a visitor may not use."""
    if settings().read_only:
        return "This copy is read-only. Your levels stay in the link."
    if st.session_state.get(HELD):
        return "This link only lets you look." if _held() else "This link is not known, or it has ended."
    return "Saving and alerts on this server need a capability link. Your levels stay in the link you share."


def take_link() -> None:
    """A place to hand in a capability link, where the server asks for one."""
    if settings().read_only:
        return
    if st.secrets.load_if_toml_exists() and "auth" in st.secrets:
        st.button("Sign in", on_click=st.login)
    st.text_input(
        "Capability link", type="password", key=TYPED, on_change=_hold, help="Kept for this visit only."
    )


def _hold() -> None:
    # Streamlit forgets what was typed with the box it was typed in, and the box goes once the link is known.
    st.session_state[HELD] = st.session_state[TYPED].strip()


def _held() -> Capability | None:
    """What the link that this visitor handed in allows, asked anew each time: it may have been revoked."""
    link = st.session_state.get(HELD)
    if not link:
        return None
    try:
        return store().capability(link)
    except StoreUnavailable:
        return None


def _signed_in() -> str | None:
    """Who has signed in, by a name of a fixed length; None where the provider does not say who."""
    issuer, subject = st.user.get("iss") or "", st.user.get("sub") or st.user.get("email")
    if not subject:
        return None
    return f"user/{sha256(f'{issuer} {subject}'.encode()).hexdigest()[:32]}"


def _sits_here() -> bool:
    """Whether the visitor's browser runs on this machine, and no proxy stands between."""
    return st.context.ip_address is None and not any(name in st.context.headers for name in FORWARDED)
