"""What the watcher does for the visitor: when it was seen, what it watches, what it told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import streamlit as st

from analytics.zones import ZoneHistory
from app import session
from app.permission import owner, seen_by_visitor, take_link, why_not
from app.services import known, store
from app.widgets import show_html
from components.page.cards import Kind, counting_age, note
from components.page.html import block, element
from components.page.tables import Align, Column, rows
from components.text import MISSING, decimal, full_moment, price, zone_range
from market.instruments import Interval
from market.rules import Direction, LevelRule, Measure, MeasureRule, QuietHours, Rule, usual_clear
from market.zone_events import Happening
from market.zones import Zone, write_zone
from watch.store import Refused, RuleStatus, StoreUnavailable, TargetStatus

LATE = timedelta(minutes=2)
SEEN_EVERY = 15.0  # seconds
MUTE = timedelta(days=1)
KINDS = {
    "lost or reclaimed": frozenset({Happening.LOST, Happening.RECLAIMED}),
    "entered or rejected": frozenset({Happening.ENTERED, Happening.REJECTED}),
    "every change of state": frozenset(kind for kind in Happening if kind.moves_state),
    "wicks and jumps": frozenset({Happening.WICK, Happening.GAP_OVER}),
}
SIDES = {"at or above": Direction.ABOVE, "at or below": Direction.BELOW}
TIMES = {
    "at once": timedelta(0),
    "5 minutes": timedelta(minutes=5),
    "15 minutes": timedelta(minutes=15),
    "1 hour": timedelta(hours=1),
    "4 hours": timedelta(hours=4),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A number that a rule can watch, and what a person calls it."""

    words: str
    measure: Measure
    key: str
    other: str = ""


def readings_of(key: str) -> tuple[Reading, ...]:
    """The numbers one can watch from the page of an instrument, its own first."""
    instrument = known()[key]
    short = instrument.short
    fall = () if instrument.is_gauge else (Reading(f"{short}: fall from its high, %", Measure.DRAWDOWN, key),)
    found = (
        Reading(f"{short}: price", Measure.PRICE, key),
        Reading(f"{short}: change on the day, %", Measure.CHANGE_1D, key),
        *fall,
        Reading("VIX: price", Measure.PRICE, "VIX"),
        Reading("Bitcoin funding rate, 8 hours, %", Measure.PRICE, "BTC_FUNDING"),
        Reading("Correlation of Bitcoin with the Nasdaq, 60 sessions", Measure.CORRELATION, "BTC", "IXIC"),
        Reading("Stress score", Measure.STRESS, "IXIC"),
    )
    return tuple({each.words: each for each in found}.values())


def show_watcher() -> None:
    """When the watcher was last seen, and what it could not do; looked at again while the page is open."""

    @st.fragment(run_every=None if st.session_state.get("paused") else SEEN_EVERY)
    def seen() -> None:
        try:
            beat = store().watcher()
        except StoreUnavailable as away:
            show_html(note(Kind.FAILED, str(away), "The levels above do not need it."))
            return
        now = datetime.now(UTC)
        if beat is None:
            show_html(note(Kind.PLAIN, "No watcher has run yet.", "Start one with make watch."))
            return
        late = beat.age(now) > LATE
        since = counting_age(beat.at, now, late=late)
        show_html(block(element("p", "Watcher last seen ", since, " ago.", class_="mk-def")))
        if late:
            show_html(note(Kind.FAILED, "It is late: nothing is watched now."))
        elif beat.said:
            show_html(note(Kind.STALE, "Lately:", beat.said))

    seen()


def show_rules(key: str, level: ZoneHistory | None) -> None:
    """What is watched for this visitor and how it stands, with controls to add, mute and delete.

    Nobody sees what others watch; a read-only copy shows what its operator does.
    """
    mine = owner()
    with told():
        _table(_statuses())
        if mine is None:
            show_html(note(Kind.PLAIN, why_not()))
            take_link()
            return
        _offer(mine, key, level)
        for each in _statuses():
            _controls(mine, each)


