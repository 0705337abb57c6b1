from dataclasses import replace
from datetime import UTC, date

import numpy as np
import pandas as pd
import pytest

from analytics.alignment import align, moves
from analytics.correlation import correlate, pearson
from market.bars import InProgress
from market.calendars import session_closes
from market.instruments import Calendar, Instrument, Interval, Unit
from tests.analytics.recorded import recording
from tests.analytics.strategies import aligned_pair, bars, crypto_days, instrument, sessions

NAN = float("nan")


def hours(key: str, at: dict[str, float]):
    """Hourly closes of a market that never closes, by the instant each hour ends."""
    stamps = pd.DatetimeIndex([pd.Timestamp(stamp, tz=UTC) for stamp in at])
    return bars(instrument(key, Calendar.ALWAYS), pd.Series(list(at.values()), index=stamps), Interval.HOUR)


def test_a_weekend_folds_into_monday():
    pair = aligned_pair([100, 103, 98, 101], [50, NAN, NAN, 51])
    assert len(pair.moves) == 1
    assert pair.moves.index[0] == pd.Timestamp("2026-02-02 21:00", tz=UTC)


def test_a_holiday_folds_like_a_weekend():
    # 2025-01-09 was a day of mourning in New York.
    equity = {"2025-01-08": 100.0, "2025-01-10": 110.0}
    pair = align([crypto_days("BTC", [10, 20, 30], "2025-01-08"), sessions("QQQ", equity)])
    assert pair["BTC"].tolist() == pytest.approx([np.log(3)])
    assert pair["QQQ"].tolist() == pytest.approx([np.log(1.1)])


def test_a_label_is_not_a_close():
    """A UTC day dated 5 February ends on the 6th; set against the wrong session, all correlation is lost."""
    noise = np.random.default_rng(5).normal(0, 0.02, 120)
    closes = session_closes(date(2025, 8, 1), date(2025, 12, 31))[: len(noise)]
    equity = {
        f"{day:%Y-%m-%d}": price
        for day, price in zip(closes.index, 100 * np.exp(noise.cumsum()), strict=False)
    }
    days = pd.date_range(closes.index[0], closes.index[-1])
    crypto = pd.Series(equity, dtype=float)
    crypto.index = pd.DatetimeIndex(crypto.index)
    btc = crypto.reindex(days).ffill()
    right = align([crypto_days("BTC", btc.tolist(), f"{days[0]:%Y-%m-%d}"), sessions("QQQ", equity)])
    wrong = align([crypto_days("BTC", btc.tolist(), f"{days[1]:%Y-%m-%d}"), sessions("QQQ", equity)])
    assert correlate(right["BTC"], right["QQQ"], 60).value == pytest.approx(1)
    assert abs(correlate(wrong["BTC"], wrong["QQQ"], 60).value or 0) < 0.3


def test_equity_filled_over_the_weekend_would_look_less_correlated():
    recorded = recording("2026-02-05")
    btc, ixic = recorded["BTC"], recorded["IXIC"]
    pair = align([btc, ixic])
    by_day = pd.DataFrame(
        {"b": pd.Series(btc.close.to_numpy(), btc.dates), "i": pd.Series(ixic.close.to_numpy(), ixic.dates)}
    ).ffill()
    filled = np.log(by_day).diff().dropna().to_numpy()
    assert pearson(*filled.T) < pearson(pair["BTC"].to_numpy(), pair["IXIC"].to_numpy())


def test_a_market_that_never_closes_is_sampled_at_the_new_york_close_where_its_hours_are_known():
    btc = crypto_days("BTC", [100, 200, 400], "2026-02-03")
    qqq = sessions("QQQ", {"2026-02-03": 50.0, "2026-02-04": 51.0, "2026-02-05": 52.0})
    known = {"2026-02-04 21:00": 150.0, "2026-02-05 20:00": 300.0, "2026-02-05 22:00": 999.0}
    pair = align([btc, qqq], {"BTC": hours("BTC", known)})
    assert pair["BTC"].tolist() == pytest.approx([np.log(2), np.log(2)])
    assert pair.hours_apart.tolist() == [3, 0]
    assert pair.flags() == ("async_3h",)
    assert pair.flags(1) == ()
    assert pair.sampling() == "New York closes where hours are known, else UTC days"
    assert pair.sampling(1) == "New York closes"


def test_an_hour_too_old_is_no_close():
    btc = crypto_days("BTC", [100, 200], "2026-02-04")
    qqq = sessions("QQQ", {"2026-02-04": 50.0, "2026-02-05": 51.0})
    known = {"2026-02-04 18:59": 1.0, "2026-02-05 21:00": 2.0}
    assert align([btc, qqq], {"BTC": hours("BTC", known)}).hours_apart.tolist() == [3]


def test_hours_of_one_coin_alone_do_not_set_it_apart_from_the_others():
    btc, eth = (crypto_days(key, [100, 200], "2026-02-04") for key in ("BTC", "ETH"))
    qqq = sessions("QQQ", {"2026-02-04": 50.0, "2026-02-05": 51.0})
    known = {"2026-02-04 21:00": 1.0, "2026-02-05 21:00": 9.0}
    assert align([btc, eth, qqq], {"BTC": hours("BTC", known)}).hours_apart.tolist() == [3]


