import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.errors import BadData, NoData, SourceError, Unusable
from data_sources.parsing import build
from data_sources.quality import doubt, examine, vouch
from data_sources.recorded import DESCRIPTION, Recorded, describe
from data_sources.set_aside import say_number
from data_sources.settings import SHIPPED_RECORDING
from market import catalogue
from market.bars import State
from market.instruments import Interval
from tests.data_sources.holes import check_only_set_aside

KNOWN = catalogue.load()
ROW = "2025-01-02T21:00Z,IXIC,"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped recording."""
    return Path(copytree(SHIPPED_RECORDING, tmp_path / "rout"))


def opened(folder: Path) -> Recorded:
    return Recorded(folder, describe(folder))


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# What is shipped


@pytest.mark.parametrize("key", [each.key for each in KNOWN])
def test_every_series_of_the_catalogue_is_recorded_or_says_that_it_is_not(key: str) -> None:
    try:
        bars = opened(SHIPPED_RECORDING).bars(KNOWN[key], Interval.DAY)
    except NoData as error:
        assert str(error) == f"{KNOWN[key].name}: the recording has nothing to show for it."
        return
    assert bars.state is State.RECORDED
    assert bars.provenance.recorded
    assert bars.provenance.source != opened(SHIPPED_RECORDING).description.title
    assert bars.as_of <= describe(SHIPPED_RECORDING).end


def test_the_contract_s_instruments_are_all_there() -> None:
    named = (
        "IXIC GSPC NDX DJI SOX IGV SMH XLK XLP XLU XLV VIX DXY US10Y US2Y WTI GLD TLT IEF SHY HYG LQD IBIT "
        "BTC ETH SOL XRP BNB DOGE ADA LINK AVAX FNG BTC_FUNDING BTC_ETF_FLOW"
    )
    recorded = opened(SHIPPED_RECORDING)
    assert all(len(recorded.bars(KNOWN[key], Interval.DAY)) for key in named.split())
    assert all(len(recorded.bars(KNOWN[key], Interval.HOUR)) for key in ("BTC", "QQQ"))


def test_it_opens_where_the_contract_says() -> None:
    assert describe(SHIPPED_RECORDING).moment == datetime(2026, 2, 7, 15, 30, tzinfo=UTC)


def test_hours_name_their_own_publisher() -> None:
    recorded = opened(SHIPPED_RECORDING)
    assert recorded.bars(KNOWN["BTC"], Interval.DAY).provenance.source == "Binance"
    assert recorded.bars(KNOWN["BTC"], Interval.HOUR).provenance.source == "Yahoo Finance composite"


def test_the_same_bars_are_given_twice() -> None:
    recorded = opened(SHIPPED_RECORDING)
    assert recorded.bars(KNOWN["BTC"], Interval.DAY) is recorded.bars(KNOWN["BTC"], Interval.DAY)


def test_the_shipped_files_have_no_problem() -> None:
    assert opened(SHIPPED_RECORDING).problems == ()


@pytest.mark.parametrize(
    ("key", "interval"), [(each.key, each_interval) for each in KNOWN for each_interval in Interval]
)
def test_no_shipped_figure_is_doubted_at_any_gate(key: str, interval: Interval) -> None:
    recorded = opened(SHIPPED_RECORDING)
    try:
        bars = recorded.bars(KNOWN[key], interval)
    except NoData:
        return
    vouched = examine(bars)
    assert (vouched.set_aside, vouched.doubts) == ((), ())
    told = [note for note in bars.provenance.notes if "closes of" not in note]
    assert told == []
    assert doubt(bars) is bars


# What can be wrong with a file


def not_text(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 20)


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_text("")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def wrong_header(path: Path) -> None:
    change(path, "time,key,close", "when,what,much")


def no_price_column(path: Path) -> None:
    change(path, "time,key,close", "time,key,open")


def a_word(path: Path) -> None:
    change(path, f"{ROW}19280.79", f"{ROW}many")


def a_gap(path: Path) -> None:
    change(path, f"{ROW}19280.79", ROW)


def not_a_number(path: Path) -> None:
    change(path, f"{ROW}19280.79", f"{ROW}nan")


def endless(path: Path) -> None:
    change(path, f"{ROW}19280.79", f"{ROW}inf")


def local_time(path: Path) -> None:
    change(path, "2025-01-02T21:00Z,IXIC", "2025-01-02 16:00,IXIC")


def too_many_cells(path: Path) -> None:
    change(path, f"{ROW}19280.79", f"{ROW}19280.79,1")


def stray_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(f"{ROW}19280.79".encode(), f'{ROW}"1\xff'.encode("latin-1")))


WHOLE_FILE = {
    not_text: "cannot be read: its first line does not name time, key, and close or value",
    missing: "is missing",
    empty: "cannot be read: its first line does not name time, key, and close or value",
    a_folder: "cannot be opened",
    wrong_header: "cannot be read: its first line does not name time, key, and close or value",
    no_price_column: "cannot be read: its first line does not name close or value",
}
ONE_ROW = {
    a_word: "its close is not a number",
    a_gap: "its close is not a number",
    not_a_number: "its close is not a number",
    endless: "its close is not a number",
    local_time: "its time is not written like 2026-02-05T21:00Z",
    too_many_cells: "it does not have 3 cells",
    stray_bytes: "its close is not a number",
}


@pytest.mark.parametrize(
    ("damage", "why"), WHOLE_FILE.items(), ids=lambda each: getattr(each, "__name__", "")
)
def test_a_file_that_cannot_be_read_takes_only_its_own_series_and_says_why(
    folder: Path, damage: Callable[[Path], None], why: str
) -> None:
    damage(folder / "sessions.csv")
    recorded = opened(folder)
    assert recorded.problems == (f"The recording’s file sessions.csv {why}.",)
    assert len(recorded.bars(KNOWN["BTC"], Interval.DAY)) > 400
    with pytest.raises(NoData) as caught:
        recorded.bars(KNOWN["IXIC"], Interval.DAY)
    assert str(caught.value) == "Nasdaq Composite: the recording has nothing to show for it."


@pytest.mark.parametrize(("damage", "why"), ONE_ROW.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_a_row_that_cannot_be_read_is_set_aside_alone(
    folder: Path, damage: Callable[[Path], None], why: str
) -> None:
    whole = opened(folder).bars(KNOWN["IXIC"], Interval.DAY)
    damage(folder / "sessions.csv")
    recorded = opened(folder)
    [problem] = recorded.problems
    assert re.fullmatch(
        rf"The recording’s file sessions\.csv is not whole: 1 row set aside \(line \d+: {why}\)\.", problem
    )
    bars = recorded.bars(KNOWN["IXIC"], Interval.DAY)
    pd.testing.assert_frame_equal(bars.frame, whole.frame.iloc[1:], check_freq=False)
    assert [note for note in bars.provenance.notes if re.fullmatch(rf"sessions\.csv, line \d+: {why}", note)]


def test_a_row_given_twice_counts_once_and_one_out_of_order_finds_its_place(folder: Path) -> None:
    whole = opened(folder).bars(KNOWN["IXIC"], Interval.DAY)
    with (folder / "sessions.csv").open("a", encoding="utf-8") as lines:
        lines.write("2025-01-02T21:00Z,IXIC,19280.790\n2024-12-31T21:00Z,IXIC,19310.79\n")
    recorded = opened(folder)
    assert recorded.problems == ()
    bars = recorded.bars(KNOWN["IXIC"], Interval.DAY)
    assert bars.close.iloc[:2].tolist() == [19310.79, whole.close.iloc[0]]
    assert len(bars) == len(whole) + 1


def test_two_closes_for_one_time_are_both_set_aside(folder: Path) -> None:
    whole = opened(folder).bars(KNOWN["IXIC"], Interval.DAY)
    with (folder / "sessions.csv").open("a", encoding="utf-8") as lines:
        lines.write("2025-01-02T21:00Z,IXIC,1\n")
    recorded = opened(folder)
    assert recorded.problems == (
        "The recording’s file sessions.csv is not whole: 2 rows set aside "
        "(line 2353: its time has another close elsewhere, in sessions.csv line 6759; "
        "1 more, up to line 6759, for the same reason).",
    )
    bars = recorded.bars(KNOWN["IXIC"], Interval.DAY)
    pd.testing.assert_frame_equal(bars.frame, whole.frame.iloc[1:], check_freq=False)
    assert len(bars.provenance.notes) == 2


@pytest.mark.parametrize(("factor", "said"), [(10, "10"), (0.01, "1"), (0, "a close of 0 is not a level")])
def test_a_price_that_cannot_be_right_is_set_aside_with_a_note(
    folder: Path, factor: float, said: str
) -> None:
    whole = opened(folder).bars(KNOWN["IXIC"], Interval.DAY)
    day, close = whole.frame.index[100], whole.close.iloc[100]
    change(
        folder / "sessions.csv",
        f"{day:%Y-%m-%dT%H:%MZ},IXIC,{close}",
        f"{day:%Y-%m-%dT%H:%MZ},IXIC,{close * factor}",
    )
    bars = opened(folder).bars(KNOWN["IXIC"], Interval.DAY)
    check_only_set_aside(bars, whole, [100])
    [note] = bars.provenance.notes
    assert "set aside" in note
    assert said in note
    assert bars.state is State.RECORDED


def spoil(folder: Path, key: str, day: str, wrong: Callable[[float], float], column: int = 2) -> float:
    """Make another number of one cell of the row of ``key`` on ``day``; the number that stands there then."""
    for path in folder.glob("*.csv"):
        lines = path.read_text("utf-8").split("\n")
        for at, line in enumerate(lines):
            if re.match(rf"{day}T\d\d:00Z,{key},", line) and path.name != "hours.csv":
                cells = line.split(",")
                cells[column] = repr(wrong(float(cells[column])))
                lines[at] = ",".join(cells)
                path.write_text("\n".join(lines), "utf-8")
                return float(cells[column])
    raise AssertionError(f"{key} has no row of {day}")


IMPOSSIBLE: list[tuple[str, str, Callable[[float], float], str]] = [
    ("US10Y", "2026-02-05", lambda value: value * 10, "a rate of "),
    ("US10Y", "2026-02-05", lambda value: value / 10, "a rate of "),
    ("FNG", "2026-02-05", lambda _: 612, "a score of 612 is not possible"),
    ("BTC_ETF_FLOW", "2026-02-05", lambda value: value * 100, "a flow of "),
    ("BTC_FUNDING", "2026-02-05", lambda _: 5, "a funding rate of 5% per 8 hours is not possible"),
    ("VIX", "2026-02-05", lambda value: value * 100, "a close of "),
    ("GSPC", "2026-02-03", lambda value: value * 100, " is 99 times its neighbours"),
    ("GSPC", "2026-02-03", lambda value: -value, "a close of −"),
    ("IGV", "2026-02-03", lambda _: 0, "a close of 0 is not a price"),
    ("IXIC", "2026-02-03", lambda value: value / 100, " is 1/1"),
]


@pytest.mark.parametrize(("key", "day", "wrong", "why"), IMPOSSIBLE)
def test_a_figure_that_cannot_be_is_set_aside_with_its_day_and_value(
    folder: Path, key: str, day: str, wrong: Callable[[float], float], why: str
) -> None:
    whole = opened(folder).bars(KNOWN[key], Interval.DAY)
    value = spoil(folder, key, day, wrong)
    bars = opened(folder).bars(KNOWN[key], Interval.DAY)
    [note] = bars.provenance.notes
    at = int(whole.frame.index.searchsorted(pd.Timestamp(day, tz="UTC")))
    check_only_set_aside(bars, whole, [at])
    assert re.match(rf"(\w+ )?{pd.Timestamp(day).day} Feb 2026", note) or key in ("FNG", "BTC_FUNDING")
    assert why in note
    assert say_number(value) in note


@pytest.mark.parametrize("factor", [100, 0.01])
def test_a_volume_that_cannot_be_is_blanked_and_the_close_kept(folder: Path, factor: float) -> None:
    whole = opened(folder).bars(KNOWN["BTC"], Interval.DAY)
    spoil(folder, "BTC", "2026-02-03", lambda volume: volume * factor, column=6)
    bars = opened(folder).bars(KNOWN["BTC"], Interval.DAY)
    assert bars.close.equals(whole.close)
    [place] = bars.frame["volume"].isna().to_numpy().nonzero()[0]
    assert bars.dates[place] == pd.Timestamp("2026-02-02")
    [note] = bars.provenance.notes
    assert note.startswith("2 Feb 2026: a volume of ")


def test_a_split_in_a_recording_is_in_doubt_from_its_day_on(folder: Path) -> None:
    """XLK was split 2 for 1 on 5 December 2025: closes as they were printed then."""
    path = folder / "sessions.csv"
    printed = [
        ",".join([*line.split(",")[:2], f"{float(line.split(',')[2]) * 2:.2f}"])
        if ",XLK," in line and line < "2025-12-05"
        else line
        for line in path.read_text("utf-8").split("\n")
    ]
    path.write_text("\n".join(printed), "utf-8")
    recorded = opened(folder)
    for day, state in (("4", State.RECORDED), ("5", State.DISPUTED), ("8", State.DISPUTED)):
        moment = datetime(2025, 12, int(day), 23, tzinfo=UTC)
        bars = recorded.as_of(moment).bars(KNOWN["XLK"], Interval.DAY)
        assert bars.state is state
        doubts = [note for note in bars.provenance.notes if "in doubt" in note]
        assert bool(doubts) == (state is State.DISPUTED)
    assert doubts == [
        "5 Dec 2025: in doubt, a fall of 49.6% from one close to the next, the size of a 2-for-1 split, "
        "which nothing confirms"
    ]


def test_a_recording_passes_the_same_gates_as_a_live_answer(folder: Path) -> None:
    """One wrong close of each kind, asked of a provider's parser and chain, and of the recording."""
    for key, day, wrong, _ in IMPOSSIBLE:
        shutil.rmtree(folder)
        copytree(SHIPPED_RECORDING, folder)
        instrument = KNOWN[key]
        spoil(folder, key, day, wrong)
        played = opened(folder).bars(instrument, Interval.DAY)
        part = opened(folder)._contents.series[key, Interval.DAY]
        listing = instrument.listings[0]
        answered = build(instrument, Interval.DAY, part.frame, listing, played.provenance.fetched_at, "")
        live = vouch(answered)
        assert live.close.equals(played.close)
        assert live.frame["volume"].equals(played.frame["volume"])
        assert [note for note in live.provenance.notes if "closes of" not in note] == list(
            played.provenance.notes
        )


