"""What the tests of the pages share: a browser and a server, and the pages of this process."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from data_sources.assembly import process_settings, process_sources
from tests.app.serving import chromium, serving

Play = Callable[[Path], None]


def _forget() -> None:
    process_sources.cache_clear()
    process_settings.cache_clear()


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="package")
def site() -> Iterator[str]:
    """The whole program on the shipped recording, for visitors that leave nothing behind."""
    with serving() as address:
        yield address


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
