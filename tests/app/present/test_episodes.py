"""What is said of past falls."""

from app.present.episodes import falls_of, say_missing, say_sequels
from market import catalogue

EPISODES = catalogue.load().episodes


def test_without_prices_nothing_is_said_of_falls() -> None:
    found = falls_of("IXIC", (), EPISODES)
    assert say_sequels(found) == say_missing(found) == ""
