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

from data_sources.errors import BadData, NoData, SourceError
from data_sources.parsing import build
from data_sources.quality import doubt, examine, vouch
from data_sources.recorded import DESCRIPTION, Recorded, describe
from data_sources.set_aside import say_number
from data_sources.settings import SHIPPED_RECORDING
from market import catalogue
from market.bars import State
from market.instruments import Interval

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
    change(path, f"{ROW}19280.79", f"{ROW}19280.79,")


def stray_bytes(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(f"{ROW}19280.79".encode(), f'{ROW}"1\xff'.encode("latin-1")))


WHOLE_FILE = {
    not_text: "cannot be read: its first line does not name time, key, and close or value",
    missing: "is missing",
    empty: "cannot be read: its first line does not name time, key, and close or value",
    a_folder: "cannot be opened",
    wrong_header: "cannot be read: its first line does not name time, key, and close or value",
    no_price_column: "cannot be read: its first line does not name time, key, and close or value",
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
        lines.write("2025-01-02T21:00Z,IXIC,1\n2024-12-31T21:00Z,IXIC,19310.79\n")
    recorded = opened(folder)
    assert recorded.problems == (
        "The recording’s file sessions.csv is not whole: "
        "1 row set aside (line 6759: it repeats the time of another row).",
    )
    bars = recorded.bars(KNOWN["IXIC"], Interval.DAY)
    assert bars.close.iloc[:2].tolist() == [19310.79, whole.close.iloc[0]]
    assert len(bars) == len(whole) + 1


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
    pd.testing.assert_frame_equal(bars.frame, whole.frame.drop(day), check_freq=False)
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
    assert len(bars) == len(whole) - 1
    assert bars.close.equals(whole.close[bars.frame.index])
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
        part = opened(folder)._parts[key, Interval.DAY]
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


def test_a_key_nobody_knows_does_no_harm(folder: Path) -> None:
    with (folder / "sessions.csv").open("a", encoding="utf-8") as lines:
        lines.write("2025-01-02T21:00Z,=cmd()|calc,1\n2025-01-02T21:00Z,,1\n2025-01-02T21:00Z,NA,1\n")
    assert len(opened(folder).bars(KNOWN["IXIC"], Interval.DAY)) > 200


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
    ],
)
def test_a_bad_description_is_told_in_one_sentence(folder: Path, old: str, new: str, said: str) -> None:
    change(folder / DESCRIPTION, old, new)
    with pytest.raises(ValueError, match=said) as caught:
        describe(folder)
    assert str(caught.value).startswith("The recording in rout cannot be opened: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["interval = 1", 'interval = "1w"', "interval = []", ""])
def test_a_file_described_wrongly_is_a_problem_not_a_crash(folder: Path, wrong: str) -> None:
    change(folder / DESCRIPTION, 'interval = "1d"', wrong)
    recorded = opened(folder)
    [problem] = recorded.problems
    assert problem.startswith("The recording’s file sessions.csv is not described: recording.toml gives no ")


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
