"""What a person is told: the event, the price, where it is from, how old it is, and the link to that very
view.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from analytics.stress_score import say_score
from market.instruments import Instrument, Unit
from market.moments import write_moment
from market.rules import Direction, LevelRule, Measure, MeasureRule, Rule
from market.text import age, decimal, full_moment, price, zone_range
from market.zones import write_zone
from watch.machine import Notice, Topic

_WHAT = {
    Measure.PRICE: "",
    Measure.CHANGE_1D: "change on the day",
    Measure.DRAWDOWN: "drawdown",
    Measure.CORRELATION: "correlation",
    Measure.STRESS: "stress score",
}
ON_LEVELS = ("BTC", "IXIC", "VIX")
_CRYPTO = ("crypto", "derivative")
_HEADS = {
    Topic.DATA_LOST: "Data lost",
    Topic.DATA_BACK: "Data is back",
    Topic.RECOVERED: "Over",
}


@dataclass(frozen=True, slots=True)
class Told:
    """The words of one notice."""

    title: str
    text: str
    link: str


def compose(rule: Rule, notice: Notice, known: Mapping[str, Instrument], public_url: str) -> Told:
    """The words for ``notice``; without a public address there is no link."""
    instrument = known.get(rule.keys[0])
    subject = name_rule(rule, instrument)
    match notice.topic:
        case Topic.LEVEL:
            title = f"{subject}: {notice.detail.rstrip('.')}"
            text = ""
        case Topic.FIRED:
            title = f"{subject}"
            text = notice.detail
        case _:
            title = f"{_HEADS.get(notice.topic, 'Moved')}: {subject}"
            text = notice.detail
    parts = [text, _number(rule, notice, instrument)]
    return Told(
        title, " ".join(part for part in parts if part), view_link(rule, notice.at, instrument, public_url)
    )


def name_rule(rule: Rule, instrument: Instrument | None) -> str:
    """A rule in words: its own name, else what it watches."""
    if rule.name:
        return rule.name
    short = instrument.short if instrument else rule.keys[0]
    if isinstance(rule, LevelRule):
        prices = zone_range(rule.zone, instrument) if instrument else write_zone(rule.zone)
        return f"{short} {prices}"
    side = "at or above" if rule.direction is Direction.ABOVE else "at or below"
    other = f" with {rule.other}" if rule.other else ""
    if rule.measure is Measure.STRESS:
        short = "Market"
    parts = (short, f"{_WHAT[rule.measure]}{other}", side, write_value(rule, rule.threshold, instrument))
    return " ".join(part for part in parts if part)


def write_value(rule: Rule, value: float, instrument: Instrument | None) -> str:
    """A number of a rule, in its unit."""
    if isinstance(rule, MeasureRule) and rule.measure is not Measure.PRICE:
        if rule.measure in (Measure.CHANGE_1D, Measure.DRAWDOWN):
            return decimal(value, 1, suffix="%")
        return decimal(value, 2) if rule.measure is Measure.CORRELATION else say_score(value)
    return price(value, instrument) if instrument else decimal(value, 2)


def view_link(rule: Rule, at: datetime, instrument: Instrument | None, public_url: str) -> str:
    """The page as it stood at ``at``, on what the rule watches; empty without a public address."""
    if not public_url:
        return ""
    path, asked = _view(rule, instrument)
    return f"{public_url}{path}?{urlencode({**asked, 'asof': write_moment(at)}, safe=':')}"


def _view(rule: Rule, instrument: Instrument | None) -> tuple[str, dict[str, str]]:
    if isinstance(rule, LevelRule):
        written = write_zone(rule.zone)
        return "/levels", {"keys": rule.zone.key, "zone": written, "level": written}
    is_crypto = instrument is not None and instrument.group in _CRYPTO
    match rule.measure:
        case Measure.CORRELATION:
            return "/crypto", {"window": str(rule.window)}
        case Measure.DRAWDOWN:
            return "/crypto" if is_crypto else "/tech", {}
        case Measure.PRICE | Measure.CHANGE_1D if rule.key in ON_LEVELS:
            return "/levels", {"keys": rule.key}
        case Measure.PRICE | Measure.CHANGE_1D if is_crypto:
            return "/crypto", {}
        case _:
            return "/", {}


def mute_link(link: str, public_url: str) -> str:
    """The page that asks whether to mute a target; the change itself needs a press of its button."""
    return f"{public_url}/levels?{urlencode({'mute': link})}" if public_url else ""


def _number(rule: Rule, notice: Notice, instrument: Instrument | None) -> str:
    if notice.value is None or notice.as_of is None:
        return ""
    what = "Close" if notice.topic is Topic.LEVEL else "Now"
    if (
        instrument is not None
        and instrument.unit is Unit.USD
        and what == "Now"
        and isinstance(rule, LevelRule)
    ):
        what = "Price"
    source = f", {notice.source}" if notice.source else ""
    old = age(max(notice.at - notice.as_of, notice.at - notice.at))
    value = write_value(rule, notice.value, instrument)
    return f"{what} {value}, {full_moment(notice.as_of)} ({old} old{source})."
