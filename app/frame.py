"""What stands around every page: navigation, the status strip with the date control, notices, the footer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app import session
from app.address import View, write_address
from app.muting import offer_mute
from app.opening import mount_opening
from app.services import base_path, settings, sources
from app.strip import say_waiting, show_strip
from app.widgets import choose_one, choose_switch, usual_range
from components.page.cards import Kind, footer, note
from components.page.stylesheet import STYLESHEET
from market.calendars import NEW_YORK, day_end, day_of
from market.moments import say_moment

STATIC = Path(__file__).parent / "static"
ABOUT = (
    "Market Stress measures the sell-off of February 2026, any day before it, and today. "
    "Every number says where it came from, when, and on how many observations it stands. "
    "Nothing here is advice."
)
PAGE_CONFIG: Mapping[str, Any] = {
    "page_title": "Market Stress",
    "page_icon": str(STATIC / "icon.png"),
    "layout": "wide",
    "menu_items": {"About": ABOUT},
}
PAGES = (
    ("overview", "Overview", ""),
    ("tech", "Tech sell-off", "tech"),
    ("crypto", "Crypto drawdown", "crypto"),
    ("macro", "Macro", "macro"),
    ("levels", "Key levels", "levels"),
    ("episodes", "Episodes", "episodes"),
    ("claims", "Claims", "claims"),
    ("methods", "Methods", "methods"),
    ("sources", "Sources", "sources"),
)
LAYOUT = """<style>
[data-testid="stMainBlockContainer"]{max-width:1440px;margin:0 auto;
 padding:4.1rem clamp(.9rem,2.2vw,2rem) 1.5rem}
[class*="st-key-card"]{padding:1rem 1.05rem .8rem}
.st-key-strip{border-bottom:1px solid var(--border);padding-bottom:.45rem}
[class*="st-key-choose-range"] button{text-transform:uppercase}
@media (max-width:640px){[class*="st-key-choose-range"] button{padding:0 .5rem;min-width:0}}
@media (min-width:641px){[data-testid="stColumn"]:has([class*="st-key-card"]){min-width:20rem}}
@media (min-width:1200px){
 [class*="st-key-card"]{position:relative}
 [class*="st-key-card"] [class*="st-key-controls"]{position:absolute;top:.85rem;right:3.2rem;width:auto}
}
.st-key-strip [data-testid="stVerticalBlock"]{gap:0}
[class*="st-key-step-"] [data-testid="stMarkdownContainer"]{position:absolute;width:1px;height:1px;
 overflow:hidden;clip-path:inset(50%)}
