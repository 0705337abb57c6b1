"""One look at what a rule reads: its number or its zone, judged."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from analytics.alignment import align
from analytics.correlation import correlate
from analytics.drawdowns import NO_FALL, latest_drawdown
from analytics.returns import change_over
from analytics.stress import SERIES, stress
from analytics.zones import ZoneHistory, follow_closest
from data_sources.errors import NoData, SourceError
from market.bars import Bars
from market.instruments import Interval
from market.readings import Result
from market.rules import Health, LevelRule, Measure, MeasureRule, Rule
from watch.judge import DOUBT_FOR, Believed, Doubt, judge
from watch.machine import Sample

COVERAGE = "stress/coverage"
A_POINT = 1.0  # percent
NO_SCORE = "The stress score cannot be worked out."


class Prices(Protocol):
    """Where the watcher reads: `data_sources.feed.Feed`, or a script in a test."""

    def bars(self, key: str, interval: Interval = Interval.DAY) -> Bars:
        """The bars of one instrument; raises `SourceError`, and `KeyError` for an unknown key."""
        ...


@dataclass
class Looker:
    """Looks at prices for one cycle of the watcher; each series is asked for, and judged, once.

    ``believed`` is what was believed before this cycle, by key and interval, and is brought up to date.
    """

    prices: Prices
    now: datetime
    believed: dict[str, Believed]
    replay: bool = False
    _seen: dict[str, tuple[Sample, Bars | None]] = field(default_factory=dict)

    def measure(self, rule: MeasureRule) -> Sample:
        """The number a rule compares, or why it cannot be believed."""
        is_price = rule.measure is Measure.PRICE
        looks = [self._newest(key) if is_price else self._look(key, Interval.DAY) for key in rule.keys]
        worst = next((sample for sample, _ in looks if sample.health is not Health.FRESH), None)
        if worst is not None:
            return worst
        sample, bars = looks[0]
        if rule.measure is Measure.STRESS:
            return self._stress(sample)
        result = self._sum(rule, [each for _, each in looks if each is not None])
        if result.value is None or bars is None:
            return Sample(Health.NO_DATA, None, sample.as_of, sample.source, result.why or "")
        return replace(sample, value=result.value)

    def zone(self, rule: LevelRule) -> tuple[Sample, ZoneHistory | None]:
        """The newest price of a zone's instrument and the history of the zone, or why there is none."""
        sample, bars = self._look(rule.zone.key, rule.interval)
        if sample.health is not Health.FRESH or bars is None:
            return sample, None
        if rule.interval is Interval.DAY:
            return sample, follow_closest(bars, None, [rule.zone])[0]
        daily_sample, daily = self._look(rule.zone.key, Interval.DAY)
        if daily is None:
            return daily_sample, None
        return sample, follow_closest(daily, bars, [rule.zone])[0]

    def _sum(self, rule: MeasureRule, series: list[Bars]) -> Result:
        first = series[0]
        match rule.measure:
            case Measure.PRICE:
                return Result(first.last, 1, first.as_of)
            case Measure.CHANGE_1D:
                return change_over(first.linked, 1).scaled(100)
            case Measure.DRAWDOWN if first.instrument.is_gauge:
                return Result.missing(NO_FALL)
            case Measure.DRAWDOWN:
                return latest_drawdown(first.linked).scaled(100)
            case Measure.CORRELATION:
                moves = align(series, self._hours(series))
                return correlate(moves[rule.key], moves[rule.other], rule.window)
            case _:
                raise AssertionError(f"{rule.measure} is no sum of its own series")

    def _hours(self, series: list[Bars]) -> dict[str, Bars]:
        """The hourly bars of those that never close, with which a page measures them as well."""
        found = {each.key: self._look(each.key, Interval.HOUR)[1] for each in series if each.is_continuous}
        return {key: bars for key, bars in found.items() if bars is not None}

    def _stress(self, sample: Sample) -> Sample:
        """The stress score; not to be believed while one of its series is disputed, or while less of it is at
        hand than before: what is left would be another number.
        """
        looks = {key: self._look(key, Interval.DAY) for key in SERIES}
        disputed = next((each for each, _ in looks.values() if each.health is Health.DISPUTED), None)
        if disputed is not None:
            return disputed
        told = stress({key: bars for key, (_, bars) in looks.items() if bars is not None})
        if told.score.value is None or told.coverage.value is None:
            return replace(sample, health=Health.NO_DATA, value=None, why=told.score.why or NO_SCORE)
        if because := self._shrunk(told.coverage.value):
            return replace(sample, health=Health.NO_DATA, value=None, why=because)
        return replace(sample, value=told.score.value)

    def _shrunk(self, coverage: float) -> str:
        """A sentence where less of the score is at hand than before, until that has stood for a while."""
        before = self.believed.get(COVERAGE, Believed())
        if before.value is None or coverage >= before.value - A_POINT:
            self.believed[COVERAGE] = Believed(coverage, self.now)
            return ""
        doubt = before.doubt or Doubt(coverage, self.now)
        if self.now - doubt.since >= DOUBT_FOR:
            self.believed[COVERAGE] = Believed(coverage, self.now)
            return ""
        self.believed[COVERAGE] = replace(before, doubt=doubt)
        return f"Only {coverage:.0f}% of the stress score is at hand, of {before.value:.0f}% before."

    def _newest(self, key: str) -> tuple[Sample, Bars | None]:
        """The price of the hour, which the feed asks for most often, or else of the day."""
        hour = self._look(key, Interval.HOUR)
        return self._look(key, Interval.DAY) if hour[0].health is Health.NO_DATA else hour

    def _look(self, key: str, interval: Interval) -> tuple[Sample, Bars | None]:
        name = f"{key}/{interval}"
        if name not in self._seen:
            self._seen[name] = self._ask(name, key, interval)
        return self._seen[name]

    def _ask(self, name: str, key: str, interval: Interval) -> tuple[Sample, Bars | None]:
        try:
            bars = self.prices.bars(key, interval)
        except NoData as error:
            return Sample(Health.NO_DATA, why=str(error)), None
        except SourceError as error:
            return Sample(Health.ERROR, why=str(error)), None
        except KeyError:
            return Sample(Health.NO_DATA, why=f"{key} is not in the catalogue."), None
        sample, self.believed[name] = judge(
            bars, self.believed.get(name, Believed()), self.now, replay=self.replay
        )
        return sample, bars


def look_at(looker: Looker, rule: Rule) -> tuple[Sample, ZoneHistory | None]:
    """The sample of any rule, and the zone's history where it has one."""
    if isinstance(rule, LevelRule):
        return looker.zone(rule)
    return looker.measure(rule), None
