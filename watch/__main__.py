"""`python -m watch`: watch the rules of the store until told to stop."""

import logging
import os
import signal
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Event

from data_sources.assembly import assemble
from data_sources.settings import BadSetting, Mode, Settings, read_settings
from watch.clock import SteadyClock
from watch.courier import Post, read_outward
from watch.leader import AdvisoryMutex, FileMutex, Leadership, Mutex
from watch.ledger import Ledger
from watch.looking import Prices
from watch.store.database import Database
from watch.store.sealing import Seal
from watch.watcher import IN_FLIGHT, MOST_STUCK, Watcher

TICK_SECONDS = 0.5
LONGEST_HOST = 50


def main() -> int:
    """Run until SIGTERM or SIGINT; the exit status."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        settings = read_settings(os.environ)
        watcher = build(settings)
    except (BadSetting, ValueError) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    run(watcher, stop)
    return 0


def run(watcher: Watcher, stop: Event) -> None:
    """Tick until ``stop`` is set."""
    logging.getLogger("watch").info("watching as %s", watcher.name)
    while not stop.wait(TICK_SECONDS):
        watcher.tick()
    watcher.stop()


def build(settings: Settings) -> Watcher:
    """The watcher that ``settings`` ask for; raises `ValueError` for a bad `notify.toml`."""
    database, seal = Database(settings.database), Seal(settings.state_dir)
    feed = assemble(settings).watched()
    replay = settings.mode is Mode.RECORDED

    def prices() -> Prices:
        return feed.as_of(feed.span.moment) if replay else feed

    return Watcher(
        ledger=Ledger(database, seal),
        leadership=Leadership(database, mutex_for(database, settings)),
        prices=prices,
        courier=Post(read_outward(settings.state_dir)),
        known={instrument.key: instrument for instrument in feed.catalogue},
        clock=SteadyClock(),
        workers=ThreadPoolExecutor(IN_FLIGHT + MOST_STUCK, thread_name_prefix="watch"),
        name=f"{socket.gethostname()[:LONGEST_HOST]}-{os.getpid()}",
        public_url=settings.public_url,
        replay=replay,
    )


def mutex_for(database: Database, settings: Settings) -> Mutex:
    """The lock that fits the database."""
    if database.is_postgresql:
        return AdvisoryMutex(database)
    folder = database.file.parent if database.file else settings.state_dir
    return FileMutex(folder / "watcher.lock")


if __name__ == "__main__":
    sys.exit(main())
