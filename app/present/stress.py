"""The stress score and the map of narrow and systemic stress, as components take them."""

from dataclasses import replace
from datetime import date

import pandas as pd

from analytics import stress as score
from analytics import stress_map
from analytics.stress_score import SCALE, say_score
from analytics.stress_words import like_with_like, regime_word, why_regime
from app.present.drawing import Absent, Drawing, remembered
from components.page.cards import Kind, note
from components.page.gauge import Part, gauge
from components.page.html import Html, join
from components.page.numbers import Number, Shown, shown
from components.page.tables import Align, Column, rows
from components.scores import score_alt, stress_history
from components.stress_map import stress_map as map_chart
from components.stress_map import stress_map_alt
from components.text import decimal, named_day, on_scale, percent, short_day
from market.bars import Bars, State
from market.episodes import Episode

SERIES = tuple(dict.fromkeys((*score.SERIES, *stress_map.SERIES)))
WEEK = 5
MEDIAN_SESSIONS = 252
CORNERS = {
    "calm": "calm on both sides",
    "narrow": "the stress is narrow: in tech and crypto, not in credit",
    "systemic": "the stress is systemic: in tech, crypto and credit",
    "credit alone": "the stress is in credit alone",
}


@remembered
def measured(known: tuple[Bars, ...]) -> score.Stress:
    """The stress score of these series."""
    return score.stress({bars.key: bars for bars in known})


def score_gauge(found: score.Stress) -> Html | Absent:
    """The score with its band, what it was, its parts, and what is missing from it."""
    if found.score.value is None:
        return Absent("No stress score yet.", found.score.why or "")
    parts = [Part(block.title, block.score.value, shown(block.score, say_score)) for block in found.blocks]
    median = found.history["score"].iloc[-MEDIAN_SESSIONS:].median()
    bar = gauge(
        shown(found.score, say_score),
        SCALE,
        _then(found),
        float(median),
        parts,
        median_name="Median so far",
        word=(regime_word(found), found.regime),
    )
    beside = (
        ("Without crypto", shown(found.tradfi, say_score)),
        ("Crypto alone", shown(found.crypto, say_score)),
        ("Weight available", shown(found.coverage, percent)),
        ("Uncertainty", Number(found.uncertainty_number, f"±{decimal(found.uncertainty)} points")),
    )
    table = rows("Beside the score", (Column("", Align.TEXT), Column("", strong=True)), beside)
    return join((bar, note(Kind.PLAIN, "Regime.", _standing(found)), table))


def _standing(found: score.Stress) -> str:
    """What the word stands on: how sure, since when, on which components, and up to when they reach."""
    compared = [each for each in map(found.compared, (1, WEEK)) if each]
    changed = next((words for each in compared if (words := like_with_like(each))), "")
    return " ".join(part for part in (why_regime(found), changed, f"{found.made_at}.") if part)


def contributions_table(found: score.Stress) -> Html | Absent:
    """What each block puts into the score: the points add up to it."""
    if found.score.value is None:
        return Absent("No stress score yet.", found.score.why or "")
    columns = (Column("Block", Align.TEXT), Column("Score"), Column("Weight"), Column("Points", strong=True))
    blocks = [
        (
            each.title,
            shown(each.score, say_score),
            Number(each.contribution, percent(100 * each.weight)),
            shown(each.contribution, _points),
        )
        for each in found.blocks
    ]
    total = ("All together", "", "", shown(found.score, _points))
    table = rows("What the score is made of", columns, [*blocks, total], len(blocks))
    return join((table, note(Kind.PLAIN, "Points.", _why_less(found)))) if found.discount.value else table


def _why_less(found: score.Stress) -> str:
    """Why the points of a block are fewer than its score times its weight."""
    mean = dict(found.discount.inputs)["mean"]
    return (
        "The points of a block are fewer than its score × its weight, as the blocks do not move as one: "
        f"score × weight adds up to {decimal(float(mean), 1)}, which diversification brings down to "
        f"{_points(found.score.value)}."
    )


def _points(value: float | None) -> str:
    return on_scale(value, SCALE, 1)


@remembered
def score_line(known: tuple[Bars, ...], phone: bool, height: int = 140) -> Drawing | Absent:
    """The score through time."""
    past = measured(known).history
    history = past["score"].dropna()
    if len(history) < 2:
        return Absent("No history of the score yet.")
    changed = past.loc[history.index[1:], "new_basket"]
    return Drawing(
        stress_history(history, SCALE, changed.index[changed], height=height, phone=phone),
        score_alt(history, "Stress score", say_score),
        known,
    )


@remembered
def narrow_or_systemic(known: tuple[Bars, ...], named: tuple[Episode, ...], phone: bool) -> Drawing | Absent:
    """The map of tech and crypto stress against credit and funding stress, with the way that led here."""
    found = stress_map.stress_map(
        {bars.key: bars for bars in known}, {each.name: (each.start, each.end) for each in named}
    )
    if not found.trail:
        return Absent("No map yet.", found.narrow.why or found.systemic.why or "")
    days = pd.DatetimeIndex([place.day for place in found.trail])
    narrow = pd.Series([place.narrow for place in found.trail], index=days)
    systemic = pd.Series([place.systemic for place in found.trail], index=days)
    labelled = {name: (place.narrow, place.systemic) for name, place in found.labelled.items()}
    return Drawing(
        map_chart(
            narrow,
            systemic,
            labelled,
            high=stress_map.HIGH,
            now=_say_last(found.trail[-1].day, known),
            phone=phone,
        ),
        stress_map_alt(narrow, systemic),
        known,
        CORNERS.get(found.corner or "", ""),
    )


def _say_last(day: date, known: tuple[Bars, ...]) -> str:
    """A day with its year where that is not the year of the newest price, or every price is old."""
    moving = [bars.as_of for bars in known if not bars.provenance.stale_because]
    return short_day(day, max(moving, default=None))


def _then(found: score.Stress) -> tuple[Shown, ...]:
    """What the score was at the close before the last one, and a week before that."""
    history = found.history["score"].dropna()
    if len(history) <= WEEK:
        return ("of 100",)
    day: date = pd.Timestamp(history.index[-2]).date()
    seen_from = None if found.score.state is State.STALE else pd.Timestamp(history.index[-1])
    before, week = (_subject(shown(found.past(each), say_score)) for each in (1, WEEK))
    return "of 100. ", before, f" on {named_day(day, seen_from)}, ", week, " a week earlier"


def _subject(number: Number) -> Number:
    return replace(number, subject=str(dict(number.envelope.inputs).get("session", "")))
