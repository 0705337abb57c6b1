"""What the status strip says of providers that are not well."""

from datetime import timedelta

import pytest

from app.strip import _say_providers
from components.page.cards import Mark
from data_sources.breaker import BreakerState
from data_sources.health import ProviderHealth
from tests.fakes.prices import FETCHED

NAMES = ("yahoo", "kraken", "coinbase", "okx", "fred", "binance", "gate")


def silent(name: str) -> ProviderHealth:
    again = FETCHED + timedelta(seconds=13)
    return ProviderHealth(
        name, BreakerState.OPEN, last_error="It did not answer", next_try=again, requests=1, failures=1
    )


@pytest.mark.parametrize(("number", "more"), [(3, None), (4, "and 1 more"), (7, "and 4 more")])
def test_three_are_named_and_the_rest_are_counted(number: int, more: str | None) -> None:
    signals = _say_providers({name: silent(name) for name in NAMES[:number]}, FETCHED)
    assert [signal.text for signal in signals[:3]] == ["It did not answer, next try in 13 s"] * 3
    assert [signal.text for signal in signals[3:]] == ([more] if more else [])


def test_who_answers_or_was_not_asked_is_not_named() -> None:
    well = ProviderHealth("yahoo", BreakerState.CLOSED, last_success=FETCHED, requests=1)
    assert _say_providers({"yahoo": well, "ofr": ProviderHealth("ofr", BreakerState.CLOSED)}, FETCHED) == []


def test_who_has_answered_before_is_late_and_who_never_has_has_failed() -> None:
    before = ProviderHealth("fred", BreakerState.OPEN, last_success=FETCHED, last_error="x", requests=2)
    signals = _say_providers({"fred": before, "kraken": silent("kraken")}, FETCHED)
    assert [signal.mark for signal in signals] == [Mark.LATE, Mark.FAILED]
