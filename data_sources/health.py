"""How each provider is doing: read by the Sources page, `/readyz` and `/metrics`."""

from dataclasses import dataclass
from datetime import datetime

from data_sources.breaker import BreakerState


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """One provider at a moment: its breaker, its last answer, its last failure, and when it is asked next.

    ``last_error`` is a reason for readers, ``words`` the provider's own for the log. ``requests`` and
    ``failures`` count calls since the start; ``busy`` are under way, ``hanging`` of them longer than the
    deadline. ``storage`` says what is wrong with the disk that keeps its answers. ``has_prices`` says whether
    anything of it can be shown, from this run or kept by an earlier one.
    """

    source: str
    breaker: BreakerState
    last_success: datetime | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None
    words: str = ""
    next_try: datetime | None = None
    requests: int = 0
    failures: int = 0
    busy: int = 0
    hanging: int = 0
    storage: str | None = None
    has_prices: bool = False

    @property
    def is_up(self) -> bool:
        """Whether it has answered, and not failed since in a way that closed the door."""
        return self.last_success is not None and self.breaker is BreakerState.CLOSED

    @property
    def was_asked(self) -> bool:
        """Whether anything is known of it at all."""
        return self.requests > 0
