"""What the venues say this moment, as components take it: order books, funding and open interest."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from analytics.crypto import NEUTRAL_FUNDING, VenueFunding, funding_across, funding_simple
from analytics.orderbook import Depth, depth, resting_inside
from app.present.drawing import Absent
from components.page.cards import counting_age
from components.page.html import Html
from components.page.numbers import Number, Shown, shown
from components.page.tables import Align, Column, rows
from components.text import decimal, funding, percent, short, zone_range
from data_sources.errors import SourceError
from data_sources.market_now import FundingNow, Gathered, OpenInterest, OrderBook
from market.bars import State
from market.instruments import Instrument
from market.publishers import publisher
from market.readings import Envelope, Result, missing
from market.zones import Zone

WITHIN = (0.01, 0.02, 0.05)
FRESH = timedelta(minutes=1)
EVERY_VENUE = "All venues"
NOBODY = "No venue has answered."
VENUE = Column("Venue", Align.TEXT)
AGE = Column("Age", grey=True)

Snapshot = OrderBook | FundingNow | OpenInterest


def book_table(
    found: Gathered[OrderBook], zone: Zone | None, instrument: Instrument, now: datetime
) -> Html | Absent:
    """Dollars near the price at each venue and in all, the lean of the book, and what rests in ``zone``.

    A figure of a book that ends too early is at least that, and says so.
    """
    if not found.found:
        return Absent(NOBODY)
    columns = (
        VENUE,
        *(Column(f"±{decimal(100 * each)}%", wide=each == WITHIN[1]) for each in WITHIN),
        Column("Bids less asks, ±1%"),
        *([Column(f"In {zone_range(zone, instrument)}")] if zone else []),
        AGE,
    )
    cells = [_book_row(publisher(each.venue), (each,), zone, now) for each in found.found]
    if len(found.found) > 1:
        cells.append(_book_row(EVERY_VENUE, found.found, zone, now))
    return rows("Order book", columns, cells, _last(found.found, cells))


def funding_table(
    rates: Gathered[FundingNow], interest: Gathered[OpenInterest], now: datetime
) -> Html | Absent:
    """The rate of each venue brought to 8 hours, and their mean by open interest."""
    if not rates.found:
        return Absent(NOBODY)
    columns = (VENUE, Column("8 hours", strong=True), Column("A year"), Column("Paid every", wide=True), AGE)
    cells = [_funding_row(each, now) for each in rates.found]
    held = {each.venue: each.coins for each in interest.found}
    both = [each for each in rates.found if each.venue in held]
    if len(both) > 1:
        paid = [VenueFunding(each.venue, each.rate, each.hours, held[each.venue]) for each in both]
        mean = _number(funding_across(paid).scaled(100), both, "percent per 8 h", "funding_last", now)
        cells.append(("By open interest", shown(mean, funding), "", "", _age(both, now)))
    return rows("Funding across venues", columns, cells, _last(both, cells))


def interest_table(found: Gathered[OpenInterest], now: datetime) -> Html | Absent:
    """Open contracts in coins at each venue, their sum, and the share of each."""
    if not found.found:
        return Absent(NOBODY)
    total = sum(each.coins for each in found.found)
    columns = (VENUE, Column("Coins", strong=True), Column("Share"), AGE)
    cells = [_interest_row(publisher(each.venue), (each,), total, now) for each in found.found]
    if len(found.found) > 1:
        cells.append(_interest_row(EVERY_VENUE, found.found, total, now))
    return rows("Open interest", columns, cells, _last(found.found, cells))


def _book_row(name: str, books: Sequence[OrderBook], zone: Zone | None, now: datetime) -> tuple[Shown, ...]:
    near = [_depth(books, within) for within in WITHIN]
    cells: list[Shown] = [_depth_number(each, books, now) for each in near]
    lean = near[0].imbalance
    result = Result.missing("The book is empty.") if lean is None else Result(100 * lean, n=_levels(books))
    leaning = _number(result, books, "percent", "depth", now, bids=near[0].bid, asks=near[0].ask)
    cells.append(shown(leaning, lambda value: decimal(value, signed=True, suffix="%")))
    if zone:
        cells.append(_zone_number(zone, books, now))
    return (name, *cells, _age(books, now))


def _depth(books: Sequence[OrderBook], within: float) -> Depth:
    first, *others = (depth(each.bids, each.asks, each.mid, within) for each in books)
    return sum(others, first)


def _depth_number(found: Depth, books: Sequence[OrderBook], now: datetime) -> Number:
    flags = ("truncated",) if found.truncated else ()
    result = Result(found.bid + found.ask, n=_levels(books), flags=flags)
    made_of = {"bids": found.bid, "asks": found.ask, "within %": 100 * found.within}
    return _dollars(_number(result, books, "USD", "depth", now, **made_of))


def _zone_number(zone: Zone, books: Sequence[OrderBook], now: datetime) -> Number:
    inside = [resting_inside(each.bids, each.asks, zone.low, zone.high) for each in books]
    known = [each.value for each in inside if each.value is not None]
    flags = tuple(dict.fromkeys(flag for each in inside for flag in each.flags))
    result = Result(sum(known), n=sum(each.n for each in inside), flags=flags)
    return _dollars(_number(result, books, "USD", "resting_inside", now, low=zone.low, high=zone.high))


def _dollars(number: Envelope) -> Number:
    least = "≥ " if "truncated" in number.flags else ""
    return shown(number, lambda value: least + short(value, prefix="$"))


def _funding_row(each: FundingNow, now: datetime) -> tuple[Shown, ...]:
    rate = Result(100 * each.eight_hours, n=1)
    year = Result(100 * funding_simple(each.rate, each.hours), n=1)
    inputs = {"rate": 100 * each.rate, "hours": each.hours, "neutral": 100 * NEUTRAL_FUNDING}
    return (
        publisher(each.venue),
        shown(_number(rate, (each,), "percent per 8 h", "funding_last", now, **inputs), funding),
        shown(_number(year, (each,), "percent a year", "funding_annual", now, **inputs), _a_year),
        f"{decimal(each.hours)} h",
        _age((each,), now),
    )


def _interest_row(name: str, held: Sequence[OpenInterest], total: float, now: datetime) -> tuple[Shown, ...]:
    coins = sum(each.coins for each in held)
    number = _number(Result(coins, n=len(held)), held, "coins", "open_interest_held", now)
    return name, shown(number, decimal), percent(100 * coins / total), _age(held, now)


def _a_year(value: float | None) -> str:
    return decimal(value, 1, signed=True, suffix="%")


def _levels(books: Iterable[OrderBook]) -> int:
    return sum(len(each.bids) + len(each.asks) for each in books)


def _number(
    result: Result,
    made_of: Sequence[Snapshot],
    unit: str,
    formula: str,
    now: datetime,
    **inputs: float | str,
) -> Envelope:
    """``result`` with its venues and the oldest time it was made from; stale after a minute."""
    if result.value is None:
        return missing(unit, formula, result.why or NOBODY)
    oldest = min(each.at for each in made_of)
    return Envelope(
        value=result.value,
        unit=unit,
        as_of=oldest,
        fetched_at=None,
        source=" and ".join(dict.fromkeys(publisher(each.venue) for each in made_of)),
        state=State.PROVISIONAL if now - oldest <= FRESH else State.STALE,
        sampling="snapshot",
        formula=formula,
        n=result.n,
        flags=result.flags,
        inputs=tuple(inputs.items()),
    )


def _age(made_of: Sequence[Snapshot], now: datetime) -> Html:
    oldest = min(each.at for each in made_of)
    return counting_age(oldest, now, late=now - oldest > FRESH)


def _last(made_of: Sequence[Snapshot], cells: Sequence[object]) -> int | None:
    """The place of the row of all venues, where there is one."""
    return len(cells) - 1 if len(made_of) > 1 else None


def say_silent(why: Sequence[SourceError]) -> str:
    """Which venues are not in a table, and why."""
    return " ".join(dict.fromkeys(f"{error.reason}." for error in why))
