"""What is drawn since a day begins with the close of that day, in every market."""

from datetime import UTC, date, datetime

import pytest

from analytics.drawdowns import drawdown_since
from app.present import common_start
from app.present.drawing import Drawing
from app.present.macro import indexed_chart
from app.present.overview import below_peak
from market.bars import Bars
from market.calendars import day_of
from tests.analytics.recorded import recording

KEYS = ("GSPC", "IXIC", "BTC")
KNOWN = recording("2026-02-06")


def first_days(drawing: object) -> set[str]:
    assert isinstance(drawing, Drawing)
    return {str(trace.x[0]) for trace in drawing.figure.data if len(trace.x) > 1}


@pytest.mark.parametrize("hour", [0, 15, 22])
def test_falls_and_indexed_lines_begin_on_the_day_they_name(hour: int) -> None:
    held = tuple(KNOWN[key] for key in KEYS)
    start, day = common_start(held, datetime(2025, 10, 1, hour, tzinfo=UTC))
    assert day == "1 Oct 2025"
    assert first_days(below_peak(held, start, 400, False)) == {"2025-10-01"}
    assert first_days(indexed_chart(held, (), start, day, False)) == {"2025-10-01"}


def test_a_series_that_begins_later_names_its_own_first_day() -> None:
    known: Bars | None = KNOWN["BTC"].from_date(datetime(2025, 11, 5, tzinfo=UTC))
    assert known is not None
    start, day = common_start((known, KNOWN["IXIC"]), datetime(2025, 10, 1, tzinfo=UTC))
    assert day == "4 Nov 2025"
    assert day_of(drawdown_since(known.linked, start).index[0]) == date(2025, 11, 4)
