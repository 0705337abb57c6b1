"""A Source that gives the answers it was told to, in order, and counts."""

from collections.abc import Callable
from threading import Event, Lock

from market.bars import Bars
from market.instruments import Instrument, Interval

Answer = Bars | Exception | Callable[[], Bars]


class Scripted:
    """Answers one after another, the last one for ever; a callable is called, an exception raised.

    With ``gate`` closed every call waits for it, as at a provider that hangs.
    """

    def __init__(self, *answers: Answer, gate: Event | None = None) -> None:
        self.answers = list(answers)
        self.calls = 0
        self.keys: list[str] = []
        self.gate = gate
        self.entered = Event()
        self._lock = Lock()

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The next answer."""
        del interval
        with self._lock:
            self.calls += 1
            self.keys.append(instrument.key)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        self.entered.set()
        if self.gate is not None:
            self.gate.wait(timeout=30)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Bars) else answer()
