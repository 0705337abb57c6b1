"""Funding, open interest, flows, mood and fallen coins, against the vectors and the published figures."""

import math

import pandas as pd
import pytest

from analytics import crypto
from market import catalogue
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Interval
from tests.analytics.recorded import recording
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}
COINS = ("ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "LINK", "AVAX")


def series(key: str, values: list[float], start: str = "2026-01-01", step: str = "1D") -> Bars:
    index = pd.date_range(start, periods=len(values), freq=step, tz="UTC")
    frame = pd.DataFrame(math.nan, index=index, columns=list(COLUMNS))
    frame["close"] = values
    came = Provenance("test", key, index[-1].to_pydatetime(), "close")
    return Bars(catalogue.load()[key], Interval.DAY, frame, came)


# Kernels


def test_funding_matches_the_vectors() -> None:
    given = BY_KEY["7.1a"].given
    both = [crypto.funding_simple(**given), crypto.funding_compound(**given)]
    assert both == pytest.approx(BY_KEY["7.1a"].expect, abs=BY_KEY["7.1a"].tolerance)
    assert crypto.funding_simple(**BY_KEY["7.1b"].given) == pytest.approx(BY_KEY["7.1b"].expect, abs=2e-6)
    given = BY_KEY["7.2"].given
    both = [crypto.funding_eight_hours(**given), crypto.funding_simple(**given)]
    assert both == pytest.approx(BY_KEY["7.2"].expect, abs=BY_KEY["7.2"].tolerance)


@pytest.mark.parametrize("key", ["7.6", "7.7"])
def test_the_funding_formula_matches_the_vectors(key: str) -> None:
    vector = BY_KEY[key]
    assert crypto.funding_rate(**vector.given) == pytest.approx(vector.expect, abs=vector.tolerance)


@pytest.mark.parametrize(
    ("key", "sum_"),
    [
        ("7.3", crypto.basis),
        ("7.5", crypto.open_interest_in_coins),
        ("7.8", crypto.peg_deviation_bp),
    ],
)
def test_basis_open_interest_and_peg_match_the_vectors(key: str, sum_) -> None:  # type: ignore[no-untyped-def]
    vector = BY_KEY[key]
    assert sum_(**vector.given).value == pytest.approx(vector.expect, abs=vector.tolerance)


def test_etf_flows_by_shares_and_by_assets_match_the_vectors() -> None:
    shares, assets = BY_KEY["8.9a"], BY_KEY["8.9b"]
    assert crypto.flow_from_shares(shares.given["shares"], shares.given["nav"]) == pytest.approx(
        shares.expect
    )
    given = assets.given
    flow = crypto.flow_from_assets(given["aum"], given["aum_before"], given["ret"])
    assert flow == pytest.approx(assets.expect, abs=assets.tolerance)


def test_bad_input_is_missing_with_a_sentence() -> None:
    bad = (
        crypto.basis(1.0, 0.0, 30),
        crypto.basis(1.0, 1.0, 0),
        crypto.perpetual_premium(1.0, math.nan),
        crypto.open_interest_in_coins(math.nan, 0.1),
        crypto.open_interest_in_coins(0.1, -1.0),
        crypto.peg_deviation_bp(math.nan),
        crypto.dominance({"ETH": 1.0}),
        crypto.dominance({"BTC": 1.0, "ETH": math.nan}),
        crypto.funding_across([]),
    )
    assert all(result.value is None and result.why for result in bad)


def test_funding_across_venues_is_weighted_by_open_interest_on_eight_hours() -> None:
    venues = [
        crypto.VenueFunding("a", 1e-4, 8, 3e9),
        crypto.VenueFunding("b", -1e-4, 4, 1e9),
        crypto.VenueFunding("c", math.nan, 8, 9e9),
    ]
    result = crypto.funding_across(venues)
    assert (result.value, result.n) == (pytest.approx(0.25e-4), 2)


def test_dominance_is_a_share() -> None:
    assert crypto.dominance({"BTC": 3.0, "ETH": 1.0}).value == 0.75
    assert crypto.perpetual_premium(101.0, 100.0).value == pytest.approx(0.01)


# Pages


def test_a_funding_run_counts_prints_of_one_sign() -> None:
    def run(*rates: float) -> float | None:
        return crypto.funding_summary(series("BTC_FUNDING", list(rates), step="8h")).run.value

    assert run(0.01, -0.01, -0.02) == -2
    assert run(0.01, 0.02) == 2
    assert run(0.01, 0.0) == 0
    assert run(-0.01, 0.0, -0.01) == -1


def test_recorded_funding_on_the_fifth_of_february() -> None:
    prints = recording("2026-02-05")["BTC_FUNDING"]
    funding = crypto.funding_summary(prints)
    last = float(prints.close.iloc[-1])
    assert funding.last.value == last
    assert funding.annual.value == pytest.approx(last * 3 * 365)
    recent = prints.close.iloc[-90:]
    assert funding.median.n == 90
    assert funding.share_negative.value == pytest.approx(100 * (recent < 0).mean())
    assert dict(funding.median.inputs)["neutral"] == pytest.approx(0.01)


def test_a_flow_sum_waits_for_all_its_days() -> None:
    flows = crypto.flow_summary(series("BTC_ETF_FLOW", [10.0, -5.0, -1.0, -4.0]))
    assert flows.sum_5.value is None
    assert flows.sum_5.why == "4 of 5 days are published."
    assert flows.inflow_days_of_5.value is None
    assert (flows.last.value, flows.streak.value) == (-4.0, -3)


def test_recorded_flows_add_up() -> None:
    bars = recording("2026-02-05")["BTC_ETF_FLOW"]
    flows = crypto.flow_summary(bars)
    assert flows.sum_5.value == pytest.approx(bars.close.iloc[-5:].sum())
    assert flows.sum_20.value == pytest.approx(bars.close.iloc[-20:].sum())
    assert flows.sum_5.unit == "million USD"


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (0, "extreme fear"),
        (25, "extreme fear"),
        (26, "fear"),
        (50, "neutral"),
        (55, "greed"),
        (100, "extreme greed"),
    ],
)
def test_mood_has_the_publishers_words(value: float, word: str) -> None:
    assert crypto.mood_word(value) == word


