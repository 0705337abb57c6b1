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


@pytest.mark.parametrize("day", ["2026-02-03", "2026-02-07", "2026-02-13", "2026-02-20", "2026-03-06"])
def test_the_page_calls_the_score_by_its_regime_and_no_other_word_goes_before_it(day: str) -> None:
    known = tuple(bars for key, bars in recording(day).items() if key in stress.SERIES)
    found = stress.measured(known)
    html = str(stress.score_gauge(found))
    [called] = re.findall(r'class="mk-score-band[^"]*">([^<]+)<', html)
    assert found.regime is not None
    assert called.lower().startswith(found.regime.value)
    [said] = re.findall(r'aria-label="([^"]+)"', html)[:1]
    assert called in said


def test_points_below_score_times_weight_are_explained_beside_them() -> None:
    known = tuple(bars for key, bars in recording("2026-02-05").items() if key in stress.SERIES)
    table = str(stress.contributions_table(stress.measured(known)))
    assert "as the blocks do not move as one" in table


def test_the_card_says_what_is_in_the_number_and_on_which_components() -> None:
    known = tuple(bars for key, bars in recording("2026-02-07").items() if key in stress.SERIES)
    card = str(stress.score_gauge(stress.measured(known)))
    assert "Stocks at the New York close of 6 Feb 2026; crypto over the UTC day of 7 Feb 2026." in card
    assert "coverage was 54% then and is 72% now" in card
