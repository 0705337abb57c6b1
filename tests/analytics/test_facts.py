from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.facts import (
    _among,
    _beside,
    at_average,
    at_zone,
    below_high,
    fell_to_new_low,
    largest_since,
    level,
    moved,
    ranked_in_year,
    streak,
    together,
    unusual_week,
    week_move,
    when,
    year_so_far,
)
from analytics.facts_stress import stress_now
from analytics.news import times_usual
from analytics.ranks import percentile_of_last
from analytics.readings import read
from analytics.stress import Stress, stress
from analytics.stress_components import Block, Component
from analytics.stress_components import level as level_of
from analytics.stress_past import Past
from analytics.stress_score import SCALE
from analytics.zones import follow
from market.bars import Bars, InProgress, State
from market.facts import Fact, Tone
from market.readings import Result, envelope
from market.text import full_day
from market.zones import Zone
from tests.analytics.bars import series

FLAT = [100.0, 101.0] * 200
NOON = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)


def told(fact: Fact | None) -> str:
    """What a fact says; there must be one."""
    assert fact is not None
    return fact.text


def at_close(bars: Bars) -> datetime:
    """The evening of the newest bar."""
    return bars.as_of + timedelta(minutes=1)


def late(bars: Bars) -> Bars:
    """The same bars, out of date."""
    return replace(bars, provenance=replace(bars.provenance, stale_because="nothing came"))


def test_a_fall_among_the_five_worst_says_where_it_ranks() -> None:
    bars = series("IXIC", [*FLAT, 90.0])
    fact = moved(read(bars), bars, at_close(bars), "the Nasdaq")
    assert told(fact) == "the Nasdaq fell 10.9% today, its worst in 90 sessions"
    assert fact and fact.tone is Tone.WORSE


def test_a_fall_that_ties_the_worst_is_the_equal_worst() -> None:
    """A fall from 100 to 90 is as large as one from 200 to 180."""
    bars = series("IXIC", [*FLAT, 100.0, 90.0, 100.0, 90.0])
    assert told(moved(read(bars), bars, at_close(bars), "the Nasdaq")) == (
        "the Nasdaq fell 10.0% today, its equal worst in 90 sessions"
    )
    assert told(ranked_in_year(read(bars), bars, at_close(bars), "the Nasdaq")) == (
        "the Nasdaq’s fall today was the equal worst of 252 sessions"
    )
    worse = series("IXIC", [*FLAT, 100.0, 80.0, 100.0, 90.0, 100.0, 90.0])
    assert told(moved(read(worse), worse, at_close(worse), "the Nasdaq")) == (
        "the Nasdaq fell 10.0% today, its equal 2nd-worst in 90 sessions"
    )


def test_a_coin_counts_days_not_sessions() -> None:
    bars = series("BTC", [*FLAT, 120.0])
    fact = moved(read(bars), bars, bars.as_of, "Bitcoin")
    assert told(fact) == "Bitcoin rose 18.8% today, its best in 90 days"


def test_a_fall_of_a_gauge_of_fear_is_no_bad_day() -> None:
    bars = series("VIX", [*FLAT, 90.0])
    fact = moved(read(bars), bars, at_close(bars), "the VIX")
    assert told(fact) == "the VIX fell 10.9% today, its largest fall in 90 sessions"
    assert fact and fact.tone is Tone.BETTER


@pytest.mark.parametrize("key", ["VIX", "VIX3M"])
@pytest.mark.parametrize(("to", "tone"), [(102.5, Tone.WORSE), (150.0, Tone.WORSE), (99.0, Tone.BETTER)])
def test_a_rise_of_a_gauge_of_fear_is_for_the_worse(key: str, to: float, tone: Tone) -> None:
    bars = series(key, [*FLAT, to])
    for fact in (
        moved(read(bars), bars, at_close(bars), "it"),
        largest_since(read(bars), bars, at_close(bars), "it"),
    ):
        assert fact is None or fact.tone is tone


