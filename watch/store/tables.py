"""The tables of the watcher's store. A change here is a new file in `migrations/versions`."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC, with its zone on both sides; SQLite has none of its own and keeps it without."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """As the database keeps it."""
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """As the program knows it."""
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


metadata = MetaData()
Number = BigInteger().with_variant(Integer, "sqlite")

rules = Table(
    "rules",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("body", JSON, nullable=False),
    Column("muted_until", Instant),
    Column("created_at", Instant, nullable=False),
)

memories = Table(
    "memories",
    metadata,
    Column("name", String(96), primary_key=True),
    Column("body", JSON, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

transitions = Table(
    "transitions",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("rule_id", String(64), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("condition_before", String(16), nullable=False),
    Column("condition", String(16), nullable=False),
    Column("health_before", String(16), nullable=False),
    Column("health", String(16), nullable=False),
    Column("value", Float),
    Column("as_of", Instant),
    Column("detail", Text, nullable=False),
    UniqueConstraint("rule_id", "at", "condition", "health", name="uq_transitions_step"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("episode", String(160), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("rule_id", String(64), nullable=False),
    Column("topic", String(24), nullable=False),
    Column("at", Instant, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("value", Float),
    Column("as_of", Instant),
    Column("source", Text, nullable=False),
    Column("quiet", Boolean, nullable=False),
    Index("ix_alerts_at", "at"),
)

targets = Table(
    "targets",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("label", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("code_until", Instant, nullable=False),
    Column("code_tries", Integer, nullable=False),
    Column("mute_hash", String(64), nullable=False, index=True),
    Column("confirmed_at", Instant),
    Column("muted_at", Instant),
    Column("broken", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("episode", String(160), nullable=False),
    Column("target_id", String(32), ForeignKey("targets.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("link", Text, nullable=False),
    Column("state", String(12), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("token", Number),
    Column("claimed_at", Instant),
    Column("sent_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("problem", Text, nullable=False),
    UniqueConstraint("episode", "target_id", name="uq_outbox_episode_target"),
    Index("ix_outbox_due", "state", "due_at"),
)

capabilities = Table(
    "capabilities",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("may_edit", Boolean, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
)

zones = Table(
    "zones",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("written", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
)

# Which codes were sent of late, so that nobody can have them sent to others for ever.
codes = Table(
    "codes",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("owner", String(64), nullable=False, index=True),
    Column("mark", String(64), nullable=False, index=True),
    Column("at", Instant, nullable=False),
)

leaders = Table(
    "leaders",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("token", Number, nullable=False),
    Column("beat", Number, nullable=False),
    Column("locked", Boolean, nullable=False),
)

heartbeats = Table(
    "heartbeats",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("leads", Boolean, nullable=False),
    Column("said", Text, nullable=False),
)
