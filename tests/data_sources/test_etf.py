"""Flows of the funds: each fund's own day, days that are complete, and the file they are kept in."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources import etf
from data_sources.errors import NoData
from market.bars import Bars, State
from market.calendars import session_closes
from tests.fakes.prices import ETF_FLOW

LISTING = ETF_FLOW.listings[0]
PRICE = 1e6  # so that a coin is a million dollars
FRIDAY, MONDAY = "2026-02-06", "2026-02-09"
EARLY, LATE = datetime(2026, 2, 7, 3, tzinfo=UTC), datetime(2026, 2, 10, 3, tzinfo=UTC)
LATER = datetime(2026, 2, 11, 3, tzinfo=UTC)


def told(**funds: tuple[str, float] | None) -> str:
    """An answer: by fund its day and its change in coins; None for one that is in error."""
    return json.dumps(
        {
            "data": {
                name: {"error": True}
                if said is None
                else {"dt": said[0], "change": said[1], "holdings": 1000, "error": False}
                for name, said in funds.items()
            }
        }
    )


class Program:
    """The source over one folder, started anew for every answer."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def hears(self, now: datetime, answer: str) -> Bars:
        source = etf.EtfFlows(lambda: now, self.folder, lambda _: PRICE)
        return source.parse(answer, ETF_FLOW, LISTING, now)


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def days(bars: Bars) -> dict[str, float]:
    """The finished days that have a figure."""
    finished = bars.frame["close"] if bars.in_progress is None else bars.frame["close"].iloc[:-1]
    told = {f"{day:%Y-%m-%d}": value for day, value in zip(bars.dates, finished, strict=False)}
    return {day: value for day, value in told.items() if day not in holes(bars)}


def holes(bars: Bars) -> list[str]:
    """The days between the first and the last that have none."""
    return [str(hole.day) for hole in bars.holes]


def test_a_day_is_the_sum_of_its_funds_and_final_when_all_have_reported(program: Program) -> None:
    bars = program.hears(EARLY, told(IBIT=(FRIDAY, -400), FBTC=(FRIDAY, 150)))
    assert (bars.state, days(bars)) == (State.FINAL, {FRIDAY: -250})
    assert bars.as_of == datetime(2026, 2, 6, 21, tzinfo=UTC)


def test_two_funds_of_four_are_in_progress_and_left_out_of_the_finished_days(program: Program) -> None:
    program.hears(EARLY, told(A=(FRIDAY, 1), B=(FRIDAY, 2), C=(FRIDAY, 3), D=(FRIDAY, 4)))
    half = program.hears(LATE, told(A=(MONDAY, -200), B=(MONDAY, 5), C=(FRIDAY, 3), D=(FRIDAY, 4)))
    assert (half.state, half.last) == (State.PROVISIONAL, -195)
    assert days(half) == {FRIDAY: 10}
    next_day = "2026-02-10"
    answer = told(A=(next_day, 1), B=(next_day, 1), C=(next_day, 1), D=(next_day, 1))
    gone = program.hears(LATER, answer)
    assert days(gone) == {FRIDAY: 10, next_day: 4}
    assert holes(gone) == [MONDAY]


def test_a_day_is_complete_once_the_rest_have_reported(program: Program) -> None:
    program.hears(LATE, told(A=(MONDAY, -200), B=(MONDAY, 5), C=(FRIDAY, 3), D=(FRIDAY, 4)))
    whole = program.hears(LATE, told(A=(MONDAY, -200), B=(MONDAY, 5), C=(MONDAY, 30), D=(MONDAY, 40)))
    assert (whole.state, days(whole)) == (State.FINAL, {MONDAY: -125})


def test_a_fund_that_is_away_or_in_error_is_missing_and_not_zero(program: Program) -> None:
    program.hears(EARLY, told(A=(FRIDAY, 1), B=(FRIDAY, 2)))
    assert program.hears(LATE, told(A=(MONDAY, 5))).state is State.PROVISIONAL
    assert program.hears(LATE, told(A=(MONDAY, 5), B=None)).state is State.PROVISIONAL
    assert program.hears(LATE, told(A=(MONDAY, 5), B=(MONDAY, 1))).state is State.FINAL


def test_one_fund_a_day_ahead_does_not_keep_the_others_from_being_recorded(program: Program) -> None:
    program.hears(EARLY, told(A=(FRIDAY, 1), B=(FRIDAY, 2), C=(FRIDAY, 3)))
    ahead = program.hears(EARLY, told(A=(MONDAY, 7), B=(FRIDAY, 2), C=(FRIDAY, 3)))
    assert days(ahead) == {FRIDAY: 6}
    rest = program.hears(LATE, told(A=(MONDAY, 7), B=(MONDAY, 8), C=(MONDAY, 9)))
    assert days(rest) == {FRIDAY: 6, MONDAY: 24}


