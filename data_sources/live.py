"""The live sources of one process: every provider behind its guard, its disk and its memory.

One process: Chain -> Cached( Kept( Guarded( Yahoo() ) ) ). Replicas that share a memory: Chain -> Cached(
Shared( Kept( Guarded( Yahoo() ) ) ) ).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

from data_sources.alternative_me import AlternativeMe
from data_sources.breaker import Limits
from data_sources.cached import Cached
from data_sources.chain import Chain
from data_sources.errors import Lasting
from data_sources.etf import EtfFlows
from data_sources.exchange import Exchange
from data_sources.fred import Fred
from data_sources.freshness import Freshness
from data_sources.guarded import Guarded
from data_sources.health import ProviderHealth
from data_sources.kept import Kept
from data_sources.market_now import MarketNow
from data_sources.ofr import Ofr
from data_sources.shared import Memory, Shared
from data_sources.source import Source
from data_sources.venues import VENUES
from data_sources.yahoo import Yahoo
from market.calendars import day_end
from market.instruments import Instrument, Interval

# Yahoo's limits are guarded by folklore (about 2,000 requests an hour) and its bans last hours: ask seldom,
# wait long.
# One call of yfinance that fails is up to nine requests.
YAHOO = Limits(requests_per_minute=120, failure_cost=5, rate_limit_cool_down=900)
# A history is several pages; each exchange publishes far higher limits.
EXCHANGE = Limits(requests_per_minute=240, cost=3)
# Public bodies: one small file each, and no hurry.
PUBLIC = Limits(places=2, requests_per_minute=30)
LIMITS: Mapping[str, Limits] = MappingProxyType({"yahoo": YAHOO, "yahoo_adjusted": YAHOO, "fred": PUBLIC})
# What each kind of provider is asked for again: an exchange's open bar about each minute, Yahoo's (a quarter
# of an hour late anyway) every five, and bodies that publish once a day every three hours.
TRADING = Freshness(hour=45.0, day=60.0)
DELAYED = Freshness(day=300.0)
DAILY = Freshness(day=3 * 3600.0)
# Its history grows in the state folder of whoever asks: every replica must see every day for itself.
ASKED_BY_EACH = frozenset({"btcetfdata"})


@dataclass(frozen=True)
class Live:
    """Every provider of a process, stacked; nothing is opened or asked before the first question."""

    sources: Mapping[str, Cached]
    guards: Mapping[str, Guarded]
    disks: Mapping[str, Kept]
    market: MarketNow
    clock: Callable[[], datetime]
    patience: float
    memory: Memory | None = None

    def chain(self, last_resort: Source | None = None) -> Chain:
        """The providers of each instrument in order, with their cross-check."""
        return Chain(self.sources, self.clock, last_resort, self.patience)

    def health(self) -> Mapping[str, ProviderHealth]:
        """How every provider is doing, its disk and the memory of all replicas included."""
        of_all = self.memory.trouble if self.memory else None
        return {
            name: replace(
                guard.health(),
                storage=self.disks[name].trouble or of_all,
                has_prices=self.sources[name].has_prices,
            )
            for name, guard in self.guards.items()
        }

    def changes(self) -> int:
        """How often any source has said something else than before: unequal where a page is out of date."""
        return sum(cached.changes for cached in self.sources.values())

    def on_their_way(self) -> tuple[tuple[str, str, Interval, float], ...]:
        """The questions not answered yet: source, key, interval, seconds; what a page shows as progress."""
        return tuple((name, *each) for name, cached in self.sources.items() for each in cached.on_their_way())


def utc_now() -> datetime:
    """The time, with its zone."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Seconds that never run backwards; those that the machine sleeps count, so that it wakes to old prices
    as such.
    """
    # macOS has no clock of that name, and its monotonic one counts the sleep.
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def live(
    state_dir: Path,
    bitcoin: Instrument | None = None,
    clock: Callable[[], datetime] = utc_now,
    timer: Callable[[], float] = elapsed,
    patience: float = 3.0,
    memory: Memory | None = None,
    providers: Mapping[str, Source] | None = None,
) -> Live:
    """The live sources, keeping their last known bars in ``state_dir``.

    ``bitcoin`` prices the ETF flows. ``patience`` is how long a visitor waits for a first answer; 0 where
    something else can be shown meanwhile. ``memory`` is what this process shares with its replicas.
    ``providers`` stand in for the real ones, by name.
    """
    exchanges = {name: Exchange(name, clock) for name in VENUES}
    sources: dict[str, Cached] = {}
    if providers is None:
        providers = {
            "yahoo": Yahoo(clock, state_dir / "yfinance"),
            "yahoo_adjusted": Yahoo(clock, state_dir / "yfinance", adjusted=True),
            **exchanges,
            "fred": Fred(clock),
            "ofr": Ofr(clock),
            "alternative_me": AlternativeMe(clock),
        }
        if bitcoin is not None:
            chain = Chain(sources, clock)
            flows = EtfFlows(clock, state_dir, lambda day: price_on(chain, bitcoin, day))
            providers = {**providers, "btcetfdata": flows}
    guards = {name: Guarded(each, name, clock, timer, limits_of(name)) for name, each in providers.items()}
    disks = {name: Kept(guard, state_dir / "last-known" / name, timer) for name, guard in guards.items()}
    for name, disk in disks.items():
        times = replace(freshness_of(name), patience=patience)
        behind: Kept | Shared = disk
        if memory is not None and name not in ASKED_BY_EACH:
            behind = Shared(disk, name, memory, clock, timer, times, disk.last_known)
        sources[name] = Cached(behind, name, clock, timer, times, behind.last_known)
    # Pages look again every few seconds, so none of them waits.
    asked_now = {name: (each, guards[name]) for name, each in exchanges.items() if name in guards}
    market = MarketNow(asked_now, clock, timer, 0.0)
    return Live(sources, guards, disks, market, clock, patience, memory)


def limits_of(source: str) -> Limits:
    """The limits of one provider."""
    return LIMITS.get(source, EXCHANGE if source in VENUES else PUBLIC)


def freshness_of(source: str) -> Freshness:
    """How long the answers of one provider stay fresh."""
    return TRADING if source in VENUES else DELAYED if source.startswith("yahoo") else DAILY


def price_on(source: Source, instrument: Instrument, day: date) -> float | None:
    """The close of the UTC day ``day``, or None where there is none; raises `Transient` while it may come."""
    try:
        closes = source.bars(instrument, Interval.DAY).finished.close
    except Lasting:
        return None
    stamp = day_end(day)
    return float(closes.loc[stamp]) if stamp in closes.index else None
