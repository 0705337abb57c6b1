"""`make docs`: writes `docs/methods.md` from the definitions that stand next to the sums."""

from pathlib import Path

from analytics.definitions import by_group
from market.definitions import Definition

FILE = Path(__file__).with_name("methods.md")
OPENING = """\
# Methods

Every number of Market Stress: how it is computed, from which sample, what happens with gaps, and who
published the method. This page is written by `make docs` from the code that computes the numbers; the
Methods page of the dashboard shows the same.
The word in brackets is the `formula` that a number carries in [JSON](api.md).

What holds for all of them:

- Falls, ranks, drawdowns and changes are simple returns; what is averaged or regressed is in logs.
- A New York session counts from its close, a crypto day from the UTC midnight that ends it.
- An open bar is provisional, and its move is measured on one venue.
- A missing value is missing: it is never set to zero and never carried forward into a return.
- Nothing shown at a moment uses anything that was known only after it.
"""
PARTS = (("How", "formula"), ("Sample", "sampling"), ("Gaps", "gaps"), ("Source", "source"))


def methods() -> str:
    """The whole page."""
    groups = by_group()
    contents = ", ".join(f"[{name}](#{name.lower().replace(' ', '-')})" for name in groups)
    sections = [
        "\n".join((f"## {name}\n", *(entry(each) for each in members))) for name, members in groups.items()
    ]
    return "\n".join((OPENING, f"{contents}\n", *sections))


def entry(definition: Definition) -> str:
    """One definition as a heading and a list; parts without words are left out."""
    told = [(name, getattr(definition, field)) for name, field in PARTS]
    lines = [f"- **{name}**: {escape(words)}" for name, words in told if words]
    return "\n".join((f"### {definition.title} (`{definition.key}`)", "", *lines, ""))


def escape(words: str) -> str:
    """Text in which Markdown finds no marks of its own."""
    for mark in "\\*_[]<":
        words = words.replace(mark, f"\\{mark}")
    return words


if __name__ == "__main__":
    FILE.write_text(methods(), "utf-8")
