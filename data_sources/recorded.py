"""Plays back a recording: a folder of tidy CSV files and the `recording.toml` that describes them."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from data_sources.agreement import opinion_of
from data_sources.asof import AsOf
from data_sources.contents import (
    DESCRIPTION,
    SECOND,
    Contents,
    joined,
    read_contents,
    say_beside,
    say_keys,
    say_set_aside,
)
from data_sources.errors import BadData, NoData, Unusable
from data_sources.keys import Keys
from data_sources.quality import doubt, examine, settle
from data_sources.set_aside import as_set_aside
from data_sources.source import Source
from data_sources.tidy import read_tidy
from market import catalogue
from market.bars import Bars, Provenance
from market.catalogue import Catalogue
from market.instruments import Instrument, Interval

PUBLISHING = ("publishers", "publishers_of_hours", "second_opinions")
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
        return _description(tomllib.loads((folder / DESCRIPTION).read_text("utf-8-sig")))
    except (FileNotFoundError, NotADirectoryError):
        raise ValueError(f"There is no recording in {folder.name}: {DESCRIPTION} is missing.") from None
    except UnicodeDecodeError:
        raise ValueError(
            f"The recording in {folder.name} cannot be opened: {DESCRIPTION} is not text."
        ) from None
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
    _check_publishers(given)
    description = Description(**given)
    spans = (description.start, description.moment, description.end)
    if None in [each.tzinfo for each in (*spans, description.recorded_at)]:
        raise ValueError("its times need a zone")
    if list(spans) != sorted(spans):
        raise ValueError("its moment lies outside its range")
    return description


def _check_publishers(given: Mapping[str, Any]) -> None:
    for table in PUBLISHING:
        for key, name in given.get(table, {}).items():
            if not isinstance(name, str) or not name.strip():
                raise ValueError(f"its {table} give no name for {key}")


class Recorded:
    """A `Source` that plays a recording; what cannot be read takes only its own row, or its file, with it."""

    def __init__(self, folder: Path, description: Description, known: Catalogue | None = None) -> None:
        """``description`` is what `describe` made of the folder; ``known`` are the instruments there are."""
        self.folder = folder
        self.description = description
        self._keys = Keys(known or catalogue.load())
        self._kept: dict[tuple[Instrument, Interval], Bars] = {}

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The recorded bars without those that cannot be right; the provenance's notes say which.

        Raises `NoData` for a series that is not recorded, `Unusable` for one of which no row can be read, and
        `BadData` for one of which no price can be right.
        """
        kept = self._kept.get((instrument, interval))
        if kept is None:
            kept = self._kept[instrument, interval] = self._bars(instrument, interval)
        return kept

    def _bars(self, instrument: Instrument, interval: Interval) -> Bars:
        part = self._contents.series.get((instrument.key, interval))
        if part is None:
            raise NoData(instrument, "the recording", " ".join(self.problems))
        if part.frame.empty:
            raise Unusable(instrument, "the recording", part.notes[0])
        settled = settle(part.frame, instrument, instrument.key, self.description.recorded_at)
        notes = (*part.notes, *settled.notes)
        if settled.frame.empty:
            raise BadData(instrument, "the recording", "; ".join(notes))
        provenance = self._provenance(instrument, interval, part.sampling)
        aside = (*part.set_aside, *as_set_aside(settled.set_aside))
        provenance = replace(provenance, notes=notes, set_aside=aside)
        bars = Bars(instrument, interval, settled.frame, provenance)
        vouched = examine(bars).bars
        if vouched is bars:
            return bars
        # What was set aside or adjusted counts here: whether prices are old or in doubt differs by moment.
        kept = vouched.provenance
        return replace(vouched, provenance=replace(provenance, notes=kept.notes, set_aside=kept.set_aside))

    def as_of(self, moment: datetime) -> "Doubted":
        """The recording as it stood at ``moment``, with what a second source said of the close of then."""
        second, _ = self._second
        return Doubted(AsOf(self, moment), second, self._publishers.second_opinions)

    @property
    def problems(self) -> tuple[str, ...]:
        """One sentence for each file that cannot be read or of which rows were set aside, and for each key
        that is not in the catalogue.
        """
        return (*self._contents.problems, *self._second[1], *self._unknown_publishing())

    @cached_property
    def _contents(self) -> Contents:
        return read_contents(self.folder, self.description.files, self._keys)

    @cached_property
    def _second(self) -> tuple[Mapping[str, pd.DataFrame], tuple[str, ...]]:
        """What second sources said by key, on the days on which they differed; and what is wrong with it."""
        path = self.folder / SECOND
        if not self.description.second_opinions and not path.exists():
            return {}, ()
        told = f"The recording’s file {SECOND}"
        try:
            tidy = read_tidy(path, self._keys, Interval.DAY)
        except FileNotFoundError:
            return {}, (f"{told} is missing.",)
        except (OSError, ValueError) as problem:
            return {}, (f"{told} cannot be read: {problem}.",)
        rows = joined(tidy.rows.assign(file=SECOND, interval=Interval.DAY))
        good = rows.loc[rows["why"] == ""].set_index("time")
        problems = [*say_beside(told, tidy, self._keys), *say_set_aside(told, rows)]
        return {str(key): part for key, part in good.groupby("key", sort=False)}, tuple(problems)

    @cached_property
    def _publishers(self) -> Description:
        """The description with every publisher under the key of the catalogue."""
        about = self.description
        return replace(
            about,
            publishers=self._by_key(about.publishers),
            publishers_of_hours=self._by_key(about.publishers_of_hours),
            second_opinions=self._by_key(about.second_opinions),
        )

    def _by_key(self, given: dict[str, str]) -> dict[str, str]:
        found = {key: self._keys.find(key) for key in given}
        return {each.key if each else key: given[key] for key, each in found.items()}

    def _unknown_publishing(self) -> list[str]:
        """The keys that the description names a publisher of, and that nobody knows."""
        named = [key for table in PUBLISHING for key in getattr(self.description, table)]
        unknown = tuple(key for key in dict.fromkeys(named) if self._keys.find(key) is None)
        told = f"The recording’s {DESCRIPTION} names publishers of what is not in the catalogue"
        return [f"{told}: {say_keys(unknown, self._keys)}."] if unknown else []

    def _provenance(self, instrument: Instrument, interval: Interval, sampling: str) -> Provenance:
        return Provenance(
            source=self._publishers.publisher(instrument.key, interval),
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
