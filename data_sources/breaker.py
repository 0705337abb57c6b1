"""When to leave a provider alone: a circuit breaker that honours Retry-After and lets one probe through.

    closed ──five failures in a row, half of the last twenty, or one clear word──▶ open
    open ──the cool-down has passed──▶ probing (one call)
    probing ──answered──▶ closed          probing ──failed──▶ open, twice as long

A clear word is a 429 or a 418 (open for as long as the provider asks, at least our own minimum) or a refusal
of this place (open for a day). A symbol the provider does not know is an answer, not a failure.
"""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from data_sources.errors import Lasting, RateLimited, Refused, SourceError


class BreakerState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one provider is asked, and how long it is left alone (seconds).

    ``requests_per_minute`` is a budget of HTTP requests: a call draws ``cost``, a failed one ``failure_cost``
    (the client library tries again by itself).
    """

    places: int = 4
    queue: int = 96
    queue_wait: float = 30.0
    deadline: float = 8.0
    requests_per_minute: float = 120.0
    cost: float = 1.0
    failure_cost: float = 1.0
    failures_in_a_row: int = 5
    sample: int = 20
    sample_seconds: float = 60.0
    cool_down: float = 30.0
    longest_cool_down: float = 300.0
    rate_limit_cool_down: float = 60.0
    longest_rate_limit: float = 6 * 3600.0
    refusal: float = 24 * 3600.0


class Breaker:
    """The breaker of one provider; ``now`` is monotonic seconds. Not thread-safe: its owner holds a lock."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._recent: deque[tuple[float, bool]] = deque(maxlen=limits.sample)
        self._in_a_row = 0
        self._openings = 0
        self._throttles = 0
        self._reason: SourceError | None = None
        self._until = 0.0
        self._probe_since: float | None = None

    def state(self, now: float) -> BreakerState:
        """What the breaker does with a call at ``now``."""
        if self._reason is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if now < self._until else BreakerState.PROBING

    @property
    def open_until(self) -> float | None:
        """When the next call may go through; None while closed."""
        return self._until if self._reason else None

    def rest(self, now: float) -> tuple[SourceError, float] | None:
        """Why the provider is left alone at ``now``, and for how long."""
        return (self._reason, self._until - now) if self._reason and now < self._until else None

    def refusal(self, now: float) -> tuple[SourceError, float] | None:
        """Why a call at ``now`` must not be made, and for how long; None grants it and claims the probe."""
        if self._reason is None or now < self._until:
            return self.rest(now)
        probe_ends = self._probe_since + 2 * self._limits.deadline if self._probe_since is not None else now
        if now < probe_ends:
            return self._reason, probe_ends - now
        self._probe_since = now
        return None

    def answered(self, now: float) -> None:
        """The provider answered."""
        self._recent.append((now, True))
        if self.rest(now):  # it was under way when the breaker opened
            return
        self._in_a_row = self._openings = self._throttles = 0
        self._reason = self._probe_since = None

    def failed(self, now: float, error: SourceError) -> None:
        """The provider did not answer, or said something that is about more than one instrument."""
        if isinstance(error, Lasting) and not isinstance(error, Refused):
            self.answered(now)
            return
        self._recent.append((now, False))
        self._in_a_row += 1
        if isinstance(error, Refused):
            self._open(error, now + self._limits.refusal)
        elif isinstance(error, RateLimited):
            self._open(error, now + self._slower(error, now))
        elif not self.rest(now) and (self._reason is not None or self._is_failing(now)):
            rest = self._limits.cool_down * 2 ** min(self._openings, 16)
            self._openings += 1
            self._open(error, now + min(rest, self._limits.longest_cool_down))

    def _slower(self, error: RateLimited, now: float) -> float:
        """Seconds to rest after a rate limit: the provider's wish, and at least our own minimum."""
        wish = error.retry_after or 0.0
        if self.rest(now) and isinstance(self._reason, RateLimited):  # told to several calls at once
            return wish
        least = self._limits.rate_limit_cool_down * 2.0 ** min(self._throttles, 16)
        self._throttles += 1
        return max(wish, min(least, self._limits.longest_rate_limit))

    def _open(self, error: SourceError, until: float) -> None:
        # What comes back late must not shorten what a provider asked for.
        if self._reason is None or until >= self._until:
            self._reason, self._until = error, until
        self._probe_since = None

    def _is_failing(self, now: float) -> bool:
        recent = [answered for at, answered in self._recent if now - at <= self._limits.sample_seconds]
        mostly = len(recent) >= self._limits.sample and recent.count(False) * 2 >= len(recent)
        return self._in_a_row >= self._limits.failures_in_a_row or mostly


class Budget:
    """A token bucket of requests per minute; ``now`` is monotonic seconds. Its owner holds a lock."""

    def __init__(self, per_minute: float, now: float) -> None:
        self._per_minute = per_minute
        self._left = per_minute
        self._at = now

    def wait(self, now: float, cost: float) -> float:
        """Seconds until ``cost`` requests may be made; zero when they may now."""
        self._refill(now)
        return max(0.0, (cost - self._left) * 60.0 / self._per_minute)

    def spend(self, now: float, cost: float) -> None:
        """Count ``cost`` requests as made; what they were beyond the budget is paid back first."""
        self._refill(now)
        self._left -= cost

    def _refill(self, now: float) -> None:
        elapsed = max(0.0, now - self._at)
        self._left = min(self._per_minute, self._left + elapsed * self._per_minute / 60.0)
        self._at = now
