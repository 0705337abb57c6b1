"""Total returns: never mixed with prices, different from them on days without the dividend only."""

import csv
from bisect import bisect_left, bisect_right
from dataclasses import replace
from math import log

import pandas as pd
import pytest

from analytics.dividends import (
    EARNED,
    UNADJUSTED,
    earned,
    earned_in_week,
    held,
    total_returns,
    with_keys_of_total_returns,
)
from analytics.readings import read
from analytics.stress import stress
from data_sources.assembly import assemble
from data_sources.settings import SHIPPED_RECORDING, Mode, Settings
from market import catalogue
from market.bars import Bars
from tests.analytics.bars import series
from tests.analytics.recorded import recording

KNOWN = catalogue.load()
MONTHLY = ("TLT", "IEF", "SHY", "HYG", "LQD")
QUARTERLY = ("XLP", "XLU", "XLV", "XLK")
FUNDS = (*MONTHLY, *QUARTERLY, "IGV", "SMH", "GLD", "IBIT")
ROUNDING = 5e-4  # of two closes that are told to the cent, halved for a split


def dividends(key: str) -> pd.Series:
    """By how much the total return of a fund exceeds its price return, on the days on which it does."""
    found = recording()
    total, price = found[f"{key}_TR"], found[key]
    assert total.frame.index.equals(price.frame.index)
    more = total.returns - price.returns
    return more[more.abs() > ROUNDING].set_axis(total.dates[1:][(more.abs() > ROUNDING).to_numpy()])


@pytest.mark.parametrize("key", MONTHLY)
def test_a_bond_fund_returns_more_than_its_price_on_one_day_a_month_only(key: str) -> None:
    paid = dividends(key)
    assert len(paid) == 14  # February 2025 to March 2026, December's next also in December
    assert paid.between(0.002, 0.006).all()
    months = paid.index.strftime("%Y-%m")
    assert months.value_counts().drop("2025-12").eq(1).all()
    assert (paid.index.day[months != "2025-12"] <= 3).all()


@pytest.mark.parametrize("key", QUARTERLY)
def test_a_share_fund_returns_more_than_its_price_once_a_quarter_only(key: str) -> None:
    paid = dividends(key)
    assert list(paid.index.month) == [3, 6, 9, 12]
    assert (paid > 0).all()


@pytest.mark.parametrize("key", ["GLD", "IBIT"])
def test_what_pays_nothing_returns_its_price(key: str) -> None:
    assert dividends(key).empty


def test_total_returns_are_taken_where_every_series_has_one() -> None:
    known = recording("2026-02-05")
    pair = earned(known, ("HYG", "IEF"))
    assert [bars.key for bars in pair.series.values()] == ["HYG_TR", "IEF_TR"]
    assert (list(pair.series), pair.flags) == (["HYG", "IEF"], ())


def test_one_series_without_leaves_all_to_prices_and_says_so() -> None:
    known = recording("2026-02-05")
    del known["IEF_TR"]
    pair = earned(known, ("HYG", "IEF"))
    assert [bars.key for bars in pair.series.values()] == ["HYG", "IEF"]
    assert pair.flags == (UNADJUSTED,)


def test_a_coin_pays_nothing_and_a_gauge_is_no_fund() -> None:
    known = recording("2026-02-05")
    assert earned(known, ("GLD", "BTC")).flags == ()
    assert earned(known, ("GLD", "BTC")).series["BTC"] is known["BTC"]
    assert earned(known, ("VIX", "DXY")).flags == ()


def live(bars: Bars, **about: object) -> Bars:
    """The same bars as a live source would give them."""
    return replace(bars, provenance=replace(bars.provenance, recorded=False, **about))  # type: ignore[arg-type]


def test_a_total_return_that_lags_behind_the_prices_is_not_taken() -> None:
    known = recording("2026-02-05")
    funds = {key: live(known[key]) for key in ("HYG", "IEF")}
    fresh = {key: live(known[key]) for key in ("HYG_TR", "IEF_TR")}
    late = {key: live(known[key], stale_because="late") for key in ("HYG_TR", "IEF_TR")}
    recorded = {key: known[key] for key in ("HYG_TR", "IEF_TR")}
    assert earned(funds | fresh, funds).flags == ()
    assert earned(funds | late, funds).flags == (UNADJUSTED,)
    assert earned(funds | recorded, funds).flags == (UNADJUSTED,)


