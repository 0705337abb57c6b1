"""The Fed path, against CME's own worked examples."""

import math
from dataclasses import replace
from datetime import date

import pytest

from analytics.fed import convolve, fed_path, implied_change, outlook, rate_after, rate_before, step_odds
from market.bars import Bars
from market.fed import Month, contract
from tests.analytics.bars import series
from tests.analytics.vectors import VECTORS

BY_KEY = {vector.key: vector for vector in VECTORS}
SETTLED = {(2022, 9): 97.4475, (2022, 10): 96.94, (2022, 11): 96.43}  # CME, 2022-09-12


def test_the_rate_before_a_meeting_matches_cme() -> None:
    vector = BY_KEY["8.1"]
    given = vector.given
    start = rate_before(given["average"], given["end"], given["days_before"], given["days"])
    change = given["end"] - start
    assert [start, change, change / 0.25] == pytest.approx(vector.expect, abs=vector.tolerance)


@pytest.mark.parametrize("key", ["8.2", "8.4"])
def test_the_rate_after_a_meeting_matches_cme(key: str) -> None:
    given = BY_KEY[key].given
    end = rate_after(given["average"], given["start"], given["days_before"], given["days"])
    change = end - given["start"]
    assert [end, change, change / 0.25] == pytest.approx(BY_KEY[key].expect, abs=BY_KEY[key].tolerance)


def test_odds_of_two_meetings_convolve_as_cme_prints_them() -> None:
    vector = BY_KEY["8.3"]
    total = convolve(vector.given["first"], vector.given["second"])
    assert [total[steps] for steps in vector.given["ask"]] == pytest.approx(
        vector.expect, abs=vector.tolerance
    )


@pytest.mark.parametrize("key", ["8.5", "8.6"])
def test_a_cut_is_floored_towards_minus_infinity(key: str) -> None:
    odds = list(step_odds(**BY_KEY[key].given).values())
    assert odds == pytest.approx(BY_KEY[key].expect, abs=BY_KEY[key].tolerance)


def test_the_whole_path_of_september_2022() -> None:
    september, november = fed_path(SETTLED, [date(2022, 11, 2), date(2022, 9, 21)])
    assert (september.before, september.after) == (pytest.approx(2.29875), pytest.approx(3.06))
    assert (november.before, november.after) == (pytest.approx(3.06), pytest.approx(3.587586, abs=1e-6))
    assert september.odds is not None
    assert november.cumulative is not None
    assert september.odds[3] == pytest.approx(0.955)
    found = [november.cumulative[steps] for steps in (5, 6, 7)]
    assert found == pytest.approx(BY_KEY["8.3"].expect, abs=2e-6)
    assert sum(november.cumulative.values()) == pytest.approx(1)


def test_neighbouring_meetings_share_the_mean_of_their_two_estimates() -> None:
    prices = {(2022, 10): 96.94, (2022, 11): 96.25, (2022, 12): 95.90, (2023, 1): 95.70}
    november, december = fed_path(prices, [date(2022, 11, 2), date(2022, 12, 14)])
    forward = rate_after(3.75, 3.06, 1, 30)
    backward = rate_before(4.10, 4.30, 13, 31)
    assert november.after == december.before == pytest.approx((forward + backward) / 2)
    assert november.gap == pytest.approx(abs(forward - backward))


def test_a_meeting_in_the_first_days_takes_its_start_from_the_month_before() -> None:
    prices = {(2022, 10): 96.94, (2022, 11): 96.40, (2022, 12): 96.30}
    (november,) = fed_path(prices, [date(2022, 11, 2)])
    assert november.before == pytest.approx(3.06)


def test_a_meeting_on_the_first_is_all_of_its_month() -> None:
    (meeting,) = fed_path({(2022, 11): 96.0}, [date(2022, 11, 1)], current=3.75)
    assert (meeting.before, meeting.after) == (3.75, 4.0)


def test_a_meeting_in_the_last_days_needs_the_month_after() -> None:
    """One new day in July 2024: a basis point in the contract would be 31 in the rate."""
    july = date(2024, 7, 31)
    (alone,) = fed_path({(2024, 6): 94.67, (2024, 7): 94.66}, [july])
    assert (alone.before, alone.after, alone.odds) == (pytest.approx(5.33), None, None)
    assert alone.why == (
        "The contract of July 2024 holds too few days after the meeting, and none follows it."
    )
    (known,) = fed_path({(2024, 6): 94.67, (2024, 7): 94.66, (2024, 8): 94.70}, [july])
    assert known.after == pytest.approx(5.30)


