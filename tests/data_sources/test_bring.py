"""Files as sites and programs write them, brought into a recording and played back."""

import os
import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_sources.bring.__main__ import main
from data_sources.recorded import DESCRIPTION, Recorded, describe
from data_sources.settings import ROOT, SHIPPED_RECORDING
from market import catalogue
from market.bars import COLUMNS, Bars
from market.instruments import Interval

KNOWN = catalogue.load()
NOW = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """What the command said and how it ended."""

    code: int
    said: list[str]
    complaint: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Write a file, bring it into the folder `mine` beside it, and tell what happened."""

    def bring(
        content: str | bytes,
        key: str,
        *options: str,
        now: datetime = NOW,
        saved: datetime = NOW,
        name: str = "prices.csv",
    ) -> Outcome:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(path, (saved.timestamp(), saved.timestamp()))
        code = main([str(path), "--key", key, "--into", str(tmp_path / "mine"), *options], lambda: now)
        said = capsys.readouterr()
        return Outcome(code, said.out.splitlines(), said.err.strip())

    return bring


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return tmp_path / "mine"


def played(folder: Path, key: str, interval: Interval = Interval.DAY) -> Bars:
    recorded = Recorded(folder, describe(folder))
    assert recorded.problems == ()
    return recorded.bars(KNOWN[key], interval)


def closes(folder: Path, key: str, interval: Interval = Interval.DAY) -> dict[str, float]:
    """The closes by instant; what is left out are the holes, and nothing else."""
    bars = played(folder, key, interval)
    holes = {hole.at for hole in bars.holes}
    return {f"{at:%Y-%m-%dT%H:%MZ}": close for at, close in bars.close.items() if at not in holes}


# One table, as everybody writes it

DAYS = [
    (date(2026, 2, 2), 23380.0, 23680.3, 23350.0, 23592.11, 9_310_000_000),
    (date(2026, 2, 3), 23700.0, 23750.5, 23027.2, 23255.19, 9_990_000_000),
    (date(2026, 2, 4), 23200.0, 23280.5, 22684.5, 22904.58, 10_390_000_000),
    (date(2026, 2, 5), 22700.3, 22860.9, 22461.1, 22540.59, 9_870_000_000),
    (date(2026, 2, 13), 22600.0, 23100.2, 22590.0, 23031.21, 9_400_000_000),
]
CLOSES = {f"{day:%Y-%m-%d}T21:00Z": close for day, *_, close, _ in DAYS}


def table(header: str, row: str, *, newest_first: bool = False, after: str = "\n") -> str:
    """The days in one form; its fields are d, o, h, l, c, v, and V for a volume in billions."""
    rows = [
        row.format(d=d, o=o, h=h, l=low, c=c, v=v, V=v / 1e9, g=lambda x: x)
        for d, o, h, low, c, v in (reversed(DAYS) if newest_first else DAYS)
    ]
    return after.join([*([header] if header else []), *rows, ""])


def german(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


INVESTING = '"Date","Price","Open","High","Low","Vol.","Change %"'
QUOTED = '"{c:,.2f}","{o:,.2f}","{h:,.2f}","{l:,.2f}","{V:.2f}B","-1.59%"'
INVESTING_US = table(INVESTING, '"{d:%m/%d/%Y}",' + QUOTED, newest_first=True)
INVESTING_UK = table(INVESTING, '"{d:%d/%m/%Y}",' + QUOTED, newest_first=True)
INVESTING_DE = "\n".join(
    re.sub(r'"\d[\d.,]*B?"', lambda cell: german(cell[0]), re.sub(r"-1\.59%", "-1,59%", row))
    if row.startswith('"1') or row.startswith('"0')
    else row
    for row in table(
        '"Datum","Zuletzt","Eröffn.","Hoch","Tief","Vol.","+/- %"', '"{d:%d/%m/%Y}",' + QUOTED
    ).splitlines()
)
YFINANCE = "Price,Close,High,Low,Open,Volume\nTicker,^IXIC,^IXIC,^IXIC,^IXIC,^IXIC\nDate,,,,,\n" + table(
    "", "{d},{c},{h},{l},{o},{v}"
)
FORMS = {
    "yahoo, words": (
        table(
            "Date,Open,High,Low,Close*,Adj Close**,Volume",
            '"{d:%b %d, %Y}","{o:,.2f}","{h:,.2f}","{l:,.2f}","{c:,.2f}","{c:,.2f}","{v:,}"',
            newest_first=True,
        ),
        "Yahoo Finance",
    ),
    "yahoo, figures": (
        table("Date,Open,High,Low,Close,Adj Close,Volume", "{d},{o},{h},{l},{c},{c},{v}"),
        "Yahoo Finance",
    ),
    "yfinance, three lines": (YFINANCE, "Yahoo Finance"),
    "yfinance, older": (
        ",Close,High,Low,Open,Volume\n,^IXIC,^IXIC,^IXIC,^IXIC,^IXIC\nDate,,,,,\n"
        + table("", "{d},{c},{h},{l},{o},{v}"),
        "Yahoo Finance",
    ),
    "yfinance, by ticker": (
        "Ticker,^GSPC,^IXIC,^IXIC,^IXIC,^IXIC,^IXIC\nPrice,Close,Open,High,Low,Close,Volume\nDate,,,,,,\n"
        + table("", "{d},6882.72,{o},{h},{l},{c},{v}"),
        "Yahoo Finance",
    ),
    "yfinance, one ticker": (
        table(
            "Date,Open,High,Low,Close,Volume,Dividends,Stock Splits",
            "{d} 00:00:00-05:00,{o},{h},{l},{c},{v},0.0,0.0",
        ),
        "Yahoo Finance",
    ),
    "stooq": (table("Date,Open,High,Low,Close,Volume", "{d},{o},{h},{l},{c},{v}"), "stooq"),
    "stooq, polish": (
        table("Data,Otwarcie,Najwyzszy,Najnizszy,Zamkniecie,Wolumen", "{d},{o},{h},{l},{c},{v}"),
        "stooq",
    ),
    "stooq, ASCII": (
        table(
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>",
            "^NDQ,D,{d:%Y%m%d},000000,{o},{h},{l},{c},{v},0",
        ),
        "stooq",
    ),
    "investing, month first": (INVESTING_US, "Investing.com"),
    "investing, day first": (INVESTING_UK, "Investing.com"),
    "investing, german": (INVESTING_DE + "\n", "Investing.com"),
    "nasdaq": (
        table(
            "Date,Close/Last,Volume,Open,High,Low",
            "{d:%m/%d/%Y},${c},{v},${o},${h},${l}",
            newest_first=True,
        ),
        "Nasdaq",
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "write",
    [
        str.encode,
        lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode(),
        lambda text: text.encode("utf-16"),
    ],
    ids=["plain", "BOM and CRLF", "UTF-16"],
)
def test_one_table_in_any_form_is_one_recording(
    run: Run, mine: Path, form: str, write: Callable[[str], bytes]
) -> None:
    text, publisher = FORMS[form]
    outcome = run(write(text), "IXIC")
    assert (outcome.code, outcome.complaint) == (0, "")
    assert outcome.said[0] == "prices.csv: 5 rows read, 0 refused."
    bars = played(mine, "IXIC")
    assert closes(mine, "IXIC") == CLOSES
    told = [[o, h, low, c, v] for _, o, h, low, c, v in DAYS]
    rows = bars.frame.loc[bars.close.notna()]
    pd.testing.assert_frame_equal(
        rows, pd.DataFrame(told, rows.index, list(COLUMNS), dtype=float), check_names=False
    )
    assert [hole.day.day for hole in bars.holes] == [6, 9, 10, 11, 12]
    assert bars.frame.loc[bars.close.isna()].isna().all(axis=None)
    assert bars.provenance.source == publisher
    assert bars.provenance.sampling == "close@16:00 NY"


@settings(max_examples=20)
@given(order=st.permutations(range(len(DAYS))), separator=st.sampled_from(",;\t"), twice=st.booleans())
def test_neither_order_nor_separator_nor_a_repeated_row_changes_the_recording(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], separator: str, twice: bool
) -> None:
    folder = tmp_path_factory.mktemp("brought")
    head, *rows = table("Date,Close", "{d:%d %b %Y},{c:.2f}").splitlines()
    rows = [rows[at] for at in order] + [rows[0]] * twice
    text = "\n".join([head, *rows, ""]).replace(",", separator)
    (folder / "prices.csv").write_text(text)
    into = folder / "mine"
    told = [str(folder / "prices.csv"), "--key", "IXIC", "--into", str(into), "--publisher", "Somebody"]
    assert main(told, lambda: NOW) == 0
    assert closes(into, "IXIC") == CLOSES


JUNK = st.sampled_from(
    ["2026-02-07,1", "x,1", "2026-02-06,", "2026-02-06,many", "2026-02-06,-5", "2027-01-04,1", "2026-02-30,1"]
)


@settings(max_examples=30)
@given(junk=st.lists(st.tuples(st.integers(0, 5), JUNK), max_size=6))
def test_a_row_refused_never_changes_another(
    tmp_path_factory: pytest.TempPathFactory, junk: list[tuple[int, str]]
) -> None:
    folder = tmp_path_factory.mktemp("brought")
    head, *rows = table("Date,Close", "{d},{c}").splitlines()
    for at, row in junk:
        rows.insert(at, row)
    (folder / "prices.csv").write_text("\n".join([head, *rows, ""]))
    into = folder / "mine"
    told = [str(folder / "prices.csv"), "--key", "IXIC", "--into", str(into), "--publisher", "Somebody"]
    assert main(told, lambda: NOW) == 0
    assert closes(into, "IXIC") == CLOSES


def test_what_was_brought_can_be_brought_again_from_the_recording_s_own_form(run: Run, mine: Path) -> None:
    run(FORMS["stooq"][0], "IXIC")
    text = (mine / "sessions.csv").read_text()
    again = run(text, "IXIC", "--publisher", "stooq")
    assert "In the recording already: 5 rows." in again.said
    assert (mine / "sessions.csv").read_text() == text


# Coins, yields, hours, readings

BINANCE = (
    "1770163200000,76000.01,77000,72000,73166,12345.6,1770249599999,939000000.1,1000,6000,450000000,0\n"
    "1770249600000000,73166,73341,62345,62910,106299,1770335999999999,7e9,2000,50000,3500000000,0\n"
)
MARKETCAP = (
    "timeOpen;timeClose;timeHigh;timeLow;name;open;high;low;close;volume;marketCap;timestamp\n"
    '"2026-02-05T00:00:00.000Z";"2026-02-05T23:59:59.999Z";"2026-02-05T00:12:00.000Z";'
    '"2026-02-05T22:12:00.000Z";"2781";73166;73341;62345.5;62910;106299000000.1;123;'
    '"2026-02-05T23:59:59.999Z"\n'
    '"2026-02-04T00:00:00.000Z";"2026-02-04T23:59:59.999Z";"2026-02-04T00:12:00.000Z";'
    '"2026-02-04T22:12:00.000Z";"2781";76000;77341;72345.5;73166;106299000000.1;123;'
    '"2026-02-04T23:59:59.999Z"\n'
)
DOWNLOAD = (
    "https://www.CryptoDataDownload.com\n"
    "Unix,Date,Symbol,Open,High,Low,Close,Volume BTC,Volume USDT,tradecount\n"
    "1770249600000,2026-02-05 00:00:00,BTCUSDT,73166,73341,62345,62910,106299,7000000000,100\n"
    "1770163200000,2026-02-04 00:00:00,BTCUSDT,76000,77341,72345,73166,106299,7000000000,100\n"
)


@pytest.mark.parametrize(
    ("text", "publisher"),
    [(BINANCE, "Binance"), (MARKETCAP, "CoinMarketCap"), (DOWNLOAD, "CryptoDataDownload")],
)
def test_a_day_of_a_coin_counts_from_the_midnight_after_it(
    run: Run, mine: Path, text: str, publisher: str
) -> None:
    assert run(text, "BTC").code == 0
    assert closes(mine, "BTC") == {"2026-02-05T00:00Z": 73166, "2026-02-06T00:00Z": 62910}
    assert played(mine, "BTC").provenance.source == publisher
    assert describe(mine).moment == datetime(2026, 2, 6, tzinfo=UTC)


def test_a_yield_of_fred_is_read_and_a_dot_is_no_value(run: Run, mine: Path) -> None:
    outcome = run("observation_date,DGS10\n2026-02-04,4.29\n2026-02-05,4.21\n2026-02-06,.\n", "US10Y")
    assert outcome.said[:2] == ["prices.csv: 3 rows read, 1 refused.", "  line 4: it has no close"]
    assert closes(mine, "US10Y") == {"2026-02-04T21:00Z": 4.29, "2026-02-05T21:00Z": 4.21}


def test_what_is_published_weekly_counts_from_the_session_before_a_holiday(run: Run, mine: Path) -> None:
    text = "observation_date,STLFSI4\n2025-06-27,-0.6\n2025-07-04,-0.5\n2025-07-11,-0.4\n"
    assert run(text, "STLFSI").code == 0
    assert list(closes(mine, "STLFSI")) == ["2025-06-27T20:00Z", "2025-07-03T17:00Z", "2025-07-11T20:00Z"]
    assert (mine / "readings.csv").read_text().startswith("time,key,value\n")


def test_hours_end_with_the_hour_and_in_new_york_with_the_session(run: Run, mine: Path) -> None:
    text = (
        "Datetime,Open,High,Low,Close,Volume\n"
        "2025-11-28 09:30:00-05:00,600,601,599,600.5,1\n2025-11-28 10:30:00-05:00,600,601,599,600.6,1\n"
        "2025-11-28 11:30:00-05:00,600,601,599,600.7,1\n2025-11-28 12:30:00-05:00,600,601,599,600.8,1\n"
        "2025-11-28 13:30:00-05:00,600,601,599,600.9,1\n"
    )
    outcome = run(text, "QQQ")
    assert "  line 6: its hour does not begin within a New York session" in outcome.said
    assert list(closes(mine, "QQQ", Interval.HOUR)) == [
        f"2025-11-28T{time}Z" for time in ("15:30", "16:30", "17:30", "18:00")
    ]
    hours = "".join(f"{1770249600000 + at * 3600000},1,2,0.5,1.5,9,0,9,9,9,9,0\n" for at in range(3))
    run(hours, "BTC")
    assert list(closes(mine, "BTC", Interval.HOUR)) == [f"2026-02-05T0{at}:00Z" for at in (1, 2, 3)]


def test_outflows_in_brackets_are_below_zero(run: Run, mine: Path) -> None:
    run("Date,Total\n05 Feb 2026,(434.1)\n04 Feb 2026,120.5\n", "BTC_ETF_FLOW", "--publisher", "Farside")
    assert closes(mine, "BTC_ETF_FLOW") == {"2026-02-04T21:00Z": 120.5, "2026-02-05T21:00Z": -434.1}


def test_a_session_is_found_from_a_time_in_any_zone(run: Run, mine: Path) -> None:
    text = (
        "timestamp,close\n2026-02-03T05:00:00Z,1.5\n2026-02-04T14:30:00Z,1.6\n2026-02-05T21:00:00Z,1.7\n"
        "2026-02-06 00:00:00-05:00,1.8\n"
    )
    run(text, "XLK", "--publisher", "Somebody")
    assert [stamp[:10] for stamp in closes(mine, "XLK")] == [f"2026-02-0{at}" for at in (3, 4, 5, 6)]


def test_closes_that_may_be_adjusted_for_dividends_stand_apart_and_say_so(run: Run, mine: Path) -> None:
    assert run(YFINANCE.replace("^IXIC", "XLK"), "XLK").code == 0
    assert (mine / "sessions_adjusted.csv").exists()
    assert played(mine, "XLK").provenance.sampling == "close@16:00 NY, adjusted for dividends"


# What is refused row by row


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("2026-02-07,1", "New York had no session on 2026-02-07"),
        ("2026-01-19,1", "New York had no session on 2026-01-19"),
        ("1987-10-19,1", "sessions are known from 1990 on"),
        ("2026-03-02,1", "its bar was not over yet"),
        ("2027-03-02,1", "it lies in the future"),
        ("yesterday,1", "its date cannot be read"),
        ("2026-02-30,1", "its date cannot be read"),
        ("46058,1", "its date cannot be read"),
        ("2026-02-06,", "it has no close"),
        ("2026-02-06,null", "it has no close"),
        ("2026-02-06,1.2.3", "its close cannot be read: 1.2.3"),
        ("2026-02-06,0.25 Dividend", "it is no price: 2026-02-06 0.25 Dividend"),
        ("2026-02-06,22,5", "it has 3 cells where 2 are named"),
        ("2026-02-06,-5", "a close of −5 is not a level"),
        ("2026-02-06,2303121", "2,303,121 is 102 times its neighbours"),
    ],
)
def test_a_row_that_cannot_be_a_bar_is_refused_with_its_line_and_reason(
    run: Run, mine: Path, row: str, why: str
) -> None:
    text = table("Date,Close", "{d},{c}") + row + "\n"
    outcome = run(text, "IXIC", "--publisher", "Somebody")
    assert outcome.code == 0
    assert outcome.said[:2] == ["prices.csv: 6 rows read, 1 refused.", f"  line 7: {why}"]
    assert closes(mine, "IXIC") == CLOSES


def test_two_closes_for_one_day_are_both_refused(run: Run, mine: Path) -> None:
    outcome = run(table("Date,Close", "{d},{c}") + "2026-02-05,1\n", "IXIC", "--publisher", "Somebody")
    assert outcome.said[:3] == [
        "prices.csv: 6 rows read, 2 refused.",
        "  line 5: its time has another close elsewhere, in prices.csv line 7",
        "  line 7: its time has another close elsewhere, in prices.csv line 5",
    ]
    assert "2026-02-05T21:00Z" not in closes(mine, "IXIC")


def test_a_newest_row_that_was_still_changing_when_the_file_was_saved_is_refused(
    run: Run, mine: Path
) -> None:
    """Downloaded at noon in New York, brought in the week after."""
    noon = datetime(2026, 2, 13, 17, 0, tzinfo=UTC)
    outcome = run(FORMS["stooq"][0], "IXIC", saved=noon)
    assert outcome.said[1] == "  line 6: its bar was not over yet when the file was saved"
    assert max(closes(mine, "IXIC")) == "2026-02-05T21:00Z"


def test_a_file_that_claims_to_be_older_than_its_rows_is_read(run: Run, mine: Path) -> None:
    run(FORMS["stooq"][0], "IXIC", saved=datetime(1980, 1, 1, tzinfo=UTC))
    assert closes(mine, "IXIC") == CLOSES


def test_a_file_that_ends_within_a_number_loses_that_number_only(run: Run, mine: Path) -> None:
    outcome = run("observation_date,DGS10\n2026-02-04,4.29\n2026-02-05,4", "US10Y")
    assert "  line 3: the file ends within it" in outcome.said
    run(FORMS["stooq"][0].rstrip("\n")[:-3], "IXIC")
    assert closes(mine, "IXIC") == CLOSES
    assert pd.isna(played(mine, "IXIC").frame["volume"].iloc[-1])


def test_many_rows_refused_for_one_reason_are_counted(run: Run) -> None:
    future = "".join(f"{date(2027, 1, 4) + timedelta(days=at)},1\n" for at in (0, 1, 2, 3, 7, 8, 9, 10))
    outcome = run(table("Date,Close", "{d},{c}") + 5 * future, "IXIC", "--publisher", "Somebody")
    told = [line for line in outcome.said if line.startswith("  ")]
    assert len(told) == 11
    assert told[-1] == "  … and 30 more for the same reason, up to line 46"


def test_sessions_that_no_row_is_of_are_named(run: Run) -> None:
    outcome = run(FORMS["stooq"][0], "IXIC")
    assert (
        "No close for 5 sessions: 2026-02-06, 2026-02-09, 2026-02-10, 2026-02-11, 2026-02-12." in outcome.said
    )


# What is refused as a whole

OPEN_DATES = "Date,Close\n02/05/2026,1.5\n03/02/2026,1.6\n"


@pytest.mark.parametrize(
    ("text", "key", "why"),
    [
        (OPEN_DATES, "IXIC", "Its dates leave open whether the day or the month comes first (02/05/2026): "),
        ("Date,Close\n13/02/2026,1.5\n02/13/2026,1.6\n", "IXIC", "Its dates are written both day first and "),
        (
            'Date,Close\n2026-02-05,"62,910"\n2026-02-04,"73,166"\n',
            "BTC",
            "Its numbers leave open whether a comma ",
        ),
        (
            "Date;Close\n2026-02-05;62.910\n2026-02-04;73.166\n",
            "BTC",
            "Its numbers leave open whether a point ",
        ),
        (
            'Date,Close\n2026-02-05,"6,5"\n2026-02-04,"7.5"\n',
            "BTC",
            "Its numbers are written with decimal points ",
        ),
        (table("Date,Open,Price change", "{d},1,2"), "IXIC", "No line of it names a date and a close; it "),
        (YFINANCE, "VIX", "It holds ^IXIC, which is IXIC (Nasdaq Composite) and not VIX."),
        ("observation_date,DGS2\n2026-02-05,4\n", "US10Y", "It holds DGS2, which is US2Y (US 2-year yield) "),
        (
            "Date,Close\n2026-01-05,1\n2026-01-12,2\n2026-01-20,3\n",
            "IXIC",
            "Its rows lie a week apart: a recording ",
        ),
        (
            "Date,Close\n2025-11-03,1\n2025-12-01,2\n2026-01-02,3\n",
            "IXIC",
            "Its rows lie a month or more apart",
        ),
        ("Date,Close\n2026-02-05 10:00,1\n2026-02-05 10:15,2\n", "BTC", "Its rows lie 15 minutes apart"),
        ("Date,Close\n2026-02-05 10:00,1\n2026-02-05 11:00,2\n", "BTC", "No row of it can be used."),
        ("Date,Close\n2026-02-07,1\n", "IXIC", "No row of it can be used."),
        ("Date,Close\n", "IXIC", "No row of it has a date and a close that can be read."),
        ("", "IXIC", "It is empty."),
        ("<!DOCTYPE html><html>", "IXIC", "It is a web page, and not a table"),
        ('{"chart": 1}', "IXIC", "It is JSON, and not a table."),
        ("PK\x03\x04", "IXIC", "It is a workbook or an archive"),
    ],
)
def test_a_file_that_cannot_be_read_in_one_way_is_refused_with_the_reason(
    run: Run, mine: Path, text: str, key: str, why: str
) -> None:
    outcome = run(text, key, "--publisher", "Somebody")
    assert outcome.code == 2
    assert outcome.complaint.startswith(f"prices.csv: {why}")
    assert not mine.exists()


@pytest.mark.parametrize(("dates", "days"), [("day-first", "05-02"), ("month-first", "02-05")])
def test_the_order_of_a_date_is_as_it_is_said_to_be(run: Run, mine: Path, dates: str, days: str) -> None:
    text = OPEN_DATES.replace("2026", "2025")
    assert run(text, "BTC", "--publisher", "Somebody", "--dates", dates).code == 0
    stamps = [pd.Timestamp(stamp) - pd.Timedelta(days=1) for stamp in closes(mine, "BTC")]
    assert days in [f"{stamp:%m-%d}" for stamp in stamps]


@pytest.mark.parametrize(("decimal", "close"), [("point", 62910), ("comma", 62.91)])
def test_a_comma_means_what_it_is_said_to_mean(run: Run, mine: Path, decimal: str, close: float) -> None:
    run('Date,Close\n2026-02-05,"62,910"\n', "BTC", "--publisher", "Somebody", "--decimal", decimal)
    assert closes(mine, "BTC") == {"2026-02-06T00:00Z": close}


def test_a_table_that_does_not_tell_its_publisher_asks_for_it(run: Run) -> None:
    outcome = run(table("Date,Close", "{d},{c}"), "IXIC")
    assert outcome.code == 2
    assert outcome.complaint == (
        "prices.csv: Nothing in it says who published it: name the publisher with --publisher."
    )


def test_a_key_nobody_knows_is_named_with_the_nearest(run: Run) -> None:
    outcome = run(FORMS["stooq"][0], "IXIX")
    assert (outcome.code, outcome.complaint) == (
        2,
        "The key IXIX (did you mean IXIC?) is not in the catalogue.",
    )


def test_a_file_that_is_not_there_and_a_folder_of_something_else_are_told(
    run: Run, mine: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["nowhere.csv", "--key", "IXIC", "--into", str(mine)], lambda: NOW) == 2
    assert capsys.readouterr().err == "nowhere.csv: There is no such file.\n"
    mine.mkdir()
    (mine / "letter.txt").write_text("Dear")
    outcome = run(FORMS["stooq"][0], "IXIC")
    assert outcome.complaint == "There is no recording in mine: recording.toml is missing."


@settings(max_examples=60)
@given(
    form=st.sampled_from([*(text for text, _ in FORMS.values()), BINANCE, MARKETCAP, DOWNLOAD]),
    damage=st.one_of(
        st.binary(min_size=1, max_size=30), st.text(",;.0123456789/-:\n", max_size=8).map(str.encode)
    ),
    place=st.floats(0, 1),
)
def test_no_bytes_in_a_file_make_the_command_fail_or_write_what_cannot_be_played(
    tmp_path_factory: pytest.TempPathFactory, form: str, damage: bytes, place: float
) -> None:
    folder = tmp_path_factory.mktemp("torn")
    content = form.encode()
    at = int(place * len(content))
    (folder / "prices.csv").write_bytes(content[:at] + damage + content[at + len(damage) :])
    key = "BTC" if form in (BINANCE, MARKETCAP, DOWNLOAD) else "IXIC"
    told = [str(folder / "prices.csv"), "--key", key, "--into", str(folder / "mine"), "--publisher", "Me"]
    code = main([*told, "--dates", "day-first"], lambda: NOW)
    assert code in (0, 2)
    assert (folder / "mine").exists() == (code == 0)
    if code == 0:
        recorded = Recorded(folder / "mine", describe(folder / "mine"))
        assert recorded.problems == ()


# Into a recording that is there


def test_a_rehearsal_tells_all_and_writes_nothing(run: Run, mine: Path) -> None:
    outcome = run(FORMS["stooq"][0], "IXIC", "--dry-run")
    assert outcome.code == 0
    assert outcome.said[-1] == f"5 rows of IXIC would be written to {mine}. Nothing was written."
    assert not mine.exists()


def test_another_close_is_never_written_over(run: Run, mine: Path) -> None:
    run(FORMS["stooq"][0], "IXIC")
    before = (mine / "sessions.csv").read_text()
    outcome = run("Date,Close\n2026-02-05,22540.60\n2026-02-06,23031.21\n", "IXIC", "--publisher", "Me")
    assert "  line 2: the recording has another close for it, 22540.59" in outcome.said
    assert (mine / "sessions.csv").read_text() == before + "2026-02-06T21:00Z,IXIC,,,,23031.21,\n"
    assert played(mine, "IXIC").provenance.source == "stooq and Me"


def test_the_description_reaches_as_far_as_the_rows_and_keeps_the_moment_that_was_chosen(
    run: Run, mine: Path
) -> None:
    copytree(SHIPPED_RECORDING, mine)
    text = "Date,Close\n2024-12-31,19310.79\n2026-03-09,22000.5\n"
    later = datetime(2026, 3, 12, tzinfo=UTC)
    assert run(text, "IXIC", "--publisher", "Nasdaq", now=later).code == 0
    about, shipped = describe(mine), describe(SHIPPED_RECORDING)
    assert about.start == datetime(2024, 12, 31, tzinfo=UTC)
    assert about.end == datetime(2026, 3, 9, 20, 0, tzinfo=UTC)
    assert (about.moment, about.title) == (shipped.moment, shipped.title)
    assert about.publishers == shipped.publishers
    assert about.recorded_at == later
    before, after = closes(SHIPPED_RECORDING, "IXIC"), closes(mine, "IXIC")
    assert before.items() <= after.items()
    assert len(after) == len(before) + 2
    text = (SHIPPED_RECORDING / "sessions.csv").read_text()
    assert (mine / "sessions.csv").read_text() == (
        f"{text}2024-12-31T21:00Z,IXIC,19310.79\n2026-03-09T20:00Z,IXIC,22000.5\n"
    )


def test_more_columns_than_a_file_has_go_to_a_file_of_their_own(run: Run, mine: Path) -> None:
    copytree(SHIPPED_RECORDING, mine)
    text = table("Date,Open,High,Low,Close,Volume", "{d},{o},{h},{l},{c},{v}").replace("2026-", "2024-")
    assert run(text.replace("2024-02-03,", "2024-02-06,"), "IXIC").code == 0
    assert describe(mine).files["sessions_2.csv"] == describe(mine).files["sessions.csv"]
    assert (mine / "sessions.csv").read_bytes() == (SHIPPED_RECORDING / "sessions.csv").read_bytes()
    assert played(mine, "IXIC").frame["volume"].notna().sum() >= 4


def test_several_files_of_one_key_are_one_series(tmp_path: Path, mine: Path) -> None:
    head, *rows = FORMS["stooq"][0].splitlines(keepends=True)
    for name, part in (("a.csv", rows[:3]), ("b.csv", rows[2:])):
        (tmp_path / name).write_text("".join([head, *part]))
    files = [str(tmp_path / name) for name in ("a.csv", "b.csv")]
    assert main([*files, "--key", "^ixic", "--into", str(mine)], lambda: NOW) == 0
    assert closes(mine, "IXIC") == CLOSES


def test_a_title_and_a_publisher_may_hold_anything_that_can_be_written(run: Run, mine: Path) -> None:
    run(FORMS["stooq"][0], "IXIC", "--publisher", 'The "Desk" \\ 2\x7f')
    assert played(mine, "IXIC").provenance.source == 'The "Desk" \\ 2\x7f'


# The document


def test_the_example_of_the_document_runs_word_for_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    document = (ROOT / "docs" / "files.md").read_text("utf-8")
    [csv] = re.findall(r"^```csv\n(.*?)^```$", document, flags=re.MULTILINE | re.DOTALL)
    [console] = re.findall(r"^```console\n(.*?)^```$", document, flags=re.MULTILINE | re.DOTALL)
    command, _, told = console.partition("\n")
    monkeypatch.chdir(tmp_path)
    Path("nasdaq.csv").write_text(csv)
    start = ["$", "python", "-m", "data_sources.bring"]
    words = shlex.split(command)
    assert words[: len(start)] == start
    assert main(words[len(start) :], lambda: NOW) == 0
    assert capsys.readouterr().out == told
    assert (Path("mine") / DESCRIPTION).exists()
    assert played(Path("mine"), "IXIC").close.count() == 4
