"""What the files of a recording hold together: one series for each key and interval, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources.keys import Keys
from data_sources.set_aside import counted
from data_sources.tidy import Tidy, read_tidy, say_rows
from market.bars import COLUMNS, SetAside
from market.instruments import Interval
from market.publishers import JOINED

DESCRIPTION = "recording.toml"
SECOND = "second_opinions.csv"
SAME = 2e-7
"""Closes this near, as a share of them, are one figure: what was kept in 32 bits is off by less."""
FEW = 5
PLACE = ["interval", "key", "time"]


@dataclass(frozen=True, slots=True)
class Series:
    """One series: its rows, oldest first and possibly none, how they were sampled, and what was set aside."""

    frame: pd.DataFrame
    sampling: str
    notes: tuple[str, ...]
    set_aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """The series by key and interval, and a sentence for each thing that is wrong with the files."""

    series: Mapping[tuple[str, Interval], Series]
    problems: tuple[str, ...]


def read_contents(folder: Path, files: Mapping[str, Any], keys: Keys) -> Contents:
    """Every file that is described in ``files``; one that cannot be read takes only its own rows with it."""
    tables: list[pd.DataFrame] = []
    problems: list[str] = [] if files else [f"The recording’s {DESCRIPTION} names no file."]
    notes: dict[tuple[str, Interval], list[str]] = {}
    for name, about in files.items():
        told = f"The recording’s file {name}"
        try:
            interval, sampling = _described(about)
            tidy = read_tidy(folder / name, keys, interval)
        except FileNotFoundError:
            problems.append(f"{told} is missing.")
        except OSError:
            problems.append(f"{told} cannot be opened.")
        except NotDescribed as problem:
            problems.append(f"{told} is not described: {DESCRIPTION} gives {problem}.")
        except ValueError as problem:
            problems.append(f"{told} cannot be read: {problem}.")
        else:
            tables.append(tidy.rows.assign(file=name, interval=interval, sampling=sampling))
            problems += say_beside(told, tidy, keys)
            for key, written in tidy.read_as.items():
                notes.setdefault((key, interval), []).append(f"{name}: {written} is read as {key}")
    rows = joined(pd.concat(tables, ignore_index=True)) if tables else pd.DataFrame()
    for name in dict.fromkeys(each["file"].iloc[0] for each in tables if len(each)):
        problems += say_set_aside(f"The recording’s file {name}", rows.loc[rows["file"] == name])
    problems += [
        f"The recording’s file {path.name} is not read: {DESCRIPTION} does not name it."
        for path in sorted(folder.glob("*.csv"))
        if path.name not in {*files, SECOND}
    ]
    return Contents(_series(rows, notes), tuple(problems))


class NotDescribed(ValueError):
    """What is wrong with the description of one file, as the end of a sentence."""


def _described(about: object) -> tuple[Interval, str]:
    """The interval and the sampling of one file; raises `NotDescribed`."""
    if not isinstance(about, dict):
        raise NotDescribed("no table for it")
    known = [each.value for each in Interval]
    if about.get("interval") not in known:
        given = f", but {about['interval']!r}" if "interval" in about else ""
        raise NotDescribed(f"no interval of {' or '.join(known)} for it{given}")
    sampling = about.get("sampling")
    if not isinstance(sampling, str) or not sampling.strip():
        raise NotDescribed("no sampling for it, such as close@16:00 NY")
    return Interval(about["interval"]), sampling


def joined(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` of all files, each time of a key and interval once.

    Where rows of one time agree on the close they are one row, of which what they differ on is left out.
    Where they do not agree nobody knows which is right, and all are set aside.
    """
    good = rows.loc[rows["why"] == ""]
    twice = good.loc[good.duplicated(PLACE, keep=False)]
    if twice.empty:
        return rows
    rows = rows.copy()
    groups = twice.groupby(PLACE, sort=False)
    closes = groups["close"]
    apart = closes.transform("max") - closes.transform("min")
    disputed = apart > SAME * closes.transform(lambda each: each.abs().max())
    said = twice["file"] + " line " + twice["line"].astype(str)
    first, last = (said.groupby([twice[name] for name in PLACE]).transform(at) for at in ("first", "last"))
    other = first.where(first != said, last)
    wrong = disputed.index[disputed]
    rows.loc[wrong, "why"] = "its time has another close elsewhere, in " + other[wrong]
    agreed = twice.loc[~disputed]
    by_time = agreed.groupby(PLACE, sort=False)
    for name in COLUMNS:
        one = by_time[name].transform("first")
        if name != "close":
            one = one.where(by_time[name].transform("nunique") <= 1)
        rows.loc[agreed.index, name] = one
    return rows.drop(agreed.index[agreed.duplicated(PLACE)])


def _series(
    rows: pd.DataFrame, notes: Mapping[tuple[str, Interval], list[str]]
) -> dict[tuple[str, Interval], Series]:
    found: dict[tuple[str, Interval], Series] = {}
    for (key, interval), part in rows.groupby(["key", "interval"], sort=False) if len(rows) else ():
        good, bad = part.loc[part["why"] == ""], part.loc[part["why"] != ""]
        told = [
            f"{file}, {each}" for file, of in bad.groupby("file", sort=False) for each in _faults(of, FEW)
        ]
        sampling = JOINED.join(dict.fromkeys((good if len(good) else bad)["sampling"]))
        frame = good.set_index("time")[list(COLUMNS)].sort_index()
        place = str(key), Interval(str(interval))
        found[place] = Series(frame, sampling, (*told, *notes.get(place, ())), _set_aside(bad))
    return found


def _set_aside(bad: pd.DataFrame) -> tuple[SetAside, ...]:
    """The rows whose time can be read, and why they cannot be used."""
    timed = bad.loc[bad["time"].notna()]
    return tuple(
        SetAside(at.to_pydatetime(), f"line {line} of {file}: {why}")
        for at, line, file, why in zip(
            *(timed[name] for name in ("time", "line", "file", "why")), strict=True
        )
    )


def _faults(bad: pd.DataFrame, most: int) -> list[str]:
    return say_rows(zip(bad["line"], bad["why"], strict=True), most)


def say_set_aside(told: str, rows: pd.DataFrame) -> list[str]:
    """How many ``rows`` were set aside, and for each reason the first; nothing where all can be used."""
    bad = rows.loc[rows["why"] != ""]
    if bad.empty:
        return []
    return [f"{told} is not whole: {counted(len(bad))} set aside ({'; '.join(_faults(bad, 1))})."]


def say_beside(told: str, tidy: Tidy, keys: Keys) -> list[str]:
    """What a file holds beside rows of the catalogue: keys that nobody knows, cells that are no numbers."""
    said = [f"{told} is not whole: {each}." for each in tidy.remarks]
    if tidy.unknown:
        are = "a key that is" if len(tidy.unknown) == 1 else "keys that are"
        said.append(f"{told} has rows of {are} not in the catalogue: {say_keys(tidy.unknown, keys)}.")
    return said


def say_keys(unknown: tuple[str, ...], keys: Keys) -> str:
    """Unknown keys, each with the one it may have been meant to be; of many the first few."""
    more = [f"and {len(unknown) - FEW} more"] if len(unknown) > FEW else []
    return ", ".join([*(keys.say_unknown(each) for each in unknown[:FEW]), *more])
