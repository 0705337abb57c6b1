"""Narrow or systemic: the map of the recorded February and March 2026."""

from datetime import date

import pandas as pd
import pytest

from analytics.stress_map import Place, stress_map
from tests.analytics.recorded import recording

ROUT = {"2026-02": (date(2026, 1, 28), date(2026, 2, 6)), "2020-03": (date(2020, 2, 20), date(2020, 3, 23))}


def test_february_was_narrow_and_march_systemic() -> None:
    february, march = stress_map(recording("2026-02-05")), stress_map(recording("2026-03-06"))
    assert (february.corner, march.corner) == ("narrow", "systemic")
    assert february.narrow.value == pytest.approx(86.3, abs=0.05)
    assert february.systemic.value == pytest.approx(35.5, abs=0.05)


@pytest.mark.parametrize(
    ("narrow", "systemic", "corner"),
    [(10, 10, "calm"), (60, 59, "narrow"), (60, 60, "systemic"), (59, 60, "credit alone")],
)
def test_a_place_has_its_corner(narrow: float, systemic: float, corner: str) -> None:
    assert Place(date(2026, 2, 5), narrow, systemic).corner == corner


def test_the_trail_ends_today_and_holds_at_most_sixty_sessions() -> None:
    found = stress_map(recording("2026-02-05"))
    assert found.trail[-1].day == date(2026, 2, 5)
    assert found.trail[-1].narrow == found.narrow.value
    assert len(found.trail) <= 60
    days = [place.day for place in found.trail]
    assert days == sorted(days)


def test_an_episode_is_labelled_at_its_worst_day_and_only_where_there_is_history() -> None:
    found = stress_map(recording("2026-03-06"), ROUT)
    assert set(found.labelled) == {"2026-02"}
    assert found.labelled["2026-02"].day == date(2026, 2, 5)


def test_without_history_there_is_no_corner_and_the_reason() -> None:
    for known in ({}, recording("2025-06-30")):
        found = stress_map(known)
        assert (found.corner, found.trail) == (None, ())
        assert found.narrow.why
        assert found.missing


def test_technology_stands_alone_where_crypto_is_missing() -> None:
    known = recording("2026-02-05")
    del known["BTC"]
    assert stress_map(known).narrow.value is not None


def test_the_trail_does_not_change_with_what_came_later() -> None:
    then, later = stress_map(recording("2026-02-13")).trail, stress_map(recording("2026-03-06")).trail
    assert set(then) <= set(later)
    assert pd.Index([place.day for place in later]).is_unique
