"""Levels that people keep, and which codes were sent of late."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String

from watch.store.tables import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Number = BigInteger().with_variant(Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "zones",
        Column("owner", String(64), primary_key=True),
        Column("written", String(64), primary_key=True),
        Column("name", String(64), nullable=False),
        Column("created_at", Instant, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "codes",
        Column("id", Number, primary_key=True, autoincrement=True),
        Column("owner", String(64), nullable=False),
        Column("mark", String(64), nullable=False),
        Column("at", Instant, nullable=False),
        if_not_exists=True,
    )
    op.create_index("ix_codes_owner", "codes", ["owner"], if_not_exists=True)
    op.create_index("ix_codes_mark", "codes", ["mark"], if_not_exists=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("codes")
    op.drop_table("zones")
