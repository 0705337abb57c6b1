"""The parsers, on whatever may come: they answer with bars that keep the rules, or with a `SourceError`."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import alternative_me, etf, exchange, fred, ofr, yahoo
from data_sources.errors import BadData, NoData, SourceError, UnknownSymbol
from data_sources.web import retry_after
from market import catalogue
from market.bars import Bars, State
from market.instruments import Cadence, Interval, Listing
from tests.fakes.prices import BITCOIN, ETF_FLOW, FUNDING, MOOD, NASDAQ, OIL, VIX, YIELD

NOW = datetime(2026, 2, 9, 15, 30, tzinfo=UTC)
VIXCLS, TNX, FNG = Listing("fred", "VIXCLS"), Listing("yahoo", "^TNX", 15), Listing("alternative_me", "fng")
YAHOO, KRAKEN = Listing("yahoo", "X", 15), Listing("kraken", "BTC/USD")
OKX = Listing("okx", "BTC/USDT:USDT")
STLFSI, DOLLAR = catalogue.load().pick("STLFSI", "BROAD_DOLLAR")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
NUMBERS = st.none() | st.floats() | st.integers(-(10**20), 10**20) | st.text(max_size=5)


def keeps_the_rules(ask, *arguments) -> Bars | None:
    """The bars of a parser, checked; None where it gave a reason instead."""
    try:
        bars = ask(*arguments)
    except SourceError as error:
        assert str(error)
        return None
    holes = {hole.at for hole in bars.holes}
    assert [stamp in holes for stamp in bars.frame.index] == bars.close.isna().tolist()
    assert bars.close.notna().iloc[[0, -1]].all()
    assert np.isfinite(bars.close.dropna().to_numpy()).all()
    assert bars.as_of <= NOW + timedelta(minutes=1)
    return bars


def fred_text(text: str) -> Bars:
    return fred.parse(text, VIX, VIXCLS, NOW)


FRED = "observation_date,VIXCLS\n2026-02-04,18.64\n2026-02-05,21.77\n2026-02-06,17.76\n2026-02-09,.\n"


def test_fred_gives_closes_by_session_and_a_dot_is_missing():
    bars = fred_text(FRED)
    assert bars.close.tolist() == [18.64, 21.77, 17.76]
    assert bars.as_of == datetime(2026, 2, 6, 21, tzinfo=UTC)
    assert bars.frame["open"].isna().all()


def test_fred_may_call_its_date_column_by_its_old_name():
    assert len(fred_text(FRED.replace("observation_date", "DATE"))) == 3


def test_fred_days_without_a_session_are_left_out():
    assert len(fred_text(FRED + "2026-02-07,99\n")) == 3


def test_a_weekly_figure_of_a_holiday_counts_for_the_session_before():
    """STLFSI4 carries Fridays; 2020-07-03 was none for New York."""
    text = "observation_date,VIXCLS\n2020-06-19,1\n2020-06-26,2\n2020-07-03,3\n2020-07-10,4\n"
    bars = fred.parse(text, replace(VIX, cadence=Cadence.WEEK), VIXCLS, NOW)
    assert bars.close.tolist() == [1, 2, 3, 4]
    assert [str(day.date()) for day in bars.dates] == [
        "2020-06-19",
        "2020-06-26",
        "2020-07-02",
        "2020-07-10",
    ]


def test_a_weekly_series_says_that_it_is_weekly():
    text = "observation_date,VIXCLS\n2026-01-16,-0.7\n2026-01-23,-0.68\n2026-01-30,-0.66\n"
    weekly = fred.parse(text, STLFSI, replace(STLFSI.listings[0], symbol="VIXCLS"), NOW)
    assert weekly.provenance.sampling == "weekly, as published by FRED"
    assert weekly.close.tolist() == [-0.7, -0.68, -0.66]
    assert fred_text(FRED).provenance.sampling == "daily, as published by FRED"


def test_what_is_published_days_later_is_finished_once_it_is_there():
    text = "observation_date,DTWEXBGS\n2026-02-04,119.9\n2026-02-05,120.1\n2026-02-06,119.8\n"
    bars = fred.parse(text, DOLLAR, DOLLAR.listings[0], NOW)
    assert (bars.state, bars.in_progress) == (State.FINAL, None)
    assert bars.as_of == datetime(2026, 2, 6, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "<html>", "a,b,c\n1,2,3", "observation_date,OTHER\n2026-02-06,1", "\0\0"]
)
def test_what_is_not_freds_table_is_bad(text):
    with pytest.raises((BadData, NoData)):
        fred_text(text)


@given(st.text())
def test_any_text_at_fred(text):
    keeps_the_rules(fred_text, text)
    keeps_the_rules(fred_text, "observation_date,VIXCLS\n" + text)


@given(st.integers(0, len(FRED)), st.text(max_size=3))
def test_a_cut_or_changed_table_at_fred(place, instead):
    bars = keeps_the_rules(fred_text, FRED[:place] + instead + FRED[place + 1 :])
    assert bars is None or bars.close.notna().sum() <= 4
    keeps_the_rules(fred_text, FRED[:place])


@given(st.permutations(FRED.splitlines()[1:4]))
def test_rows_in_any_order_at_fred(lines):
    assert fred_text("\n".join(["DATE,VIXCLS", *lines, ""])).close.tolist() == [18.64, 21.77, 17.76]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_last_line_without_an_end_is_not_read(ends):
    """It may have lost its last digits: 4.17 cut to 4."""
    whole = FRED.replace("2026-02-09,.\n", "").replace("\n", ends)
    for lost in range(len(ends), len(ends) + 5):
        assert fred_text(whole[:-lost]).close.tolist() == [18.64, 21.77]
    assert ofr_text(OFR[:-1]).close.tolist() == [-1.9]


@given(st.integers(0, len(FRED)))
def test_a_cut_table_says_nothing_that_the_whole_one_does_not(place):
    bars = keeps_the_rules(fred_text, FRED[:place])
    assert bars is None or bars.close.tolist() == [18.64, 21.77, 17.76][: len(bars)]


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.999])
def test_json_that_is_cut_is_refused(cut):
    told = said(*((f"2026-02-{day:02d}", "14") for day in range(8, 0, -1)))
    with pytest.raises(BadData):
        mood(told[: int(cut * len(told))])
    flows = funds(IBIT=("2026-02-06", -400), FBTC=("2026-02-06", 150))
    with pytest.raises(BadData):
        etf.parse(flows[: int(cut * len(flows))], ETF_FLOW)


def test_fifty_thousand_rows_are_enough():
    rows = "\n".join(f"{day:%Y-%m-%d},1" for day in pd.date_range("1800-01-01", periods=80_000))
    keeps_the_rules(fred_text, "DATE,VIXCLS\n" + rows)


OFR = "Date,OFR FSI,Credit\n2026-02-05,-1.9,0.1\n2026-02-06,-2.1,0.2\n"


def ofr_text(text: str, symbol: str = "OFR FSI") -> Bars:
    return ofr.parse(text, VIX, Listing("ofr", symbol), NOW)


def test_the_stress_index_may_be_negative_and_has_parts():
    assert ofr_text(OFR).close.tolist() == [-1.9, -2.1]
    assert ofr_text(OFR, "Credit").close.tolist() == [0.1, 0.2]
    with pytest.raises(UnknownSymbol):
        ofr_text(OFR, "Debit")


@given(st.text())
def test_any_text_at_the_ofr(text):
    keeps_the_rules(ofr_text, text)
    keeps_the_rules(ofr_text, "Date,OFR FSI\n" + text)


def mood(text: str) -> Bars:
    return alternative_me.parse(text, MOOD, FNG, NOW)


def said(*scores):
    rows = [{"value": value, "timestamp": str(int(pd.Timestamp(day).timestamp()))} for day, value in scores]
    return json.dumps({"data": rows})


def test_todays_mood_is_published_as_its_day_begins_and_stands_for_it():
    bars = mood(said(("2026-02-09", "14"), ("2026-02-08", "7"), ("2026-02-07", "6")))
    assert bars.close.tolist() == [6, 7, 14]
    assert [str(day.date()) for day in bars.dates] == ["2026-02-07", "2026-02-08", "2026-02-09"]
    assert bars.state is State.FINAL
    assert bars.as_of == datetime(2026, 2, 9, tzinfo=UTC)


def test_a_score_beyond_a_hundred_is_left_out_and_told():
    bars = mood(said(("2026-02-08", "700"), ("2026-02-07", "6"), ("2026-02-06", None)))
    assert bars.close.tolist() == [6]
    assert bars.provenance.notes == ("8 Feb 2026: a score of 700 is not possible, set aside",)


@pytest.mark.parametrize("stamp", [0, -62_135_596_801, -62_135_510_401])
def test_a_stray_stamp_of_long_ago_lays_no_days_before_the_series(stamp):
    rows = json.loads(said(("2026-02-08", "7"), ("2026-02-07", "6")))
    rows["data"].append({"value": "5", "timestamp": str(stamp)})
    bars = mood(json.dumps(rows))
    assert bars.close.tolist() == [6, 7]
    assert bars.provenance.notes == ("from before 1990: 1 row set aside",)


@given(ANYTHING)
def test_any_json_at_alternative_me(value):
    keeps_the_rules(mood, json.dumps(value))
    keeps_the_rules(mood, json.dumps({"data": value}))
    keeps_the_rules(mood, json.dumps({"data": [{"value": value, "timestamp": value}]}))


@given(st.text())
def test_any_text_at_alternative_me(text):
    keeps_the_rules(mood, text)


def test_deeply_nested_json_is_bad():
    with pytest.raises(BadData):
        mood("[" * 100_000)


def funds(**days):
    held = {"holdings": 1000, "error": False}
    return json.dumps(
        {"data": {name: {"dt": day, "change": coins, **held} for name, (day, coins) in days.items()}}
    )


@given(ANYTHING)
def test_any_json_at_the_fund_flows(value):
    for text in (value, {"data": value}, {"data": {"IBIT": value}}):
        try:
            assert all(np.isfinite(each.coins) for each in etf.parse(json.dumps(text), ETF_FLOW).flows)
        except SourceError:
            continue


def candles(raw, interval=Interval.DAY) -> Bars:
    return exchange.parse(raw, BITCOIN, interval, KRAKEN, NOW)


def candle(day: str, close: float) -> list[float]:
    return [int(pd.Timestamp(day, tz="UTC").timestamp() * 1000), close, close, close, close, 1.0]


def test_the_last_candle_is_in_progress_and_stamped_now():
    bars = candles([candle("2026-02-07", 70), candle("2026-02-08", 71), candle("2026-02-09", 72)])
    assert bars.finished.as_of == datetime(2026, 2, 9, tzinfo=UTC)
    assert bars.as_of == NOW
    assert bars.in_progress.change == pytest.approx(72 / 71 - 1)


def test_candles_of_another_midnight_are_bad():
    with pytest.raises(BadData):
        candles([candle("2026-02-07T16:00", 70)])


def test_a_gap_stays_a_gap():
    bars = candles([candle("2026-02-04", 70), candle("2026-02-08", 71)])
    assert bars.close.dropna().tolist() == [70, 71]
    assert [(hole.day.day, hole.why) for hole in bars.holes] == [
        (day, "Kraken has no close of that day") for day in (5, 6, 7)
    ]


@given(st.lists(st.lists(NUMBERS, max_size=8), max_size=12))
def test_any_candles(raw):
    keeps_the_rules(candles, raw)
    keeps_the_rules(candles, raw, Interval.HOUR)


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0.01, 1e6)), min_size=1, max_size=60))
def test_candles_in_any_order_and_number(days):
    start = pd.Timestamp("2025-01-06", tz="UTC")
    raw = [candle(str((start + pd.Timedelta(days=day)).date()), close) for day, close in days]
    bars = keeps_the_rules(candles, raw)
    last = dict(days)
    if bars is not None:
        assert bars.close.notna().sum() <= len(last)
        assert set(bars.close.dropna()) <= {close for _, close in days}


@given(st.lists(st.fixed_dictionaries({"timestamp": NUMBERS, "fundingRate": NUMBERS}), max_size=10))
def test_any_funding(raw):
    keeps_the_rules(exchange.parse_funding, raw, FUNDING, OKX, NOW)


def yahoo_frame(days, closes, zone="America/New_York", **columns):
    frame = pd.DataFrame({"Close": closes}, index=pd.DatetimeIndex(days).tz_localize(zone), dtype="float64")
    for name in ("Open", "High", "Low"):
        frame[name] = columns.get(name, closes)
    return frame.assign(Volume=0)


def days_of(instrument, days, closes, listing=YAHOO, now=NOW, **columns):
    return yahoo.parse(yahoo_frame(days, closes, **columns), instrument, Interval.DAY, listing, now)


def test_yahoos_session_is_stamped_with_its_close_early_ones_too():
    bars = days_of(NASDAQ, ["2025-11-26", "2025-11-28"], [1, 2])
    assert [stamp.hour for stamp in bars.frame.index] == [21, 18]


def test_yahoos_open_session_is_in_progress():
    bars = days_of(NASDAQ, ["2026-02-06", "2026-02-09"], [100, 101])
    assert bars.as_of == NOW
    assert bars.in_progress.change == pytest.approx(0.01)


def test_a_session_is_final_once_it_is_closed_and_the_delay_has_passed():
    closed = datetime(2026, 2, 9, 21, 10, tzinfo=UTC)
    assert days_of(NASDAQ, ["2026-02-06", "2026-02-09"], [1, 2], now=closed).state is State.PROVISIONAL
    later = closed + timedelta(minutes=5)
    assert days_of(NASDAQ, ["2026-02-06", "2026-02-09"], [1, 2], now=later).state is State.FINAL


def test_rows_of_days_without_a_session_are_left_out():
    """Futures and the dollar trade on some holidays: 2026-01-19 was no session."""
    assert len(days_of(OIL, ["2026-01-16", "2026-01-19", "2026-01-20"], [1, 2, 3])) == 2


def test_oil_below_zero_is_a_price():
    assert days_of(OIL, ["2020-04-17", "2020-04-20"], [18.27, -37.63]).last == -37.63


def test_a_yield_of_one_day_that_cannot_be_is_set_aside_and_told():
    bars = days_of(YIELD, ["2026-02-04", "2026-02-05", "2026-02-06"], [4.2, 42.1, 4.21], TNX)
    assert bars.close.dropna().tolist() == [4.2, 4.21]
    assert [(str(hole.day), hole.why) for hole in bars.holes] == [
        ("2026-02-05", "a rate of 42.1% is not possible")
    ]
    assert bars.provenance.notes == ("5 Feb 2026: a rate of 42.1% is not possible, set aside",)


def test_a_yield_quoted_ten_times_is_bad():
    with pytest.raises(BadData):
        days_of(YIELD, ["2026-02-06"], [42.1], TNX)


def test_two_tickers_of_two_zones_end_at_the_same_close():
    new_york = days_of(NASDAQ, ["2026-02-05", "2026-02-06"], [1, 2])
    chicago = days_of(NASDAQ, ["2026-02-05", "2026-02-06"], [1, 2], zone="America/Chicago")
    assert new_york.frame.index.equals(chicago.frame.index)


@pytest.mark.parametrize(
    "zone", ["America/New_York", "Europe/London", "Asia/Jerusalem", "America/Sao_Paulo", "UTC"]
)
@pytest.mark.parametrize("night", ["2025-11-02", "2026-03-08", "2026-03-29", "2025-10-26", "2026-03-27"])
def test_no_night_of_a_clock_change_loses_or_doubles_a_day(zone, night):
    days = pd.date_range(pd.Timestamp(night) - pd.Timedelta(days=5), periods=10)
    later = datetime(2026, 4, 20, tzinfo=UTC)
    bars = days_of(BITCOIN, days, range(1, 11), zone=zone, now=later)
    assert list(bars.dates) == list(days)


def test_yahoos_hours_end_with_the_session():
    begins = [
        "2026-02-06 09:30",
        "2026-02-06 14:30",
        "2026-02-06 15:30",
        "2026-02-06 16:30",
        "2026-02-07 10:30",
    ]
    frame = yahoo_frame(begins, [1, 2, 3, 4, 5])
    bars = yahoo.parse(frame, NASDAQ, Interval.HOUR, Listing("yahoo", "QQQ", 15), NOW)
    assert [f"{stamp:%H:%M}" for stamp in bars.frame.index] == ["15:30", "20:30", "21:00"]


@given(
    st.lists(st.tuples(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.floats()), max_size=20),
    st.sampled_from(list(Interval)),
)
def test_any_frame_of_yahoo(rows, interval):
    frame = yahoo_frame([day for day, _ in rows], [close for _, close in rows], zone="UTC")
    for instrument in (NASDAQ, BITCOIN):
        keeps_the_rules(yahoo.parse, frame, instrument, interval, Listing("yahoo", "X"), NOW)


@pytest.mark.parametrize(
    "frame", [pd.DataFrame(), pd.DataFrame({"Close": [1.0]}), pd.DataFrame({"x": ["y"]})]
)
def test_frames_of_another_shape_are_a_reason(frame):
    with pytest.raises(SourceError):
        yahoo.parse(frame, NASDAQ, Interval.DAY, Listing("yahoo", "X"), NOW)


@pytest.mark.parametrize(
    ("wish", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("-5", 0),
        ("1.5", 1.5),
        ("99999999", 86400),
        ("Mon, 09 Feb 2026 15:32:00 GMT", 120),
        ("Mon, 09 Feb 2020 15:32:00 GMT", 0),
        ("soon", None),
        ("nan", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_as_seconds_or_as_a_date(wish, seconds):
    assert retry_after(wish, NOW) == seconds


@given(st.text())
def test_any_retry_after(wish):
    seconds = retry_after(wish, NOW)
    assert seconds is None or 0 <= seconds <= 86400
