"""Levels of a visitor's own: they live in the address, and on a server that allows it they are kept."""

from dataclasses import replace
from urllib.parse import urlencode

import streamlit as st

from app import session
from app.address import MOST_ZONES, write_address
from app.permission import owner, zones_kept_by
from app.services import known, store
from app.widgets import show_html
from components.page.cards import Kind, note
from components.text import zone_range
from market.zones import LONGEST_NAME, Zone, parse_name, write_zone
from watch.store import Refused, StoreUnavailable

DIGITS = "%.10g"  # as many as an address writes
LONGEST_QUERY = 1800  # an address has room for 2,000 characters, its host and page among them


def edit_zones(key: str) -> None:
    """Add, rename, move and delete zones."""
    own = [zone for zone in session.view().zone if zone.key == key]
    with st.form("add-zone", border=False):
        entered = _enter()
        if st.form_submit_button("Add this level"):
            _put(key, *entered)
    for zone in own:
        words, change, delete = st.columns([4, 2, 2], vertical_alignment="center")
        prices = zone_range(zone, known()[key])
        words.text(f"{zone.name}, {prices}" if zone.name else prices)
        written = write_zone(zone)
        with (
            change.popover("Change", key=f"change-{written}"),
            st.form(f"change-zone-{written}", border=False),
        ):
            entered = _enter(zone)
            if st.form_submit_button("Change this level"):
                _put(key, *entered, instead_of=zone)
        if delete.button("Delete", key=f"delete-{written}"):
            _keep(drop=zone)
            session.change(zone=tuple(each for each in session.view().zone if each != zone), level="")
            st.rerun()
    if not own:
        show_html(note(Kind.PLAIN, "No level of your own yet.", "One you add stands in the address at once."))
    else:
        _offer_to_keep(own)


def _offer_to_keep(own: list[Zone]) -> None:
    """Say whether the levels of an address are kept here as well; where not, a button that does it."""
    mine = owner()
    if mine is None:
        return
    kept = {write_zone(each) for each in zones_kept_by(mine)}
    if all(write_zone(each) in kept for each in own):
        show_html(note(Kind.PLAIN, "Kept here too.", "They come back when the page is opened without any."))
    elif st.button("Keep them here too") and all(_keep(each) for each in own):
        st.rerun()


def _enter(zone: Zone | None = None) -> tuple[float | None, float | None, str]:
    low, high = st.columns(2)
    return (
        low.number_input(
            "Lowest price",
            min_value=0.0,
            format=DIGITS,
            value=zone.low if zone else None,
            placeholder="68000",
        ),
        high.number_input(
            "Highest price",
            min_value=0.0,
            format=DIGITS,
            value=zone.high if zone and not zone.is_level else None,
            placeholder="70000, or empty",
        ),
        st.text_input("Name", value=zone.name if zone else "", max_chars=LONGEST_NAME, placeholder="if any"),
    )


def _put(key: str, low: float | None, high: float | None, name: str, instead_of: Zone | None = None) -> None:
    """Put a zone into the address, in the place of another where there is one; say why where it cannot be."""
    if low is None:
        return
    try:
        zone = Zone(key, low, low if high is None else high, parse_name(name))
    except ValueError as problem:
        show_html(note(Kind.STALE, f"This level cannot be used: {problem}."))
        return
    view = session.view()
    others = [each for each in view.zone if write_zone(each) not in {write_zone(zone), _written(instead_of)}]
    at = view.zone.index(instead_of) if instead_of in view.zone else len(others)
    zones = (*others[:at], zone, *others[at:])
    if len(zones) > MOST_ZONES:
        show_html(note(Kind.STALE, f"A link holds {MOST_ZONES} levels at most. Delete one first."))
        return
    query = urlencode(write_address(replace(view, zone=zones), everything=True), doseq=True, safe=":,")
    if len(query) > LONGEST_QUERY:
        show_html(note(Kind.STALE, "The link would be too long with it. Give it a shorter name."))
        return
    if _keep(zone, instead_of if _written(instead_of) != write_zone(zone) else None):
        session.change(zone=zones, level=write_zone(zone))
        st.rerun()


def _keep(zone: Zone | None = None, drop: Zone | None = None) -> bool:
    """Keep the change in the store as well, where this visitor may; whether nothing was in its way.

    A store that is away is said and does not matter: the link holds the level.
    """
    mine = owner()
    if mine is None:
        return True
    try:
        if drop is not None:
            store().drop_zone(mine, drop)
        if zone is not None:
            store().keep_zone(mine, zone)
    except Refused as no:
        show_html(note(Kind.STALE, str(no)))
        return False
    except StoreUnavailable as away:
        st.session_state.setdefault("notices", []).append(f"{away} Your levels stay in the link.")
    return True


def _written(zone: Zone | None) -> str:
    return "" if zone is None else write_zone(zone)
