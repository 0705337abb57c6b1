"""Data that breaks correlation kernels: offsets, bad ticks, stale prices, gaps."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Torture:
    """One table of returns (rows are days) and the joint observations that its windows ask for."""

    name: str
    x: np.ndarray
    min_periods: int | None = None


def returns(days: int, assets: int, seed: int = 20260206) -> np.ndarray:
    """Three common factors and own noise, all Student t with 4 degrees of freedom, about 1 % a day."""
    noise = np.random.default_rng(seed)
    factors = noise.standard_t(4, (days, 3)) @ noise.normal(size=(3, assets))
    return 0.005 * (factors + noise.standard_t(4, (days, assets)))


def cases(days: int, assets: int, seed: int = 20260206) -> list[Torture]:
    """The seven cases, at any size from 300 days and 5 assets up."""
    x = returns(days, assets, seed)
    scales = np.logspace(-6, 5, assets)
    gaps = missing(x, seed)
    return [
        Torture("returns", x),
        Torture("offset", x + 1e6),
        Torture("price levels", scales * np.exp(np.cumsum(x, axis=0))),
        Torture("bad ticks", bad_ticks(x)),
        Torture("stale", stale(x)),
        Torture("missing", gaps, 40),
        Torture("all combined", tick(stale(gaps), 3, -1e6), 40),
    ]


def bad_ticks(x: np.ndarray) -> np.ndarray:
    """Two assets with one impossible day each."""
    return tick(tick(x, 1, 1e3), 2, -1e6)


def tick(x: np.ndarray, asset: int, size: float) -> np.ndarray:
    """One impossible day in the middle of one asset."""
    spoilt = x.copy()
    spoilt[len(x) // 2, asset] = size
    return spoilt


def stale(x: np.ndarray) -> np.ndarray:
    """One asset that does not move for 100 days, another that moves by exactly 0.1 for 90."""
    still = x.copy()
    start = len(x) // 3
    still[start : start + 100, 0] = 0.0
    still[start + 20 : start + 110, 4] = 0.1
    return still


def missing(x: np.ndarray, seed: int) -> np.ndarray:
    """Days missing at random, an asset listed late, one delisted, and whole days without any."""
    noise = np.random.default_rng(seed + 1)
    gaps = x.copy()
    gaps[noise.random(x.shape) < 0.03] = np.nan
    gaps[: len(x) // 4, 1] = np.nan
    gaps[-len(x) // 5 :, 2] = np.nan
    gaps[noise.choice(len(x), len(x) // 32, replace=False)] = np.nan
    return gaps
