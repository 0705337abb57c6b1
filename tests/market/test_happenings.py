"""Zone events in words."""

from datetime import UTC, datetime

import pytest

from market import catalogue
from market.happenings import HAPPENED, happening_parts, say_happening
from market.zone_events import Happening, Stand, ZoneEvent
from market.zones import Zone

BTC = catalogue.load()["BTC"]
ZONE = Zone("BTC", 68_000, 70_000)


@pytest.mark.parametrize("kind", Happening)
def test_every_kind_of_event_has_words_that_name_zone_and_price(kind: Happening) -> None:
    event = ZoneEvent(kind, datetime(2026, 2, 5, 19, tzinfo=UTC), 66_200.0, Stand.ABOVE)
    said = say_happening(event, ZONE, BTC)
    assert "$68K–$70K" in said
    assert "$66.2K" in said


def test_the_price_of_a_sentence_stands_by_itself() -> None:
    wick = ZoneEvent(Happening.WICK, datetime(2026, 2, 5, 19, tzinfo=UTC), 66_200.0, Stand.ABOVE)
    assert happening_parts(wick, ZONE, BTC) == ("Pierced $68K–$70K as far as ", "$66.2K", ", and closed back")


def test_no_kind_is_left_without_words() -> None:
    assert set(HAPPENED) == set(Happening)
