"""`python -m data_sources.record`: ask the live sources and write a recording folder, to be played back
later.

The folder is complete or not there: series are collected beside it, in `FOLDER.partial`, and a run that was
stopped goes on from what it had. Play it with `MARKET_RECORDING=FOLDER`.
"""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd

from data_sources.agreement import differences
from data_sources.contents import DESCRIPTION, SECOND
from data_sources.errors import Lasting, SourceError
from data_sources.layout import PARTS, TIME, Part, part_of, write_description
from data_sources.live import live, utc_now
from data_sources.recorded import Description
from data_sources.settings import BadSetting, read_settings
from data_sources.source import Source
from data_sources.whole import write_whole
from market import catalogue
from market.bars import COLUMNS, Bars
from market.calendars import day_start
from market.instruments import GAUGES, Instrument, Interval
from market.publishers import publisher

PASSES = 3
PAUSE = 30.0
PATIENCE = 60.0
YEARS_OF_DAYS = timedelta(days=3 * 365)
DAYS_OF_HOURS = timedelta(days=45)


class Recorder:
    """Collects every series of the catalogue into a folder."""

    def __init__(
        self,
        source: Source,
        instruments: list[Instrument],
        folder: Path,
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        screen: TextIO = sys.stderr,
        second: Callable[[Bars], Bars | None] = lambda _: None,
    ) -> None:
        """``second`` gives what another source says of the same bars, or None."""
        self._second = second
        self._source = source
        self._instruments = instruments
        self._folder = folder
        self._partial = folder.with_name(folder.name + ".partial")
        self._clock = clock
        self._sleep = sleep
        self._screen = screen

    def record(self) -> list[SourceError]:
        """Write the recording; returns why series are missing, in which case the folder is not there yet.

        Hours that no provider has are left out; a day's series that is missing keeps the recording
        incomplete. Raises `FileExistsError` where the folder is there already.
        """
        if self._folder.exists():
            raise FileExistsError(f"{self._folder} is there already")
        self._partial.mkdir(parents=True, exist_ok=True)
        missing: list[SourceError] = []
        for turn in range(PASSES):
            missing = list(self._collect())
            if not any(is_needed(error) for error in missing) or turn == PASSES - 1:
                break
            self._say(f"{len(missing)} series missing, asking again in {PAUSE:g} s")
            self._sleep(PAUSE)
        needed = [error for error in missing if is_needed(error)]
        if not needed:
            self._finish()
        return needed

    def _collect(self) -> Iterator[SourceError]:
        """Fetch what is not there yet; yields the reason for what stays away."""
        wanted = [
            (each, interval) for interval in (Interval.DAY, Interval.HOUR) for each in self._instruments
        ]
        wanted = [
            (each, interval)
            for each, interval in wanted
            if interval is Interval.DAY or not (each.flow or each.of)
        ]
        for done, (instrument, interval) in enumerate(wanted, start=1):
            path = self._path(instrument, interval)
            self._bar(done, len(wanted), f"{instrument.key} {interval.value}")
            if path.exists():
                continue
            try:
                bars = self._source.bars(instrument, interval)
            except SourceError as error:
                if interval is Interval.DAY or not isinstance(error, Lasting):
                    yield error
                continue
            rows = series(bars, self._clock())
            self._write_second(bars, rows["time"])
            write_whole(path, rows.to_csv(index=False).encode())
        self._say("")

    def _write_second(self, bars: Bars, times: "pd.Series[str]") -> None:
        """Write what a second source says of those ``times`` on which it differs; nothing where it agrees."""
        second = self._second(bars) if bars.interval is Interval.DAY and not bars.instrument.flow else None
        if second is None:
            return
        rows = series(second, self._clock())
        rows = rows.loc[rows["time"].isin(pd.DatetimeIndex(differences(bars, second).index).strftime(TIME))]
        rows = rows.loc[rows["time"].isin(times)]
        if len(rows):
            path = self._partial / f"{SECOND}.{bars.key}.part"
            write_whole(path, rows[["time", "key", "close", "source"]].to_csv(index=False).encode())

    def _path(self, instrument: Instrument, interval: Interval) -> Path:
        return self._partial / f"{part_of(instrument, interval).file}.{instrument.key}.part"

    def _finish(self) -> None:
        """Put the parts together, and the folder in its place at once."""
        whole = self._folder.with_name(self._folder.name + ".whole")
        shutil.rmtree(whole, ignore_errors=True)
        whole.mkdir()
        publishers: dict[Interval, dict[str, str]] = {Interval.DAY: {}, Interval.HOUR: {}}
        files, stamps = [], []
        for part in PARTS:
            found = [
                pd.read_csv(path, dtype=str) for path in sorted(self._partial.glob(f"{part.file}.*.part"))
            ]
            if not found:
                continue
            rows = pd.concat(found)
            publishers[part.interval] |= dict(zip(rows["key"], rows.pop("source"), strict=True))
            stamps += [rows["time"].min(), rows["time"].max()]
            kept = ["time", "key", *(name for name in rows.columns[2:] if rows[name].notna().any())]
            rows[kept].rename(columns={"close": part.column}).to_csv(whole / part.file, index=False)
            files.append(part)
        second = self._finish_second(whole)
        text = description(files, publishers, second, min(stamps), max(stamps), self._clock())
        (whole / DESCRIPTION).write_text(text, "utf-8")
        whole.replace(self._folder)
        shutil.rmtree(self._partial)

    def _finish_second(self, whole: Path) -> dict[str, str]:
        """Put the second opinions together; returns who published them, by key."""
        found = [pd.read_csv(path, dtype=str) for path in sorted(self._partial.glob(f"{SECOND}.*.part"))]
        if not found:
            return {}
        rows = pd.concat(found)
        publishers = dict(zip(rows["key"], rows.pop("source"), strict=True))
        rows.to_csv(whole / SECOND, index=False)
        return publishers

    def _bar(self, done: int, total: int, name: str) -> None:
        filled = round(30 * done / total)
        start, end = ("\r", "") if self._screen.isatty() else ("", "\n")
        self._screen.write(f"{start}[{'#' * filled}{'.' * (30 - filled)}] {done}/{total} {name:<20}{end}")
        self._screen.flush()

    def _say(self, text: str) -> None:
        self._screen.write(f"\n{text}" if text else "\n")
        self._screen.flush()


