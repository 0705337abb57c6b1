"""The Fed path: meeting by meeting, what fed-funds futures imply, by the method of CME FedWatch.

A contract of a month settles on 100 less the average rate of its days. The decision day counts as already
new, as CME counts it: a meeting on the 21st leaves 20 days before and, in a month of 30, 10 after. Rates
and changes are in percent.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise, zip_longest
from math import floor, isfinite

import pandas as pd

from market.bars import Bars
from market.definitions import Definition
from market.fed import Month
from market.readings import Result
from market.text import full_day

STEP = 0.25
ILL_CONDITIONED = 0.1  # a share of the month too short to carry the rate of that stretch

DEFINITIONS = (
    Definition(
        "fed_path",
        "Implied rate after a meeting",
        "A month’s average rate is 100 − price. Months without a meeting anchor the rate before and "
        "after; inside a meeting’s month the average splits by days: end = (average − before / days × "
        "start) / (after / days).",
        "Settlements of 30-day fed-funds futures.",
        "A meeting without its contract, or without an anchor on either side, is missing; so is the rate "
        "after one that leaves under a tenth of its month, where the next month tells nothing.",
        "CME FedWatch methodology and calculation examples.",
        "Macro",
    ),
    Definition(
        "fed_odds",
        "Odds of a step",
        "Change / 0.25 lies between two whole steps; the odds of the upper one are the rest above the "
        "lower one. Meetings are convolved as if independent.",
        "Settlements of 30-day fed-funds futures.",
        "Missing with the meeting’s rate.",
        "CME FedWatch methodology.",
        "Macro",
    ),
)


def rate_before(average: float, after: float, days_before: int, days: int) -> float:
    """The rate before a meeting, from the month's ``average`` and the rate ``after`` it.

    Raises `ValueError` when the month has no day before the meeting.
    """
    if not 0 < days_before < days:
        raise ValueError("the month has no day before the meeting")
    share = days_before / days
    return (average - (days - days_before) / days * after) / share


def rate_after(average: float, before: float, days_before: int, days: int) -> float:
    """The rate after a meeting, from the month's ``average`` and the rate ``before`` it.

    Raises `ValueError` when the month has no day after the decision.
    """
    if not 0 <= days_before < days:
        raise ValueError("the month has no day after the meeting")
    return (average - days_before / days * before) / ((days - days_before) / days)


def step_odds(change: float) -> dict[int, float]:
    """The odds of the two whole steps of 25 bp around ``change``; cuts are negative steps.

    >>> {steps: round(odds, 9) for steps, odds in step_odds(-0.40).items()}
    {-2: 0.6, -1: 0.4}
    """
    steps = change / STEP
    lower = floor(steps)
    return {lower: 1 - (steps - lower), lower + 1: steps - lower}


def convolve(first: Mapping[int, float], second: Mapping[int, float]) -> dict[int, float]:
    """The odds of the sum of two independent numbers of steps."""
    total: dict[int, float] = {}
    for steps, odds in first.items():
        for more, their_odds in second.items():
            total[steps + more] = total.get(steps + more, 0.0) + odds * their_odds
    return dict(sorted(total.items()))


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting: the rates implied before and after it, the odds of its steps, and of all steps up to it.

    ``gap`` is how far the two estimates of a rate shared with the next meeting differ; ``why`` tells why the
    rates are missing.
    """

    day: date
    before: float | None = None
    after: float | None = None
    odds: Mapping[int, float] | None = None
    cumulative: Mapping[int, float] | None = None
    gap: float = 0.0
    why: str | None = None

    @property
    def change(self) -> float | None:
        """The implied change at this meeting, in percentage points."""
        return None if self.before is None or self.after is None else self.after - self.before


def fed_path(
    prices: Mapping[Month, float], meetings: Iterable[date], current: float | None = None, lag: int = 0
) -> tuple[Meeting, ...]:
    """What futures ``prices`` by month imply for each of the ``meetings``, oldest first.

    ``current`` is today's effective rate, the rate before the first meeting where no month before it is
    known. With ``lag`` 1 the rate moves the day after the decision, as it does; 0 is CME's count. A month
    has at most one meeting. Two neighbouring meetings give two estimates of the rate between them: the
    mean is taken and the gap kept.
    """
    path = _Path(prices, sorted(meetings), current, lag)
    found = [path.meeting(day) for day in path.days]
    return tuple(_with_totals(_joined(found)))


def implied_change(price: float, effective: float) -> Result:
    """The change from the ``effective`` rate that one contract implies, in percentage points; no model."""
    if not (isfinite(price) and isfinite(effective)):
        return Result.missing("The contract or the effective rate has no value.")
    return Result(100 - price - effective, n=2)