def test_an_ordinary_move_has_no_rank() -> None:
    steady = [100.0 * (1 + (n % 3 - 1) / 100) for n in range(200)]
    bars = series("IXIC", [*steady, steady[-1] * 1.001])
    assert told(moved(read(bars), bars, at_close(bars), "the Nasdaq")) == "the Nasdaq rose 0.1% today"


def test_a_very_small_move_keeps_the_digits_it_needs() -> None:
    bars = series("IXIC", [100.0, 99.97])
    assert told(moved(read(bars), bars, at_close(bars), "the Nasdaq")) == "the Nasdaq fell 0.03% today"
    bars = series("IXIC", [100.0, 99.999])
    assert told(moved(read(bars), bars, at_close(bars), "the Nasdaq")) == "the Nasdaq was unchanged today"


def test_no_move_is_said_as_such() -> None:
    bars = series("IXIC", [100.0, 100.0])
    assert told(moved(read(bars), bars, at_close(bars), "the Nasdaq")) == "the Nasdaq was unchanged today"


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (timedelta(minutes=1), "today"),
        (timedelta(days=1), "on Friday"),
        (timedelta(days=6), "on Friday"),
        (timedelta(days=7), "on 6 Feb"),
    ],
)
def test_a_day_is_named_as_a_person_names_it(later: timedelta, said: str) -> None:
    friday = series("IXIC", [1.0, 2.0], "2026-02-05")
    assert when(friday, friday.as_of + later) == said


def test_today_is_the_day_in_new_york() -> None:
    friday = series("IXIC", [1.0, 2.0], "2026-02-05")
    assert when(friday, datetime(2026, 2, 7, 4, 59, tzinfo=UTC)) == "today"
    assert when(friday, datetime(2026, 2, 7, 5, 0, tzinfo=UTC)) == "on Friday"


def test_the_end_of_a_day_is_still_that_day_for_a_coin() -> None:
    coin = series("BTC", [1.0, 2.0], "2026-02-05")
    assert when(coin, coin.as_of) == "today"
    assert when(coin, coin.as_of + timedelta(hours=1)) == "on Thursday"


@pytest.mark.parametrize("spoiled", ["late", "missing"])
def test_a_number_that_is_late_or_missing_says_nothing(spoiled: str) -> None:
    bars = series("IXIC", [100.0]) if spoiled == "missing" else late(series("IXIC", FLAT))
    reading = read(bars)
    assert moved(reading, bars, NOON, "the Nasdaq") is None
    assert below_high(reading, "the Nasdaq") is None
    assert streak(reading, bars, "the Nasdaq") is None
    assert largest_since(reading, bars, NOON, "the Nasdaq") is None
    assert week_move(reading, "the Nasdaq") is None
    assert year_so_far({"IXIC": reading, "IGV": reading}, {"IXIC": "tech", "IGV": "software"}) is None


def test_distance_from_the_high_is_told_of_a_long_history() -> None:
    fact = below_high(read(series("IXIC", [*FLAT, 94.0])), "the Nasdaq")
    assert fact and fact.short.text == "the Nasdaq is 6.9% below its highest close"
    assert told(fact) == f"{fact.short.text} (15 Jul 2026)"
    assert told(below_high(read(series("IXIC", [*FLAT, 102.0])), "it")) == "it stands at its highest close"


def test_a_short_history_knows_of_no_record() -> None:
    assert below_high(read(series("IXIC", [100.0, 101.0])), "the Nasdaq") is None
    assert below_high(read(series("IXIC", [100.0] * 250 + [90.0])), "the Nasdaq") is None


def test_a_deep_fall_weighs_more() -> None:
    shallow, deep = (below_high(read(series("IXIC", [*FLAT, last])), "it") for last in (90.0, 60.0))
    assert shallow and deep and deep.weight > shallow.weight


def test_three_falls_in_a_row_are_a_streak_with_its_sum() -> None:
    bars = series("IXIC", [100.0, 101.0, 100.0, 99.0, 98.0])
    assert told(streak(read(bars), bars, "the Nasdaq")) == (
        "the Nasdaq fell for the 3rd session in a row, −3.0% in all"
    )
    two = series("IXIC", [100.0, 101.0, 100.0, 99.0])
    assert streak(read(two), two, "the Nasdaq") is None


