"""Scales: the bands of a gauge, from calm to crisis."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Self


class Severity(StrEnum):
    """How bad a band is."""

    CALM = "calm"
    ELEVATED = "elevated"
    STRESS = "stress"
    CRISIS = "crisis"


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a gauge: from ``lower`` up to, but without, ``upper``."""

    name: str
    severity: Severity
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Scale:
    """All the bands of a gauge, lowest first, covering every value once."""

    bands: tuple[Band, ...]

    @classmethod
    def from_floors(cls, floors: Iterable[tuple[str, float]]) -> Self:
        """The scale whose bands start at the given values; each name is a `Severity`.

        Raises `ValueError` when the first does not start at minus infinity or the floors do not rise.
        """
        ordered = list(floors)
        lows = [floor for _, floor in ordered]
        if not lows or lows[0] != -inf or sorted(set(lows)) != lows:
            raise ValueError("bands start at -inf and rise")
        uppers = [*lows[1:], inf]
        return cls(
            tuple(
                Band(name, Severity(name), low, up) for (name, low), up in zip(ordered, uppers, strict=True)
            )
        )

    def band_of(self, value: float) -> Band:
        """The band ``value`` lies in."""
        return next(band for band in reversed(self.bands) if value >= band.lower)
