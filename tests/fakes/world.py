"""One invented market that every fake provider tells of: daily closes and hours by key, up to this moment.

The prices are a fixed random walk by key, so that two providers of one instrument agree to the last digit and
a test can say what it expects. `override` makes one provider lie about one day.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zlib import crc32

import numpy as np
import pandas as pd

from market.calendars import session_closes, session_state
from market.instruments import Instrument

FIRST = date(2023, 1, 3)
LEVELS = {
    "IXIC": 23_000, "GSPC": 6_900, "NDX": 25_000, "DJI": 49_000, "SOX": 7_900, "VIX": 18,
    "VIX3M": 20, "DXY": 97.5,
    "US10Y": 4.2, "US2Y": 3.5, "WTI": 63, "BTC": 70_000, "ETH": 2_050, "SOL": 87, "XRP": 1.43, "BNB": 640,
    "DOGE": 0.097, "ADA": 0.27, "LINK": 8.8, "AVAX": 9.1, "FNG": 40, "HY_OAS": 2.97, "BROAD_DOLLAR": 119.8,
    "BTC_FUNDING": 0.01,
}  # fmt: skip
VOLATILITY = {"VIX": 0.05, "VIX3M": 0.04, "US10Y": 0.008, "US2Y": 0.008, "FNG": 0.08, "BROAD_DOLLAR": 0.003}


class World:
    """Prices by key; ``clock`` says how much of them has happened."""

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.clock = clock
        self.lies: dict[tuple[str, str, date], float] = {}

    def warm(self, instruments: Iterable[Instrument]) -> None:
        """Work the prices out beforehand, so that no client waits for it."""
        for instrument in instruments:
            self.days(instrument.key, instrument.calendar.value)

    def override(self, provider: str, key: str, day: date, close: float) -> None:
        """Make ``provider`` say ``close`` of ``day``."""
        self.lies[provider, key, day] = close

    def days(self, key: str, calendar: str, provider: str = "") -> pd.DataFrame:
        """Daily bars by day, the running one last: open, high, low, close, volume."""
        frame = walk(key, calendar, self._today(calendar)).copy()
        for (liar, lied, day), close in self.lies.items():
            if (liar, lied) == (provider, key) and pd.Timestamp(day) in frame.index:
                frame.loc[pd.Timestamp(day), ["open", "high", "low", "close"]] = close
        return frame

    def _today(self, calendar: str) -> date:
        """The day that runs, or in New York while it is shut the day of the last session."""
        now = self.clock()
        if calendar != "XNYS":
            return now.date()
        state = session_state(now if now.tzinfo else now.replace(tzinfo=UTC))
        newest = state.closes or state.last_close
        return newest.date() if newest else now.date()

    def hours(self, key: str, count: int) -> pd.DataFrame:
        """The last ``count`` hourly bars by the instant they begin (UTC), the running one last."""
        end = pd.Timestamp(self.clock()).floor("h")
        index = pd.date_range(end=end, periods=count, freq="h", tz="UTC" if end.tz is None else None)
        steps = np.random.default_rng(crc32(key.encode())).normal(0, 0.004, count)
        close = LEVELS.get(key, 100) * np.exp(np.cumsum(steps) - np.sum(steps))
        return bars(pd.Series(close, index=index))


@lru_cache(maxsize=256)
def walk(key: str, calendar: str, last: date) -> pd.DataFrame:
    """Daily bars of ``key`` from `FIRST` to ``last``, ending at its level; sessions only for `XNYS`."""
    every = pd.date_range(FIRST, last)
    if calendar == "XNYS":
        every = pd.DatetimeIndex(session_closes(FIRST, last).index)
    steps = np.random.default_rng(crc32(key.encode())).normal(0, VOLATILITY.get(key, 0.012), len(every))
    pull = np.zeros(len(every))
    for place in range(1, len(every)):
        pull[place] = pull[place - 1] * 0.98 + steps[place]
    close = LEVELS.get(key, 100) * np.exp(pull - pull[-1])
    if key == "FNG":
        close = close.clip(1, 99).round()
    return bars(pd.Series(close, index=every))


def bars(close: "pd.Series[float]") -> pd.DataFrame:
    """Bars around ``close``, printed to two decimals (more for small prices)."""
    digits = 2 if close.iloc[-1] > 5 else 5
    close = close.round(digits)
    opened = close.shift().fillna(close)
    body = pd.concat([opened, close], axis=1)
    return pd.DataFrame(
        {
            "open": opened,
            "high": (body.max(axis=1) * 1.002).round(digits),
            "low": (body.min(axis=1) * 0.998).round(digits),
            "close": close,
            "volume": 1000.0,
        }
    )


def last_finished(frame: pd.DataFrame, now: datetime) -> date:
    """The newest day of ``frame`` that has certainly ended by ``now``, wherever it is counted."""
    ended = frame.loc[frame.index < pd.Timestamp(now).tz_localize(None) - timedelta(days=1)]
    return ended.index[-1].date()
