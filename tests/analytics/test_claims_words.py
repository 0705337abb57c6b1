"""The claims that decide by their words: each figure worked out again from the files of the recording."""

import math
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import pandas as pd
import pytest

from analytics.checking import Checked, Verdict, check, evidence
from analytics.claims import claim_named, claims
from market.bars import Bars, SecondOpinion
from market.calendars import session_closes
from tests.analytics.recorded import FOLDER, recording
from tests.analytics.test_claims import bitcoin_hours

MOMENT = "2026-02-07T15:30Z"
ROUT = "2026-02-05"
COINS = ("ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "LINK", "AVAX")


def closes(key: str) -> pd.Series:
    """The closes of one key by day, straight from the files."""
    rows = pd.concat(pd.read_csv(FOLDER / name) for name in ("sessions.csv", "utc_days.csv"))
    rows = rows[rows["key"] == key]
    stamps = pd.DatetimeIndex(pd.to_datetime(rows["time"])).tz_localize(None) - pd.Timedelta(1, "s")
    return pd.Series(rows["close"].to_numpy(float), index=stamps.normalize())


def judged(
    key: str,
    known: dict[str, Bars] | None = None,
    hours: dict[str, Bars] | None = None,
    total_returns: dict[str, Bars] | None = None,
) -> Checked:
    claim, given = claim_named(key), (known or recording(MOMENT), hours or {}, total_returns or {})
    return check(claim, given[0], evidence(claim, *given))


def without(bars: Bars, *days: str) -> Bars:
    """The same bars with the rows of some days away."""
    return replace(bars, frame=bars.frame[~bars.dates.isin(pd.DatetimeIndex(days))])


@cache
def _whole() -> tuple[Checked, ...]:
    return claims(recording(MOMENT))


# What was hit, and how hard


def test_bitcoin_was_hit_hardest_in_its_own_swings_and_ether_in_percent() -> None:
    found = judged("hit_hardest")
    expected = {"BTC": -7.6, "ETH": -5.0, "IGV": -3.3, "IXIC": -1.6}
    for key, published in expected.items():
        moves = np.log(closes(key)[:ROUT]).diff().to_numpy()
        by_hand = moves[-1] / moves[-61:-1].std(ddof=1)
        number = found.numbers[f"{key}, in its own swings"]
        assert number.value == pytest.approx(by_hand)
        assert (round(by_hand, 1), number.n) == (published, 60)
    assert found.numbers["ETH, in percent"].value < found.numbers["BTC, in percent"].value  # type: ignore[operator]
    assert found.verdict is Verdict.DEPENDS


def test_software_fell_the_furthest_in_every_window() -> None:
    found, tech = judged("software_led"), ("IXIC", "NDX", "SOX", "SMH", "XLK")
    for name, start in (("since 28 January", "2026-01-28"), ("since 1 January", "2025-12-31")):
        falls = {key: 100 * (closes(key)[ROUT] / closes(key)[start] - 1) for key in ("IGV", *tech)}
        assert found.numbers[f"IGV, {name}"].value == pytest.approx(min(falls.values()))
    assert found.numbers["IGV, since 1 January"].value == pytest.approx(-24.6, abs=0.05)
    assert found.verdict is Verdict.HOLDS


def test_the_median_coin_fell_further_than_bitcoin() -> None:
    found = judged("coins_worse")
    falls = {key: closes(key)[ROUT] / closes(key)["2026-01-28"] - 1 for key in ("BTC", *COINS)}
    median = 100 * float(np.median([falls[key] for key in COINS]))
    assert found.numbers["median coin, since 28 January"].value == pytest.approx(median)
    assert sum(falls[key] < falls["BTC"] for key in COINS) == 7
    assert "(7 of 8)" in found.why
    assert found.verdict is Verdict.HOLDS


def test_bitcoin_reached_60_000_and_closed_above_62_000_on_both_days() -> None:
    found = judged("btc_bought", hours={"BTC": bitcoin_hours()})
    assert (found.verdict, found.numbers["low"].value, found.numbers["close"].value) == (
        "holds",
        60_000,
        70_580,
    )
    assert found.why.endswith("It traded at $62,000 or under in 1 hour.")


def test_what_stays_in_the_range_was_not_bought() -> None:
    known = recording(MOMENT)
    frame = known["BTC"].frame.copy()
    frame.iloc[-1, frame.columns.get_loc("close")] = 61_000.0
    low = replace(known["BTC"], frame=frame)
    assert judged("btc_bought", {**known, "BTC": low}).verdict is Verdict.DEPENDS


def test_the_value_of_bitcoin_alone_is_a_floor_and_no_verdict() -> None:
    price = closes("BTC")["2025":ROUT]  # type: ignore[misc]
    peak = price.idxmax()
    assert peak == pd.Timestamp("2025-10-06")
    coins = [19_687_500 + 450 * (day - pd.Timestamp("2024-04-20")).days for day in (peak, pd.Timestamp(ROUT))]
    lost = (price.max() * coins[0] - price.iloc[-1] * coins[1]) / 1e12
    for key in ("trillions", "capitalisation"):
        found = judged(key)
        assert found.numbers["bitcoin alone"].value == pytest.approx(lost)
        assert lost == pytest.approx(1.23, abs=0.005)
        assert found.verdict is Verdict.NOT_MEASURED
        assert "a floor" in found.why


def test_deeply_oversold_depends_on_the_market() -> None:
    found = judged("oversold")
    assert {key: round(number.value or 0, 1) for key, number in found.numbers.items()} == {
        "IXIC": 33.5,
        "IGV": 14.8,
        "BTC": 15.8,
    }
    assert found.verdict is Verdict.DEPENDS


# Words


def test_one_of_the_worst_in_months_is_not_the_worst() -> None:
    moves = closes("IXIC")[:ROUT].pct_change()
    ranks = {window: int((moves.iloc[-window:] <= moves.iloc[-1]).sum()) for window in (63, 126)}
    found = judged("worst_in_months")
    assert ranks == {63: 7, 126: 9}
    assert {window: found.numbers[f"rank of {window}"].value for window in ranks} == ranks
    assert found.verdict is Verdict.DEPENDS
    assert "A larger fall came 16 days before, on 20 Jan 2026." in found.why


def test_a_session_on_record_asks_for_the_record() -> None:
    found, dow = judged("relief_rally"), closes("DJI")[:"2026-02-06"]  # type: ignore[misc]
    in_percent, in_points = dow.pct_change(), dow.diff()
    assert found.numbers["rank of DJI in percent"].value == (in_percent >= in_percent.iloc[-1]).sum() == 4
    assert found.numbers["rank of DJI in points"].value == (in_points >= in_points.iloc[-1]).sum() == 2
    assert "The record before is not here." in found.why
    assert found.verdict is Verdict.DEPENDS


@pytest.mark.parametrize(("larger", "verdict"), [(5, "holds"), (50, "depends")])
def test_with_thirty_years_the_record_decides(larger: int, verdict: str) -> None:
    known = recording(MOMENT)
    recent = known["DJI"].frame
    stamps = pd.DatetimeIndex(session_closes(date(1995, 1, 3), date(2024, 12, 31))).tz_convert("UTC")
    moves = np.zeros(len(stamps))
    moves[1 : 2 * larger : 2], moves[2 : 2 * larger + 1 : 2] = 0.05, -0.04761904761904767
    old = pd.DataFrame(math.nan, index=stamps, columns=recent.columns)
    old["close"] = recent["close"].iloc[0] * np.cumprod(1 + moves) / np.prod(1 + moves)
    long = replace(known["DJI"], frame=pd.concat([old, recent]))
    assert judged("relief_rally", {**known, "DJI": long}).verdict == verdict


def test_extremes_of_short_windows_came_in_january_and_were_gone_on_the_day() -> None:
    moves = pd.DataFrame({key: closes(key) for key in ("BTC", "IXIC")}).dropna()[:ROUT]
    five = np.log(moves).diff().pipe(lambda each: each["BTC"].rolling(5).corr(each["IXIC"]))
    around = five["2026-01-22":"2026-01-26"]  # type: ignore[misc]
    assert (around.round(2).min(), around.round(2).max()) == (0.97, 0.98)
    found = judged("correlation")
    top, last = (found.numbers[f"5 sessions, {name}"] for name in ("highest of 20", "on the day"))
    assert (top.value, last.value) == (pytest.approx(five.iloc[-20:].max()), pytest.approx(five.iloc[-1]))
    assert (top.n, top.sampling, top.as_of) == (
        5,
        "New York sessions against UTC days",
        datetime(2026, 1, 26, 21, tzinfo=UTC),
    )
    assert found.verdict is Verdict.DEPENDS


def test_at_new_york_closes_the_day_stands_where_the_hours_are_known() -> None:
    hours = bitcoin_hours()
    days = session_closes(date(2026, 1, 29), date(2026, 2, 5))
    at_close = pd.Series(
        [hours.close[: pd.Timestamp(instant)].iloc[-1] for instant in days], index=days.index
    )
    both = pd.DataFrame({"BTC": at_close, "IXIC": closes("IXIC").reindex(days.index)})
    by_hand = np.log(both).diff().dropna().corr().iloc[0, 1]
    found = judged("correlation", hours={"BTC": hours})
    last = found.numbers["5 sessions, on the day"]
    assert (last.value, last.sampling) == (pytest.approx(by_hand), "New York closes")
    assert "(New York closes)" in found.why


def test_coins_moved_in_step_and_industries_did_not() -> None:
    found = judged("synchronised")
    coins = (
        np.log(pd.DataFrame({key: closes(key) for key in ("BTC", *COINS)})[:ROUT]).diff().iloc[-20:].corr()
    )
    mean = float(coins.to_numpy()[np.triu_indices(9, 1)].mean())
    assert found.numbers["average correlation, coins"].value == pytest.approx(mean)
    places = {name: dict(number.inputs)["percentile"] for name, number in found.numbers.items()}
    assert (
        places["average correlation, coins"] > 80 > 20 > places["average correlation, industries of shares"]
    )  # type: ignore[operator]
    assert found.verdict is Verdict.DEPENDS


def test_no_single_movement_explains_more_than_half() -> None:
    found = judged("no_crisis")
    assert [round(found.numbers[f"one common movement, {n} sessions"].value or 0) for n in (20, 60)] == [
        42,
        45,
    ]
    assert found.verdict is Verdict.HOLDS


@pytest.mark.parametrize("key", ["technical_support", "durable"])
def test_a_question_is_no_claim(key: str) -> None:
    found = judged(key)
    assert found.verdict is Verdict.NOT_MEASURED
    assert found.numbers


def test_risk_off_of_american_series_is_never_global() -> None:
    assert "Markets elsewhere are not measured." in judged("risk_off").why


def test_flows_are_those_of_the_five_sessions_up_to_the_day() -> None:
    rows = pd.read_csv(FOLDER / "readings.csv").query("key == 'BTC_ETF_FLOW'").set_index("time")["value"]
    found = judged("etf_flows")
    five = [day for day in rows.index if "2026-01-30" <= day < "2026-02-06"]
    assert len(five) == 5
    assert found.numbers["five days"].value == pytest.approx(rows[five].sum())
    assert {number.as_of for number in found.numbers.values()} == {datetime(2026, 2, 5, 21, tzinfo=UTC)}


# Funds, with and without what they pay out


def test_gold_fell_since_28_january_and_cash_is_among_the_groups() -> None:
    found = judged("rotation")
    assert found.numbers["GLD, Since 28 January"].value == pytest.approx(-10.65, abs=0.01)
    assert "Since 28 January: gold −10.7%" in found.why
    assert "cash" in found.why
    assert found.numbers["SHY, Since 28 January"].flags == ("unadjusted",)
    assert found.numbers["GLD, Since 28 January"].flags == ()
    assert found.verdict is Verdict.DEPENDS


def test_total_returns_stand_in_for_prices_where_they_are_known() -> None:
    known = recording(MOMENT)
    frame = known["SHY"].frame.copy()
    frame.loc["2026-02-02":, "close"] *= 1.003  # type: ignore[misc]
    total = replace(known["SHY"], frame=frame)
    found = judged("rotation", known, total_returns={"SHY": total})
    by_price = judged("rotation", known).numbers["SHY, Since 28 January"]
    held = found.numbers["SHY, Since 28 January"]
    assert held.flags == ()
    assert held.value == pytest.approx(100 * (1.003 * (1 + (by_price.value or 0) / 100) - 1))


def test_total_returns_that_lag_behind_the_price_are_not_used() -> None:
    known = recording(MOMENT)
    late = {"SHY": without(known["SHY"], "2026-02-05", "2026-02-06")}
    assert judged("rotation", known, total_returns=late).numbers == judged("rotation", known).numbers


# Holes and doubts


@pytest.mark.parametrize(
    "key", ["nasdaq_fall", "worst_in_months", "several_sessions", "hit_hardest", "oversold"]
)
def test_a_hole_before_the_day_leaves_the_claim_unmeasured(key: str) -> None:
    known = recording(MOMENT)
    found = judged(key, {**known, "IXIC": without(known["IXIC"], "2026-02-04")})
    assert found.verdict is Verdict.NOT_MEASURED
    assert "4 Feb 2026" in found.why


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        (("IXIC", "DXY"), "2026-02-04"),
        (("BTC", "IGV"), "2026-02-02"),
        (("DJI", "GLD", "WTI"), "2026-01-28"),
        (("IXIC", "SHY", "BTC_ETF_FLOW"), "2026-01-30"),
        (("NDX", "BTC", "XRP", "IGV"), "2025-10-06"),
    ],
)
def test_no_verdict_is_made_over_a_hole(keys: tuple[str, ...], day: str) -> None:
    known = recording(MOMENT)
    holed = known | {key: without(known[key], day) for key in keys}
    for before, after in zip(_whole(), claims(holed), strict=True):
        if before.claim.key not in ("risk_off", "durable"):
            assert after.verdict in (before.verdict, Verdict.NOT_MEASURED), after


