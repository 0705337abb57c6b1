"""The rolling correlation kernel: every pair, every window, exact, whatever is missing.

Each window is centred and scaled on its own, so no error travels from one window to the next: a bad tick is
gone when it leaves the window, and neither the level of a price nor a constant stretch passes for variance.
Cumulative sums are faster and wrong for ever after one bad tick.
"""

from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from analytics.observations import is_known
from analytics.quantiles import RESIDUE

CHUNK = 32
"""Windows copied at a time, so that they stay in the processor's cache."""


def windows_of(x: np.ndarray, window: int) -> np.ndarray:
    """Every stretch of ``window`` rows, as the last axis of a view: nothing is copied."""
    return sliding_window_view(x, window, axis=0)


def rolling_correlation(
    x: np.ndarray,
    window: int,
    min_periods: int | None = None,
    pairs: tuple[np.ndarray, np.ndarray] | None = None,
    out: np.ndarray | None = None,
) -> np.ndarray:
    """Pearson correlations of the columns of ``x`` (rows are times) in every window, oldest first.

    Row t belongs to the window that ends at row ``window - 1 + t`` of ``x``; the columns are the wanted
    ``pairs`` (two arrays of column numbers), by default the upper triangle row by row. NaN in ``x`` is
    missing: each pair uses its joint observations. The answer is NaN where a pair has fewer than
    ``min_periods`` of them (default: all), or where either side is constant among them. ``out`` is filled and
    returned when given.
    """
    x = np.where(is_known(x), x, np.nan)
    first, second = np.triu_indices(x.shape[1], 1) if pairs is None else pairs
    wanted = first * x.shape[1] + second
    rows = max(len(x) - window + 1, 0)
    result = np.empty((rows, len(first))) if out is None else out
    if not rows:
        return result
    needed = window if min_periods is None else min_periods
    views = windows_of(x, window)
    for start, stop, is_complete in _chunks(x, window):
        block = views[start:stop].copy()
        if not is_complete:
            matrix = _pairwise(block, needed)
        elif window < needed:
            matrix = np.full((stop - start, x.shape[1], x.shape[1]), np.nan)
        else:
            matrix = _complete(block)
        part = result[start:stop]
        np.take(matrix.reshape(len(part), -1), wanted, axis=1, out=part, mode="clip")
        np.clip(part, -1, 1, out=part)
    return result


def _chunks(x: np.ndarray, window: int) -> Iterator[tuple[int, int, bool]]:
    """Stretches of at most `CHUNK` windows that all hold a gap, or all hold none.

    The choice is made window by window: what is missing later cannot change how an earlier window is summed.
    """
    has_gap = np.isnan(x).any(axis=1)
    gaps = np.concatenate(([0], np.cumsum(has_gap)))
    complete = gaps[window:] == gaps[:-window]
    edges = np.flatnonzero(np.diff(complete)) + 1
    for start, stop in zip([0, *edges], [*edges, len(complete)], strict=True):
        for place in range(start, stop, CHUNK):
            yield place, min(place + CHUNK, stop), bool(complete[start])


def _complete(a: np.ndarray) -> np.ndarray:
    """Correlation matrices of windows without gaps; ``a`` is windows x columns x rows and is used up."""
    window = a.shape[2]
    mean = a @ np.full(window, 1 / window)  # a mean at the speed of a product
    a -= mean[:, :, None]
    variance = np.vecdot(a, a)
    energy = variance + window * mean * mean
    scale = np.full_like(variance, np.nan)
    np.divide(1, np.sqrt(variance), out=scale, where=variance > RESIDUE * energy)
    a *= scale[:, :, None]
    matrix: np.ndarray = a @ a.transpose(0, 2, 1)
    return matrix


def _pairwise(a: np.ndarray, needed: int) -> np.ndarray:
    """Correlation matrices over joint observations; ``a`` is windows x columns x rows and is used up.

    Each column is first centred on its own lower median: unlike a mean, that cannot be moved by a bad tick
    which the other side of a pair does not share.
    """
    present = ~np.isnan(a)
    count = present.sum(axis=2)
    middle = np.take_along_axis(np.sort(a, axis=2), np.maximum((count - 1) // 2, 0)[:, :, None], axis=2)
    a -= middle
    a[~present] = 0
    mask = present.astype(float)
    across = mask.transpose(0, 2, 1)
    squares = a * a
    energy = squares.sum(axis=2)[:, :, None]
    joint = mask @ across
    total = a @ across
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = squares @ across - total * total / joint
        variance[~(variance > RESIDUE * energy)] = np.nan
        product = a @ a.transpose(0, 2, 1) - total * total.transpose(0, 2, 1) / joint
        correlation: np.ndarray = product / np.sqrt(variance * variance.transpose(0, 2, 1))
    correlation[joint < needed] = np.nan
    return correlation
