"""`python -m data_sources.bring FILE --key KEY --into FOLDER`: bring prices from a file into a recording."""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd

from data_sources.bring.joining import Held, Origin, judged, open_held, write
from data_sources.bring.rows import Rows, Way, read_rows
from data_sources.bring.tables import read_sheet, read_table
from data_sources.bring.written import Decimal, Order, Unclear
from data_sources.contents import joined
from data_sources.keys import Keys
from data_sources.set_aside import counted
from market import catalogue
from market.calendars import session_closes
from market.instruments import Calendar, Instrument, Interval

MOST_LINES = 10
"""How many refused rows of one reason are told one by one."""
FEW_DAYS = 5
MARKS = {"point": Decimal.POINT, "comma": Decimal.COMMA}


@dataclass(frozen=True, slots=True)
class Brought:
    """What one file gave: its rows, and whose they are."""

    rows: Rows
    origin: Origin


class NotBrought(ValueError):
    """Nothing of a file can be brought; ``str()`` is a sentence that says why."""


def bring(
    files: Sequence[Path],
    key: str,
    folder: Path,
    *,
    publisher: str = "",
    way: Way = Way(),  # noqa: B008 (frozen)
    now: datetime,
    is_rehearsal: bool = False,
) -> Iterator[str]:
    """Bring ``files`` of one instrument into the recording in ``folder``; yields a line for each thing done.

    Raises `NotBrought` where nothing of a file can be used; files before it have been brought by then.
    """
    keys = Keys(catalogue.load())
    instrument = keys.find(key)
    if instrument is None:
        raise NotBrought(f"The key {keys.say_unknown(key)} is not in the catalogue.")
    if key != instrument.key:
        yield f"{key} is read as {instrument.key}, {instrument.name}."
    for path in files:
        try:
            held = open_held(folder, keys)
            found = read(path, instrument, keys, publisher, way, now)
            yield from _bring_one(path, found, held, keys, now, is_rehearsal=is_rehearsal)
        except FileNotFoundError:
            raise NotBrought(f"{path}: There is no such file.") from None
        except OSError as problem:
            raise NotBrought(f"{problem.filename or path}: {problem.strerror}.") from None
        except Unclear as problem:
            raise NotBrought(f"{path.name}: {problem}") from None
        except NotBrought:
            raise
        except ValueError as problem:
            raise NotBrought(str(problem)) from None


def read(path: Path, instrument: Instrument, keys: Keys, publisher: str, way: Way, now: datetime) -> Brought:
    """The rows of one file; raises `Unclear` and `OSError`."""
    table = read_table(read_sheet(path), instrument, keys)
    whose = publisher or table.publisher
    if not whose:
        raise Unclear("Nothing in it says who published it: name the publisher with --publisher.")
    saved = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    rows = read_rows(table, instrument, way, now, saved)
    return Brought(rows, Origin(instrument, rows.interval, whose, table.is_adjusted))


def _bring_one(
    path: Path, found: Brought, held: Held, keys: Keys, now: datetime, *, is_rehearsal: bool
) -> Iterator[str]:
    origin, frame = found.origin, found.rows.frame
    key = origin.instrument.key
    rows = joined(frame.assign(file=path.name, key=key, interval=origin.interval))
    rows = judged(rows, origin, held, now).sort_values("line", ignore_index=True)
    refused = rows.loc[rows["why"] != ""]
    used = rows.loc[rows["why"] == ""]
    yield f"{path.name}: {counted(len(frame))} read, {len(refused)} refused."
    yield from _say_refused(refused)
    if len(frame) > len(rows):
        yield f"Given twice with the same close, and counted once: {counted(len(frame) - len(rows))}."
    if used.empty:
        raise NotBrought(f"{path.name}: No row of it can be used.")
    new = used.loc[~used["there"]].sort_values("time")
    if len(new) < len(used):
        yield f"In the recording already: {counted(len(used) - len(new))}."
    yield from _say_holes(used, origin)
    if new.empty:
        yield "Nothing is new: nothing was written."
        return
    if is_rehearsal:
        yield f"{counted(len(new))} of {key} would be written to {held.folder}. Nothing was written."
        return
    name = write(new, origin, held, now)
    yield f"{counted(len(new))} of {key}, {_say_span(new)}, written to {held.folder / name}."
    yield f"Published by {origin.publisher}, sampled {origin.sampling}; --publisher names another publisher."
    yield from _say_lost(new, origin, open_held(held.folder, keys))


