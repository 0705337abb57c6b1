"""How long an answer counts as fresh: a while, but never across the end of a bar, and not while New York
sleeps.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from data_sources.errors import NoData, RateLimited, Refused, SourceError, Transient, UnknownSymbol
from market.bars import Bars
from market.calendars import day_start, session_state
from market.instruments import Calendar, Interval


@dataclass(frozen=True, slots=True)
class Freshness:
    """The times of one provider's cache, in seconds.

    ``hour`` and ``day`` are how long bars of that interval stay fresh. ``patience`` is how long a visitor
    waits for an answer that is on its way. ``hard_day`` and ``hard_hour`` are how long an old answer may
    stand in.
    """

    hour: float = 120.0
    day: float = 900.0
    patience: float = 3.0
    settle: float = 5.0
    asleep: float = 6 * 3600.0
    cool_down: float = 30.0
    longest_cool_down: float = 300.0
    unknown: float = 600.0
    empty: float = 900.0
    refused: float = 24 * 3600.0
    hard_hour: float = 3 * 86400.0
    hard_day: float = 30 * 86400.0

    def lifetime(self, bars: Bars, now: datetime) -> float:
        """Seconds from ``now`` for which ``bars``, fetched just now, are fresh.

        A tenth more or less by key, so that not everything expires at once; at the latest a moment after the
        bar in progress ends; and for a session that is complete, until New York opens again.
        """
        usual = (self.hour if bars.interval is Interval.HOUR else self.day) * jitter(
            f"{bars.key}{bars.interval}"
        )
        if bars.instrument.calendar is Calendar.XNYS:
            return self._of_session(bars, now, usual)
        return min(usual, seconds_to_next(bars.interval, now) + self.settle)

    def hard(self, interval: Interval) -> float:
        """Seconds after which an old answer no longer stands in for a missing one."""
        return self.hard_hour if interval is Interval.HOUR else self.hard_day

    def rest(self, error: Exception, failures: int, key: str, interval: Interval) -> float:
        """Seconds for which ``error`` is the answer; ``failures`` counts those in a row, this one too.

        An empty or impossible answer is an answer: it is as fresh as any, so that asking costs no more
        than in good health, and for a quarter of an hour at most.
        """
        later = 2.0 - jitter(key)  # 0.9 to 1.1
        spread = max(1.0, later)
        if isinstance(error, SourceError) and error.retry_after is not None:
            return error.retry_after * spread
        if isinstance(error, Refused):
            return self.refused
        if isinstance(error, UnknownSymbol):
            return self.unknown
        if isinstance(error, NoData) or not isinstance(error, Transient):
            return min(self.hour if interval is Interval.HOUR else self.day, self.empty)
        least = 2 * self.cool_down if isinstance(error, RateLimited) else self.cool_down
        return min(least * 2.0 ** min(failures - 1, 16), self.longest_cool_down) * spread

    def _of_session(self, bars: Bars, now: datetime, usual: float) -> float:
        state = session_state(now)
        if state.is_open and state.closes:
            return min(usual, (state.closes - now).total_seconds() + self.settle)
        complete = (
            bars.in_progress is None and state.last_close is not None and bars.as_of >= state.last_close
        )
        if complete and state.next_open:
            return max(usual, min((state.next_open - now).total_seconds() + self.settle, self.asleep))
        return usual


def jitter(key: str) -> float:
    """A factor from 0.9 to 1.1 that is always the same for ``key``."""
    return 0.9 + 0.2 * crc32(key.encode()) / 0xFFFFFFFF


def seconds_to_next(interval: Interval, now: datetime) -> float:
    """Seconds until the running hour or UTC day ends."""
    length = timedelta(hours=1) if interval is Interval.HOUR else timedelta(days=1)
    return (length - (now - day_start(now)) % length).total_seconds()
