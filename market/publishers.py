"""Publishers: the names people know the sources by."""

import re
from collections.abc import Mapping
from types import MappingProxyType

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
_KEYS = re.compile(rf"\b({'|'.join(PUBLISHERS)})\b")


def publisher(source: str) -> str:
    """``source`` with every key in it as the name people know; a name stays as it is, and is said once.

    >>> publisher("yahoo and fred")
    'Yahoo Finance and FRED'
    """
    named = _KEYS.sub(lambda key: PUBLISHERS[key.group()], source)
    return JOINED.join(dict.fromkeys(named.split(JOINED)))
