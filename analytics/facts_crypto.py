"""What is worth saying of the crypto market beside its prices: funding, fund flows, mood."""

from analytics import crypto
from analytics.facts import usable
from market.bars import Bars
from market.facts import Fact, Quoted, Tone
from market.text import funding, money_flow, whole


def funding_now(prints: Bars) -> Fact | None:
    """Who pays to hold a perpetual future, where that is the unusual side."""
    found = crypto.funding_summary(prints)
    if not usable(found.last) or found.last.value is None or found.last.value >= 0:
        return None
    rate = Quoted(funding(found.last.value), prints.key, "funding_last", found.last)
    return Fact(("Bitcoin’s funding rate is ", rate, ", so shorts pay longs"), 1.7)


def flows_of_days(flows: Bars) -> Fact | None:
    """What the spot Bitcoin funds took in or lost over their last five published days."""
    total = crypto.flow_summary(flows).sum_5
    if not usable(total) or not total.value:
        return None
    verb, tone = ("took in", Tone.BETTER) if total.value > 0 else ("lost", Tone.WORSE)
    size = Quoted(money_flow(abs(total.value)), flows.key, "etf_flow_sum_5", total)
    return Fact((f"spot Bitcoin funds {verb} ", size, " over their last five trading days"), 1.6, tone)


def mood_now(index: Bars) -> Fact | None:
    """The published crypto fear and greed index, with its own word."""
    found = crypto.mood(index)
    if not usable(found.value) or found.value.value is None:
        return None
    value = Quoted(whole(found.value.value), index.key, "fear_and_greed", found.value)
    return Fact(("the crypto fear and greed index stands at ", value, f", {found.word.lower()}"), 1.5)