def test_the_largest_move_for_long_says_since_when() -> None:
    bars = series("BTC", [100.0, 80.0, *FLAT, 70.0], "2025-01-02")
    fact = largest_since(read(bars), bars, bars.as_of, "Bitcoin")
    assert told(fact) == (
        "Bitcoin’s move of −30.7% today is its largest one-day fall of the history here, "
        "which starts on 2 Jan 2025"
    )
    matched = series("BTC", [100.0, 60.0, *FLAT, 90.0], "2025-01-02")
    told_since = told(largest_since(read(matched), matched, matched.as_of, "Bitcoin"))
    assert told_since.endswith("its largest one-day fall since 2 Jan 2025")


def open_day(closes: list[float], change: float) -> Bars:
    """Days of Bitcoin, and one that is still open and has moved by so much."""
    bars = series("BTC", [*closes, closes[-1] * (1 + change)], "2025-01-02")
    return replace(bars, in_progress=InProgress(bars.provenance.source, change))


def test_a_day_still_open_has_not_fallen_yet() -> None:
    bars = open_day([*FLAT, 99.0, 98.0], -0.13)
    reading, now = read(bars), bars.as_of
    assert told(moved(reading, bars, now, "Bitcoin")) == (
        "Bitcoin is down 13.0% so far today, which would be its worst in 90 days"
    )
    assert told(largest_since(reading, bars, now, "Bitcoin")).startswith(
        "Bitcoin’s move of −13.0% so far today would be its largest one-day fall"
    )
    assert told(streak(reading, bars, "Bitcoin")) == (
        "Bitcoin is falling for the 3rd day in a row, −15.6% so far"
    )
    assert told(ranked_in_year(reading, bars, now, "Bitcoin")) == (
        "Bitcoin’s fall so far today would be the worst of 252 days"
    )


def test_a_move_matched_lately_is_not_the_largest_for_long() -> None:
    bars = series("BTC", [*FLAT, 90.0, 101.0, 90.0])
    assert largest_since(read(bars), bars, bars.as_of, "Bitcoin") is None


ZONE = Zone("BTC", 68_000, 70_000)


def at(closes: list[float]) -> str:
    """What is said of Bitcoin at the zone after three weeks above it and these closes."""
    above = [75_000.0, 75_200.0] * 10
    bars = series("BTC", [*above, *closes], "2026-01-01")
    return told(at_zone(follow(bars, ZONE), read(bars), "Bitcoin"))


def test_a_price_inside_a_zone_is_said_with_the_price() -> None:
    assert at([69_310.0]) == "Bitcoin is inside $68K–$70K at $69.3K"
    assert at([69_000.0, 69_310.0]) == "Bitcoin is back inside $68K–$70K at $69.3K"
    assert at([69_000.0] * 4) == "Bitcoin is inside $68K–$70K at $69K"


def test_a_zone_lost_within_a_day_is_news() -> None:
    assert at([65_000.0, 64_000.0]) == "Bitcoin lost $68K–$70K and stands at $64K"
    assert at([65_000.0, 64_000.0, 72_000.0, 73_000.0]) == "Bitcoin is back above $68K–$70K at $73K"


def test_a_price_close_to_a_zone_is_testing_it() -> None:
    assert at([70_100.0]) == "Bitcoin is testing $68K–$70K from above at $70.1K"


def test_a_price_that_leaves_a_zone_is_outside_until_closes_confirm_it() -> None:
    entered = [69_000.0, 69_310.0]
    assert at([*entered, 70_100.0]) == "Bitcoin is just above $68K–$70K, not yet confirmed, at $70.1K"
    assert at([*entered, 67_900.0]) == "Bitcoin is just below $68K–$70K, not yet confirmed, at $67.9K"


def test_a_zone_far_away_is_no_news() -> None:
    bars = series("BTC", [100_000.0 + n for n in range(30)])
    assert at_zone(follow(bars, ZONE), read(bars), "Bitcoin") is None


