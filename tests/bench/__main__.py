"""Prints the benchmark table: every figure as a ratio to a floor measured in the same run.

Each module of this folder with a function ``rows`` is a part; name parts to run only those, as in
``python -m tests.bench pages``.
"""

import sys
from importlib import import_module
from pkgutil import iter_modules

import tests.bench

WIDTHS = (58, 12, 40)


def main(wanted: list[str]) -> None:
    found = sorted(
        (each.name for each in iter_modules(tests.bench.__path__)), key=lambda name: (name != "pages", name)
    )
    for name in wanted or found:
        part = import_module(f"tests.bench.{name}")
        if hasattr(part, "rows"):
            print(f"\n{name}: {part.__doc__.splitlines()[0]}")
            for row in part.rows():
                print(
                    "  "
                    + "".join(cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=True)).rstrip()
                )


if __name__ == "__main__":
    main(sys.argv[1:])
