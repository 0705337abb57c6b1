"""The article's claims, judged on the recorded figures."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pytest

from analytics.checking import Verdict, graded
from analytics.claims import CLAIMS, claims
from analytics.definitions import definitions
from market import catalogue
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Interval
from tests.analytics.recorded import FOLDER, recording

EXPECTED = {
    "nasdaq_close": "holds",
    "nasdaq_fall": "holds",
    "worst_in_months": "depends",
    "several_sessions": "fails",
    "year_to_date": "fails",
    "software_from_high": "depends",
    "software_led": "holds",
    "software_value": "not measured",
    "relief_rally": "depends",
    "relief_days": "fails",
    "week_negative": "depends",
    "technical_support": "not measured",
    "btc_peak": "holds",
    "btc_half": "depends",
    "btc_day": "holds",
    "btc_since_2022": "not measured",
    "btc_61k": "depends",
    "btc_bought": "holds",
    "btc_rebound": "holds",
    "coins": "depends",
    "coins_worse": "holds",
    "capitalisation": "not measured",
    "liquidations": "not measured",
    "funding": "holds",
    "volume": "holds",
    "thin_books": "not measured",
    "etf_flows": "holds",
    "hit_hardest": "depends",
    "correlation": "depends",
    "leveraged_tech": "depends",
    "synchronised": "depends",
    "extreme_fear": "not measured",
    "rotation": "depends",
    "dollar": "depends",
    "commodities": "holds",
    "fed_cuts": "not measured",
    "oversold": "depends",
    "trillions": "not measured",
    "no_crisis": "holds",
    "risk_off": "fails",
    "durable": "not measured",
}


def verdicts(known: dict[str, Bars]) -> dict[str, str]:
    return {each.claim.key: each.verdict.value for each in claims(known)}


def reasons(known: dict[str, Bars], hours: dict[str, Bars] | None = None) -> dict[str, str]:
    return {each.claim.key: each.why for each in claims(known, hours)}


def bitcoin_hours() -> Bars:
    rows = pd.read_csv(FOLDER / "hours.csv").query("key == 'BTC'")
    rows.index = pd.DatetimeIndex(pd.to_datetime(rows["time"], utc=True))
    frame = rows.reindex(columns=list(COLUMNS)).astype(float)
    came = Provenance("recording", "", datetime(2026, 3, 7, tzinfo=UTC), "hours", recorded=True)
    return Bars(catalogue.load()["BTC"], Interval.HOUR, frame, came)


def test_the_verdicts_at_the_moment_of_the_recording() -> None:
    assert verdicts(recording("2026-02-07T15:30Z")) == EXPECTED


def test_a_month_later_only_what_is_about_now_may_differ() -> None:
    then, later = claims(recording("2026-02-07T15:30Z")), claims(recording("2026-03-06"))
    for one, two in zip(then, later, strict=True):
        if one.claim.day is not None:
            assert (one.verdict, one.why) == (two.verdict, two.why), one.claim.key
            assert {name: number.value for name, number in one.numbers.items()} == {
                name: number.value for name, number in two.numbers.items()
            }


def test_before_its_day_a_claim_is_not_yet() -> None:
    early = verdicts(recording("2026-02-04"))
    assert early["nasdaq_close"] == early["btc_day"] == early["durable"] == early["hit_hardest"] == "not yet"
    measured = {"holds", "depends", "fails"}
    assert not measured & set(early.values())
    after_the_close = verdicts(recording("2026-02-05T21:30Z"))
    assert (after_the_close["nasdaq_close"], after_the_close["btc_day"]) == ("holds", "not yet")


def test_nothing_known_measures_nothing() -> None:
    found = claims({})
    assert {each.verdict for each in found} == {Verdict.NOT_MEASURED}
    assert all(each.why for each in found)


def test_half_of_the_series_still_give_every_claim_a_sentence() -> None:
    known = recording("2026-02-07")
    for keys in (list(known)[::2], list(known)[1::2]):
        found = claims({key: known[key] for key in keys})
        assert len(found) == len(CLAIMS)
        assert all(each.why for each in found)


def test_the_reasons_carry_the_published_numbers() -> None:
    why = reasons(recording("2026-02-07T15:30Z"))
    assert "7th of 63, 9th of 126, 25th of 252" in why["worst_in_months"]
    assert "the worst 10 in both, among the worst 5 in neither" in why["worst_in_months"]
    assert why["several_sessions"].startswith("3 falls in a row, of −1.43%, −1.51%, −1.59%")
    assert why["btc_half"] == (
        "The deepest was −49.5% close on close, −50.2% close on high, −52.5% low on high."
    )
    assert "Saturday" in why["relief_days"]


@pytest.mark.parametrize(("fall", "verdict"), [(0.15, "fails"), (0.25, "holds"), (0.33, "depends")])
def test_only_a_fall_inside_the_range_holds(fall: float, verdict: str) -> None:
    igv = recording("2026-02-05")["IGV"]
    close = igv.close.copy()
    close.iloc[-1] = close[close.index.year == 2025].max() * (1 - fall)
    frame = igv.frame.assign(close=close)
    assert verdicts({"IGV": replace(igv, frame=frame)})["software_from_high"] == verdict


def test_the_hour_below_61k_is_told_in_new_york() -> None:
    known = recording("2026-02-07T15:30Z")
    told = reasons(known, {"BTC": bitcoin_hours()})["btc_61k"]
    assert told.endswith("In New York that was the hour to 20:00 on 5 Feb 2026.")


def test_short_histories_are_not_measured() -> None:
    known = recording("2026-02-07T15:30Z")
    start = datetime(2026, 1, 20, tzinfo=UTC)
    cut = {key: bars.from_date(start) for key, bars in known.items()}
    found = verdicts({key: bars for key, bars in cut.items() if bars is not None})
    for key in ("technical_support", "leveraged_tech", "correlation", "dollar", "commodities", "risk_off"):
        assert found[key] == "not measured", key


def test_without_highs_and_lows_what_needs_them_is_not_measured() -> None:
    known = recording("2026-03-06")
    closes = known["BTC"].frame.assign(open=float("nan"), high=float("nan"), low=float("nan"))
    found, before = verdicts({**known, "BTC": replace(known["BTC"], frame=closes)}), verdicts(known)
    changed = {key for key, verdict in found.items() if verdict != before[key]}
    assert changed == {"btc_peak", "btc_half", "btc_61k", "btc_bought"}
    assert {found[key] for key in changed} == {"not measured"}


def test_every_number_of_a_claim_opens_to_a_definition() -> None:
    known = definitions()
    used = {number.formula for each in claims(recording("2026-02-07")) for number in each.numbers.values()}
    assert used - set(known) <= {"beta", "correlation"}


def test_keys_are_unique_and_every_claim_is_said() -> None:
    assert len({claim.key for claim in CLAIMS}) == len(CLAIMS)
    for claim in CLAIMS:
        assert claim.says.endswith(".")
        assert claim.measure.endswith(".")
        assert (claim.check is None) == bool(claim.unmeasured)


@pytest.mark.parametrize(("passed", "of", "verdict"), [(3, 3, "holds"), (1, 3, "depends"), (0, 3, "fails")])
def test_a_claim_of_many_parts_is_graded(passed: int, of: int, verdict: str) -> None:
    assert graded(passed, of).value == verdict
