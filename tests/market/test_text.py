"""How numbers, days and moments are written."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import text
from market.instruments import Calendar, Instrument, Unit
from market.zones import Zone

BTC = Instrument("BTC", "Bitcoin", "Bitcoin", "crypto", Unit.USD, Calendar.ALWAYS)
IXIC = Instrument("IXIC", "Nasdaq", "Nasdaq", "index", Unit.POINTS, Calendar.XNYS)
US10Y = Instrument("US10Y", "10-year", "10-year", "rates", Unit.PERCENT, Calendar.XNYS)
FUNDING = Instrument("F", "Funding", "Funding", "derivative", Unit.PERCENT, Calendar.ALWAYS, flow=True)
FLOW = Instrument("E", "ETF flow", "ETF flow", "derivative", Unit.MILLION_USD, Calendar.XNYS, flow=True)
FNG = Instrument("FNG", "Fear and greed", "Fear", "derivative", Unit.SCORE, Calendar.ALWAYS)

numbers = st.floats(-1e13, 1e13, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "instrument", "written"),
    [
        (69310.4, BTC, "$69,310"),
        (80.9, BTC, "$80.90"),
        (999.996, BTC, "$1,000"),
        (0.0978, BTC, "$0.09780"),
        (23031.2, IXIC, "23,031"),
        (17.76, IXIC, "17.8"),
        (4.2134, US10Y, "4.21%"),
        (-0.0041, FUNDING, "−0.004%"),
        (-434.4, FLOW, "−$434M"),
        (2600.0, FLOW, "$2.60B"),
        (999.6, FLOW, "$1.00B"),
        (9.0, FNG, "9"),
        (None, BTC, "–"),
        (float("nan"), BTC, "–"),
    ],
)
def test_a_price_is_written_by_its_unit(value: float | None, instrument: Instrument, written: str) -> None:
    assert text.price(value, instrument) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(69310, "69.3K"), (68000, "68K"), (126200, "126.2K"), (9999.7, "10K"), (999_960, "1M"), (2.6e9, "2.6B")],
)
def test_large_prices_are_short(value: float, written: str) -> None:
    assert text.short(value) == written


def test_a_zone_is_a_range_and_a_level_one_price() -> None:
    assert text.zone_range(Zone("BTC", 68000, 70000), BTC) == "$68K–$70K"
    assert text.zone_range(Zone("BTC", 80600, 80600), BTC) == "$80.6K"
    assert text.zone_range(Zone("IXIC", 22540.59, 22540.59), IXIC) == "22.5K"


@pytest.mark.parametrize(
    ("value", "written"), [(-12.34, "−12.3%"), (2.18, "+2.2%"), (-0.04, "0.0%"), (0.04, "0.0%"), (0, "0.0%")]
)
def test_rounding_comes_before_the_sign(value: float, written: str) -> None:
    assert text.change(value) == written


@given(numbers)
def test_no_zero_has_a_sign_and_every_other_change_has_one(value: float) -> None:
    written = text.change(value)
    is_zero = not written.strip("+−0.,%")
    assert is_zero != written.startswith(("+", text.MINUS))
    assert "-" not in written


@given(
    numbers, st.sampled_from([text.change, text.basis_points, text.percent, text.funding, text.correlation])
)
def test_what_is_written_reads_back_as_the_rounded_value(value: float, write: text.Write) -> None:
    written = write(value)
    digits = re.sub(r"[^0-9.−]", "", written).replace("−", "-")
    places = len(digits.partition(".")[2])
    assert float(digits) == pytest.approx(round(value, places), abs=10**-places * 0.51)


@given(st.floats(0.01, 1e14, allow_nan=False))
def test_a_short_number_is_within_its_rounding_of_the_value(value: float) -> None:
    written = text.short(value)
    letter = written[-1] if written[-1].isalpha() else ""
    scale = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}[letter]
    assert float(written.rstrip("KMBT").replace(",", "")) * scale == pytest.approx(
        value, abs=max(0.0501 * scale, 0.5)
    )


def test_a_yield_moves_in_basis_points() -> None:
    assert text.change_writer(US10Y)(3.2) == "+3 bp"
    assert text.change_writer(BTC)(3.2) == "+3.2%"


def test_other_numbers_have_their_own_form() -> None:
    assert (text.correlation(0.6), text.cell(-0.04), text.cell(-0.26)) == ("0.60", "0", "−0.3")
    assert (text.percent(70.6), text.multiple(2.44), text.whole(71.2)) == ("71%", "2.4×", "71")
    assert text.percentile(97.2) == "97th percentile"
    assert text.percentile(99.9) == "99th percentile"
    assert text.percentile(None) == "–"


def test_ranks_are_ordinals() -> None:
    written = [text.ordinal(place) for place in (1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 111, 1012)]
    assert written == [
        "1st",
        "2nd",
        "3rd",
        "4th",
        "11th",
        "12th",
        "13th",
        "21st",
        "22nd",
        "103rd",
        "111th",
        "1,012th",
    ]
    assert (text.ranked(1), text.ranked(7), text.ranked(2, "largest")) == (
        "worst",
        "7th worst",
        "2nd largest",
    )


@pytest.mark.parametrize(
    ("span", "written"),
    [
        (timedelta(seconds=40), "40 s"),
        (timedelta(minutes=12, seconds=30), "12 min"),
        (timedelta(hours=26), "26 h"),
        (timedelta(days=3, hours=2), "3 d"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_an_age_is_one_number_and_one_unit(span: timedelta, written: str) -> None:
    assert text.age(span) == written


def test_a_moment_carries_its_weekday_and_its_zone() -> None:
    moment = datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
    assert text.full_moment(moment) == "Sat 7 Feb 2026, 15:30 UTC"
    assert (
        text.full_moment(moment, ZoneInfo("America/New_York"), "New York") == "Sat 7 Feb 2026, 10:30 New York"
    )
    assert text.short_moment(moment, moment) == "7 Feb 15:30"
    assert text.short_moment(moment) == "7 Feb 2026 15:30"


def test_a_moment_of_another_year_says_so_by_the_clock_that_is_shown() -> None:
    eve = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    seen_from = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    assert text.short_moment(eve, seen_from) == "31 Dec 2025 23:30"
    assert text.short_moment(eve, seen_from, ZoneInfo("America/New_York")) == "31 Dec 18:30"


def test_days_are_written_short_or_in_full() -> None:
    day = date(2026, 2, 6)
    seen_from = date(2026, 12, 31)
    short = text.weekday(day), text.short_day(day, seen_from), text.named_day(day, seen_from)
    assert (*short, text.full_day(day)) == ("Fri", "6 Feb", "Fri 6 Feb", "6 Feb 2026")


@given(st.dates(), st.one_of(st.none(), st.dates()))
def test_a_day_is_written_without_its_year_only_in_that_year(day: date, seen_from: date | None) -> None:
    for written in (text.short_day(day, seen_from), text.named_day(day, seen_from)):
        is_this_year = seen_from is not None and seen_from.year == day.year
        assert written.endswith(f" {day:%Y}") != is_this_year


def test_an_axis_label_is_exact_for_its_step() -> None:
    assert text.tick(80250, 250, prefix="$") == "$80.25K"
    assert text.tick(80000, 20000, prefix="$") == "$80K"
    assert text.tick(0, 20000, prefix="$") == "$0"
    assert text.tick(22.5, 2.5) == "22.5"
    assert text.tick(-4000, 2000) == "−4,000"


def test_words_from_outside_are_printable_and_short_in_a_sentence() -> None:
    assert text.clipped("A\r\n\x1b\u202eB") == "AB"
    assert text.clipped("x" * 60) == "x" * text.LONGEST_WORD + "…"


def test_a_number_of_any_kind_is_written_without_a_tail() -> None:
    written = {
        23031.21: "23,031.21",
        12.0: "12",
        0.084123: "0.08412",
        -3.456: "−3.46",
        99.999: "100",
        0.0: "0",
    }
    assert {value: text.plain(value) for value in written} == written
    assert text.plain(None) == text.out_of_100(float("nan")) == text.dollars(None) == "–"
    assert text.out_of_100(56.543082358514205) == "56.5 of 100"


def test_names_are_listed_as_people_do() -> None:
    names = ["Cboe", "Nasdaq", "ICE"]
    assert [text.listed(names[:most]) for most in range(4)] == [
        "",
        "Cboe",
        "Cboe and Nasdaq",
        "Cboe, Nasdaq and ICE",
    ]
