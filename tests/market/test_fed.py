"""Fed-funds futures, and the days on which the Fed decides."""

from datetime import UTC, date, datetime

import pytest

from market import catalogue
from market.fed import contract, fed_funds

MEETINGS = catalogue.load().meetings


def test_the_contracts_begin_with_the_month_itself_and_run_over_the_year():
    found = fed_funds(datetime(2026, 11, 22, tzinfo=UTC), months=3)
    assert list(found) == [(2026, 11), (2026, 12), (2027, 1)]
    assert [each.key for each in found.values()] == ["ZQX26", "ZQZ26", "ZQF27"]


def test_every_month_has_its_own_letter():
    keys = {contract((2026, month)).key[2] for month in range(1, 13)}
    assert len(keys) == 12


def test_a_contract_is_listed_at_yahoo_on_the_cbot():
    [listing] = contract((2026, 12)).listings
    assert (listing.source, listing.symbol) == ("yahoo", "ZQZ26.CBT")


def test_there_is_no_thirteenth_month():
    with pytest.raises(IndexError):
        contract((2026, 13))


def test_the_fed_decides_eight_times_a_year_on_wednesdays():
    assert {year: sum(day.year == year for day in MEETINGS) for year in (2025, 2026, 2027)} == {
        2025: 8,
        2026: 8,
        2027: 8,
    }
    assert {day.weekday() for day in MEETINGS} == {2}
    assert list(MEETINGS) == sorted(MEETINGS)


def test_no_month_has_two_meetings():
    months = [(day.year, day.month) for day in MEETINGS]
    assert len(set(months)) == len(months)


def test_the_last_decision_of_2026_is_on_9_december():
    assert max(day for day in MEETINGS if day.year == 2026) == date(2026, 12, 9)
