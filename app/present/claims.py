"""What the Claims page shows, as components take it."""

from collections import Counter
from collections.abc import Iterable, Sequence

from analytics.checking import Checked, Claim, Verdict
from analytics.claims import claim_named, claims
from analytics.dividends import total_returns
from app.present.drawing import remembered
from components.bars import Said
from components.page.html import Html, link, span
from components.page.numbers import Number, Shown, Tone
from components.page.tables import Align, Column, rows
from market.bars import Bars
from market.text import full_day, short_day

COUNTED = (Verdict.HOLDS, Verdict.DEPENDS, Verdict.FAILS)
TONES = {Verdict.FAILS: Tone.WARN, Verdict.NOT_MEASURED: Tone.MUTED, Verdict.NOT_YET: Tone.MUTED}


@remembered
def checked(known: tuple[Bars, ...], hours: tuple[Bars, ...]) -> tuple[Checked, ...]:
    """Every claim of the article and what came of it."""
    daily = {bars.key: bars for bars in known}
    return claims(daily, {bars.key: bars for bars in hours}, total_returns(daily))


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
    rest = f"{counts[Verdict.NOT_MEASURED]} more cannot be judged from the figures here."
    if counts[Verdict.NOT_YET]:
        rest += f" {counts[Verdict.NOT_YET]} are about days that are not over."
    return (
        title,
        f"From the article “How the February 2026 Tech Rout Is Driving a Global Risk-Off Cycle”. {rest}",
    )


def said_in(key: str, band: tuple[float, float], markets: Iterable[Bars]) -> Said | None:
    """The range that a claim gives (fractions), to hold bars against; None on days that it is not about.

    What counts is the newest day of ``markets``: that is the day of the values beside it.
    """
    days = [bars.dates[-1].date() for bars in markets]
    if not days or not claim_named(key).is_about(max(days)):
        return None
    low, high = (100 * end for end in band)
    return Said(low, high, "the article")


def said_by_article(key: str) -> Html:
    """Who said it, as a link to the row of the claim."""
    return link("said by the article of February 2026", f"claims#{_anchor(key)}")


def topics(found: Sequence[Checked]) -> list[str]:
    """The topics in the article's order."""
    return list(dict.fromkeys(each.claim.topic for each in found))


def table(found: Sequence[Checked], topic: str) -> Html:
    """The claims of one topic: what was said, what it measures to, the verdict, and how it was measured."""
    columns = (
        Column("The article says", Align.PROSE, share=24),
        Column("Verdict", Align.TEXT, strong=True, share=9),
        Column("Measured", Align.PROSE, share=33),
        Column("About", Align.PROSE, wide=True, grey=True, share=9),
        Column("How", Align.PROSE, wide=True, grey=True, share=25),
    )
    told = [each for each in found if each.claim.topic == topic]
    cells = [
        (each.claim.says, _verdict(each), each.why, _about(each.claim), each.claim.measure) for each in told
    ]
    anchors = [_anchor(each.claim.key) for each in told]
    return rows(f"Claims on {topic.lower()}", columns, cells, anchors=anchors)


def _anchor(key: str) -> str:
    return f"claim-{key}"


def _about(claim: Claim) -> str:
    """The days that a claim is about; now where it names none and can be judged."""
    if claim.about is None:
        return "now" if claim.check else ""
    first, last = claim.about
    return full_day(last) if first == last else f"{short_day(first, last)} to {full_day(last)}"


def _verdict(each: Checked) -> Shown:
    first, tone = next(iter(each.numbers.values()), None), TONES.get(each.verdict, Tone.PLAIN)
    if first is None:
        return span(tone.value, each.verdict.value)
    return Number(first, each.verdict.value, tone)