def test_the_year_so_far_names_the_best_and_the_worst() -> None:
    names = {"IGV": "software", "SOX": "the chip index", "XLP": "consumer staples"}
    lasts = {"IGV": 75.0, "SOX": 108.0, "XLP": 112.0}
    readings = {key: read(series(key, [100.0, 100.0, last], "2025-12-30")) for key, last in lasts.items()}
    assert told(year_so_far(readings, names)) == (
        "since 1 January software stands at −25.0% and consumer staples at +12.0%"
    )


def test_a_yield_moves_in_basis_points_in_a_week() -> None:
    fact = week_move(
        read(series("US10Y", [4.0, 4.0, 4.0, 4.0, 4.0, 4.18], "2026-01-30")), "the 10-year yield"
    )
    assert told(fact) == "the 10-year yield rose 18 bp in a week"


@pytest.mark.parametrize("key", ["US10Y", "GLD"])
def test_a_week_without_a_move_is_said_as_such(key: str) -> None:
    fact = week_move(read(series(key, [4.0, 4.1, 4.0, 4.0, 4.0, 4.0], "2026-01-30")), "gold")
    assert told(fact) == "gold stands where it did a week ago"
    assert fact and fact.numbers[0].number.value == 0


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ([*range(1, 82), *range(1000, 1018)], "higher than on about 82% of the last 100 sessions"),
        ([*range(1, 19), *range(1000, 1081)], "lower than on about 82% of the last 100 sessions"),
        ([*range(1, 100)], "higher than on any other of the last 100 sessions"),
        ([*range(1000, 1099)], "lower than on any other of the last 100 sessions"),
        ([100, *range(1000, 1098)], "lower than on about 99% of the last 100 sessions"),
    ],
)
def test_a_gauge_is_ranked_from_its_nearer_end(before: list[int], said: str) -> None:
    bars = series("VIX", [float(value) for value in (*before, 100)])
    place = envelope(percentile_of_last(bars.close).scaled(100), bars, "percentile", "percentile_1y")
    fact = level(read(bars), "the VIX", place)
    assert told(fact) == f"the VIX stands at 100.0, {said}"


def test_a_gauge_stands_at_a_level() -> None:
    assert told(level(read(series("VIX", [20.0, 21.8])), "the VIX")) == "the VIX stands at 21.8"


def test_a_correlation_that_spans_zero_says_so() -> None:
    bars = series("BTC", FLAT)
    unclear = Result(0.1, n=20, window=20, low=-0.3, high=0.5)
    assert ", which cannot be told from zero" in told(
        together(unclear, (bars, bars), 20, "Bitcoin and the Nasdaq")
    )
    clear = Result(0.56, n=60, window=60, low=0.31, high=0.74)
    assert told(together(clear, (bars, bars), 60, "Bitcoin and the Nasdaq")) == (
        "Bitcoin and the Nasdaq correlate at 0.56 over 60 sessions (95% interval 0.31 to 0.74, n 60)"
    )
    assert together(Result.missing("none"), (bars, bars), 60, "Bitcoin and the Nasdaq") is None


def test_every_number_in_the_words_is_carried_with_them() -> None:
    bars = series("IXIC", [*FLAT, 90.0])
    fact = moved(read(bars), bars, at_close(bars), "the Nasdaq")
    assert fact
    assert [number.name for number in fact.numbers] == ["change_1d_pct", "rank_90", "change_1d_pct"]
    assert fact.numbers[0].number.value == pytest.approx(100 * (90 / 101 - 1))
    assert fact.numbers[1].number.value == 1


def test_a_fall_among_the_worst_tenth_of_a_year_says_its_place() -> None:
    bars = series("IXIC", [*FLAT, 100.9, 99.0])
    fact = ranked_in_year(read(bars), bars, at_close(bars), "the Nasdaq")
    assert told(fact) == "the Nasdaq’s fall today was the worst of 252 sessions"
    deeper = series("IXIC", [*FLAT, 90.0, 100.0, 85.0, 100.0, 96.0])
    fact = ranked_in_year(read(deeper), deeper, at_close(deeper), "the Nasdaq")
    assert told(fact) == "the Nasdaq’s fall today was the 3rd worst of 252 sessions"


