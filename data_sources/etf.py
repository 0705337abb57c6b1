"""Flows of the US spot Bitcoin ETFs, from the holdings that btcetfdata.com publishes, keyless.

The site gives each fund's newest holdings, the day they are of and their change in coins, and no history:
what every fund said of every day is kept in a small file of ours, so the series grows from the first day the
program runs. A flow in dollars is the change in coins times the price of that day. Funds report at different
hours: a day counts once every fund has reported it, until then the newest is shown as in progress, and an
older one of which a fund is missing is left out.
"""

import csv
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from io import StringIO
from math import nan
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources.daily_file import DailyFile
from data_sources.errors import BadData, NoData, Transient
from data_sources.parsing import build, session_ends
from data_sources.web import fetch
from data_sources.whole import write_whole
from market.bars import COLUMNS, Bars, InProgress
from market.instruments import Instrument, Interval, Listing

ADDRESS = "https://www.btcetfdata.com/v1/current.json"
SAMPLING = "change in holdings × price of the day"
MOST_COINS = 100_000.0
COINS_IN_ALL = 21_000_000.0
FIRST_DAY, NO_DAY = date(2024, 1, 11), date(2200, 1, 1)
LATEST_REPORT = timedelta(days=10)
EVERY_FUND = "every fund"
COLUMNS_NOW = ["day", "fund", "coins", "holdings", "state"]
COLUMNS_BEFORE = ["day", "coins", "holdings", "funds", "state"]


@dataclass(frozen=True, slots=True)
class Flow:
    """Coins that came into one fund (or left it) on one session, and whether its day is complete."""

    day: date
    fund: str
    coins: float
    holdings: float
    final: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What the funds said, each of its own newest day, and the listed funds that said nothing of use."""

    flows: tuple[Flow, ...]
    silent: frozenset[str] = frozenset()


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

    def _remember(self, answer: Answer) -> list[Flow]:
        """Every flow known, those of ``answer`` among them, written down."""
        flows = joined(read_flows(self._path), answer)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._path, write_flows(flows))
        except OSError:
            # A full disk costs the memory of this day, never the answer; `Kept` reports the disk.
            return flows
        return flows


def parse(raw: str, instrument: Instrument) -> Answer:
    """What every fund reports; raises `NoData` and `BadData`."""
    try:
        answer = dict(json.loads(raw)["data"])
    except (ValueError, TypeError, LookupError, RecursionError) as problem:
        raise BadData(instrument, EtfFlows.source, repr(problem)) from problem
    flows = [flow for name, fund in answer.items() if (flow := _flow(str(name), fund)) is not None]
    if not flows:
        raise NoData(instrument, EtfFlows.source, "no fund has reported")
    return Answer(tuple(flows), frozenset(map(str, answer)) - {flow.fund for flow in flows})


def _flow(name: str, fund: Any) -> Flow | None:
    """What one fund reports; None where it says that it is in error, or what cannot be read or be."""
    try:
        if fund.get("error"):
            return None
        day = date.fromisoformat(str(fund["dt"])[:10])
        held, change = float(fund["holdings"]), float(fund["change"])
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return None
    flow = Flow(day, name, change, held)
    return flow if can_be(flow) else None


def can_be(flow: Flow) -> bool:
    """Whether a flow is of a day with these funds, and of coins that there are."""
    is_day = FIRST_DAY <= flow.day < NO_DAY
    return is_day and 0 <= flow.holdings < COINS_IN_ALL and abs(flow.coins) < MOST_COINS


def joined(known: Iterable[Flow], answer: Answer) -> list[Flow]:
    """``known`` and what ``answer`` adds, by day and fund; a complete day is never changed.

    A day is complete once it is reported by every fund that has reported any day within ten days of it, and
    by those that are listed and say nothing: of them it is not known whether they are late.
    """
    flows = {(flow.day, flow.fund): flow for flow in known}
    complete = {flow.day for flow in flows.values() if flow.final}
    for flow in answer.flows:
        if flow.day not in complete:
            flows[flow.day, flow.fund] = flow
    for day in {day for day, _ in flows} - complete:
        reported = {fund for each, fund in flows if each == day}
        around = {fund for each, fund in flows if abs(each - day) <= LATEST_REPORT}
        if (around | answer.silent) - {EVERY_FUND} <= reported:
            flows |= {(day, fund): replace(flows[day, fund], final=True) for fund in reported}
    return [flows[place] for place in sorted(flows)]


def as_bars(
    flows: list[Flow],
    instrument: Instrument,
    listing: Listing,
    now: datetime,
    price_of: Callable[[date], float | None],
) -> Bars:
    """The complete days of ``flows`` in million dollars by session close, and the newest day where only some
    funds have reported it as the one in progress; a day without a price is left out, not guessed.
    """
    coins: dict[date, float] = {}
    for flow in flows:
        coins[flow.day] = coins.get(flow.day, 0.0) + flow.coins
    days = sorted(coins)
    stamps = session_ends(pd.DatetimeIndex(days).as_unit("ns"))
    complete = {flow.day for flow in flows if flow.final}
    # NaT, no session, compares as false.
    ended = [(day, stamp) for day, stamp in zip(days, stamps, strict=True) if stamp <= pd.Timestamp(now)]
    priced = [(day, stamp, price) for day, stamp in ended if (price := price_of(day) or nan) > 0]
    rows = {stamp: coins[day] * price / 1e6 for day, stamp, price in priced if day in complete}
    in_progress = None
    if priced and priced[-1][0] not in complete:
        day, stamp, price = priced[-1]
        rows[stamp] = coins[day] * price / 1e6
        in_progress = InProgress(listing.source, float("nan"))
    if not rows:
        raise NoData(instrument, listing.source, "no day with a price")
    close = pd.Series(rows).tz_convert("UTC").rename_axis("time")
    frame = close.to_frame("close").reindex(columns=list(COLUMNS)).astype("float64")
    bars = build(instrument, Interval.DAY, frame, listing, now, SAMPLING)
    return replace(bars, in_progress=in_progress) if bars.frame.index[-1] == close.index[-1] else bars


def read_flows(path: Path) -> list[Flow]:
    """The flows kept so far; none where the file is missing, and a line that cannot be read is skipped.

    An older file holds one line a day, the sum of all funds: its complete days count.
    """
    try:
        first, *lines = list(csv.reader(StringIO(path.read_text("utf-8", errors="replace"))))
    except (OSError, csv.Error, ValueError):
        return []
    flows = []
    for line in lines:
        try:
            if first == COLUMNS_BEFORE:
                day, coins, holdings, _, state = line
                fund = EVERY_FUND
            else:
                day, fund, coins, holdings, state = line
            flow = Flow(date.fromisoformat(day), fund, float(coins), float(holdings), state == "final")
        except ValueError:
            continue
        if can_be(flow) and (flow.final or flow.fund != EVERY_FUND):
            flows.append(flow)
    return flows


def write_flows(flows: list[Flow]) -> bytes:
    """``flows`` as the file that `read_flows` reads."""
    text = StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS_NOW)
    for flow in flows:
        state = "final" if flow.final else "provisional"
        rows.writerow([flow.day.isoformat(), flow.fund, flow.coins, flow.holdings, state])
    return text.getvalue().encode()
