"""One plain line on the console for all providers that fall silent together, not one for each question.

Without a way out to the internet every provider fails for every instrument. Whoever runs the program needs to
hear that once.
"""

import logging
from collections.abc import Callable
from threading import Lock, Timer

from data_sources.errors import SourceError, Transient
from market.publishers import publisher
from market.text import listed

GATHERED = 20.0  # seconds: longer than a call to a provider that cannot be reached lasts
MOST_NAMED = 3

log = logging.getLogger(__name__)
Later = Callable[[float, Callable[[], None]], None]


def later(seconds: float, act: Callable[[], None]) -> None:
    """Do ``act`` after some seconds, unless the process has ended."""
    timer = Timer(seconds, act)
    timer.daemon = True
    timer.start()


class Outages:
    """Which providers of a process are silent; each silence is told once, together with those that began near
    it.
    """

    def __init__(self, later: Later = later) -> None:
        self._later = later
        self._lock = Lock()
        self._silent: dict[str, str] = {}  # by source, its last words
        self._untold: list[str] = []

    def failed(self, error: SourceError) -> None:
        """Take note of a failure; what asking again will not help is told at once."""
        words = printable(error.words) or error.reason
        if not isinstance(error, Transient):
            log.warning("%s: %s: %s", error.source, error.instrument.key, words)
            return
        log.debug("%s: %s: %s", error.source, error.instrument.key, words)
        with self._lock:
            if error.source in self._silent:
                return
            self._silent[error.source] = words
            self._untold.append(error.source)
            is_first = len(self._untold) == 1
        if is_first:
            self._later(GATHERED, self._tell)

    def answered(self, source: str) -> None:
        """Take note of an answer: the next silence of ``source`` is news again."""
        with self._lock:
            self._silent.pop(source, None)
            if source in self._untold:
                self._untold.remove(source)

    def _tell(self) -> None:
        with self._lock:
            silent = {source: self._silent[source] for source in self._untold}
            self._untold.clear()
        names = list(dict.fromkeys(map(publisher, silent)))
        if len(names) == 1:
            log.warning(
                "%s does not answer (%s). It is asked again by itself.", *names, *[*silent.values()][:1]
            )
        elif names:
            more = [f"{len(names) - MOST_NAMED} more"] if len(names) > MOST_NAMED else []
            told = listed([*names[:MOST_NAMED], *more])
            log.warning(
                "%s do not answer. Is there a way out to the internet? They are asked again by themselves; "
                "pages say how old what they show is.",
                told,
            )


def printable(words: str) -> str:
    """A provider's words on one line of at most 300 characters, control characters left out."""
    return "".join(each if each.isprintable() else " " for each in words[:300])


OUTAGES = Outages()
"""Those of this process."""
