"""How long a server takes to start, and what it loads for it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from statistics import median
from time import perf_counter

from tests.app.serving import ROOT, serving
from tests.bench.row import Row, timed

STARTS = 3
PROVIDERS = ("yfinance", "ccxt", "curl_cffi")
SERVE = f"""
import sys
from tests.app.opening import PAGES, open_page
for page in PAGES:
    open_page(page)
print(*[name for name in {PROVIDERS!r} if name in sys.modules])
"""


def rows() -> Iterator[Row]:
    """Start to first healthy answer, and the provider libraries that serving a recording imports."""
    before = _spent()
    seconds = median(_start() for _ in range(STARTS))
    spent = (_spent() - before) / STARTS
    yield timed("server start to first healthy answer", seconds, 5, f"{spent:.1f} s of processor time")
    loaded = _loaded()
    yield Row(
        "provider libraries imported to serve every page of a recording",
        str(len(loaded)),
        len(loaded),
        most=0,
        bar="none",
        beside=", ".join(loaded),
    )


def _start() -> float:
    started = perf_counter()
    with serving():
        return perf_counter() - started


def _spent() -> float:
    """Processor time of every process that was started and has ended, in seconds."""
    used = os.times()
    return used.children_user + used.children_system


def _loaded() -> list[str]:
    """Every page opened on the recording in a process of its own."""
    environment = {"MARKET_DATA": "recorded", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(
        [sys.executable, "-c", SERVE], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return run.stdout.split()
