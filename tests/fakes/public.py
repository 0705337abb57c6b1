"""FRED, the OFR, alternative.me and btcetfdata on the wire."""

from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from tests.fakes.content import listed, spoilt
from tests.fakes.futures import RATE
from tests.fakes.upstream import Missing
from tests.fakes.world import World

MONDAY, THURSDAY = 0, 3


def latest(weekday: int, now: datetime) -> pd.Timestamp:
    """The last day before that of ``now`` that is this day of the week."""
    today = pd.Timestamp(now.date())
    return today - pd.Timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)


def around_zero(frame: pd.DataFrame, last: float) -> pd.DataFrame:
    """``frame`` as an index of stress, mostly below zero, that ends at ``last``."""
    close = frame["close"]
    return frame.assign(close=((close / close.iloc[-1] - 1) * 2 + last).round(4))


class Fred:
    """fredgraph.csv: two columns, a dot for a holiday; weekly series carry Fridays and have no dots."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, path: str, query: dict[str, str], mode: str) -> Any:
        instrument = listed("fred").get(query.get("id", ""))
        if path != "/graph/fredgraph.csv" or instrument is None:
            raise Missing("no such series")
        frame = self.world.days(instrument.key, "XNYS", "fred").iloc[:-1]
        if instrument.key == "EFFR":
            frame = frame.assign(close=RATE)
        if instrument.key == "BROAD_DOLLAR":
            monday = latest(MONDAY, self.world.clock())
            frame = frame.loc[: monday - pd.Timedelta(days=3)]
        is_weekly = instrument.key == "STLFSI"
        if is_weekly:
            thursday = latest(THURSDAY, self.world.clock())
            frame = frame.resample("W-FRI").last().loc[: thursday - pd.Timedelta(days=6)]
            frame = around_zero(frame, -0.66)
        rows = [[day, 0, 0, 0, close] for day, close in zip(frame.index, frame["close"], strict=True)]
        rows = spoilt(rows, mode, pd.Timedelta(days=7 if is_weekly else 1))
        lines = [f"{row[0]:%Y-%m-%d},{'.' if row[4] is None else row[4]}" for row in rows]
        if not is_weekly:
            lines.append(f"{self.world.clock():%Y-%m-%d},.")
        return "\n".join([f"observation_date,{query['id']}", *lines]) + "\n"


class Ofr:
    """fsi.csv: the index, and its parts by category and by region."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, _path: str, _query: dict[str, str], mode: str) -> str:
        frame = around_zero(self.world.days("OFR_FSI", "XNYS").iloc[:-2], -1.93)
        rows = [[day, 0, 0, 0, close] for day, close in frame["close"].items()]
        rows = spoilt(rows, mode, pd.Timedelta(days=1))
        lines = [f"{row[0]:%Y-%m-%d},{row[4]},0.1,0.2,-0.1,0.0,0.3,0.2,0.1,0.2" for row in rows]
        parts = "Credit,Equity valuation,Safe assets,Funding,Volatility"
        regions = "United States,Other advanced economies,Emerging markets"
        return "\n".join([f"Date,OFR FSI,{parts},{regions}", *lines]) + "\n"


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
