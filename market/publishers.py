"""Publishers: the names people know the sources by."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from market.text import listed

PUBLISHERS: Mapping[str, str] = MappingProxyType(
    {
        "yahoo": "Yahoo Finance",
        "yahoo_adjusted": "Yahoo Finance",
        "fred": "FRED",
        "ofr": "OFR",
        "alternative_me": "alternative.me",
        "btcetfdata": "btcetfdata.com",
        "kraken": "Kraken",
        "coinbase": "Coinbase",
        "okx": "OKX",
        "bybit": "Bybit",
        "gate": "Gate",
        "binance": "Binance",
    }
)
JOINED = " and "
_OPEN_BAR = re.compile(r", (open bar from .*)$")
_KEYS = re.compile(rf"\b({'|'.join(PUBLISHERS)})\b")


def publisher(source: str) -> str:
    """``source`` with every key in it as the name people know; a name stays as it is, and is said once.

    >>> publisher("yahoo and fred")
    'Yahoo Finance and FRED'

    Of three or more, what is said of one stands in brackets.

    >>> publisher("Cboe and Nasdaq and kraken, open bar from okx")
    'Cboe, Nasdaq and Kraken (open bar from OKX)'
    """
    named = _KEYS.sub(lambda key: PUBLISHERS[key.group()], source)
    names = list(dict.fromkeys(named.split(JOINED)))
    if len(names) > 2:
        names = [_OPEN_BAR.sub(r" (\1)", name) for name in names]
    return listed(names)
