"""Instruments and bars for tests, made by hand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pandas as pd

from market.bars import COLUMNS, Bars, InProgress, Provenance
from market.calendars import day_end, day_of, day_start, session_close
from market.instruments import Calendar, Instrument, Interval, Listing, Unit
from market.publication import Publication

VIX = Instrument(
    "VIX",
    "VIX",
    "VIX",
    "volatility",
    Unit.POINTS,
    Calendar.XNYS,
    (Listing("yahoo", "^VIX", 15), Listing("fred", "VIXCLS")),
)
NASDAQ = Instrument(
    "IXIC",
    "Nasdaq Composite",
    "Nasdaq",
    "index",
    Unit.POINTS,
    Calendar.XNYS,
    (Listing("yahoo", "^IXIC", 15), Listing("fred", "NASDAQCOM", 1440)),
)
YIELD = Instrument(
    "US10Y",
    "US 10-year yield",
    "10-year",
    "rate",
    Unit.PERCENT,
    Calendar.XNYS,
    (
        Listing("fred", "DGS10", 1440, Publication.parse("next business day, 16:15 New York")),
        Listing("yahoo", "^TNX", 15),
    ),
)
OIL = Instrument(
    "WTI",
    "WTI crude oil",
    "Oil",
    "commodity",
    Unit.USD,
    Calendar.XNYS,
    (Listing("yahoo", "CL=F", 15),),
    splits=False,
)
SOFTWARE = Instrument(
    "IGV", "Software (IGV)", "Software", "sector", Unit.USD, Calendar.XNYS, (Listing("yahoo", "IGV", 15),)
)
BITCOIN = Instrument(
    "BTC",
    "Bitcoin",
    "Bitcoin",
    "crypto",
    Unit.USD,
    Calendar.ALWAYS,
    (
        Listing("kraken", "BTC/USD"),
        Listing("coinbase", "BTC/USD"),
        Listing("okx", "BTC/USDT"),
        Listing("binance", "BTC/USDT"),
        Listing("yahoo", "BTC-USD"),
    ),
)
FUNDING = Instrument(
    "BTC_FUNDING",
    "Bitcoin funding rate, 8 hours",
    "Funding",
    "derivative",
    Unit.PERCENT,
    Calendar.ALWAYS,
    (Listing("okx", "BTC/USDT:USDT"), Listing("binance", "BTC/USDT:USDT")),
    flow=True,
)
MOOD = Instrument(
    "FNG",
    "Crypto fear and greed",
    "Fear and greed",
    "mood",
    Unit.SCORE,
    Calendar.ALWAYS,
    (Listing("alternative_me", "fng", published=Publication.parse("same day, 00:00 UTC")),),
    flow=True,
)
ETF_FLOW = Instrument(
    "BTC_ETF_FLOW",
    "US spot Bitcoin ETF net flow",
    "ETF flow",
    "fund flow",
    Unit.MILLION_USD,
    Calendar.XNYS,
    (Listing("btcetfdata", "current"),),
    flow=True,
)
FETCHED = datetime(2026, 2, 9, 15, 30, tzinfo=UTC)


def make_bars(
    instrument: Instrument,
    closes: Sequence[float],
    *,
    last: date | None = None,
    source: str = "test",
    symbol: str = "TEST",
    interval: Interval = Interval.DAY,
    in_progress: float | None = None,
    fetched_at: datetime = FETCHED,
) -> Bars:
    """Bars with these closes, the newest on ``last``; ``in_progress`` adds the running bar at that price.

    They end on 6 Feb 2026; those of a coin with a running bar on the day before it.
    """
    if last is None:
        is_running_coin = in_progress is not None and instrument.calendar is Calendar.ALWAYS
        last = day_of(day_start(fetched_at)) if is_running_coin else date(2026, 2, 6)
    days = trading_days(instrument, last, len(closes))
    close_of = session_close if instrument.calendar is Calendar.XNYS else day_end
    index = [close_of(day) for day in days]
    values = list(closes)
    progress = None
    if in_progress is not None:
        index.append(fetched_at)
        values.append(in_progress)
        progress = InProgress(source, in_progress / closes[-1] - 1)
    frame = pd.DataFrame({"close": values}, index=pd.DatetimeIndex(index)).reindex(columns=list(COLUMNS))
    provenance = Provenance(source, symbol, fetched_at, "close")
    return Bars(instrument, interval, frame.astype("float64"), provenance, progress)


def trading_days(instrument: Instrument, last: date, count: int) -> list[date]:
    """The last ``count`` days of the instrument's calendar up to ``last``."""
    every = [stamp.date() for stamp in pd.date_range(end=last, periods=count * 2 + 10)]
    if instrument.calendar is Calendar.XNYS:
        every = [day for day in every if session_close(day)]
    return every[-count:]
