from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.errors import BadData, NoData, Pending, Refused, SourceError, Unreachable
from data_sources.exchange import Exchange
from data_sources.guarded import Guarded
from data_sources.live import live
from data_sources.market_now import (
    FundingNow,
    MarketNow,
    parse_book,
    parse_funding_now,
    parse_open_interest,
    parse_quote,
)
from tests.fakes.clock import Clock
from tests.fakes.prices import BITCOIN, FUNDING

NOW = datetime(2026, 2, 9, 15, 30, tzinfo=UTC)


def ticker(last="70000", raw=..., bid=69_990.0, ask=70_010.0, at=NOW):
    stamp = at.timestamp() * 1000 if at else None
    said = {"last": last if raw is ... else raw}
    return {"last": last and float(last), "bid": bid, "ask": ask, "timestamp": stamp, "info": said}


def quote(**ticks):
    return parse_quote(ticker(**ticks), "okx", "BTC/USDT", BITCOIN, NOW)


def test_a_quote_is_the_price_of_a_trade_with_the_exchanges_own_time():
    assert (quote().last, quote().at) == (70_000, NOW)


@pytest.mark.parametrize("raw", [None, "0", "", "garbage", "-1", "69999"])
def test_a_last_price_that_ccxt_made_up_is_refused(raw):
    with pytest.raises(BadData):
        quote(raw=raw)


def test_a_ticker_of_nothing_is_refused():
    with pytest.raises(BadData):
        parse_quote(dict.fromkeys(("last", "bid", "ask"), None) | {"info": {}}, "okx", "B", BITCOIN, NOW)


def test_a_last_price_far_outside_bid_and_ask_is_refused():
    """Gemini in March 2026: last 71312 while bid and ask stood at 68504 and 68509."""
    with pytest.raises(BadData):
        quote(last="71312", bid=68_504.0, ask=68_509.0)


def test_a_missing_or_future_time_makes_the_age_unknown_and_not_zero():
    assert quote(at=None).at is None
    assert quote(at=NOW + timedelta(minutes=10)).at is None
    assert quote(at=NOW - timedelta(hours=1)).at == NOW - timedelta(hours=1)


def book(bids, asks):
    return parse_book({"bids": bids, "asks": asks, "timestamp": None}, "okx", "BTC/USDT", BITCOIN, NOW)


def test_a_book_comes_best_first_whatever_the_venue_sends():
    sent = book([[98, 1], [99, 2]], [[102, 1], [100, 3]])
    assert sent.bids == ((99, 2), (98, 1))
    assert sent.asks == ((100, 3), (102, 1))
    assert sent.mid == 99.5


@pytest.mark.parametrize(
    ("bids", "asks"),
    [
        ([[101, 1]], [[100, 1]]),  # crossed
        ([[100, 1]], [[100, 1]]),  # locked
        ([[90, 1]], [[100, 1]]),  # gaping
        ([[0.5, 70_000], [0.4, 69_990]], [[0.6, 70_010]]),  # price and size swapped
        ([["x", 1]], [[100, 1]]),
        (None, [[100, 1]]),
    ],
)
def test_a_book_that_cannot_be_is_refused(bids, asks):
    with pytest.raises(BadData):
        book(bids, asks)


def test_a_book_without_a_side_is_nothing():
    with pytest.raises(NoData):
        book([], [[100, 1]])


@given(
    st.lists(st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True)), max_size=20),
    st.lists(st.tuples(st.floats(allow_nan=True), st.floats(allow_nan=True)), max_size=20),
)
def test_whatever_comes_a_book_is_not_crossed(bids, asks):
    try:
        sent = book(bids, asks)
    except SourceError:
        return
    assert sent.bids[0][0] < sent.asks[0][0]
    assert list(sent.bids) == sorted(sent.bids, reverse=True)


def funding(**said):
    return parse_funding_now(said, "okx", "BTC/USDT:USDT", FUNDING, NOW)


