"""A clock that does not jump: it starts with the wall's and goes on by itself."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

LARGEST_SKEW = timedelta(seconds=30)
ADOPT_AFTER = 600.0


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def steady_seconds() -> float:
    """Seconds that no change of the clock touches, and that a suspended machine counts where it can."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class SteadyClock:
    """The moment in UTC, counted from the start by a clock that nobody sets.

    A wall clock that jumps is noted in `skew` at once, and believed only when it has stood apart for ten
    minutes, so that no alert fires or ends because somebody set the time.
    """

    def __init__(
        self, wall: Callable[[], datetime] = utc_now, timer: Callable[[], float] = steady_seconds
    ) -> None:
        """``wall`` and ``timer`` are the two clocks of the machine."""
        self._wall = wall
        self._timer = timer
        self._apart_since: float | None = None
        self._anchor = (wall(), timer())

    def now(self) -> datetime:
        """The moment in UTC."""
        start, began = self._anchor
        return start + timedelta(seconds=self._timer() - began)

    def skew(self) -> timedelta:
        """How far the wall clock has jumped; zero while it only drifts. Asked once a tick."""
        apart = self._wall() - self.now()
        if abs(apart) <= LARGEST_SKEW:
            self._apart_since = None
            return timedelta(0)
        if self._apart_since is None:
            self._apart_since = self._timer()
        if self._timer() - self._apart_since >= ADOPT_AFTER:
            self._anchor = (self._wall(), self._timer())
            self._apart_since = None
            return timedelta(0)
        return apart
