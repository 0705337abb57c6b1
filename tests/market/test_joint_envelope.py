"""A number made of several series."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd

from market.bars import COLUMNS, Bars, InProgress, Provenance, State
from market.instruments import Calendar, Instrument, Interval, Unit
from market.readings import Result, envelope, joint_envelope

ASKED = datetime(2026, 2, 7, tzinfo=UTC)


def bars(key: str, day: str, **provenance: object) -> Bars:
    frame = pd.DataFrame({name: [1.0] for name in COLUMNS}, index=pd.DatetimeIndex([day], tz="UTC"))
    came = Provenance(f"publisher of {key}", key, ASKED, "close")
    return Bars(
        Instrument(key, key, key, "index", Unit.POINTS, Calendar.XNYS),
        Interval.DAY,
        frame,
        replace(came, **provenance),  # type: ignore[arg-type]
    )


def test_the_worst_state_and_the_oldest_clock_of_all_are_kept() -> None:
    old = datetime(2026, 2, 1, tzinfo=UTC)
    number = joint_envelope(
        Result(2.0, n=5),
        [bars("A", "2026-02-05"), bars("B", "2026-02-04", stale_because="no answer", fetched_at=old)],
        "points",
        "sum",
        first=1.0,
    )
    assert (number.state, number.fetched_at) == (State.STALE, old)
    assert number.as_of == datetime(2026, 2, 4, tzinfo=UTC)
    assert number.source == "publisher of A and publisher of B"
    assert number.sampling == "close"
    assert number.inputs == (("first", 1.0),)


def test_a_missing_value_or_no_series_is_missing() -> None:
    missing = joint_envelope(Result.missing("too few"), [bars("A", "2026-02-05")], "points", "sum")
    assert (missing.state, missing.why) == (State.MISSING, "too few")
    alone = joint_envelope(Result(1.0), [], "points", "sum")
    assert (alone.value, alone.state) == (None, State.MISSING)


def test_a_number_of_an_open_bar_names_the_publisher_of_that_bar_too() -> None:
    known = bars("A", "2026-02-05")
    open_bar = replace(known, in_progress=InProgress("another venue", 0.01))
    said = "publisher of A, open bar from another venue"
    assert envelope(Result(1.0), open_bar, "points", "sum").source == said
    both = joint_envelope(Result(1.0), [open_bar, bars("B", "2026-02-05")], "points", "sum")
    assert both.source == f"{said} and publisher of B"