@pytest.mark.parametrize("end", [[103.0], [100.9], []], ids=["a rise", "a small fall", "many like it"])
def test_other_days_have_no_place_in_the_year(end: list[float]) -> None:
    bars = series("IXIC", [*FLAT, *end])
    assert ranked_in_year(read(bars), bars, at_close(bars), "the Nasdaq") is None


def test_a_cross_of_an_average_after_a_long_time_says_since_when() -> None:
    bars = series("IXIC", [100.0] * 52 + [99.0] + [101.0] * 45 + [90.0])
    fact = at_average(bars, at_close(bars), "the Nasdaq")
    assert fact and told(fact.short) == "the Nasdaq closed below its 50-day mean today"
    day = full_day(bars.dates[52].date())
    assert told(fact) == f"the Nasdaq closed below its 50-day mean today, for the first time since {day}"
    assert fact and fact.numbers[0].number.value == pytest.approx(bars.close.iloc[-50:].mean())


def test_a_cross_that_was_never_seen_before_says_how_far_back_is_known() -> None:
    bars = series("IXIC", [*[100.0 + n / 10 for n in range(90)], 50.0])
    fact = at_average(bars, at_close(bars), "the Nasdaq")
    assert told(fact).endswith(f"for the first time since at least {full_day(bars.dates[49].date())}")


def test_price_that_stays_below_an_average_says_since_when() -> None:
    bars = series("IXIC", [*[100.0 + n / 10 for n in range(90)], 50.0, 50.0])
    fact = at_average(bars, at_close(bars), "the Nasdaq")
    assert (
        told(fact) == f"the Nasdaq has closed below its 50-day mean since {full_day(bars.dates[90].date())}"
    )


def test_price_above_its_averages_out_of_date_or_young_says_nothing_of_them() -> None:
    rising = series("IXIC", [100.0 + n for n in range(250)])
    assert at_average(rising, at_close(rising), "the Nasdaq") is None
    fell = series("IXIC", [*[100.0 + n / 10 for n in range(90)], 50.0])
    assert at_average(late(fell), at_close(fell), "the Nasdaq") is None
    young = series("IXIC", [100.0, 90.0])
    assert at_average(young, at_close(young), "the Nasdaq") is None


PART = Component("part", "A part", 1.0, ("VIX",), level_of("VIX"))
WHOLE = Block("whole", "The whole", 1.0, (PART,))


def scored(*history: float, coverage: float = 100.0) -> Stress:
    """A complete stress score that has gone that way."""
    days = pd.bdate_range("2026-02-02", periods=len(history))
    values = np.array(history)[:, None] / 100
    ranks = {"whole": pd.DataFrame(values, index=days, columns=["part"])}
    ones = np.ones((len(history), 1))
    past = Past((WHOLE,), days, len(days), values, ones, ones[:, :, None], ranks, False)
    regime = SCALE.band_of(history[-1]).severity
    return replace(
        stress({}),
        score=replace(stress({}).score, value=history[-1], state=State.FINAL),
        coverage=replace(stress({}).coverage, value=coverage, state=State.FINAL),
        regime=regime,
        band=regime,
        could_be=(regime,),
        since=date(2026, 1, 5),
        history=pd.DataFrame({"score": history, "coverage": 100.0}, index=days),
        through_time=past,
    )


@pytest.mark.parametrize(
    ("history", "sentence", "tone"),
    [
        ((47.0, 57.0), "stress rose to 57 of 100, still elevated", Tone.WORSE),
        ((57.0, 49.0), "stress eased to 49 of 100, elevated", Tone.BETTER),
        ((62.0, 61.0), "stress stands at 61 of 100, in stress", Tone.NEUTRAL),
        ((12.0,), "stress stands at 12 of 100, calm", Tone.NEUTRAL),
        ((28.0, 38.0), "stress rose to 38 of 100, still calm", Tone.WORSE),
        ((59.0, 59.8), "stress stands at 59.8 of 100, elevated", Tone.NEUTRAL),
    ],
)
def test_stress_is_told_with_its_band_and_the_way_it_went(
    history: tuple[float, ...], sentence: str, tone: Tone
) -> None:
    fact = stress_now(scored(*history))
    assert told(fact) == sentence
    assert fact is not None
    assert fact.tone is tone


