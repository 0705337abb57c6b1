"""Zones over bars: the golden days of February 2026, the overlay of the last price, holding, and honesty."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from analytics.zone_rows import average_range, zone_bars
from analytics.zones import distance, follow, follow_all, follow_closest, holding
from market.bars import COLUMNS, Bars, InProgress, Provenance
from market.instruments import Calendar, Instrument, Interval, Unit
from market.zone_events import Happening, Stand, Word, ZoneEvent
from market.zones import Zone
from tests.analytics.recorded import recording

BTC = Instrument("BTC", "Bitcoin", "BTC", "crypto", Unit.USD, Calendar.ALWAYS)
ZONE = Zone("BTC", 68_000, 70_000)
# UTC closes of the published golden days, 2026-02-06 to 2026-02-12, another venue than the recording.
CLOSES = [70_555, 69_282, 70_265, 70_121, 68_794, 66_992, 66_222]


def btc(closes: list[float], spread: float = 0.0, first: str = "2026-01-01") -> Bars:
    """Daily bars with these closes, each ``spread`` above and below; close only where it is 0."""
    index = pd.date_range(first, periods=len(closes), tz="UTC") + timedelta(days=1)
    frame = pd.DataFrame(dict.fromkeys(COLUMNS, np.nan), index=index)
    frame["close"] = np.asarray(closes, float)
    if spread:
        frame["high"], frame["low"] = frame["close"] + spread, frame["close"] - spread
    return Bars(
        BTC, Interval.DAY, frame, Provenance("test", "BTC", datetime(2026, 3, 1, tzinfo=UTC), "close")
    )


def days(events: tuple[ZoneEvent, ...], kind: Happening) -> list[date]:
    return [(event.time - timedelta(days=1)).date() for event in events if event.kind is kind]


def test_the_recorded_february_enters_on_the_14th_and_loses_on_the_19th() -> None:
    history = follow(recording("2026-02-28")["BTC"], ZONE)
    assert [(event.kind, (event.time - timedelta(days=1)).date()) for event in history.events
            if event.kind.moves_state] == [
        (Happening.ENTERED, date(2026, 2, 14)),
        (Happening.LOST, date(2026, 2, 19)),
    ]  # fmt: skip
    assert (history.stand, history.word, history.testing) == (Stand.BELOW, Word.TESTING, True)


def test_the_12th_of_february_is_a_vote_and_not_yet_a_loss() -> None:
    on_the_12th = follow(recording("2026-02-12")["BTC"], ZONE)
    assert (on_the_12th.stand, on_the_12th.candidate, on_the_12th.votes) == (Stand.ABOVE, Stand.BELOW, 1)
    on_the_13th = follow(recording("2026-02-13")["BTC"], ZONE)
    assert (on_the_13th.stand, on_the_13th.candidate) == (Stand.ABOVE, Stand.INSIDE)


def test_the_low_of_the_6th_is_a_wick_and_a_touch() -> None:
    history = follow(recording("2026-02-07")["BTC"], ZONE)
    assert date(2026, 2, 6) in days(history.events, Happening.WICK)
    assert days(history.touches, Happening.TOUCHED)[-1] == date(2026, 2, 6)
    assert history.from_start


@pytest.mark.parametrize("asof", ["2025-04-09", "2026-02-05", "2026-02-14", "2026-02-20"])
def test_a_moment_knows_the_events_the_whole_history_tells_up_to_it(asof: str) -> None:
    whole = follow(recording()["BTC"], ZONE)
    then = follow(recording(asof)["BTC"], ZONE)
    assert then.events == whole.upto(then.as_of)


def test_holding_is_true_from_the_third_close_and_broken_on_the_11th() -> None:
    assert holding(np.array(CLOSES), 68_000).tolist() == [False, False, True, True, True, False, False]
    assert holding(np.array(CLOSES[:2]), 68_000).tolist() == [False, False]


def test_holding_tells_the_run_and_its_worst_prices() -> None:
    held = follow(btc([66_000.0] * 20 + CLOSES[:5], spread=300), ZONE).holding
    assert (held.holds, held.held, held.run) == (True, 3, 5)
    assert (held.worst_close, held.lowest) == (68_794, 68_494)
    broken = follow(btc([66_000.0] * 20 + CLOSES, spread=300), ZONE).holding
    assert (broken.holds, broken.held, broken.run) == (False, 1, 0)


def test_distance_in_percent_and_in_ranges() -> None:
    share, ranges = distance(70_555, 68_000, 5_900)
    assert share == pytest.approx(0.0375735294, abs=1e-9)
    assert ranges == pytest.approx(0.433051, abs=5e-7)


def test_distance_is_from_the_nearest_edge_and_nothing_inside() -> None:
    above = follow(btc([70_000.0, 71_400.0] * 10, spread=500), ZONE)
    assert above.distance == pytest.approx(0.02)
    assert above.distance_atr == pytest.approx(1_400 / above.atr)
    assert follow(btc([69_000.0] * 20, spread=500), ZONE).distance == 0


def test_the_unfinished_price_lies_over_the_state_and_never_changes_it() -> None:
    closed = btc([75_000.0, 75_500.0] * 12, spread=400)
    falling = closed.frame.copy()
    falling.loc[falling.index[-1] + timedelta(hours=9)] = [np.nan] * 3 + [69_500.0, np.nan]
    open_bars = replace(closed, frame=falling, in_progress=InProgress("test", -0.08))
    before, now = follow(closed, ZONE), follow(open_bars, ZONE)
    assert (now.stand, now.since, now.events) == (before.stand, before.since, before.events)
    assert (before.testing, now.testing, now.word, now.price) == (False, True, Word.TESTING, 69_500)


def test_a_price_near_an_edge_is_testing_it() -> None:
    history = follow(btc([71_000.0, 70_900.0] * 12, spread=1_000), ZONE)
    assert history.testing
    assert history.word is Word.TESTING


def test_words_tell_how_the_side_was_reached() -> None:
    quiet = [76_000.0, 76_500.0] * 10
    far_below, far_above = [60_000.0] * 3, [80_000.0] * 3

    def word(*closes: float) -> Word | None:
        return follow(btc([*closes], spread=300), ZONE).word

    assert word(*quiet) is Word.ABOVE
    assert word(*quiet, *far_below) is Word.LOST
    assert word(*quiet, *far_below, *far_above) is Word.RECLAIMED
    assert word(*quiet, *far_below, *far_above, 70_300, *far_above) is Word.HELD
    assert word(*quiet, 69_000, 69_000, *far_above) is Word.HELD
    assert word(*[60_000.0] * 20, 69_000, 69_000, *far_below) is Word.BELOW
    assert word(*quiet, 69_000, 69_000) is Word.INSIDE


def test_closes_without_a_range_are_followed_and_flagged() -> None:
    bars = btc([76_000.0, 77_000.0] * 10)
    history = follow(bars, ZONE)
    assert history.flags == ("close-only",)
    assert history.atr == pytest.approx(1_000)
    assert np.isnan(average_range(bars).iloc[13])
    assert not np.isnan(average_range(bars).iloc[14])


def test_the_average_range_is_wilders() -> None:
    atr = average_range(btc([100.0] * 15 + [101.0], spread=2))
    assert atr.iloc[13:].tolist() == pytest.approx([np.nan, 4, (13 * 4 + 4) / 14], nan_ok=True)


def test_a_bar_is_judged_by_the_range_before_it() -> None:
    rows = zone_bars(btc([100.0] * 15 + [160.0], spread=2))
    assert rows[-1].atr == pytest.approx(4)


def test_too_few_bars_leave_the_state_unknown_with_a_reason() -> None:
    history = follow(btc([70_000.0] * 9, spread=10), ZONE)
    assert (history.stand, history.word, history.distance_atr) == (None, None, 0.0)
    assert history.why == "The state needs 16 closed days; there are 9."


def test_a_level_has_no_past_before_it_could_be_known() -> None:
    record = Zone("BTC", 126_200, 126_200, known=date(2025, 10, 6))
    history = follow(recording()["BTC"], record)
    assert history.since == datetime(2025, 10, 8, tzinfo=UTC)
    early = follow(recording("2025-10-06")["BTC"], record)
    assert early.stand is None
    assert early.why == "This level is known since the close of 6 Oct 2025; nothing has closed after it."


def test_hours_use_the_range_of_their_days() -> None:
    daily = btc([76_000.0, 77_000.0] * 10, spread=500)
    index = pd.date_range("2026-01-21T01:00Z", periods=30, freq="h")
    frame = pd.DataFrame(dict.fromkeys(COLUMNS, np.nan), index=index)
    frame["close"] = [77_000.0] * 5 + [66_000.0] * 25
    hours = Bars(BTC, Interval.HOUR, frame, daily.provenance)
    [history] = follow_closest(daily, hours, [ZONE])
    assert history.atr == pytest.approx(float(average_range(daily).iloc[-1]))
    assert [event.kind for event in history.events] == [Happening.LOST]
    assert history.events[0].time == index[6].to_pydatetime()
    assert history.holding.n == 3


def test_a_zone_of_another_instrument_is_refused() -> None:
    with pytest.raises(ValueError, match="IXIC cannot be followed on BTC"):
        follow(btc([70_000.0] * 20), Zone("IXIC", 22_000, 22_000))


def test_several_zones_are_followed_as_one_by_one() -> None:
    bars = recording()["BTC"]
    zones = [ZONE, Zone("BTC", 60_000, 62_000), Zone("BTC", 80_600, 80_600)]
    assert follow_all(bars, zones) == tuple(follow(bars, zone) for zone in zones)