def is_needed(error: SourceError) -> bool:
    """Whether a recording is incomplete without this series.

    Fund flows have no history to fetch, official gauges are only shown beside what we compute, and prices
    stand in for total returns.
    """
    instrument = error.instrument
    return instrument.key != "BTC_ETF_FLOW" and instrument.group != GAUGES and not instrument.of


def series(bars: Bars, now: datetime) -> pd.DataFrame:
    """The finished bars of the last years as rows; what is missing, or came from elsewhere, is left out."""
    reach = DAYS_OF_HOURS if bars.interval is Interval.HOUR else YEARS_OF_DAYS
    finished = bars.finished.frame.dropna(subset="close")
    finished = finished.drop([pd.Timestamp(each.at) for each in bars.provenance.filled], errors="ignore")
    rows = finished.loc[finished.index >= pd.Timestamp(now - reach)]
    rows = rows if len(rows) else finished
    sources = np.full(len(rows), publisher(bars.provenance.source), dtype=object)
    if older := bars.provenance.older:
        sources[rows.index < pd.Timestamp(older.before)] = publisher(older.provenance.source)
    return pd.DataFrame(
        {
            "time": pd.DatetimeIndex(rows.index).strftime(TIME),
            "key": bars.key,
            **{name: rows[name].to_numpy() for name in COLUMNS},
            "source": sources,
        }
    )


def description(
    files: list[Part],
    publishers: dict[Interval, dict[str, str]],
    second: dict[str, str],
    start: str,
    end: str,
    now: datetime,
) -> str:
    """The `recording.toml`: it opens at its end."""
    first, last = (datetime.strptime(each, TIME).replace(tzinfo=UTC) for each in (start, end))
    about = Description(
        title=f"Recorded on {now.day} {now:%B %Y}",
        moment=last,
        start=day_start(first),
        end=last,
        recorded_at=now,
        files={part.file: {"interval": part.interval.value, "sampling": part.sampling} for part in files},
        publishers=publishers[Interval.DAY],
        publishers_of_hours=publishers[Interval.HOUR],
        second_opinions=second,
    )
    return write_description(about)


def main(arguments: list[str] | None = None) -> int:
    """Record into the folder that is asked for; 0 when it is complete."""
    parser = argparse.ArgumentParser(prog="python -m data_sources.record", description=__doc__.split("\n")[0])
    default = Path("recordings") / f"live-{utc_now():%Y-%m-%d}"
    parser.add_argument("folder", nargs="?", type=Path, default=default, help=f"default: {default}")
    folder = parser.parse_args(arguments).folder
    try:
        state_dir = read_settings(os.environ).state_dir
    except BadSetting as problem:
        print(problem, file=sys.stderr)
        return 2
    known = catalogue.load()
    sources = live(state_dir, known["BTC"], patience=PATIENCE)
    chain = sources.chain()
    try:
        recorder = Recorder(
            chain, known.everything(), folder, second=lambda bars: chain.second(bars, PATIENCE)
        )
        missing = recorder.record()
    except FileExistsError as problem:
        print(f"{problem}. Name another folder.", file=sys.stderr)
        return 2
    if missing:
        print("The recording is not complete yet; run the same command again to go on:", file=sys.stderr)
        for error in missing:
            print(f"  {error}", file=sys.stderr)
        return 1
    print(f"Recorded. Play it with: MARKET_RECORDING={folder} make run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
