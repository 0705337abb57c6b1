"""Plays back a recording: a folder of tidy CSV files and the `recording.toml` that describes them."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data_sources.agreement import opinion_of
from data_sources.asof import AsOf
from data_sources.errors import BadData, NoData
from data_sources.quality import doubt, examine, settle
from data_sources.set_aside import as_set_aside, counted
from data_sources.source import Source
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Instrument, Interval

DESCRIPTION = "recording.toml"
SECOND = "second_opinions.csv"
KINDS = {"title": (str, "a text")} | dict.fromkeys(
    ("moment", "start", "end", "recorded_at"), (datetime, "an instant")
)
"""What a part of a description has to be, and what that is called; any other is a table."""


@dataclass(frozen=True)
class Description:
    """What `recording.toml` says: where the recording opens, what it spans, and who published what."""

    title: str
    moment: datetime
    start: datetime
    end: datetime
    recorded_at: datetime
    files: dict[str, dict[str, str]]
    publishers: dict[str, str]
    publishers_of_hours: dict[str, str] = field(default_factory=dict)
    second_opinions: dict[str, str] = field(default_factory=dict)

    def publisher(self, key: str, interval: Interval) -> str:
        """Who published one key at one interval."""
        hourly = self.publishers_of_hours if interval is Interval.HOUR else {}
        return hourly.get(key) or self.publishers.get(key, self.title)


def describe(folder: Path) -> Description:
    """The description of the recording in ``folder``; raises `ValueError` with one sentence if unreadable."""
    try:
        return _description(tomllib.loads((folder / DESCRIPTION).read_text("utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError(f"There is no recording in {folder.name}: {DESCRIPTION} is missing.") from None
    except (OSError, ValueError) as problem:
        why = problem.strerror if isinstance(problem, OSError) else problem
        raise ValueError(f"The recording in {folder.name} cannot be opened: {why}.") from None


def _description(given: Mapping[str, Any]) -> Description:
    """What was ``given``, checked; raises `ValueError` with the end of a sentence."""
    parts = {each.name: each for each in fields(Description)}
    for name in given:
        if name not in parts:
            raise ValueError(f"{name} is no part of one")
    for name, part in parts.items():
        if name not in given and part.default_factory is MISSING:
            raise ValueError(f"it has no {name}")
    for name, value in given.items():
        kind, called = KINDS.get(name, (dict, "a table"))
        if not isinstance(value, kind):
            raise ValueError(f"its {name} is not {called}")
    description = Description(**given)
    spans = (description.start, description.moment, description.end)
    if None in [each.tzinfo for each in (*spans, description.recorded_at)]:
        raise ValueError("its times need a zone")
    if list(spans) != sorted(spans):
        raise ValueError("its moment lies outside its range")
    return description


class Recorded:
    """A `Source` that plays a recording; what cannot be read takes only its own row, or its file, with it."""

    def __init__(self, folder: Path, description: Description) -> None:
        """``description`` is what `describe` made of the folder."""
        self.folder = folder
        self.description = description
        self._kept: dict[tuple[Instrument, Interval], Bars] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The recorded bars without those that cannot be right; the provenance's notes say which.

        Raises `NoData` for a series that is not recorded, `BadData` for one of which no bar is left.
        """
        kept = self._kept.get((instrument, interval))
        if kept is None:
            kept = self._kept[instrument, interval] = self._bars(instrument, interval)
        return kept

    def _bars(self, instrument: Instrument, interval: Interval) -> Bars:
        part = self._parts.get((instrument.key, interval))
        if part is None:
            raise NoData(instrument, "the recording", " ".join(self.problems))
        settled = settle(part.frame, instrument, instrument.key, self.description.recorded_at)
        notes = (*part.notes, *settled.notes)
        if settled.frame.empty:
            raise BadData(instrument, "the recording", "; ".join(notes))
        provenance = self._provenance(instrument, interval, part.sampling)
        provenance = replace(provenance, notes=notes, set_aside=as_set_aside(settled.set_aside))
        bars = Bars(instrument, interval, settled.frame, provenance)
        vouched = examine(bars).bars
        if vouched is bars:
            return bars
        # What was set aside or adjusted counts here: whether prices are old or in doubt differs by moment.
        kept = vouched.provenance
        return replace(vouched, provenance=replace(provenance, notes=kept.notes, set_aside=kept.set_aside))

    def as_of(self, moment: datetime) -> "Doubted":
        """The recording as it stood at ``moment``, with what a second source said of the close of then."""
        return Doubted(AsOf(self, moment), self._second[0], self.description.second_opinions)

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each file that cannot be read, or of which rows were set aside."""
        return (*self._everything[1], *self._second[1])

    @cached_property
    def _second(self) -> tuple[Mapping[str, pd.DataFrame], tuple[str, ...]]:
        """What second sources said by key, on the days on which they differed; and what is wrong with it."""
        path = self.folder / SECOND
        if not self.description.second_opinions and not path.exists():
            return {}, ()
        try:
            return read_tidy(path).series, ()
        except (OSError, ValueError) as problem:
            return {}, (f"The recording’s file {SECOND} cannot be read: {problem}.",)

    @property
    def _parts(self) -> Mapping[tuple[str, Interval], "_Part"]:
        return self._everything[0]

    @cached_property
    def _everything(self) -> tuple[dict[tuple[str, Interval], "_Part"], tuple[str, ...]]:
        parts: dict[tuple[str, Interval], _Part] = {}
        problems = []
        for name, about in self.description.files.items():
            told = f"The recording’s file {name}"
            try:
                interval, sampling = Interval(about["interval"]), str(about["sampling"])
            except (KeyError, ValueError):
                problems.append(
                    f"{told} is not described: {DESCRIPTION} gives no usable interval or sampling."
                )
                continue
            try:
                tidy = read_tidy(self.folder / name)
            except FileNotFoundError:
                problems.append(f"{told} is missing.")
            except OSError:
                problems.append(f"{told} cannot be opened.")
            except ValueError as problem:
                problems.append(f"{told} cannot be read: {problem}.")
            else:
                problems += [f"{told} is not whole: {each}." for each in tidy.say_set_aside()]
                for key, frame in tidy.series.items():
                    notes = tuple(f"{name}, {each}" for each in tidy.set_aside.get(key, ()))
                    parts[key, interval] = _Part(frame, sampling, notes)
        return parts, tuple(problems)

    def _provenance(self, instrument: Instrument, interval: Interval, sampling: str) -> Provenance:
        return Provenance(
            source=self.description.publisher(instrument.key, interval),
            symbol=instrument.key,
            fetched_at=self.description.recorded_at.astimezone(UTC),
            sampling=sampling,
            recorded=True,
        )


class Doubted:
    """A Source in front of a replay: a newest close of which a second source said otherwise is disputed, and
    so is a jump that may be a split.
    """

    def __init__(
        self, inner: Source, second: Mapping[str, pd.DataFrame], publishers: Mapping[str, str]
    ) -> None:
        """``second`` and who published it, by key."""
        self._inner = inner
        self._second = second
        self._publishers = publishers
        self._kept: dict[tuple[str, Interval], tuple[Bars, Bars]] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars of ``inner``; the same object while it answers with the same."""
        bars = self._inner.bars(instrument, interval)
        made_of, known = self._kept.get((instrument.key, interval), (None, None))
        if known is None or made_of is not bars:
            known = self._doubted(bars)
            self._kept[instrument.key, interval] = bars, known
        return known

    def _doubted(self, bars: Bars) -> Bars:
        bars = doubt(bars)
        second, newest = self._second.get(bars.key), bars.finished.frame.index[-1]
        if second is None or bars.interval is not Interval.DAY or newest not in second.index:
            return bars
        ours, theirs = (float(rows["close"].loc[newest]) for rows in (bars.frame, second))
        opinion = opinion_of(ours, theirs, newest, self._publishers.get(bars.key, "another source"))
        return replace(bars, provenance=replace(bars.provenance, second=opinion, disputed=True))


