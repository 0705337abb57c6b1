"""The `Memory` that replicas share, in a Redis or Valkey server."""

import logging
import time
from collections.abc import Callable
from threading import Lock

log = logging.getLogger(__name__)

PATIENCE = 0.25
SILENCE = 2.0


class RedisMemory:
    """Names and bytes in a server; one that has not answered in a quarter of a second is not asked for two.

    Meanwhile nothing is known and every claim is granted, so that each replica goes on alone.
    """

    def __init__(self, address: str, timer: Callable[[], float] = time.monotonic) -> None:
        """``address`` as in `REDIS_URL`; nothing is opened before the first question."""
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._server = Redis.from_url(
            address, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, retry=Retry(NoBackoff(), 0)
        )
        self._timer = timer
        self._lock = Lock()
        self._silent_until = 0.0
        self.trouble: str | None = None

    def get(self, name: str) -> bytes | None:
        """What lies under ``name``, or None."""
        found = self._ask(lambda: self._server.get(name), None)
        return found if isinstance(found, bytes) else None

    def put(self, name: str, content: bytes, seconds: float) -> None:
        """Let ``content`` lie under ``name`` for so long."""
        self._ask(lambda: self._server.set(name, content, px=_milliseconds(seconds)), None)

    def claim(self, name: str, seconds: float) -> bool:
        """Whether ``name`` was free; from now on it is not, for so long."""
        return bool(self._ask(lambda: self._server.set(name, b"", nx=True, px=_milliseconds(seconds)), True))

    def drop(self, name: str) -> None:
        """Free ``name``."""
        self._ask(lambda: self._server.delete(name), None)

    def _ask(self, question: Callable[[], object], otherwise: object) -> object:
        from redis import RedisError

        with self._lock:
            if self._timer() < self._silent_until:
                return otherwise
        try:
            answer = question()
        except (RedisError, OSError) as problem:
            self._complain(problem)
            return otherwise
        self.trouble = None
        return answer

    def _complain(self, problem: Exception) -> None:
        with self._lock:
            if self.trouble is None:
                log.error("the shared memory does not answer: %r", problem)
            self.trouble = "the memory that replicas share does not answer"
            self._silent_until = self._timer() + SILENCE


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
