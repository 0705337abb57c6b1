"""What every page shares: the settings and the feed of this process."""

from functools import cache

from data_sources.assembly import process_feed, process_settings
from data_sources.feed import Feed
from data_sources.settings import Settings
from market.catalogue import Catalogue
from watch.store import Store, open_store


def feed() -> Feed:
    """This process's feed, seen from now."""
    return process_feed()


def settings() -> Settings:
    """This process's settings."""
    return process_settings()


@cache
def store() -> Store:
    """The watcher's store: what is watched, what happened, who is told."""
    return open_store(process_settings())


def known() -> Catalogue:
    """Every instrument, zone and episode."""
    return process_feed().catalogue
