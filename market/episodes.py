"""Episodes: named stretches of history with dates and a citation."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Episode:
    """A named stretch of history; ``cite`` is the address that justifies its dates."""

    key: str
    name: str
    start: date
    end: date | None
    what: str
    cite: str