@dataclass(frozen=True, slots=True)
class _Part:
    """One series of a recording: its rows, how they were sampled, and what was set aside."""

    frame: pd.DataFrame
    sampling: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tidy:
    """The series of one tidy file by key, and by key what was set aside: the line, and why."""

    series: Mapping[str, pd.DataFrame]
    set_aside: Mapping[str, tuple[str, ...]]

    def say_set_aside(self) -> tuple[str, ...]:
        """How many rows were set aside, and why the first was; nothing where all could be read."""
        every = [told for each in self.set_aside.values() for told in each]
        return (f"{counted(len(every))} set aside ({every[0]})",) if every else ()


def read_tidy(path: Path) -> Tidy:
    """The rows of one tidy file that can be bars, with the columns of `Bars` and the instants as index.

    A file holds ``time``, ``key`` and either ``close`` (with what else was published) or ``value``. A row
    that cannot be read is set aside alone. Raises `ValueError` for anything that is not such a file.
    """
    first, *lines = path.read_text("utf-8", errors="replace").split("\n")
    names = ["close" if name == "value" else name for name in first.rstrip("\r").split(",")]
    if not {"time", "key", "close"} <= set(names) or len(names) != len(set(names)):
        raise ValueError("its first line does not name time, key, and close or value")
    numbered = [(at, line.rstrip("\r").split(",")) for at, line in enumerate(lines, 2) if line.strip()]
    cells = [(row + [""] * len(names))[: len(names)] for _, row in numbered]
    rows = pd.DataFrame(cells, columns=names, index=[at for at, _ in numbered], dtype=str)
    times = pd.to_datetime(rows["time"], format="%Y-%m-%dT%H:%MZ", utc=True, errors="coerce")
    numbers = pd.DataFrame({name: _numbers(rows, name) for name in COLUMNS}, index=rows.index)
    why = pd.Series("", index=rows.index)
    why[rows.assign(time=times).duplicated(["time", "key"])] = "it repeats the time of another row"
    why[numbers["close"].isna()] = "its close is not a number"
    why[times.isna()] = "its time is not written like 2026-02-05T21:00Z"
    why[[len(row) != len(names) for _, row in numbered]] = f"it does not have {len(names)} cells"
    if lines and lines[-1].strip():  # without the end of its line a number may have lost its last digits
        why.iloc[-1] = "the file ends within it"
    numbers.index = pd.DatetimeIndex(times, name="time")
    good, keys = (why == "").to_numpy(), rows["key"].to_numpy()
    faults = pd.Series([f"line {at}: {each}" for at, each in why[~good].items()], dtype=str)
    return Tidy(
        {str(key): part for key, part in numbers[good].groupby(keys[good], sort=False)},
        {str(key): tuple(part) for key, part in faults.groupby(keys[~good], sort=False)},
    )


def _numbers(rows: pd.DataFrame, name: str) -> pd.Series:
    """One column as numbers; what is empty, endless or a word is NaN."""
    if name not in rows:
        return pd.Series(np.nan, index=rows.index)
    read = pd.to_numeric(rows[name], errors="coerce").astype("float64")
    return read.where(np.isfinite(read))
