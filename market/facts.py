"""Facts: sentences that carry the numbers they were made from."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from market.readings import Envelope


class Tone(IntEnum):
    """Which way a fact points, so that two of them are joined by "and" or by "but"."""

    WORSE = -1
    NEUTRAL = 0
    BETTER = 1


@dataclass(frozen=True, slots=True)
class Quoted:
    """A number as a sentence says it: the words, and the number of ``key`` they were made from."""

    text: str
    key: str
    name: str
    number: Envelope


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement: words and quoted numbers in order, how much it matters, and which way it points.

    The words make a clause that begins in lower case unless it begins with a name, and ends without a stop.
    ``brief`` is a shorter form for a headline; empty where there is none. ``subject`` is what the clause is
    about, in the words it begins with.
    """

    parts: tuple[str | Quoted, ...]
    weight: float = 1.0
    tone: Tone = Tone.NEUTRAL
    brief: tuple[str | Quoted, ...] = ()
    subject: str = ""

    @property
    def text(self) -> str:
        """The clause as a reader sees it."""
        return words(self.parts)

    @property
    def short(self) -> "Fact":
        """The same fact in its shorter form."""
        return replace(self, parts=self.brief, brief=()) if self.brief else self

    @property
    def numbers(self) -> tuple[Quoted, ...]:
        """The numbers it quotes, in order, those of its shorter form last."""
        return tuple(part for part in (*self.parts, *self.brief) if isinstance(part, Quoted))

    def after(self, before: "Fact") -> tuple[str | Quoted, ...]:
        """The parts as they follow ``before``: what that one has just named is "it"."""
        first = self.parts[0]
        if not self.subject or self.subject != before.subject or not isinstance(first, str):
            return self.parts
        return (first.replace(f"{self.subject} ", "it ", 1), *self.parts[1:])

    @property
    def sentence(self) -> tuple[str | Quoted, ...]:
        """The parts as a sentence: a capital first, a full stop last."""
        first = self.parts[0]
        head = first[:1].upper() + first[1:] if isinstance(first, str) else first
        return (head, *self.parts[1:], ".")


@dataclass(frozen=True, slots=True)
class Story:
    """What a page says first: a headline, the sentences under it, and every fact behind them, ranked.

    ``rest`` are the facts that neither of the two tells.
    """

    headline: tuple[str | Quoted, ...]
    standfirst: tuple[str | Quoted, ...] = ()
    facts: tuple[Fact, ...] = ()
    rest: tuple[Fact, ...] = ()

    @property
    def title(self) -> str:
        """The headline as plain text."""
        return words(self.headline)


def words(parts: Iterable[str | Quoted]) -> str:
    """Parts of a sentence as plain text."""
    return "".join(part if isinstance(part, str) else part.text for part in parts)