def test_in_summer_the_days_lie_four_hours_apart_and_on_a_half_day_more():
    summer = align(
        [
            crypto_days("BTC", [1, 2], "2025-07-01"),
            sessions("QQQ", {"2025-07-01": 1.0, "2025-07-02": 2.0}, hour=20),
        ]
    )
    assert summer.flags() == ("async_4h",)
    half_day = sessions("QQQ", {"2025-11-26": 1.0, "2025-11-28": 2.0}, hour=18)
    assert align([crypto_days("BTC", [1, 2, 3], "2025-11-26"), half_day]).flags() == ("async_6h",)


def test_coins_alone_go_by_utc_days():
    pair = align([crypto_days("BTC", [1, 2, 4], "2026-02-06"), crypto_days("ETH", [8, 4], "2026-02-07")])
    assert pair["BTC"].tolist() == pytest.approx([np.log(2)] * 2)
    assert np.isnan(pair["ETH"].iloc[0])
    assert pair.moves.index[-1] == pd.Timestamp("2026-02-09", tz=UTC)
    assert (pair.flags(), pair.sampling()) == ((), "UTC days")


def test_a_hole_makes_two_moves_missing_in_one_column_and_drops_no_row():
    known = {"2026-02-02": 1.0, "2026-02-03": 2.0, "2026-02-04": 3.0, "2026-02-05": 4.0}
    holed = {day: price for day, price in known.items() if day != "2026-02-03"}
    both = align([sessions("IXIC", known), sessions("DXY", holed)])
    assert np.isnan(both["DXY"]).tolist() == [True, True, False]
    assert not np.isnan(both["IXIC"]).any()


def test_negative_oil_is_missing_in_its_own_column_only():
    oil = {"2020-04-17": 18.27, "2020-04-20": -37.63, "2020-04-21": 10.01, "2020-04-22": 13.78}
    stocks = dict.fromkeys(oil, 100.0)
    both = align([sessions("WTI", oil, hour=20), sessions("SPY", stocks, hour=20)])
    assert np.isnan(both["WTI"]).tolist() == [True, True, False]
    assert both["SPY"].tolist() == [0, 0, 0]


def test_yields_enter_as_differences_scores_too_and_flows_as_they_are():
    level = pd.Series([4.0, 4.1, 3.9])
    bond = instrument("US10Y", unit=Unit.PERCENT)
    score = instrument("FNG", Calendar.ALWAYS, Unit.SCORE)
    flow = Instrument("FLOW", "FLOW", "FLOW", "test", Unit.MILLION_USD, Calendar.XNYS, flow=True)
    assert moves(level, bond).tolist() == pytest.approx([0.1, -0.2])
    assert moves(level, score).tolist() == pytest.approx([0.1, -0.2])
    assert moves(level, flow).tolist() == [4.1, 3.9]


def test_of_several_readings_on_one_day_the_last_counts():
    eight_hourly = hours(
        "F",
        {"2026-02-04 08:00": 1.0, "2026-02-04 16:00": 2.0, "2026-02-05 00:00": 4.0, "2026-02-06 00:00": 8.0},
    )
    assert align([eight_hourly]).moves["F"].tolist() == pytest.approx([np.log(2)])


def test_nothing_to_align_is_an_error():
    with pytest.raises(ValueError, match="nothing"):
        align([])


def test_one_close_has_no_moves():
    assert align([sessions("IXIC", {"2026-02-05": 1.0})]).moves.empty
    assert align([crypto_days("BTC", [1], "2026-02-05")]).moves.empty


@pytest.mark.parametrize("cut", ["2026-01-15", "2026-02-01", "2026-02-05"])
def test_what_is_known_later_changes_no_earlier_row(cut: str):
    early, late = recording(cut), recording("2026-03-06")
    keys = ("BTC", "IXIC", "US10Y", "DXY")
    before, after = (align([each[key] for key in keys]) for each in (early, late))
    later = after.moves.iloc[: len(before.moves)]
    unpublished = before.moves.isna() & later.notna()  # yields are printed on the next business day
    assert not unpublished.drop(columns="US10Y").any(axis=None)
    assert not unpublished.iloc[:-1].any(axis=None)
    pd.testing.assert_frame_equal(before.moves, later.mask(unpublished), check_exact=True, check_freq=False)


def test_days_alone_are_said_to_be_days():
    pair = aligned_pair([100, 103, 98, 101], [50, NAN, NAN, 51])
    assert pair.sampling() == "New York sessions against UTC days"


def test_sessions_before_the_known_calendar_give_no_rows():
    old = sessions("IXIC", {"1987-10-16": 100.0, "1987-10-19": 90.0})
    assert align([old]).moves.empty
    assert align([old, crypto_days("BTC", [1, 2, 3, 4], "1987-10-16")]).moves.empty


def test_instants_are_plain_utc_whatever_the_leg():
    pair = aligned_pair([100, 103, 98, 101], [50, NAN, NAN, 51])
    assert pair.moves.index[0].tzinfo is UTC
    assert align([crypto_days("BTC", [1, 2], "2026-02-05")]).moves.index[0].tzinfo is UTC


def test_a_session_in_progress_does_not_count():
    known = sessions("IXIC", {"2026-02-03": 1.0, "2026-02-04": 2.0, "2026-02-05": 3.0})
    running = replace(known, in_progress=InProgress("test", 0.5))
    assert align([running]).moves["IXIC"].tolist() == pytest.approx([np.log(2)])