def test_where_a_window_begins_the_calendar_says_and_not_the_rows() -> None:
    known = recording(MOMENT)
    thinned = {**known, "GLD": without(known["GLD"], "2026-01-15", "2026-01-16")}
    found, whole = (judged("rotation", each).numbers["GLD, Over 20 sessions"] for each in (thinned, known))
    assert (found.value, found.n) == (whole.value, 20)


def test_a_number_is_dated_by_the_instant_of_its_close() -> None:
    for each in _whole():
        for name, number in each.numbers.items():
            assert number.as_of is None or number.as_of.tzinfo is not None, (each.claim.key, name)
    number = judged("worst_in_months").numbers["rank of 63"]
    assert number.as_of == datetime(2026, 2, 5, 21, tzinfo=UTC)


def test_what_is_said_of_a_later_price_is_not_said_of_the_day() -> None:
    known = recording("2026-03-06")
    opinion = SecondOpinion("FRED", 1.0, datetime(2026, 3, 6, 21, tzinfo=UTC), 0.5)
    came = replace(known["IXIC"].provenance, second=opinion, disputed=True, stale_because="no answer")
    doubted = replace(known["IXIC"], provenance=came)
    found = judged("nasdaq_close", {**known, "IXIC": doubted})
    assert (found.verdict, found.numbers["close"].state, found.numbers["close"].second) == (
        "holds",
        "recorded",
        None,
    )


