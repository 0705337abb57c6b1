"""What a first visitor would otherwise wait for, done in the background when the server starts."""

import logging
from importlib import import_module
from pathlib import Path
from threading import Thread

from analytics.readings import read_all
from data_sources.assembly import process_feed, process_sources

log = logging.getLogger(__name__)

PRESENT = Path(__file__).parent / "present"


def warm_up() -> None:
    """Begin to load prices, calendars and the modules of the pages; returns at once."""
    Thread(target=_warm, name="warm-up", daemon=True).start()


def _warm() -> None:
    try:
        process_sources().ask_all()
        feed = process_feed()
        read_all(feed.as_of(feed.span.moment).many(feed.catalogue))
        for path in PRESENT.glob("[!_]*.py"):
            import_module(f"app.present.{path.stem}")
    except Exception:
        log.exception("warming up failed; pages load what they need themselves")
