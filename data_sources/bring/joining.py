"""Joins brought rows to a recording: what it holds already stands, and what cannot be right stays out."""

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from data_sources.contents import DESCRIPTION, SAME, SECOND, Contents, read_contents
from data_sources.keys import Keys
from data_sources.layout import TIME, part_of, write_description
from data_sources.quality import examine, settle
from data_sources.recorded import Description, describe
from data_sources.tidy import decoded
from data_sources.whole import write_whole
from market.bars import COLUMNS, Bars, Provenance
from market.calendars import day_start
from market.instruments import Calendar, Instrument, Interval, Unit
from market.publishers import JOINED

ADJUSTED = "adjusted for dividends"


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose figures are brought, of what, and how they were sampled."""

    instrument: Instrument
    interval: Interval
    publisher: str
    is_adjusted: bool = False

    @property
    def sampling(self) -> str:
        """When and how a close was taken; dividends are of funds, and hours are not adjusted for them."""
        usual, of = part_of(self.instrument, self.interval).sampling, self.instrument
        pays = of.unit is Unit.USD and of.calendar is Calendar.XNYS and self.interval is Interval.DAY
        return f"{usual}, {ADJUSTED}" if self.is_adjusted and pays else usual


@dataclass(frozen=True, slots=True)
class Held:
    """A recording as it is before anything is brought: no description where there is none yet."""

    folder: Path
    about: Description | None
    contents: Contents

    def frame(self, origin: Origin) -> pd.DataFrame | None:
        """The rows that are there already, and can be used."""
        series = self.contents.series.get((origin.instrument.key, origin.interval))
        return None if series is None or series.frame.empty else series.frame


def open_held(folder: Path, keys: Keys) -> Held:
    """The recording in ``folder``, or an empty one where there is no folder or nothing in it.

    Raises `ValueError`, with a sentence, for a folder that holds something else or cannot be read.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return Held(folder, None, Contents({}, ()))
    about = describe(folder)
    return Held(folder, about, read_contents(folder, about.files, keys))


def judged(rows: pd.DataFrame, origin: Origin, held: Held, now: datetime) -> pd.DataFrame:
    """``rows`` with the reason filled in for those that the recording holds with another close, and for those
    that the gates of quality set aside; what it holds with the same close is marked in ``there``.
    """
    rows = rows.assign(there=False)
    before = held.frame(origin)
    if before is not None:
        known = before["close"].reindex(pd.DatetimeIndex(rows["time"])).to_numpy()
        same = np.abs(known - rows["close"]) <= SAME * np.abs(known)
        good = rows["why"] == ""
        rows["there"] = good & same
        other = good & ~np.isnan(known) & ~same
        rows.loc[other, "why"] = [
            f"the recording has another close for it, {close:.10g}" for close in known[other.to_numpy()]
        ]
    new = rows.loc[(rows["why"] == "") & ~rows["there"]]
    for at, why in _gated(new, before, origin, now).items():
        rows.loc[at, "why"] = why
    return rows


def _gated(new: pd.DataFrame, before: pd.DataFrame | None, origin: Origin, now: datetime) -> dict[int, str]:
    """Why the gates that every recording passes set new rows aside, by their place."""
    if new.empty:
        return {}
    stamps = pd.DatetimeIndex(new["time"])
    frame = new[list(COLUMNS)].set_axis(stamps)
    whole = frame if before is None else pd.concat([before, frame])
    settled = settle(whole.sort_index(), origin.instrument, origin.instrument.key, now)
    reasons = dict(settled.set_aside)
    why: dict[int, str] = {}
    for at, stamp in zip(new.index, stamps, strict=True):
        if stamp not in settled.frame.index:
            alone = settle(frame.loc[[stamp]], origin.instrument, origin.instrument.key, now)
            said = (alone.notes or ("it cannot be right",))[0].partition(": ")[0]
            why[int(at)] = reasons.get(stamp, said)
    if settled.frame.empty:
        return why
    provenance = Provenance(origin.publisher, origin.instrument.key, now, origin.sampling, recorded=True)
    bars = Bars(origin.instrument, origin.interval, settled.frame.rename_axis("time"), provenance)
    reasons = dict(examine(bars).set_aside)
    for at, stamp in zip(new.index, stamps, strict=True):
        if stamp in reasons:
            why.setdefault(int(at), reasons[stamp])
    return why


