"""How a price range is written in an address, and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.zones import LARGEST, WIDEST, Zone, parse_zone, write_zone


@st.composite
def zones(draw: st.DrawFn) -> Zone:
    low = draw(st.floats(1e-9, LARGEST / 10))
    high = draw(st.one_of(st.just(low), st.floats(low * 1.001, low * WIDEST)))
    return Zone("BTC", low, high)


@given(zones())
def test_a_zone_reads_back_to_ten_digits_and_is_written_without_an_exponent(zone: Zone) -> None:
    written = write_zone(zone)
    again = parse_zone(written)
    assert (again.low, again.high) == pytest.approx((zone.low, zone.high), rel=1e-9)
    assert write_zone(again) == written
    assert "e" not in written.lower()
    assert written.count("-") == (not zone.is_level)


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        (Zone("BTC", 68_000, 70_000), "BTC:68000-70000"),
        (Zone("BTC", 80_600.5, 80_600.5), "BTC:80600.5"),
        (Zone("DOGE", 1e-7, 2e-7), "DOGE:0.0000001-0.0000002"),
    ],
)
def test_a_zone_is_written_in_plain_decimals(zone: Zone, written: str) -> None:
    assert write_zone(zone) == written


@pytest.mark.parametrize(
    "text", ["", "BTC", "BTC:", "BTC:1-", ":1-2", "BTC:2-1", "BTC:one-two", "BTC:1-9", "BTC:0-1"]
)
def test_what_is_no_zone_says_why(text: str) -> None:
    with pytest.raises(ValueError, match="zone"):
        parse_zone(text)


@pytest.mark.parametrize("name", ["Floor", "70K & up", "Höchststand 2021, 69,000", "上値", "C’était 50%"])
def test_a_name_comes_after_a_second_colon(name: str) -> None:
    zone = Zone("BTC", 68_000, 70_000, name)
    assert write_zone(zone, named=True) == f"BTC:68000-70000:{name}"
    assert parse_zone(write_zone(zone, named=True)) == zone
    assert write_zone(zone) == "BTC:68000-70000"


@pytest.mark.parametrize(
    "name", ["<b>", "a:b", "[a](b)", "*a*", "`a`", "$a$", "a\nb", "\u202eab", "a\u200bb", "#a", "x" * 33]
)
def test_a_name_that_could_be_markup_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="a name is at most 32 letters"):
        parse_zone(f"BTC:68000-70000:{name}")
