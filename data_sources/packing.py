"""Bars as bytes, for the disk and for stores that others may write to: no pickle, and every byte is accounted
for.

One JSON line (magic, version, sha256 of everything after it), one JSON line of provenance, then Parquet.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from typing import Any

import pandas as pd

from market.bars import Bars, Filled, InProgress, Provenance, SetAside
from market.instruments import Instrument, Interval

MAGIC = "market-stress bars"
VERSION = 1


class Newer(Exception):
    """Written by a later version of the program: left alone."""


class Corrupt(Exception):
    """Not what was written."""


def pack(bars: Bars) -> bytes:
    """``bars`` as bytes."""
    provenance = asdict(bars.provenance)
    # What a second source said belongs to the moment it was asked, and a reason to be stale to the one
    # it was shown.
    provenance |= {"second": None, "disputed": False, "stale_because": None}
    facts = {
        "key": bars.key,
        "interval": bars.interval.value,
        "provenance": provenance,
        "in_progress": asdict(bars.in_progress) if bars.in_progress else None,
    }
    table = BytesIO()
    bars.frame.to_parquet(table)
    body = json.dumps(facts, default=datetime.isoformat).encode() + b"\n" + table.getvalue()
    header = {"magic": MAGIC, "version": VERSION, "sha256": hashlib.sha256(body).hexdigest()}
    return json.dumps(header).encode() + b"\n" + body


def unpack(packed: bytes, instrument: Instrument, interval: Interval) -> Bars:
    """The bars in ``packed``; raises `Newer`, and `Corrupt` for anything that is not these bars, whole."""
    try:
        first, _, body = packed.partition(b"\n")
        header = _header(first)
        if header["version"] > VERSION:
            raise Newer(f"version {header['version']}")
        if header["sha256"] != hashlib.sha256(body).hexdigest():
            raise Corrupt("the checksum does not match")
        facts, _, table = body.partition(b"\n")
        return _bars(json.loads(facts), pd.read_parquet(BytesIO(table)), instrument, interval)
    except (ValueError, TypeError, KeyError, OSError, AttributeError, RecursionError) as problem:
        raise Corrupt(str(problem)) from problem


def _header(line: bytes) -> dict[str, Any]:
    header = json.loads(line)
    if (
        not isinstance(header, dict)
        or header.get("magic") != MAGIC
        or not isinstance(header.get("version"), int)
    ):
        raise Corrupt("not a file of ours")
    return header


def _bars(facts: dict[str, Any], frame: pd.DataFrame, instrument: Instrument, interval: Interval) -> Bars:
    if (facts["key"], facts["interval"]) != (instrument.key, interval.value):
        raise Corrupt(f"holds {facts['key']}")
    said = facts["provenance"]
    read = {
        "fetched_at": datetime.fromisoformat(said["fetched_at"]),
        "notes": tuple(said["notes"]),
        "set_aside": tuple(SetAside(**_at(each)) for each in said.get("set_aside", ())),
        "filled": tuple(Filled(**_at(each)) for each in said.get("filled", ())),
    }
    provenance = Provenance(**(said | read))
    in_progress = InProgress(**facts["in_progress"]) if facts["in_progress"] else None
    return Bars(instrument, interval, frame, provenance, in_progress)


def _at(written: dict[str, Any]) -> dict[str, Any]:
    return written | {"at": datetime.fromisoformat(written["at"])}
