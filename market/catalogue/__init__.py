"""The catalogue: every instrument, zone and episode we know, read from the TOML files beside this one."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

from market.episodes import Episode
from market.instruments import Cadence, Calendar, Instrument, Listing, Unit
from market.publication import Publication
from market.scales import Scale
from market.zones import Zone, parse_zone

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All instruments by key, the scales of their gauges, the zones we start with, and named episodes.

    ``meetings`` are the days on which the Federal Reserve announces its decision. ``total_returns`` are for
    sums: they are found by key, and are not among the instruments a reader chooses from.
    """

    instruments: Mapping[str, Instrument]
    scales: Mapping[str, Scale] = field(default_factory=dict)
    zones: tuple[Zone, ...] = ()
    episodes: tuple[Episode, ...] = ()
    meetings: tuple[date, ...] = ()
    total_returns: Mapping[str, Instrument] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Instrument:
        return self.total_returns.get(key) or self.instruments[key]

    def __contains__(self, key: object) -> bool:
        return key in self.instruments

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self.instruments.values())

    def group(self, *names: str) -> list[Instrument]:
        """The instruments of the named groups, in the order of the file."""
        return [each for each in self if each.group in names]

    def pick(self, *keys: str) -> list[Instrument]:
        """The instruments with these keys, in this order; raises `KeyError` for an unknown one."""
        return [self[key] for key in keys]

    def everything(self) -> list[Instrument]:
        """All instruments, and the total returns of those that have one."""
        return [*self, *self.total_returns.values()]

    def zones_of(self, key: str) -> list[Zone]:
        """The zones of one instrument, lowest first."""
        return sorted((zone for zone in self.zones if zone.key == key), key=lambda zone: zone.low)


@cache
def load(folder: Path = HERE) -> Catalogue:
    """The catalogue in ``folder``; an unknown field is a `TypeError`, an unknown word a `ValueError`."""
    stanzas = _read(folder / "instruments.toml")
    scales = {
        key: Scale.from_floors(list(stanza.pop("bands").items()))
        for key, stanza in stanzas.items()
        if "bands" in stanza
    }
    instruments = {key: _instrument(key, **stanza) for key, stanza in stanzas.items()}
    total_returns = [each for one in instruments.values() if (each := one.with_dividends)]
    return Catalogue(
        instruments=instruments,
        scales=scales,
        zones=tuple(_zone(**stanza) for stanza in _read(folder / "zones.toml").get("zone", [])),
        episodes=tuple(Episode(key, **stanza) for key, stanza in _read(folder / "episodes.toml").items()),
        meetings=tuple(_read(folder / "fomc.toml").get("decisions", ())),
        total_returns={each.key: each for each in total_returns},
    )


def _read(path: Path) -> dict:  # type: ignore[type-arg]
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def _instrument(
    key: str,
    unit: str,
    calendar: str,
    cadence: str = Cadence.DAY,
    providers: tuple[dict[str, str], ...] = (),
    total_return: dict[str, str] | None = None,
    **fields: str,
) -> Instrument:
    listings = tuple(_listing(**provider) for provider in providers)
    with_dividends = _listing(**total_return) if total_return else None
    return Instrument(
        key,
        unit=Unit(unit),
        calendar=Calendar(calendar),
        cadence=Cadence(cadence),
        listings=listings,
        total_return=with_dividends,
        **fields,  # type: ignore[arg-type]
    )


def _listing(published: str = "", **fields: str) -> Listing:
    return Listing(**fields, published=Publication.parse(published) if published else None)  # type: ignore[arg-type]


def _zone(at: str, name: str, why: str, known: date | None = None) -> Zone:
    return replace(parse_zone(at), name=name, why=why, known=known)
