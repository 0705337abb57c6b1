"""Providers in this process: what an invented market says, without the network, at a time of one's own."""

import time
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from data_sources.assembly import Sources, assemble
from data_sources.errors import Unreachable
from data_sources.parsing import MINUTES_A_DAY, at_ends_of_days, at_ends_of_hours, build, listing_of
from data_sources.settings import SHIPPED_RECORDING, Mode, Settings
from market import catalogue
from market.bars import Bars
from market.instruments import Instrument, Interval
from tests.fakes.clock import Clock
from tests.fakes.world import World

HOURS = 24 * 90


class Telling:
    """A `Source` that tells what ``world`` holds, or its newest ``days``; while it ``fails``, nothing."""

    def __init__(self, world: World, source: str) -> None:
        self.world = world
        self.source = source
        self.fails = False
        self.days: int | None = None
        self.keys: list[tuple[str, Interval]] = []
        self._told: dict[Hashable, Bars] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """What the world holds now; the same object until it says something else."""
        self.keys.append((instrument.key, interval))
        if self.fails:
            raise Unreachable(instrument, self.source)
        asked = instrument.key, interval, self.world.clock(), tuple(self.world.lies.items())
        if asked not in self._told:
            self._told[asked] = self._bars(instrument, interval)
        return self._told[asked]

    def _bars(self, instrument: Instrument, interval: Interval) -> Bars:
        listing, now = listing_of(instrument, self.source), self.world.clock()
        if interval is Interval.DAY:
            days = self.world.days(instrument.key, instrument.calendar.value, self.source)
            rows, sampling = at_ends_of_days(days, instrument.calendar), "close"
        else:
            hours = self.world.hours(instrument.key, HOURS)
            rows, sampling = at_ends_of_hours(hours, instrument.calendar), "hourly close"
        if listing.delay_minutes >= MINUTES_A_DAY:
            rows = rows.loc[rows.index <= now - timedelta(minutes=listing.delay_minutes)]
        if self.days is None:
            return build(instrument, interval, rows, listing, now, sampling)
        newest = build(instrument, interval, rows[-self.days :], listing, now, sampling)
        return replace(newest, provenance=replace(newest.provenance, windowed=True))


class Town:
    """Every provider of the catalogue, telling of one world, and the sources of a process that asks them."""

    def __init__(self, folder: Path, mode: Mode, clock: Clock, recording: Path = SHIPPED_RECORDING) -> None:
        self.clock = clock
        self.world = World(clock.now)
        names = {listing.source for each in catalogue.load() for listing in each.listings}
        self.providers: Mapping[str, Telling] = {name: Telling(self.world, name) for name in sorted(names)}
        self.settings = Settings(mode, recording, folder)
        self.sources: Sources = assemble(self.settings, self.providers, clock.now, clock.seconds)

    def fail(self, names: Iterable[str]) -> None:
        """Let these providers fail, and all others tell."""
        failing = set(names)
        for name, provider in self.providers.items():
            provider.fails = name in failing

    def settle(self, rounds: int = 3) -> None:
        """Ask for everything, and wait for what is on its way, until every provider in line was asked."""
        live, providers = self.sources.live, self.sources.providers
        if live is None or providers is None:
            return
        for _ in range(rounds):
            for interval in Interval:
                live.many(live.catalogue, interval)
            until = time.monotonic() + 30
            while providers.on_their_way() and time.monotonic() < until:
                time.sleep(0.005)
