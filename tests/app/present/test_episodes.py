"""What is said of past falls."""

import numpy as np

from app.present.drawing import Drawing
from app.present.episodes import falls_of, say_missing, say_sequels, sequel_fan
from market import catalogue
from tests.analytics.bars import series

EPISODES = catalogue.load().episodes


def test_without_prices_nothing_is_said_of_falls() -> None:
    found = falls_of("IXIC", (), EPISODES)
    assert say_sequels(found) == say_missing(found) == ""


def test_what_followed_is_drawn_once_enough_past_falls_tell_of_it() -> None:
    fall_and_rise = [1.0, 0.96, 0.92, 0.9, *np.linspace(0.91, 1.05, 40)]
    cycles = [100 * 1.06**turn * share for turn in range(10) for share in fall_and_rise]
    known = (series("IXIC", [*cycles, 200, 190, 185, 180]),)
    drawn = sequel_fan("IXIC", known, (), False)
    assert isinstance(drawn, Drawing)
    assert "past cases, not a forecast" in drawn.note
    assert say_sequels(falls_of("IXIC", known, ())).count("median") == 3
    assert sequel_fan("IXIC", (series("IXIC", [*cycles[:100], 200, 180]),), (), False) == ""
