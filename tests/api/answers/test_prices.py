"""Prices and readings through JSON, against published figures and a few lines of arithmetic."""

from datetime import timedelta
from itertools import pairwise

import pytest

from analytics.readings import read
from data_sources.errors import Unreachable
from market import catalogue
from market.moments import parse_moment
from market.readings import State
from tests.api.answers.recorded import recorded
from tests.api.service import RECORDING, ask, client, daily, shelf

KNOWN = catalogue.load()
CONTRACT = {
    *("last", "change_1d_pct", "change_1w_pct", "ytd_pct", "drawdown_pct"),
    *("from_2025_high_pct", "streak", "rank_252", "realised_vol_pct"),
}


def reading(key: str, name: str, asof: str) -> float:
    number = ask(f"/api/v1/readings?keys={key}&asof={asof}")[key][name]
    assert isinstance(number["value"], float), number
    return number["value"]


@pytest.mark.parametrize(
    ("key", "name", "asof", "value", "places"),
    [
        ("IXIC", "last", "2026-02-05", 22540.59, 2),
        ("IXIC", "change_1d_pct", "2026-02-05", -1.59, 2),
        ("IXIC", "rank_252", "2026-02-05", 25, 0),
        ("IXIC", "ytd_pct", "2026-02-05", -3.02, 2),
        ("IXIC", "streak", "2026-02-05", -3, 0),
        ("IGV", "ytd_pct", "2026-02-05", -24.62, 2),
        ("SOX", "ytd_pct", "2026-02-05", 7.50, 2),
        ("XLP", "ytd_pct", "2026-02-05", 11.89, 2),
        ("IGV", "from_2025_high_pct", "2026-02-05", -32.36, 2),
        ("XLK", "from_2025_high_pct", "2026-02-05", -10.81, 2),
        ("ETH", "from_2025_high_pct", "2026-02-05", -62.2, 1),
        ("SOL", "from_2025_high_pct", "2026-02-05", -70.1, 1),
        ("AVAX", "from_2025_high_pct", "2026-02-05", -81.1, 1),
        ("BTC", "last", "2026-02-05", 62910, 0),
        ("BTC", "change_1d_pct", "2026-02-05", -14.02, 2),
        ("BTC", "drawdown_pct", "2026-02-05", -49.53, 2),
        ("BTC", "change_1d_pct", "2026-02-06", 12.19, 2),
        ("IXIC", "change_1d_pct", "2026-02-06", 2.18, 2),
        ("DJI", "change_1d_pct", "2026-02-06", 2.47, 2),
    ],
)
def test_the_published_figures_are_answered(
    key: str, name: str, asof: str, value: float, places: int
) -> None:
    assert round(reading(key, name, asof), places) == value


@pytest.mark.parametrize("key", ["IXIC", "IGV", "GLD", "BTC", "ETH"])
@pytest.mark.parametrize("asof", ["2025-11-21", "2026-01-30", "2026-02-05", "2026-03-05"])
def test_readings_equal_what_a_few_lines_make_of_the_files(key: str, asof: str) -> None:
    days = recorded(key, asof)
    closes = [close for _, close in days]
    last = closes[-1]
    newest = days[-1][0]
    week_before = next(close for day, close in reversed(days) if day <= newest - timedelta(days=7))
    returns = [after / before - 1 for before, after in pairwise(closes)]
    year_before = [close for day, close in days if day.year < newest.year]
    sign = 1 if returns[-1] > 0 else -1
    run = next((n for n, each in enumerate(reversed(returns)) if each * sign <= 0), len(returns))

    expected = {
        "last": last,
        "change_1d_pct": 100 * returns[-1],
        "change_1w_pct": 100 * (last / week_before - 1),
        "ytd_pct": 100 * (last / year_before[-1] - 1) if year_before else None,
        "drawdown_pct": 100 * (last / max(closes) - 1),
        "from_2025_high_pct": 100 * (last / max(close for day, close in days if day.year == 2025) - 1),
        "streak": sign * run,
        "rank_252": sum(each <= returns[-1] for each in returns[-252:]) if len(returns) >= 252 else None,
    }

    answered = ask(f"/api/v1/readings?keys={key}&asof={asof}")[key]
    for name, value in expected.items():
        assert answered[name]["value"] == (None if value is None else pytest.approx(value, rel=1e-12)), name
        assert (answered[name]["state"] == "missing") == (value is None), name


def test_a_number_in_json_is_the_number_of_the_page_to_the_last_digit() -> None:
    feed = RECORDING.as_of(parse_moment("2026-02-05"))
    answered = ask("/api/v1/readings?asof=2026-02-05")
    for bars in feed.many(KNOWN):
        shown = {name: number.value for name, number in read(bars).numbers.items()}
        assert {name: each["value"] for name, each in answered[bars.key].items()} == shown


