"""What the venues say this moment, on a page: looked at every few seconds, waited for by nobody."""

from datetime import UTC, datetime

import streamlit as st

from app import session
from app.present import market_now
from app.services import known, sources
from app.widgets import card, show, show_html
from components.page.cards import provenance
from components.page.html import block, span
from market.bars import Bars
from market.zones import Zone

EVERY = 3.0
"""A question is asked again after 15 seconds; looking more often only shows the answers sooner."""
LIVE_ONLY = "Order books, funding across venues and open interest are known only live, for this very moment."


def show_market_now(bitcoin: Bars | None) -> None:
    """Order books, funding and open interest of Bitcoin by venue; one sentence where a page is not live."""
    if sources().providers is None or session.moment() is not None:
        show_html(block(span("mk-muted mk-aside", LIVE_ONLY)))
        return
    zone = nearest_zone(session.watched("BTC"), bitcoin.last) if bitcoin else None
    _cards(None if st.session_state.get("paused") else EVERY, zone)


def nearest_zone(zones: list[Zone], price: float) -> Zone | None:
    """The watched zone that ``price`` is in or nearest to; a level has no inside."""
    return min(
        (zone for zone in zones if not zone.is_level),
        key=lambda zone: max(zone.low - price, price - zone.high, 0.0),
        default=None,
    )


def _cards(every: float | None, zone: Zone | None) -> None:
    @st.fragment(run_every=every)
    def cards() -> None:
        providers = sources().providers
        if providers is None:
            return
        market, now, each = providers.market, datetime.now(UTC), known()
        books, interest = market.books(each["BTC"]), market.open_interest(each["BTC_FUNDING"])
        rates = market.funding(each["BTC_FUNDING"])
        with card("book", "Order book", "Dollars resting near the price of Bitcoin, by venue", "depth"):
            show("book", market_now.book_table(books, zone, each["BTC"], now))
            show_html(provenance(market_now.say_silent(books.missing)))
        left, right = st.columns(2)
        words = "Brought to 8 hours; neutral is +0.010%"
        with left, card("rates", "Funding across venues", words, "funding_last"):
            show("rates", market_now.funding_table(rates, interest, now))
            show_html(provenance(market_now.say_silent(rates.missing)))
        with right, card("interest", "Open interest", "Perpetuals in coins, by venue", "open_interest_held"):
            show("interest", market_now.interest_table(interest, now))
            show_html(provenance(market_now.say_silent(interest.missing)))

    cards()
