"""OKX and Binance on the wire, spot and perpetual."""

import math
from typing import Any

from tests.fakes.content import spoilt
from tests.fakes.upstream import Missing
from tests.fakes.venue import COINS, Venue, price_said


class Okx(Venue):
    """www.okx.com, public v5; candles newest first."""

    name = "okx"

    def __call__(self, path: str, query: dict[str, str], mode: str) -> Any:
        page = path.removeprefix("/api/v5/")
        if mode == "maintenance words":
            return {"code": "50001", "msg": "Service temporarily unavailable", "data": []}
        if page == "public/instruments":
            return okay([self.instrument(coin, query["instType"]) for coin in COINS])
        key = query.get("instId", "").split("-")[0]
        pages = {
            "market/candles": self.klines,
            "market/history-candles": self.klines,
            "market/ticker": self.ticker,
            "market/books": self.books,
            "public/funding-rate": self.funding,
            "public/funding-rate-history": self.history,
            "public/open-interest": self.interest,
        }
        if page not in pages:
            raise Missing(path)
        return okay(pages[page](key, query, mode))

    def klines(self, key: str, query: dict[str, str], mode: str) -> list[list[str]]:
        """Candles after `before` and before `after`, as OKX names them."""
        rows = self.candles(key, query["bar"] == "1H")
        low, high = int(query.get("before", 0)), int(query.get("after", 10**16))
        rows = [row for row in rows if low < row[0] * 1000 < high][: int(query["limit"])]
        rows = spoilt(rows, mode, 86400)
        return [[str(int(r[0] * 1000)), *map(str, r[1:6]), "1", "1", "1"] for r in reversed(rows)]

    def ticker(self, key: str, query: dict[str, str], mode: str) -> list[dict[str, Any]]:
        """The quote."""
        last = self.last(key)
        stamp = str(int(self.moment(mode).timestamp() * 1000))
        sides = {"bidPx": str(last * 0.9999), "askPx": str(last * 1.0001), "bidSz": "1", "askSz": "1"}
        return [
            {
                "instId": query["instId"],
                "last": price_said(last, mode),
                "open24h": str(last * 0.98),
                "ts": stamp,
                **sides,
            }
        ]

    def books(self, key: str, _query: dict[str, str], mode: str) -> list[dict[str, Any]]:
        """The order book."""
        bids, asks = self.book(key, mode)
        stamp = str(int(self.moment(mode).timestamp() * 1000))
        return [{"bids": [[*b, "0", "1"] for b in bids], "asks": [[*a, "0", "1"] for a in asks], "ts": stamp}]

    def funding(self, _key: str, query: dict[str, str], mode: str) -> list[dict[str, Any]]:
        """The next funding, every 8 hours (4 in mode `four hours`)."""
        hours = 4 if mode == "four hours" else 8
        due = int(self.world.clock().timestamp() * 1000) // (hours * 3_600_000) * hours * 3_600_000
        return [
            {
                "instId": query["instId"],
                "instType": "SWAP",
                "fundingRate": "0.0001",
                "fundingTime": str(due + hours * 3_600_000),
                "nextFundingTime": str(due + 2 * hours * 3_600_000),
                "nextFundingRate": "",
                "ts": str(int(self.world.clock().timestamp() * 1000)),
            }
        ]

    def history(self, _key: str, query: dict[str, str], mode: str) -> list[dict[str, Any]]:
        """The settled fundings, newest first."""
        hours = 4 if mode == "four hours" else 8
        due = int(self.world.clock().timestamp() * 1000) // (hours * 3_600_000) * hours * 3_600_000
        rates = [round(0.0001 * math.sin(number / 5), 8) for number in range(90)]
        return [
            {
                "instId": query["instId"],
                "fundingRate": str(rate),
                "realizedRate": str(rate),
                "fundingTime": str(due - number * hours * 3_600_000),
            }
            for number, rate in enumerate(rates)
        ]

    def interest(self, _key: str, query: dict[str, str], _mode: str) -> list[dict[str, Any]]:
        """Open interest: contracts, coins and dollars."""
        stamp = str(int(self.world.clock().timestamp() * 1000))
        return [
            {"instId": query["instId"], "oi": "2500000", "oiCcy": "25000", "oiUsd": "1750000000", "ts": stamp}
        ]

    def instrument(self, coin: str, kind: str) -> dict[str, Any]:
        """One instrument, spot or perpetual."""
        swap = kind == "SWAP"
        common = {
            "instType": kind,
            "tickSz": "0.00001",
            "lotSz": "0.00001",
            "minSz": "0.00001",
            "state": "live",
        }
        common |= {
            "lever": "10",
            "ctType": "",
            "alias": "",
            "listTime": "1611907686000",
            "expTime": "",
            "maxLmtSz": "1e9",
        }
        if swap:
            name = {"instId": f"{coin}-USDT-SWAP", "uly": f"{coin}-USDT", "instFamily": f"{coin}-USDT"}
            return (
                common
                | name
                | {"settleCcy": "USDT", "ctVal": "0.01", "ctValCcy": coin, "ctType": "linear", "baseCcy": ""}
            )
        return common | {
            "instId": f"{coin}-USDT",
            "baseCcy": coin,
            "quoteCcy": "USDT",
            "settleCcy": "",
            "ctVal": "",
        }


