"""One visitor's view: kept across pages, read from the address, written back to it."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app.address import View, read_address, write_address
from app.muting import keep_mute_link
from app.permission import owner, zones_kept_by
from data_sources.assembly import process_feed
from data_sources.feed import Feed
from market.bars import Bars
from market.calendars import day_end, day_of, session_after, session_before
from market.instruments import Calendar, Interval
from market.moments import say_moment, write_moment
from market.ranges import Range
from market.text import UTC_ZONE, zone_range
from market.zones import Zone, write_zone

WIDGET = "choose-"
KEPT_OF = "kept-of"
COMMON_START = datetime(2025, 10, 1, tzinfo=UTC)


def view() -> View:
    """What this visitor looks at."""
    kept: View = st.session_state["view"]
    return kept


def keep_address() -> None:
    """Give a run the address of its view again, unless it came by a link or a step back or forward.

    A click in the navigation drops the whole query string, and a run may be asked for before the browser has
    heard what the one before it wrote. To be called before `st.navigation`: a browser that hears of the page
    first takes a step in its history for it, and another one for the query.
    """
    if not _came_by_address():
        _write(view())


def restore(page: str) -> list[str]:
    """Bring view and address together at the start of a run; the sentences are what the address had wrong.

    A link is followed, and so is a step back or forward in the browser.
    """
    keep_mute_link()
    st.session_state["feed"], st.session_state["started"] = process_feed(), datetime.now(UTC)
    notices: list[str] = st.session_state.get("notices", [])
    moved = st.session_state.get("page") != page
    if _came_by_address():
        asked, notices = read_address(_query())
        _show(_within(asked, notices))
    elif moved:
        notices = []
        _show(view())
    st.session_state["notices"], st.session_state["page"] = notices, page
    _take_kept_zones()
    return notices


def change(*, by: str = "", **parts: Any) -> None:
    """Change parts of the view, and the address with it; ``by`` names the control that did it."""
    _show(replace(view(), **parts), by)


def control(name: str, usual: object = "") -> str:
    """The key of a page's control of a part of the view: a new one whenever that part changes under it.

    A page that changes quickly is answered by a browser that has not seen the change yet: what it still says
    of an older control must not be taken for a choice. ``usual`` is what is shown while nothing is chosen.
    """
    return f"{_place(name)}{'' if getattr(view(), name) else usual}"


def is_choice(name: str, key: str, said: object, shown: object, was: object) -> bool:
    """Whether what the control ``key`` of ``name`` says is what a person chose.

    It was drawn with ``shown``, when that part of the view ``was`` so. A control that another has taken the
    place of chooses nothing any more; nor does one that says what it was drawn with while the view is as it
    was: so does a browser that answers before it has heard of a change.
    """
    return key.startswith(_place(name)) and (said != shown or getattr(view(), name) != was)


def feed() -> Feed:
    """The feed that this run began with, so that a page never mixes the recording with what came after it."""
    kept: Feed = st.session_state["feed"]
    return kept


def here() -> Feed:
    """The feed as this visitor sees it: nothing after the chosen moment is reachable."""
    return feed().as_of(moment())


def moment() -> datetime | None:
    """The instant this visitor stands at; None is now."""
    return view().asof or feed().span.moment


def moment_now() -> datetime:
    """The instant this visitor stands at, the clock's at the start of this run where that is now."""
    started: datetime = st.session_state["started"]
    return moment() or started


def since() -> datetime:
    """The common date that drawdowns and indexed lines start from: half a year ago where none was chosen.

    While the moment lies in the months after the records of October 2025, that is the month of the records.
    """
    chosen = view().since
    if chosen is not None:
        return datetime(chosen.year, chosen.month, chosen.day, tzinfo=UTC)
    at = moment_now()
    return (
        COMMON_START if timedelta(days=30) < at - COMMON_START < timedelta(days=200) else Range.HALF.start(at)
    )


def time_zone() -> tuple[ZoneInfo, str]:
    """The zone that times are shown in, and what it is called beside them."""
    chosen = view().tz
    return (ZoneInfo(chosen), chosen.rsplit("/", 1)[-1].replace("_", " ")) if chosen else (UTC_ZONE, "UTC")


