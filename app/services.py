"""What every page shares: the settings and the feed of this process."""

from functools import cache

import streamlit as st

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


def base_path() -> str:
    """The path that every address of this server begins with, such as "/stress"; empty for none."""
    given = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{given}" if given else ""


@cache
def store() -> Store:
    """The watcher's store: what is watched, what happened, who is told."""
    return open_store(process_settings())


def known() -> Catalogue:
    """Every instrument, zone and episode."""
    return process_sources().recorded.catalogue
