"""Sentences about funding, fund flows and mood, on made-up series."""

from dataclasses import replace

import pytest

from analytics.facts_crypto import flows_of_days, funding_now, mood_now
from market.bars import Bars
from market.facts import Fact
from tests.analytics.bars import series


def late(bars: Bars) -> Bars:
    """The same bars, out of date."""
    return replace(bars, provenance=replace(bars.provenance, stale_because="nothing came"))


def text(fact: Fact | None) -> str:
    assert fact is not None
    return fact.text


def test_negative_funding_says_who_pays_and_other_funding_nothing() -> None:
    fact = funding_now(series("BTC_FUNDING", [0.01, 0.01, -0.004]))
    assert text(fact) == "Bitcoin’s funding rate is −0.004%, so shorts pay longs"
    assert funding_now(series("BTC_FUNDING", [0.01, -0.01, 0.004])) is None


@pytest.mark.parametrize(
    ("flow", "said"), [(-300.0, "lost $1.50B"), (20.0, "took in $100M")], ids=["outflows", "inflows"]
)
def test_five_days_of_fund_flows_are_added_up(flow: float, said: str) -> None:
    fact = flows_of_days(series("BTC_ETF_FLOW", [999.0, *[flow] * 5]))
    assert text(fact) == f"spot Bitcoin funds {said} over their last five trading days"
    assert flows_of_days(series("BTC_ETF_FLOW", [flow] * 4)) is None


def test_the_mood_has_its_publishers_word() -> None:
    assert text(mood_now(series("FNG", [40.0, 9.0]))) == (
        "the crypto fear and greed index stands at 9, extreme fear"
    )


def test_what_is_out_of_date_says_nothing() -> None:
    assert funding_now(late(series("BTC_FUNDING", [-0.01, -0.01]))) is None
    assert flows_of_days(late(series("BTC_ETF_FLOW", [10.0] * 6))) is None
    assert mood_now(late(series("FNG", [9.0, 9.0]))) is None
