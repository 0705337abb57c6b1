"""Reads one tidy file of a recording: what of it can be bars, and of every other row its line and why not."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data_sources.keys import Keys
from data_sources.set_aside import counted
from data_sources.stamps import why_no_end
from market.bars import COLUMNS
from market.instruments import Interval

SEPARATORS = (",", ";", "\t")
WIDE = (b"\xff\xfe", b"\xfe\xff")
INSTANT = r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.0+)?)?([Zz]|[+-]\d\d:?\d\d)"
SAID = 20
"""How much of a cell is repeated to its reader."""


@dataclass(frozen=True, slots=True)
class Tidy:
    """One file, row by row.

    ``rows`` has the columns of `Bars`, ``time`` (UTC), ``key`` (the catalogue's, where it knows it), ``line``
    and ``why``, which is empty for a row that can be used. ``unknown`` are the keys that name nothing,
    ``read_as`` by key what else it was called, and ``remarks`` what of usable rows was left out.
    """

    rows: pd.DataFrame
    unknown: tuple[str, ...]
    read_as: dict[str, str]
    remarks: tuple[str, ...]


def read_tidy(path: Path, keys: Keys, interval: Interval) -> Tidy:
    """The rows of one tidy file of a recording.

    A file holds ``time``, ``key`` and either ``close`` (with what else was published) or ``value``. A row
    that cannot be read, or whose time is none at which its bar can be complete, is set aside alone. Raises
    `ValueError`, with the end of a sentence, for anything that is not such a file.
    """
    first, *lines = decoded(path.read_bytes()).split("\n")
    separator = max(SEPARATORS, key=lambda each: len(cells(first, each)))
    names = _names(cells(first, separator))
    numbered = [(at, cells(line, separator)) for at, line in enumerate(lines, 2)]
    numbered = [(at, _trimmed(row, len(names))) for at, row in numbered if any(row)]
    table = [(row + [""] * len(names))[: len(names)] for _, row in numbered]
    written = pd.DataFrame(table, columns=pd.Index(names), index=[at for at, _ in numbered], dtype=str)
    instants = written["time"].where(written["time"].str.fullmatch(INSTANT))
    rows = pd.DataFrame({name: _numbers(written, name) for name in COLUMNS}, index=written.index)
    rows["time"] = pd.to_datetime(instants, format="ISO8601", utc=True, errors="coerce")
    rows["key"] = written["key"]
    rows["why"] = _why_unread(written, rows, np.array([len(row) for _, row in numbered]))
    if lines and lines[-1].strip() and len(rows):
        rows.loc[rows.index[-1:], "why"] = "the file ends within it"
    rows = rows.rename_axis("line").reset_index()
    unread = (_say_unread(written, rows["why"], name) for name in COLUMNS)
    return _placed(rows, keys, interval, tuple(filter(None, unread)))


def decoded(content: bytes) -> str:
    """The text of a file, its lines ended by ``\\n``: UTF-8, or UTF-16 where its first bytes say so."""
    text = content.decode("utf-16" if content[:2] in WIDE else "utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def cells(line: str, separator: str) -> list[str]:
    """The cells of one line, without quotes and the blanks around them; a quote never runs on to the next."""
    try:
        row = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error:
        return [line[:SAID]]
    return [cell.strip() for cell in row]


def _trimmed(row: list[str], width: int) -> list[str]:
    """``row`` without empty cells after those that the first line names."""
    while len(row) > width and not row[-1]:
        row = row[:-1]
    return row


def _names(first: list[str]) -> list[str]:
    """What the first line names, in lower case, ``value`` as ``close``."""
    names = ["close" if name.casefold() == "value" else name.casefold() for name in first]
    names = _trimmed(names, 1)
    lacking = [told for told in ("time", "key", "close or value") if told.split()[0] not in names]
    if lacking:
        told = "time, key, and close or value" if len(lacking) == 3 else " and ".join(lacking)
        raise ValueError(f"its first line does not name {told}")
    twice = [name for name in dict.fromkeys(names) if name and names.count(name) > 1]
    if twice:
        raise ValueError(f"its first line names {' and '.join(twice)} twice")
    return [name or f"column {at}" for at, name in enumerate(names, 1)]


def _numbers(written: pd.DataFrame, name: str) -> pd.Series:
    """One column as numbers; what is empty, endless or a word is NaN."""
    if name not in written:
        return pd.Series(np.nan, index=written.index)
    read = pd.to_numeric(written[name], errors="coerce").astype("float64")
    return read.where(np.isfinite(read))


def _why_unread(written: pd.DataFrame, rows: pd.DataFrame, lengths: np.ndarray) -> pd.Series:
    """Why a row cannot be read; empty where it can."""
    width = len(written.columns)
    why = pd.Series("", index=rows.index, dtype=object)
    why[written["key"] == ""] = "it names no key"
    no_close = rows["close"].isna()
    why[no_close] = "its close is not a number"
    comma = no_close & written["close"].str.contains(",", regex=False)
    why[comma] = "its close is written with a comma, " + written["close"].str[:SAID]
    why[rows["time"].isna()] = "its time is not written like 2026-02-05T21:00Z"
    why[lengths != width] = f"it does not have {width} cells"
    return why


def _say_unread(written: pd.DataFrame, why: pd.Series, name: str) -> str:
    """How many cells of one column were left out of rows that count, and which was the first."""
    if name not in written:
        return ""
    lost = (written[name] != "") & _numbers(written, name).isna() & (why == "").to_numpy()
    if not lost.any():
        return ""
    line, said = next(iter(written.loc[lost, name].items()))
    return (
        f"{name} is no number in {counted(int(lost.sum()))} and left out there (line {line}: {said[:SAID]})"
    )


def _placed(rows: pd.DataFrame, keys: Keys, interval: Interval, remarks: tuple[str, ...]) -> Tidy:
    """``rows`` under the keys of the catalogue, without those at a time at which no bar is complete."""
    found = {written: keys.find(written) for written in rows["key"].unique()}
    meant = {written: instrument for written, instrument in found.items() if instrument is not None}
    unknown = [each for each in rows.loc[rows["why"] == "", "key"].unique() if each not in meant]
    read_as = {each.key: written for written, each in meant.items() if written != each.key}
    rows["key"] = [meant[key].key if key in meant else key for key in rows["key"]]
    for instrument in dict.fromkeys(meant.values()):
        mine = (rows["key"] == instrument.key) & (rows["why"] == "")
        rows.loc[mine, "why"] = why_no_end(pd.DatetimeIndex(rows.loc[mine, "time"]), instrument, interval)
    return Tidy(rows, tuple(unknown), read_as, remarks)


def say_rows(faults: Iterable[tuple[int, str]], most: int) -> list[str]:
    """Lines and why they were set aside: each of a few; of many with one reason the first and the last."""
    alike: dict[str, list[tuple[int, str]]] = {}
    for line, why in faults:
        alike.setdefault(why.partition(", ")[0], []).append((line, why))
    told = []
    for each in alike.values():
        told += [f"line {line}: {why}" for line, why in each[:most]]
        if len(each) > most:
            told.append(f"{len(each) - most} more, up to line {each[-1][0]}, for the same reason")
    return told
