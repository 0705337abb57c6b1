"""The stress score: vectors, the recorded February 2026, hysteresis, and missing parts."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.stress import stress
from analytics.stress_components import BLOCKS, CRYPTO_COMPONENTS, by_day, stand
from analytics.stress_error import WEIGHTS, history_error, score_error
from analytics.stress_score import (
    SCALE,
    bands_between,
    combine,
    ewma_correlations,
    regimes,
    say_score,
    weighted_mean,
)
from analytics.stress_words import like_with_like, regime_now, regime_word, why_regime
from market.bars import InProgress, State
from market.scales import Severity
from tests.analytics.recorded import recording
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}


# Arithmetic


@pytest.mark.parametrize("key", ["5.1", "5.2"])
def test_the_score_and_its_contributions_match_the_vectors(key: str) -> None:
    vector = BY_KEY[key]
    score, contributions = combine(**vector.given)
    assert [score, *contributions] == pytest.approx(vector.expect, abs=vector.tolerance)


def test_the_weight_of_a_missing_block_is_spread() -> None:
    vector = BY_KEY["5.3"]
    assert weighted_mean(**vector.given) == pytest.approx(vector.expect, abs=vector.tolerance)


shares = st.lists(st.floats(0, 1), min_size=6, max_size=6)


@given(shares, shares.filter(lambda each: sum(each) > 0.01), st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_contributions_add_up_and_the_score_stays_on_its_scale(
    scores: list[float], weights: list[float], phi: float, seed: int
) -> None:
    draws = np.random.default_rng(seed).standard_normal((6, 9))
    correlation = np.corrcoef(draws)
    spread = np.array(weights) / sum(weights)
    score, contributions = combine(scores, spread, correlation, phi)
    assert contributions.sum() == pytest.approx(score, abs=1e-9)
    assert -1e-9 <= score <= 100 * float(spread @ np.array(scores)) + 1e-9


def test_a_plain_loop_agrees_on_the_correlations() -> None:
    scores = np.random.default_rng(7).random((50, 3))
    scores[10:20, 1] = np.nan
    covariance = np.eye(3) / 12
    for row in scores - 0.5:
        for i in range(3):
            for j in range(3):
                if not np.isnan(row[i] * row[j]):
                    covariance[i, j] = 0.97 * covariance[i, j] + 0.03 * row[i] * row[j]
    scale = np.sqrt(np.diag(covariance))
    assert ewma_correlations(scores)[-1] == pytest.approx(covariance / np.outer(scale, scale), abs=1e-12)


def test_correlations_start_from_the_identity() -> None:
    assert ewma_correlations(np.full((1, 2), np.nan))[0].tolist() == [[1, 0], [0, 1]]


# Regimes


def regime_of(*scores: float) -> list[str]:
    return list(regimes(pd.Series(scores, dtype=float)))


def test_a_regime_rises_at_once_and_may_skip_a_band() -> None:
    assert regime_of(30, 40, 81) == ["calm", "elevated", "crisis"]


def test_a_regime_falls_after_three_closes_five_points_under_its_floor() -> None:
    assert regime_of(62, 54, 54, 54) == ["stress", "stress", "stress", "elevated"]
    assert regime_of(62, 56, 56, 56, 56) == ["stress"] * 5
    assert regime_of(62, 54, 54, 58, 54, 54) == ["stress"] * 6


def test_a_collapse_falls_through_two_bands() -> None:
    assert regime_of(62, 20, 20, 20) == ["stress", "stress", "stress", "calm"]


def test_a_missing_score_keeps_the_regime_and_ends_the_run() -> None:
    assert regime_of(62, 54, 54, float("nan"), 54, 54, 54)[-2:] == ["stress", "elevated"]


# The score of the recording


def test_recorded_score_of_the_fifth_of_february() -> None:
    found = stress(recording("2026-02-05"))
    assert found.score.value == pytest.approx(55.06, abs=0.05)
    assert (found.regime, found.since) == (Severity.ELEVATED, date(2026, 2, 3))
    assert found.tradfi.value == pytest.approx(52.7, abs=0.05)
    assert found.crypto.value == pytest.approx(98.4, abs=0.05)
    assert found.coverage.value == pytest.approx(71.5)
    assert found.is_partial
    assert not found.is_provisional
    assert found.score.flags == ("young", "gap")  # the dollar has no close of 5 March 2025
    assert found.tradfi_day == date(2026, 2, 5)


def test_recorded_contributions_add_up_to_the_score() -> None:
    for day in ("2026-02-05", "2026-02-06", "2026-03-06"):
        found = stress(recording(day))
        assert found.score.value is not None
        total = sum(block.contribution.value or 0.0 for block in found.blocks)
        assert total == pytest.approx(found.score.value, abs=1e-9)
        assert sum(block.weight for block in found.blocks) == pytest.approx(1)


def test_the_mean_of_the_blocks_is_the_score_and_its_diversification() -> None:
    found = stress(recording("2026-02-05"))
    assert found.score.value is not None
    assert found.discount.value is not None
    mean = sum(block.weight * (block.score.value or 0.0) for block in found.blocks)
    assert found.score.value + found.discount.value == pytest.approx(mean, abs=1e-9)


def test_components_that_are_not_there_are_named() -> None:
    found = stress(recording("2026-02-05"))
    assert "VIX against three months: VIX3M not available." in found.missing
    assert "S&P 500, under its 125-day mean: 150 of 252 observations." in found.missing
    together = next(block for block in found.blocks if block.key == "co-movement")
    assert (together.weight, together.score.value, together.contribution.value) == (0, None, None)


def test_before_a_year_of_history_there_is_no_score_and_the_reason() -> None:
    found = stress(recording("2025-06-30"))
    assert (found.score.value, found.regime, found.since) == (None, None, None)
    assert found.score.why == "Only 0% of the weight is available; 50% is needed."
    assert len(found.missing) == sum(len(block.components) for block in BLOCKS)
    assert found.history["score"].isna().all()


def test_nothing_known_is_a_whole_answer() -> None:
    found = stress({})
    assert found.score.why == "None of the series of the score is available."
    assert found.blocks == ()


def test_bitcoin_alone_has_its_headline_and_no_score() -> None:
    found = stress({"BTC": recording("2026-02-06")["BTC"]})
    assert found.score.value is None
    assert found.crypto.value == pytest.approx(99.6, abs=0.05)
    assert found.tradfi_day is None


def test_half_of_the_series_still_make_a_score_or_a_reason() -> None:
    known = recording("2026-02-06")
    for keys in (list(known)[::2], list(known)[1::2]):
        found = stress({key: known[key] for key in keys})
        assert (found.score.value is None) == bool(found.score.why)


def test_over_a_weekend_only_crypto_moves() -> None:
    friday, saturday = stress(recording("2026-02-06")), stress(recording("2026-02-07"))
    assert saturday.tradfi_day == date(2026, 2, 6)
    pairs = zip(friday.blocks, saturday.blocks, strict=True)
    changed = {before.key for before, after in pairs if before.score.value != after.score.value}
    assert changed == {"crypto"}
    assert len(saturday.history) == len(friday.history)


def test_before_its_utc_day_has_ended_a_session_is_provisional() -> None:
    assert stress(recording("2026-02-05T21:30Z")).is_provisional


def test_crypto_from_yesterday_stands_in_for_a_day_and_not_longer() -> None:
    known = recording("2026-02-05")
    known["BTC"] = recording("2026-02-04")["BTC"]
    assert stress(known).crypto.value is not None
    known["BTC"] = recording("2026-02-03")["BTC"]
    assert stress(known).crypto.value is None


@pytest.mark.parametrize("day", ["2026-02-05", "2026-02-13", "2026-02-27"])
def test_a_score_does_not_change_with_what_came_later(day: str) -> None:
    then, later = stress(recording(day)).history, stress(recording("2026-03-06")).history
    pd.testing.assert_frame_equal(then, later.loc[then.index], check_exact=True)


@settings(max_examples=8, deadline=None)
@given(st.integers(300, 430))
def test_a_component_does_not_change_with_what_came_later(length: int) -> None:
    bars = recording("2026-03-06")["BTC"]
    cut = bars.until(bars.frame.index[length - 1].to_pydatetime())
    assert cut is not None
    for component in CRYPTO_COMPONENTS[:3]:
        then = stand(component, by_day({"BTC": cut}, BLOCKS))
        later = stand(component, by_day({"BTC": bars}, BLOCKS))
        pd.testing.assert_series_equal(then.ranks, later.ranks.loc[then.ranks.index], check_exact=True)


def test_the_score_of_an_earlier_session_is_what_it_was_then() -> None:
    now, then = stress(recording("2026-02-06")), stress(recording("2026-02-05"))
    past = now.past(1)
    assert past.value == pytest.approx(then.score.value, abs=1e-9)
    assert past.as_of == datetime(2026, 2, 6, tzinfo=UTC)
    assert dict(past.inputs)["session"] == "5 Feb 2026"


def test_before_the_first_score_there_is_none() -> None:
    found = stress(recording("2026-02-05"))
    why = f"There are {found.history['score'].notna().sum()} scores so far."
    assert (found.past(9_999).value, found.past(9_999).why) == (None, why)


def test_the_uncertainty_is_a_number_where_there_is_a_score() -> None:
    found = stress(recording("2026-02-05"))
    assert found.uncertainty_number.value == found.uncertainty
    assert stress({}).uncertainty_number.value is None


# One regime, one rounding


@given(st.floats(0, 100))
def test_a_score_never_reads_as_a_band_that_it_is_not_in(score: float) -> None:
    assert SCALE.band_of(float(say_score(score))) is SCALE.band_of(score)
    assert float(say_score(score)) == pytest.approx(score, abs=0.5)


@pytest.mark.parametrize(
    ("score", "printed"), [(59.8, "59.8"), (59.4, "59"), (59.96, "59.96"), (59.999, "59.99"), (60.2, "60")]
)
def test_a_score_just_under_a_floor_keeps_the_decimals_it_needs(score: float, printed: str) -> None:
    assert say_score(score) == printed


def test_the_regime_is_one_word_and_the_band_of_today_is_said_beside_it() -> None:
    found = stress(recording("2026-02-25"))
    assert (found.regime, found.band) == (Severity.STRESS, Severity.ELEVATED)
    assert regime_word(found).startswith("stress")
    assert "Stress since 23 Feb 2026; the newest score alone would be elevated." in why_regime(found)


def test_a_complete_score_on_a_long_history_is_in_one_regime() -> None:
    found = replace(stress(recording("2026-02-25")), could_be=(Severity.STRESS,))
    assert (regime_word(found), regime_now(found)) == ("stress", "in stress")


def test_a_partial_score_names_what_else_it_may_be_with_its_coverage_and_its_error() -> None:
    found = stress(recording("2026-02-05"))
    assert found.could_be == (Severity.ELEVATED, Severity.STRESS)
    assert found.uncertainty == pytest.approx(9.4, abs=0.4)
    assert regime_now(found) == "elevated or stress (±9 points at 72% coverage)"


def test_a_score_that_may_lie_in_three_bands_has_no_regime() -> None:
    assert bands_between(39.0, 61.0) == (Severity.CALM, Severity.ELEVATED, Severity.STRESS)
    found = replace(
        stress(recording("2026-02-05")), regime=None, since=None, could_be=bands_between(39.0, 61.0)
    )
    assert regime_word(found) == "no regime can be told"
    assert "calm or elevated or stress" in why_regime(found)


# What it stands on


def test_the_error_grows_with_what_is_missing_and_shrinks_with_history() -> None:
    assert score_error(1.0, [(1.0, 9_000)]) == WEIGHTS
    young = [score_error(1.0, [(1.0, n)]) for n in (252, 504, 1260, 4000)]
    assert young == sorted(young, reverse=True)
    gaps = [score_error(share, [(1.0, 9_000)]) for share in (1.0, 0.9, 0.75, 0.5)]
    assert gaps == sorted(gaps)


def test_one_young_component_weighs_only_what_it_carries() -> None:
    assert history_error([(0.9, 9_000), (0.1, 300)]) == pytest.approx(0.1 * history_error([(1.0, 300)]))
    assert history_error([]) == 0.0


def test_a_component_that_comes_of_age_is_never_told_as_a_move() -> None:
    found = stress(recording("2026-02-06"))
    young = found.compared(3)
    assert young is not None
    assert not young.is_same_basket
    assert young.coverage_then == pytest.approx(68.5)
    assert young.coverage_now == pytest.approx(71.5)
    assert young.move.value != pytest.approx((found.score.value or 0.0) - (young.then.value or 0.0))
    assert "coverage was 68% then and is 72% now" in like_with_like(young)


def test_on_the_same_components_the_move_is_the_difference_of_the_scores() -> None:
    found = stress(recording("2026-02-06"))
    same = found.compared(1)
    assert same is not None
    assert same.is_same_basket
    assert same.move.value == (found.score.value or 0.0) - float(found.history["score"].iloc[-2])
    assert like_with_like(same) == ""


def test_like_with_like_equals_the_score_without_the_component_that_came() -> None:
    """On both days the move is that of the score on the series that both days rank."""
    known = recording("2026-02-04")
    compared = stress(known).compared(1)
    assert compared is not None
    past = stress(known).through_time
    assert past is not None
    shared = past.basket(-1) & past.basket(-2)
    scores, _ = past.only(shared).score(past.weights)
    assert compared.move.value == pytest.approx(scores[-1] - scores[-2], abs=1e-9)


def test_the_history_marks_the_sessions_on_which_the_components_changed() -> None:
    history = stress(recording("2026-03-06")).history
    scored = history[history["score"].notna()].iloc[1:]
    assert list(scored.index[scored["new_basket"]].strftime("%Y-%m-%d")) == ["2026-02-03", "2026-02-05"]


def test_one_sentence_says_what_is_in_a_number_of_a_weekend() -> None:
    found = stress(recording("2026-02-07"))
    said = "Stocks at the New York close of 6 Feb 2026; crypto over the UTC day of 7 Feb 2026"
    assert found.made_at == said
    assert found.score.sampling == said
    assert found.score.as_of == datetime(2026, 2, 8, tzinfo=UTC)


def test_without_crypto_nothing_of_crypto_is_in_the_number() -> None:
    found = stress(recording("2026-02-07"))
    assert found.tradfi.as_of == datetime(2026, 2, 6, 21, tzinfo=UTC)
    assert "crypto" not in found.tradfi.sampling
    assert "Binance" not in found.tradfi.source


def test_a_day_in_progress_is_said_to_be_open() -> None:
    known = recording("2026-02-07")
    known["BTC"] = replace(known["BTC"], in_progress=InProgress("elsewhere", 0.01))
    found = stress(known)
    assert found.made_at.endswith("crypto in the UTC day, still running, of 7 Feb 2026")
    assert found.score.state is State.PROVISIONAL
    assert found.tradfi.state is not State.PROVISIONAL