def test_every_number_of_the_contract_is_an_envelope() -> None:
    for numbers in ask("/api/v1/readings?keys=IXIC,BTC,US10Y,FNG,BTC_ETF_FLOW,BTC_FUNDING").values():
        assert numbers.keys() >= CONTRACT
        for number in numbers.values():
            assert number.keys() >= {
                "value", "unit", "as_of", "fetched_at", "source", "state", "sampling", "formula", "n"
            }  # fmt: skip
            assert number["state"] in set(State)
            assert (number["value"] is None) == (number["state"] == "missing") == ("why" in number)


def test_a_reading_that_cannot_be_had_says_why_and_leaves_the_others_alone() -> None:
    asking = client(shelf(BTC=daily("BTC", [100.0, 110.0]), ETH=Unreachable(KNOWN["ETH"], "shop")))
    body = ask("/api/v1/readings?keys=BTC,ETH", asking=asking)
    assert body["BTC"]["change_1d_pct"]["value"] == pytest.approx(10)
    assert body["ETH"].keys() == body["BTC"].keys()
    assert {number["why"] for number in body["ETH"].values()} == {"Ether: shop did not answer."}
    assert {number["state"] for number in body["ETH"].values()} == {"missing"}


def test_a_yield_that_cannot_be_had_is_missing_in_basis_points_too() -> None:
    asking = client(shelf(US10Y=Unreachable(KNOWN["US10Y"], "shop")))
    body = ask("/api/v1/readings?keys=US10Y", asking=asking)
    assert body["US10Y"].keys() == ask("/api/v1/readings?keys=US10Y")["US10Y"].keys()


# Bars


def test_bars_carry_the_instant_they_were_complete() -> None:
    body = ask("/api/v1/bars/IXIC?start=2026-02-05&end=2026-02-05")
    assert body["bars"] == [
        {
            "time": "2026-02-05T21:00:00Z",
            "date": "2026-02-05",
            "open": None,
            "high": None,
            "low": None,
            "close": 22540.59,
            "volume": None,
            "final": True,
        }
    ]
    assert (body["key"], body["interval"]) == ("IXIC", "1d")
    assert body["provenance"] == {
        "source": "Nasdaq",
        "symbol": "IXIC",
        "fetched_at": "2026-03-07T00:00:00Z",
        "sampling": "close@16:00 NY",
        "state": "recorded",
        "delay_minutes": 0,
        "stale_because": None,
        "in_progress": None,
        "second_opinion": None,
        "set_aside": [],
        "filled": [],
    }


def test_a_utc_day_is_asked_for_by_its_own_date() -> None:
    (bar,) = ask("/api/v1/bars/btc?start=2026-02-05&end=2026-02-05")["bars"]
    assert (bar["time"], bar["date"], bar["close"]) == ("2026-02-06T00:00:00Z", "2026-02-05", 62910)
    assert (bar["low"], bar["volume"]) == (62345, 106299)


def test_the_bar_in_progress_is_not_final() -> None:
    *_, before, last = ask("/api/v1/bars/BTC")["bars"]
    assert (before["final"], last["final"]) == (True, False)
    assert last["time"] == "2026-02-07T15:00:00Z"


def test_the_venue_of_the_bar_in_progress_is_named_with_its_move() -> None:
    progress = ask("/api/v1/bars/BTC")["provenance"]["in_progress"]
    number = ask("/api/v1/readings?keys=BTC")["BTC"]["change_1d_pct"]
    assert progress == {"source": "Yahoo Finance composite", "change_pct": number["value"]}
    assert ask("/api/v1/bars/BTC?asof=2026-02-05")["provenance"]["in_progress"] is None


def test_hours_are_answered_where_they_are_known() -> None:
    body = ask("/api/v1/bars/BTC?interval=1h&start=2026-02-05T00:00Z&end=2026-02-05T03:00Z")
    assert [bar["time"][11:16] for bar in body["bars"]] == ["01:00", "02:00", "03:00"]
    assert "hours" not in body


def test_nothing_after_the_moment_is_reachable() -> None:
    bars = ask("/api/v1/bars/IXIC?asof=2026-02-05T20:59Z&end=2026-03-05")["bars"]
    assert bars[-1]["date"] == "2026-02-04"


def test_a_stretch_without_bars_is_empty() -> None:
    assert ask("/api/v1/bars/IXIC?start=2026-02-07&end=2026-02-08&asof=2026-02-09")["bars"] == []


def test_bars_that_cannot_be_had_are_not_found_and_say_why() -> None:
    error = ask("/api/v1/bars/GLD?interval=1h", 404)["error"]
    assert error == {"parameter": "key", "problem": "Gold (GLD): the recording has nothing to show for it."}


def test_the_catalogue_is_answered_in_its_own_order() -> None:
    body = ask("/api/v1/instruments")
    assert [each["key"] for each in body["instruments"]] == list(KNOWN.instruments)
    vix = next(each for each in body["instruments"] if each["key"] == "VIX")
    assert (vix["calendar"], vix["unit"]) == ("XNYS", "points")
    assert [band["lower"] for band in vix["bands"]] == [None, 20, 30, 40]
    assert vix["providers"][0] == {"source": "yahoo", "symbol": "^VIX", "delay_minutes": 15}
    assert len(body["zones"]) == len(KNOWN.zones)
