"""Rules refuse what cannot be watched; quiet hours know midnight and daylight saving."""

from datetime import UTC, datetime, time, timedelta

import pytest

from market.rules import Direction, LevelRule, Measure, MeasureRule, QuietHours
from market.zones import Zone


def rule(**changes: object) -> MeasureRule:
    given = {
        "id": "r",
        "measure": Measure.PRICE,
        "key": "BTC",
        "direction": Direction.ABOVE,
        "threshold": 70_000.0,
        "clear": 69_650.0,
    }
    return MeasureRule(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"threshold": float("nan")}, "finite"),
        ({"clear": 70_001.0}, "other side"),
        ({"direction": Direction.BELOW}, "other side"),
        ({"hold": timedelta(days=8)}, "seven days"),
        ({"keep_for": timedelta(seconds=-1)}, "seven days"),
        ({"samples": 0}, "samples"),
        ({"measure": Measure.CORRELATION}, "second instrument"),
        ({"other": "IXIC"}, "second instrument"),
        ({"name": "two\nlines"}, "one line"),
        ({"name": "x" * 81}, "one line"),
        ({"name": "right\u202eleft"}, "one line"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        rule(**changes)


def test_a_rule_knows_the_instruments_it_reads() -> None:
    assert rule().keys == ("BTC",)
    assert rule(measure=Measure.CORRELATION, other="IXIC", threshold=0.6, clear=0.5).keys == ("BTC", "IXIC")
    assert LevelRule("z", Zone("BTC", 68_000, 70_000)).keys == ("BTC",)
    with pytest.raises(ValueError, match="at least one event"):
        LevelRule("z", Zone("BTC", 68_000, 70_000), kinds=frozenset())


@pytest.mark.parametrize(
    ("moment", "until"),
    [
        ("2026-02-05T22:59", None),
        ("2026-02-05T23:00", "2026-02-06T07:00"),
        ("2026-02-06T06:59", "2026-02-06T07:00"),
        ("2026-02-06T07:00", None),
    ],
)
def test_quiet_hours_may_pass_midnight(moment: str, until: str | None) -> None:
    quiet = QuietHours(time(23), time(7))
    expected = datetime.fromisoformat(until).replace(tzinfo=UTC) if until else None
    assert quiet.until(datetime.fromisoformat(moment).replace(tzinfo=UTC)) == expected


def test_quiet_hours_follow_the_clock_of_their_place() -> None:
    quiet = QuietHours(time(1), time(6), "Europe/London")
    # In the night of 29 March 2026 London's clocks go forward: 06:00 there is 05:00 UTC.
    assert quiet.until(datetime(2026, 3, 29, 2, tzinfo=UTC)) == datetime(2026, 3, 29, 5, tzinfo=UTC)


@pytest.mark.parametrize("start", [datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)])
def test_quiet_hours_end_in_the_future_on_the_nights_the_clocks_change(start: datetime) -> None:
    for end in (time(1, 30), time(2), time(2, 30), time(3)):
        quiet = QuietHours(time(22), end, "America/New_York")
        for minute in range(0, 24 * 60, 15):
            moment = start + timedelta(minutes=minute)
            until = quiet.until(moment)
            assert until is None or moment < until <= moment + timedelta(hours=6), moment


def test_quiet_hours_of_no_length_or_nowhere_are_refused() -> None:
    with pytest.raises(ValueError, match="different end"):
        QuietHours(time(7), time(7))
    with pytest.raises(ValueError, match="time zone"):
        QuietHours(time(7), time(8), "Mars/Olympus")
