"""The garbage collector, set up for a server that keeps much and drops little."""

import gc
import time
from collections.abc import Callable

BUDGET = 0.02  # seconds: what a full pass may take
MOST = 8


def keep_full_passes_cheap(
    budget: float = BUDGET, most: int = MOST, clock: Callable[[], float] = time.thread_time
) -> Callable[[str, dict[str, int]], None]:
    """Freeze what survives a full pass that took longer than ``budget`` seconds, at most ``most`` times.

    Streamlit makes a full pass after every script run. Over the modules, figures and prices that live as long
    as the process, a pass costs more than the page; frozen, they are not visited again and the pass sees the
    session only. A cycle that was in use at one of those moments is never collected, hence the limit. Called
    once, at the start. Returns the callback it put into `gc.callbacks`, for whoever wants it out again.
    """
    started = 0.0
    frozen = 0

    def watch(phase: str, pass_: dict[str, int]) -> None:
        nonlocal started, frozen
        if pass_["generation"] < 2 or frozen == most:
            return
        if phase == "start":
            started = clock()
        elif clock() - started > budget:
            gc.freeze()
            frozen += 1

    gc.callbacks.append(watch)
    return watch
