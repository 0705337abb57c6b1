"""The rebound scoreboard, against the recorded February 2026 and made-up markets."""

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
from analytics.rebound_tests import FINDERS, ReboundTest, Verdict, ema, thrusts
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
    assert bitcoin["flows"].value.value == pytest.approx(
        -1198.9
    )  # to the 5th: the flow of the 6th is told in the night
    assert bitcoin["funding"].verdict is Verdict.FAIL
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

    assert follow_through(prices, [*flat[:-1], 2.0]).verdict is Verdict.PASS
    lighter = follow_through(prices, flat)
    assert (lighter.verdict, lighter.why) == (Verdict.NOT_YET, "Not by day 4; it is given until day 10.")
    early = follow_through(prices[:-2], flat[:-2])
    assert early.why == "Day 2 of the attempt; the rule starts on day 4."


def test_volume_on_rising_days_is_a_share_of_all_volume() -> None:
    prices = [*FALL, 102.0, 101.0, 104.0]
    test = board_tests("IXIC", {"IXIC": series("IXIC", prices, volume=[1.0] * (len(prices) - 1) + [2.0])})[
        "volume"
    ]
    assert test.value.value == pytest.approx(75.0)
    assert test.verdict is Verdict.PASS


def test_the_vix_needs_its_term_structure_to_pass_but_not_to_fail() -> None:
    prices = [*FALL, 102.0, 103.0, 104.0]
    asset = series("IXIC", prices)
    calm, wild = ([20.0] * (len(prices) - 4) + [40.0, last, last, last] for last in (20.0, 39.0))
    known = {"IXIC": asset, "VIX": series("VIX", calm)}
    test = board_tests("IXIC", known)["volatility"]
    assert (test.verdict, test.why) == (
        Verdict.UNKNOWN,
        "VIX3M is not in this history; the VIX alone would pass.",
    )
    assert board_tests("IXIC", {**known, "VIX": series("VIX", wild)})["volatility"].verdict is Verdict.FAIL
    months = {**known, "VIX3M": series("VIX", [25.0] * len(prices))}
    assert board_tests("IXIC", months)["volatility"].verdict is Verdict.PASS


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
    assert board.null.value == pytest.approx(78.3, abs=0.05)


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
