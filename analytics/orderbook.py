"""Order books: how much money rests near the price, and what it takes to move it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from market.definitions import Definition
from market.readings import Result

Level = tuple[float, float]  # price, quantity
ROUNDING = 1e-12  # so that a level at exactly 1% counts as within 1%

DEFINITIONS = (
    Definition(
        "depth",
        "Order-book depth",
        "Sum of price × quantity of all bids (asks) within x% of the mid price, in dollars.",
        "A snapshot per venue; venues are summed.",
        "A book that ends before x% gives at least the sum, marked `truncated`.",
        "Definition of Coin Metrics and Kaiko.",
        "Crypto",
    ),
    Definition(
        "resting_inside",
        "Money resting in a zone",
        "Sum of price × quantity of the bids and asks whose price lies inside the zone, in dollars.",
        "A snapshot per venue; venues are summed.",
        "A book that ends before the zone’s far edge gives at least the sum, marked `truncated`.",
        "Own definition.",
        "Crypto",
    ),
)


@dataclass(frozen=True, slots=True)
class Depth:
    """Dollars resting within ``within`` of the mid price.

    ``truncated`` where a side of the book ended before that distance: then each is at least the sum.
    """

    bid: float
    ask: float
    within: float
    truncated: bool = False

    @property
    def imbalance(self) -> float | None:
        """(bid − ask) / (bid + ask); None for an empty book."""
        total = self.bid + self.ask
        return (self.bid - self.ask) / total if total else None

    def __add__(self, other: Self) -> Self:
        if other.within != self.within:
            raise ValueError("depths within different distances do not add")
        truncated = self.truncated or other.truncated
        return replace(self, bid=self.bid + other.bid, ask=self.ask + other.ask, truncated=truncated)


def depth(bids: Sequence[Level], asks: Sequence[Level], mid: float, within: float) -> Depth:
    """Dollars resting at most ``within`` (a fraction) from ``mid``; definition of Coin Metrics and Kaiko."""

    def near(side: Sequence[Level]) -> float:
        return sum(price * size for price, size in side if abs(price / mid - 1) <= within + ROUNDING)

    def ends_early(side: Sequence[Level]) -> bool:
        return max((abs(price / mid - 1) for price, _ in side), default=0.0) < within - ROUNDING

    return Depth(near(bids), near(asks), within, ends_early(bids) or ends_early(asks))


def resting_inside(bids: Sequence[Level], asks: Sequence[Level], low: float, high: float) -> Result:
    """Dollars of the orders priced from ``low`` to ``high``; n counts their levels.

    Flagged ``truncated`` where a side of the book ends before the zone does: then it is at least the sum.
    """
    inside = [(price, size) for side in (bids, asks) for price, size in side if low <= price <= high]
    if not bids or not asks:
        return Result.missing("A side of the book is empty.")
    lowest, highest = min(price for price, _ in bids), max(price for price, _ in asks)
    flags = ("truncated",) if low < lowest or high > highest else ()
    return Result(sum(price * size for price, size in inside), n=len(inside), flags=flags)


def cost_to_reach(side: Sequence[Level], target: float, mid: float) -> Result:
    """Dollars to trade through one ``side`` of a book until the price is ``target``; n counts levels."""
    up = target > mid
    taken = [(price, size) for price, size in side if (price < target if up else price > target)]
    if not side:
        return Result.missing("The book is empty.")
    reaches = any(price >= target if up else price <= target for price, _ in side)
    flags = () if reaches else ("truncated",)
    return Result(sum(price * size for price, size in taken), n=len(taken), flags=flags)