def hours(*keys: str) -> tuple[Bars, ...]:
    """The hourly bars of those that never close, as far as they have them, to sample them at the New York
    close.
    """
    feed = here()
    always = [each for each in feed.catalogue.pick(*keys) if each.calendar is Calendar.ALWAYS]
    return feed.many(always, Interval.HOUR).select(*keys)


def watched(key: str) -> list[Zone]:
    """The zones of one instrument: those in the address, and those of the catalogue known at this moment.

    One that stands in both is told once, by the name that the address gives it, if any. One without a name
    takes its prices for one.
    """
    at, known = moment_now(), feed().catalogue
    usual = {write_zone(zone): zone for zone in known.zones_of(key) if zone.is_known(at)}
    own = {write_zone(zone): zone for zone in view().zone if zone.key == key}
    named = [
        replace(known_as, name=zone.name or known_as.name or zone_range(zone, known[key]))
        for written, zone in own.items()
        for known_as in (usual.get(written, zone),)
    ]
    return named + [zone for written, zone in usual.items() if written not in own]


def step(sessions: int) -> None:
    """Move to the end of the next (1) or the previous (-1) New York session's day, inside the recording."""
    target = step_target(sessions)
    if target is not None:
        change(asof=target)


def step_target(sessions: int) -> datetime | None:
    """Where a step of one session leads; None where that is outside of what can be shown."""
    span, at = feed().span, moment_now()
    day = day_of(at)
    close = session_after(day_end(day)) if sessions > 0 else session_before(day_end(day) - timedelta(days=1))
    if close is None:
        return None
    target = day_end(close.date())
    if target > (span.end or day_end(datetime.now(UTC).date())) or (span.start and target < span.start):
        return None
    return target


def _take_kept_zones() -> None:
    """Put the zones that this visitor keeps here into an address that names none, once a visit."""
    mine = owner()
    if mine is None or st.session_state.get(KEPT_OF) == mine:
        return
    st.session_state[KEPT_OF] = mine
    kept = () if view().zone else zones_kept_by(mine)
    if kept:
        change(zone=kept)


def _place(name: str) -> str:
    """How the keys of the controls of a part of the view begin, until that part changes under them."""
    turns: dict[str, int] = st.session_state["turns"]
    return f"{WIDGET}{name}-{st.session_state['page']}-{turns.get(name, 0)}-"


def _show(wanted: View, by: str = "") -> None:
    turns: dict[str, int] = st.session_state.setdefault("turns", {})
    shown = st.session_state.get("view", wanted)
    for name in (field.name for field in fields(View)):
        if name != by and getattr(shown, name) != getattr(wanted, name):
            turns[name] = turns.get(name, 0) + 1
    st.session_state["view"] = wanted
    _write(wanted)


def _write(wanted: View) -> None:
    query = {name: each if isinstance(each, list) else [each] for name, each in write_address(wanted).items()}
    if _query() != query:
        st.query_params.from_dict(query)


def _query() -> dict[str, list[str]]:
    return {name: st.query_params.get_all(name) for name in st.query_params}


def _came_by_address() -> bool:
    """Whether the address is the visitor's choice: on arrival, and after a step back or forward."""
    context = get_script_run_ctx()
    return "view" not in st.session_state or (context is not None and context.is_history_navigation)


def _within(wanted: View, notices: list[str]) -> View:
    """``wanted``, moved to where the feed opens if its moment lies outside what can be shown."""
    span, asked = feed().span, wanted.asof
    if asked is None:
        return wanted
    if span.end is None and asked > datetime.now(UTC):
        if asked > day_end(datetime.now(UTC).date()):
            notices.append(f"“asof={write_moment(asked)}” has not come yet. Now is shown.")
    elif span.start is not None and asked < span.start:
        notices.append(_beyond(asked, "before", span.start))
    elif span.end is not None and asked > span.end:
        notices.append(_beyond(asked, "after", span.end))
    else:
        return wanted
    return replace(wanted, asof=None)


def _beyond(asked: datetime, side: str, edge: datetime) -> str:
    return f"“asof={write_moment(asked)}”: there is nothing {side} {say_moment(edge)}. The default is shown."
