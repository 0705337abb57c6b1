"""Crypto exchanges through ccxt: candles, tickers, order books, funding and open interest, keyless.

What the exchanges and ccxt 4.5 really do, and what is done about it here:

- The last candle is unfinished: it becomes the bar in progress.
- A geo-block (451, or CloudFront's 403) arrives as `ExchangeNotAvailable`, the class that says "try again":
  it is told apart by status and text, and lasts.
- `RateLimitExceeded` and `DDoSProtection` are siblings, and ``Retry-After`` is only in the response headers.
- A page of HTML or an empty answer gives a ticker of ``None`` without an error, and where the last price is
  missing or zero ccxt makes one of open and change: a price counts only if the raw answer holds the trade.
- Candles may repeat, run backwards or lie in the future; gaps stay gaps.
- Markets are loaded once, under a lock; only then is "unknown symbol" believed.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from threading import Lock
from typing import Any

import pandas as pd
import requests

from data_sources.errors import (
    BadData,
    NoData,
    RateLimited,
    Refused,
    SourceError,
    UnknownSymbol,
    Unreachable,
)
from data_sources.parsing import LENGTH, at_day_ends, at_ends_of_hours, build, listing_of
from data_sources.venues import VENUES
from data_sources.web import of_status, session
from market.bars import COLUMNS, Bars
from market.instruments import Calendar, Instrument, Interval, Listing

TIMEOUT_MS = 3000
IMPORTING = Lock()
TELLING = frozenset({403, 418, 429, 451})
FUNDING_HOURS = (1.0, 2.0, 4.0, 8.0)
STANDARD_HOURS = 8.0

# By class name, most particular first; ccxt's tree ends in BaseError.
MEANING: tuple[tuple[str, type[SourceError]], ...] = (
    ("RestrictedLocation", Refused),
    ("AuthenticationError", Refused),
    ("DDoSProtection", RateLimited),
    ("RateLimitExceeded", RateLimited),
    ("BadSymbol", UnknownSymbol),
    ("NotSupported", NoData),
    ("BaseError", Unreachable),
)
# What ccxt lets through when an answer has another shape than it expects.
BROKEN_ANSWER = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, OSError)


class Exchange:
    """A `Source` of one exchange's candles; a perpetual listed for its flow gives its funding prints."""

    def __init__(
        self, source: str, clock: Callable[[], datetime], web: Callable[[], requests.Session] = session
    ) -> None:
        """``source`` is the exchange's name in the catalogue; nothing is imported or asked before the first
        question.
        """
        self.source = source
        self.venue = VENUES[source]
        self._clock = clock
        self._web = web
        self._lock = Lock()
        self._clients: dict[bool, Any] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """All candles the exchange gives at this interval, or its funding prints; raises `SourceError`."""
        listing = listing_of(instrument, self.source)
        if instrument.flow:
            prints = self.ask(instrument, lambda client: self._funding(client, listing.symbol), swap=True)
            return parse_funding(prints, instrument, listing, self._clock())
        candles = self.ask(instrument, lambda client: self._candles(client, listing.symbol, interval))
        bars = parse(candles, instrument, interval, listing, self._clock())
        windowed = self.venue.is_full(len(candles))
        return replace(bars, provenance=replace(bars.provenance, windowed=windowed))

    def load(self) -> None:
        """Import ccxt's module of this exchange."""
        client_class(self.venue.module)

    def ask(self, instrument: Instrument, question: Callable[[Any], Any], *, swap: bool = False) -> Any:
        """The answer of ``question`` to the exchange's client, its markets loaded; raises `SourceError`."""
        try:
            return question(self._client(swap=swap))
        except Exception as error:
            raise translate(error, instrument, self.source) from error

    def _client(self, *, swap: bool) -> Any:
        """The ccxt client for spot or for perpetuals; only the module of this exchange is imported."""
        with self._lock:
            if swap in self._clients:
                return self._clients[swap]
            types = self.venue.swap_types if swap else self.venue.spot_types
            client = client_class(self.venue.module)(
                {
                    "timeout": TIMEOUT_MS,
                    "enableRateLimit": True,
                    "session": self._web(),
                    "options": {"fetchMarkets": {"types": list(types)}} if types else {},
                }
            )
            # Currencies are a request more, and nothing here needs them.
            client.has["fetchCurrencies"] = False
            client.load_markets()
            self._clients[swap] = client
            return client

    def _candles(self, client: Any, symbol: str, interval: Interval) -> list[list[float]]:
        page, step = self.venue.page, int(LENGTH[interval].total_seconds() * 1000)
        if self.venue.pages == 1:
            return list(client.fetch_ohlcv(symbol, interval.value, None, page))
        # Windows of a fixed width: neither an empty page nor a candle with a wrong date can end the search.
        newest = int(self._clock().timestamp() * 1000) // step * step
        candles: list[list[float]] = []
        for window in range(self.venue.pages - 1, -1, -1):
            since = newest - (page * (window + 1) - 1) * step
            part = client.fetch_ohlcv(symbol, interval.value, since, page)
            candles += [candle for candle in part if window == 0 or candle[0] < since + page * step]
        return candles

    def _funding(self, client: Any, symbol: str) -> list[dict[str, Any]]:
        return list(client.fetch_funding_rate_history(symbol, None, self.venue.funding_page))


