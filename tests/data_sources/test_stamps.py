from datetime import UTC, date, datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.stamps import why_no_end
from market import catalogue
from market.calendars import session_close, session_closes
from market.instruments import Calendar, Instrument, Interval

KNOWN = catalogue.load()
EVERY = list(KNOWN)
FIRST, LAST = datetime.fromisoformat("1990-01-02"), datetime.fromisoformat("2026-12-31")


@pytest.mark.parametrize("key", [each.key for each in KNOWN])
def test_every_end_of_a_session_or_of_a_day_is_one_since_the_calendar_begins(key: str) -> None:
    instrument = KNOWN[key]
    if instrument.calendar is Calendar.XNYS:
        ends = pd.DatetimeIndex(session_closes(date(1990, 1, 1), date(2026, 12, 31)))
    else:
        ends = pd.date_range("2010-01-01", "2026-12-31", tz=UTC)
    assert set(why_no_end(ends, instrument, Interval.DAY)) == {""}


@given(
    instrument=st.sampled_from([each for each in EVERY if each.calendar is Calendar.XNYS]),
    stamp=st.datetimes(FIRST, LAST),
)
def test_an_instant_is_a_close_only_where_the_calendar_has_it(
    instrument: Instrument, stamp: datetime
) -> None:
    stamp = stamp.replace(tzinfo=UTC, second=0, microsecond=0)
    close = session_close(stamp.date())
    [why] = why_no_end(pd.DatetimeIndex([stamp]), instrument, Interval.DAY)
    assert (why == "") == (close == stamp)


def test_nothing_is_asked_of_no_instants() -> None:
    assert len(why_no_end(pd.DatetimeIndex([], tz=UTC), KNOWN["IXIC"], Interval.DAY)) == 0
