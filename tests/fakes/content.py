"""What the fake providers share: who is listed where, and the faults of content."""

from collections.abc import Callable
from functools import cache
from typing import Any

from market import catalogue
from market.instruments import Instrument


@cache
def listed(source: str) -> dict[str, Instrument]:
    """The catalogue's instruments by the symbol that ``source`` knows them by."""
    found = {}
    for instrument in catalogue.load():
        for listing in instrument.listings:
            if listing.source == source:
                found[listing.symbol] = instrument
    return found


def spoilt(rows: list[list[Any]], mode: str, step: Any) -> list[list[Any]]:
    """Candles (time first, close fifth) with a fault; too few to show it stay as they are."""
    rows = [list(row) for row in rows]
    if len(rows) < 12:
        return [] if mode == "no rows" else rows
    if mode in PLACES:
        return [rows[place] for place in PLACES[mode](len(rows))]
    if mode in PRICES:
        place, change = PRICES[mode]
        rows[place][1:5] = change([None if price is None else float(price) for price in rows[place][1:5]])
    if mode == "future":
        rows.append([rows[-1][0] + 30 * step, *rows[-1][1:]])
    return rows


PLACES: dict[str, Callable[[int], list[int]]] = {
    "duplicate": lambda rows: [*range(rows), rows - 1],
    "reversed": lambda rows: [*range(rows)][::-1],
    "gap": lambda rows: [*range(rows - 10), *range(rows - 5, rows)],
    "no rows": lambda _: [],
}
PRICES: dict[str, tuple[int, Callable[[list[float]], list[float | None]]]] = {
    "nan": (-1, lambda _: [None] * 4),
    "hundredfold": (-5, lambda prices: [price * 100 for price in prices]),
    "zero": (-5, lambda _: [0] * 4),
    "contradiction": (-5, lambda prices: [prices[0], prices[1], prices[3] * 1.5, prices[3]]),
}