def test_a_price_below_zero_stays_where_it_is_possible(folder: Path) -> None:
    known = opened(folder).bars(KNOWN["WTI"], Interval.DAY)
    day, close = known.frame.index[10], known.close.iloc[10]
    change(folder / "sessions.csv", f"{day:%Y-%m-%dT%H:%MZ},WTI,{close}", f"{day:%Y-%m-%dT%H:%MZ},WTI,-37.63")
    assert opened(folder).bars(KNOWN["WTI"], Interval.DAY).close.iloc[10] == -37.63


def test_a_series_without_a_price_that_can_be_right_is_bad(folder: Path) -> None:
    text = (folder / "sessions.csv").read_text("utf-8")
    spoilt = re.sub(r"(?m)^(\S+,IXIC),.*$", r"\1,-1", text)
    (folder / "sessions.csv").write_text(spoilt, "utf-8")
    with pytest.raises(BadData):
        opened(folder).bars(KNOWN["IXIC"], Interval.DAY)


def test_a_key_nobody_knows_does_no_harm_and_is_named(folder: Path) -> None:
    with (folder / "sessions.csv").open("a", encoding="utf-8") as lines:
        lines.write("2025-01-02T21:00Z,=cmd()|calc,1\n2025-01-02T21:00Z,,1\n2025-01-02T21:00Z,IXIX,1\n")
    recorded = opened(folder)
    assert len(recorded.bars(KNOWN["IXIC"], Interval.DAY)) > 200
    assert recorded.problems == (
        "The recording’s file sessions.csv has rows of keys that are not in the catalogue: =cmd()|calc, "
        "IXIX (did you mean IXIC?).",
        "The recording’s file sessions.csv is not whole: 1 row set aside (line 6760: it names no key).",
    )


