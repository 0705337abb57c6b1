"""FRED, the OFR, alternative.me and btcetfdata on the wire."""

from datetime import timedelta
from typing import Any

import pandas as pd

from tests.fakes.content import listed, spoilt
from tests.fakes.futures import RATE
from tests.fakes.upstream import Missing
from tests.fakes.world import World


class Fred:
    """fredgraph.csv: two columns, a dot for a holiday."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, path: str, query: dict[str, str], mode: str) -> Any:
        instrument = listed("fred").get(query.get("id", ""))
        if path != "/graph/fredgraph.csv" or instrument is None:
            raise Missing("no such series")
        frame = self.world.days(instrument.key, "XNYS", "fred").iloc[:-1]
        if instrument.key == "EFFR":
            frame = frame.assign(close=RATE)
        rows = [[day, 0, 0, 0, close] for day, close in zip(frame.index, frame["close"], strict=True)]
        step = pd.Timedelta(days=1)
        rows = spoilt(rows, mode, step)
        lines = [f"{row[0]:%Y-%m-%d},{'.' if row[4] is None else row[4]}" for row in rows]
        lines.append(f"{self.world.clock():%Y-%m-%d},.")
        return "\n".join([f"observation_date,{query['id']}", *lines]) + "\n"


class Ofr:
    """fsi.csv: the index and its parts."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, _path: str, _query: dict[str, str], mode: str) -> str:
        frame = self.world.days("OFR", "XNYS").iloc[:-2]
        rows = spoilt(
            [[day, 0, 0, 0, close / 50 - 2] for day, close in frame["close"].items()],
            mode,
            pd.Timedelta(days=1),
        )
        lines = [f"{row[0]:%Y-%m-%d},{row[4]},0.1,0.2,-0.1,0.0,0.3" for row in rows]
        header = "Date,OFR FSI,Credit,Equity valuation,Safe assets,Funding,Volatility"
        return "\n".join([header, *lines]) + "\n"


class AlternativeMe:
    """The fear and greed index, newest first."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, _path: str, _query: dict[str, str], mode: str) -> dict[str, Any]:
        frame = self.world.days("FNG", "24/7")
        rows = [[int(day.timestamp()), 0, 0, 0, int(close)] for day, close in frame["close"].items()]
        said = [
            {"value": str(row[4]), "value_classification": "Fear", "timestamp": str(int(row[0]))}
            for row in reversed(spoilt(rows, mode, 86400))
        ]
        return {"name": "Fear and Greed Index", "data": said, "metadata": {"error": None}}


class Etf:
    """Holdings of the funds; one of them late in mode `late fund`."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, _path: str, _query: dict[str, str], mode: str) -> dict[str, Any]:
        day = self.world.days("IXIC", "XNYS").index[-2].date()
        funds = {"IBIT": (760_000.0, -4_500.0), "FBTC": (190_000.0, 1_200.5), "GBTC": (165_000.0, -300.0)}
        answer = {
            name: {
                "ticker": name,
                "dt": str(day - timedelta(days=3 if mode == "late fund" and name == "GBTC" else 0)),
                "holdings": held,
                "change": change,
                "update_ts": "2026-02-07T02:00:00Z",
                "error": False,
            }
            for name, (held, change) in funds.items()
        }
        return {"data": answer, "batch_ts": "2026-02-07T02:00:00Z"}
