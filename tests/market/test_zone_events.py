"""The words of a zone."""

from market.zone_events import Happening, Stand


def test_inside_is_its_own_opposite() -> None:
    assert [stand.opposite for stand in Stand] == [Stand.BELOW, Stand.INSIDE, Stand.ABOVE]


def test_marks_do_not_move_the_state() -> None:
    assert {kind for kind in Happening if not kind.moves_state} == {
        Happening.WICK,
        Happening.GAP_OVER,
        Happening.TOUCHED,
    }