# Times at which no bar is complete


def tidy(folder: Path, rows: str, name: str = "sessions.csv") -> Recorded:
    """The recording with ``rows`` in place of one of its files."""
    (folder / name).write_text(rows, "utf-8")
    return opened(folder)


FEBRUARY = (
    "time,key,close\n"
    "2026-02-04T21:00Z,IXIC,22904.58\n2026-02-05T21:00Z,IXIC,22540.59\n2026-02-06T21:00Z,IXIC,23031.21\n"
)


def test_sessions_stamped_with_midnights_show_nothing_and_say_why(folder: Path) -> None:
    recorded = tidy(folder, FEBRUARY.replace("T21:00Z", "T00:00Z"))
    [problem] = recorded.problems
    assert problem == (
        "The recording’s file sessions.csv is not whole: 3 rows set aside (line 2: its time is no New York "
        "close, which was 21:00Z on 2026-02-04; 2 more, up to line 4, for the same reason)."
    )
    with pytest.raises(Unusable) as caught:
        recorded.bars(KNOWN["IXIC"], Interval.DAY)
    assert str(caught.value).startswith(
        "Nasdaq Composite: the recording holds no row of it that can be used: sessions.csv, line 2: "
    )


@pytest.mark.parametrize(
    ("stamp", "why"),
    [
        ("2026-02-06T00:00Z", "its time is no New York close, which was 21:00Z on 2026-02-06"),
        ("2026-02-07T21:00Z", "its time is no New York close, 2026-02-07 had none"),
        ("2026-07-01T21:00Z", "its time is no New York close, which was 20:00Z on 2026-07-01"),
        ("2025-11-28T21:00Z", "its time is no New York close, which was 18:00Z on 2025-11-28"),
        ("1987-10-19T21:00Z", "its time is no New York close, as far as is known: sessions begin with 1990"),
        ("2026-02-30T21:00Z", "its time is not written like 2026-02-05T21:00Z"),
        ("2026-02-03", "its time is not written like 2026-02-05T21:00Z"),
    ],
)
def test_a_row_at_no_new_york_close_is_set_aside_alone(folder: Path, stamp: str, why: str) -> None:
    recorded = tidy(folder, f"{FEBRUARY}{stamp},IXIC,1\n")
    bars = recorded.bars(KNOWN["IXIC"], Interval.DAY)
    assert bars.close.tolist() == [22904.58, 22540.59, 23031.21]
    assert bars.provenance.notes == (f"sessions.csv, line 5: {why}",)
    assert recorded.problems == (
        f"The recording’s file sessions.csv is not whole: 1 row set aside (line 5: {why}).",
    )


