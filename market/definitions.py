"""Definitions: what each number on a page means, told once, next to the code that computes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Definition:
    """One entry of the Methods page.

    ``key`` is the formula's name in an `Envelope` and the anchor on the page; the rest is what a reader asks:
    how it is computed, from which sample, what happens with gaps, and who published the method.
    """

    key: str
    title: str
    formula: str
    sampling: str
    gaps: str
    source: str
    group: str = ""
