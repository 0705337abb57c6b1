"""The first schema.

Every step can be taken again, since SQLite keeps the part of a migration that was done when a process was
killed.
"""

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    String,
    Text,
    UniqueConstraint,
)

from watch.store.tables import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "rules",
        Column("id", String(64), primary_key=True),
        Column("owner", String(64), nullable=False),
        Column("body", JSON, nullable=False),
        Column("muted_until", Instant),
        Column("created_at", Instant, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "memories",
        Column("name", String(96), primary_key=True),
        Column("body", JSON, nullable=False),
        Column("updated_at", Instant, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "transitions",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("rule_id", String(64), nullable=False),
        Column("at", Instant, nullable=False),
        Column("condition_before", String(16), nullable=False),
        Column("condition", String(16), nullable=False),
        Column("health_before", String(16), nullable=False),
        Column("health", String(16), nullable=False),
        Column("value", Float),
        Column("as_of", Instant),
        Column("detail", Text, nullable=False),
        UniqueConstraint("rule_id", "at", "condition", "health", name="uq_transitions_step"),
        if_not_exists=True,
    )
    op.create_table(
        "alerts",
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
        if_not_exists=True,
    )
    op.create_table(
        "targets",
        Column("id", String(32), primary_key=True),
        Column("owner", String(64), nullable=False),
        Column("kind", String(16), nullable=False),
        Column("label", Text, nullable=False),
        Column("sealed", Text, nullable=False),
        Column("code_hash", String(64), nullable=False),
        Column("code_until", Instant, nullable=False),
        Column("code_tries", Integer, nullable=False),
        Column("mute_hash", String(64), nullable=False),
        Column("confirmed_at", Instant),
        Column("muted_at", Instant),
        Column("broken", Text, nullable=False),
        Column("created_at", Instant, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "outbox",
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
        if_not_exists=True,
    )
    op.create_table(
        "capabilities",
        Column("hash", String(64), primary_key=True),
        Column("owner", String(64), nullable=False),
        Column("may_edit", Boolean, nullable=False),
        Column("expires_at", Instant, nullable=False),
        Column("created_at", Instant, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "leaders",
        Column("name", String(32), primary_key=True),
        Column("token", Number, nullable=False),
        Column("beat", Number, nullable=False),
        Column("locked", Boolean, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "heartbeats",
        Column("name", String(64), primary_key=True),
        Column("at", Instant, nullable=False),
        Column("leads", Boolean, nullable=False),
        Column("said", Text, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_rules_owner", "rules", ["owner"], if_not_exists=True)
    op.create_index("ix_transitions_rule_id", "transitions", ["rule_id"], if_not_exists=True)
    op.create_index("ix_alerts_at", "alerts", ["at"], if_not_exists=True)
    op.create_index("ix_targets_owner", "targets", ["owner"], if_not_exists=True)
    op.create_index("ix_targets_mute_hash", "targets", ["mute_hash"], if_not_exists=True)
    op.create_index("ix_outbox_due", "outbox", ["state", "due_at"], if_not_exists=True)
    op.create_index("ix_capabilities_owner", "capabilities", ["owner"], if_not_exists=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("heartbeats")
    op.drop_table("leaders")
    op.drop_table("capabilities")
    op.drop_table("outbox")
    op.drop_table("targets")
    op.drop_table("alerts")
    op.drop_table("transitions")
    op.drop_table("memories")
    op.drop_table("rules")