def _say_refused(refused: pd.DataFrame) -> Iterator[str]:
    """Each refused row with its line and reason; of many with one reason the first few."""
    kinds = refused["why"].str.replace(r"[\d,.:-]+.*$", "", regex=True)
    for _, alike in refused.groupby(kinds, sort=False):
        for row in alike.head(MOST_LINES).itertuples():
            yield f"  line {row.line}: {row.why}"
        if len(alike) > MOST_LINES:
            last = alike["line"].max()
            yield f"  … and {len(alike) - MOST_LINES} more for the same reason, up to line {last}"


def _say_span(rows: pd.DataFrame) -> str:
    days = (rows["time"] - pd.Timedelta(microseconds=1)).dt.date
    first, last = days.min(), days.max()
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _say_holes(rows: pd.DataFrame, origin: Origin) -> Iterator[str]:
    """The sessions or UTC days between the first and the last row that no row is of."""
    if origin.interval is not Interval.DAY or origin.instrument.flow:
        return
    days = pd.DatetimeIndex((rows["time"] - pd.Timedelta(microseconds=1)).dt.tz_localize(None)).normalize()
    if origin.instrument.calendar is Calendar.XNYS:
        due = pd.DatetimeIndex(session_closes(days.min().date(), days.max().date()).index)
    else:
        due = pd.date_range(days.min(), days.max())
    missing = due.difference(days)
    if len(missing):
        named = ", ".join(f"{day:%Y-%m-%d}" for day in missing[:FEW_DAYS])
        more = f" and {len(missing) - FEW_DAYS} more" if len(missing) > FEW_DAYS else ""
        what = "session" if origin.instrument.calendar is Calendar.XNYS else "day"
        yield f"No close for {len(missing)} {what}{'' if len(missing) == 1 else 's'}: {named}{more}."


def _say_lost(new: pd.DataFrame, origin: Origin, held: Held) -> Iterator[str]:
    """What of the rows just written the recording does not play: it had doubts about their time before."""
    frame = held.frame(origin)
    known = pd.DatetimeIndex([]) if frame is None else frame.index
    lost = int((~pd.DatetimeIndex(new["time"]).isin(known)).sum())
    if lost:
        yield f"Not played, as the recording has two closes for their time: {counted(lost)}."


def main(
    arguments: list[str] | None = None, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> int:
    """Bring the files that are named; 0 when their rows are in the recording, 2 when one cannot be used."""
    parser = argparse.ArgumentParser(
        prog="python -m data_sources.bring",
        description="Bring prices from CSV files, as sites and programs write them, into a recording.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--key", required=True, help="what the prices are of: a key of the catalogue")
    parser.add_argument(
        "--into", required=True, type=Path, metavar="FOLDER", help="the recording, made or added to"
    )
    parser.add_argument(
        "--publisher", default="", help="who published the file; default: as its columns tell"
    )
    parser.add_argument("--dates", choices=[each.value for each in Order], help="how 05/02/2026 is meant")
    parser.add_argument("--decimal", choices=list(MARKS), help="what begins the decimals of a number")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and write nothing")
    given = parser.parse_args(arguments)
    way = Way(Order(given.dates) if given.dates else None, MARKS[given.decimal] if given.decimal else None)
    try:
        for line in bring(
            given.files,
            given.key,
            given.into,
            publisher=given.publisher.strip(),
            way=way,
            now=clock(),
            is_rehearsal=given.dry_run,
        ):
            print(line)
    except NotBrought as problem:
        print(problem, file=sys.stderr)
        return 2
    if not given.dry_run:
        print(f"Play it with: MARKET_DATA=recorded MARKET_RECORDING={shlex.quote(str(given.into))} make run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
