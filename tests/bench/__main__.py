"""Prints the benchmark table: every figure beside the bar it is held to, or a floor of the same run.

Each module of this folder with a function ``rows`` is a part; name parts to run only those, as in
``python -m tests.bench pages``. Times on a busy machine are upper bounds, so the load is told, too.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from time import perf_counter
from typing import Protocol

import tests.bench
from tests.bench.row import Row


class Part(Protocol):
    """A module of this folder that measures something."""

    __doc__: str | None

    def rows(self) -> Iterable[Row]:
        """What was measured."""


def main(wanted: list[str]) -> None:
    started, marks = perf_counter(), []
    for name, part in _parts(wanted):
        print(f"\n{name}: {(part.__doc__ or '').splitlines()[0]} [{_load()}]", flush=True)
        for row in part.rows():
            marks.append(row.mark)
            print(f"  {row}", flush=True)
    print(f"\n{marks.count('pass')} pass, {marks.count('MISS')} miss, in {perf_counter() - started:.0f} s.")


def _parts(wanted: list[str]) -> Iterator[tuple[str, Part]]:
    found = sorted(each.name for each in iter_modules(tests.bench.__path__))
    for name in wanted or found:
        part = import_module(f"tests.bench.{name}")
        if hasattr(part, "rows"):
            yield name, part


def _load() -> str:
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


if __name__ == "__main__":
    main(sys.argv[1:])
