"""Flows of the US spot Bitcoin ETFs, from the holdings that btcetfdata.com publishes, keyless.

The site gives each fund's newest holdings and their change in coins, and no history: every day seen is kept
in a small file of ours, so the series grows from the first day the program runs. A flow in dollars is the
change in coins times the price of that day. A day is final once every fund has reported it.
"""

import csv
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from math import isfinite
from pathlib import Path

import pandas as pd

from data_sources.daily_file import DailyFile
from data_sources.errors import BadData, NoData, Transient
from data_sources.parsing import session_ends
from data_sources.web import fetch
from data_sources.whole import write_whole
from market.bars import COLUMNS, Bars, InProgress, Provenance
from market.instruments import Instrument, Interval, Listing

ADDRESS = "https://www.btcetfdata.com/v1/current.json"
SAMPLING = "change in holdings × price of the day"
MOST_COINS = 100_000.0
COINS_IN_ALL = 21_000_000.0


@dataclass(frozen=True, slots=True)
class Flow:
    """Coins that came into (or left) the funds on one session, and whether every fund has reported it."""

    day: date
    coins: float
    holdings: float
    funds: int
    final: bool


class EtfFlows(DailyFile):
    """A `Source` of daily net flow in million dollars."""

    source = "btcetfdata"
    without_hours = "one figure a day"

    def __init__(
        self,
        clock: Callable[[], datetime],
        folder: Path,
        price_of: Callable[[date], float | None],
    ) -> None:
        """``price_of`` gives the price of a coin on a day, None where there is none, and raises while it is
        on its way; ``folder`` is where the days seen are kept.
        """
        super().__init__(clock)
        self._path = folder / "etf_flows.csv"
        self._price_of = price_of

    def load(self) -> None:
        """Have the prices at hand, where they can come soon."""
        with suppress(Transient):
            self._price_of(self._clock().date())

    def ask(self, _: Listing) -> str:
        """The newest holdings of every fund."""
        return fetch(self._web, ADDRESS)

    def parse(self, raw: str, instrument: Instrument, listing: Listing, now: datetime) -> Bars:
        """The flows seen so far, this one among them; raises `NoData` where no day has a price, and what
        keeps the prices from coming.
        """
        flows = self._remember(parse(raw, instrument))
        try:
            return as_bars(flows, instrument, listing, now, self._price_of)
        except Transient as error:
            raise error.again(instrument) from error

    def _remember(self, newest: Flow) -> list[Flow]:
        """The flows by day, ``newest`` among them, written down."""
        flows = {flow.day: flow for flow in read_flows(self._path)}
        known = flows.get(newest.day)
        if known is None or not known.final:
            flows[newest.day] = newest
        ordered = [flows[day] for day in sorted(flows)]
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._path, write_flows(ordered))
        except OSError:
            # A full disk costs the memory of this day, never the answer; `Kept` reports the disk.
            return ordered
        return ordered


def parse(raw: str, instrument: Instrument) -> Flow:
    """The newest session that the funds report; raises `NoData` and `BadData`."""
    try:
        answer = json.loads(raw)["data"]
        funds = [
            (date.fromisoformat(str(fund["dt"])[:10]), float(fund["holdings"]), float(fund["change"]))
            for fund in answer.values()
            if not fund.get("error")
        ]
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
        raise BadData(instrument, EtfFlows.source, repr(problem)) from problem
    funds = [fund for fund in funds if 0 <= fund[1] < COINS_IN_ALL and abs(fund[2]) < MOST_COINS]
    if not funds:
        raise NoData(instrument, EtfFlows.source, "no fund has reported")
    newest = max(day for day, _, _ in funds)
    today = [fund for fund in funds if fund[0] == newest]
    return Flow(
        newest,
        coins=sum(change for _, _, change in today),
        holdings=sum(held for _, held, _ in funds),
        funds=len(today),
        final=len(today) == len(answer),
    )


def as_bars(
    flows: list[Flow],
    instrument: Instrument,
    listing: Listing,
    now: datetime,
    price_of: Callable[[date], float | None],
) -> Bars:
    """``flows`` in million dollars by session close; a day without a price is left out, not guessed."""
    stamps = session_ends(pd.DatetimeIndex([flow.day for flow in flows]).as_unit("ns"))
    rows: dict[pd.Timestamp, float] = {}
    final = True
    for flow, stamp in zip(flows, stamps, strict=True):
        price = price_of(flow.day)
        if price is not None and stamp <= pd.Timestamp(now):  # NaT, no session, compares as false
            rows[stamp] = flow.coins * price / 1e6
            final = flow.final
    if not rows:
        raise NoData(instrument, listing.source, "no day with a price")
    close = pd.Series(rows).tz_convert("UTC").rename_axis("time")
    frame = close.to_frame("close").reindex(columns=list(COLUMNS)).astype("float64")
    provenance = Provenance(listing.source, listing.symbol, now, SAMPLING)
    in_progress = None if final else InProgress(listing.source, float("nan"))
    return Bars(instrument, Interval.DAY, frame, provenance, in_progress)


def read_flows(path: Path) -> list[Flow]:
    """The days kept so far; none where the file is missing, and a line that cannot be read is skipped."""
    try:
        lines = list(csv.reader(StringIO(path.read_text("utf-8", errors="replace"))))
    except (OSError, csv.Error):
        return []
    flows = []
    for line in lines[1:]:
        try:
            day, coins, holdings, funds, final = line
            flow = Flow(date.fromisoformat(day), float(coins), float(holdings), int(funds), final == "final")
        except ValueError:
            continue
        if isfinite(flow.coins):
            flows.append(flow)
    return flows


def write_flows(flows: list[Flow]) -> bytes:
    """``flows`` as the file that `read_flows` reads."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["day", "coins", "holdings", "funds", "state"])
    for flow in flows:
        state = "final" if flow.final else "provisional"
        rows.writerow([flow.day.isoformat(), flow.coins, flow.holdings, flow.funds, state])
    return text.getvalue().encode()
