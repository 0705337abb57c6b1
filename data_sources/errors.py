"""Why prices could not be had, told apart by what to do next.

    SourceError
    ├── Transient          will probably pass; the last good answer may stand in
    │   ├── Unreachable    no reply, or a broken one
    │   │   └── Pending    asked a moment ago, no reply yet
    │   └── RateLimited    asked too often
    └── Lasting            asking again will not help
        ├── Refused        not from here, or not without a key
        ├── UnknownSymbol  the catalogue names something the provider does not have
        ├── NoData         it exists, but there is nothing to show
        ├── Unusable       it is recorded, in rows of which none can be read
        └── BadData        the answer breaks the rules of `Bars`

Each carries the instrument, the source and the provider's own words; `str()` is a sentence for the reader,
and never repeats the provider's words, which go to the log. Beside live prices it may carry what the
recording holds: no price of the moment, and so in no sum, but something to show with its date.
"""

from typing import Self

from market.bars import Bars
from market.instruments import Instrument
from market.publishers import publisher


class SourceError(Exception):
    """One instrument could not be had; ``str()`` is a sentence for the reader."""

    cause = "could not be asked"

    def __init__(
        self, instrument: Instrument, source: str, words: str = "", *, retry_after: float | None = None
    ) -> None:
        """``words`` are the provider's own, for the log; ``retry_after`` its wish, in seconds."""
        super().__init__(instrument.key, source, words)
        self.instrument = instrument
        self.source = source
        self.words = words
        self.retry_after = retry_after
        self.recorded: Bars | None = None

    def beside(self, recorded: Bars | None) -> Self:
        """This error, with what a recording holds in place of what could not be had."""
        self.recorded = recorded
        return self

    @property
    def reason(self) -> str:
        """The cause in a few words, to follow "out of date:"."""
        return f"{publisher(self.source)} {self.cause}"

    def again(self, instrument: Instrument | None = None, *, retry_after: float | None = None) -> Self:
        """The same cause once more, for another asker: an exception raised twice would carry both their
        stacks.
        """
        wish = self.retry_after if retry_after is None else retry_after
        return type(self)(instrument or self.instrument, self.source, self.words, retry_after=wish)

    def __str__(self) -> str:
        return f"{self.instrument.name}: {self.reason}."


class Transient(SourceError):
    """It will probably pass: the last good answer may stand in."""


class Unreachable(Transient):
    """No reply, or a broken one."""

    cause = "did not answer"


class Pending(Unreachable):
    """Asked a moment ago, and still on the way."""

    cause = "has not answered yet"


class RateLimited(Transient):
    """Asked too often."""

    cause = "asked us to slow down"


class Lasting(SourceError):
    """Asking again will not help."""


class Refused(Lasting):
    """Not from here, or not without a key."""

    cause = "does not serve this place"


class UnknownSymbol(Lasting):
    """The catalogue names something the provider does not have."""

    cause = "does not know it"


class NoData(Lasting):
    """It exists, but there is nothing to show."""

    cause = "has nothing to show"

    def __str__(self) -> str:
        return f"{self.instrument.name}: {self.reason} for it."


class Unusable(Lasting):
    """It is recorded, in rows of which none can be read; ``words`` are our own, and say why."""

    cause = "holds no row of it that can be used"

    @property
    def reason(self) -> str:
        """The cause, and what is wrong with the rows."""
        return f"{super().reason}: {self.words}" if self.words else super().reason


class BadData(Lasting):
    """The answer breaks the rules of `Bars`."""

    cause = "answered with prices that cannot be right"