def test_a_disputed_close_of_the_day_is_not_judged() -> None:
    known = recording("2026-02-05T21:30Z")
    doubted = replace(known["IXIC"], provenance=replace(known["IXIC"].provenance, disputed=True))
    found = judged("nasdaq_close", {**known, "IXIC": doubted})
    assert (found.verdict, found.why) == (
        "not measured",
        "The price of Nasdaq Composite of 5 Feb 2026 is disputed.",
    )


def test_what_is_about_now_is_not_told_from_a_late_source() -> None:
    known = recording("2026-03-06")
    late = replace(known["BTC"], provenance=replace(known["BTC"].provenance, stale_because="no answer"))
    found = judged("durable", {**known, "BTC": late})
    assert found.why == "The newest price of Bitcoin is of 6 Mar 2026: its source is late."
    assert not found.numbers


def test_a_deeper_fall_of_another_year_does_not_halve_bitcoin() -> None:
    known = recording(MOMENT)
    bars = known["BTC"]
    early = bars.frame.iloc[:300].copy()
    early.index = early.index - pd.Timedelta(1200, "D")
    early[["open", "high", "low", "close"]] = 20_000.0
    early.iloc[0, :4] = 60_000.0
    long = replace(bars, frame=pd.concat([early, bars.frame]))
    found, alone = judged("btc_half", {**known, "BTC": long}), judged("btc_half", known)
    assert (found.verdict, found.why) == (alone.verdict, alone.why)


def test_every_window_of_a_claim_is_told() -> None:
    for each in _whole():
        if each.claim.check is not None and each.claim.day is not None:
            first, last = each.claim.about or (date.min, date.min)
            assert date(2025, 10, 1) <= first <= last <= date(2026, 2, 7), each.claim.key
