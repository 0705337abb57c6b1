"""What a person is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from market import catalogue
from market.rules import Direction, LevelRule, Measure, MeasureRule
from market.zones import Zone
from watch.machine import Notice, Topic
from watch.messages import compose, mute_link, name_rule, view_link

NOW = datetime(2026, 2, 11, 11, 0, 12, tzinfo=UTC)
KNOWN = catalogue.load().instruments
HOME = "https://stress.example"
LEVEL = LevelRule("z", Zone("BTC", 68_000, 70_000))
LOST = Notice(
    Topic.LEVEL, "e", NOW, 66_504.0, NOW - timedelta(seconds=12), "Coinbase", "Turned back, from below."
)
FUNDING = MeasureRule("f", Measure.PRICE, "BTC_FUNDING", Direction.BELOW, -0.01, 0.0)


def watch(measure: Measure, key: str, threshold: float, **changes: str) -> MeasureRule:
    return MeasureRule("r", measure, key, Direction.BELOW, threshold, threshold, **changes)


def test_a_level_event_says_event_price_source_age_and_view() -> None:
    told = compose(LEVEL, LOST, KNOWN, HOME)
    assert told.title == "Bitcoin $68K–$70K: Turned back, from below"
    assert told.text == "Close $66,504, Wed 11 Feb 2026, 11:00 UTC (12 s old, Coinbase)."
    opens = "keys=BTC&zone=BTC:68000-70000&level=BTC:68000-70000"
    assert told.link == f"{HOME}/levels?{opens}&asof=2026-02-11T11:00Z"


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (watch(Measure.PRICE, "BTC", 60_000), "Bitcoin at or below $60,000"),
        (watch(Measure.DRAWDOWN, "BTC", -50), "Bitcoin drawdown at or below −50.0%"),
        (watch(Measure.CHANGE_1D, "IXIC", -3), "Nasdaq change on the day at or below −3.0%"),
        (
            watch(Measure.CORRELATION, "BTC", 0.7, other="IXIC"),
            "Bitcoin correlation with IXIC at or below 0.70",
        ),
        (watch(Measure.STRESS, "IXIC", 70), "Market stress score at or below 70"),
        (watch(Measure.PRICE, "VIX", 30, name="Fear"), "Fear"),
        (replace(LEVEL, zone=Zone("BTC", 80_600, 80_600)), "Bitcoin $80.6K"),
    ],
)
def test_a_rule_is_named_by_what_it_watches(rule: MeasureRule | LevelRule, name: str) -> None:
    assert name_rule(rule, KNOWN[rule.keys[0]]) == name


def test_lost_data_says_why() -> None:
    lost = Notice(Topic.DATA_LOST, "e", NOW, detail="A did not answer.")
    told = compose(FUNDING, lost, KNOWN, "")
    assert told.title.startswith("Data lost: ")
    assert (told.text, told.link) == ("A did not answer.", "")


def test_every_topic_has_words() -> None:
    for topic in Topic:
        told = compose(LEVEL, replace(LOST, topic=topic), KNOWN, HOME)
        assert told.title
        assert told.text


def test_an_unknown_instrument_is_named_by_its_key() -> None:
    rule = replace(LEVEL, zone=Zone("GONE", 1, 2))
    assert compose(rule, LOST, KNOWN, "").title.startswith("GONE GONE:1-2")


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        (watch(Measure.PRICE, "BTC", 60_000), "/levels?keys=BTC&"),
        (watch(Measure.CHANGE_1D, "IXIC", -3), "/levels?keys=IXIC&"),
        (watch(Measure.PRICE, "ETH", 2_000), "/crypto?"),
        (watch(Measure.PRICE, "GLD", 400), "/?"),
        (FUNDING, "/crypto?"),
        (watch(Measure.DRAWDOWN, "BTC", -50), "/crypto?"),
        (watch(Measure.DRAWDOWN, "IXIC", -10), "/tech?"),
        (watch(Measure.STRESS, "IXIC", 70), "/?"),
        (watch(Measure.CORRELATION, "BTC", 0.7, other="IXIC"), "/crypto?window=60&"),
    ],
)
def test_links_open_the_very_view(rule: MeasureRule, path: str) -> None:
    link = view_link(rule, NOW, KNOWN[rule.key], HOME)
    assert link == f"{HOME}{path}asof=2026-02-11T11:00Z"
    assert view_link(rule, NOW, KNOWN[rule.key], "") == ""


def test_a_mute_link_needs_an_address() -> None:
    assert mute_link("a b", HOME) == f"{HOME}/levels?mute=a+b"
    assert mute_link("a", "") == ""
