"""How every provider is doing, on a page: looked at every few seconds."""

from datetime import UTC, datetime

import streamlit as st

from app.present import sources as present
from app.services import sources
from app.widgets import card, show_html
from components.page.cards import Kind, note, provenance

EVERY = 5.0
NO_PROVIDERS = "Only the recording is read here, so no provider is asked."


def show_providers() -> None:
    """The card of the providers, and of the questions that are on their way to them."""
    with card("providers", "Providers", "How each is doing since this server started"):
        if sources().providers is None:
            show_html(note(Kind.PLAIN, "Nobody is asked.", NO_PROVIDERS))
        else:
            _table(None if st.session_state.get("paused") else EVERY)


def _table(every: float | None) -> None:
    @st.fragment(run_every=every)
    def table() -> None:
        providers = sources().providers
        if providers is not None:
            show_html(present.providers_table(providers.health(), datetime.now(UTC)))
            show_html(provenance(present.say_on_their_way(providers.on_their_way())))

    table()
