"""Publishers: the names people know the sources by."""

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


def publisher(source: str) -> str:
    """The name people know ``source`` by; one that is a name already stays as it is.

    Of several sources joined by "and" each is named.

    >>> publisher("yahoo and fred")
    'Yahoo Finance and FRED'
    """
    return JOINED.join(dict.fromkeys(PUBLISHERS.get(each, each) for each in source.split(JOINED)))
