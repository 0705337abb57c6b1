"""The stress score as the Macro page shows it."""

import re

import pytest

from app.present import stress
from app.present.drawing import Absent
from tests.analytics.recorded import recording


def test_the_points_of_the_blocks_add_up_to_the_score_below_them() -> None:
    known = tuple(bars for key, bars in recording("2026-02-05").items() if key in stress.SERIES)
    table = str(stress.contributions_table(stress.measured(known)))
    points = [
        float(each) for each in re.findall(r'data-value="([\d.]+)" data-formula="stress_contribution"', table)
    ]
    [score] = [
        float(each) for each in re.findall(r'data-value="([\d.]+)" data-formula="stress_score"', table)
    ]
    assert sum(points) / 2 == pytest.approx(score, abs=1e-9)  # each stands behind its weight and its points


def test_without_a_score_there_is_nothing_to_add_up() -> None:
    found = stress.contributions_table(stress.measured(()))
    assert isinstance(found, Absent)
