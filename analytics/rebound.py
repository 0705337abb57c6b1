"""Durable recovery or relief rally: twelve published tests per asset, beside what such bounces came to.

Rules and thresholds are those of their publishers and are never fitted. The tests are judged on finished
closes. What each of them is worth is in its note: most separate little.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from analytics import rebound_tests
from analytics.bounces import (
    PUBLISHED,
    BaseRate,
    DayZero,
    PublishedRate,
    base_rate,
    bounces,
    day_zero,
    latest_low,
    random_walk_null,
    rule_for,
)
from analytics.drawdowns import Mark
from analytics.naming import name_of, no_prices
from analytics.observations import positive
from analytics.rebasing import ratio_envelope
from analytics.rebound_case import Case
from analytics.rebound_rules import RULES
from analytics.rebound_tests import ReboundTest, Verdict, judge
from market.bars import Bars
from market.definitions import Definition
from market.readings import Envelope, Result, envelope, missing
from market.zones import Zone

ASSETS = ("IXIC", "GSPC", "BTC")
SERIES = (*ASSETS, *rebound_tests.SERIES)
RELIEF, RECOVERY = 1 / 3, 2 / 3
FEWEST_TESTS = 4
BTC_ZONE = Zone("BTC", 68_000, 70_000)

DEFINITIONS = (
    *(rule.definition for rule in RULES),
    Definition(
        "rebound_low",
        "Low and high of the fall",
        "Day 0 is the low of the newest bounce, for 65 sessions and unless a new fall as deep has begun "
        "since; without a bounce it is the lowest close of the last 20. The high is the highest close of "
        "the 63 sessions (crypto: 90 days) before it.",
        "Closes.",
        "Missing with fewer than two closes, and where the high is no higher than the low: nothing fell.",
        "Own definition.",
        "Rebound",
    ),
    Definition(
        "rebound_gain",
        "Gain since the low",
        "Price / low − 1.",
        "Closes; the last price may be of an open bar.",
        "Missing with the low.",
        "Simple return.",
        "Rebound",
    ),
    Definition(
        "retraced",
        "Share of the fall retraced",
        "(Price − low) / (high − low): 100% when the high is regained, below zero under the low.",
        "Closes; the last price may be of an open bar.",
        "Missing with the low.",
        "Convention.",
        "Rebound",
    ),
    Definition(
        "rebound_score",
        "Tests passed",
        "Tests passed / tests that can be judged; no weights. A test is judged only where it could both pass "
        "and fail. At most a third: relief-rally profile. At "
        "least two thirds: recovery profile. Else undecided.",
        "Finished closes.",
        "No profile with fewer than 4 tests judged, or where the fall is shallower than the base rates' "
        "falls.",
        "Own definition.",
        "Rebound",
    ),
)


@dataclass(frozen=True, slots=True)
class Rally:
    """A rise off a low: the low, the high before it, the gain since, and the share of the fall retraced.

    The gain is in percent; the share is 100 when the high is regained and below zero under the low.
    """

    low: Envelope
    low_day: date
    high: Envelope
    high_day: date
    gain: Envelope
    retraced: Envelope


@dataclass(frozen=True, slots=True)
class Scoreboard:
    """All tests of one asset, how many passed of those that apply, and the base rates they stand beside.

    ``profile`` is None where too few tests apply or the fall is too shallow to have base rates; ``why``
    says so.
    """

    key: str
    name: str
    rally: Rally | None
    tests: tuple[ReboundTest, ...]
    passed: int
    applicable: int
    score: Envelope
    profile: str | None
    why: str | None
    past: Envelope
    rate: BaseRate | None
    null: Envelope
    published: PublishedRate | None


def retraced(price: float, low: float, high: float) -> float:
    """The share of a fall from ``high`` to ``low`` that ``price`` has made good; not held between 0 and 1."""
    return (price - low) / (high - low)


def relief_rally(bars: Bars) -> Rally | None:
    """The rise off the lowest close of the last 20, from the high before it; None for too short a history."""
    start = latest_low(bars.linked, rule_for(bars))
    return None if start is None else _rally(bars, start)


def _rally(bars: Bars, start: DayZero) -> Rally:
    last, low, high = float(bars.linked.iloc[-1]), start.low.price, start.high.price
    inputs: dict[str, float | str] = {"price": last, "low": low, "high": high}
    n = int(bars.close.iloc[start.row :].count())

    def mark(close: Mark) -> Envelope:
        result = Result(close.price, n=n, as_of=close.at)
        return envelope(result, bars, bars.instrument.unit.value, "rebound_low", **inputs)

    def number(value: float, formula: str) -> Envelope:
        result = Result(100 * value, n=n, as_of=bars.as_of)
        return ratio_envelope(result, bars, "percent", formula, **inputs)

    return Rally(
        low=mark(start.low),
        low_day=_day(bars, start.low.at),
        high=mark(start.high),
        high_day=_day(bars, start.high.at),
        gain=number(last / low - 1, "rebound_gain"),
        retraced=number(retraced(last, low, high), "retraced"),
    )


def _day(bars: Bars, at: datetime) -> date:
    place = int(bars.frame.index.searchsorted(pd.Timestamp(at)))
    day: date = bars.dates[place].date()
    return day


# The scoreboard


def scoreboard(key: str, known: Mapping[str, Bars], zone: Zone = BTC_ZONE) -> Scoreboard:
    """The tests of one asset from the series among ``known``; a test whose series are missing is unknown.

    Fed-funds futures are those that settle on the rate of December (`market.fed.december`).
    """
    asset = known.get(key)
    if asset is None:
        return _without(key, no_prices([key]))
    asset = asset.finished
    rule = rule_for(asset)
    start = day_zero(asset.close, rule)
    if start is None:
        return _without(key, _why_no_day_zero(asset))
    finished = {name: bars.finished for name, bars in known.items()}
    case = Case(asset, start, finished, zone)
    tests = tuple(judge(case, rule_) for rule_ in RULES)
    passed = sum(test.verdict is Verdict.PASS for test in tests)
    applicable = passed + sum(test.verdict is Verdict.FAIL for test in tests)
    is_shallow = not start.bounced and start.fall > -rule.depth
    profile, why = _profile(passed, applicable, start.fall, rule.depth if is_shallow else None)
    rate = base_rate(bounces(asset.close, rule))
    null = random_walk_null(asset.close, start.low.price)
    return Scoreboard(
        key=key,
        name=asset.instrument.name,
        rally=_rally(asset, start),
        tests=tests,
        passed=passed,
        applicable=applicable,
        score=_score(asset, passed, applicable),
        profile=profile,
        why=why,
        past=envelope(
            rate.share.scaled(100), asset, "percent", "bounce_base_rate", failed=rate.failed, of=rate.settled
        ),
        rate=rate,
        null=envelope(null.scaled(100), asset, "percent", "random_walk_null", low=start.low.price),
        published=PUBLISHED.get(key),
    )


def _why_no_day_zero(asset: Bars) -> str:
    if positive(asset.close).count() < asset.close.count():
        return f"The history of {asset.instrument.name} holds a price that is not positive."
    if len(asset) < 2:
        return f"The history of {asset.instrument.name} is too short."
    return f"{asset.instrument.name} has not fallen: no close before its low of the last 20 was higher."


def _without(key: str, why: str) -> Scoreboard:
    formulas = ("rebound_score", "bounce_base_rate", "random_walk_null")
    score, past, null = (missing("percent", formula, why) for formula in formulas)
    return Scoreboard(
        key, name_of(key), None, (), 0, 0, score, None, why, past, None, null, PUBLISHED.get(key)
    )


def _score(asset: Bars, passed: int, applicable: int) -> Envelope:
    """The share of the tests that can be judged which passed, in percent."""
    share = Result.missing(f"None of {len(RULES)} tests can be judged.")
    if applicable:
        share = Result(100 * passed / applicable, n=applicable, as_of=asset.as_of)
    return envelope(share, asset, "percent", "rebound_score", passed=passed, judged=applicable)


def _profile(passed: int, applicable: int, fall: float, depth: float | None) -> tuple[str | None, str | None]:
    if depth is not None:
        return None, f"The fall was {-100 * fall:.1f}%; the tests are made for falls of {100 * depth:.0f}%."
    if applicable < FEWEST_TESTS:
        return None, f"Only {applicable} of {len(RULES)} tests can be judged; {FEWEST_TESTS} are needed."
    share = passed / applicable
    if share <= RELIEF:
        return "relief-rally profile", None
    return ("recovery profile" if share >= RECOVERY else "undecided"), None
