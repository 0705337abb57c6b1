import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat

import pytest

from app.collector import keep_full_passes_cheap


@pytest.fixture(autouse=True)
def _thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


@contextmanager
def watched(clock: Callable[[], float], most: int = 8) -> Iterator[None]:
    watch = keep_full_passes_cheap(budget=0.02, most=most, clock=clock)
    try:
        yield
    finally:
        gc.callbacks.remove(watch)


def passes(*seconds: float) -> Callable[[], float]:
    """A clock by which full passes take so long, one after another."""
    return chain.from_iterable((0.0, each) for each in chain(seconds, repeat(0.0))).__next__


def test_a_slow_full_pass_freezes_what_it_left() -> None:
    gc.unfreeze()
    with watched(passes(0.05)):
        gc.collect()
    assert gc.get_freeze_count() > 1000


def test_a_fast_pass_and_a_pass_over_the_young_freeze_nothing() -> None:
    gc.unfreeze()
    with watched(passes(0.01)):
        gc.collect()
    with watched(passes(0.05)):
        gc.collect(0)
        gc.collect(1)
    assert gc.get_freeze_count() == 0


def test_it_stops_after_so_many_times() -> None:
    with watched(passes(*[0.05] * 9), most=2):
        for _ in range(2):
            gc.collect()
        gc.unfreeze()
        gc.collect()
    assert gc.get_freeze_count() == 0


def test_garbage_made_after_the_freeze_is_still_collected_and_memory_stays_flat() -> None:
    with watched(passes(0.05)):
        gc.collect()
        after: list[int] = []
        for _ in range(10_000):
            session: dict[str, object] = {}
            session["itself"] = session
            del session
            gc.collect()
            after.append(len(gc.get_objects(generation=2)) if len(after) in {10, 9_999} else 0)
    assert after[9_999] <= after[10] + 100


def test_a_full_pass_over_a_frozen_heap_costs_a_fraction() -> None:
    def cost() -> float:
        started = time.thread_time()
        gc.collect()
        return time.thread_time() - started

    heap = [[number] for number in range(300_000)]
    before = min(cost() for _ in range(3))
    with watched(passes(0.05)):
        gc.collect()
    after = min(cost() for _ in range(3))
    assert after < before / 5
    assert len(heap) == 300_000
