"""What every page shares: the settings and the feed of this process."""

from functools import cache

from data_sources.assembly import Sources, process_settings, process_sources
from data_sources.settings import Settings
from market.catalogue import Catalogue
from watch.store import Store, open_store


def sources() -> Sources:
    """Every source of this process."""
    return process_sources()


def settings() -> Settings:
    """This process's settings."""
    return process_settings()


@cache
def store() -> Store:
    """The watcher's store: what is watched, what happened, who is told."""
    return open_store(process_settings())


def known() -> Catalogue:
    """Every instrument, zone and episode."""
    return process_sources().recorded.catalogue
