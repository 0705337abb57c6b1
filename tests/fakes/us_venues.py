"""Kraken and Coinbase Exchange on the wire."""

from typing import Any

import pandas as pd

from tests.fakes.content import spoilt
from tests.fakes.upstream import Missing
from tests.fakes.venue import COINS, Venue, price_said

BASES = {"XBT": "BTC", "XXBT": "BTC", "XDG": "DOGE", "XETH": "ETH", "XXRP": "XRP"}


class Kraken(Venue):
    """api.kraken.com, public."""

    name = "kraken"

    def __call__(self, path: str, query: dict[str, str], mode: str) -> Any:
        if mode == "maintenance words":
            return {"error": ["EService:Unavailable"]}
        key = BASES.get(
            query.get("pair", "")[:-3].removesuffix("Z"), query.get("pair", "")[:-3].removesuffix("Z")
        )
        pair = query.get("pair", "")
        if path == "/0/public/AssetPairs":
            return {"error": [], "result": {self.pair(coin): self.market(coin) for coin in COINS}}
        if path == "/0/public/OHLC":
            rows = spoilt(self.candles(key, query["interval"] == "60")[-720:], mode, 86400)
            said = [
                [r[0], *(None if p is None else str(p) for p in r[1:5]), str(r[4]), str(r[5]), 10]
                for r in rows
            ]
            return {"error": [], "result": {pair: said, "last": rows[-1][0] if rows else 0}}
        if path == "/0/public/Ticker":
            last = self.last(key)
            price = price_said(last, mode)
            side = lambda factor: [str(last * factor), "1", "1.0"]  # noqa: E731
            ticker = {"a": side(1.0001), "b": side(0.9999), "c": [price, "0.1"], "o": str(last * 0.98)}
            day = {name: [str(last), str(last)] for name in ("v", "p", "l", "h")}
            return {"error": [], "result": {pair: ticker | day | {"t": [1, 1]}}}
        if path == "/0/public/Depth":
            stamp = int(self.moment(mode).timestamp())
            bids, asks = self.book(key, mode)
            book = {"bids": [[*b, stamp] for b in bids], "asks": [[*a, stamp] for a in asks]}
            return {"error": [], "result": {pair: book}}
        raise Missing(path)

    def pair(self, coin: str) -> str:
        """Kraken's own names: X and Z before the old ones."""
        return {"BTC": "XXBTZUSD", "ETH": "XETHZUSD", "XRP": "XXRPZUSD", "DOGE": "XDGUSD"}.get(
            coin, f"{coin}USD"
        )

    def market(self, coin: str) -> dict[str, Any]:
        """One tradable pair."""
        base = {"BTC": "XXBT", "ETH": "XETH", "XRP": "XXRP", "DOGE": "XXDG"}.get(coin, coin)
        name = {"BTC": "XBT", "DOGE": "XDG"}.get(coin, coin)
        return {
            "altname": f"{name}USD",
            "wsname": f"{name}/USD",
            "aclass_base": "currency",
            "base": base,
            "aclass_quote": "currency",
            "quote": "ZUSD",
            "lot": "unit",
            "pair_decimals": 5,
            "lot_decimals": 8,
            "lot_multiplier": 1,
            "leverage_buy": [],
            "leverage_sell": [],
            "fees": [[0, 0.4]],
            "fees_maker": [[0, 0.25]],
            "fee_volume_currency": "ZUSD",
            "ordermin": "0.0001",
            "costmin": "0.5",
            "tick_size": "0.00001",
            "status": "online",
        }


class Coinbase(Venue):
    """api.exchange.coinbase.com, public; candles newest first, 300 at most."""

    name = "coinbase"

    def __call__(self, path: str, query: dict[str, str], mode: str) -> Any:
        parts = path.strip("/").split("/")
        if parts == ["products"]:
            return [self.product(coin) for coin in COINS]
        if len(parts) != 3 or parts[0] != "products":
            raise Missing(path)
        key = parts[1].split("-")[0]
        if key not in COINS:
            return 404, {}, b'{"message": "NotFound"}'
        if parts[2] == "candles":
            start, end = (pd.Timestamp(query[name]).timestamp() for name in ("start", "end"))
            rows = self.candles(key, query["granularity"] == "3600")
            rows = spoilt([row for row in rows if start <= row[0] <= max(end, start)], mode, 86400)
            return [[r[0], r[3], r[2], r[1], r[4], r[5]] for r in reversed(rows)][:300]
        if parts[2] == "ticker":
            last = self.last(key)
            stamp = f"{self.moment(mode):%Y-%m-%dT%H:%M:%S.%fZ}"
            sides = {"bid": str(last * 0.9999), "ask": str(last * 1.0001)}
            return {
                "trade_id": 1,
                "price": price_said(last, mode),
                "size": "0.1",
                "time": stamp,
                "volume": "9",
                **sides,
            }
        if parts[2] == "book":
            bids, asks = self.book(key, mode)
            return {"bids": [[*b, 1] for b in bids], "asks": [[*a, 1] for a in asks], "sequence": 1}
        raise Missing(path)

    def product(self, coin: str) -> dict[str, Any]:
        """One product."""
        return {
            "id": f"{coin}-USD",
            "base_currency": coin,
            "quote_currency": "USD",
            "quote_increment": "0.00001",
            "base_increment": "0.00000001",
            "display_name": f"{coin}-USD",
            "min_market_funds": "1",
            "margin_enabled": False,
            "post_only": False,
            "limit_only": False,
            "cancel_only": False,
            "status": "online",
            "status_message": "",
            "trading_disabled": False,
        }
