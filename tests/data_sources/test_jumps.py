"""Splits and scales, on published closes: `published/SOURCES.md` names the publishers."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data_sources.jumps import look
from data_sources.quality import doubt, vouch
from market import catalogue
from market.bars import COLUMNS, Bars, InProgress, State
from market.calendars import session_closes
from market.instruments import Calendar, Instrument, Interval, Unit
from tests.data_sources.holes import check_only_set_aside
from tests.fakes.prices import BITCOIN, FETCHED, NASDAQ, OIL, SOFTWARE, VIX, make_bars

PUBLISHED = Path(__file__).parent / "published"
KNOWN = catalogue.load()
SPLITS = {
    "QQQ": (2, "2000-03-20"),
    "SMH": (2, "2023-05-05"),
    "IGV": (5, "2024-07-17"),
    "XLK": (2, "2025-12-05"),
    "XLU": (2, "2025-12-05"),
    "NVDA": (10, "2024-06-10"),
    "AVGO": (10, "2024-07-15"),
    "PANW": (2, "2024-12-16"),
    "NFLX": (10, "2025-11-17"),
    "NOW": (5, "2025-12-18"),
}


@cache
def windows() -> dict[tuple[str, str], pd.Series]:
    rows = pd.read_csv(PUBLISHED / "windows.csv", parse_dates=["date"])
    return {key: part.set_index("date")["close"] for key, part in rows.groupby(["key", "window"])}


def instrument_of(key: str) -> Instrument:
    if key in KNOWN:
        return KNOWN[key]
    return Instrument(key, key, key, "share", Unit.USD, Calendar.XNYS)


def bars_of(instrument: Instrument, closes: pd.Series, volume: pd.Series | None = None) -> Bars:
    days = pd.DatetimeIndex(closes.index)
    if instrument.calendar is Calendar.XNYS:
        ends = session_closes(days[0].date(), days[-1].date()).reindex(days)
    else:
        ends = pd.Series(days.tz_localize("UTC") + pd.Timedelta(days=1), index=days)
    frame = pd.DataFrame({"close": closes.to_numpy()}, index=pd.DatetimeIndex(ends)).reindex(
        columns=list(COLUMNS)
    )
    if volume is not None:
        frame["volume"] = volume.to_numpy()
    made = make_bars(instrument, [1.0, 1.0])
    return replace(made, frame=frame.astype("float64"))


def unadjusted(key: str, after: int) -> tuple[pd.Series, pd.Series, int]:
    """The closes up to ``after`` sessions from the split as they were printed, and as adjusted; the split's
    place.
    """
    ratio, day = SPLITS[key]
    published = windows()[key, "split"]
    place = int(published.index.get_loc(pd.Timestamp(day)))
    smooth = published.iloc[: place + after + 1]
    printed = smooth.copy()
    printed.iloc[:place] *= ratio
    return printed, smooth, place


@pytest.mark.parametrize("key", SPLITS)
@pytest.mark.parametrize("after", [0, 1, 30])
def test_a_split_that_nothing_confirms_is_disputed_on_its_day_and_after(key: str, after: int) -> None:
    printed, _, _ = unadjusted(key, after)
    bars = vouch(bars_of(instrument_of(key), printed))
    ratio, day = SPLITS[key]
    assert bars.state is State.DISPUTED
    assert bars.close.tolist() == printed.tolist()
    [note] = bars.provenance.notes
    assert note.startswith(f"{int(day[-2:])} {pd.Timestamp(day):%b %Y}: in doubt, a fall of ")
    assert note.endswith(f"the size of a {ratio}-for-1 split, which nothing confirms")


@pytest.mark.parametrize("key", SPLITS)
@pytest.mark.parametrize("after", [0, 1, 30])
def test_a_split_that_the_second_source_has_adjusted_for_is_adjusted_and_noted(key: str, after: int) -> None:
    printed, smooth, _ = unadjusted(key, after)
    second = replace(
        bars_of(instrument_of(key), smooth),
        provenance=replace(make_bars(NASDAQ, [1.0]).provenance, source="fred"),
    )
    bars = vouch(bars_of(instrument_of(key), printed), second)
    assert bars.state is State.FINAL
    assert bars.close.tolist() == pytest.approx(smooth.tolist())
    [note] = bars.provenance.notes
    ratio = SPLITS[key][0]
    assert note.endswith(f": a {ratio}-for-1 split: earlier prices are divided by {ratio}, as FRED shows")


@pytest.mark.parametrize("key", SPLITS)
@pytest.mark.parametrize("after", [0, 1, 30])
def test_a_split_that_the_volume_shows_is_adjusted_and_noted(key: str, after: int) -> None:
    printed, smooth, place = unadjusted(key, after)
    traded = np.random.default_rng(8).lognormal(15, 0.2, len(smooth))
    volume = pd.Series(traded, index=smooth.index)
    before = volume.copy()
    before.iloc[:place] /= SPLITS[key][0]
    bars = vouch(bars_of(instrument_of(key), printed, before))
    assert bars.state is State.FINAL
    assert bars.close.tolist() == pytest.approx(smooth.tolist())
    assert bars.frame["volume"].tolist() == pytest.approx(volume.tolist())
    assert bars.provenance.notes[0].endswith("as the volume shows")


def test_the_split_of_xlk_is_told_by_two_rows() -> None:
    xlk = KNOWN["XLK"]
    assert vouch(make_bars(xlk, [291.08, 146.60])).state is State.DISPUTED
    assert vouch(make_bars(xlk, [291.08, 146.60, 146.93])).state is State.DISPUTED
    split = vouch(make_bars(xlk, [291.08, 146.60]), make_bars(xlk, [145.54, 146.60]))
    assert split.returns.iloc[-1] == pytest.approx(0.0073, abs=1e-4)


@pytest.mark.parametrize("key", SPLITS)
def test_a_replay_is_in_doubt_from_the_split_on_and_not_before(key: str) -> None:
    printed, _, place = unadjusted(key, 30)
    bars = bars_of(instrument_of(key), printed)
    before = replace(bars, frame=bars.frame.iloc[:place])
    assert doubt(before) is before
    assert doubt(bars).state is State.DISPUTED


@pytest.mark.parametrize(("key", "window"), windows())
def test_no_real_day_is_taken_for_a_split_or_a_mistake(key: str, window: str) -> None:
    bars = bars_of(instrument_of(key), windows()[key, window])
    assert vouch(bars) is bars
    for rows in range(65, len(bars)):
        assert look(replace(bars, frame=bars.frame.iloc[:rows])) == look(bars)


def test_in_36_years_of_the_vix_nothing_is_in_doubt() -> None:
    closes = pd.read_csv(PUBLISHED / "vix.csv", parse_dates=["date"], index_col="date")["VIX"]
    vix = bars_of(
        VIX,
        closes[
            session_closes(closes.index[0].date(), closes.index[-1].date()).index.intersection(closes.index)
        ],
    )
    assert len(vix) > 9000
    assert vouch(vix) is vix


@pytest.mark.parametrize("closes", [[31.66, 32.00, 48.00], [17.25, 17.25, 25.76], [17.31, 37.32, 29.98]])
@pytest.mark.parametrize("known", [2, 3])
def test_the_vix_cannot_split(closes: list[float], known: int) -> None:
    bars = make_bars(VIX, closes[:known])
    assert vouch(bars) is bars
    without_the_day = make_bars(VIX, [31.0], last=bars.dates[0].date())
    assert vouch(bars, without_the_day).state is State.FINAL


@pytest.mark.parametrize("key", ["IXIC", "VIX", "DXY", "US10Y", "FNG", "BTC_ETF_FLOW", "WTI", "OFR_FSI"])
def test_what_cannot_split_does_not(key: str) -> None:
    assert not KNOWN[key].can_split
    halved = vouch(make_bars(KNOWN[key], [50.0, 50.2, 25.1]))
    assert not any("split" in note for note in halved.provenance.notes)


@pytest.mark.parametrize("key", ["XLK", "GLD", "TLT", "IBIT", "BTC", "DOGE"])
def test_funds_and_coins_can(key: str) -> None:
    assert KNOWN[key].can_split


@pytest.mark.parametrize("instrument", [SOFTWARE, BITCOIN])
def test_what_really_fell_by_half_is_kept_where_the_second_source_has_it_and_else_in_doubt(
    instrument,
) -> None:
    crash = make_bars(instrument, [100.0, 101.0, 50.5])
    assert vouch(crash, crash) is crash
    alone = vouch(crash)
    assert alone.state is State.DISPUTED
    assert alone.close.tolist() == crash.close.tolist()
    unhurt = vouch(crash, make_bars(instrument, [100.0, 101.0, 101.2], source="yahoo"))
    assert unhurt.state is State.DISPUTED
    assert unhurt.provenance.notes[-1].endswith("which Yahoo Finance does not have")


def test_a_fall_that_is_no_ratio_is_in_doubt_too() -> None:
    bars = vouch(make_bars(SOFTWARE, [100.0, 101.0, 40.4]))
    assert bars.state is State.DISPUTED
    assert bars.provenance.notes == (
        "6 Feb 2026: in doubt, a fall of 60.0% from one close to the next, which nothing confirms",
    )


def test_a_redenominated_coin_is_brought_to_one_scale() -> None:
    bars = vouch(
        make_bars(BITCOIN, [1.0, 1.1, 1.05, 104.0, 103.0]),
        make_bars(BITCOIN, [100.0, 110.0, 105.0, 104.0, 103.0], source="kraken"),
    )
    assert bars.close.tolist() == pytest.approx([100, 110, 105, 104, 103])
    assert bars.provenance.notes[0].endswith(
        "a 1-for-100 reverse split: earlier prices are multiplied by 100, as Kraken shows"
    )


def test_the_move_of_a_running_bar_is_measured_after_its_split() -> None:
    printed = make_bars(SOFTWARE, [290.0, 291.08], in_progress=146.60)
    adjusted = make_bars(SOFTWARE, [145.0, 145.54], in_progress=146.60)
    bars = vouch(printed, adjusted)
    assert bars.in_progress == InProgress("test", pytest.approx(146.60 / 145.54 - 1))


@pytest.mark.parametrize("wrong", [1, 2, 5])
@pytest.mark.parametrize("factor", [100, 10, 0.01])
@pytest.mark.parametrize("instrument", [NASDAQ, VIX, SOFTWARE, BITCOIN, OIL])
def test_several_wrong_closes_in_a_row_are_set_aside(instrument, factor: float, wrong: int) -> None:
    closes = [50.0 + place % 3 for place in range(40)]
    spoilt = [close * factor if 20 <= place < 20 + wrong else close for place, close in enumerate(closes)]
    if instrument is OIL and factor == 10:
        return  # ten times is not beyond what oil has done
    bars = vouch(make_bars(instrument, spoilt))
    check_only_set_aside(bars, make_bars(instrument, closes), range(20, 20 + wrong))
    assert len(bars.provenance.notes) == wrong
    assert all(note.endswith("its neighbours, set aside") for note in bars.provenance.notes)


@pytest.mark.parametrize("factor", [100, 2, 0.5])
def test_the_first_and_the_newest_close_of_an_index_cannot_be_on_another_scale(factor: float) -> None:
    closes = [23_000.0 + place for place in range(40)]
    assert vouch(make_bars(NASDAQ, [*closes, closes[0] * factor])).close.tolist() == closes
    assert vouch(make_bars(NASDAQ, [closes[0] * factor, *closes])).close.tolist() == closes


@pytest.mark.parametrize("instrument", [VIX, SOFTWARE, BITCOIN, OIL])
@pytest.mark.parametrize("factor", [2, 0.5])
@pytest.mark.parametrize("rows", [1, 3])
def test_a_price_that_doubles_or_halves_and_comes_straight_back_is_set_aside(
    instrument, factor: float, rows: int
) -> None:
    closes = [50.0 + place % 3 for place in range(40)]
    spoilt = [close * factor if 20 <= place < 20 + rows else close for place, close in enumerate(closes)]
    check_only_set_aside(
        vouch(make_bars(instrument, spoilt)), make_bars(instrument, closes), range(20, 20 + rows)
    )


def test_two_rows_that_contradict_each_other_are_in_doubt() -> None:
    assert vouch(make_bars(BITCOIN, [70_000, 7_000_000])).state is State.DISPUTED


def test_hours_are_told_with_their_hour() -> None:
    index = pd.date_range("2026-02-05T12:00", periods=6, freq="h", tz="UTC")
    frame = pd.DataFrame({"close": [70.0, 70, 7000, 70, 71, 72]}, index=index).reindex(columns=list(COLUMNS))
    hours = Bars(BITCOIN, Interval.HOUR, frame, make_bars(BITCOIN, [1.0]).provenance)
    assert hours.provenance.fetched_at == FETCHED
    assert vouch(hours).provenance.notes == (
        "Thu 5 Feb 2026, 14:00 UTC: 7,000 is 100 times its neighbours, set aside",
    )