def show_log() -> None:
    """The newest alerts of this visitor's rules."""
    whose = seen_by_visitor()
    if whose is None:
        return
    with told():
        alerts = store().alerts(20, owner=whose)
        columns = (
            Column("When", Align.TEXT),
            Column("What", Align.PROSE, strong=True),
            Column("Source", Align.TEXT, wide=True),
        )
        cells = [
            (
                full_moment(each.at, *session.time_zone()),
                each.title + (" (kept quiet)" if each.quiet else ""),
                each.source,
            )
            for each in alerts
        ]
        show_html(rows("Alert log", columns, cells) if cells else note(Kind.PLAIN, "The alert log is empty."))


@contextmanager
def told() -> Iterator[None]:
    """Say in one sentence what the store could not do, or would not."""
    try:
        yield
    except Refused as no:
        show_html(note(Kind.STALE, str(no)))
    except StoreUnavailable as away:
        show_html(note(Kind.FAILED, str(away), "The levels above do not need it."))


def change(mine: str, act: Callable[[], object]) -> None:
    """Change the store, for who may still do so: a link can have ended since the control was drawn."""
    with told():
        if owner() != mine:
            raise Refused(why_not())
        act()


def _statuses() -> tuple[RuleStatus, ...]:
    whose = seen_by_visitor()
    return () if whose is None else store().statuses(whose)


def _table(statuses: tuple[RuleStatus, ...]) -> None:
    columns = (
        Column("Watched", Align.PROSE),
        Column("Condition", Align.TEXT, strong=True),
        Column("Prices", Align.TEXT),
        Column("Since", Align.TEXT, wide=True),
        Column("Muted until", Align.TEXT, wide=True),
    )
    cells = [
        (
            _name(each.rule),
            each.condition.value if each.health_since else "not looked at yet",
            each.health.value.replace("_", " ") if each.health_since else MISSING,
            full_moment(each.since, *session.time_zone()) if each.since else MISSING,
            full_moment(until, *session.time_zone()) if (until := _muted(each)) else MISSING,
        )
        for each in statuses
    ]
    show_html(rows("Rules", columns, cells) if cells else note(Kind.PLAIN, "Nothing is watched yet."))


def _name(rule: Rule) -> str:
    return rule.name or ", ".join(rule.keys)


def _muted(each: RuleStatus) -> datetime | None:
    until = each.muted_until
    return until if until is not None and until > datetime.now(UTC) else None


def _controls(mine: str, each: RuleStatus) -> None:
    rule = each.rule.id
    words, mute, delete = st.columns([4, 2, 2], vertical_alignment="center")
    words.text(_name(each.rule))
    if _muted(each):
        mute.button("Unmute", key=f"mute-{rule}", on_click=_mute, args=(mine, rule, None))
    else:
        mute.button("Mute a day", key=f"mute-{rule}", on_click=_mute, args=(mine, rule, MUTE))
    delete.button("Delete", key=f"rule-{rule}", on_click=_delete, args=(mine, rule))


def _offer(mine: str, key: str, level: ZoneHistory | None) -> None:
    """Controls for a new rule: on the events of the chosen level, or on a number."""
    events = [] if level is None else [f"{_range(level.zone)}: {kind}" for kind in KINDS]
    readings = {each.words: each for each in readings_of(key)}
    unheard = why_unheard(store().targets(mine))
    if unheard:
        show_html(
            note(
                Kind.STALE, "Nobody will hear of it.", f"{unheard} The alert log below is kept all the same."
            )
        )
    chosen = st.selectbox("Tell me of", [*events, *readings])
    quiet = _quiet_hours()
    if level is not None and chosen in events:
        kind = list(KINDS)[events.index(chosen)]
        st.button("Watch", on_click=_watch_level, args=(mine, level.zone, kind, level.interval, quiet))
        return
    _offer_reading(mine, readings[chosen], quiet)


