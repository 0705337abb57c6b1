"""The watcher's store, as the rest of the program may know it: what pages and routes read and change."""

from datetime import UTC, datetime

from data_sources.settings import Settings
from watch.store.database import Database, StoreUnavailable
from watch.store.pages import (
    LOCAL,
    Alert,
    Capability,
    Delivery,
    Heartbeat,
    Refused,
    RuleStatus,
    Store,
    TargetStatus,
    Transition,
)
from watch.store.sealing import Seal

__all__ = [
    "LOCAL",
    "Alert",
    "Capability",
    "Delivery",
    "Heartbeat",
    "Refused",
    "RuleStatus",
    "Store",
    "StoreUnavailable",
    "TargetStatus",
    "Transition",
    "open_store",
]


def open_store(settings: Settings) -> Store:
    """The store that ``settings`` name; nothing is touched before the first question."""
    database = Database(settings.database)
    return Store(database, Seal(settings.state_dir), lambda: datetime.now(UTC), read_only=settings.read_only)
