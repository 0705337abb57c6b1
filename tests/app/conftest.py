"""The pages of this process, on the shipped recording or on another."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from data_sources.assembly import process_settings, process_sources

Play = Callable[[Path], None]


def _forget() -> None:
    process_sources.cache_clear()
    process_settings.cache_clear()


@pytest.fixture(scope="module")
def play() -> Iterator[Play]:
    """Lets the pages of this process play a recording: the settings are read again, as after a start."""
    with pytest.MonkeyPatch.context() as environment:

        def start(folder: Path) -> None:
            environment.setenv("MARKET_DATA", "recorded")
            environment.setenv("MARKET_RECORDING", os.fspath(folder))
            _forget()

        yield start
    _forget()
