"""What each exchange is like, as data: how ccxt names it, how its candles are paged, and where it hides a
price.
"""

from dataclasses import dataclass
from types import MappingProxyType

ALMOST_ALL = 0.98


@dataclass(frozen=True, slots=True)
class Venue:
    """One exchange.

    ``module`` is ccxt's name; ``page`` how many candles a call returns and ``pages`` how many calls are made
    for a history; one page means that there is no older history. ``traded`` is where the raw ticker keeps the
    price of the last trade, ``book`` how many levels a snapshot may have. Open interest
    comes in coins, or in contracts from a venue that ``counts_contracts``.
    """

    module: str
    page: int
    pages: int
    traded: tuple[str | int, ...]
    book: int
    funding_page: int = 100
    spot_types: tuple[str, ...] = ()
    swap_types: tuple[str, ...] = ()
    counts_contracts: bool = False

    def is_full(self, candles: int) -> bool:
        """Whether so many candles are all that the venue tells, give or take a few: others came before."""
        return candles >= ALMOST_ALL * self.page * self.pages


VENUES = MappingProxyType(
    {
        # Serves US hosts. Returns the newest 720 candles, whatever is asked.
        "kraken": Venue("kraken", 720, 1, ("c", 0), 500),
        # Coinbase Exchange: keyless, serves US hosts; ccxt's `coinbase` is the brokerage, with
        # another order book.
        "coinbase": Venue("coinbaseexchange", 300, 5, ("price",), 500),
        "okx": Venue("okx", 300, 5, ("last",), 400, 100, ("spot",), ("swap",)),
        "bybit": Venue("bybit", 1000, 2, ("lastPrice",), 200, 200, ("spot",), ("linear",)),
        "gate": Venue("gate", 1000, 2, ("last",), 500, 1000, ("spot",), ("swap",), counts_contracts=True),
        # Does not serve US hosts (451): last.
        "binance": Venue("binance", 1000, 2, ("lastPrice",), 1000, 1000, ("spot",), ("linear",)),
    }
)
