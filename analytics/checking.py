"""Checking a claim: what was said, how it is measured, and what it measures to with what was known then.

Every window of a check is laid out by the calendar: a session without a close is a hole in it, not a shorter
window. What needs a close that is not there is not measured, and the reason names the day.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import numpy as np
import pandas as pd

from analytics.naming import no_prices
from analytics.observations import observed, positive
from market.bars import Bars, State
from market.calendars import day_of, session_closes
from market.readings import Envelope, Result, envelope, joint_envelope
from market.text import full_day

PAYING = frozenset(("HYG", "LQD", "TLT", "IEF", "SHY", "XLP", "XLU", "XLV", "XLK", "SMH", "IGV"))
"""Funds that pay out what they earn, so that their price alone falls short of what holding them returned."""

UNADJUSTED = "unadjusted"


class Verdict(StrEnum):
    """What came of checking; ``not yet`` before its day, ``not measured`` where no honest figure is here."""

    HOLDS = "holds"
    DEPENDS = "depends"
    FAILS = "fails"
    NOT_MEASURED = "not measured"
    NOT_YET = "not yet"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict, the sentence that gives its reason, and the numbers it was made from by name."""

    verdict: Verdict
    why: str
    numbers: Mapping[str, Envelope] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a check may look at: daily series, and hourly ones, cut at the moment at which it judges.

    ``day`` is the newest day that its windows reach to; None is the newest that a series has.
    ``total_returns`` holds funds with what they paid out, by key, where a source tells it.
    """

    known: Mapping[str, Bars]
    hours: Mapping[str, Bars]
    day: date | None = None
    total_returns: Mapping[str, Bars] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Bars:
        return self.known[key]

    def held(self, key: str) -> Bars:
        """What holding one series returned: with what it paid out, where that is known, else its price."""
        total, price = self.total_returns.get(key), self.known[key]
        return price if total is None or total.as_of < price.as_of else total

    def is_unadjusted(self, key: str) -> bool:
        """Whether `held` leaves out what a fund pays its holders."""
        return key in PAYING and self.held(key) is self.known[key]

    def since(self, key: str, start: date, column: str = "close") -> pd.Series:
        """One column of each session from ``start`` on, or of each UTC day of what never closes.

        By the instant of the close, up to the day of the evidence; NaN where nothing was published.
        """
        return self._laid_out(self.known[key], start, column)

    def all_of(self, key: str) -> pd.Series:
        """The closes of every session, or UTC day of what never closes, since the first that is known."""
        return self.since(key, self.known[key].dates[0].date())

    def window(self, key: str, count: int, column: str = "close") -> pd.Series:
        """The same of the last ``count`` sessions or UTC days."""
        bars = self.known[key]
        return self._laid_out(bars, self._first_of(bars, count), column).iloc[-count:]

    def change(self, key: str, periods: int) -> Result:
        """The simple change over ``periods`` sessions or UTC days; of a fund, see `held`."""
        return self._change(key, self._first_of(self.held(key), periods + 1), periods + 1)

    def change_since(self, key: str, start: date) -> Result:
        """The simple change since the close of ``start``; of a fund, see `held`."""
        return self._change(key, start)

    def instant(self, key: str) -> datetime:
        """The instant of the bar of the evidence's day; the newest one where it is about no day."""
        bars = self.known[key]
        place = int(bars.dates.searchsorted(pd.Timestamp(self._newest(bars)), side="right")) - 1
        return pd.Timestamp(bars.frame.index[place]).to_pydatetime()

    def number(self, key: str, result: Result, unit: str, formula: str, **inputs: float | str) -> Envelope:
        """``result`` as a number of one series."""
        return envelope(result, self.known[key], unit, formula, **inputs)

    def moved(self, key: str, result: Result, **inputs: float | str) -> Envelope:
        """What `change` or `change_since` gave, in percent."""
        return envelope(result.scaled(100), self.held(key), "percent", "window_return", **inputs)

    def joint(
        self, keys: tuple[str, ...], result: Result, unit: str, formula: str, **inputs: float | str
    ) -> Envelope:
        """``result`` as a number of several series."""
        return joint_envelope(result, [self.known[key] for key in keys], unit, formula, **inputs)

    def _change(self, key: str, start: date, rows: int = 0) -> Result:
        bars = self.held(key)
        closes = self._laid_out(bars, start, "close").iloc[-rows:]
        absent = hole(closes.iloc[[0, -1]]) if len(closes) > 1 else "There are no closes to compare."
        spanned = len(closes) - 1
        if absent:
            return Result.missing(absent, n=max(spanned, 0))
        before, after = float(positive(closes).iloc[0]), float(closes.iloc[-1])
        if np.isnan(before):
            return Result.missing("The earlier price is not positive.", n=spanned)
        flags = (UNADJUSTED,) if self.is_unadjusted(key) else ()
        return Result(after / before - 1, n=spanned, as_of=bars.as_of, window=spanned, flags=flags)

    def _newest(self, bars: Bars) -> date:
        return self.day or bars.dates[-1].date()

    def _first_of(self, bars: Bars, count: int) -> date:
        """A day ``count`` sessions or UTC days back, or earlier."""
        return self._newest(bars) - timedelta(days=2 * count + 10)

    def _laid_out(self, bars: Bars, start: date, column: str) -> pd.Series:
        newest = self._newest(bars)
        published = pd.Series(bars.frame[column].to_numpy(float), index=bars.dates)
        published = published[~published.index.duplicated(keep="last")]
        if bars.is_continuous:
            days = pd.date_range(start, newest, freq="D")
            instants = days.tz_localize(UTC) + pd.Timedelta(1, "D")
        else:
            closes = session_closes(start, newest)
            days, instants = pd.DatetimeIndex(closes.index), pd.DatetimeIndex(closes).tz_convert(UTC)
        return observed(published.reindex(days).set_axis(instants))


