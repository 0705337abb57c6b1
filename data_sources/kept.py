"""Last-known-good bars on disk: what a restart without a network starts from."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from data_sources.packing import Corrupt, Newer, pack, unpack
from data_sources.source import Source
from data_sources.whole import write_whole
from market.bars import Bars
from market.instruments import Instrument, Interval

log = logging.getLogger(__name__)

LEFTOVER_SECONDS = 3600.0
QUIET_SECONDS = 60.0


class Kept:
    """``inner``, with every good answer written to ``folder``; a full disk or a lost folder costs only that.

    A bar in progress is not kept: after a restart it would be a price of an unknown hour.
    """

    def __init__(self, inner: Source, folder: Path, timer: Callable[[], float] = time.monotonic) -> None:
        self._inner = inner
        self._folder = folder
        self._timer = timer
        self._silent_until = 0.0
        self._swept = False
        self.trouble: str | None = None

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars of ``inner``, kept on the way; its errors pass through."""
        bars = self._inner.bars(instrument, interval)
        self._keep(bars)
        return bars

    def last_known(self, instrument: Instrument, interval: Interval) -> Bars | None:
        """The newest bars kept, by whatever run of the program; a file that is not whole is set aside."""
        path = self._path(instrument, interval)
        try:
            return unpack(path.read_bytes(), instrument, interval)
        except FileNotFoundError:
            return None
        except Newer:
            return None
        except Corrupt as problem:
            self._set_aside(path, problem)
            return None
        except OSError as problem:
            self._complain(problem)
            return None

    def _path(self, instrument: Instrument, interval: Interval) -> Path:
        return self._folder / f"{quote(instrument.key, safe='')}-{interval.value}.bars"

    def _keep(self, bars: Bars) -> None:
        finished = bars.finished
        if finished.in_progress is not None:
            return
        try:
            self._prepare()
            write_whole(self._path(bars.instrument, bars.interval), pack(finished))
            self.trouble = None
        except OSError as problem:
            self._complain(problem)

    def _prepare(self) -> None:
        """Make the folder and remove what killed writers left in it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._swept:
            return
        self._swept = True
        for leftover in self._folder.glob("*.part"):
            if time.time() - leftover.stat().st_mtime > LEFTOVER_SECONDS:
                leftover.unlink(missing_ok=True)

    def _set_aside(self, path: Path, problem: Exception) -> None:
        log.error("%s is not whole (%s); set aside", path.name, problem)
        try:
            quarantine = self._folder / "quarantine"
            quarantine.mkdir(exist_ok=True)
            path.replace(quarantine / path.name)
        except OSError as trouble:
            self._complain(trouble)

    def _complain(self, problem: OSError) -> None:
        self.trouble = f"prices cannot be kept on disk: {problem.strerror or problem}"
        if self._timer() >= self._silent_until:
            self._silent_until = self._timer() + QUIET_SECONDS
            log.error("%s", self.trouble)
