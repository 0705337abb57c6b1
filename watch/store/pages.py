"""The store as pages and routes see it: what is watched, what happened, who is told, and how to change
that.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, insert, select, update

from market.rules import Condition, Health, LevelRule, Rule
from market.zones import Zone, parse_zone, write_zone
from watch.levels import LevelMemory
from watch.machine import Memory
from watch.store import tables
from watch.store.codec import pack_rule, unpack, unpack_rule
from watch.store.database import Database
from watch.store.sealing import Seal, Unopened, hashed, is_same, new_code, new_link
from watch.targets import parse_target

LOCAL = "local"
MOST_RULES = 50
MOST_TARGETS = 10
MOST_ZONES = 12
MOST_CODES = 20  # sent for one owner in a day
MOST_CODES_THERE = 3  # sent to one address in a day
CODE_LASTS = timedelta(minutes=15)
CODE_TRIES = 5
LINK_LASTS = timedelta(days=365)
CODE_TITLE = "Market Stress: your code"


class Refused(ValueError):
    """A change that is not allowed, or not possible; ``str()`` is a sentence for the reader."""


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """A rule and the two axes of its state; ``value`` and ``as_of`` are of the last number believed."""

    rule: Rule
    condition: Condition
    health: Health
    since: datetime | None
    health_since: datetime | None
    value: float | None
    as_of: datetime | None
    muted_until: datetime | None


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of a rule along either axis."""

    rule_id: str
    at: datetime
    condition_before: Condition
    condition: Condition
    health_before: Health
    health: Health
    value: float | None
    as_of: datetime | None
    detail: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One line of the alert log. ``quiet`` was kept from readers by a cool-down, a limit or a mute."""

    episode: str
    rule_id: str
    topic: str
    at: datetime
    title: str
    text: str
    link: str
    value: float | None
    as_of: datetime | None
    source: str
    quiet: bool


@dataclass(frozen=True, slots=True)
class Delivery:
    """How far one message to one target is: due, claimed, sent, or given up, and why."""

    episode: str
    target_id: str
    state: str
    attempts: int
    due_at: datetime
    sent_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """A target as its owner sees it; ``broken`` says why nothing is sent to it any more, ``late`` why a
    message to it has not arrived yet.
    """

    id: str
    kind: str
    label: str
    confirmed_at: datetime | None
    muted_at: datetime | None
    broken: str
    late: str = ""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """When a watcher was last seen, whether it leads, and what it could not do."""

    name: str
    at: datetime
    leads: bool
    said: str

    def age(self, now: datetime) -> timedelta:
        """How long ago it was seen."""
        return max(now - self.at, timedelta(0))


@dataclass(frozen=True, slots=True)
class Capability:
    """What the holder of a capability link may do, and as whom."""

    owner: str
    may_edit: bool
    expires_at: datetime


class Store:
    """Reads and changes of one store. Every method may raise `StoreUnavailable`; changes may raise
    `Refused`.
    """

    def __init__(
        self, database: Database, seal: Seal, clock: Callable[[], datetime], *, read_only: bool = False
    ) -> None:
        """``clock`` gives the moment in UTC; ``read_only`` refuses every change."""
        self.database = database
        self._seal = seal
        self._clock = clock
        self._read_only = read_only

    def exists(self) -> bool:
        """Whether there may be something in it; asking does not make it."""
        file = self.database.file
        return file is None or file.exists()

    def statuses(self, owner: str | None = None) -> tuple[RuleStatus, ...]:
        """Every rule, or those of ``owner``, oldest first. A rule that cannot be read is left out."""
        rules = tables.rules
        query = select(rules.c.body, rules.c.muted_until, tables.memories.c.body.label("memory")).select_from(
            rules.outerjoin(tables.memories, tables.memories.c.name == "rule/" + rules.c.id)
        )
        if owner is not None:
            query = query.where(rules.c.owner == owner)
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(rules.c.created_at, rules.c.id)).all()
        return tuple(status for row in rows if (status := _status(row)) is not None)

    def alerts(self, limit: int = 100, *, owner: str | None = None, loud: bool = False) -> tuple[Alert, ...]:
        """The newest lines of the alert log, newest first; with ``loud`` only those that somebody was
        told.
        """
        columns = [tables.alerts.c[name] for name in Alert.__slots__]
        query = select(*columns).order_by(tables.alerts.c.at.desc(), tables.alerts.c.episode).limit(limit)
        if owner is not None:
            query = query.where(tables.alerts.c.owner == owner)
        if loud:
            query = query.where(tables.alerts.c.quiet.is_(False))
        with self.database.transaction() as connection:
            return tuple(Alert(*row) for row in connection.execute(query))

    def transitions(self, rule_id: str, limit: int = 100) -> tuple[Transition, ...]:
        """The newest steps of a rule, newest first."""
        table = tables.transitions
        columns = [table.c[name] for name in Transition.__slots__]
        query = select(*columns).where(table.c.rule_id == rule_id).order_by(table.c.id.desc()).limit(limit)
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(
            Transition(
                rule, at, Condition(was), Condition(now), Health(before), Health(health), value, as_of, text
            )
            for rule, at, was, now, before, health, value, as_of, text in rows
        )

    def deliveries(self, episode: str) -> tuple[Delivery, ...]:
        """What became of the messages of one episode."""
        columns = [tables.outbox.c[name] for name in Delivery.__slots__]
        query = select(*columns).where(tables.outbox.c.episode == episode).order_by(tables.outbox.c.id)
        with self.database.transaction() as connection:
            return tuple(Delivery(*row) for row in connection.execute(query))

    def watcher(self) -> Heartbeat | None:
        """The watcher that leads, else the one seen last; None where none was ever seen."""
        beats = tables.heartbeats
        query = select(*(beats.c[name] for name in Heartbeat.__slots__)).order_by(
            beats.c.at.desc(), beats.c.leads.desc()
        )
        with self.database.transaction() as connection:
            seen = [Heartbeat(*row) for row in connection.execute(query.limit(20))]
        return next((beat for beat in seen if beat.leads), seen[0] if seen else None)

    def save_rule(self, owner: str, rule: Rule) -> None:
        """Keep a new rule, or change one of ``owner``'s; a changed rule forgets what it remembered."""
        rules = tables.rules
        with self._change() as connection:
            kept = connection.execute(
                select(rules.c.owner, rules.c.body).where(rules.c.id == rule.id)
            ).one_or_none()
            if kept is None:
                self._check_room(connection, rules, owner, MOST_RULES, "rules")
                connection.execute(
                    insert(rules).values(
                        id=rule.id, owner=owner, body=pack_rule(rule), created_at=self._clock()
                    )
                )
                return
            if kept.owner != owner:
                raise Refused("This rule belongs to somebody else.")
            if kept.body != pack_rule(rule):
                connection.execute(update(rules).where(rules.c.id == rule.id).values(body=pack_rule(rule)))
                connection.execute(delete(tables.memories).where(tables.memories.c.name == f"rule/{rule.id}"))

    def delete_rule(self, owner: str, rule_id: str) -> None:
        """Forget a rule of ``owner``; its log stays."""
        rules = tables.rules
        with self._change() as connection:
            gone = connection.execute(delete(rules).where(rules.c.id == rule_id, rules.c.owner == owner))
            if gone.rowcount:
                connection.execute(delete(tables.memories).where(tables.memories.c.name == f"rule/{rule_id}"))

    def mute_rule(self, owner: str, rule_id: str, until: datetime | None) -> None:
        """Tell nobody of a rule until a moment; None ends a mute. The log goes on."""
        rules = tables.rules
        with self._change() as connection:
            connection.execute(
                update(rules).where(rules.c.id == rule_id, rules.c.owner == owner).values(muted_until=until)
            )

    def zones(self, owner: str) -> tuple[Zone, ...]:
        """The zones that ``owner`` keeps, oldest first."""
        table = tables.zones
        query = select(table.c.written, table.c.name).where(table.c.owner == owner)
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(table.c.created_at, table.c.written)).all()
        return tuple(replace(parse_zone(row.written), name=row.name) for row in rows)

    def keep_zone(self, owner: str, zone: Zone) -> None:
        """Keep a zone of ``owner``, under its newest name."""
        table, written = tables.zones, write_zone(zone)
        mine = and_(table.c.owner == owner, table.c.written == written)
        with self._change() as connection:
            if connection.execute(update(table).where(mine).values(name=zone.name)).rowcount:
                return
            self._check_room(connection, table, owner, MOST_ZONES, "levels")
            connection.execute(
                insert(table).values(owner=owner, written=written, name=zone.name, created_at=self._clock())
            )

    def drop_zone(self, owner: str, zone: Zone) -> None:
        """Forget a zone of ``owner``."""
        table = tables.zones
        with self._change() as connection:
            connection.execute(
                delete(table).where(table.c.owner == owner, table.c.written == write_zone(zone))
            )

    def targets(self, owner: str) -> tuple[TargetStatus, ...]:
        """Where ``owner``'s messages go, oldest first; addresses are never shown."""
        table, outbox = tables.targets, tables.outbox
        columns = [table.c[name] for name in TargetStatus.__slots__ if name != "late"]
        late = (
            select(outbox.c.problem)
            .where(outbox.c.target_id == table.c.id, outbox.c.problem != "", outbox.c.state == "due")
            .order_by(outbox.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = (
            select(*columns, func.coalesce(late, ""))
            .where(table.c.owner == owner)
            .order_by(table.c.created_at)
        )
        with self.database.transaction() as connection:
            rows: Any = connection.execute(query).all()
        return tuple(TargetStatus(*row) for row in rows)

    def add_target(self, owner: str, kind: str, address: str) -> str:
        """Take a new target and put its confirmation code in the outbox; the target's id.

        Nothing else is sent to it before `confirm_target`.
        """
        try:
            target = parse_target(kind, address)
        except ValueError as problem:
            raise Refused(f"{str(problem)[0].upper()}{str(problem)[1:]}.") from None
        now, identity, code, mute = self._clock(), token_hex(8), new_code(), new_link()
        with self._change() as connection:
            try:
                sealed = self._seal.close("\n".join((mute, *target.parts)))
                mark = self._seal.mark("\n".join((target.kind, *target.parts)).lower())
            except Unopened as problem:
                raise Refused(f"No address can be kept: {problem}.") from problem
            self._check_room(connection, tables.targets, owner, MOST_TARGETS, "targets")
            self._note_code(connection, owner, mark, now)
            connection.execute(
                insert(tables.targets).values(
                    id=identity,
                    owner=owner,
                    kind=target.kind.value,
                    label=target.label,
                    sealed=sealed,
                    code_hash=hashed(code),
                    code_until=now + CODE_LASTS,
                    code_tries=0,
                    mute_hash=hashed(mute),
                    broken="",
                    created_at=now,
                )
            )
            connection.execute(
                insert(tables.outbox).values(
                    episode=f"code/{identity}",
                    target_id=identity,
                    title=CODE_TITLE,
                    text=f"Your code is {code}. It lasts 15 minutes. If you did not ask for it, do nothing.",
                    link="",
                    state="due",
                    due_at=now,
                    attempts=0,
                    created_at=now,
                    problem="",
                )
            )
        return identity

    def confirm_target(self, owner: str, target_id: str, code: str) -> None:
        """Begin to use a target whose code was typed in."""
        table = tables.targets
        mine = and_(table.c.id == target_id, table.c.owner == owner)
        with self._change() as connection:
            # Counting first makes concurrent guesses wait for each other.
            connection.execute(update(table).where(mine).values(code_tries=table.c.code_tries + 1))
            row = connection.execute(
                select(table.c.code_hash, table.c.code_until, table.c.code_tries, table.c.confirmed_at).where(
                    mine
                )
            ).one_or_none()
            accepted = (
                row is not None
                and row.code_tries <= CODE_TRIES
                and self._clock() <= row.code_until
                and is_same(code.strip(), row.code_hash)
            )
            if accepted:
                connection.execute(update(table).where(mine).values(confirmed_at=self._clock()))
        if not accepted:
            raise Refused("This code is wrong or too old. Remove the target and add it again.")

    def remove_target(self, owner: str, target_id: str) -> None:
        """Forget a target of ``owner`` and what was still due to it."""
        table = tables.targets
        with self._change() as connection:
            connection.execute(delete(table).where(table.c.id == target_id, table.c.owner == owner))

    def mute_target(self, link: str) -> bool:
        """Send nothing more to the target whose message carried this mute link; whether there is one.

        What is due to it is dropped, so that none of it comes when the mute ends. Whoever gets messages may
        always end them: a read-only server takes this one change.
        """
        table, outbox = tables.targets, tables.outbox
        with self.database.transaction() as connection:
            muted = connection.execute(
                update(table).where(table.c.mute_hash == hashed(link)).values(muted_at=self._clock())
            )
            its = select(table.c.id).where(table.c.mute_hash == hashed(link)).scalar_subquery()
            connection.execute(
                update(outbox)
                .where(outbox.c.target_id == its, outbox.c.state == "due")
                .values(state="given_up", problem="muted")
            )
        return bool(muted.rowcount)

    def unmute_target(self, owner: str, target_id: str) -> None:
        """Send to a muted target again."""
        table = tables.targets
        with self._change() as connection:
            connection.execute(
                update(table).where(table.c.id == target_id, table.c.owner == owner).values(muted_at=None)
            )

    def grant(self, owner: str, *, may_edit: bool, lasts: timedelta = LINK_LASTS) -> str:
        """A capability link for ``owner``; only its hash is kept, so it is shown once."""
        link, now = new_link(), self._clock()
        with self._change() as connection:
            connection.execute(
                insert(tables.capabilities).values(
                    hash=hashed(link), owner=owner, may_edit=may_edit, expires_at=now + lasts, created_at=now
                )
            )
        return link

    def capability(self, link: str) -> Capability | None:
        """What a capability link allows; None for one that is unknown, revoked or too old."""
        table = tables.capabilities
        query = select(table.c.owner, table.c.may_edit, table.c.expires_at).where(
            table.c.hash == hashed(link)
        )
        with self.database.transaction() as connection:
            row = connection.execute(query).one_or_none()
        found = None if row is None else Capability(*row)
        return found if found is not None and self._clock() < found.expires_at else None

    def revoke(self, link: str) -> None:
        """End a capability link at once, everywhere."""
        with self._change() as connection:
            connection.execute(delete(tables.capabilities).where(tables.capabilities.c.hash == hashed(link)))

    def revoke_all(self, owner: str) -> int:
        """End every capability link of ``owner``; how many there were."""
        table = tables.capabilities
        with self._change() as connection:
            ended = connection.execute(delete(table).where(table.c.owner == owner))
        return int(ended.rowcount)

    def _change(self) -> AbstractContextManager[Connection]:
        if self._read_only:
            raise Refused("This copy is read-only. Your levels stay in the link.")
        return self.database.transaction()

    @staticmethod
    def _note_code(connection: Connection, owner: str, mark: str, now: datetime) -> None:
        """Count a code that is about to be sent: a stranger could be its receiver, or its guesser."""
        codes = tables.codes
        connection.execute(delete(codes).where(codes.c.at <= now - timedelta(days=1)))
        sent = connection.execute(select(codes.c.owner, codes.c.mark)).all()
        if sum(row.mark == mark for row in sent) >= MOST_CODES_THERE:
            raise Refused(f"{MOST_CODES_THERE} codes went there today. Try again tomorrow.")
        if sum(row.owner == owner for row in sent) >= MOST_CODES:
            raise Refused(f"You had {MOST_CODES} codes sent today. Try again tomorrow.")
        connection.execute(insert(codes).values(owner=owner, mark=mark, at=now))

    @staticmethod
    def _check_room(connection: Connection, table: Table, owner: str, most: int, what: str) -> None:
        count = connection.execute(
            select(func.count()).select_from(table).where(table.c.owner == owner)
        ).scalar_one()
        if count >= most:
            raise Refused(f"There are already {most} {what}. Remove one first.")


def _status(row: Any) -> RuleStatus | None:
    try:
        rule = unpack_rule(row.body)
        packed = row.memory or {}
        common = unpack(LevelMemory, packed).common if isinstance(rule, LevelRule) else unpack(Memory, packed)
    except ValueError:
        return None
    return RuleStatus(
        rule,
        common.condition,
        common.health,
        common.since,
        common.health_since,
        common.value,
        common.as_of,
        row.muted_until,
    )