[class*="st-key-step-"] button{padding:0 .45rem}
[data-testid="stTopNavLink"]:focus-visible{outline:2px solid var(--accent);outline-offset:-2px}
@media (max-width:640px){
 .st-key-strip,.st-key-strip .st-key-asof{gap:.3rem .45rem!important}
 .st-key-strip [data-testid="stPopoverButton"]{padding:0 .3rem}
 .st-key-strip [data-testid="stPopoverButton"] p{position:absolute;width:1px;height:1px;overflow:hidden;
  clip-path:inset(50%)}
 .st-key-strip [data-testid="stPopoverButton"]>div>:last-child:not(:first-child){display:none}
}
</style>"""


def pages() -> list[StreamlitPage]:
    """The pages, each a file of `app/views`."""
    return [
        st.Page(f"views/{name}.py", title=title, url_path=path, default=not path)
        for name, title, path in PAGES
    ]


def open_frame(page: StreamlitPage) -> None:
    """Bring view and address together, then draw what stands above a page."""
    notices = session.restore(page.url_path)
    st.session_state["cards"] = set()
    st.html(f"<style>{STYLESHEET}{_alone(session.view().card)}</style>{LAYOUT}")
    st.logo(str(STATIC / "logo.svg"), size="large")
    with st.container(horizontal=True, key="strip", vertical_alignment="center"):
        show_strip()
        if not st.context.is_embedded:
            _date_control()
            _share(page)
            _settings()
    offer_mute()
    with st.container(key="notes"):  # a place of its own, so that nothing below moves when a note goes
        for problem in (*session.feed().span.problems, *notices):
            st.html(note(Kind.STALE, problem))
        waiting = say_waiting()
        if waiting is not None:
            st.html(waiting)


def _alone(card: str) -> str:
    """The rules that leave one card of a page, for whoever embeds it; none where no card is named."""
    if not card:
        return ""
    others = f'[class*="st-key-card-"]:not(.st-key-card-{card})'
    empty = f'[data-testid="stColumn"]:not(:has(.st-key-card-{card})):not(:has(.mk-strip))'
    hidden = f":is({others},{empty},.mk-h1,.mk-lead,.mk-tiles,.mk-aside)"
    return f"body:not(:has(.st-key-no-card)) {hidden}{{display:none!important}}"


def close_frame(page: StreamlitPage) -> None:
    """Draw what stands below a page, and say where the one card that a link asked for was not on it."""
    wanted = session.view().card
    if wanted and wanted not in st.session_state["cards"]:
        with st.container(key="no-card"):
            st.html(note(Kind.STALE, f"“card={wanted}”: this page has no such card.", "All of it is shown."))
    publishers = "Publishers are named under each chart; every series stands on Sources."
    links = [
        ("How every number is computed", "methods"),
        ("Sources", "sources"),
        ("JSON", _json_address()),
    ]
    told = f"{publishers} Nothing here is investment advice."
    st.html(footer(told, links, _address(page, replace(session.view(), asof=session.moment_now()))))
    mount_opening()


def _json_address() -> str:
    asof = write_address(session.view()).get("asof")
    return "api/v1/readings" + (f"?asof={asof}" if asof else "")


def _date_control() -> None:
    span, moment = session.feed().span, session.moment_now()
    day = day_of(moment)
    first = day_of(span.start) if span.start else None
    last = day_of(span.end) if span.end else datetime.now(UTC).date()
    key = session.control("asof", day)
    if key not in st.session_state:
        st.session_state[key] = day  # a default would not reach the browser once the widget is there
    with st.container(horizontal=True, key="asof", vertical_alignment="center", width="content"):
        _step_button("step-back", "The session before", "chevron_left", -1)
        st.date_input(
            "Date",
            min_value=first,
            max_value=last,
            key=key,
            on_change=_chosen_day,
            args=(key, st.session_state[key], session.view().asof),
            format="YYYY-MM-DD",
            label_visibility="collapsed",
            width=148,
        )
        _step_button("step-forward", "The session after", "chevron_right", 1)
        with st.popover("Go to", type="tertiary", icon=":material/history:"):
            for words, to in _places(span.moment, span.end):
                st.button(words, on_click=_go, args=(to,), width="stretch")


def _step_button(key: str, words: str, icon: str, sessions: int) -> None:
    st.button(
        words,
        key=key,
        help=words,
        icon=f":material/{icon}:",
        on_click=session.step,
        args=(sessions,),
        disabled=session.step_target(sessions) is None,
    )


def _places(opening: datetime | None, end: datetime | None) -> list[tuple[str, datetime | None]]:
    if opening is None:
        return [("Now", None), ("5 February 2026", day_end(datetime(2026, 2, 5, tzinfo=UTC).date()))]
    rout = day_end(datetime(2026, 2, 5, tzinfo=UTC).date())
    return [
        (f"The moment: {say_moment(opening)}", None),
        (f"The worst day: {say_moment(rout)}", rout),
        (f"End of recording: {say_moment(end or opening)}", end),
    ]


def _go(to: datetime | None) -> None:
    session.change(asof=to)


def _chosen_day(key: str, shown: date, was: datetime | None) -> None:
    chosen = st.session_state.get(key)
    if chosen and session.is_choice("asof", key, chosen, shown, was):
        session.change(by="asof", asof=min(day_end(chosen), session.feed().span.end or day_end(chosen)))


def _share(page: StreamlitPage) -> None:
    """The address of this very view, every parameter spelled out, so that it looks the same on any device."""
    with st.popover("Share", type="tertiary", icon=":material/link:"):
        shown = replace(session.view(), asof=session.moment(), range=session.view().range or usual_range())
        st.code(_address(page, shown, everything=True), language=None, wrap_lines=True)


def _address(page: StreamlitPage, view: View, *, everything: bool = False) -> str:
    parameters = write_address(view, everything=everything)
    here = urlsplit(st.context.url or "")
    start = settings().public_url or f"{here.scheme}://{here.netloc}{base_path()}"
    return f"{start}/{page.url_path}?{urlencode(parameters, doseq=True, safe=':,')}"


def _settings() -> None:
    zones = ["", NEW_YORK.key]
    if st.context.timezone and st.context.timezone not in zones:
        zones.append(st.context.timezone)
    if session.view().tz and session.view().tz not in zones:
        zones.append(session.view().tz)
    with st.popover("Settings", type="tertiary", icon=":material/tune:"):
        choose_switch("cvd", "Blue and amber instead of teal and red")
        if sources().live is not None:
            st.toggle("Pause updates", key="paused")
        choose_one("tz", "Time zone", zones, lambda zone: zone.replace("_", " ") or "UTC")
