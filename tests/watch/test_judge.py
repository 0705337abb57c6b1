"""What is believed of a price, and what is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from market.bars import COLUMNS, Bars, InProgress, Provenance, SecondOpinion
from market.instruments import Calendar, Instrument, Interval, Unit
from market.rules import Health
from tests.analytics.test_zones import BTC
from tests.fakes.prices import YIELD
from watch.judge import Believed, judge

NOW = datetime(2026, 2, 6, 15, tzinfo=UTC)
IXIC = Instrument("IXIC", "Nasdaq", "Nasdaq", "indices", Unit.POINTS, Calendar.XNYS)
RATE = Instrument("DGS2", "2-year", "2Y", "rates", Unit.PERCENT, Calendar.XNYS)


def bars(
    price: float,
    at: datetime = NOW,
    instrument: Instrument = BTC,
    other: float | None = None,
    **provenance: object,
) -> Bars:
    """Two finished days and a bar in progress at ``price``, with what a second source says of it."""
    index = pd.DatetimeIndex([at - timedelta(days=2), at - timedelta(days=1), at])
    frame = pd.DataFrame(dict.fromkeys(COLUMNS, np.nan), index=index)
    frame["close"] = [69_000.0, 69_500.0, price]
    second = None
    if other is not None:
        second = SecondOpinion("B", other, at, abs(price - other) / ((abs(price) + abs(other)) / 2))
    came = Provenance("A", "BTC-USD", at, "last", second=second)
    return Bars(
        instrument, Interval.DAY, frame, replace(came, **provenance), InProgress("A", price / 69_500 - 1)
    )


def health(given: Bars, believed: Believed | None = None, now: datetime = NOW, **options: bool) -> Health:
    return judge(given, believed or Believed(69_500.0, NOW - timedelta(minutes=1)), now, **options)[0].health


def test_a_new_price_is_believed_and_remembered() -> None:
    sample, believed = judge(bars(69_600.0), Believed(), NOW)
    assert (sample.health, sample.value, sample.source) == (Health.FRESH, 69_600.0, "A")
    assert believed == Believed(69_600.0, NOW)


@pytest.mark.parametrize("price", [0.0, -5.0])
def test_a_price_that_cannot_be_is_an_error(price: float) -> None:
    assert health(bars(price)) is Health.ERROR


def test_a_yield_may_be_negative() -> None:
    # 6 February 2026, 15:00 UTC: New York is open.
    assert health(bars(-0.1, instrument=RATE), Believed()) is Health.FRESH


def test_old_future_and_backward_prices_are_out_of_date() -> None:
    assert health(bars(69_600.0), now=NOW + timedelta(minutes=21)) is Health.STALE
    assert health(bars(69_600.0), now=NOW - timedelta(seconds=31)) is Health.STALE
    assert health(bars(69_600.0), Believed(69_500.0, NOW + timedelta(seconds=1))) is Health.STALE
    assert health(bars(69_600.0, stale_because="A did not answer")) is Health.STALE


def test_a_delayed_source_may_be_as_late_as_it_says() -> None:
    late = bars(69_600.0, delay_minutes=15)
    assert health(late, now=NOW + timedelta(minutes=34)) is Health.FRESH


def test_a_recording_is_believed_only_in_a_replay() -> None:
    recorded = bars(69_600.0, recorded=True)
    assert health(recorded) is Health.STALE
    assert health(recorded, replay=True) is Health.FRESH


def test_the_last_close_is_fresh_while_new_york_is_shut() -> None:
    friday = bars(23_031.0, datetime(2026, 2, 6, 21, tzinfo=UTC), IXIC)
    sunday = datetime(2026, 2, 8, 12, tzinfo=UTC)
    assert health(friday, Believed(), sunday) is Health.FRESH
    thursday = bars(22_540.0, datetime(2026, 2, 5, 21, tzinfo=UTC), IXIC)
    assert health(thursday, Believed(), sunday) is Health.STALE


def test_the_last_close_is_fresh_at_the_open_until_the_first_delayed_price_is_due() -> None:
    closed, opens = datetime(2026, 2, 5, 21, tzinfo=UTC), datetime(2026, 2, 6, 14, 30, tzinfo=UTC)
    thursday = bars(21.77, closed, IXIC, delay_minutes=15)
    believed = Believed(21.77, closed)
    for minutes in (0, 1, 16, 34):
        assert health(thursday, believed, opens + timedelta(minutes=minutes)) is Health.FRESH
    assert health(thursday, believed, opens + timedelta(minutes=36)) is Health.STALE


def test_two_sources_that_disagree_freeze_the_alert() -> None:
    assert health(bars(71_312.0, other=68_504.0)) is Health.DISPUTED
    assert health(bars(69_600.0, other=69_650.0)) is Health.FRESH
    assert health(bars(69_600.0, disputed=True)) is Health.DISPUTED


@pytest.mark.parametrize(
    ("instrument", "ours", "theirs", "agree"),
    [
        (IXIC, 12.00, 12.05, True),
        (IXIC, 12.00, 12.06, False),
        (RATE, 4.20, 4.29, True),
        (RATE, 4.20, 4.31, False),
        (RATE, 0.0100, 0.0085, True),
        (RATE, -0.0100, 0.0100, True),
        (RATE, 4.20, float("nan"), False),
        (IXIC, 12.00, float("inf"), False),
    ],
)
def test_two_sources_agree_by_the_measure_of_the_pages(
    instrument: Instrument, ours: float, theirs: float, agree: bool
) -> None:
    expected = Health.FRESH if agree else Health.DISPUTED
    assert health(bars(ours, instrument=instrument, other=theirs), Believed()) is expected


def test_sources_are_called_by_the_names_people_know() -> None:
    sample, _ = judge(bars(69_600.0, source="okx", other=71_000.0), Believed(), NOW)
    assert (sample.source, sample.why) == ("OKX", "OKX and B disagree by 2.0%.")


def test_only_a_source_that_says_otherwise_is_said_to_disagree() -> None:
    in_doubt = "6 Feb 2026: in doubt, a fall of 50.0% from one close to the next, which nothing confirms"
    alone = bars(69_600.0, disputed=True)
    assert judge(alone, Believed(), NOW)[0].why == "A sent a price that is in doubt."
    alone = replace(alone, provenance=replace(alone.provenance, notes=(in_doubt,)))
    assert judge(alone, Believed(), NOW)[0].why == f"A, {in_doubt}."
    the_same = bars(69_600.0, disputed=True, other=69_600.0)
    assert judge(the_same, Believed(), NOW)[0].why == "A sent a price that is in doubt."
    apart = bars(69_600.0, disputed=True, other=75_000.0)
    assert judge(apart, Believed(), NOW)[0].why == "A and B disagree."


def test_a_jump_needs_a_second_source_or_ten_minutes() -> None:
    believed = Believed(69_500.0, NOW)
    crash = 62_000.0
    sample, doubting = judge(bars(crash), believed, NOW)
    assert sample.health is Health.DISPUTED
    later = NOW + timedelta(minutes=9)
    assert judge(bars(crash, later), doubting, later)[0].health is Health.DISPUTED
    later = NOW + timedelta(minutes=10)
    assert judge(bars(crash, later), doubting, later)[0].health is Health.FRESH
    assert judge(bars(crash, other=61_950.0), believed, NOW)[0].health is Health.FRESH


def test_a_doubt_ends_when_the_old_price_is_back() -> None:
    _, doubting = judge(bars(62_000.0), Believed(69_500.0, NOW), NOW)
    sample, believed = judge(bars(69_400.0), doubting, NOW)
    assert (sample.health, believed.doubt) == (Health.FRESH, None)


def test_an_absurd_jump_is_never_believed_from_one_source() -> None:
    believed, now = Believed(69_500.0, NOW), NOW
    for _ in range(100):
        sample, believed = judge(bars(6_950_000.0, now), believed, now)
        assert sample.health is Health.DISPUTED
        now += timedelta(minutes=1)


def test_a_yield_is_fresh_until_the_fed_owes_the_next_one() -> None:
    """That of Thursday over a long weekend: Friday's is printed on Tuesday."""
    thursday = datetime(2025, 10, 9, 20, 0, tzinfo=UTC)
    tuesday = datetime(2025, 10, 14, 20, 0, tzinfo=UTC)
    newest = bars(4.14, thursday, YIELD, source="fred")
    assert health(newest, Believed(), tuesday) is Health.FRESH
    assert health(
        replace(newest, provenance=replace(newest.provenance, source="yahoo")), Believed(), tuesday
    ) is (Health.STALE)
