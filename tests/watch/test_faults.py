"""Every price fault we know, mixed into true paths around 68,000 and 70,000: no false alert, and none missed.

Two venues are asked every thirty seconds as the feed does it: the first that answers gives the price, and
the other its opinion where both are of the same two minutes. One venue at a time has a fault; the other
tells the truth.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import numpy as np
import pandas as pd
import pytest

from data_sources.errors import BadData, NoData, RateLimited, Refused, SourceError, Unreachable
from market.bars import COLUMNS, Bars, InProgress, Provenance, SecondOpinion
from market.instruments import Interval
from market.rules import Direction, Health, Measure, MeasureRule
from tests.analytics.test_zones import BTC
from watch.judge import TOGETHER, TOLERANCE, Believed
from watch.looking import Looker, look_at
from watch.machine import Memory, Topic, step

START = datetime(2026, 2, 6, tzinfo=UTC)
POLL = timedelta(seconds=30)
POLLS = 90
SEEDS = 200
GROUPS = 5
LATEST = 2  # polls
HONEST = 1e-3  # how far honest venues differ, and a little more
WITHIN = TOLERANCE[BTC.calendar]
NEVER_ALERTED = timedelta(0)

RULES = (
    MeasureRule("down", Measure.PRICE, "BTC", Direction.BELOW, 68_000, 68_340, cool_down=NEVER_ALERTED),
    MeasureRule("up", Measure.PRICE, "BTC", Direction.ABOVE, 70_000, 69_650, cool_down=NEVER_ALERTED),
    MeasureRule(
        "held", Measure.PRICE, "BTC", Direction.BELOW, 68_000, 68_340, timedelta(minutes=5),
        cool_down=NEVER_ALERTED,
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Tick:
    """What a venue says: a price, and the time it claims."""

    price: float
    at: datetime


# A fault turns the true tick, the truth at the beginning of the fault and a random source into what is said.
Fault = Callable[[Tick, Tick, Random], Tick]


def _raise(error: type[SourceError]) -> Fault:
    def fault(_: Tick, __: Tick, ___: Random) -> Tick:
        raise error(BTC, "A")

    return fault


FAULTS: dict[str, Fault] = {
    "no answer": _raise(Unreachable),
    "rate limited": _raise(RateLimited),
    "geo-block": _raise(Refused),
    "empty answer": _raise(NoData),
    "broken body": _raise(BadData),
    "last invented from open and change": lambda now, _, __: Tick(
        68_001.0 if now.price > 69_000 else 70_800.0, now.at
    ),
    "last far from its own book": lambda now, _, __: Tick(now.price * 1.04, now.at),
    "zero": lambda now, _, __: Tick(0.0, now.at),
    "negative": lambda now, _, __: Tick(-now.price, now.at),
    "infinite": lambda now, _, __: Tick(float("inf"), now.at),
    "a hundred times too large": lambda now, _, __: Tick(now.price * 100, now.at),
    "a hundredth": lambda now, _, __: Tick(now.price / 100, now.at),
    "an imaginary split": lambda now, _, __: Tick(now.price / 2, now.at),
    "price and size swapped": lambda now, _, __: Tick(0.4, now.at),
    "one bad wick a poll": lambda now, _, random: Tick(now.price * random.choice((0.97, 1.03)), now.at),
    "frozen and says so": lambda _, then, __: then,
    "frozen and claims to be new": lambda now, then, __: Tick(then.price, now.at),
    "old and new trades in turn": lambda now, then, random: random.choice((now, then)),
    "an hour old": lambda now, _, __: Tick(now.price * 0.985, now.at - timedelta(hours=1)),
    "ten minutes ahead": lambda now, _, __: Tick(now.price * 0.985, now.at + timedelta(minutes=10)),
    "another instrument": lambda now, _, __: Tick(2_050.0, now.at),
    "another currency": lambda now, _, __: Tick(now.price * 0.92, now.at),
}  # fmt: skip


@dataclass
class Venues:
    """Prices as the feed gives them, from two venues of which one may have a fault."""

    said: tuple[Tick | SourceError, Tick | SourceError]

    def bars(self, _: str, interval: Interval = Interval.DAY) -> Bars:
        """The first venue that answers, with the opinion of the other."""
        first, second = (_parsed(each) for each in self.said)
        if isinstance(first, SourceError):
            if isinstance(second, SourceError):
                raise first
            first, second = second, first
        opinion = None
        if isinstance(second, Tick) and abs(first.at - second.at) <= TOGETHER:
            middle = (abs(first.price) + abs(second.price)) / 2
            difference = abs(first.price - second.price) / middle
            opinion = SecondOpinion("B", second.price, second.at, difference)
        index = pd.DatetimeIndex([START - timedelta(days=2), first.at])
        prices = np.array([[np.nan, np.nan, np.nan, close, np.nan] for close in (69_000.0, first.price)])
        frame = pd.DataFrame(prices, index, COLUMNS)
        provenance = Provenance("A", "BTC", first.at, "last", second=opinion)
        return Bars(BTC, interval, frame, provenance, InProgress("A", 0.0))


def _parsed(said: Tick | SourceError) -> Tick | SourceError:
    """What is left of an answer once it is read: no bars can be made of an infinite price."""
    return BadData(BTC, "A") if isinstance(said, Tick) and not np.isfinite(said.price) else said


def truth(random: Random) -> list[float]:
    """A path that wanders through both thresholds, now slowly, now fast."""
    prices, price, drift = [], 69_000.0, random.choice((-120.0, 120.0))
    for _ in range(POLLS):
        if random.random() < 0.04:
            drift = random.choice((-200.0, -120.0, -40.0, 40.0, 120.0, 200.0))
        drift = -abs(drift) if price > 71_000 else abs(drift) if price < 67_000 else drift
        price += drift + random.gauss(0, 25)
        prices.append(price)
    return prices


def windows(random: Random) -> list[tuple[str, int] | None]:
    """For each poll the fault in force and the venue that has it."""
    plan: list[tuple[str, int] | None] = [None] * POLLS
    place = random.randrange(3, 10)
    while place < POLLS:
        length = random.randrange(1, 20)
        plan[place : place + length] = [(random.choice(list(FAULTS)), random.randrange(2))] * length
        place += length + random.randrange(3, 15)
    return plan[:POLLS]


def said(plan: list[tuple[str, int] | None], ticks: list[Tick], random: Random) -> Iterator[Venues]:
    """What the two venues say, poll by poll."""
    began = ticks[0]
    for place, (fault, tick) in enumerate(zip(plan, ticks, strict=True)):
        if fault is None or place == 0 or plan[place - 1] != fault:
            began = ticks[max(place - 1, 0)]
        other = Tick(tick.price * (1 + random.uniform(-5e-4, 5e-4)), tick.at)
        answers: list[Tick | SourceError] = [tick, other]
        if fault is not None:
            name, venue = fault
            try:
                answers[venue] = FAULTS[name](tick, began, random)
            except SourceError as error:
                answers[venue] = error
        yield Venues((answers[0], answers[1]))


def expected(rule: MeasureRule, prices: list[float], trusted: list[bool]) -> list[int]:
    """The polls at which the truth, seen where it can be trusted, makes each alert due.

    Beyond is a thousandth further than the threshold, so that it is so for every honest venue.
    """
    due, firing, armed, beyond, clear = [], False, False, 0, 0
    deeper = HONEST * rule.threshold * (1 if rule.direction is Direction.ABOVE else -1)
    needed = max(rule.samples, round(rule.hold / POLL) + 1)
    since = 0
    for place, (price, is_trusted) in enumerate(zip(prices, trusted, strict=True)):
        if not is_trusted:
            continue
        is_clear = not rule.direction.beyond(price, rule.clear)
        armed = armed or is_clear
        clear = clear + 1 if is_clear else 0
        if not rule.direction.beyond(price, rule.threshold + deeper):
            beyond = 0
        elif armed:
            since = place if beyond == 0 else since
            beyond += 1
        if firing:
            firing = clear < rule.samples
            beyond = 0 if firing else beyond
        elif beyond >= rule.samples and place - since >= needed - 1:
            due.append(place)
            firing, clear = True, 0
    return due


@pytest.mark.parametrize("group", range(GROUPS))
def test_no_fault_makes_an_alert_and_none_hides_one(group: int) -> None:
    for seed in range(group, SEEDS, GROUPS):
        random = Random(seed)
        prices = truth(random)
        ticks = [Tick(price, START + place * POLL) for place, price in enumerate(prices)]
        memories = {rule.id: Memory() for rule in RULES}
        fired: dict[str, list[int]] = {rule.id: [] for rule in RULES}
        believed: dict[str, Believed] = {}
        trusted = []
        for place, venues in enumerate(said(windows(random), ticks, random)):
            looker = Looker(venues, ticks[place].at, believed)
            for rule in RULES:
                sample, _ = look_at(looker, rule)
                memory, notices = step(rule, memories[rule.id], sample, ticks[place].at)
                memories[rule.id] = memory
                fired[rule.id] += [place for notice in notices if notice.topic is Topic.FIRED]
            wrong = 0.0
            if sample.value is not None and sample.as_of == ticks[place].at:
                wrong = abs(sample.value / prices[place] - 1)
                assert wrong <= WITHIN + HONEST, (seed, place, sample)
            is_new = sample.health is Health.FRESH and sample.as_of == ticks[place].at
            trusted.append(is_new and wrong <= HONEST)
        assert sum(trusted) > POLLS / 5
        for rule in RULES:
            due = expected(rule, prices, trusted)
            _compare(rule, prices, fired[rule.id], due, seed)


def _compare(rule: MeasureRule, prices: list[float], fired: list[int], due: list[int], seed: int) -> None:
    slack = rule.threshold * (WITHIN + HONEST) * (1 if rule.direction is Direction.BELOW else -1)
    for place in fired:
        # Two venues that differ by less are believed, so price is beyond the threshold for one of them.
        assert rule.direction.beyond(prices[place], rule.threshold + slack), (
            f"false: seed {seed}, poll {place}"
        )
    for place in due:
        # An alert may come before the truth is as deep, and then lasts until it is.
        came = [each for each in fired if each <= place + LATEST and _lasts(rule, prices[each : place + 1])]
        assert came, f"missed: seed {seed}, {rule.id}, poll {place}, {fired}"


def _lasts(rule: MeasureRule, prices: list[float]) -> bool:
    """Whether an alert of the first of ``prices`` is still one at the last."""
    clear = [not rule.direction.beyond(price, rule.clear) for price in prices]
    return not any(one and two for one, two in pairwise(clear))


def test_the_corpus_tells_of_real_crossings() -> None:
    crossings = sum(
        len(expected(rule, truth(Random(seed)), [True] * POLLS)) for seed in range(SEEDS) for rule in RULES
    )
    assert crossings > 2 * SEEDS
    assert len(FAULTS) >= 20
