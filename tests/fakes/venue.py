"""What the fake exchanges share: candles, a quote and a book of one coin."""

from datetime import datetime, timedelta
from typing import Any

from tests.fakes.world import World

COINS = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "LINK", "AVAX")


class Venue:
    """What the exchanges share: candles, a quote and a book of one coin."""

    name = ""

    def __init__(self, world: World) -> None:
        self.world = world

    def candles(self, key: str, hourly: bool) -> list[list[Any]]:
        """Every candle, oldest first: seconds, open, high, low, close, volume."""
        if hourly:
            frame = self.world.hours(key, 24 * 70)
            seconds = [int(stamp.timestamp()) for stamp in frame.index]
        else:
            frame = self.world.days(key, "24/7", self.name)
            seconds = [int(stamp.tz_localize("UTC").timestamp()) for stamp in frame.index]
        return [[second, *row] for second, row in zip(seconds, frame.to_numpy().tolist(), strict=True)]

    def last(self, key: str) -> float:
        """The running price."""
        return float(self.world.days(key, "24/7", self.name)["close"].iloc[-1])

    def book(self, key: str, mode: str) -> tuple[list[list[str]], list[list[str]]]:
        """200 levels a side, a twentieth of a percent apart."""
        mid = self.last(key)
        bids = [[f"{mid * (1 - 0.0005 * (level + 1)):.8f}", f"{100 / mid:.8f}"] for level in range(200)]
        asks = [[f"{mid * (1 + 0.0005 * (level + 1)):.8f}", f"{100 / mid:.8f}"] for level in range(200)]
        if mode == "crossed book":
            bids, asks = asks, bids
        if mode == "swapped book":
            bids, asks = [level[::-1] for level in bids], [level[::-1] for level in asks]
        if mode == "reversed book":
            bids, asks = bids[::-1], asks[::-1]
        if mode == "empty book":
            bids = []
        return bids, asks

    def moment(self, mode: str) -> datetime:
        """The venue's own time."""
        shift = {"stale": timedelta(hours=-1), "fast clock": timedelta(minutes=10)}.get(mode, timedelta(0))
        return self.world.clock() + shift


def price_said(last: float, mode: str) -> Any:
    """The last price as a ticker prints it."""
    return {"no price": None, "zero price": "0", "mad price": str(last * 1.04)}.get(mode, str(last))