def cuts_added(future: Bars, since: datetime) -> Result:
    """How many basis points lower one contract prices its rate at its last close than at ``since``.

    A cut that was made in between was priced before, and changes nothing by being made. Missing where the
    contract has no close by ``since``.
    """
    closes = future.finished.close.dropna()
    before = closes[closes.index <= pd.Timestamp(since)]
    if before.empty:
        name = future.instrument.name
        return Result.missing(f"The history of {name} begins after {full_day(since.date())}.")
    return Result(round(100 * (float(closes.iloc[-1]) - float(before.iloc[-1])), 3), n=2)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What futures implied at the close of ``stamp``: the rate of that day, and the meetings to come."""

    stamp: datetime
    rate: float | None
    meetings: tuple[Meeting, ...]

    @property
    def path(self) -> pd.Series:
        """The rate by the day it begins to hold, as far as it is known without a gap.

        After a meeting without a rate of its own holds what the next meeting begins with.
        """
        days, befores = [each.day for each in self.meetings], [each.before for each in self.meetings]
        known = []
        for meeting, next_before in zip_longest(self.meetings, befores[1:]):
            rate = next_before if meeting.after is None else meeting.after
            if rate is None:
                break
            known.append(rate)
        first = next(iter(befores), None) if self.rate is None else self.rate
        index = pd.DatetimeIndex([self.stamp.date(), *days[: len(known)]])
        return pd.Series([first, *known], index=index, dtype=float).dropna()


def outlook(
    contracts: Mapping[Month, Bars], decisions: Iterable[date], effective: Bars | None, sessions_ago: int = 0
) -> Outlook | None:
    """What ``contracts`` implied for the coming ``decisions`` at their newest close, or some sessions before.

    None where there was no such close. The contract of a month whose meeting has passed is left out: its
    average mixes two rates. ``effective`` gives the rate of the day, the one before the first meeting.
    """
    stamps = sorted({stamp for bars in contracts.values() for stamp in bars.frame.index})
    if len(stamps) <= sessions_ago:
        return None
    stamp, days = stamps[-1 - sessions_ago], sorted(decisions)
    past = {(day.year, day.month) for day in days if day < stamp.date()}
    prices = {
        month: float(bars.close[stamp])
        for month, bars in contracts.items()
        if month not in past and stamp in bars.frame.index
    }
    last = max(prices, default=(0, 0))
    coming = [day for day in days if stamp.date() <= day and (day.year, day.month) <= last]
    rates = effective.close.loc[:stamp].dropna() if effective else pd.Series(dtype=float)
    rate = float(rates.iloc[-1]) if len(rates) else None
    return Outlook(stamp.to_pydatetime(), rate, fed_path(prices, coming, rate))


@dataclass(frozen=True, slots=True)
class _Path:
    """Contract prices and meeting days, asked for the rate on one side of one meeting at a time."""

    prices: Mapping[Month, float]
    days: list[date]
    current: float | None
    lag: int

    def meeting(self, day: date) -> Meeting:
        price = self.prices.get((day.year, day.month))
        if price is None or not isfinite(price):
            return Meeting(day, why=f"There is no contract for {day:%B %Y}.")
        average = 100 - price
        days = monthrange(day.year, day.month)[1]
        elapsed = min(day.day - 1 + self.lag, days - 1)
        before, after = self._anchor(day, -1), self._anchor(day, 1)
        if after is not None and (elapsed / days >= ILL_CONDITIONED or before is None) and elapsed:
            return Meeting(day, rate_before(average, after, elapsed, days), after)
        if before is None and day == self.days[0]:
            before = self.current
        if before is None:
            before = self._carried(day)
        if before is None:
            return Meeting(day, why="Neither the month before nor the month after is free of meetings.")
        if 1 - elapsed / days < ILL_CONDITIONED:
            why = f"The contract of {day:%B %Y} holds too few days after the meeting, and none follows it."
            return Meeting(day, before, why=why)
        return Meeting(day, before, rate_after(average, before, elapsed, days))

    def _anchor(self, day: date, months: int) -> float | None:
        """The average of the neighbouring month, where that month has no meeting to split it."""
        month = _shift((day.year, day.month), months)
        price = self.prices.get(month)
        has_meeting = any((each.year, each.month) == month for each in self.days)
        return None if price is None or has_meeting or not isfinite(price) else 100 - price

    def _carried(self, day: date) -> float | None:
        """The rate after the meeting of the month before."""
        place = self.days.index(day) - 1
        if place < 0 or _shift((day.year, day.month), -1) != (self.days[place].year, self.days[place].month):
            return None
        return self.meeting(self.days[place]).after


def _shift(month: Month, by: int) -> Month:
    count = month[0] * 12 + month[1] - 1 + by
    return count // 12, count % 12 + 1


def _joined(path: list[Meeting]) -> list[Meeting]:
    """Neighbouring months agree on the rate between them: the mean of what each of the two meetings says."""
    joined = list(path)
    for place, (one, two) in enumerate(pairwise(path)):
        neighbours = _shift((one.day.year, one.day.month), 1) == (two.day.year, two.day.month)
        if not neighbours or one.after is None or two.before is None:
            continue
        between = (one.after + two.before) / 2
        joined[place] = replace(joined[place], after=between, gap=abs(one.after - two.before))
        joined[place + 1] = replace(joined[place + 1], before=between)
    return joined


def _with_totals(path: list[Meeting]) -> Iterable[Meeting]:
    """The same meetings with their odds, and those of all steps so far; the count ends at a missing one."""
    total: Mapping[int, float] | None = {0: 1.0}
    for meeting in path:
        odds = None if meeting.change is None else step_odds(meeting.change)
        total = None if odds is None or total is None else convolve(total, odds)
        yield replace(meeting, odds=odds, cumulative=total)