def test_of_a_day_first_seen_with_one_fund_ahead_the_others_are_shown_in_progress(program: Program) -> None:
    ahead = program.hears(EARLY, told(A=(MONDAY, 7), B=(FRIDAY, 2), C=(FRIDAY, 3)))
    assert (ahead.state, ahead.last) == (State.PROVISIONAL, 5)


def test_a_new_fund_and_a_closed_one_leave_complete_days_as_they_are(program: Program) -> None:
    program.hears(EARLY, told(A=(FRIDAY, 1), OLD=(FRIDAY, 2)))
    bars = program.hears(LATE, told(A=(MONDAY, 5), OLD=(MONDAY, 0), NEW=(MONDAY, 100)))
    assert days(bars) == {FRIDAY: 3, MONDAY: 105}
    month_on = datetime(2026, 3, 11, 3, tzinfo=UTC)
    alone = program.hears(month_on, told(A=("2026-03-10", 1), NEW=("2026-03-10", 1), OLD=(MONDAY, 0)))
    assert (alone.state, days(alone)) == (State.FINAL, {FRIDAY: 3, MONDAY: 105, "2026-03-10": 2})
    sessions = session_closes(date(2026, 2, 10), date(2026, 3, 9)).index
    assert holes(alone) == [f"{day:%Y-%m-%d}" for day in sessions]


def test_a_complete_day_is_never_changed(program: Program) -> None:
    program.hears(EARLY, told(A=(FRIDAY, 1), B=(FRIDAY, 2)))
    assert days(program.hears(EARLY, told(A=(FRIDAY, 900), B=(FRIDAY, 2)))) == {FRIDAY: 3}


def test_a_file_of_before_is_read_and_its_incomplete_days_are_left_out(program: Program) -> None:
    (program.folder / "etf_flows.csv").write_text(
        "day,coins,holdings,funds,state\n"
        "2026-02-04,-250.5,1300000,11,final\n"
        "2026-02-05,-195,1300000,2,provisional\n"
    )
    bars = program.hears(EARLY, told(A=(FRIDAY, 1), B=(FRIDAY, 2)))
    assert days(bars) == {"2026-02-04": -250.5, FRIDAY: 3}
    assert holes(bars) == ["2026-02-05"]
    again = program.hears(EARLY, told(A=(FRIDAY, 1), B=(FRIDAY, 2)))
    assert days(again) == days(bars)


def test_a_sum_that_cannot_be_is_set_aside_like_any_other_figure(program: Program) -> None:
    program.hears(EARLY, told(A=(FRIDAY, 1), B=(FRIDAY, 2)))
    bars = program.hears(LATE, told(A=(MONDAY, 45_000), B=(MONDAY, 2)))
    assert days(bars) == {FRIDAY: 3}
    assert bars.provenance.notes == (
        "9 Feb 2026: a flow of 45,002 million dollars is not possible, set aside",
    )


@pytest.mark.parametrize("day", ["0001-01-01", "2999-12-31", "2009-01-03", "soon"])
def test_a_day_without_these_funds_is_no_report(program: Program, day: str) -> None:
    with pytest.raises(NoData):
        program.hears(EARLY, told(A=(day, 1)))
    assert program.hears(EARLY, told(A=(FRIDAY, 1), B=(FRIDAY, 2))).state is State.FINAL


def test_a_full_disk_costs_the_memory_and_not_the_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    bars = Program(tmp_path / "file" / "state").hears(EARLY, told(A=(FRIDAY, 1)))
    assert bars.last == 1


def test_flows_come_back_as_they_were_kept(tmp_path: Path) -> None:
    seen = [etf.Flow(date(2026, 2, 5), "A", 1.5, 10.0), etf.Flow(date(2026, 2, 6), "B, C", -2.25, 0.0, True)]
    (tmp_path / "flows.csv").write_bytes(etf.write_flows(seen))
    assert etf.read_flows(tmp_path / "flows.csv") == seen


@given(st.binary(max_size=300))
def test_any_file_of_flows_is_read_or_skipped(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("flows") / "flows.csv"
    path.write_bytes(content)
    assert all(np.isfinite(each.coins) for each in etf.read_flows(path))


FUNDS = st.sampled_from("ABCD")
DAYS = st.sampled_from(["2026-02-04", "2026-02-05", FRIDAY, MONDAY])


@given(
    st.lists(
        st.dictionaries(FUNDS, st.tuples(DAYS, st.integers(-50, 50)), min_size=1), min_size=1, max_size=6
    )
)
def test_no_day_is_complete_without_a_fund_that_reports_around_it(answers) -> None:
    flows: list[etf.Flow] = []
    for answer in answers:
        flows = etf.joined(flows, etf.parse(told(**answer), ETF_FLOW))
        known = {flow.fund for flow in flows}
        newly = {flow.day for flow in flows if flow.final}
        for day in newly:
            assert all(flow.final for flow in flows if flow.day == day)
    final = {flow.day for flow in flows if flow.final}
    last = etf.joined(flows, etf.Answer(()))
    assert {flow.day for flow in last if flow.final} >= final
    assert known == {flow.fund for flow in last}