@pytest.mark.parametrize("stamp", ["2025-11-28T18:00Z", "2025-07-03T17:00Z", "2025-07-01T20:00Z"])
def test_early_closes_and_summer_are_closes(folder: Path, stamp: str) -> None:
    assert tidy(folder, f"{FEBRUARY}{stamp},IXIC,1\n").problems == ()


@pytest.mark.parametrize(
    ("name", "key", "good", "bad"),
    [
        ("utc_days.csv", "BTC", "2026-02-06T00:00Z", "2026-02-06T21:00Z"),
        ("hours.csv", "BTC", "2026-02-06T13:00Z", "2026-02-06T13:30Z"),
        ("hours.csv", "QQQ", "2026-02-06T15:30Z", "2026-02-06T14:30Z"),
        ("hours.csv", "QQQ", "2026-02-06T21:00Z", "2026-02-06T21:30Z"),
        ("hours.csv", "QQQ", "2025-11-28T18:00Z", "2025-11-28T18:30Z"),
        ("readings.csv", "BTC_FUNDING", "2026-02-06T16:00Z", "2026-02-06T16:20Z"),
        ("readings.csv", "FNG", "2026-02-06T00:00Z", "2026-02-06T08:00Z"),
        ("readings.csv", "BTC_ETF_FLOW", "2026-02-06T21:00Z", "2026-02-07T00:00Z"),
        ("sessions.csv", "STLFSI", "2026-02-06T21:00Z", "2026-02-06T00:00Z"),
    ],
)
def test_every_kind_of_series_has_its_own_instants(
    folder: Path, name: str, key: str, good: str, bad: str
) -> None:
    recorded = tidy(folder, f"time,key,close\n{good},{key},1\n{bad},{key},2\n", name)
    [problem] = recorded.problems
    assert f"{name} is not whole: 1 row set aside (line 3: its time is " in problem
    interval = Interval.HOUR if name == "hours.csv" else Interval.DAY
    assert recorded.bars(KNOWN[key], interval).close.tolist() == [1]


