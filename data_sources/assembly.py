"""One process's sources, built from the settings, and the feed that stands in front of them now."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from threading import Event

from data_sources.errors import NoData
from data_sources.feed import Feed, Span
from data_sources.health import ProviderHealth
from data_sources.live import Live, elapsed, live, utc_now
from data_sources.recorded import Recorded, describe
from data_sources.redis_memory import RedisMemory
from data_sources.settings import Mode, Settings, read_settings
from data_sources.source import Source
from data_sources.steady import Steady
from market import catalogue
from market.bars import Bars
from market.instruments import Instrument, Interval

FIRST_ANSWER = 3.0
"""Seconds a visitor waits for a first answer where no recording can stand in meanwhile."""


FIRST_ROUND = 8.0
"""Seconds for which a first question may be on its way while others have answered: so that a page turns live
once, and not line by line."""


class Nothing:
    """A `Source` that has nothing: what is left when a recording cannot be opened."""

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:  # noqa: ARG002 (the Protocol's signature)
        """Never any bars: raises `NoData`."""
        raise NoData(instrument, "the recording")


@dataclass(frozen=True)
class Sources:
    """Every source of one process: the recording, and the providers unless only the recording is wanted."""

    settings: Settings
    recorded: Feed
    providers: Live | None = None
    live: Feed | None = None
    _answered: Event = field(default_factory=Event)

    def feed(self) -> Feed:
        """What pages and routes read now.

        With `Mode.AUTO` the recording until providers have answered, or have left something on disk; from
        then on the providers, for good. The first round of questions is waited for, but no late one.
        """
        if self.live is None or self.providers is None:
            return self.recorded
        if self.settings.mode is Mode.LIVE or self._has_answered():
            return self.live
        self.ask_all()
        return self.recorded

    @property
    def playable(self) -> Feed | None:
        """The recording, where it may be shown; None where only providers are wanted."""
        return None if self.settings.mode is Mode.LIVE else self.recorded

    def watched(self) -> Feed:
        """What a watcher reads: providers where there are any, and never the recording in their place."""
        if self.providers is None:
            return self.recorded
        return Feed(Steady(self.providers.chain()), self.recorded.catalogue)

    def ask_all(self) -> None:
        """Let providers be asked in the background for all that the catalogue holds, where that is due."""
        if self.live is not None:
            self.live.ask(self.live.catalogue)

    def health(self) -> Mapping[str, ProviderHealth]:
        """How every provider is doing; empty where none is wanted."""
        return self.providers.health() if self.providers else {}

    def _has_answered(self) -> bool:
        if not self._answered.is_set() and self.providers is not None and self.live is not None:
            btc = self.live.catalogue["BTC"]
            on_disk = any(
                self.providers.sources[each.source].ready(btc, Interval.DAY) is not None
                for each in btc.listings
            )
            answered = any(each.last_success for each in self.health().values())
            coming = any(seconds < FIRST_ROUND for *_, seconds in self.providers.on_their_way())
            if on_disk or (answered and not coming):
                self._answered.set()
        return self._answered.is_set()


def assemble(
    settings: Settings,
    providers: Mapping[str, Source] | None = None,
    clock: Callable[[], datetime] = utc_now,
    timer: Callable[[], float] = elapsed,
) -> Sources:
    """The sources that ``settings`` ask for; a recording that cannot be opened is told in its span.

    ``providers`` stand in for the real ones, by name.
    """
    recorded = _recording(settings)
    if settings.mode is Mode.RECORDED:
        return Sources(settings, recorded)
    is_auto = settings.mode is Mode.AUTO
    known = recorded.catalogue
    memory = RedisMemory(settings.redis_url) if settings.redis_url else None
    patience = 0.0 if is_auto else FIRST_ANSWER
    lively = live(settings.state_dir, known["BTC"], clock, timer, patience, memory, providers)
    chain = lively.chain(recorded.source if is_auto else None)
    return Sources(settings, recorded, lively, Feed(Steady(chain), known))


def _recording(settings: Settings) -> Feed:
    known = catalogue.load()
    try:
        description = describe(settings.recording)
    except ValueError as problem:
        return Feed(Nothing(), known, Span(problems=(str(problem),)))
    recorded = Recorded(settings.recording, description)
    span = Span(description.start, description.end, description.moment, recorded.problems)
    return Feed(recorded, known, span)


@cache
def process_settings() -> Settings:
    """This process's settings: the environment as it was at the first question."""
    return read_settings(os.environ)


@cache
def process_sources() -> Sources:
    """This process's sources, built at the first question."""
    return assemble(process_settings())


def process_feed() -> Feed:
    """This process's feed as it stands now."""
    return process_sources().feed()
