from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from market import catalogue
from market.instruments import GAUGES, Calendar, Unit
from market.scales import Severity

KNOWN = catalogue.load()
CONTRACT = """
IXIC GSPC NDX DJI SOX IGV SMH XLK XLP XLU XLV VIX DXY US10Y US2Y WTI GLD TLT IEF SHY HYG LQD IBIT
BTC ETH SOL XRP BNB DOGE ADA LINK AVAX FNG BTC_FUNDING BTC_ETF_FLOW
"""


def test_every_instrument_of_the_contract_is_there() -> None:
    assert [key for key in CONTRACT.split() if key not in KNOWN] == []


def test_names_for_sentences_and_for_tiles_are_given_once_each() -> None:
    for names in ([each.name for each in KNOWN], [each.short for each in KNOWN]):
        assert all(names)
        assert len(set(names)) == len(names)


def test_keys_can_stand_in_an_address() -> None:
    assert all(each.key.replace("_", "").isalnum() and each.key.isupper() for each in KNOWN)


def test_coins_never_sleep_and_yields_move_in_basis_points() -> None:
    assert {each.key for each in KNOWN if each.moves_in_basis_points} >= {"US10Y", "US2Y"}
    assert KNOWN["BTC"].calendar is Calendar.ALWAYS
    assert KNOWN["BTC"].unit is Unit.USD
    assert not KNOWN["BTC_FUNDING"].moves_in_basis_points


def test_what_is_picked_comes_in_the_order_asked() -> None:
    assert [each.key for each in KNOWN.pick("ETH", "BTC")] == ["ETH", "BTC"]
    with pytest.raises(KeyError):
        KNOWN.pick("VXI")


def test_zones_have_a_reason_and_stand_lowest_first() -> None:
    zones = KNOWN.zones_of("BTC")
    assert [(zone.low, zone.high) for zone in zones] == [
        (60_000, 62_000),
        (68_000, 70_000),
        (80_600, 80_600),
        (126_200, 126_200),
    ]
    assert all(zone.name and zone.why for zone in KNOWN.zones)
    assert all(zone.key in KNOWN for zone in KNOWN.zones)


def test_episodes_cite_an_address_for_their_dates() -> None:
    for episode in KNOWN.episodes:
        assert urlsplit(episode.cite).scheme == "https"
        assert episode.end is None or episode.start < episode.end
        assert episode.start < date(2026, 3, 7)


def test_the_bands_of_the_vix_end_in_a_crisis() -> None:
    assert [band.severity for band in KNOWN.scales["VIX"].bands] == list(Severity)


def shelf(folder: Path, instruments: str, zones: str = "") -> Path:
    """A catalogue of one's own."""
    (folder / "instruments.toml").write_text(instruments, "utf-8")
    (folder / "zones.toml").write_text(zones, "utf-8")
    return folder


TULIP = """[TULIP]
name = "Tulips"
short = "Tulips"
group = "flowers"
unit = "USD"
calendar = "24/7"
"""


def test_a_stanza_makes_an_instrument(tmp_path: Path) -> None:
    tulips = catalogue.load(shelf(tmp_path, TULIP))["TULIP"]
    assert (tulips.name, tulips.unit, tulips.calendar) == ("Tulips", Unit.USD, Calendar.ALWAYS)


@pytest.mark.parametrize(
    ("stanza", "error"),
    [
        (TULIP + "colour = 'red'\n", TypeError),
        (TULIP.replace('"USD"', '"guilders"'), ValueError),
        (TULIP.replace('"24/7"', '"sundays"'), ValueError),
        (TULIP + "bands = { panic = -inf }\n", ValueError),
    ],
)
def test_a_slip_in_a_stanza_stops_the_start(tmp_path: Path, stanza: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        catalogue.load(shelf(tmp_path, stanza))


def test_yields_scores_and_amounts_of_a_day_have_no_price() -> None:
    known = catalogue.load()
    without = {each.key for each in known if not each.has_price}
    gauges = {"OFR_FSI", "STLFSI", "HY_OAS"}
    assert without == {"US10Y", "US2Y", "EFFR", "FNG", "BTC_FUNDING", "BTC_ETF_FLOW"} | gauges


def test_only_funds_and_coins_can_split() -> None:
    groups = {"sector", "bond", "fund", "crypto"}
    can = {each.key for each in KNOWN if each.can_split}
    assert can == {each.key for each in KNOWN if each.group in groups} | {"GLD"}


def test_official_gauges_stand_together_and_say_how_late_they_appear() -> None:
    gauges = KNOWN.group(GAUGES)
    assert [each.key for each in gauges] == ["OFR_FSI", "STLFSI", "HY_OAS", "BROAD_DOLLAR"]
    assert all(each.published for each in gauges)
    assert all(each.about and each.listings[0].delay_minutes >= 1440 for each in gauges)


def test_what_is_known_later_than_its_close_says_when() -> None:
    gauges = {"OFR_FSI", "STLFSI", "HY_OAS", "BROAD_DOLLAR"}
    later = {each.key for each in KNOWN if each.published}
    assert later == {"US10Y", "US2Y", "EFFR", "FNG", "BTC_ETF_FLOW"} | gauges
    assert [each.key for each in KNOWN if each.opens_the_day] == ["FNG"]


def test_who_trades_knows_a_yield_at_its_close() -> None:
    ten_years = KNOWN["US10Y"]
    assert ten_years.published_by("yahoo") is None
    assert ten_years.published_by("fred") == ten_years.published_by("Federal Reserve H.15") is not None


def test_what_nobody_holds_is_a_gauge() -> None:
    gauges = {each.key for each in KNOWN if each.is_gauge}
    official = {"OFR_FSI", "STLFSI", "HY_OAS", "BROAD_DOLLAR"}
    measured = {"VIX", "VIX3M", "DXY", "US10Y", "US2Y", "EFFR", "FNG", "BTC_FUNDING", "BTC_ETF_FLOW"}
    assert gauges == measured | official
    assert {each.key for each in KNOWN if each.fear} == {"VIX", "VIX3M", "OFR_FSI", "STLFSI", "HY_OAS"}


def test_a_total_return_is_found_by_its_key_and_never_listed() -> None:
    total = KNOWN["HYG_TR"]
    assert (total.of, total.listings[0].source, total.unit) == ("HYG", "yahoo_adjusted", Unit.USD)
    assert "HYG_TR" not in KNOWN
    assert total not in list(KNOWN)
    assert total in KNOWN.everything()
    assert KNOWN["GSPC_TR"].listings[0].symbol == "SPY"
    assert "BTC_TR" not in [each.key for each in KNOWN.everything()]


def test_an_index_of_stress_around_zero_is_never_turned_into_percent() -> None:
    assert KNOWN["OFR_FSI"].flow
    assert KNOWN["STLFSI"].flow
    assert KNOWN["HY_OAS"].moves_in_basis_points
