"""Series to test with: plain ones from a list, and any that hypothesis can think of."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from analytics.alignment import Aligned, align
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Calendar, Instrument, Interval, Unit

CAME = Provenance("test", "", datetime(2026, 3, 7, tzinfo=UTC), "close")
FRIDAY = "2026-01-30"


def daily(values: Sequence[float], start: str = "2026-01-02") -> pd.Series:
    """Values on consecutive UTC days."""
    days = pd.date_range(pd.Timestamp(start, tz=UTC), periods=len(values), freq="D")
    return pd.Series(np.array(values, dtype=float), index=days)


def instrument(key: str, calendar: Calendar = Calendar.XNYS, unit: Unit = Unit.USD) -> Instrument:
    """An instrument of that key, everything else plain."""
    return Instrument(key, key, key, "test", unit, calendar)


def bars(of: Instrument, close: pd.Series, interval: Interval = Interval.DAY) -> Bars:
    """Bars that have closes only, at the instants of the series; gaps are left out."""
    known = close.dropna().rename("close").astype(float)
    return Bars(of, interval, known.to_frame().reindex(columns=list(COLUMNS)), CAME)


def crypto_days(key: str, closes: Sequence[float], first: str) -> Bars:
    """Closes of consecutive UTC days, the first dated ``first``, each at the midnight that ends its day."""
    ends = pd.date_range(pd.Timestamp(first, tz=UTC), periods=len(closes), freq="D") + pd.DateOffset(days=1)
    return bars(instrument(key, Calendar.ALWAYS), pd.Series(closes, index=ends))


def sessions(key: str, by_date: dict[str, float], hour: int = 21, unit: Unit = Unit.USD) -> Bars:
    """Closes of New York sessions by date, at ``hour`` UTC."""
    stamps = pd.DatetimeIndex([pd.Timestamp(day, tz=UTC) + pd.Timedelta(hour, "h") for day in by_date])
    return bars(instrument(key, unit=unit), pd.Series(list(by_date.values()), index=stamps))


def aligned_pair(crypto: Sequence[float], equity: Sequence[float], first: str = FRIDAY) -> Aligned:
    """A market that never closes beside one that does, given day by day; NaN where there is no session."""
    days = pd.date_range(first, periods=len(equity), freq="D")
    known = {f"{day:%Y-%m-%d}": price for day, price in zip(days, equity, strict=True) if price == price}
    return align([crypto_days("BTC", crypto, first), sessions("QQQ", known)])


@st.composite
def prices(draw: st.DrawFn, shortest: int = 1, longest: int = 60, gaps: bool = True) -> pd.Series:
    """Prices with ties, constant stretches, jumps and (by default) missing days, at any level."""
    size = draw(st.integers(shortest, longest))
    level = draw(st.sampled_from([1e-6, 1.0, 100.0, 1e6]))
    step = st.sampled_from([-0.5, -0.1, -0.02, -0.01, 0.0, 0.0, 0.01, 0.02, 0.1, 1.0])
    steps = draw(st.lists(step, min_size=size, max_size=size))
    values = level * np.cumprod(1 + np.array(steps))
    if gaps:
        missing = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        rare = draw(st.lists(st.booleans(), min_size=size, max_size=size))
        values[np.array(missing) & np.array(rare)] = np.nan
    return daily(values)


@st.composite
def returns(draw: st.DrawFn, shortest: int = 1, longest: int = 60, gaps: bool = True) -> pd.Series:
    """Returns with ties, zeros, runs and (by default) missing days."""
    step = st.sampled_from([-0.1, -0.02, -0.02, -0.01, 0.0, 0.01, 0.02, 0.07])
    choices = step | st.just(np.nan) if gaps else step
    return daily(draw(st.lists(choices, min_size=shortest, max_size=longest)))


@st.composite
def pairs(
    draw: st.DrawFn, shortest: int = 2, longest: int = 60, gaps: bool = True
) -> tuple[pd.Series, pd.Series]:
    """Two series on one index that share some of their moves."""
    size = draw(st.integers(shortest, longest))
    noise = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shared, share = noise.standard_t(4, size), draw(st.sampled_from([-1.0, -0.5, 0.0, 0.5, 1.0]))
    sides = []
    for _ in range(2):
        own = noise.standard_t(4, size) * draw(st.sampled_from([0.0, 0.5, 1.0]))
        side = np.round((share * shared + own) * draw(st.sampled_from([1e-4, 1e-2, 1e3])), 6)
        if draw(st.booleans()):
            start = draw(st.integers(0, size - 1))
            side[start : start + size // 2] = side[start]
        if gaps:
            side[noise.random(size) < draw(st.sampled_from([0.0, 0.0, 0.1]))] = np.nan
        sides.append(daily(side))
    return sides[0], sides[1]
