"""Fed-funds futures of the invented market: a path of the policy rate, and what each month averages to."""

from calendar import monthrange
from datetime import date, datetime

import pandas as pd

from market import catalogue
from market.fed import LETTERS, Month, contract
from market.instruments import Instrument
from tests.fakes.world import bars

RATE = 3.63
CUTS = {1: 0.20, 2: 0.05, 3: 0.15, 4: 0.10}
"""How much of a point each of the coming meetings is expected to take off."""
DRIFT = 0.002
"""By how much a day the market has come to expect less of it, at the first of them."""
HISTORY = 90


def by_symbol(symbol: str, now: datetime) -> Instrument | None:
    """The contract that Yahoo knows as ``symbol``; None for another thing, and for one that has expired."""
    if not (symbol.startswith("ZQ") and symbol.endswith(".CBT") and len(symbol) == len("ZQZ26.CBT")):
        return None
    month = 2000 + int(symbol[3:5]), LETTERS.index(symbol[2]) + 1
    return contract(month) if month >= (now.year, now.month) else None


def month_of(instrument: Instrument) -> Month:
    """The month a contract settles on."""
    return 2000 + int(instrument.key[3:5]), LETTERS.index(instrument.key[2]) + 1


def days(instrument: Instrument, sessions: pd.DatetimeIndex, now: date) -> pd.DataFrame:
    """Daily bars of a contract over the last ``sessions``."""
    recent = sessions[-HISTORY:]
    month, count = month_of(instrument), len(recent)
    prices = [100 - average(month, now, count - 1 - place) for place in range(count)]
    frame = bars(pd.Series(prices, index=recent))
    return frame.assign(**dict.fromkeys(("open", "high", "low", "close"), prices))


def average(month: Month, now: date, sessions_ago: int) -> float:
    """The average rate of a month, as it was expected ``sessions_ago``."""
    length = monthrange(*month)[1]
    return sum(rate(date(*month, day), now, sessions_ago) for day in range(1, length + 1)) / length


def rate(day: date, now: date, sessions_ago: int = 0) -> float:
    """The rate of a day: today's, less what the meetings until then are expected to take off."""
    coming = [meeting for meeting in catalogue.load().meetings if meeting >= now]
    cut = sum(CUTS.get(place, 0.0) for place, meeting in enumerate(coming, 1) if meeting <= day)
    early = DRIFT * sessions_ago if coming and coming[0] <= day else 0.0
    return RATE - cut - early