def okay(rows: list[Any]) -> dict[str, Any]:
    """OKX's envelope."""
    return {"code": "0", "msg": "", "data": rows}


class Binance(Venue):
    """api.binance.com and fapi.binance.com, public."""

    name = "binance"

    def __call__(self, path: str, query: dict[str, str], mode: str) -> Any:
        key = query.get("symbol", "").removesuffix("USDT")
        if path.endswith("/exchangeInfo"):
            return {"timezone": "UTC", "symbols": [self.market(coin, "fapi" in path) for coin in COINS]}
        if path == "/api/v3/klines":
            rows = self.candles(key, query["interval"] == "1h")
            start = int(query.get("startTime", 0))
            rows = [row for row in rows if row[0] * 1000 >= start][: int(query["limit"])]
            rows = spoilt(rows, mode, 86400)
            return [
                [int(r[0] * 1000), *(None if p is None else str(p) for p in r[1:6]), 0, "0", 1, "0", "0", "0"]
                for r in rows
            ]
        if path == "/api/v3/ticker/24hr":
            return self.ticker(key, query, mode)
        if path == "/api/v3/depth":
            bids, asks = self.book(key, mode)
            return {"lastUpdateId": 1, "bids": bids, "asks": asks}
        if path == "/fapi/v1/fundingRate":
            due = int(self.world.clock().timestamp() * 1000) // 28_800_000 * 28_800_000
            rates = [(due - number * 28_800_000 + 3, 0.0001) for number in range(90)]
            return [
                {"symbol": query["symbol"], "fundingRate": str(r), "fundingTime": t}
                for t, r in reversed(rates)
            ]
        if path == "/fapi/v1/premiumIndex":
            last = self.last(key)
            due = int(self.world.clock().timestamp() * 1000) // 28_800_000 * 28_800_000 + 28_800_000
            marks = {"markPrice": str(last), "indexPrice": str(last), "interestRate": "0.0001"}
            stamps = {"nextFundingTime": due, "time": int(self.world.clock().timestamp() * 1000)}
            return {"symbol": query["symbol"], "lastFundingRate": "0.00005", **marks, **stamps}
        if path == "/fapi/v1/openInterest":
            stamp = int(self.world.clock().timestamp() * 1000)
            return {"symbol": query["symbol"], "openInterest": "80000.5", "time": stamp}
        raise Missing(path)

    def ticker(self, key: str, query: dict[str, str], mode: str) -> dict[str, Any]:
        """The quote of 24 hours."""
        last = self.last(key)
        stamp = int(self.moment(mode).timestamp() * 1000)
        return {
            "symbol": query["symbol"],
            "priceChange": str(last * 0.02),
            "priceChangePercent": "2.0",
            "weightedAvgPrice": str(last),
            "prevClosePrice": str(last * 0.98),
            "lastPrice": price_said(last, mode),
            "lastQty": "0.1",
            "bidPrice": str(last * 0.9999),
            "bidQty": "1",
            "askPrice": str(last * 1.0001),
            "askQty": "1",
            "openPrice": str(last * 0.98),
            "highPrice": str(last),
            "lowPrice": str(last * 0.98),
            "volume": "1000",
            "quoteVolume": str(last * 1000),
            "openTime": stamp - 86_400_000,
            "closeTime": stamp,
            "count": 1,
        }

    def market(self, coin: str, future: bool) -> dict[str, Any]:
        """One symbol, spot or perpetual."""
        market = {
            "symbol": f"{coin}USDT",
            "status": "TRADING",
            "baseAsset": coin,
            "quoteAsset": "USDT",
            "baseAssetPrecision": 8,
            "quotePrecision": 8,
            "quoteAssetPrecision": 8,
            "orderTypes": ["LIMIT", "MARKET"],
            "permissions": ["SPOT"],
            "isSpotTradingAllowed": True,
            "filters": [
                {
                    "filterType": "PRICE_FILTER",
                    "minPrice": "0.00001",
                    "maxPrice": "1000000",
                    "tickSize": "0.00001",
                },
                {"filterType": "LOT_SIZE", "minQty": "0.00001", "maxQty": "9000", "stepSize": "0.00001"},
            ],
        }
        if future:
            market |= {"pair": f"{coin}USDT", "contractType": "PERPETUAL", "marginAsset": "USDT"}
            market |= {"deliveryDate": 4133404800000, "onboardDate": 1569398400000}
        return market