# The same series in two files


def with_second_file(
    folder: Path, rows: str, interval: str = "1d", sampling: str = "close@16:00 NY"
) -> Recorded:
    with (folder / DESCRIPTION).open("a", encoding="utf-8") as lines:
        lines.write(f'\n[files."more.csv"]\ninterval = "{interval}"\nsampling = "{sampling}"\n')
    return tidy(folder, rows, "more.csv")


def test_one_key_in_two_files_is_one_series(folder: Path) -> None:
    whole = opened(folder).bars(KNOWN["IXIC"], Interval.DAY)
    recorded = with_second_file(
        folder, "time,key,close\n2024-12-31T21:00Z,IXIC,19310.79\n2025-01-02T21:00Z,IXIC,19280.79\n"
    )
    bars = recorded.bars(KNOWN["IXIC"], Interval.DAY)
    assert recorded.problems == ()
    assert bars.close.tolist() == [19310.79, *whole.close]
    assert bars.provenance.sampling == "close@16:00 NY"


def test_files_that_differ_on_a_close_are_both_refused_for_it(folder: Path) -> None:
    whole = opened(folder).bars(KNOWN["IXIC"], Interval.DAY)
    recorded = with_second_file(folder, "time,key,close\n2025-01-02T21:00Z,IXIC,19280.80\n")
    pd.testing.assert_frame_equal(
        recorded.bars(KNOWN["IXIC"], Interval.DAY).frame, whole.frame.iloc[1:], check_freq=False
    )
    assert recorded.problems == (
        "The recording’s file sessions.csv is not whole: 1 row set aside "
        "(line 2353: its time has another close elsewhere, in more.csv line 2).",
        "The recording’s file more.csv is not whole: 1 row set aside "
        "(line 2: its time has another close elsewhere, in sessions.csv line 2353).",
    )