def client_class(name: str) -> Any:
    """ccxt's class of one exchange, the other hundred not imported.

    `import ccxt` imports them all (30 MB and a few hundred files), so its package is entered without running
    its front door. One at a time: exchanges inherit from each other, and two threads would see half a module.
    """
    with IMPORTING:
        if "ccxt" not in sys.modules:
            spec = find_spec("ccxt")
            if spec is None:
                raise ImportError("ccxt is not installed")
            sys.modules["ccxt"] = module_from_spec(spec)
        return getattr(import_module(f"ccxt.{name}"), name)


def translate(error: Exception, instrument: Instrument, source: str) -> Exception:
    """``error`` of ccxt in our words; one that is not ccxt's is returned untouched."""
    response = response_behind(error)
    if response is not None and response.status_code in TELLING:
        ours = of_status(response.status_code, response.text, response.headers, instrument, source)
        if isinstance(ours, Refused | RateLimited):
            return ours
    names = {kind.__name__ for kind in type(error).__mro__}
    for name, meaning in MEANING:
        if name in names:
            return meaning(instrument, source, str(error))
    if isinstance(error, BROKEN_ANSWER) and not isinstance(error, SourceError):
        return Unreachable(instrument, source, repr(error))
    return error


def response_behind(error: BaseException) -> requests.Response | None:
    """The HTTP answer that ccxt made an error of, if there was one."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, requests.exceptions.HTTPError):
            return cause.response
        cause = cause.__cause__ or cause.__context__
    return None


def parse(
    raw: Sequence[Sequence[Any]], instrument: Instrument, interval: Interval, listing: Listing, now: datetime
) -> Bars:
    """ccxt's candles (milliseconds of the beginning, open, high, low, close, volume) as bars known at
    ``now``.
    """
    try:
        if {len(candle) for candle in raw} - {6}:
            raise ValueError("a candle does not have six fields")
        table = pd.DataFrame([list(candle) for candle in raw], columns=["time", *COLUMNS])
        begins = pd.to_datetime(pd.to_numeric(table.pop("time"), errors="coerce"), unit="ms", utc=True)
        rows = table.apply(pd.to_numeric, errors="coerce").set_axis(pd.DatetimeIndex(begins))
        rows = rows.loc[~rows.index.isna()]
        if interval is Interval.HOUR:
            rows = at_ends_of_hours(rows, Calendar.ALWAYS)
        elif (rows.index != rows.index.normalize()).any():
            raise ValueError("days do not begin at 00:00 UTC")
        else:
            rows = at_day_ends(rows.tz_localize(None))
    except (ValueError, TypeError, LookupError, OverflowError) as problem:
        raise BadData(instrument, listing.source, str(problem)) from problem
    sampling = "hourly close" if interval is Interval.HOUR else "close@00:00 UTC"
    return build(instrument, interval, rows, listing, now, sampling)


def parse_funding(
    raw: Sequence[dict[str, Any]], instrument: Instrument, listing: Listing, now: datetime
) -> Bars:
    """Funding prints as percent per 8 hours, stamped when they were settled.

    Exchanges pay every 8, 4, 2 or 1 hours; how often is read from the distance to the print before.
    """
    try:
        stamps = pd.to_datetime([each["timestamp"] for each in raw], unit="ms", utc=True).round("min")
        rates = pd.Series([each["fundingRate"] for each in raw], index=stamps, dtype="float64").sort_index()
        rates = rates[~rates.index.duplicated(keep="last")].dropna()
        hours = rates.index.to_series().diff().dt.total_seconds() / 3600
        usual = float(hours.median()) if len(rates) > 1 else STANDARD_HOURS
        hours = hours.where(hours.isin(FUNDING_HOURS), usual if usual in FUNDING_HOURS else STANDARD_HOURS)
        close = rates * 100 * STANDARD_HOURS / hours
    except (ValueError, TypeError, LookupError, OverflowError, AttributeError) as problem:
        raise BadData(instrument, listing.source, str(problem)) from problem
    rows = close.to_frame("close").reindex(columns=list(COLUMNS))
    rows = rows.loc[rows.index <= now + timedelta(minutes=1)]
    return build(instrument, Interval.DAY, rows, listing, now, "settled funding, per 8 hours")
