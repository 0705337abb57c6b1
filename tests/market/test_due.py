from dataclasses import replace
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import catalogue
from market.bars import COLUMNS, Bars, Provenance, SetAside
from market.calendars import session_closes
from market.instruments import Instrument, Interval
from tests.fakes.prices import BITCOIN, FETCHED, NASDAQ, make_bars

KNOWN = catalogue.load()
CAME = Provenance("fred", "TEST", FETCHED, "close")


def bars_at(instrument: Instrument, stamps: list[str], interval: Interval = Interval.DAY) -> Bars:
    index = pd.DatetimeIndex([pd.Timestamp(stamp, tz="UTC") for stamp in stamps])
    frame = pd.DataFrame({"close": range(1, len(stamps) + 1)}, index=index, dtype=float)
    return Bars(instrument, interval, frame.reindex(columns=list(COLUMNS)), CAME)


def hole_days(bars: Bars) -> list[str]:
    return [str(hole.day) for hole in bars.holes]


def test_a_session_without_a_row_is_a_hole_and_a_holiday_is_none() -> None:
    around = bars_at(NASDAQ, ["2026-01-15 21:00", "2026-01-20 21:00"])  # the 19th is a holiday
    assert hole_days(around) == ["2026-01-16"]
    assert around.holes[0].at == datetime(2026, 1, 16, 21, tzinfo=UTC)
    assert around.close.isna().tolist() == [False, True, False]
    assert around.returns.isna().all()


def test_a_half_day_ends_early() -> None:
    around = bars_at(NASDAQ, ["2025-11-26 21:00", "2025-12-01 21:00"])
    assert [hole.at.hour for hole in around.holes] == [18]


def test_a_utc_day_without_a_row_is_a_hole() -> None:
    assert hole_days(bars_at(BITCOIN, ["2026-02-05", "2026-02-08"])) == ["2026-02-05", "2026-02-06"]


def test_treasuries_rest_on_days_on_which_shares_trade() -> None:
    stamps = ["2025-10-10 20:00", "2025-10-14 20:00"]
    assert hole_days(bars_at(KNOWN["US10Y"], stamps)) == []
    assert hole_days(bars_at(KNOWN["IXIC"], stamps)) == ["2025-10-13"]


def test_a_weekly_figure_is_due_once_a_week() -> None:
    weekly = KNOWN["STLFSI"]
    assert hole_days(bars_at(weekly, ["2026-02-06 21:00", "2026-02-13 21:00"])) == []
    assert hole_days(bars_at(weekly, ["2026-02-06 21:00", "2026-02-20 21:00"])) == ["2026-02-13"]


def test_funding_is_due_every_eight_hours() -> None:
    prints = bars_at(KNOWN["BTC_FUNDING"], ["2026-02-05 08:00", "2026-02-06 00:00"])
    assert [hole.at.hour for hole in prints.holes] == [16]


def test_hours_come_as_they_are_traded() -> None:
    assert bars_at(BITCOIN, ["2026-02-05 08:00", "2026-02-05 11:00"], Interval.HOUR).holes == ()


def test_a_hole_has_the_reason_of_the_gate_that_made_it() -> None:
    came = replace(CAME, set_aside=(SetAside(datetime(2026, 2, 4, 21, tzinfo=UTC), "0 is not a price"),))
    bars = bars_at(NASDAQ, ["2026-02-02 21:00", "2026-02-05 21:00"])
    told = {str(hole.day): hole.why for hole in replace(bars, provenance=came).holes}
    assert told == {"2026-02-03": "FRED has no close of that day", "2026-02-04": "0 is not a price"}


def test_what_was_set_aside_later_is_not_known_before() -> None:
    late = SetAside(datetime(2026, 2, 5, 21, tzinfo=UTC), "0 is not a price")
    bars = bars_at(NASDAQ, ["2026-02-03 21:00", "2026-02-04 21:00", "2026-02-06 21:00"])
    bars = replace(bars, provenance=replace(CAME, set_aside=(late,)))
    before = bars.until(datetime(2026, 2, 5, tzinfo=UTC))
    assert before is not None
    assert before.provenance.set_aside == ()


@pytest.mark.parametrize("instrument", [NASDAQ, BITCOIN])
@given(gone=st.sets(st.integers(0, 39), max_size=39))
def test_every_bar_taken_away_between_two_others_is_a_hole(instrument: Instrument, gone: set[int]) -> None:
    whole = make_bars(instrument, [float(each) for each in range(1, 41)])
    kept = [place for place in range(40) if place not in gone]
    bars = replace(whole, frame=whole.frame.iloc[kept])
    inside = [place for place in sorted(gone) if kept[0] < place < kept[-1]]
    assert [hole.at for hole in bars.holes] == [whole.frame.index[place].to_pydatetime() for place in inside]
    assert len(bars) == kept[-1] - kept[0] + 1
    assert bars.frame.dropna(subset="close").equals(whole.frame.iloc[kept])
    assert replace(bars, frame=bars.frame).frame is bars.frame


def test_the_sessions_since_1990_hold_no_hole() -> None:
    closes = session_closes(date(1990, 1, 2), date(2026, 3, 6))
    index = pd.DatetimeIndex(closes).tz_convert("UTC")
    frame = pd.DataFrame({"close": 1.0}, index=index).reindex(columns=list(COLUMNS))
    assert Bars(NASDAQ, Interval.DAY, frame, CAME).frame is frame
