"""The headline of a page: its two weightiest facts in one sentence, the next ones under it."""

from collections.abc import Iterable, Sequence

from market.facts import Fact, Quoted, Story, Tone

LONGEST = 95
UNDER_IT = 3
SAME_SUBJECT = 1.0
NOTHING = "No prices are known at this moment"

Parts = tuple[str | Quoted, ...]


def tell(facts: Iterable[Fact | None], quiet: Fact | None = None) -> Story:
    """The story of ``facts``; those that are None or repeat an earlier one are left out.

    The headline joins the two weightiest that fit into 95 characters, by "but" when they point different
    ways. ``quiet`` is said when there are no others.
    """
    ranked = _ranked(facts)
    if not ranked:
        return Story(quiet.sentence[:-1] if quiet else (NOTHING,))
    chosen = _chosen(ranked)
    used = {fact.text for fact in chosen}
    others = [fact for fact in ranked if not used & {fact.text, fact.short.text}]
    under, rest = others[:UNDER_IT], others[UNDER_IT:]
    return Story(_joined(chosen), _sentences(under), tuple(ranked), tuple(rest))


def _ranked(facts: Iterable[Fact | None]) -> list[Fact]:
    kept: dict[str, Fact] = {}
    for fact in facts:
        if fact is not None:
            kept.setdefault(fact.text, fact)
    return sorted(kept.values(), key=lambda fact: -fact.weight)


def _chosen(ranked: Sequence[Fact]) -> list[Fact]:
    """The weightiest fact and the next one that still fits beside it, in its shorter form where need be.

    One about something else goes before one about the same. The first is shortened only where nothing fits
    beside it whole.
    """
    first, others = ranked[0], sorted(ranked[1:], key=lambda fact: -_beside(ranked[0], fact))
    for whole in (first, first.short):
        for second in others:
            for form in (second, second.short):
                if len(whole.text) + len(form.text) + len(", and ") <= LONGEST:
                    return [whole, form]
    return [first if len(first.text) <= LONGEST else first.short]


def _beside(first: Fact, fact: Fact) -> float:
    """What a fact weighs as the second of a headline."""
    is_same = bool(first.subject) and fact.subject == first.subject
    return fact.weight - SAME_SUBJECT if is_same else fact.weight


def _joined(chosen: Sequence[Fact]) -> Parts:
    head = chosen[0].sentence[:-1]
    if len(chosen) == 1:
        return head
    tones = {fact.tone for fact in chosen}
    word = ", but " if tones == {Tone.WORSE, Tone.BETTER} else ", and "
    return (*head, word, *chosen[1].after(chosen[0]))


def _sentences(facts: Sequence[Fact]) -> Parts:
    parts: list[str | Quoted] = []
    for fact in facts:
        if parts:
            parts.append(" ")
        parts.extend(fact.sentence)
    return tuple(parts)
