"""Correlation and beta through JSON, against plain sums over common sessions."""

from dataclasses import replace
from math import expm1, log1p
from statistics import correlation, linear_regression

import pytest

from analytics.alignment import align
from analytics.correlation import correlate
from api.envelope import write_time
from market.bars import InProgress
from market.instruments import Interval
from market.moments import parse_moment
from tests.api.answers.recorded import moves
from tests.api.service import RECORDING, ask, client, daily, shelf


def test_correlation_equals_a_plain_sum_over_common_sessions() -> None:
    body = ask("/api/v1/correlation?keys=IXIC,GLD,XLU&window=60&asof=2026-02-05")
    series = [moves(key, "2026-02-05") for key in body["keys"]]
    assert body["value"] == [[pytest.approx(correlation(x, y), abs=1e-12) for y in series] for x in series]


def test_a_cell_of_the_matrix_is_the_correlation_of_the_page() -> None:
    feed = RECORDING.as_of(parse_moment("2026-02-05"))
    pair = [feed.bars("BTC"), feed.bars("IXIC")]
    aligned = align(pair, {"BTC": feed.bars("BTC", Interval.HOUR)})
    expected = correlate(aligned["BTC"], aligned["IXIC"], 60, "spearman")

    body = ask("/api/v1/correlation?keys=BTC,IXIC&method=spearman&asof=2026-02-05")
    assert body["value"] == [[1, expected.value], [expected.value, 1]]
    assert body["low"][0][1] == body["low"][1][0] == expected.low
    assert body["high"][0][1] == body["high"][1][0] == expected.high
    assert body["n"] == [[60, 60], [60, 60]]


def test_a_pair_with_a_missing_side_has_no_correlation() -> None:
    asking = client(shelf(BTC=daily("BTC", [100.0 + n % 7 for n in range(80)])))
    body = ask("/api/v1/correlation?keys=BTC,ETH", asking=asking)
    assert body["value"] == [[1, None], [None, None]]
    assert body["n"] == [[60, 0], [0, 0]]
    assert body["missing"] == {"ETH": "Ether: the shelf has nothing to show for it."}


def test_without_any_series_every_cell_is_empty() -> None:
    body = ask("/api/v1/correlation?keys=BTC,ETH", asking=client(shelf()))
    assert body["value"] == body["low"] == body["high"] == [[None, None], [None, None]]
    assert body["missing"].keys() == {"BTC", "ETH"}


@pytest.mark.parametrize("key", ["BTC_FUNDING", "BTC_ETF_FLOW", "FNG"])
@pytest.mark.parametrize(
    ("question", "parameter"),
    [("correlation?keys=BTC,{}", "keys"), ("beta?asset={}", "asset"), ("beta?market={}", "market")],
)
def test_what_has_no_return_is_refused_by_name(key: str, question: str, parameter: str) -> None:
    error = ask(f"/api/v1/{question.format(key)}", 400)["error"]
    assert error["parameter"] == parameter
    assert key in error["problem"]


def test_a_bar_in_progress_is_no_part_of_a_beta_or_a_correlation() -> None:
    days = [100.0 + n % 7 for n in range(80)]
    pair = {key: daily(key, days) for key in ("BTC", "ETH")}
    opened = {key: replace(bars, in_progress=InProgress("elsewhere", 0.01)) for key, bars in pair.items()}
    newest_finished = write_time(pair["BTC"].frame.index[-2].to_pydatetime())
    body = ask("/api/v1/beta?asset=ETH&market=BTC", asking=client(shelf(**opened)))
    assert (body["state"], body["as_of"]) == ("final", newest_finished)
    assert "open bar" not in body["source"]
    body = ask("/api/v1/correlation?keys=BTC,ETH", asking=client(shelf(**opened)))
    assert {each["state"] for each in body["provenance"].values()} == {"final"}
    assert body["as_of"] == newest_finished


def test_beta_equals_a_plain_regression_over_common_sessions() -> None:
    body = ask("/api/v1/beta?asset=IGV&market=IXIC&window=60&asof=2026-02-05")
    slope = linear_regression(moves("IXIC", "2026-02-05"), moves("IGV", "2026-02-05")).slope
    assert body["beta"] == pytest.approx(slope, rel=1e-12)
    assert body["low"] < body["beta"] < body["high"]
    assert (body["n"], body["sampling"], body["flags"]) == (60, "New York closes", [])


def test_bitcoin_on_the_nasdaq_says_how_far_apart_the_closes_lie() -> None:
    body = ask("/api/v1/beta?asof=2026-02-05")
    assert (body["asset"], body["market"], body["window"], body["n"]) == ("BTC", "IXIC", 60, 60)
    assert 1.4 < body["beta"] < 1.8
    assert 0.50 < body["correlation"] < 0.57
    assert "async_3h" in body["flags"]


def test_a_beta_without_its_market_is_missing() -> None:
    body = ask("/api/v1/beta", asking=client(shelf(BTC=daily("BTC", [1.0] * 70))))
    assert (body["beta"], body["low"], body["se_hac"], body["beta_down"], body["n"]) == (
        None,
        None,
        None,
        None,
        0,
    )
    assert body["state"] == "missing"
    assert body["why"] == "Nasdaq Composite: the shelf has nothing to show for it."


def test_a_window_longer_than_the_history_is_missing_and_says_so() -> None:
    body = ask("/api/v1/beta?window=252&asof=2025-03-03")
    assert body["beta"] is None
    assert body["why"].startswith("The history holds")
    body = ask("/api/v1/correlation?keys=IXIC,GLD&window=252&asof=2025-03-03")
    assert body["value"] == [[None, None], [None, None]]
    assert body["why"].startswith("The history holds")


def test_a_conditional_move_is_the_intercept_and_beta_together() -> None:
    body = ask("/api/v1/beta?asof=2026-02-05")
    moved = next(each for each in body["implied_moves"] if each["market_move_pct"] == -1.0)
    expected = 100 * expm1(log1p(body["alpha_pct"] / 100) + body["beta"] * log1p(-0.01))
    assert moved["value"] == pytest.approx(expected, abs=1e-9)
    assert moved["low"] < moved["value"] < moved["high"]


@pytest.mark.parametrize("asof", ["2026-02-05", "2026-03-06"])
def test_a_pair_is_the_same_whoever_else_is_asked_for(asof: str) -> None:
    alone = ask(f"/api/v1/correlation?keys=BTC,IXIC&window=20&asof={asof}")
    among = ask(f"/api/v1/correlation?keys=SOL,IXIC,ETH,BTC,DXY&window=20&asof={asof}")
    for name in ("value", "low", "high", "n"):
        assert among[name][3][1] == among[name][1][3] == alone[name][0][1]
