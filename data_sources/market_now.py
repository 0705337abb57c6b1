"""What the market looks like this moment, beyond bars: quotes, order books, funding and open interest by
venue.

Each question goes to every venue that lists the instrument, all at once, and what is missing never stops the
rest.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite
from threading import Lock
from typing import Any, Generic, TypeVar

from data_sources.errors import BadData, NoData, Pending, SourceError
from data_sources.exchange import Exchange
from data_sources.flights import take_off
from data_sources.guarded import Guarded
from data_sources.venues import VENUES
from market.instruments import Instrument

Answer = TypeVar("Answer")
Key = tuple[str, str, str]  # question, venue, symbol

SECONDS = 15.0
PATIENCE = 3.0
KEPT = 300.0
SPREAD = 0.02
SKEW = timedelta(seconds=30)
DEFAULT_FUNDING_HOURS = 8.0


@dataclass(frozen=True, slots=True)
class Quote:
    """One price now: of the last trade, between bid and ask, at the exchange's own time (None where it gives
    none).
    """

    venue: str
    symbol: str
    last: float
    bid: float
    ask: float
    at: datetime | None


@dataclass(frozen=True, slots=True)
class OrderBook:
    """A snapshot of resting orders: (price, quantity), best first."""

    venue: str
    symbol: str
    bids: tuple[tuple[float, float], ...]
    asks: tuple[tuple[float, float], ...]
    at: datetime

    @property
    def mid(self) -> float:
        """The middle of the best bid and the best ask."""
        return (self.bids[0][0] + self.asks[0][0]) / 2


@dataclass(frozen=True, slots=True)
class FundingNow:
    """The funding rate a venue pays next, as a fraction, and every how many hours."""

    venue: str
    symbol: str
    rate: float
    hours: float
    at: datetime

    @property
    def eight_hours(self) -> float:
        """The rate brought to 8 hours, so that venues compare; neutral is 0.0001."""
        return self.rate * 8 / self.hours


@dataclass(frozen=True, slots=True)
class OpenInterest:
    """Open contracts at a venue, counted in coins."""

    venue: str
    symbol: str
    coins: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Gathered(Generic[Answer]):
    """What the venues answered, and why the others did not."""

    found: tuple[Answer, ...]
    missing: tuple[SourceError, ...]


class MarketNow:
    """The venues, asked together; an answer or a failure is remembered for 15 seconds, and nobody waits over
    3.

    A venue's last answer stands in for five minutes while the next one is on its way, or failed; its time
    tells its age.
    """

    def __init__(
        self,
        venues: Mapping[str, tuple[Exchange, Guarded]],
        clock: Callable[[], datetime],
        timer: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
    ) -> None:
        """``venues`` by name: the exchange, and the guard its bars go through too."""
        self._patience = patience
        self._venues = venues
        self._clock = clock
        self._timer = timer
        self._lock = Lock()
        self._flights: dict[Key, tuple[Future[Any], float]] = {}
        self._last: dict[Key, tuple[Any, float]] = {}

    def quotes(self, instrument: Instrument) -> Gathered[Quote]:
        """The last trades; a price that no trade stands behind is missing."""
        return self._gather("quote", instrument, self._quote)

    def books(self, instrument: Instrument) -> Gathered[OrderBook]:
        """The order books; a crossed or gaping one is missing."""
        return self._gather("book", instrument, self._book)

    def funding(self, perpetual: Instrument) -> Gathered[FundingNow]:
        """The funding rates of the venues that ``perpetual`` (such as BTC_FUNDING) lists."""
        return self._gather("funding", perpetual, self._funding)

    def open_interest(self, perpetual: Instrument) -> Gathered[OpenInterest]:
        """Open interest in coins at the venues that ``perpetual`` lists."""
        return self._gather("open interest", perpetual, self._open_interest)

    def _gather(
        self,
        what: str,
        instrument: Instrument,
        ask: Callable[[str, str, Instrument], Answer],
    ) -> Gathered[Answer]:
        flights = [
            (listing, self._flight(what, listing.source, listing.symbol, instrument, ask))
            for listing in instrument.listings
            if listing.source in self._venues
        ]
        found: list[Answer] = []
        missing: list[SourceError] = []
        for listing, (flight, started) in flights:
            key = what, listing.source, listing.symbol
            try:
                answer = flight.result(timeout=max(0.0, started + self._patience - self._timer()))
            except Late:
                last = self._last_known(key)
                found += last
                missing += [] if last else [Pending(instrument, listing.source)]
            except SourceError as error:
                found += self._last_known(key)
                missing.append(error.again())
            else:
                self._last[key] = answer, started
                found.append(answer)
        if not flights:
            missing.append(NoData(instrument, "every venue", "none is configured"))
        return Gathered(tuple(found), tuple(missing))

    def _last_known(self, key: Key) -> list[Any]:
        """The last answer to a question, while it is not too old to show; else nothing."""
        answer, at = self._last.get(key, (None, 0.0))
        return [answer] if answer is not None and self._timer() - at < KEPT else []

    def _flight(
        self,
        what: str,
        venue: str,
        symbol: str,
        instrument: Instrument,
        ask: Callable[[str, str, Instrument], Answer],
    ) -> tuple[Future[Answer], float]:
        """The question on its way, or answered a moment ago."""
        key = what, venue, symbol
        with self._lock:
            now = self._timer()
            known = self._flights.get(key)
            if known is not None and (not known[0].done() or now - known[1] < SECONDS):
                return known
            guard = self._venues[venue][1]
            flight = take_off(
                lambda: guard.call(instrument, lambda: ask(venue, symbol, instrument)), f"{what} {venue}"
            )
            self._flights[key] = flight, now
            return flight, now

    def _quote(self, venue: str, symbol: str, instrument: Instrument) -> Quote:
        exchange = self._venues[venue][0]
        raw = exchange.ask(instrument, lambda client: client.fetch_ticker(symbol))
        return parse_quote(raw, venue, symbol, instrument, self._clock(), exchange.venue.traded)

    def _book(self, venue: str, symbol: str, instrument: Instrument) -> OrderBook:
        exchange = self._venues[venue][0]
        raw = exchange.ask(instrument, lambda client: client.fetch_order_book(symbol, exchange.venue.book))
        return parse_book(raw, venue, symbol, instrument, self._clock())

    def _funding(self, venue: str, symbol: str, instrument: Instrument) -> FundingNow:
        exchange = self._venues[venue][0]
        raw = exchange.ask(instrument, lambda client: client.fetch_funding_rate(symbol), swap=True)
        return parse_funding_now(raw, venue, symbol, instrument, self._clock())

    def _open_interest(self, venue: str, symbol: str, instrument: Instrument) -> OpenInterest:
        exchange = self._venues[venue][0]

        def question(client: Any) -> tuple[Any, float]:
            size = float(client.market(symbol).get("contractSize") or 1.0)
            if client.has.get("fetchOpenInterest"):
                return client.fetch_open_interest(symbol), size
            return client.fetch_open_interest_history(symbol, "5m", None, 1)[-1], size

        raw, size = exchange.ask(instrument, question, swap=True)
        return parse_open_interest(raw, size, venue, symbol, instrument, self._clock())


def parse_quote(
    raw: Any,
    venue: str,
    symbol: str,
    instrument: Instrument,
    now: datetime,
    traded: tuple[str | int, ...] = ("last",),
) -> Quote:
    """ccxt's ticker as a quote; raises `BadData` for a price that no trade of the raw answer stands behind.

    The price must be in the raw answer at ``traded``, and not further than 2 % outside bid and ask. A time in
    the future makes the age unknown, not zero.
    """
    try:
        last, bid, ask = (float(raw[name]) for name in ("last", "bid", "ask"))
        trade: Any = raw["info"]
        for step in traded:
            trade = trade[step]
        of_trade = float(trade)
    except (TypeError, ValueError, LookupError) as problem:
        raise BadData(instrument, venue, f"no price of a trade: {problem!r}") from problem
    if not (isfinite(last) and of_trade > 0 and abs(last / of_trade - 1) < 1e-9):
        raise BadData(instrument, venue, f"{last} is not the price of a trade")
    if not 0 < bid < ask or not bid * (1 - SPREAD) <= last <= ask * (1 + SPREAD):
        raise BadData(instrument, venue, f"{last} is far from {bid} and {ask}")
    return Quote(venue, symbol, last, bid, ask, exchange_time(raw.get("timestamp"), now))


def exchange_time(milliseconds: Any, now: datetime) -> datetime | None:
    """The exchange's own time, or None where it gives none or one that lies in the future."""
    try:
        at = datetime.fromtimestamp(float(milliseconds) / 1000, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    return at if at <= now + SKEW else None


def parse_book(raw: Any, venue: str, symbol: str, instrument: Instrument, now: datetime) -> OrderBook:
    """ccxt's order book; raises `BadData` for a crossed or gaping one, `NoData` for an empty side."""
    try:
        bids = sorted(levels(raw["bids"]), reverse=True)
        asks = sorted(levels(raw["asks"]))
    except (TypeError, ValueError, LookupError) as problem:
        raise BadData(instrument, venue, repr(problem)) from problem
    if not bids or not asks:
        raise NoData(instrument, venue, "a side of the book is empty")
    bid, ask = bids[0][0], asks[0][0]
    if not bid < ask or (ask - bid) / ((ask + bid) / 2) > SPREAD:
        raise BadData(instrument, venue, f"bid {bid}, ask {ask}")
    at = exchange_time(raw.get("timestamp"), now) or now
    return OrderBook(venue, symbol, tuple(bids), tuple(asks), at)


def levels(side: Any) -> list[tuple[float, float]]:
    """The levels of one side whose price and quantity are positive numbers."""
    pairs = ((float(level[0]), float(level[1])) for level in side)
    return [(price, size) for price, size in pairs if 0 < price < float("inf") and 0 < size < float("inf")]


def parse_funding_now(raw: Any, venue: str, symbol: str, instrument: Instrument, now: datetime) -> FundingNow:
    """ccxt's funding rate; hours from its interval (`8h`) or the distance of its two stamps, else 8."""
    try:
        rate = float(raw["fundingRate"])
        text = raw.get("interval")
        hours = float(str(text).removesuffix("h")) if text else _hours_between(raw)
    except (TypeError, ValueError, LookupError, AttributeError) as problem:
        raise BadData(instrument, venue, repr(problem)) from problem
    if not isfinite(rate) or abs(rate) > 0.1 or not 0 < hours <= 24:
        raise BadData(instrument, venue, f"a funding rate of {rate} every {hours} hours")
    return FundingNow(venue, symbol, rate, hours, exchange_time(raw.get("timestamp"), now) or now)


def _hours_between(raw: Any) -> float:
    next_stamp, stamp = raw.get("nextFundingTimestamp"), raw.get("fundingTimestamp")
    if next_stamp is not None and stamp is not None and next_stamp > stamp:
        return float(round((next_stamp - stamp) / 3_600_000)) or DEFAULT_FUNDING_HOURS
    return DEFAULT_FUNDING_HOURS


def parse_open_interest(
    raw: Any, contract_size: float, venue: str, symbol: str, instrument: Instrument, now: datetime
) -> OpenInterest:
    """ccxt's open interest in coins: venues that count contracts are multiplied by the size of one."""
    size = contract_size if VENUES[venue].counts_contracts else 1.0
    try:
        info = raw.get("info") or {}
        in_coins = next((info[name] for name in ("oiCcy", "openInterestCcy") if info.get(name)), None)
        amount = raw.get("openInterestAmount")
        coins = float(in_coins) if in_coins else float(amount) * size
    except (TypeError, ValueError, LookupError, AttributeError) as problem:
        raise BadData(instrument, venue, repr(problem)) from problem
    if not isfinite(coins) or coins <= 0:
        raise BadData(instrument, venue, f"open interest of {coins} coins")
    return OpenInterest(venue, symbol, coins, exchange_time(raw.get("timestamp"), now) or now)
