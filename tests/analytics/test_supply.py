"""Bitcoin in being."""

from datetime import date

import pytest

from analytics.supply import bitcoin_supply


@pytest.mark.parametrize(
    ("day", "coins"),
    [(date(2024, 4, 20), 19_687_500), (date(2024, 4, 21), 19_687_950), (date(2026, 2, 5), 19_982_700)],
)
def test_the_protocol_pays_450_coins_a_day(day: date, coins: int) -> None:
    assert bitcoin_supply(day) == coins


@pytest.mark.parametrize("day", [date(2024, 4, 19), date(2028, 1, 1)])
def test_outside_of_two_halvings_it_is_not_known(day: date) -> None:
    assert bitcoin_supply(day) is None
