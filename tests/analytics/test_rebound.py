"""The rebound scoreboard, against the recorded February 2026 and made-up markets."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.bounces import track_record
from analytics.rebound import ASSETS, relief_rally, retraced, scoreboard
from analytics.rebound_rules import RULES
from analytics.rebound_signals import ema, thrusts
from analytics.rebound_tests import FINDERS, NO_BOUNCE, ReboundTest, Verdict
from market.bars import Bars
from market.fed import december
from tests.analytics.bars import series
from tests.analytics.recorded import recording
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}
FALL = [*np.linspace(100, 110, 180), *np.linspace(109, 99, 10)]


def board_tests(key: str, known: dict[str, Bars]) -> dict[str, ReboundTest]:
    board = scoreboard(key, known)
    return {test.key.removeprefix("rebound_"): test for test in board.tests}


def test_every_rule_has_its_finder() -> None:
    assert set(FINDERS) == {rule.key for rule in RULES}
    assert len(RULES) == 12


def test_the_share_retraced_matches_the_vector() -> None:
    vector = BY_KEY["6.5"]
    assert retraced(**vector.given) == pytest.approx(vector.expect, abs=vector.tolerance)


def test_zweigs_mean_matches_the_vector_and_fires_at_its_sixth_step() -> None:
    vector = BY_KEY["9.1"]
    given = vector.given
    level = ema(pd.Series(given["values"]), given["start"], given["n"])
    assert [given["start"], *level] == pytest.approx(vector.expect, abs=vector.tolerance)
    fired = thrusts(pd.Series([0.35] * 10 + list(given["values"])))
    assert int(fired.to_numpy().argmax()) == 10 + 5
    assert not thrusts(pd.Series([0.5] * 5)).any()


@pytest.mark.parametrize(("day", "share"), [("2026-02-06", 37.3), ("2026-02-13", 0.5)])
def test_recorded_retracement_of_the_nasdaq(day: str, share: float) -> None:
    board = scoreboard("IXIC", recording(day))
    assert board.rally is not None
    assert board.rally.retraced.value == pytest.approx(share, abs=0.05)
    assert board.profile == "relief-rally profile"
    assert (board.rally.low_day, board.rally.high_day) == (date(2026, 2, 5), date(2026, 1, 28))


def test_recorded_credit_and_averages() -> None:
    sixth, thirteenth = (board_tests("IXIC", recording(day)) for day in ("2026-02-06", "2026-02-13"))
    assert sixth["credit"].value.value == pytest.approx(0.35, abs=0.005)
    assert thirteenth["credit"].value.value == pytest.approx(-0.78, abs=0.005)
    trend = dict(sixth["trend"].value.inputs)
    assert float(trend["200-day mean"]) < 23_031.21 < float(trend["50-day mean"])
    assert sixth["trend"].verdict is Verdict.FAIL


def test_on_the_day_of_the_low_nothing_is_judged() -> None:
    board = scoreboard("IXIC", recording("2026-02-05"))
    due = [test for test in board.tests if test.verdict is not Verdict.UNKNOWN]
    assert due
    assert [test.key for test in due if test.verdict is not Verdict.NOT_YET or not test.why] == []
    assert (board.applicable, board.profile) == (0, None)
    assert board.why == "Only 0 of 12 tests can be judged; 4 are needed."


def test_the_undercut_of_march_is_seen_with_its_day() -> None:
    test = board_tests("IXIC", recording("2026-03-06"))["undercut"]
    assert (test.verdict, test.since) == (Verdict.FAIL, date(2026, 3, 3))


def test_bitcoin_has_its_own_tests_and_stocks_theirs() -> None:
    bitcoin, nasdaq = (board_tests(key, recording("2026-02-06")) for key in ("BTC", "IXIC"))
    assert bitcoin["breadth"].why == "Does not apply to Bitcoin."
    assert nasdaq["funding"].why == "Does not apply to Nasdaq Composite."
    # To the 5th: the flow of the 6th is told in the night.
    assert bitcoin["flows"].value.value == pytest.approx(-1198.9)
    assert bitcoin["funding"].value.value == pytest.approx(-0.0152)
    assert bitcoin["zone"].value.inputs[:2] == (("zone low", 68_000), ("zone high", 70_000))


@pytest.mark.parametrize("key", ASSETS)
def test_a_board_of_nothing_but_its_asset_is_whole(key: str) -> None:
    board = scoreboard(key, {key: recording("2026-02-06")[key]})
    assert len(board.tests) == 12
    unknown = [test for test in board.tests if test.verdict is Verdict.UNKNOWN]
    assert all(test.why for test in unknown)
    assert board.passed <= board.applicable


def test_an_absent_or_one_day_old_asset_says_so() -> None:
    assert scoreboard("IXIC", {}).why == "There are no prices of Nasdaq Composite."
    assert (
        scoreboard("IXIC", {"IXIC": series("IXIC", [1.0])}).why
        == "The history of Nasdaq Composite is too short."
    )
    assert relief_rally(series("IXIC", [1.0])) is None


def test_a_shallow_fall_has_no_profile() -> None:
    board = scoreboard("GSPC", recording("2026-03-06"))
    assert board.profile is None
    assert board.why == "The fall was 3.4%; the tests are made for falls of 5%."


def test_a_follow_through_day_needs_more_volume_from_the_fourth_day() -> None:
    rise = [99 * 1.01**step for step in range(1, 4)]
    prices = [*FALL, *rise, rise[-1] * 1.02]
    flat = [1.0] * len(prices)

    def follow_through(closes: list[float], volume: list[float]) -> ReboundTest:
        return board_tests("IXIC", {"IXIC": series("IXIC", closes, volume=volume)})["follow_through"]

    came = follow_through(prices, [*flat[:-1], 2.0])
    assert (came.verdict, came.why) == (
        Verdict.NOT_YET,
        "It came; it counts from day 10, as its absence does.",
    )
    lighter = follow_through(prices, flat)
    assert (lighter.verdict, lighter.why) == (Verdict.NOT_YET, "Not by day 4; it is given until day 10.")
    later, rest = [*prices, *[prices[-1]] * 6], [1.0] * 6
    assert follow_through(later, [*flat[:-1], 2.0, *rest]).verdict is Verdict.PASS
    assert follow_through(later, [*flat, *rest]).verdict is Verdict.FAIL
    early = follow_through(prices[:-2], flat[:-2])
    assert early.why == "Day 2 of the attempt; the rule starts on day 4."


def test_volume_on_rising_days_is_a_share_of_all_volume() -> None:
    prices = [*FALL, 102.0, 101.0, 104.0]
    test = board_tests("IXIC", {"IXIC": series("IXIC", prices, volume=[1.0] * (len(prices) - 1) + [2.0])})[
        "volume"
    ]
    assert test.value.value == pytest.approx(75.0)
    assert test.verdict is Verdict.PASS


def test_without_its_term_structure_the_vix_neither_passes_nor_fails() -> None:
    prices = [*FALL, 102.0, 103.0, 104.0]
    asset = series("IXIC", prices)
    calm, wild = ([20.0] * (len(prices) - 4) + [40.0, last, last, last] for last in (20.0, 39.0))
    months = series("VIX3M", [25.0] * len(prices))
    for closes, alone, verdict in ((calm, "pass", Verdict.PASS), (wild, "fail", Verdict.FAIL)):
        known = {"IXIC": asset, "VIX": series("VIX", closes)}
        test = board_tests("IXIC", known)["volatility"]
        why = f"VIX3M is not in this history; the VIX alone would {alone}."
        assert (test.verdict, test.why) == (Verdict.UNKNOWN, why)
        assert board_tests("IXIC", {**known, "VIX3M": months})["volatility"].verdict is verdict
    early = {name: bars.until(bars.frame.index[-2].to_pydatetime()) for name, bars in known.items()}
    days = board_tests("IXIC", {name: bars for name, bars in early.items() if bars} | {"VIX3M": months})
    assert days["volatility"].why == "Day 2; three closes are needed."


def bitcoin(*closes: float) -> Bars:
    """A fall of Bitcoin from 90,000 to 62,000, and what came after."""
    return series("BTC", [*np.linspace(80_000, 90_000, 40), *np.linspace(88_000, 62_000, 15), *closes])


@pytest.mark.parametrize(
    ("closes", "verdict"),
    [
        ((72_667, 70_891, 68_114), Verdict.PASS),
        ((68_114, 70_891, 72_667), Verdict.PASS),
        ((72_667, 70_891, 67_999), Verdict.FAIL),
        ((69_000, 69_500, 70_000), Verdict.FAIL),
        ((72_667, 69_000, 69_000, 69_000), Verdict.FAIL),
        ((72_667, 70_891), Verdict.NOT_YET),
        ((60_000,), Verdict.NOT_YET),
    ],
)
def test_a_zone_is_held_by_three_closes_over_its_lower_price_and_one_over_its_upper(
    closes: tuple[float, ...], verdict: Verdict
) -> None:
    test = board_tests("BTC", {"BTC": bitcoin(*closes)})["zone"]
    assert test.verdict is verdict
    if verdict in (Verdict.PASS, Verdict.FAIL):
        assert test.value.value == pytest.approx(100 * (max(closes[-3:]) / 70_000 - 1))


@pytest.mark.parametrize("key", ASSETS)
@pytest.mark.parametrize("day", ["2025-12-19", "2026-02-06", "2026-02-08", "2026-03-06"])
def test_what_cannot_pass_does_not_fail(key: str, day: str) -> None:
    """Series that are not in the recording, and days that are too early, leave a test unknown."""
    tests = board_tests(key, recording(day))
    judged = {name for name, test in tests.items() if test.verdict in (Verdict.PASS, Verdict.FAIL)}
    assert judged.isdisjoint({"volatility", "macro", "funding"})
    assert all(test.why for test in tests.values() if test.verdict in (Verdict.UNKNOWN, Verdict.NOT_YET))
    low = scoreboard(key, recording(day)).rally
    assert low is not None
    if (date.fromisoformat(day) - low.low_day).days < 3:
        assert judged <= {"undercut", "retracement", "trend", "credit"}


def test_a_low_that_no_bounce_has_confirmed_cannot_be_undercut() -> None:
    slow = series("IXIC", [*FALL, 99.5, 99.7])
    test = board_tests("IXIC", {"IXIC": slow})["undercut"]
    assert (test.verdict, test.why) == (Verdict.NOT_YET, NO_BOUNCE)
    assert board_tests("IXIC", {"IXIC": series("IXIC", [*FALL, 102.0])})["undercut"].verdict is Verdict.PASS


def test_flows_are_judged_on_five_days_since_the_low() -> None:
    known = recording("2026-02-06")
    assert board_tests("BTC", known)["flows"].why == "0 published days since the low; 5 are needed."
    assert board_tests("BTC", recording("2026-02-13"))["flows"].verdict is Verdict.FAIL


def test_the_macro_test_passes_only_with_futures() -> None:
    known = recording("2026-02-06")
    assert board_tests("IXIC", known)["macro"].verdict is Verdict.UNKNOWN
    contract = december(datetime(2026, 2, 6, tzinfo=UTC))
    kept, lost = (
        replace(series("IXIC", [96.50, last], "2026-02-05"), instrument=contract) for last in (96.40, 96.35)
    )
    passes = board_tests("IXIC", {**known, "ZQZ26": kept})["macro"]
    assert passes.verdict is Verdict.PASS
    assert dict(passes.value.inputs)["cuts added since the low, bp"] == pytest.approx(-10)
    assert board_tests("IXIC", {**known, "ZQZ26": lost})["macro"].verdict is Verdict.FAIL
    late = replace(kept, frame=kept.frame.iloc[1:])
    test = board_tests("IXIC", {**known, "ZQZ26": late})["macro"]
    assert (test.verdict, test.why) == (
        Verdict.UNKNOWN,
        "The history of Fed funds future, December 2026 begins after 5 Feb 2026.",
    )


def test_programs_see_not_yet_as_unknown() -> None:
    assert Verdict.NOT_YET.for_programs == "unknown"
    assert Verdict.FAIL.for_programs == "fail"


def test_the_published_base_rate_stands_beside_with_its_own_n() -> None:
    board = scoreboard("IXIC", recording("2026-02-06"))
    assert board.published is not None
    assert (board.published.n, board.published.failed_share) == (252, 0.62)
    assert board.past.value is None
    assert board.null.value == pytest.approx(72.6, abs=0.05)


def test_a_verdict_of_the_past_does_not_change_with_what_came_later() -> None:
    days = ["2026-02-10", "2026-02-13", "2026-02-20"]
    for earlier, later in pairwise(days):
        then, now = scoreboard("IXIC", recording(earlier)), scoreboard("IXIC", recording(later))
        assert then.rally is not None
        assert now.rally is not None
        assert then.rally.low.value == now.rally.low.value


@settings(deadline=None, max_examples=30)
@given(
    key=st.sampled_from(ASSETS),
    places=st.sets(st.integers(-70, -1), min_size=1, max_size=3),
    price=st.sampled_from([0.0, -1.0, -0.0]),
)
def test_a_price_that_is_not_positive_says_so_and_raises_nothing(
    key: str, places: set[int], price: float
) -> None:
    known = recording("2026-02-06")
    closes = known[key].close.to_numpy(float).copy()
    closes[list(places)] = price
    spoilt = {**known, key: series(key, closes)}
    board = scoreboard(key, spoilt)
    assert board.rally is None
    assert board.why == f"The history of {known[key].instrument.name} holds a price that is not positive."
    assert relief_rally(spoilt[key]) is None
    assert track_record(spoilt[key]) == ()


def test_the_number_of_the_breadth_test_is_the_mean_that_is_tested() -> None:
    test = board_tests("IXIC", recording("2026-02-06"))["breadth"]
    inputs = dict(test.value.inputs)
    assert test.value.value is not None
    assert float(inputs["lowest mean of 10 sessions, percent"]) <= test.value.value
    assert test.value.value != inputs["rose on the last day, percent"]


HOLED = (*FALL, 102.0, 103.0, 104.0, 105.0)


def holed(prices: Sequence[float], *places: int, volume: bool = False) -> Bars:
    """The Nasdaq with sessions of which nothing is known."""
    bars = series("IXIC", prices, volume=[1.0] * len(prices) if volume else None)
    bars.frame.iloc[list(places)] = np.nan
    return bars


def test_a_missing_close_is_a_session_of_the_attempt() -> None:
    whole, gone = (board_tests("IXIC", {"IXIC": holed(HOLED, *at, volume=True)}) for at in ((), (-2,)))
    assert (
        whole["follow_through"].why == gone["follow_through"].why == "Not by day 4; it is given until day 10."
    )


def test_a_missing_close_leaves_open_what_it_could_decide() -> None:
    tests = board_tests("IXIC", {"IXIC": holed(HOLED, -2, volume=True)})
    why = "The close of Nasdaq Composite of 29 Sep 2025 is missing; it could decide this."
    for name in ("undercut", "volume"):
        assert (tests[name].verdict, tests[name].why) == (Verdict.UNKNOWN, why)
    assert (tests["retracement"].verdict, tests["retracement"].since) == (Verdict.PASS, date(2025, 9, 30))


def test_a_fact_stays_one_beside_a_missing_close() -> None:
    tests = board_tests("IXIC", {"IXIC": holed([*FALL, 102.0, 102.5, 103.0, 98.9], -3)})
    assert tests["undercut"].verdict is Verdict.FAIL


def test_a_missing_close_decides_a_mean_only_where_it_can() -> None:
    flat = [100.0] * 190
    far, near = ([*flat, *np.linspace(109, 99, 10), 103.0, 104.0, last] for last in (130.0, 100.6))
    assert board_tests("IXIC", {"IXIC": holed(far, 150)})["trend"].verdict is Verdict.PASS
    mean = np.mean(near[-50:])
    close = [*near[:-1], float(mean)]
    assert board_tests("IXIC", {"IXIC": holed(close, -20)})["trend"].verdict is Verdict.UNKNOWN


def test_a_zone_with_a_missing_close_is_lost_by_one_below_and_held_by_none() -> None:
    def zone(*closes: float) -> Verdict:
        bars = bitcoin(*closes)
        bars.frame.iloc[-2] = np.nan
        return board_tests("BTC", {"BTC": bars})["zone"].verdict

    assert zone(72_000, 71_000, 71_000) is Verdict.UNKNOWN
    assert zone(72_000, 71_000, 67_000) is Verdict.FAIL
