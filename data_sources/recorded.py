"""Plays back a recording: a folder of tidy CSV files and the `recording.toml` that describes them."""

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources.errors import BadData, NoData
from market.bars import COLUMNS, Bars, Provenance
from market.instruments import Instrument, Interval

DESCRIPTION = "recording.toml"


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

    def publisher(self, key: str, interval: Interval) -> str:
        """Who published one key at one interval."""
        hourly = self.publishers_of_hours if interval is Interval.HOUR else {}
        return hourly.get(key) or self.publishers.get(key, self.title)


def describe(folder: Path) -> Description:
    """The description of the recording in ``folder``; raises `ValueError` with one sentence if unreadable."""
    try:
        fields = tomllib.loads((folder / DESCRIPTION).read_text("utf-8"))
        description = Description(**fields)
        spans = (description.start, description.moment, description.end)
        if None in [each.tzinfo for each in (*spans, description.recorded_at)]:
            raise ValueError("its times need a zone")
        if list(spans) != sorted(spans):
            raise ValueError("its moment lies outside its range")
    except FileNotFoundError:
        raise ValueError(f"There is no recording in {folder.name}: {DESCRIPTION} is missing.") from None
    except (OSError, ValueError, TypeError, AttributeError) as problem:
        raise ValueError(f"The recording in {folder.name} cannot be opened: {problem}.") from None
    return description


class Recorded:
    """A `Source` that plays a recording; a file that cannot be read takes only its own series with it."""

    def __init__(self, folder: Path, description: Description) -> None:
        """``description`` is what `describe` made of the folder."""
        self.folder = folder
        self.description = description
        self._kept: dict[tuple[Instrument, Interval], Bars] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The recorded bars; raises `NoData` for a series not recorded, `BadData` for one that is broken."""
        kept = self._kept.get((instrument, interval))
        if kept is None:
            kept = self._kept[instrument, interval] = self._bars(instrument, interval)
        return kept

    def _bars(self, instrument: Instrument, interval: Interval) -> Bars:
        rows = self._rows.get((instrument.key, interval))
        if rows is None:
            if self.problems:
                raise BadData(instrument, "the recording", " ".join(self.problems))
            raise NoData(instrument, "the recording")
        frame, sampling = rows
        try:
            return Bars(instrument, interval, frame, self._provenance(instrument, interval, sampling))
        except ValueError as problem:
            raise BadData(instrument, "the recording", str(problem)) from problem

    @cached_property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each file that cannot be read."""
        return self._everything[1]

    @property
    def _rows(self) -> dict[tuple[str, Interval], tuple[pd.DataFrame, str]]:
        return self._everything[0]

    @cached_property
    def _everything(self) -> tuple[dict[tuple[str, Interval], tuple[pd.DataFrame, str]], tuple[str, ...]]:
        rows: dict[tuple[str, Interval], tuple[pd.DataFrame, str]] = {}
        problems = []
        for name, about in self.description.files.items():
            try:
                interval = Interval(about["interval"])
                for key, frame in read_series(self.folder / name).items():
                    rows[key, interval] = frame, about["sampling"]
            except (OSError, ValueError, KeyError):
                problems.append(f"The recording's file {name} is missing or cannot be read.")
        return rows, tuple(problems)

    def _provenance(self, instrument: Instrument, interval: Interval, sampling: str) -> Provenance:
        return Provenance(
            source=self.description.publisher(instrument.key, interval),
            symbol=instrument.key,
            fetched_at=self.description.recorded_at.astimezone(UTC),
            sampling=sampling,
            recorded=True,
        )


def read_series(path: Path) -> dict[str, pd.DataFrame]:
    """The series of one tidy file by key, with the columns of `Bars` and the instants as index.

    A file holds ``time``, ``key`` and either ``close`` (with what else was published) or ``value``.
    Raises `ValueError` for anything that is not such a file.
    """
    rows = pd.read_csv(path, dtype={"key": str}, na_values=[""], keep_default_na=False)
    rows = rows.rename(columns={"value": "close"})
    rows.index = pd.DatetimeIndex(
        pd.to_datetime(rows["time"], format="%Y-%m-%dT%H:%MZ", utc=True), name="time"
    )
    numbers = (
        rows.reindex(columns=list(COLUMNS))
        .astype("float64")
        .replace([float("inf"), -float("inf")], float("nan"))
    )
    if numbers["close"].isna().any():
        raise ValueError("a close is not a number")
    return {str(key): part for key, part in numbers.groupby(rows["key"].to_numpy(), sort=False)}


def write_series(path: Path, series: dict[str, Any]) -> None:
    """Write ``series`` (frames as `read_series` returns them) as one tidy file."""
    parts = [frame.assign(key=key) for key, frame in series.items()]
    rows = pd.concat(parts).reset_index(names="time")
    rows["time"] = rows["time"].dt.strftime("%Y-%m-%dT%H:%MZ")
    kept = [column for column in COLUMNS if rows[column].notna().any()]
    rows[["time", "key", *kept]].to_csv(path, index=False)
