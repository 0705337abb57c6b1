"""Yahoo on the wire: cookie, crumb, and the v8 chart."""

import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from market.calendars import NEW_YORK, session_close
from market.fed import GROUP
from market.instruments import Calendar, Instrument
from tests.fakes import futures
from tests.fakes.content import listed, spoilt
from tests.fakes.upstream import Missing
from tests.fakes.world import World


class Yahoo:
    """Cookie, crumb and the v8 chart."""

    def __init__(self, world: World) -> None:
        self.world = world

    def cookie(self, _path: str, _query: dict[str, str], _mode: str) -> Any:
        """The host that hands out the cookie; its page itself is a 404."""
        return 404, {"Set-Cookie": "A3=d=fake; Domain=.yahoo.com; Path=/; Max-Age=31536000"}, b"Not Found"

    def consent(self, _path: str, _query: dict[str, str], _mode: str) -> str:
        """The consent page, without a form."""
        return "<html><body>no form</body></html>"

    def __call__(self, path: str, query: dict[str, str], mode: str) -> Any:
        if path == "/v1/test/getcrumb":
            return "fakeCrumb01"
        if not path.startswith("/v8/finance/chart/"):
            raise Missing(path)
        symbol = path.rsplit("/", 1)[1].replace("%5E", "^").replace("%3D", "=")
        instrument = listed("yahoo").get(symbol) or futures.by_symbol(symbol, self.world.clock())
        if mode == "empty":
            return {"chart": {"result": None, "error": None}}
        if instrument is None or mode == "not found":
            words = "No data found, symbol may be delisted"
            return 404, {}, json.dumps({"chart": error("Not Found", words)}).encode()
        return {"chart": {"result": [self.chart(instrument, symbol, query, mode)], "error": None}}

    def chart(self, instrument: Instrument, symbol: str, query: dict[str, str], mode: str) -> dict[str, Any]:
        """One result of the chart."""
        zone = "UTC" if instrument.calendar is Calendar.ALWAYS else "America/New_York"
        hourly = query["interval"] == "1h"
        rows = self.hours(instrument) if hourly else self.days(instrument, zone)
        start = int(query.get("period1", 0))
        if query.get("range") == "1d":
            rows = rows[-1:]
        rows = spoilt([row for row in rows if row[0] >= start], mode, 3600 if hourly else 86400)
        if mode == "ten times":
            rows = [[row[0], *(price * 10 for price in row[1:5]), row[5]] for row in rows]
        columns = list(zip(*rows, strict=True)) or [[]] * 6
        names = ("open", "high", "low", "close", "volume")
        meta = {
            "currency": "USD",
            "symbol": symbol,
            "exchangeName": "FAKE",
            "instrumentType": "INDEX",
            "exchangeTimezoneName": zone,
            "timezone": "EST",
            "gmtoffset": -18000,
            "firstTradeDate": 345479400,
            "regularMarketTime": int(self.world.clock().timestamp()),
            "regularMarketPrice": rows[-1][4] if rows else None,
            "priceHint": 2,
            "dataGranularity": query["interval"],
            "range": query.get("range", ""),
            "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
        }
        if hourly:
            meta["tradingPeriods"] = self.periods(rows, instrument, zone)
        quote = dict(zip(names, map(list, columns[1:]), strict=True))
        indicators: dict[str, Any] = {"quote": [quote]}
        if not hourly:
            indicators["adjclose"] = [{"adjclose": list(columns[4])}]
        return {"meta": meta, "timestamp": list(columns[0]), "indicators": indicators}

    def days(self, instrument: Instrument, zone: str) -> list[list[Any]]:
        """Rows stamped with the opening of the session, or the midnight that begins a UTC day."""
        if instrument.group == GROUP:
            sessions = self.world.days("IXIC", instrument.calendar.value).index
            frame = futures.days(instrument, sessions, self.world.clock().date())
        else:
            frame = self.world.days(instrument.key, instrument.calendar.value, "yahoo")
        opens = pd.Timedelta(hours=9.5) if zone != "UTC" else pd.Timedelta(0)
        stamps = (frame.index + opens).tz_localize(zone)
        now = pd.Timestamp(self.world.clock())
        return [
            [int(stamp.timestamp()), *row]
            for stamp, row in zip(stamps, frame.to_numpy().tolist(), strict=True)
            if stamp <= now
        ]

    def hours(self, instrument: Instrument) -> list[list[Any]]:
        """Hours of the last weeks; in New York from 09:30 to the close."""
        frame = self.world.hours(instrument.key, 24 * 60)
        if instrument.calendar is Calendar.ALWAYS:
            return [
                [int(stamp.timestamp()), *row]
                for stamp, row in zip(frame.index, frame.to_numpy().tolist(), strict=True)
            ]
        shifted = frame.set_axis(frame.index + pd.Timedelta(minutes=30))
        rows = []
        for stamp, row in zip(shifted.index, frame.to_numpy().tolist(), strict=True):
            local = stamp.tz_convert(NEW_YORK)
            close = session_close(local.date())
            begins = local.hour * 60 + local.minute
            if close and begins >= 570 and stamp < close and stamp <= pd.Timestamp(self.world.clock()):
                rows.append([int(stamp.timestamp()), *row])
        return rows

    def periods(self, rows: list[list[Any]], instrument: Instrument, zone: str) -> list[list[dict[str, Any]]]:
        """The regular session of every day in ``rows``."""
        days = sorted({datetime.fromtimestamp(row[0], ZoneInfo(zone)).date() for row in rows})
        periods = []
        for day in days:
            begin = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
            end = begin + timedelta(days=1)
            if instrument.calendar is Calendar.XNYS:
                begin, end = begin.replace(hour=9, minute=30), session_close(day) or end
            stamps = {"start": int(begin.timestamp()), "end": int(end.timestamp())}
            periods.append([{"timezone": "EST", "gmtoffset": -18000, **stamps}])
        return periods


def error(code: str, description: str) -> dict[str, Any]:
    """Yahoo's own words for why there is nothing."""
    return {"result": None, "error": {"code": code, "description": description}}
