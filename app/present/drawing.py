"""A chart with all a card says of it, remembered by what it was made from."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import ParamSpec, TypeVar

import plotly.graph_objects as go
from cachetools import LRUCache, cached

from market.bars import Bars

KEPT = 512

P = ParamSpec("P")
T = TypeVar("T")

_kept: LRUCache[object, object] = LRUCache(KEPT)
_lock = RLock()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A chart, what a screen reader says of it, the series it was made of, and a word on its sampling."""

    figure: go.Figure
    alt: str
    sources: tuple[Bars, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Absent:
    """What stands in place of a chart that has nothing to draw."""

    strong: str
    text: str = ""


def remembered(draw: Callable[P, T]) -> Callable[P, T]:
    """``draw``, answering at once when it is asked for the same again.

    Its arguments are bars, which are equal only to themselves, and plain values: so a changed price is
    another question, and an old answer can never stand for a new one.
    """

    def key(*args: P.args, **kwargs: P.kwargs) -> object:
        return (draw.__module__, draw.__qualname__, args, tuple(sorted(kwargs.items())))

    return cached(_kept, key=key, lock=_lock)(draw)
