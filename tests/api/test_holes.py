"""A row that is not there: no number passes over it unmarked, and none that does not reach it changes."""

from functools import cache
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.instruments import Interval
from tests.api.service import RECORDING, ask, client
from tests.api.thinned import is_marked, numbers, stamps, thinned

IXIC_4, IXIC_3 = pd.Timestamp("2026-02-04T21:00Z"), pd.Timestamp("2026-02-03T21:00Z")
WITHOUT_4 = client(thinned({"IXIC": [IXIC_4]}))
SERIES = (
    "IXIC",
    "GSPC",
    "IGV",
    "VIX",
    "DXY",
    "US10Y",
    "HYG",
    "GLD",
    "BTC",
    "ETH",
    "FNG",
    "BTC_FUNDING",
    "BTC_ETF_FLOW",
)
ROUTES = (
    "readings",
    "stress",
    "rebound?key=IXIC",
    "rebound?key=BTC",
    "episodes?key=IXIC",
    "episodes?key=BTC",
    "facts?page=overview",
    "facts?page=tech",
    "facts?page=crypto",
    "facts?page=macro",
    "claims",
    "beta",
)


def readings(key: str, asof: str, asking: Any) -> dict[str, Any]:
    body: dict[str, Any] = ask(f"/api/v1/readings?keys={key}&asof={asof}", asking=asking)
    return body[key]


# Case 1.1


def test_the_day_after_a_hole_has_no_change_no_rank_and_no_run() -> None:
    told = readings("IXIC", "2026-02-05", WITHOUT_4)
    for name in ("change_1d_pct", "rank_252", "streak"):
        assert told[name]["value"] is None
        assert told[name]["state"] == "missing"
        assert "gap" in told[name]["flags"]
        assert told[name]["inputs"]["no close"] == "4 Feb 2026 (Nasdaq has no close of that day)"
    assert told["change_1d_pct"]["why"] == "There is no close of 4 Feb 2026."


def test_volatility_leaves_both_moves_beside_a_hole_out_and_says_so() -> None:
    told = readings("IXIC", "2026-02-05", WITHOUT_4)["realised_vol_pct"]
    assert told["n"] == 18
    assert told["flags"] == ["gap"]
    closes = [close for at, close in closes_of("IXIC") if at <= pd.Timestamp("2026-02-05T21:00Z")][-21:]
    moves = pd.Series(closes).apply("log").diff().iloc[1:]
    assert told["value"] == pytest.approx(100 * moves.iloc[:-2].std() * 252**0.5)


def test_what_lies_beside_a_hole_is_as_it_was() -> None:
    whole, told = readings("IXIC", "2026-02-05", None), readings("IXIC", "2026-02-05", WITHOUT_4)
    for name in ("last", "change_1w_pct", "ytd_pct", "drawdown_pct", "from_2025_high_pct"):
        assert told[name]["value"] == whole[name]["value"]
    assert "flags" not in told["last"]


def test_no_sentence_says_today_over_a_hole() -> None:
    for page in ("overview", "tech"):
        body = ask(f"/api/v1/facts?page={page}&asof=2026-02-05", asking=WITHOUT_4)
        told = " ".join([body["headline"], *(fact["sentence"] for fact in body["facts"])])
        assert "Nasdaq fell 3" not in told
        assert "Nasdaq’s fall" not in told
        assert "the Nasdaq fell for" not in told


def test_three_holes_at_once_are_told_of_three_series() -> None:
    gone = {"IXIC": [IXIC_3, IXIC_4], "VIX": [IXIC_3, IXIC_4]}
    gone["BTC"] = [pd.Timestamp("2026-02-04T00:00Z"), pd.Timestamp("2026-02-05T00:00Z")]
    asking = client(thinned(gone))
    for key in gone:
        assert readings(key, "2026-02-05", asking)["change_1d_pct"]["value"] is None


# Case 1.5


def test_the_dollar_of_6_march_2025_has_no_change_on_the_day() -> None:
    told = readings("DXY", "2025-03-06", None)["change_1d_pct"]
    assert (told["value"], told["why"]) == (None, "There is no close of 5 Mar 2025.")


# The bars route


def test_a_hole_has_no_bar_and_stands_among_the_holes() -> None:
    body = ask("/api/v1/bars/IXIC?asof=2026-02-05", asking=WITHOUT_4)
    assert "2026-02-04" not in [bar["date"] for bar in body["bars"]]
    assert body["holes"] == [
        {"time": "2026-02-04T21:00:00Z", "date": "2026-02-04", "why": "Nasdaq has no close of that day"}
    ]
    later = ask("/api/v1/bars/IXIC?start=2026-02-05&asof=2026-02-06", asking=WITHOUT_4)
    assert later["holes"] == []


# Any row of any series


@cache
def closes_of(key: str) -> tuple[tuple[pd.Timestamp, float], ...]:
    return tuple(RECORDING.bars(key, Interval.DAY).close.dropna().items())  # type: ignore[arg-type]


@cache
def whole(address: str) -> Any:
    return ask(address)


def unmarked(address: str, asking: Any) -> list[str]:
    """The numbers that differ from those of the whole recording and do not say why."""
    before = dict(numbers(whole(address)))
    return [
        f"{place}: {number['value']}, not {before[place]['value']}"
        for place, number in numbers(ask(address, asking=asking))
        if place in before
        and number["value"] != before[place]["value"]
        and number["as_of"] == before[place]["as_of"]
        and not is_marked(number)
    ]


def turns(index: pd.DatetimeIndex) -> list[int]:
    """The places of the first and the last rows of years and weeks."""
    days = index.tz_localize(None) - pd.Timedelta(1, "us")
    edges: set[int] = set()
    for period in ("Y", "W"):
        labels = days.to_period(period)
        change = [place for place in range(1, len(labels)) if labels[place] != labels[place - 1]]
        edges |= {*change, *(place - 1 for place in change)}
    return sorted(edges)


@st.composite
def holes(draw: st.DrawFn) -> tuple[str, list[pd.Timestamp], str]:
    """A series, one or two rows of it, and a moment at most a month later."""
    key = draw(st.sampled_from(SERIES))
    index = stamps(key)
    place = st.one_of(st.integers(1, len(index) - 2), st.sampled_from(turns(index)))
    gone = sorted(draw(st.sets(place, min_size=1, max_size=2)))
    after = draw(st.integers(1, 40))
    moment = index[min(gone[-1] + after, len(index) - 1)]
    return key, [index[each] for each in gone], moment.strftime("%Y-%m-%dT%H:%MZ")


@settings(max_examples=150, deadline=None)
@given(holes())
def test_no_reading_passes_over_a_hole_unmarked(case: tuple[str, list[pd.Timestamp], str]) -> None:
    key, gone, asof = case
    asking = client(thinned({key: gone}))
    assert unmarked(f"/api/v1/readings?keys={key}&asof={asof}", asking) == []


@settings(max_examples=6, deadline=None)
@given(holes(), st.data())
def test_no_number_of_any_route_passes_over_a_hole_unmarked(
    case: tuple[str, list[pd.Timestamp], str], data: st.DataObject
) -> None:
    key, gone, asof = case
    asking = client(thinned({key: gone}))
    for route in data.draw(st.lists(st.sampled_from(ROUTES), min_size=3, max_size=3, unique=True)):
        address = f"/api/v1/{route}{'&' if '?' in route else '?'}asof={asof}"
        assert unmarked(address, asking) == [], address