def test_funding_is_brought_to_eight_hours():
    assert funding(fundingRate=0.0001, interval="8h").eight_hours == 0.0001
    assert funding(fundingRate=0.0002, interval="4h").eight_hours == 0.0004
    assert FundingNow("x", "y", 0.0001, 1, NOW).eight_hours == pytest.approx(0.0008)


def test_the_interval_is_read_from_the_stamps_where_it_is_not_said():
    hours = funding(fundingRate=0.0001, fundingTimestamp=0, nextFundingTimestamp=4 * 3_600_000).hours
    assert hours == 4
    assert funding(fundingRate=0.0001).hours == 8


@pytest.mark.parametrize("rate", [None, float("nan"), 0.5, "x"])
def test_a_funding_rate_that_cannot_be_is_refused(rate):
    with pytest.raises(BadData):
        funding(fundingRate=rate)


def interest(venue, info=None, size=1.0, **said):
    return parse_open_interest({"info": info, **said}, size, venue, "BTC/USDT:USDT", FUNDING, NOW).coins


def test_open_interest_is_in_coins_whatever_the_venue_counts():
    assert interest("okx", {"oi": "2500000", "oiCcy": "25000"}, 0.01, openInterestAmount=2.5e6) == 25_000
    assert interest("gate", size=0.0001, openInterestAmount=5e8) == 50_000
    assert interest("binance", openInterestAmount=80_000.5) == 80_000.5


@pytest.mark.parametrize("amount", [None, 0, -1, float("inf")])
def test_open_interest_of_nothing_is_missing(amount):
    with pytest.raises(BadData):
        interest("binance", openInterestAmount=amount)


class Fake(Exchange):
    """An exchange whose client is what the test says."""

    def __init__(self, source, answer):
        super().__init__(source, lambda: NOW)
        self.answer = answer
        self.calls = 0

    def ask(self, instrument, question, *, swap=False):
        del instrument, question, swap
        self.calls += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer() if callable(self.answer) else self.answer


def market(clock=None, patience=3.0, **answers):
    clock = clock or Clock()
    exchanges = {name: Fake(name, answer) for name, answer in answers.items()}
    guards = {name: Guarded(each, name, clock.now, clock.seconds) for name, each in exchanges.items()}
    venues = {name: (exchanges[name], guards[name]) for name in exchanges}
    return MarketNow(venues, clock.now, clock.seconds, patience), exchanges


BOOK = {"bids": [[99, 1]], "asks": [[100, 1]], "timestamp": None}


def test_what_one_venue_lacks_never_stops_the_others():
    now, _ = market(okx=BOOK, kraken=Unreachable(BITCOIN, "kraken"), binance=Refused(BITCOIN, "binance"))
    gathered = now.books(BITCOIN)
    assert [each.venue for each in gathered.found] == ["okx"]
    assert {error.source for error in gathered.missing} == {"kraken", "binance"}


def test_an_answer_is_remembered_for_a_quarter_of_a_minute():
    clock = Clock()
    now, exchanges = market(clock, okx=BOOK, kraken=Unreachable(BITCOIN, "kraken"))
    for _ in range(5):
        now.books(BITCOIN)
    assert [each.calls for each in exchanges.values()] == [1, 1]
    clock.pass_by(16)
    now.books(BITCOIN)
    assert exchanges["okx"].calls == 2


def test_a_venue_that_hangs_is_left_behind():
    gate = Event()
    now, _ = market(patience=0.05, okx=BOOK, kraken=lambda: gate.wait(5) and BOOK)
    gathered = now.books(BITCOIN)
    assert [each.venue for each in gathered.found] == ["okx"]
    assert [type(error) for error in gathered.missing] == [Pending]
    gate.set()