def test_what_files_agree_on_the_close_but_not_on_is_left_out_and_what_one_lacks_is_filled(
    folder: Path,
) -> None:
    head = "time,key,open,high,low,close,volume\n2025-01-02T21:00Z,IXIC,"
    tidy(folder, f"{head},19300,19200,19280.79,5\n")
    bars = with_second_file(folder, f"{head}19290,19301,19200,19280.79,\n").bars(KNOWN["IXIC"], Interval.DAY)
    row = bars.frame.iloc[0]
    assert row[["open", "low", "close", "volume"]].tolist() == [19290, 19200, 19280.79, 5]
    assert pd.isna(row["high"])


def test_hours_and_days_of_one_key_are_two_series(folder: Path) -> None:
    recorded = with_second_file(folder, "time,key,close\n2025-01-02T20:30Z,IXIC,1\n", "1h", "hourly close")
    assert recorded.problems == ()
    assert len(recorded.bars(KNOWN["IXIC"], Interval.DAY)) > 200
    assert recorded.bars(KNOWN["IXIC"], Interval.HOUR).close.tolist() == [1]


@given(order=st.permutations(range(6)), cut=st.integers(0, 6))
def test_neither_the_order_of_rows_nor_the_file_they_stand_in_changes_a_series(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], cut: int
) -> None:
    days = ("02-02", "02-03", "02-04", "02-05", "02-06", "02-06")
    closes = ("23592.11", "23255.19", "22904.58", "22540.59", "23031.21", "23031.210")
    rows = [f"2026-{day}T21:00Z,IXIC,{close}\n" for day, close in zip(days, closes, strict=True)]
    folder = tmp_path_factory.mktemp("two")
    shutil.copy(SHIPPED_RECORDING / DESCRIPTION, folder)
    (folder / "sessions.csv").write_text("time,key,close\n" + "".join(rows[at] for at in order[:cut]))
    recorded = with_second_file(folder, "time,key,close\n" + "".join(rows[at] for at in order[cut:]))
    assert recorded.bars(KNOWN["IXIC"], Interval.DAY).close.tolist() == [float(each) for each in closes[:5]]


# What people's tables look like


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: "\ufeff" + rows,
        lambda rows: rows.replace("time,key,close", " Time, Key , CLOSE"),
        lambda rows: rows.replace("time,key,close", '"time","key","close"'),
        lambda rows: re.sub(r"(?m)^(\S+?),(\S+?),(\S+)$", r'"\1","\2","\3"', rows),
        lambda rows: rows.replace("\n", ",\n"),
        lambda rows: rows.replace("\n", ",,\n").replace(",,\n", ",\n", 1),
        lambda rows: rows.replace("\n", "\r\n"),
        lambda rows: rows.replace("\n", "\r"),
        lambda rows: rows.replace(",", ";"),
        lambda rows: rows.replace(",", "\t"),
        lambda rows: rows.replace(",", " , "),
        lambda rows: rows.replace("close", "value"),
        lambda rows: rows + ",,\n\n",
        lambda rows: rows.replace("IXIC", "ixic"),
        lambda rows: rows.replace("IXIC", "^IXIC"),
        lambda rows: rows.replace("IXIC", "NASDAQCOM"),
        lambda rows: rows.replace("T21:00Z", " 21:00:00+00:00"),
        lambda rows: rows.replace("T21:00Z", "T16:00:00-05:00"),
    ],
)
def test_a_table_that_can_be_read_in_one_way_only_is_read(folder: Path, write: Callable[[str], str]) -> None:
    recorded = tidy(folder, write(FEBRUARY))
    assert recorded.problems == ()
    assert recorded.bars(KNOWN["IXIC"], Interval.DAY).close.tolist() == [22904.58, 22540.59, 23031.21]