Check = Callable[[Evidence], Finding]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: what is said, how it is measured, the series it needs, and the days it is about.

    It is judged with what was known at the end of ``day``; without one it is about now, from ``since`` on.
    ``days`` are the first and the last day on which what it says is said to be so, ``day`` alone where there
    are none. ``newest`` is the last day that its series must have, where that is not ``day``: some are
    published late. ``check`` is None where nothing here can measure it, and ``unmeasured`` says what would.
    """

    key: str
    topic: str
    says: str
    measure: str
    keys: tuple[str, ...] = ()
    day: date | None = None
    days: tuple[date, date] | None = None
    newest: date | None = None
    since: date | None = None
    check: Check | None = None
    unmeasured: str = ""

    @property
    def about(self) -> tuple[date, date] | None:
        """The first and the last day it speaks of; None where it speaks of no day."""
        return self.days or ((self.day, self.day) if self.day else None)

    def is_about(self, day: date) -> bool:
        """Whether ``day`` is one of the days it speaks of."""
        return self.about is not None and self.about[0] <= day <= self.about[1]


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what came of it."""

    claim: Claim
    verdict: Verdict
    why: str
    numbers: Mapping[str, Envelope]


def evidence(
    claim: Claim,
    known: Mapping[str, Bars],
    hours: Mapping[str, Bars],
    total_returns: Mapping[str, Bars],
) -> Evidence:
    """What was known at the end of the claim's day, or all known now; an unfinished bar never counts."""
    daily, hourly, held = (_until(series, claim.day) for series in (known, hours, total_returns))
    return Evidence(daily, hourly, claim.newest or claim.day, held)


def check(claim: Claim, known: Mapping[str, Bars], at: Evidence) -> Checked:
    """The claim judged on its evidence; ``known`` tells whether its day is over.

    Missing, disputed, or for a claim about now late series make it not measured, and an unfinished day makes
    it not yet.
    """
    found = _why_not(claim, known, at)
    if found is None and claim.check is not None:
        found = claim.check(at)
    if found is None:
        found = Finding(Verdict.NOT_MEASURED, claim.unmeasured)
    return Checked(claim, found.verdict, found.why, found.numbers)


def hole(closes: pd.Series) -> str | None:
    """What is missing in a stretch laid out by the calendar, as a sentence that names the first day.

    None where every day has its close.
    """
    absent = closes.index[closes.isna()]
    if not len(absent):
        return None
    first = f"There is no close of {full_day(day_of(absent[0]))}"
    return (
        f"{first}." if len(absent) == 1 else f"{first}, nor of {len(absent) - 1} more of {len(closes)} days."
    )


def reason(results: Iterable[Result]) -> str | None:
    """Why the first missing one of several results is missing; None where all have a value."""
    return next((each.why for each in results if each.value is None), None)


def graded(passed: int, of: int) -> Verdict:
    """Holds where all parts do, fails where none does, depends where some do."""
    if passed == of:
        return Verdict.HOLDS
    return Verdict.DEPENDS if passed else Verdict.FAILS


def _why_not(claim: Claim, known: Mapping[str, Bars], at: Evidence) -> Finding | None:
    if claim.check is None:
        return None
    lacking = [key for key in claim.keys if key not in known]
    if lacking:
        return Finding(Verdict.NOT_MEASURED, no_prices(lacking))
    day, every = at.day or claim.since, [known[key].finished for key in claim.keys]
    if day is not None and any(bars.dates[-1] < pd.Timestamp(day) for bars in every):
        return Finding(Verdict.NOT_YET, f"{full_day(day)} is not over at this moment.")
    if at.day is not None and any(not _has_close(at.known.get(key), at.day) for key in claim.keys):
        return Finding(Verdict.NOT_MEASURED, f"There is no close of {full_day(at.day)}.")
    doubt = _doubt(claim, at)
    return Finding(Verdict.NOT_MEASURED, doubt) if doubt else None


def _has_close(bars: Bars | None, day: date) -> bool:
    if bars is None:
        return False
    there = bars.dates == pd.Timestamp(day)
    return bool(np.isfinite(bars.frame["close"].to_numpy(float)[there]).any())


def _doubt(claim: Claim, at: Evidence) -> str:
    """Why the newest price of a series cannot be used, as a sentence; empty where it can.

    An old source still knows the closes of a past day: being late spoils only what is about now.
    """
    for bars in (at[key] for key in claim.keys):
        if bars.state is State.DISPUTED:
            return f"The price of {bars.instrument.name} of {full_day(bars.dates[-1].date())} is disputed."
        if bars.state is State.STALE and claim.day is None:
            newest = full_day(bars.dates[-1].date())
            return f"The newest price of {bars.instrument.name} is of {newest}: its source is late."
    return ""


def _until(series: Mapping[str, Bars], day: date | None) -> dict[str, Bars]:
    if day is None:
        return {key: bars.finished for key, bars in series.items()}
    cut = {key: (bars, bars.until_day(day)) for key, bars in series.items()}
    return {key: _of_its_day(then, now) for key, (now, then) in cut.items() if then is not None}


def _of_its_day(then: Bars, now: Bars) -> Bars:
    """Doubts about the newest price, and what a second source says of it, are not about an older one."""
    if then.as_of == now.as_of:
        return then
    came = replace(then.provenance, second=None, disputed=False, stale_because=None)
    return replace(then, provenance=came)
