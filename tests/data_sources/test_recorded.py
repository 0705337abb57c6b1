from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_sources.errors import BadData, NoData, SourceError
from data_sources.recorded import DESCRIPTION, Recorded, describe, read_series, write_series
from data_sources.settings import SHIPPED_RECORDING
from market import catalogue
from market.bars import COLUMNS, State
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


def torn(path: Path) -> None:
    path.write_text(path.read_text("utf-8")[:-4] + '"', "utf-8")


DAMAGES = (
    not_text,
    missing,
    empty,
    a_folder,
    wrong_header,
    no_price_column,
    a_word,
    a_gap,
    not_a_number,
    endless,
    local_time,
    torn,
)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_a_file_that_cannot_be_read_takes_only_its_own_series(
    folder: Path, damage: Callable[[Path], None]
) -> None:
    damage(folder / "sessions.csv")
    recorded = opened(folder)
    assert recorded.problems == ("The recording's file sessions.csv is missing or cannot be read.",)
    assert len(recorded.bars(KNOWN["BTC"], Interval.DAY)) > 400
    with pytest.raises(BadData) as caught:
        recorded.bars(KNOWN["IXIC"], Interval.DAY)
    assert str(caught.value) == ("Nasdaq Composite: the recording answered with prices that cannot be right.")


@pytest.mark.parametrize(
    "row",
    ["2025-01-02T21:00Z,IXIC,1", "2024-01-02T21:00Z,IXIC,1"],
    ids=["a repeated row", "a row out of order"],
)
def test_rows_that_cannot_be_bars_take_only_their_own_series(folder: Path, row: str) -> None:
    with (folder / "sessions.csv").open("a", encoding="utf-8") as lines:
        lines.write(f"{row}\n")
    recorded = opened(folder)
    assert recorded.problems == ()
    assert len(recorded.bars(KNOWN["GSPC"], Interval.DAY)) > 200
    with pytest.raises(BadData):
        recorded.bars(KNOWN["IXIC"], Interval.DAY)


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


# What can be wrong with the description


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("moment = 2026-02-07T15:30:00Z", "moment = 2026-02-07T15:30:00", "its times need a zone"),
        ("moment = 2026-02-07T15:30:00Z", "moment = 2027-02-07T15:30:00Z", "its moment lies outside"),
        ("moment = 2026-02-07T15:30:00Z", 'moment = "yesterday"', "cannot be opened"),
        ("moment = 2026-02-07T15:30:00Z", "", "missing 1 required positional argument"),
        ("moment = 2026-02-07T15:30:00Z", "moment = 2026-02-07T15:30:00Z\nmood = 1", "unexpected keyword"),
        ("title = ", "title ", "cannot be opened"),
    ],
)
def test_a_bad_description_is_told_in_one_sentence(folder: Path, old: str, new: str, said: str) -> None:
    change(folder / DESCRIPTION, old, new)
    with pytest.raises(ValueError, match=said) as caught:
        describe(folder)
    assert str(caught.value).startswith("The recording in rout cannot be opened: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wrong", ["interval = 1", 'interval = "1w"', "interval = []"])
def test_a_file_described_wrongly_is_a_problem_not_a_crash(folder: Path, wrong: str) -> None:
    change(folder / DESCRIPTION, 'interval = "1d"', wrong)
    recorded = opened(folder)
    assert recorded.problems == ("The recording's file sessions.csv is missing or cannot be read.",)


def test_an_empty_folder_is_no_recording(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^There is no recording in \S+: recording\.toml is missing\.$"):
        describe(tmp_path)


# Writing one


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    series = read_series(SHIPPED_RECORDING / "utc_days.csv")
    write_series(tmp_path / "days.csv", series)
    again = read_series(tmp_path / "days.csv")
    assert list(again) == list(series)
    for key, frame in series.items():
        pd.testing.assert_frame_equal(again[key], frame)
        assert tuple(frame.columns) == COLUMNS
