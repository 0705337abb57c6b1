"""Total returns: what a ratio, or a return over weeks, is made of where its series pay dividends.

A fund falls by its dividend on the day it goes without: over weeks the price of a bond fund says less than
its holders earned. Prices and total returns never meet in one number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from analytics.returns import change_over_days
from market.bars import Bars
from market.definitions import Definition
from market.instruments import Unit, total_return_key
from market.readings import Reading, envelope

UNADJUSTED = "unadjusted"  # a number of prices that leave dividends out
ADJUSTED = "adjusted for dividends"  # what the sampling says where they do not
EARNED = "total_return_1w_pct"
WEEK_DAYS = 7
ROUNDING = 0.05  # percent: less than this two closes told to the cent may differ by

DEFINITIONS = (
    Definition(
        "total_return",
        "Total return",
        "Closes adjusted for splits and dividends, for returns over weeks and ratios; their level means "
        "nothing. They return what prices do, but on a day on which a fund goes without its dividend. An "
        "index stands as the fund that holds it (S&P 500: SPY, Nasdaq 100: QQQ); coins pay nothing.",
        "New York closes, as published with the dividends of each day from that day on.",
        "Where one series of a number has no total return, or an older one, all of it is made of prices and "
        "flagged `unadjusted`.",
        "The exchanges of the funds; live, Yahoo Finance.",
        "Prices",
    ),
)


@dataclass(frozen=True, slots=True)
class Earned:
    """Series to make returns of, all with dividends or all without, by the keys they were asked for.

    ``flags`` say ``unadjusted`` where dividends are paid and left out.
    """

    series: Mapping[str, Bars]
    flags: tuple[str, ...] = ()


def with_keys_of_total_returns(keys: Iterable[str]) -> tuple[str, ...]:
    """``keys``, and those of their total returns."""
    every = tuple(keys)
    return tuple(dict.fromkeys((*every, *(total_return_key(key) for key in every))))


def earned(known: Mapping[str, Bars], keys: Iterable[str]) -> Earned:
    """The total returns of ``keys`` where all are ``known`` and as new as the prices, else their prices.

    Keys of which there is nothing are left out.
    """
    prices = {key: known[key] for key in keys if key in known}
    found = {key: _total_return(bars, known) for key, bars in prices.items()}
    total = {key: bars for key, bars in found.items() if bars is not None}
    if len(total) == len(prices):
        return Earned(total)
    pays = any(leaves_out_dividends(bars) for bars in prices.values())
    return Earned(prices, (UNADJUSTED,) if pays else ())


def total_returns(known: Mapping[str, Bars]) -> dict[str, Bars]:
    """The total returns of the funds among ``known``, by their key.

    Those of an index are not among them: a fund that holds it is not what was said of the index.
    """
    found = {bars.instrument.of: bars for bars in known.values() if bars.instrument.of}
    funds = {key for key, bars in known.items() if bars.instrument.unit is Unit.USD}
    return {key: bars for key, bars in found.items() if key in funds}


def held(series: Iterable[Bars], known: Mapping[str, Bars]) -> tuple[Bars, ...]:
    """Each of ``series`` as its holders had it: with dividends where they are known, under its own name.

    For series that stand side by side and are not divided by one another.
    """
    funds = {bars.key: bars for bars in series}
    totals = total_returns({**known, **funds})
    return tuple(
        replace(totals[key], instrument=bars.instrument)
        if key in totals and not _lags_behind(totals[key], bars)
        else bars
        for key, bars in funds.items()
    )


def _total_return(prices: Bars, known: Mapping[str, Bars]) -> Bars | None:
    if prices.is_continuous or ADJUSTED in prices.provenance.sampling:
        return prices
    total = known.get(total_return_key(prices.key))
    return None if total is None or _lags_behind(total, prices) else total


def _lags_behind(total: Bars, prices: Bars) -> bool:
    """Whether total returns are out of date, or recorded, while the prices beside them are not."""
    late = total.provenance.stale_because and not prices.provenance.stale_because
    return bool(late) or (total.provenance.recorded and not prices.provenance.recorded)


def leaves_out_dividends(bars: Bars) -> bool:
    """Whether dividends are missing from a price: a fund's, or an index's beside one of a fund."""
    return bars.instrument.total_return is not None and ADJUSTED not in bars.provenance.sampling


def earned_in_week(reading: Reading, known: Mapping[str, Bars]) -> Reading:
    """``reading`` with what holders of a fund earned in a week, where it paid anything and that is known.

    Where it is not known, the change of the price is flagged.
    """
    prices = known.get(reading.instrument.key)
    total = None if prices is None else _total_return(prices, known)
    if prices is not None and total is None and leaves_out_dividends(prices):
        number = reading["change_1w_pct"]
        flagged = replace(number, flags=(*number.flags, UNADJUSTED))
        return Reading(reading.instrument, {**reading.numbers, "change_1w_pct": flagged})
    if total is None or total is prices:
        return reading
    earned_by = change_over_days(total.linked, total.dates, WEEK_DAYS).scaled(100)
    paid = (earned_by.value or 0.0) - (reading.value("change_1w_pct") or 0.0)
    if earned_by.value is None or abs(paid) < ROUNDING:
        return reading
    number = envelope(earned_by, total, "percent", "total_return", days=WEEK_DAYS)
    return Reading(reading.instrument, {**reading.numbers, EARNED: number})
