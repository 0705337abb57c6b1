"""The store as the watcher writes it: memories, transitions, alerts and the outbox, all behind the
leader's token.

Every write first advances the leader's own row; where its token is no longer the newest the whole
transaction is undone and `Deposed` raised. A message is claimed before it is sent, and whoever wakes too
late to send has lost it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from market.rules import LevelRule, Rule
from watch.judge import Believed
from watch.levels import LevelMemory
from watch.machine import Memory, Notice
from watch.messages import Told
from watch.store import tables
from watch.store.codec import pack, unpack, unpack_rule
from watch.store.database import Database
from watch.store.sealing import Seal, Unopened
from watch.targets import Target, TargetKind

LEADER = "watcher"
CLAIM_LASTS = timedelta(seconds=15)
MOST_A_DAY = 20
GIVE_UP_AFTER = timedelta(hours=24)
RETRY_SECONDS = (5, 15, 60, 300, 900)
LONGEST_WAIT = timedelta(hours=1)
KEPT_HEARTBEATS = timedelta(days=1)
KEPT_STEPS = timedelta(days=90)

AnyMemory = Memory | LevelMemory


class Deposed(Exception):
    """Another watcher leads now: nothing was written."""


@dataclass(frozen=True, slots=True)
class Watched:
    """A rule, whose it is, until when nobody is told of it, and what it remembers."""

    rule: Rule
    owner: str
    muted_until: datetime | None
    memory: AnyMemory


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of one rule: its memory before and after, and what there is to tell, in words."""

    watched: Watched
    at: datetime
    memory: AnyMemory
    notices: tuple[tuple[Notice, Told], ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message that is ours to send now; ``target`` is None where its address cannot be opened."""

    id: int
    episode: str
    target_id: str
    target: Target | None
    title: str
    text: str
    link: str
    mute: str
    attempts: int
    created_at: datetime


def common(memory: AnyMemory) -> Memory:
    """The axes of any memory."""
    return memory.common if isinstance(memory, LevelMemory) else memory


class Ledger:
    """Reads what to watch and writes what happened. Methods may raise `StoreUnavailable`, writes
    `Deposed`.
    """

    def __init__(self, database: Database, seal: Seal) -> None:
        """The same database and seal as the pages'."""
        self.database = database
        self._seal = seal

    def watched(self) -> tuple[Watched, ...]:
        """Every rule and its memory; a rule that cannot be read is left out."""
        rules, memories = tables.rules, tables.memories
        query = (
            select(rules.c.body, rules.c.owner, rules.c.muted_until, memories.c.body.label("memory"))
            .select_from(rules.outerjoin(memories, memories.c.name == "rule/" + rules.c.id))
            .order_by(rules.c.created_at, rules.c.id)
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(found for row in rows if (found := _watched(row)) is not None)

    def believed(self) -> dict[str, Believed]:
        """What was believed of prices when it was last written."""
        query = select(tables.memories.c.name, tables.memories.c.body).where(
            tables.memories.c.name.startswith("price/")
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        found = {name.removeprefix("price/"): _believed(body) for name, body in rows}
        return {name: each for name, each in found.items() if each is not None}

    def write(
        self, token: int, entries: Sequence[Entry], believed: dict[str, Believed], now: datetime
    ) -> None:
        """Keep the steps of one cycle as a whole: writing the same again changes nothing."""
        with self.database.transaction() as connection:
            _lead(connection, token)
            for entry in entries:
                rule_id = entry.watched.rule.id
                self._remember(connection, f"rule/{rule_id}", pack(entry.memory), entry.at)
                self._note_step(connection, entry)
                for notice, told in entry.notices:
                    self._tell(connection, entry, notice, told, now)
            for name, body in believed.items():
                self._remember(connection, f"price/{name}", pack(body), now)

    def claim(
        self, token: int, now: datetime, limit: int = 20, *, under_way: Collection[int] = ()
    ) -> tuple[Parcel, ...]:
        """Messages that are due, now ours alone; those over a target's daily limit wait for the next day.

        ``under_way`` are the ids of those being sent. One that has been due for a day is given up: it would
        tell of a market long gone.
        """
        outbox, targets = tables.outbox, tables.targets
        due = and_(
            or_(
                and_(outbox.c.state == "due", outbox.c.due_at <= now),
                # A claim may have died with the watcher before us, or been kept by a store whose answer was
                # lost on the way.
                and_(
                    outbox.c.state == "claimed",
                    outbox.c.id.not_in(under_way),
                    outbox.c.claimed_at < now - CLAIM_LASTS,
                ),
            ),
            targets.c.broken == "",
            targets.c.muted_at.is_(None),
            or_(targets.c.confirmed_at.is_not(None), outbox.c.episode.startswith("code/")),
        )
        query = (
            select(outbox, targets.c.kind, targets.c.sealed)
            .join(targets, targets.c.id == outbox.c.target_id)
            .where(due)
            .order_by(outbox.c.id)
            .limit(limit)
        )
        with self.database.transaction() as connection:
            if connection.execute(query.limit(1)).first() is None:
                return ()  # nothing to send is the rule, and leaves the disk alone
            _lead(connection, token)
            parcels = []
            for row in connection.execute(query).all():
                mine = update(outbox).where(outbox.c.id == row.id)
                if now - row.due_at > GIVE_UP_AFTER:
                    connection.execute(mine.values(state="given_up", problem="too late to be news"))
                    continue
                if self._sent_today(connection, row.target_id, now) >= MOST_A_DAY:
                    connection.execute(mine.values(due_at=now + timedelta(hours=1), problem="daily limit"))
                    continue
                connection.execute(mine.values(state="claimed", token=token, claimed_at=now))
                parcels.append(self._parcel(row))
        return tuple(parcels)

    def settle(
        self,
        token: int,
        parcel: Parcel,
        now: datetime,
        problem: str = "",
        *,
        lasting: bool = False,
        asked: timedelta = timedelta(0),
    ) -> None:
        """Note that a message arrived, or when to try again, or that it never will.

        ``asked`` is the time its receiver asked to be left alone for.
        """
        outbox = tables.outbox
        attempts = parcel.attempts + 1
        if not problem:
            values: dict[str, Any] = {"state": "sent", "sent_at": now}
        elif lasting or now - parcel.created_at >= GIVE_UP_AFTER:
            values = {"state": "given_up"}
        else:
            usual = timedelta(seconds=RETRY_SECONDS[min(attempts, len(RETRY_SECONDS)) - 1])
            values = {"state": "due", "due_at": now + max(usual, min(asked, LONGEST_WAIT))}
        with self.database.transaction() as connection:
            _lead(connection, token)
            connection.execute(
                update(outbox)
                .where(outbox.c.id == parcel.id, outbox.c.state != "sent")
                .values(**values, attempts=attempts, problem=problem)
            )
            if lasting:
                connection.execute(
                    update(tables.targets)
                    .where(tables.targets.c.id == parcel.target_id)
                    .values(broken=problem)
                )

    def beat(self, name: str, now: datetime, *, leads: bool, said: str = "") -> None:
        """Say that this watcher is alive, and what it could not do."""
        table = tables.heartbeats
        with self.database.transaction() as connection:
            self._upsert(connection, table, {"name": name}, {"at": now, "leads": leads, "said": said})
            connection.execute(delete(table).where(table.c.at < now - KEPT_HEARTBEATS))

    def sweep(self, token: int, now: datetime) -> None:
        """Forget steps and messages that are over for three months; what was told stays for ever."""
        steps, outbox = tables.transitions, tables.outbox
        with self.database.transaction() as connection:
            _lead(connection, token)
            connection.execute(delete(steps).where(steps.c.at < now - KEPT_STEPS))
            connection.execute(
                delete(outbox).where(
                    outbox.c.state.in_(("sent", "given_up")), outbox.c.created_at < now - KEPT_STEPS
                )
            )

    def _note_step(self, connection: Connection, entry: Entry) -> None:
        before, after = common(entry.watched.memory), common(entry.memory)
        if (before.condition, before.health) == (after.condition, after.health):
            return
        key = {
            "rule_id": entry.watched.rule.id,
            "at": entry.at,
            "condition": after.condition.value,
            "health": after.health.value,
        }
        self._insert_once(
            connection,
            tables.transitions,
            {
                **key,
                "condition_before": before.condition.value,
                "health_before": before.health.value,
                "value": after.value,
                "as_of": after.as_of,
                "detail": entry.why,
            },
        )

    def _tell(self, connection: Connection, entry: Entry, notice: Notice, told: Told, now: datetime) -> None:
        watched = entry.watched
        muted = watched.muted_until is not None and now < watched.muted_until
        quiet = notice.quiet or muted
        # One store serves several owners: what two of them share, such as lost data, is two episodes.
        episode = f"{watched.owner}/{notice.episode}"
        fresh = self._insert_once(
            connection,
            tables.alerts,
            {
                "episode": episode,
                "owner": watched.owner,
                "rule_id": watched.rule.id,
                "topic": notice.topic.value,
                "at": notice.at,
                "title": told.title,
                "text": told.text,
                "link": told.link,
                "value": notice.value,
                "as_of": notice.as_of,
                "source": notice.source,
                "quiet": quiet,
            },
        )
        if quiet or not fresh:
            return
        due = watched.rule.quiet.until(now) if watched.rule.quiet else None
        mine = select(tables.targets.c.id).where(
            tables.targets.c.owner == watched.owner,
            tables.targets.c.confirmed_at.is_not(None),
            tables.targets.c.muted_at.is_(None),
        )
        for target_id in connection.execute(mine).scalars().all():
            self._insert_once(
                connection,
                tables.outbox,
                {
                    "episode": episode,
                    "target_id": target_id,
                    "title": told.title,
                    "text": told.text,
                    "link": told.link,
                    "state": "due",
                    "due_at": due or now,
                    "attempts": 0,
                    "created_at": now,
                    "problem": "",
                },
            )

    def _parcel(self, row: Any) -> Parcel:
        target, mute = None, ""
        try:
            mute, *parts = self._seal.open(row.sealed).split("\n")
            target = Target(TargetKind(row.kind), tuple(parts))
        except (Unopened, ValueError):  # sealed by another key, or a kind of another version
            pass
        return Parcel(
            row.id,
            row.episode,
            row.target_id,
            target,
            row.title,
            row.text,
            row.link,
            mute,
            row.attempts,
            row.created_at,
        )

    @staticmethod
    def _sent_today(connection: Connection, target_id: str, now: datetime) -> int:
        outbox = tables.outbox
        sent: int = connection.execute(
            select(func.count()).where(
                outbox.c.target_id == target_id, outbox.c.sent_at > now - timedelta(days=1)
            )
        ).scalar_one()
        return sent

    def _remember(self, connection: Connection, name: str, body: Any, now: datetime) -> None:
        self._upsert(connection, tables.memories, {"name": name}, {"body": body, "updated_at": now})

    def _upsert(
        self, connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any]
    ) -> None:
        statement = self._insert(table).values(**key, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))

    def _insert_once(self, connection: Connection, table: Table, values: dict[str, Any]) -> bool:
        """Whether the row is new."""
        result = connection.execute(self._insert(table).values(**values).on_conflict_do_nothing())
        return bool(result.rowcount)

    def _insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        return postgresql.insert(table) if self.database.is_postgresql else sqlite.insert(table)


def _lead(connection: Connection, token: int) -> None:
    leaders = tables.leaders
    advanced = connection.execute(
        update(leaders)
        .where(leaders.c.name == LEADER, leaders.c.token == token)
        .values(beat=leaders.c.beat + 1)
    )
    if not advanced.rowcount:
        raise Deposed


def _believed(body: Any) -> Believed | None:
    try:
        return unpack(Believed, body)
    except ValueError:
        return None


def _watched(row: Any) -> Watched | None:
    try:
        rule = unpack_rule(row.body)
        kind: type[AnyMemory] = LevelMemory if isinstance(rule, LevelRule) else Memory
        return Watched(rule, row.owner, row.muted_until, unpack(kind, row.memory or {}))
    except ValueError:
        return None
