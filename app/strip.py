"""The status strip: where prices come from, what trades, who is late; and the refresh of live pages."""

from collections.abc import Mapping
from datetime import UTC, datetime

import streamlit as st

from app import session
from app.script import script
from app.services import settings, sources
from app.widgets import NARROW
from components.page.cards import Kind, Mark, Mode, Signal, note, status_strip
from components.page.html import Html
from components.text import age, weekday
from data_sources import settings as modes
from data_sources.health import ProviderHealth
from market.calendars import NEW_YORK, SessionState, session_state
from market.moments import say_moment
from market.publishers import publisher

ARRIVING = 2.0
USUAL = 10.0
NAMED = 3


def show_strip() -> None:
    """Draw the strip; on a live page look for newer prices every few seconds, and show them."""
    is_waiting = sources().live is not None and session.feed().span.moment is not None
    watches = (
        sources().live is not None and session.view().asof is None and not st.session_state.get("paused")
    )
    every = (ARRIVING if is_waiting else USUAL) if watches else None
    seen = _changes()

    @st.fragment(run_every=every)
    def strip() -> None:
        if watches and _has_news(seen):
            st.rerun()
        st.html(_strip())
        seen_narrow = st.session_state.get(NARROW, False)
        window = script("ages")(key="ages", data={"narrow": seen_narrow}, on_narrow_change=lambda: None)
        if window.narrow is not None and window.narrow != seen_narrow:
            st.session_state[NARROW] = window.narrow
            st.rerun()

    strip()


def say_waiting() -> Html | None:
    """What a page says while the recording stands in for providers that have not answered."""
    span = session.feed().span
    if sources().live is None or span.moment is None:
        return None
    asked = [each for each in sources().health().values() if each.was_asked]
    up = [each for each in asked if each.last_success]
    return note(
        Kind.STALE,
        "No provider has answered yet.",
        f"These prices come from the recording of {say_moment(span.moment)}. "
        f"{len(up)} of {len(asked)} providers have answered; the page changes by itself when prices come.",
    )


def _has_news(seen: int) -> bool:
    """Whether prices have changed since this page was drawn; asks anew where that is due."""
    sources().ask_all()
    if sources().feed() is not session.feed():
        return True
    return session.feed().span.moment is None and _changes() != seen


def _changes() -> int:
    providers = sources().providers
    return providers.changes() if providers else 0


def _strip() -> Html:
    moment, now = session.moment(), datetime.now(UTC)
    at = moment or now
    is_recorded = settings().mode is modes.Mode.RECORDED or session.feed().span.moment is not None
    mode = Mode.RECORDED if is_recorded else Mode.REPLAY if moment else Mode.LIVE
    stocks = session_state(at)
    signals = [
        Signal(Mark.TRADING if stocks.is_open else Mark.CLOSED, _say_stocks(stocks)),
        Signal(Mark.TRADING, "Crypto trading"),
        *([] if is_recorded or moment else _say_providers(sources().health(), now)),
    ]
    late = sum(signal.mark in (Mark.LATE, Mark.FAILED) for signal in signals)
    brief = f"US stocks {'open' if stocks.is_open else 'closed'}, crypto open."
    return status_strip(mode, say_moment(at), signals, f"{brief} {late} late." if late else brief)


def _say_providers(health: Mapping[str, ProviderHealth], now: datetime) -> list[Signal]:
    """The providers that are not well, the first few by name."""
    ill = [each for each in health.values() if each.was_asked and not each.is_up]
    signals = [Signal(_mark(each), _trouble(each, now)) for each in ill[:NAMED]]
    if len(ill) > NAMED:
        signals.append(Signal(Mark.LATE, f"and {len(ill) - NAMED} more"))
    return signals


def _mark(each: ProviderHealth) -> Mark:
    return Mark.LATE if each.last_success else Mark.FAILED


def _trouble(each: ProviderHealth, now: datetime) -> str:
    if each.last_error is None:
        return f"{publisher(each.source)}: on its way"
    again = f", next try in {age(each.next_try - now)}" if each.next_try and each.next_try > now else ""
    return f"{each.last_error}{again}"


def _say_stocks(state: SessionState) -> str:
    if state.is_open and state.closes:
        return f"US stocks open, close {state.closes.astimezone(NEW_YORK):%H:%M} New York"
    if state.next_open is None:
        return "US stocks closed"
    opens = state.next_open.astimezone(NEW_YORK)
    return f"US stocks closed, reopen {weekday(opens.date())} {opens:%H:%M} New York"
