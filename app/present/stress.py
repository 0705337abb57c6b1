"""The stress score and the map of narrow and systemic stress, as components take them."""

from dataclasses import replace
from datetime import date

import pandas as pd

from analytics import stress as score
from analytics import stress_map
from analytics.stress_score import SCALE
from app.present.drawing import Absent, Drawing, remembered
from components.page.gauge import Part, gauge
from components.page.html import Html, join
from components.page.numbers import Number, Shown, shown
from components.page.tables import Align, Column, rows
from components.scores import score_alt, stress_history
from components.stress_map import stress_map as map_chart
from components.stress_map import stress_map_alt
from components.text import decimal, named_day, percent, short_day, whole
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
    parts = [Part(block.title, block.score.value, shown(block.score, whole)) for block in found.blocks]
    median = found.history["score"].iloc[-MEDIAN_SESSIONS:].median()
    bar = gauge(
        shown(found.score, whole), SCALE, _then(found), float(median), parts, median_name="Median so far"
    )
    beside = (
        ("Without crypto", shown(found.tradfi, whole)),
        ("Crypto alone", shown(found.crypto, whole)),
        ("Weight available", shown(found.coverage, percent)),
        (
            "What other weights would change",
            Number(found.uncertainty_number, f"±{decimal(found.uncertainty)} points"),
        ),
    )
    return join((bar, rows("Beside the score", (Column("", Align.TEXT), Column("", strong=True)), beside)))


def contributions_table(found: score.Stress) -> Html | Absent:
    """What each block puts into the score: the points add up to it."""
    if found.score.value is None:
        return Absent("No stress score yet.", found.score.why or "")
    columns = (Column("Block", Align.TEXT), Column("Score"), Column("Weight"), Column("Points", strong=True))
    blocks = [
        (
            each.title,
            shown(each.score, whole),
            Number(each.contribution, percent(100 * each.weight)),
            shown(each.contribution, _points),
        )
        for each in found.blocks
    ]
    total = ("All together", "", "", shown(found.score, _points))
    return rows("What the score is made of", columns, [*blocks, total], len(blocks))


def _points(value: float | None) -> str:
    return decimal(value, 1)


@remembered
def score_line(known: tuple[Bars, ...], phone: bool, height: int = 140) -> Drawing | Absent:
    """The score through time."""
    history = measured(known).history["score"].dropna()
    if len(history) < 2:
        return Absent("No history of the score yet.")
    return Drawing(
        stress_history(history, SCALE, height=height, phone=phone),
        score_alt(history, "Stress score"),
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
    before, week = (_subject(shown(found.past(each), whole)) for each in (1, WEEK))
    return "of 100. ", before, f" on {named_day(day, seen_from)}, ", week, " a week earlier"


def _subject(number: Number) -> Number:
    return replace(number, subject=str(dict(number.envelope.inputs).get("session", "")))
