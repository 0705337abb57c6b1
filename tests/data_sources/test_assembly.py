import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_sources.assembly import assemble
from data_sources.errors import NoData
from data_sources.settings import ROOT, Mode, Settings

SERVE = """
import sys
from data_sources.assembly import process_feed
feed = process_feed()
seen = feed.as_of(feed.span.moment).many(feed.catalogue)
assert len(seen.found) > 30
loud = {"yfinance", "ccxt", "streamlit", "plotly"} & set(sys.modules)
assert not loud, loud
print(feed.span.moment.isoformat())
"""


def test_the_recording_opens_at_its_moment() -> None:
    feed = assemble(Settings(Mode.RECORDED)).feed()
    assert feed.span.moment == datetime(2026, 2, 7, 15, 30, tzinfo=UTC)
    assert feed.span.problems == ()
    assert feed.moment is None


def test_no_provider_is_built_for_a_recording() -> None:
    sources = assemble(Settings(Mode.RECORDED))
    assert sources.providers is None
    assert sources.health() == {}
    assert sources.watched() is sources.recorded


def test_no_recording_is_a_feed_of_nothing_that_says_why(tmp_path: Path) -> None:
    feed = assemble(Settings(Mode.RECORDED, tmp_path)).feed()
    assert feed.span.problems == (f"There is no recording in {tmp_path.name}: recording.toml is missing.",)
    assert feed.span.moment is None
    with pytest.raises(NoData):
        feed.bars("BTC")


def test_provider_libraries_are_not_imported_to_serve_a_recording() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MARKET_DATA": "recorded"}
    run = subprocess.run(
        [sys.executable, "-c", SERVE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "2026-02-07T15:30:00+00:00"
