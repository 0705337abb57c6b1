"""What the Claims page shows, as components take it."""

from collections import Counter
from collections.abc import Sequence

from analytics.checking import Checked, Verdict
from analytics.claims import claims
from app.present.drawing import remembered
from components.page.html import Html, span
from components.page.numbers import Number, Shown, Tone
from components.page.tables import Align, Column, rows
from market.bars import Bars

COUNTED = (Verdict.HOLDS, Verdict.DEPENDS, Verdict.FAILS)
TONES = {Verdict.FAILS: Tone.WARN, Verdict.NOT_MEASURED: Tone.MUTED, Verdict.NOT_YET: Tone.MUTED}


@remembered
def checked(known: tuple[Bars, ...], hours: tuple[Bars, ...]) -> tuple[Checked, ...]:
    """Every claim of the article and what came of it."""
    return claims({bars.key: bars for bars in known}, {bars.key: bars for bars in hours})


def story(found: Sequence[Checked]) -> tuple[str, str]:
    """How many claims hold, in a headline and a sentence."""
    counts = Counter(each.verdict for each in found)
    measured = sum(counts[verdict] for verdict in COUNTED)
    if not measured:
        return "None of the article’s claims can be judged yet", "Each is judged at the end of its own day."
    title = (
        f"Of {measured} claims that can be measured, {counts[Verdict.HOLDS]} hold, "
        f"{counts[Verdict.FAILS]} fail and {counts[Verdict.DEPENDS]} depend on the definition"
    )
    rest = f"{counts[Verdict.NOT_MEASURED]} more need figures that are not here."
    if counts[Verdict.NOT_YET]:
        rest += f" {counts[Verdict.NOT_YET]} are about days that are not over."
    return (
        title,
        f"From the article “How the February 2026 Tech Rout Is Driving a Global Risk-Off Cycle”. {rest}",
    )


def topics(found: Sequence[Checked]) -> list[str]:
    """The topics in the article's order."""
    return list(dict.fromkeys(each.claim.topic for each in found))


def table(found: Sequence[Checked], topic: str) -> Html:
    """The claims of one topic: what was said, what it measures to, the verdict, and how it was measured."""
    columns = (
        Column("The article says", Align.PROSE, share=26),
        Column("Verdict", Align.TEXT, strong=True, share=9),
        Column("Measured", Align.PROSE, share=35),
        Column("How", Align.PROSE, wide=True, grey=True, share=30),
    )
    cells = [
        (each.claim.says, _verdict(each), each.why, each.claim.measure)
        for each in found
        if each.claim.topic == topic
    ]
    return rows(f"Claims on {topic.lower()}", columns, cells)


def _verdict(each: Checked) -> Shown:
    first, tone = next(iter(each.numbers.values()), None), TONES.get(each.verdict, Tone.PLAIN)
    if first is None:
        return span(tone.value, each.verdict.value)
    return Number(first, each.verdict.value, tone)