def test_a_score_that_is_missing_says_nothing() -> None:
    assert stress_now(stress({})) is None


# The news of the day


def slide(*last: float, key: str = "IXIC", days: int = 300) -> Bars:
    """A price that went up and down by one for long, and then went this way."""
    return series(key, [*([100.0, 101.0] * (days // 2)), *last])


def test_a_new_low_of_a_deep_fall_tells_the_day_and_the_depth() -> None:
    bars = slide(90.0, 80.0, 79.0)
    fact = fell_to_new_low(read(bars), bars, at_close(bars), "the Nasdaq")
    assert told(fact) == "the Nasdaq fell 1.2% today and is 21.8% below its highest close"
    assert fact and fact.short.text.endswith("below its high")
    assert [each.name for each in fact.numbers][:2] == ["change_1d_pct", "drawdown_pct"]


def test_a_short_history_says_since_when_its_high_is_known() -> None:
    bars = slide(90.0, 80.0, 79.0, days=60)
    since = full_day(bars.dates[0].date())
    assert told(fell_to_new_low(read(bars), bars, at_close(bars), "it")).endswith(
        f"below its highest close since {since}"
    )


@pytest.mark.parametrize("last", [(90.0, 80.0, 81.0), (90.0, 80.0, 82.0, 81.0), (90.0,)])
def test_a_rise_a_higher_low_and_a_shallow_fall_are_no_new_low(last: tuple[float, ...]) -> None:
    bars = slide(*last)
    assert fell_to_new_low(read(bars), bars, at_close(bars), "the Nasdaq") is None


def test_for_a_coin_a_fall_is_deep_from_further_down() -> None:
    bars = slide(90.0, 79.0, key="BTC")
    assert fell_to_new_low(read(bars), bars, at_close(bars), "Bitcoin") is None


def test_a_week_out_of_the_usual_is_news_and_a_usual_one_is_not() -> None:
    bars = slide(98.0, 96.0, 94.0, 92.0, 90.0)
    assert told(unusual_week(read(bars), bars, "the Nasdaq")).startswith("the Nasdaq has lost ")
    bars = slide(100.0, 101.0, 100.0)
    assert unusual_week(read(bars), bars, "the Nasdaq") is None


def test_a_rank_among_fewer_days_than_its_window_says_among_how_many() -> None:
    bars = slide(90.0)
    place = Result(2.0, n=88, window=90)
    assert _among(place, bars, 90) == "of the 88 sessions known of the last 90"
    assert _among(replace(place, n=90), bars, 90) == "in 90 sessions"


def test_a_price_beside_a_zone_never_reads_as_its_edge() -> None:
    zone, bitcoin = Zone("BTC", 68_000, 70_000), series("BTC", [1.0]).instrument
    assert _beside(67_976.0, zone, bitcoin) == "$67,976"
    assert _beside(68_020.0, zone, bitcoin) == "$68,020"
    assert _beside(68_580.0, zone, bitcoin) == "$68.6K"


def test_a_change_of_components_is_not_told_as_a_move() -> None:
    found = scored(45.0, 60.0)
    assert found.through_time is not None
    ranks = {"whole": found.through_time.ranks["whole"].assign(other=[float("nan"), 0.9])}
    grown = replace(found.through_time, ranks=ranks)
    fact = stress_now(replace(found, through_time=grown))
    assert told(fact).startswith("stress rose to")  # on the part that both days have: 45 to 60
    flat = replace(grown, ranks={"whole": ranks["whole"].assign(part=[0.45, 0.45])})
    fact = stress_now(replace(found, through_time=flat))
    assert told(fact) == "stress stands at 60 of 100, in stress"


def test_the_weight_of_a_move_grows_with_how_unusual_it_is() -> None:
    small, large = slide(100.5), slide(97.0)
    assert times_usual(small) < times_usual(large) <= 3.5
    assert times_usual(series("IXIC", [1.0, 2.0])) == 1.0