def test_a_table_of_a_spreadsheet_in_utf_16_is_read(folder: Path) -> None:
    (folder / "sessions.csv").write_bytes(FEBRUARY.replace(",", "\t").encode("utf-16"))
    assert opened(folder).problems == ()


def test_a_key_written_in_another_way_is_noted(folder: Path) -> None:
    bars = tidy(folder, FEBRUARY.replace("IXIC", "^IXIC")).bars(KNOWN["IXIC"], Interval.DAY)
    assert bars.provenance.notes == ("sessions.csv: ^IXIC is read as IXIC",)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("22540.59", '"22,540.59"', "line 3: its close is written with a comma, 22,540.59"),
        ("22540.59", "22540,59", "line 3: it does not have 3 cells"),
        (",22540.59", "", "line 3: it does not have 3 cells"),
        ("22540.59", "$22540.59", "line 3: its close is not a number"),
        ("22540.59", '"22540.59', ""),
    ],
)
def test_a_number_that_may_be_two_is_refused_with_its_reason(
    folder: Path, old: str, new: str, why: str
) -> None:
    recorded = tidy(folder, FEBRUARY.replace(old, new))
    said = f"The recording’s file sessions.csv is not whole: 1 row set aside ({why})."
    assert recorded.problems == ((said,) if why else ())
    assert recorded.bars(KNOWN["IXIC"], Interval.DAY).close.iloc[-1] == 23031.21


@pytest.mark.parametrize(
    ("header", "why"),
    [
        ("date,key,close", "its first line does not name time"),
        ("time,close", "its first line does not name key"),
        ("time,price", "its first line does not name key and close or value"),
        ("time,key,close,value", "its first line names close twice"),
        ("", "its first line does not name time, key, and close or value"),
    ],
)
def test_a_first_line_is_told_what_it_lacks(folder: Path, header: str, why: str) -> None:
    assert tidy(folder, FEBRUARY.replace("time,key,close", header)).problems == (
        f"The recording’s file sessions.csv cannot be read: {why}.",
    )


def test_a_volume_that_is_no_number_is_left_out_and_told(folder: Path) -> None:
    recorded = tidy(folder, "time,key,close,volume\n2026-02-05T21:00Z,IXIC,22540.59,9.1B\n")
    assert recorded.problems == (
        "The recording’s file sessions.csv is not whole: "
        "volume is no number in 1 row and left out there (line 2: 9.1B).",
    )
    assert pd.isna(recorded.bars(KNOWN["IXIC"], Interval.DAY).frame["volume"].iloc[0])


