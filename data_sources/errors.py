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
        └── BadData        the answer breaks the rules of `Bars`

Each carries the instrument, the source and the provider's own words; `str()` is a sentence for the reader,
and never repeats the provider's words, which go to the log.
"""

from typing import Self

from market.instruments import Instrument
from market.publishers import publisher


class SourceError(Exception):
    """One instrument could not be had; ``str()`` is a sentence for the reader."""

    sentence = "{name} could not be had from {source}."

    def __init__(
        self, instrument: Instrument, source: str, words: str = "", *, retry_after: float | None = None
    ) -> None:
        """``words`` are the provider's own, for the log; ``retry_after`` its wish, in seconds."""
        super().__init__(instrument.key, source, words)
        self.instrument = instrument
        self.source = source
        self.words = words
        self.retry_after = retry_after

    @property
    def reason(self) -> str:
        """The cause in a few words, to follow "out of date:"."""
        return f"{publisher(self.source)} could not be asked"

    def again(self, instrument: Instrument | None = None, *, retry_after: float | None = None) -> Self:
        """The same cause once more, for another asker: an exception raised twice would carry both their
        stacks.
        """
        wish = self.retry_after if retry_after is None else retry_after
        return type(self)(instrument or self.instrument, self.source, self.words, retry_after=wish)

    def __str__(self) -> str:
        return self.sentence.format(name=self.instrument.name, source=publisher(self.source))


class Transient(SourceError):
    """It will probably pass: the last good answer may stand in."""


class Unreachable(Transient):
    """No reply, or a broken one."""

    sentence = "{name}: {source} did not answer."

    @property
    def reason(self) -> str:
        return f"{publisher(self.source)} did not answer"


class Pending(Unreachable):
    """Asked a moment ago, and still on the way."""

    sentence = "{name}: {source} has not answered yet."

    @property
    def reason(self) -> str:
        return f"{publisher(self.source)} has not answered yet"


class RateLimited(Transient):
    """Asked too often."""

    sentence = "{name}: {source} asked us to slow down."

    @property
    def reason(self) -> str:
        return f"{publisher(self.source)} asked us to slow down"


class Lasting(SourceError):
    """Asking again will not help."""


class Refused(Lasting):
    """Not from here, or not without a key."""

    sentence = "{name}: {source} does not serve this place."

    @property
    def reason(self) -> str:
        return f"{publisher(self.source)} does not serve this place"


class UnknownSymbol(Lasting):
    """The catalogue names something the provider does not have."""

    sentence = "{name}: {source} does not know it."

    @property
    def reason(self) -> str:
        return f"{publisher(self.source)} does not know it"


class NoData(Lasting):
    """It exists, but there is nothing to show."""

    sentence = "{name}: {source} has nothing to show for it."

    @property
    def reason(self) -> str:
        return f"{publisher(self.source)} has nothing to show"


class BadData(Lasting):
    """The answer breaks the rules of `Bars`."""

    sentence = "{name}: {source} answered with prices that cannot be right."

    @property
    def reason(self) -> str:
        return f"{publisher(self.source)} answered with prices that cannot be right"
