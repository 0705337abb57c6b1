"""One look at the recording, and what is said when a number cannot be had."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data_sources.asof import AsOf
from data_sources.errors import NoData, Unreachable
from data_sources.recorded import Recorded, describe
from market import catalogue
from market.bars import Bars
from market.instruments import Interval
from market.rules import Direction, Health, LevelRule, Measure, MeasureRule
from market.zones import Zone
from tests.analytics.recorded import FOLDER
from watch.looking import Looker, look_at

KNOWN = catalogue.load()
MOMENT = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)


class Recording:
    """The recording as of the article's moment; counts what is asked."""

    def __init__(self) -> None:
        self._source = AsOf(Recorded(FOLDER, describe(FOLDER)), MOMENT)
        self.asked: list[tuple[str, Interval]] = []

    def bars(self, key: str, interval: Interval = Interval.DAY) -> Bars:
        """The bars of a key of the catalogue."""
        self.asked.append((key, interval))
        return self._source.bars(KNOWN[key], interval)


class Silent:
    """Prices that cannot be had."""

    def __init__(self, error: type[Exception]) -> None:
        self._error = error

    def bars(self, key: str, interval: Interval = Interval.DAY) -> Bars:  # noqa: ARG002 (the Protocol's)
        """Never any."""
        if issubclass(self._error, KeyError):
            raise self._error(key)
        raise self._error(KNOWN[key], "A")


def rule(measure: Measure, key: str, **changes: object) -> MeasureRule:
    return MeasureRule("r", measure, key, Direction.ABOVE, 70_000.0, 69_000.0, **changes)  # type: ignore[arg-type]


@pytest.fixture
def prices() -> Recording:
    return Recording()


@pytest.fixture
def looker(prices: Recording) -> Looker:
    return Looker(prices, MOMENT, {}, replay=True)


@pytest.mark.parametrize(
    ("asked", "low", "high"),
    [
        (rule(Measure.PRICE, "BTC"), 68_000, 70_000),
        (rule(Measure.PRICE, "VIX"), 17.76, 17.76),
        (rule(Measure.CHANGE_1D, "IXIC"), 2.1, 2.3),
        (rule(Measure.DRAWDOWN, "BTC"), -47, -43),
        (rule(Measure.CORRELATION, "BTC", other="IXIC"), 0.3, 0.8),
        (rule(Measure.STRESS, "IXIC"), 0, 100),
        (rule(Measure.PRICE, "BTC_FUNDING"), -0.1, 0.1),
    ],
)
def test_each_measure_is_the_number_of_the_pages(
    looker: Looker, asked: MeasureRule, low: float, high: float
) -> None:
    sample, history = look_at(looker, asked)
    assert sample.health is Health.FRESH
    assert sample.value is not None
    assert low <= sample.value <= high
    assert history is None


def test_a_zone_is_looked_at_by_the_hour(looker: Looker) -> None:
    sample, history = look_at(looker, LevelRule("z", Zone("BTC", 68_000, 70_000)))
    assert sample.value is not None
    assert history is not None
    assert history.interval is Interval.HOUR


def test_a_series_is_asked_for_once_a_look(looker: Looker, prices: Recording) -> None:
    for _ in range(3):
        look_at(looker, LevelRule("z", Zone("BTC", 68_000, 70_000)))
        look_at(looker, rule(Measure.PRICE, "BTC"))
    assert sorted(prices.asked) == [("BTC", Interval.DAY), ("BTC", Interval.HOUR)]


@pytest.mark.parametrize(
    ("error", "health"), [(Unreachable, Health.ERROR), (NoData, Health.NO_DATA), (KeyError, Health.NO_DATA)]
)
def test_a_number_that_cannot_be_had_says_why(error: type[Exception], health: Health) -> None:
    for asked in (rule(Measure.PRICE, "BTC"), LevelRule("z", Zone("BTC", 68_000, 70_000))):
        sample, history = look_at(Looker(Silent(error), MOMENT, {}), asked)
        assert (sample.health, sample.value, history) == (health, None, None)
        assert sample.why.endswith(".")


def test_a_sum_that_cannot_be_made_is_no_data(looker: Looker) -> None:
    sample, _ = look_at(looker, rule(Measure.CORRELATION, "BTC", other="IXIC", window=400))
    assert sample.health is Health.NO_DATA
    assert sample.why


def test_a_disputed_series_changes_no_stress_score(prices: Recording) -> None:
    class Disputed:
        def bars(self, key: str, interval: Interval = Interval.DAY) -> Bars:
            bars = prices.bars(key, interval)
            return replace(bars, provenance=replace(bars.provenance, disputed=key == "VIX"))

    sample, _ = look_at(Looker(Disputed(), MOMENT, {}, replay=True), rule(Measure.STRESS, "IXIC"))
    assert sample.health is Health.DISPUTED


def test_a_stress_score_of_fewer_series_is_doubted_for_ten_minutes(prices: Recording) -> None:
    class WithoutBonds:
        def bars(self, key: str, interval: Interval = Interval.DAY) -> Bars:
            if key == "HYG":
                raise Unreachable(KNOWN[key], "A")
            return prices.bars(key, interval)

    asked = rule(Measure.STRESS, "IXIC")
    whole = Looker(prices, MOMENT, {}, replay=True)
    assert look_at(whole, asked)[0].health is Health.FRESH
    believed = whole.believed
    for minutes, health in ((1, Health.NO_DATA), (9, Health.NO_DATA), (11, Health.FRESH)):
        looker = Looker(WithoutBonds(), MOMENT + timedelta(minutes=minutes), believed, replay=True)
        sample, _ = look_at(looker, asked)
        assert sample.health is health, minutes
        believed = looker.believed
    assert look_at(Looker(prices, MOMENT, believed, replay=True), asked)[0].health is Health.FRESH


@pytest.mark.parametrize("key", ["VIX", "DXY", "US10Y"])
def test_a_gauge_has_no_fall_to_watch(looker: Looker, key: str) -> None:
    sample, _ = look_at(looker, rule(Measure.DRAWDOWN, key))
    assert (sample.health, sample.value) == (Health.NO_DATA, None)
    assert sample.why == "A gauge has no fall from its high."