@given(damage=st.binary(min_size=1, max_size=40), place=st.floats(0, 1))
def test_no_bytes_in_a_file_raise_anything_but_a_source_error(
    tmp_path_factory: pytest.TempPathFactory, damage: bytes, place: float
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    for name in ("recording.toml", "hours.csv"):
        (folder / name).write_bytes((SHIPPED_RECORDING / name).read_bytes())
    content = (folder / "hours.csv").read_bytes()
    at = int(place * len(content))
    (folder / "hours.csv").write_bytes(content[:at] + damage + content[at + len(damage) :])
    recorded = opened(folder)
    for key in ("BTC", "QQQ"):
        try:
            bars = recorded.bars(KNOWN[key], Interval.HOUR)
        except SourceError as error:
            assert str(error).endswith(".")
        else:
            assert bars.close.notna().all()


def test_the_row_that_a_file_was_cut_off_in_is_set_aside_and_told(folder: Path) -> None:
    whole = opened(folder).bars(KNOWN["XLV"], Interval.DAY)
    path = folder / "sessions.csv"
    path.write_bytes(path.read_bytes().rstrip(b"\n")[:-1])  # 152.7 of 152.70 is a price like any other
    recorded = opened(folder)
    assert len(recorded.bars(KNOWN["XLV"], Interval.DAY)) == len(whole) - 1
    [problem] = recorded.problems
    assert problem.startswith("The recording’s file sessions.csv is not whole: 1 row set aside (line ")
    assert problem.endswith(": the file ends within it).")


# What can be wrong with the description


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("moment = 2026-02-07T15:30:00Z", "moment = 2026-02-07T15:30:00", "its times need a zone"),
        ("moment = 2026-02-07T15:30:00Z", "moment = 2027-02-07T15:30:00Z", "its moment lies outside"),
        ("moment = 2026-02-07T15:30:00Z", 'moment = "yesterday"', "cannot be opened"),
        ("moment = 2026-02-07T15:30:00Z", "", r"it has no moment\.$"),
        ("moment = 2026-02-07T15:30:00Z", "moment = 2026-02-07", r"its moment is not an instant\.$"),
        (
            "moment = 2026-02-07T15:30:00Z",
            "moment = 2026-02-07T15:30:00Z\nmood = 1",
            r"mood is no part of one\.$",
        ),
        ("[publishers]", "[editors]", r"editors is no part of one\.$"),
        ("[publishers]\n", "[files.publishers]\n", r"it has no publishers\.$"),
        ("[publishers_of_hours]", "[[publishers_of_hours]]", r"its publishers_of_hours is not a table\.$"),
        ("title = ", "title ", "cannot be opened"),
        ('IXIC = "Nasdaq"', "IXIC = 5", r"its publishers give no name for IXIC\.$"),
    ],
)
def test_a_bad_description_is_told_in_one_sentence(folder: Path, old: str, new: str, said: str) -> None:
    change(folder / DESCRIPTION, old, new)
    with pytest.raises(ValueError, match=said) as caught:
        describe(folder)
    assert str(caught.value).startswith("The recording in rout cannot be opened: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("interval = 1", "no interval of 1h or 1d for it, but 1"),
        ('interval = "1w"', "no interval of 1h or 1d for it, but '1w'"),
        ("interval = []", "no interval of 1h or 1d for it, but []"),
        ("", "no interval of 1h or 1d for it"),
    ],
)
def test_a_file_described_wrongly_is_a_problem_not_a_crash(folder: Path, wrong: str, why: str) -> None:
    change(folder / DESCRIPTION, 'interval = "1d"', wrong)
    assert opened(folder).problems == (
        f"The recording’s file sessions.csv is not described: recording.toml gives {why}.",
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'sampling = "close@16:00 NY"',
            "",
            "file sessions.csv is not described: "
            "recording.toml gives no sampling for it, such as close@16:00 NY.",
        ),
        (
            '[files."sessions.csv"]\ninterval = "1d"\nsampling = "close@16:00 NY"',
            '[files]\n"sessions.csv" = "1d"',
            "file sessions.csv is not described: recording.toml gives no table for it.",
        ),
        ('[files."sessions.csv"]', '[files."session.csv"]', "file session.csv is missing."),
        (
            'IXIC = "Nasdaq"',
            'IXIX = "Nasdaq"',
            "recording.toml names publishers of what is not in the catalogue: IXIX (did you mean IXIC?).",
        ),
    ],
)
def test_a_description_that_does_not_fit_is_told_thing_by_thing(
    folder: Path, old: str, new: str, problem: str
) -> None:
    change(folder / DESCRIPTION, old, new)
    assert f"The recording’s {problem}" in opened(folder).problems


def test_a_file_that_the_description_does_not_name_is_told(folder: Path) -> None:
    (folder / "etfs.csv").write_text(FEBRUARY)
    assert opened(folder).problems == (
        "The recording’s file etfs.csv is not read: recording.toml does not name it.",
    )


def test_a_publisher_is_found_by_any_name_of_its_key(folder: Path) -> None:
    change(folder / DESCRIPTION, 'IXIC = "Nasdaq"', '"^ixic" = "Somebody"')
    recorded = opened(folder)
    assert recorded.problems == ()
    assert recorded.bars(KNOWN["IXIC"], Interval.DAY).provenance.source == "Somebody"


def test_a_description_without_a_file_says_so(tmp_path: Path) -> None:
    text = (SHIPPED_RECORDING / DESCRIPTION).read_text("utf-8").partition('[files."')[0]
    (tmp_path / DESCRIPTION).write_text("\ufeff" + text + "[files]\n[publishers]\n", "utf-8")
    assert opened(tmp_path).problems == ("The recording’s recording.toml names no file.",)


@pytest.mark.parametrize("place", ["file", "file/rout", "nowhere/rout"])
def test_what_is_no_folder_is_no_recording_and_no_path_of_the_machine_is_told(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match=r"^There is no recording in \w+: recording\.toml is missing\.$"):
        describe(tmp_path / place)


def test_a_description_that_cannot_be_read_tells_no_path_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / DESCRIPTION).mkdir()
    with pytest.raises(ValueError, match="cannot be opened: Is a directory") as caught:
        describe(tmp_path)
    assert str(tmp_path) not in str(caught.value)


def test_an_empty_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^There is no recording in \S+: recording\.toml is missing\.$"):
        describe(tmp_path)
