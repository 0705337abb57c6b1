"""The alert state machine: the memory of one rule and a sample in, the next memory and its notices out.

Two axes. The condition (ok, pending, firing, recovering) moves on fresh samples only; the health says what
became of the numbers. Losing them is a state of its own, is told once, and never ends an alert. Pure: the
clock is a parameter, and everything it must remember is in `Memory`, which the store keeps across restarts.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from market.rules import Condition, Health, MeasureRule
from market.text import short_moment

TELL_LOSS_AFTER = timedelta(minutes=15)
GAP = timedelta(minutes=15)


class Topic(StrEnum):
    """What a notice is about."""

    FIRED = "fired"
    RECOVERED = "recovered"
    LEVEL = "level"
    MOVED_IN_GAP = "moved_in_gap"
    DATA_LOST = "data_lost"
    DATA_BACK = "data_back"


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a number: its value and the instant it is of, or why it cannot be believed.

    A ``live`` number is of a bar in progress: the same instant again is then the same sample again.
    """

    health: Health
    value: float | None = None
    as_of: datetime | None = None
    source: str = ""
    why: str = ""
    live: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell, once: ``episode`` is the same however often it is worked out.

    ``quiet`` marks what the log keeps but nobody is told, because a cool-down or a daily limit holds it back.
    """

    topic: Topic
    episode: str
    at: datetime
    value: float | None = None
    as_of: datetime | None = None
    source: str = ""
    detail: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """What a rule remembers between two samples.

    ``armed`` tells that the clear side was seen, ``count`` the fresh samples of the present pending or
    recovering, ``seen`` the last moment a sample was fresh, ``told_at`` the last alert that was not held
    back, ``lost_told`` that the loss of data has been told. ``value`` and ``as_of`` are of the last fresh
    sample.
    """

    condition: Condition = Condition.OK
    health: Health = Health.FRESH
    since: datetime | None = None
    health_since: datetime | None = None
    armed: bool = False
    count: int = 0
    seen: datetime | None = None
    value: float | None = None
    as_of: datetime | None = None
    began: datetime | None = None
    fired_at: datetime | None = None
    told_at: datetime | None = None
    lost_told: bool = False
    gap: tuple[datetime, datetime] | None = None


Step = tuple[Memory, tuple[Notice, ...]]


def step(rule: MeasureRule, memory: Memory, sample: Sample, now: datetime, *, settled: bool = True) -> Step:
    """The memory after ``sample`` and what there is to tell.

    ``settled`` is false for the first samples after a start, on which nothing fires yet.
    """
    if sample.health is not Health.FRESH or sample.value is None:
        return look_away(rule.keys, memory, sample, now)
    is_repeat = sample.live and sample.as_of == memory.as_of
    memory, back = look_again(rule.keys, memory, sample, now)
    if is_repeat:
        return memory, back
    memory, told = _move(rule, memory, sample.value, now, settled)
    return memory, (*back, *(replace(notice, source=sample.source) for notice in told))


def look_away(keys: tuple[str, ...], memory: Memory, sample: Sample, now: datetime) -> Step:
    """Keep the condition and note what became of the numbers; told once, after a quarter of an hour.

    The episode names the instruments, not the rule, so that rules on the same data tell it together.
    """
    fresh_before = memory.health is Health.FRESH
    began = now if fresh_before or memory.health_since is None else memory.health_since
    memory = replace(memory, health=sample.health, health_since=began)
    if memory.lost_told or now - began < TELL_LOSS_AFTER:
        return memory, ()
    episode = name_episode("+".join(keys), Topic.DATA_LOST, began)
    notice = Notice(Topic.DATA_LOST, episode, now, memory.value, memory.as_of, detail=sample.why)
    return replace(memory, lost_told=True), (notice,)


def look_again(keys: tuple[str, ...], memory: Memory, sample: Sample, now: datetime) -> Step:
    """Note that the numbers are fresh, tell it where their loss was told, and remember a gap between."""
    notices: tuple[Notice, ...] = ()
    if memory.lost_told and memory.health_since is not None:
        episode = name_episode("+".join(keys), Topic.DATA_BACK, memory.health_since)
        notices = (Notice(Topic.DATA_BACK, episode, now, sample.value, sample.as_of, sample.source),)
    gap = memory.gap if memory.condition is Condition.PENDING else None
    if memory.seen is not None and now - memory.seen > GAP:
        gap = (memory.seen, now)
    was_fresh = memory.health is Health.FRESH and memory.health_since is not None
    memory = replace(
        memory,
        health=Health.FRESH,
        health_since=memory.health_since if was_fresh else now,
        lost_told=False,
        seen=now,
        gap=gap,
        value=sample.value,
        as_of=sample.as_of,
    )
    return memory, notices


def _move(rule: MeasureRule, memory: Memory, value: float, now: datetime, settled: bool) -> Step:
    beyond = rule.direction.beyond(value, rule.threshold)
    over = not rule.direction.beyond(value, rule.clear)
    match memory.condition:
        case Condition.OK:
            memory = replace(
                memory, armed=memory.armed or over or not rule.crossing, since=memory.since or now
            )
            return _begin(rule, memory, now, settled) if beyond and memory.armed else (memory, ())
        case Condition.PENDING if not beyond:
            return replace(memory, condition=Condition.OK, since=now, count=0, gap=None), ()
        case Condition.PENDING if _waits_anew(memory, now):
            return _begin(rule, memory, now, settled)
        case Condition.PENDING:
            return _wait(rule, replace(memory, count=memory.count + 1), now, settled)
        case Condition.FIRING if over:
            return _recover(rule, replace(memory, condition=Condition.RECOVERING, since=now, count=1), now)
        case Condition.RECOVERING if not over:
            return replace(memory, condition=Condition.FIRING, since=memory.fired_at, count=0), ()
        case Condition.RECOVERING:
            return _recover(rule, replace(memory, count=memory.count + 1), now)
        case _:
            return memory, ()


def _waits_anew(memory: Memory, now: datetime) -> bool:
    """Whether nobody can say that a pending lasted: the data was gone for long, or the clock went back."""
    lost = memory.gap is not None and memory.gap[1] == now
    return lost or memory.since is None or memory.since > now


def _begin(rule: MeasureRule, memory: Memory, now: datetime, settled: bool) -> Step:
    pending = replace(memory, condition=Condition.PENDING, since=now, began=now, count=1)
    return _wait(rule, pending, now, settled)


def _wait(rule: MeasureRule, memory: Memory, now: datetime, settled: bool) -> Step:
    began = memory.began or now
    if not settled or memory.count < rule.samples or now - began < rule.hold:
        return memory, ()
    held_back = memory.told_at is not None and timedelta(0) <= now - memory.told_at < rule.cool_down
    notice = Notice(
        Topic.FIRED,
        name_episode(rule.id, Topic.FIRED, began),
        now,
        memory.value,
        memory.as_of,
        detail=_across(memory.gap),
        quiet=held_back,
    )
    told_at = memory.told_at if held_back else now
    fired = replace(memory, condition=Condition.FIRING, since=now, fired_at=now, told_at=told_at, count=0)
    return replace(fired, gap=None), (notice,)


def _recover(rule: MeasureRule, memory: Memory, now: datetime) -> Step:
    since = memory.since or now
    if memory.count < rule.samples or now - since < rule.keep_for:
        return memory, ()
    # An alert that nobody was told of has no all-clear either.
    quiet = memory.told_at != memory.fired_at
    episode = name_episode(rule.id, Topic.RECOVERED, memory.began or now)
    notice = Notice(Topic.RECOVERED, episode, now, memory.value, memory.as_of, quiet=quiet)
    return replace(memory, condition=Condition.OK, since=now, count=0, armed=True), (notice,)


def _across(gap: tuple[datetime, datetime] | None) -> str:
    return f"Crossed while data was missing {between(gap)}." if gap else ""


def between(gap: tuple[datetime, datetime]) -> str:
    """A gap in words."""
    return f"between {short_moment(gap[0], gap[1])} and {short_moment(gap[1], gap[1])} UTC"


def name_episode(subject: str, topic: Topic, moment: datetime) -> str:
    """The id of an episode: the same however often, and wherever, it is worked out."""
    return f"{subject}/{topic}/{moment.astimezone(UTC):%Y%m%dT%H%M%S.%f}"
