"""The order of a heat map: what moves together stands together.

Average linkage on the distance of Mantegna (1999), its leaves turned so that neighbours are as close as they
can be (Bar-Joseph, Gifford and Jaakkola, 2001). Exact for the few dozen series of a heat map.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Leaves, and for each pair of outer leaves the shortest way through: its length and the inner leaves it
    uses.

    ``length`` is square over ``leaves``; infinite between leaves that cannot both be outermost.
    """

    leaves: tuple[int, ...]
    length: np.ndarray
    left: "_Cluster | None" = None
    right: "_Cluster | None" = None


def mantegna(correlation: np.ndarray) -> np.ndarray:
    """The distance of correlated series: 0 for 1, 2 for -1; NaN where the correlation is."""
    distance: np.ndarray = np.sqrt(np.maximum(2 * (1 - correlation), 0))
    return distance


def heatmap_order(correlation: np.ndarray) -> list[int]:
    """The rows of a correlation matrix in the order of a heat map.

    A series with unknown correlations stands last, the one with most of them first to go. Of an order and its
    reverse the one that begins with the smaller row is taken.
    """
    known, left_out = _without_gaps(correlation)
    if len(known) < 3:
        return known + left_out
    order = [known[place] for place in _optimal_leaves(mantegna(correlation[np.ix_(known, known)]))]
    return min(order, order[::-1]) + left_out


def _without_gaps(correlation: np.ndarray) -> tuple[list[int], list[int]]:
    """The rows of a matrix without NaN, found by leaving out one by one the row with most of them."""
    kept, left_out = list(range(len(correlation))), []
    while kept:
        inside = correlation[np.ix_(kept, kept)]
        gaps = np.isnan(inside).sum(axis=1)
        if not gaps.any():
            break
        left_out.append(kept.pop(int(gaps.argmax())))
    return kept, sorted(left_out)


def _optimal_leaves(distance: np.ndarray) -> list[int]:
    root = _average_linkage(distance)
    start, end = np.unravel_index(int(np.argmin(root.length)), root.length.shape)
    return _walk(root, int(start), int(end), distance)


def _average_linkage(distance: np.ndarray) -> _Cluster:
    """The tree that joins the two clusters of least mean distance until one is left; of ties the first."""
    clusters = [_Cluster((leaf,), np.zeros((1, 1))) for leaf in range(len(distance))]
    while len(clusters) > 1:
        means = [
            (float(distance[np.ix_(a.leaves, b.leaves)].mean()), i, j)
            for i, a in enumerate(clusters)
            for j, b in enumerate(clusters)
            if i < j
        ]
        _, i, j = min(means)
        second, first = clusters.pop(j), clusters.pop(i)
        clusters.append(_join(first, second, distance))
    return clusters[0]


def _join(left: _Cluster, right: _Cluster, distance: np.ndarray) -> _Cluster:
    across = distance[np.ix_(left.leaves, right.leaves)]
    through = (left.length[:, :, None] + across[None]).min(axis=1)
    length = (through[:, :, None] + right.length[None]).min(axis=1)
    size = len(left.leaves)
    whole = np.full((size + len(right.leaves),) * 2, np.inf)
    whole[:size, size:] = length
    whole[size:, :size] = length.T
    return _Cluster(left.leaves + right.leaves, whole, left, right)


def _walk(cluster: _Cluster, start: int, end: int, distance: np.ndarray) -> list[int]:
    """The leaves in order, from place ``start`` of the cluster's leaves to place ``end``."""
    if cluster.left is None or cluster.right is None:
        return [cluster.leaves[0]]
    size = len(cluster.left.leaves)
    if start >= size:
        return _walk(cluster, end, start, distance)[::-1]
    left, right, last = cluster.left, cluster.right, end - size
    ways = (
        left.length[start][:, None]
        + distance[np.ix_(left.leaves, right.leaves)]
        + right.length[:, last][None]
    )
    inner_left, inner_right = np.unravel_index(int(np.argmin(ways)), ways.shape)
    return _walk(left, start, int(inner_left), distance) + _walk(right, int(inner_right), last, distance)