def write(rows: pd.DataFrame, origin: Origin, held: Held, now: datetime) -> str:
    """Add ``rows`` (line by line as they are) to the recording; returns the name of the file they are in.

    Nothing that is there is changed: rows are added to the end of a file, or to a file of their own.
    """
    held.folder.mkdir(parents=True, exist_ok=True)
    name, start = _place(origin, held, rows)
    header = start.split("\n", 1)[0].split(",")
    stamps = pd.DatetimeIndex(rows["time"]).strftime(TIME)
    lines = []
    for stamp, (_, row) in zip(stamps, rows.iterrows(), strict=True):
        cells = {"time": stamp, "key": origin.instrument.key, "value": _number(row["close"])}
        cells |= {column: _number(row[column]) for column in COLUMNS}
        lines.append(",".join(cells[column] for column in header))
    write_whole(held.folder / name, (start + "\n".join(lines) + "\n").encode())
    about = described(rows, origin, held, name, now)
    write_whole(held.folder / DESCRIPTION, write_description(about).encode())
    return name


def _number(value: float) -> str:
    """A number with every digit that it has; nothing where there is none."""
    return "" if np.isnan(value) else repr(float(value)).removesuffix(".0")


def _place(origin: Origin, held: Held, rows: pd.DataFrame) -> tuple[str, str]:
    """The file that takes ``rows``, and what stands in it: one of its kind that can grow, or a new one."""
    part = part_of(origin.instrument, origin.interval)
    needed = ["time", "key", part.column]
    needed += [name for name in COLUMNS if name != "close" and rows[name].notna().any()]
    alike = {"interval": origin.interval.value, "sampling": origin.sampling}
    files = held.about.files if held.about else {}
    for name in files:
        text = _text_of(held.folder / name)
        names = text.split("\n", 1)[0].split(",")
        if files[name] == alike and set(needed) <= set(names) and _can_grow(text, names):
            return name, text
    header = needed if part.column == "value" else ["time", "key", *COLUMNS]
    stem = Path(part.file).stem + ("_adjusted" if ADJUSTED in origin.sampling else "")
    taken = {*files, SECOND, *(path.name for path in held.folder.glob("*"))}
    free = (f"{stem}{'' if at == 1 else f'_{at}'}.csv" for at in range(1, len(taken) + 2))
    return next(name for name in free if name not in taken), ",".join(header) + "\n"


def _text_of(path: Path) -> str:
    try:
        return decoded(path.read_bytes())
    except OSError:
        return ""


def _can_grow(text: str, names: list[str]) -> bool:
    """Whether lines can be added as we write them: plain names, and an end to the last line."""
    known = {"time", "key", "value", *COLUMNS}
    return text.endswith("\n") and set(names) <= known and len(names) == len(set(names))


def described(rows: pd.DataFrame, origin: Origin, held: Held, name: str, now: datetime) -> Description:
    """The description of the recording once ``rows`` are in its file ``name``.

    It reaches from its first day to its last row. It opens at its end, or where it opened before if that was
    another moment.
    """
    first, last = rows["time"].min().to_pydatetime(), rows["time"].max().to_pydatetime()
    first = day_start(first - pd.Timedelta(microseconds=1))
    about = held.about or Description(
        title=f"Files brought in on {now.day} {now:%B %Y}",
        moment=last,
        start=first,
        end=last,
        recorded_at=now,
        files={},
        publishers={},
    )
    end = max(about.end, last)
    table = "publishers_of_hours" if origin.interval is Interval.HOUR else "publishers"
    publishers: dict[str, str] = getattr(about, table)
    key = origin.instrument.key
    known = publishers.get(key, "").split(JOINED) if held.frame(origin) is not None else []
    named = JOINED.join(dict.fromkeys([*filter(None, known), origin.publisher]))
    changes = {table: publishers | {key: named}}
    told = {"interval": origin.interval.value, "sampling": origin.sampling}
    return replace(
        about,
        moment=end if about.moment == about.end else about.moment,
        start=min(about.start, first),
        end=end,
        recorded_at=max(about.recorded_at, now),
        files=about.files | {name: told},
        publishers=changes.get("publishers", about.publishers),
        publishers_of_hours=changes.get("publishers_of_hours", about.publishers_of_hours),
    )
