import pytest

from data_sources.keys import Keys
from market import catalogue

KEYS = Keys(catalogue.load())


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("IXIC", "IXIC"),
        (" ixic ", "IXIC"),
        ("^IXIC", "IXIC"),
        ("^ixic", "IXIC"),
        ("NASDAQCOM", "IXIC"),
        ("DGS10", "US10Y"),
        ("CL=F", "WTI"),
        ("BTC-USD", "BTC"),
        ("BTC/USD", "BTC"),
        ("STLFSI4", "STLFSI"),
        ("btc_funding", "BTC_FUNDING"),
        ("ZQZ26", "ZQZ26"),
    ],
)
def test_an_instrument_is_found_by_its_key_and_by_a_symbol_of_its_own(written: str, key: str) -> None:
    found = KEYS.find(written)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize("written", ["", "Nasdaq", "FOO", "BTC/USDT:USDT", "current", "^", "ZQA26"])
def test_nothing_else_is_taken_for_one(written: str) -> None:
    assert KEYS.find(written) is None


@pytest.mark.parametrize("key", [each.key for each in catalogue.load()])
def test_every_key_finds_itself(key: str) -> None:
    assert KEYS.find(key) is catalogue.load()[key]
    assert KEYS.find(key.lower()) is catalogue.load()[key]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("IXIX", "IXIX (did you mean IXIC?)"),
        ("Nasdaq", "Nasdaq (did you mean IXIC?)"),
        ("Bitcoin", "Bitcoin (did you mean BTC?)"),
        ("BTCUSDT", "BTCUSDT (did you mean BTC?)"),
        ("FOO", "FOO"),
        ("x" * 200, "x" * 24 + "…"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest(written: str, said: str) -> None:
    assert KEYS.say_unknown(written) == said