def test_only_what_is_there_is_asked_of() -> None:
    assert earned({}, ("HYG", "IEF")).series == {}
    assert earned({"HYG": series("HYG", [80.0])}, ("HYG", "IEF")).flags == (UNADJUSTED,)


def test_total_returns_stand_under_the_key_of_the_fund() -> None:
    assert set(total_returns(recording("2026-02-05"))) == set(FUNDS)
    assert with_keys_of_total_returns(("HYG", "IEF")) == ("HYG", "IEF", "HYG_TR", "IEF_TR")


def test_what_a_total_return_stands_on_is_said() -> None:
    bars = assemble(Settings(Mode.RECORDED)).feed().bars("HYG_TR")
    assert "adjusted for dividends" in bars.provenance.sampling
    assert bars.instrument.name == "High-yield bonds (HYG), with dividends"
    assert "HYG_TR" not in KNOWN  # no reader is shown its level


# The credit block of the score, the slow way


def closes(key: str) -> list[float]:
    """The closes of one key up to 5 February 2026, as the file has them."""
    with (SHIPPED_RECORDING / "total_returns.csv").open(encoding="utf-8") as lines:
        return [
            float(row["close"])
            for row in csv.DictReader(lines)
            if row["key"] == key and row["time"] < "2026-02-06"
        ]


def mid_rank(values: list[float]) -> float:
    """The share below the last value plus half the share equal, in percent."""
    ordered = sorted(values)
    below, up_to = bisect_left(ordered, values[-1]), bisect_right(ordered, values[-1])
    return 100 * (below + up_to) / 2 / len(values)


def test_the_credit_components_of_the_score_equal_the_slow_sum_of_the_file() -> None:
    quotient = [fund / against for fund, against in zip(closes("HYG_TR"), closes("IEF_TR"), strict=True)]
    fallen = [1 - now / max(quotient[max(0, at - 251) : at + 1]) for at, now in enumerate(quotient)]
    behind = [-log(now / before) for before, now in zip(quotient, quotient[20:], strict=False)]
    found = stress(recording("2026-02-05"))
    block = next(each for each in found.blocks if each.key == "credit")
    drawdown, excess = (each.percentile for each in block.components)
    assert drawdown.value == pytest.approx(mid_rank(fallen))
    assert excess.value == pytest.approx(mid_rank(behind))
    assert dict(excess.inputs)["value"] == pytest.approx(behind[-1])
    assert UNADJUSTED not in (*drawdown.flags, *block.score.flags, *found.score.flags)


def test_a_score_of_prices_is_flagged_in_every_number_made_of_them() -> None:
    known = {key: bars for key, bars in recording("2026-02-05").items() if not bars.instrument.of}
    found = stress(known)
    block = next(each for each in found.blocks if each.key == "credit")
    volatility = next(each for each in found.blocks if each.key == "volatility")
    flagged = (found.score, block.score, *(each.percentile for each in block.components))
    assert all(UNADJUSTED in number.flags for number in flagged)
    assert UNADJUSTED not in volatility.score.flags
    assert found.score.value == pytest.approx(56.5, abs=0.05)


def test_a_week_in_which_a_fund_paid_is_told_as_its_holders_had_it() -> None:
    known = recording("2026-02-06")
    price = known["HYG"]
    told = earned_in_week(read(price), known)
    total = known["HYG_TR"].close
    assert told.value("change_1w_pct") < 0 < told.value(EARNED)  # type: ignore[operator]
    assert told.value(EARNED) == pytest.approx(100 * (total.iloc[-1] / total.iloc[-6] - 1))
    assert EARNED not in earned_in_week(read(known["GLD"]), known).numbers
    assert EARNED not in earned_in_week(read(known["DXY"]), known).numbers


def test_a_week_of_prices_alone_is_flagged() -> None:
    known = {key: bars for key, bars in recording("2026-02-06").items() if not bars.instrument.of}
    told = earned_in_week(read(known["HYG"]), known)
    assert EARNED not in told.numbers
    assert told["change_1w_pct"].flags == (UNADJUSTED,)


def test_series_side_by_side_stand_as_they_were_held_under_their_own_names() -> None:
    known = recording("2026-02-06")
    bonds, coin, index = held((known["TLT"], known["BTC"], known["GSPC"]), known)
    assert (bonds.key, bonds.last) == ("TLT", known["TLT_TR"].last)
    assert (coin, index) == (known["BTC"], known["GSPC"])
    assert held((known["TLT"],), {}) == (known["TLT"],)