def test_the_effective_rate_stands_in_before_the_first_meeting() -> None:
    (meeting,) = fed_path({(2015, 9): 99.805}, [date(2015, 9, 17)], current=0.1325)
    assert meeting.after == pytest.approx(0.266429, abs=1e-6)


def test_the_day_after_count_moves_the_rate_one_day_later() -> None:
    (cme,) = fed_path(SETTLED, [date(2022, 9, 21)])
    (later,) = fed_path(SETTLED, [date(2022, 9, 21)], lag=1)
    assert later.before == pytest.approx(rate_before(2.5525, 3.06, 21, 30))
    assert cme.before != later.before


def test_a_missing_contract_says_so_and_ends_the_count() -> None:
    first, second = fed_path(SETTLED, [date(2022, 7, 27), date(2022, 9, 21)])
    assert (first.change, first.why) == (None, "There is no contract for July 2022.")
    assert second.change is not None
    assert second.cumulative is None
    (alone,) = fed_path({(2022, 9): 97.4}, [date(2022, 9, 21)])
    assert alone.why == "Neither the month before nor the month after is free of meetings."


def test_impossible_days_are_refused() -> None:
    with pytest.raises(ValueError, match="before the meeting"):
        rate_before(3.0, 3.0, 0, 30)
    with pytest.raises(ValueError, match="after the meeting"):
        rate_after(3.0, 3.0, 30, 30)


def test_the_model_free_change_needs_both_numbers() -> None:
    assert implied_change(96.5, 3.64).value == pytest.approx(-0.14)
    assert implied_change(math.nan, 3.64).why


def future(month: Month, closes: list[float], start: str | None = None) -> Bars:
    return replace(series("IXIC", closes, start), instrument=contract(month))


DECISIONS = (date(2025, 1, 8), date(2025, 1, 29), date(2025, 3, 19))
FUTURES = {
    (2025, 1): future((2025, 1), [95.60, 95.60, 95.60]),
    (2025, 2): future((2025, 2), [95.70, 95.75, 95.80]),
    (2025, 3): future((2025, 3), [95.75, 95.80, 95.90]),
    (2025, 4): future((2025, 4), [95.80, 95.90, 96.00]),
}


def test_the_outlook_is_of_the_newest_close_and_of_the_coming_meetings() -> None:
    found = outlook(FUTURES, DECISIONS[1:], series("EFFR", [4.33, 4.33, 4.33]))
    assert found is not None
    assert found.stamp.date() == date(2025, 1, 6)
    assert [each.day for each in found.meetings] == list(DECISIONS[1:])
    assert found.meetings[0].after == pytest.approx(4.20)
    assert found.path.iloc[0] == 4.33
    assert len(found.path) == 3


def test_the_outlook_before_stands_on_the_closes_of_that_day() -> None:
    found = outlook(FUTURES, DECISIONS[1:], None, sessions_ago=2)
    assert found is not None
    assert found.stamp.date() == date(2025, 1, 2)
    assert found.meetings[0].after == pytest.approx(4.30)
    assert outlook(FUTURES, DECISIONS, None, sessions_ago=3) is None


def test_a_month_whose_meeting_has_passed_says_nothing_of_the_next_one() -> None:
    late = {month: future(month, [95.6], "2025-01-10") for month in FUTURES}
    found = outlook(late, DECISIONS[:1] + DECISIONS[2:], series("EFFR", [4.33], start="2025-01-10"))
    assert found is not None
    assert [each.day for each in found.meetings] == [DECISIONS[2]]
    assert found.meetings[0].before == pytest.approx(4.40)  # February, free of meetings


def test_meetings_beyond_the_last_contract_are_not_told() -> None:
    found = outlook({(2025, 1): FUTURES[2025, 1]}, DECISIONS[1:], series("EFFR", [4.33, 4.33, 4.33]))
    assert found is not None
    assert [each.day for each in found.meetings] == [DECISIONS[1]]


def test_without_a_contract_there_is_no_outlook() -> None:
    assert outlook({}, DECISIONS, None) is None


def test_after_a_meeting_whose_contract_has_expired_the_next_months_rate_holds() -> None:
    left = {month: bars for month, bars in FUTURES.items() if month != (2025, 1)}
    found = outlook(left, DECISIONS[1:], series("EFFR", [4.33, 4.33, 4.33]))
    assert found is not None
    assert found.meetings[0].after is None
    assert found.path.iloc[:2].to_list() == [4.33, found.meetings[1].before]
    assert len(found.path) == 3
