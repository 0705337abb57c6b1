"""Checking a claim: what was said, how it is measured, and what it measures to with what was known then."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import pandas as pd

from analytics.naming import no_prices
from market.bars import Bars
from market.readings import Envelope, Result, envelope, joint_envelope
from market.text import full_day


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
    """What a check may look at: daily series, and hourly ones, both cut at the end of the claim's day."""

    known: Mapping[str, Bars]
    hours: Mapping[str, Bars]

    def __getitem__(self, key: str) -> Bars:
        return self.known[key]

    def number(self, key: str, result: Result, unit: str, formula: str, **inputs: float | str) -> Envelope:
        """``result`` as a number of one series."""
        return envelope(result, self.known[key], unit, formula, **inputs)

    def joint(
        self, keys: tuple[str, ...], result: Result, unit: str, formula: str, **inputs: float | str
    ) -> Envelope:
        """``result`` as a number of several series."""
        return joint_envelope(result, [self.known[key] for key in keys], unit, formula, **inputs)


Check = Callable[[Evidence], Finding]


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim: what is said, how it is measured, the series it needs, and the day it is about.

    Without a ``day`` it is about now. ``check`` is None where nothing here can measure it, and
    ``unmeasured`` says what would.
    """

    key: str
    topic: str
    says: str
    measure: str
    keys: tuple[str, ...] = ()
    day: date | None = None
    since: date | None = None
    check: Check | None = None
    unmeasured: str = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what came of it."""

    claim: Claim
    verdict: Verdict
    why: str
    numbers: Mapping[str, Envelope]


def evidence(known: Mapping[str, Bars], hours: Mapping[str, Bars], day: date | None = None) -> Evidence:
    """What was known at the end of ``day``, or all that is known now; an unfinished bar never counts."""
    return Evidence(_until(known, day), _until(hours, day))


def check(claim: Claim, known: Mapping[str, Bars], at: Evidence) -> Checked:
    """The claim judged on the evidence of its day; ``known`` tells whether that day is over.

    Missing series make it not measured, and an unfinished day makes it not yet.
    """
    found = _why_not(claim, known)
    if found is None and claim.check is not None:
        found = claim.check(at)
    if found is None:
        found = Finding(Verdict.NOT_MEASURED, claim.unmeasured)
    return Checked(claim, found.verdict, found.why, found.numbers)


def _why_not(claim: Claim, known: Mapping[str, Bars]) -> Finding | None:
    if claim.check is None:
        return None
    lacking = [key for key in claim.keys if key not in known]
    if lacking:
        return Finding(Verdict.NOT_MEASURED, no_prices(lacking))
    dates = [known[key].finished.dates for key in claim.keys]
    start = claim.day or claim.since
    if start is not None and any(each[-1] < pd.Timestamp(start) for each in dates):
        return Finding(Verdict.NOT_YET, f"{full_day(start)} is not over at this moment.")
    if claim.day is not None and any(pd.Timestamp(claim.day) not in each for each in dates):
        return Finding(Verdict.NOT_MEASURED, f"There is no close of {full_day(claim.day)}.")
    return None


def _until(series: Mapping[str, Bars], day: date | None) -> dict[str, Bars]:
    if day is None:
        return {key: bars.finished for key, bars in series.items()}
    cut = {key: bars.until_day(day) for key, bars in series.items()}
    return {key: bars for key, bars in cut.items() if bars is not None}


def graded(passed: int, of: int) -> Verdict:
    """Holds where all parts do, fails where none does, depends where some do."""
    if passed == of:
        return Verdict.HOLDS
    return Verdict.DEPENDS if passed else Verdict.FAILS
