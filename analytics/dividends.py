"""Total returns: what a ratio, or a return over weeks, is made of where its series pay dividends.

A fund falls by its dividend on the day it goes without: over weeks the price of a bond fund says less than
its holders earned. Prices and total returns never meet in one number.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from market.bars import Bars
from market.definitions import Definition
from market.instruments import total_return_key

UNADJUSTED = "unadjusted"  # a number of prices that leave dividends out
ADJUSTED = "adjusted for dividends"  # what the sampling says where they do not

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
    pays = any(_pays(bars) for bars in prices.values())
    return Earned(prices, (UNADJUSTED,) if pays else ())


def total_returns(known: Mapping[str, Bars]) -> dict[str, Bars]:
    """The total returns among ``known``, by the key of the instrument whose they are."""
    return {bars.instrument.of: bars for bars in known.values() if bars.instrument.of}


def _total_return(prices: Bars, known: Mapping[str, Bars]) -> Bars | None:
    if prices.is_continuous or ADJUSTED in prices.provenance.sampling:
        return prices
    total = known.get(total_return_key(prices.key))
    return None if total is None or _lags_behind(total, prices) else total


def _lags_behind(total: Bars, prices: Bars) -> bool:
    """Whether total returns are out of date, or recorded, while the prices beside them are not."""
    late = total.provenance.stale_because and not prices.provenance.stale_because
    return bool(late) or (total.provenance.recorded and not prices.provenance.recorded)


def _pays(bars: Bars) -> bool:
    """Whether dividends are missing from a price: a fund's, or an index's beside one of a fund."""
    return bars.instrument.total_return is not None and ADJUSTED not in bars.provenance.sampling