def _offer_reading(mine: str, reading: Reading, quiet: QuietHours | None) -> None:
    """Controls for a rule on a number; its button waits for the value."""
    side, threshold, hold, keep = st.columns(4)
    sides = side.selectbox("When it is", list(SIDES))
    value = threshold.number_input("This value", value=None, format="%.10g")
    holds = hold.selectbox("For", list(TIMES))
    keeps = keep.selectbox("Over once back for", list(TIMES))
    at_once = st.toggle("Tell me as well if it is so already", help="Else it must come from the other side.")
    waits = "" if value is not None else "A value is needed: type it under “This value” and press Enter."
    given = (reading, SIDES[sides], float(value or 0), TIMES[holds], TIMES[keeps], at_once, quiet)
    st.button(
        "Watch", key="watch-reading", on_click=_watch_reading, args=(mine, *given), disabled=bool(waits)
    )
    if waits:
        show_html(block(element("p", waits, class_="mk-def")))


def why_unheard(targets: Sequence[TargetStatus]) -> str:
    """Why no message can be delivered to any of ``targets``, and what to do; empty where one can."""
    heard = [each for each in targets if each.confirmed_at and not each.broken and not each.muted_at]
    if heard:
        return ""
    if not targets:
        return "Add a place for messages under “Where messages go”."
    if any(not each.confirmed_at and not each.broken for each in targets):
        return "A place for messages waits for its code: type it in under “Where messages go”."
    if any(each.muted_at and not each.broken for each in targets):
        return "Every place for messages is muted: unmute one under “Where messages go”."
    return "Every place for messages is gone: add another under “Where messages go”."


def _quiet_hours() -> QuietHours | None:
    zone = session.time_zone()[0].key
    if not st.toggle(
        "Send nothing at night", help="Messages wait until the quiet hours end. The log does not."
    ):
        return None
    start, end = st.columns(2)
    begins = start.time_input(f"Quiet from ({zone})", "22:00")
    ends = end.time_input("until", "07:00")
    return None if begins == ends else QuietHours(begins, ends, zone)


def _watch_level(mine: str, zone: Zone, kind: str, interval: Interval, quiet: QuietHours | None) -> None:
    closes = ", daily closes" if interval is Interval.DAY else ""
    name = f"{known()[zone.key].short} {_range(zone)}: {kind}{closes}"
    identity = _identity(mine, write_zone(zone), kind, interval)
    rule = LevelRule(identity, zone, KINDS[kind], interval, name, quiet=quiet)
    change(mine, lambda: store().save_rule(mine, rule))


def _watch_reading(
    mine: str,
    reading: Reading,
    side: Direction,
    threshold: float,
    hold: timedelta,
    keep: timedelta,
    at_once: bool,
    quiet: QuietHours | None,
) -> None:
    identity = _identity(mine, reading.words, side, f"{threshold:.10g}", hold, keep, at_once)
    is_price = reading.measure is Measure.PRICE
    value = price(threshold, known()[reading.key]) if is_price else decimal(threshold, 2)
    words = next(word for word, each in SIDES.items() if each is side)
    lasting = next(word for word, each in TIMES.items() if each == hold)
    name = f"{reading.words} {words} {value}{f' for {lasting}' if hold else ''}"
    try:
        rule = MeasureRule(
            identity,
            reading.measure,
            reading.key,
            side,
            threshold,
            usual_clear(reading.measure, side, threshold),
            hold,
            keep,
            crossing=not at_once,
            other=reading.other,
            name=name,
            quiet=quiet,
        )
    except ValueError as problem:
        show_html(note(Kind.STALE, f"This cannot be watched: {problem}."))
        return
    change(mine, lambda: store().save_rule(mine, rule))


def _range(zone: Zone) -> str:
    return zone_range(zone, known()[zone.key])


def _identity(*parts: object) -> str:
    return sha256("/".join(map(str, parts)).encode()).hexdigest()[:16]


def _mute(mine: str, rule: str, lasts: timedelta | None) -> None:
    until = None if lasts is None else datetime.now(UTC) + lasts
    change(mine, lambda: store().mute_rule(mine, rule, until))


def _delete(mine: str, rule: str) -> None:
    change(mine, lambda: store().delete_rule(mine, rule))