def test_mood_remembers_a_week_and_says_when_it_cannot() -> None:
    now = crypto.mood(series("FNG", [50.0, 40, 30, 20, 10, 9, 8, 12]))
    assert (now.value.value, now.word) == (12, "extreme fear")
    assert (now.yesterday.value, now.week_ago.value, now.low_30.value) == (8, 50, 8)
    assert now.month_ago.value is None
    assert now.month_ago.why == "There is no value 30 days before."


def test_recorded_coins_stand_where_the_published_figures_put_them() -> None:
    known = recording("2026-02-05")
    falls = crypto.coin_falls(known[key] for key in COINS)
    by_key = {row.key: row.fall.value for row in falls.rows}
    assert by_key["ETH"] == pytest.approx(-62.2, abs=0.05)
    assert by_key["SOL"] == pytest.approx(-70.1, abs=0.05)
    assert by_key["AVAX"] == pytest.approx(-81.1, abs=0.05)
    inside = sum(-85 <= fall <= -65 for fall in by_key.values() if fall is not None)
    assert falls.in_band.value == pytest.approx(100 * inside / 8)
    assert list(by_key.values()) == sorted(by_key.values())  # type: ignore[type-var]


def test_a_coin_without_the_year_is_missing_and_left_out_of_the_counts() -> None:
    coins = [series("ETH", [2.0, 1.0], start="2026-01-02"), series("SOL", [10.0, 3.0], start="2025-12-31")]
    falls = crypto.coin_falls(coins)
    assert [row.key for row in falls.rows] == ["SOL", "ETH"]
    assert falls.rows[1].fall.why == "There are no closes of 2025."
    assert (falls.in_band.value, falls.in_band.n) == (100, 1)
    assert crypto.coin_falls([]).median.why == "No coin has prices."
