"""Level rules: which confirmed events of a zone are told, and which have been told enough."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from analytics.zones import ZoneHistory
from market.rules import Health, LevelRule
from market.zone_events import Happening, Stand, ZoneEvent
from watch.machine import Memory, Notice, Sample, Topic, between, look_again, look_away, name_episode


@dataclass(frozen=True, slots=True)
class Told:
    """An event that was told: when, where price was then, and whether it has been one range away since."""

    kind: Happening
    at: datetime
    price: float
    away: bool = False


@dataclass(frozen=True, slots=True)
class LevelMemory:
    """What a level rule remembers: events up to ``handled`` are done, and where the zone stood then."""

    common: Memory = field(default_factory=Memory)
    handled: datetime | None = None
    stand: Stand | None = None
    told: tuple[Told, ...] = ()


LevelStep = tuple[LevelMemory, tuple[Notice, ...]]


def level_step(
    rule: LevelRule, memory: LevelMemory, sample: Sample, history: ZoneHistory | None, now: datetime
) -> LevelStep:
    """The memory after one look at the zone and what there is to tell.

    The first look tells nothing of the past. After a gap in the data its events are told as one summary.
    """
    if sample.health is not Health.FRESH or sample.value is None or history is None:
        common, lost = look_away(rule.keys, memory.common, sample, now)
        return replace(memory, common=common), lost
    common, back = look_again(rule.keys, memory.common, sample, now)
    memory = replace(memory, common=common, told=_wander(memory.told, sample.value, history.atr))
    handled = memory.handled
    if handled is None:
        return replace(memory, handled=history.as_of, stand=history.stand), back
    events = [event for event in history.events if event.time > handled]
    newest = events[-1].time if events else handled
    stood, memory = memory.stand, replace(memory, handled=newest, stand=history.stand)
    if common.gap is not None and any(event.kind.moves_state or event.kind in rule.kinds for event in events):
        return memory, (*back, _summary(rule, common.gap, stood, history, sample, now))
    notices = []
    for event in events:
        memory, notice = _tell(rule, memory, event, sample, now)
        notices += notice
    return memory, (*back, *notices)


def _wander(told: tuple[Told, ...], price: float, atr: float) -> tuple[Told, ...]:
    return tuple(each if each.away else replace(each, away=abs(price - each.price) >= atr) for each in told)


def _tell(
    rule: LevelRule, memory: LevelMemory, event: ZoneEvent, sample: Sample, now: datetime
) -> tuple[LevelMemory, list[Notice]]:
    day = timedelta(days=1)
    recent = tuple(each for each in memory.told if now - each.at < max(day, rule.cool_down))
    today = sum(now - each.at < day for each in recent)
    # A confirmed move makes every other kind news again.
    told = tuple(
        replace(each, away=True) if event.kind.moves_state and each.kind is not event.kind else each
        for each in recent
    )
    if event.kind not in rule.kinds:
        return replace(memory, told=told), []
    repeated = any(
        each.kind is event.kind and not each.away and now - each.at < rule.cool_down for each in told
    )
    held_back = repeated or today >= rule.most_a_day
    notice = Notice(
        Topic.LEVEL,
        name_episode(f"{rule.id}/{event.kind}", Topic.LEVEL, event.time),
        now,
        event.price,
        event.time,
        sample.source,
        describe_event(event),
        held_back,
    )
    if not held_back:
        told = (*told, Told(event.kind, now, event.price if sample.value is None else sample.value))
    return replace(memory, told=told), [notice]


def _summary(
    rule: LevelRule,
    gap: tuple[datetime, datetime],
    stood: Stand | None,
    history: ZoneHistory,
    sample: Sample,
    now: datetime,
) -> Notice:
    if stood is history.stand:
        moved = f"Back {history.stand} after moves that were missed"
    else:
        moved = f"Moved from {stood or 'unknown'} to {history.stand}"
    return Notice(
        Topic.MOVED_IN_GAP,
        name_episode(rule.id, Topic.MOVED_IN_GAP, gap[0]),
        now,
        sample.value,
        sample.as_of,
        sample.source,
        f"{moved} while data was missing {between(gap)}.",
    )


SENTENCES = {
    Happening.LOST: "Lost",
    Happening.RECLAIMED: "Reclaimed",
    Happening.ENTERED: "Entered",
    Happening.REJECTED: "Turned back",
    Happening.WICK: "Pierced, but not confirmed by a close",
    Happening.GAP_OVER: "Opened beyond it",
}


def describe_event(event: ZoneEvent) -> str:
    """An event in a few words: `Lost, from above.`"""
    side = f", from {event.side}" if event.side else ""
    gapped = ", after an open beyond it" if event.gapped else ""
    return f"{SENTENCES[event.kind]}{side}{gapped}."