def test_the_last_answer_stands_in_for_five_minutes():
    clock = Clock()
    now, exchanges = market(clock, okx=BOOK)
    first = now.books(BITCOIN).found
    exchanges["okx"].answer = Unreachable(BITCOIN, "okx")
    clock.pass_by(60)
    later = now.books(BITCOIN)
    assert later.found == first
    assert [type(error) for error in later.missing] == [Unreachable]
    clock.pass_by(300)
    assert now.books(BITCOIN).found == ()


def test_while_the_next_answer_is_on_its_way_the_last_one_is_shown():
    clock, gate = Clock(), Event()
    now, exchanges = market(clock, patience=0.05, okx=BOOK)
    while not (first := now.books(BITCOIN)).found:
        pass
    exchanges["okx"].answer = lambda: gate.wait(5) and BOOK
    clock.pass_by(16)
    assert now.books(BITCOIN) == first
    gate.set()


def test_without_a_venue_there_is_a_reason():
    now, _ = market()
    assert len(now.books(BITCOIN).missing) == 1


# Through the unchanged clients


@pytest.fixture(scope="module")
def venues(led, tmp_path_factory):
    led.heal()
    return live(tmp_path_factory.mktemp("state"), BITCOIN, timer=ticking())


def ticking():
    """A stopwatch that makes every look a minute later: nothing is remembered."""
    seconds = iter(range(0, 10**9, 60))
    return lambda: float(next(seconds))


def gathered(venues, what, instrument):
    """All answers, waited for."""
    seen = MarketNow(venues.market._venues, venues.clock)
    return getattr(seen, what)(instrument)


def by_venue(answers):
    return {each.venue: each for each in answers}


def test_every_venue_gives_a_quote_and_a_book(venues, upstream):
    assert upstream.mode("api.kraken.com") == "ok"
    gathered(venues, "quotes", BITCOIN)
    quotes = by_venue(gathered(venues, "quotes", BITCOIN).found)
    books = by_venue(gathered(venues, "books", BITCOIN).found)
    assert set(quotes) >= {"coinbase", "okx", "binance"}
    assert set(books) >= {"coinbase", "okx", "binance"}
    for venue in ("coinbase", "okx", "binance"):
        assert quotes[venue].last == pytest.approx(70_000)
        assert books[venue].mid == pytest.approx(70_000)


def test_funding_and_open_interest_of_the_perpetuals(venues, upstream):
    assert upstream.mode("www.okx.com") == "ok"
    rates = by_venue(gathered(venues, "funding", FUNDING).found)
    assert rates["okx"].eight_hours == 0.0001
    assert rates["binance"].eight_hours == 0.00005
    interests = by_venue(gathered(venues, "open_interest", FUNDING).found)
    assert interests["okx"].coins == 25_000
    assert interests["binance"].coins == 80_000.5


@pytest.mark.parametrize("mode", ["no price", "zero price", "mad price"])
def test_invented_prices_of_real_tickers_are_refused(venues, upstream, mode):
    upstream.fail("*", mode)
    answers = gathered(venues, "quotes", BITCOIN)
    assert not {each.venue for each in answers.found} & {"okx", "coinbase", "binance"}


def test_a_stale_ticker_keeps_its_own_time_and_a_fast_clock_none(venues, upstream):
    upstream.fail("*", "stale")
    old = by_venue(gathered(venues, "quotes", BITCOIN).found)["okx"]
    assert datetime.now(UTC) - old.at > timedelta(minutes=59)
    upstream.fail("*", "fast clock")
    assert by_venue(gathered(venues, "quotes", BITCOIN).found)["okx"].at is None


@pytest.mark.parametrize("mode", ["crossed book", "swapped book", "empty book"])
def test_impossible_books_are_missing(venues, upstream, mode):
    upstream.fail("*", mode)
    assert not gathered(venues, "books", BITCOIN).found


def test_a_reversed_book_is_put_in_order(venues, upstream):
    upstream.fail("*", "reversed book")
    assert by_venue(gathered(venues, "books", BITCOIN).found)["okx"].mid == pytest.approx(70_000)
