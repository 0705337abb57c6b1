"""Stress, the rebound tests and past falls, as components take them."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from analytics import episodes as past
from analytics.rebound import Scoreboard, scoreboard
from analytics.rebound_tests import ReboundTest, Verdict
from analytics.stress import Stress, stress
from analytics.stress_map import stress_map
from analytics.stress_score import SCALE
from app.present import told
from app.present.drawing import Absent, Drawing, remembered
from components.lines import Line
from components.overlay import overlay, overlay_alt
from components.page.cards import Kind, note
from components.page.gauge import Part, gauge
from components.page.html import Html, join
from components.page.numbers import Number, Shown, Tone, changed, shown
from components.page.tables import Align, Column, rows
from components.scores import score_alt, stress_history
from components.stress_map import stress_map as map_chart
from components.stress_map import stress_map_alt
from components.text import (
    MISSING,
    Write,
    change,
    correlation,
    decimal,
    full_day,
    funding,
    money_flow,
    named_day,
    percent,
    percentile,
    price,
    whole,
)
from market.bars import Bars
from market.episodes import Episode
from market.instruments import Unit
from market.readings import Envelope

SERIES = ("VIX", "IXIC", "GSPC", "HYG", "LQD", "IEF", "TLT", "DXY", "BTC", "BTC_FUNDING", "SMH", "IGV")
BOARDS = ("IXIC", "GSPC", "BTC")
WRITERS: dict[str, Write] = {
    "percent": change,
    "percent per 8 h": funding,
    "million USD": money_flow,
    "percentile": percentile,
}
WEEK = 5
MEDIAN_SESSIONS = 252
CORNERS = {
    "calm": "calm on both sides",
    "narrow": "the stress is narrow: in tech and crypto, not in credit",
    "systemic": "the stress is systemic: in tech, crypto and credit",
    "credit alone": "the stress is in credit alone",
}
# A share of a whole has no sign; a change has one.
SHARES = frozenset({"rebound_retracement", "rebound_breadth", "rebound_volume", "rebound_volatility"})
SAID = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.NOT_YET: "not yet", Verdict.UNKNOWN: "unknown"}


@remembered
def measured(known: tuple[Bars, ...]) -> Stress:
    """The stress score of these series."""
    return stress({bars.key: bars for bars in known})


def score_gauge(found: Stress) -> Html | Absent:
    """The score with its band, what it was, its parts, and what is missing from it."""
    if found.score.value is None:
        return Absent("No stress score yet.", found.score.why or "")
    parts = [Part(block.title, block.score.value, shown(block.score, whole)) for block in found.blocks]
    median = found.history["score"].iloc[-MEDIAN_SESSIONS:].median()
    bar = gauge(
        shown(found.score, whole), SCALE, _then(found), float(median), parts, median_name="Median so far"
    )
    lines = [
        f"Without crypto: {whole(found.tradfi.value)}. Crypto alone: {whole(found.crypto.value)}.",
        f"±{decimal(found.uncertainty)} points; {percent(found.coverage.value)} of the weight is available.",
    ]
    return join((bar, note(Kind.PLAIN, lines[0], lines[1])))


@remembered
def score_line(known: tuple[Bars, ...], phone: bool) -> Drawing | Absent:
    """The score through time."""
    history = measured(known).history["score"].dropna()
    if len(history) < 2:
        return Absent("No history of the score yet.")
    return Drawing(
        stress_history(history, SCALE, height=140, phone=phone),
        score_alt(history, "Stress score"),
        known,
    )


@remembered
def narrow_or_systemic(known: tuple[Bars, ...], named: tuple[Episode, ...], phone: bool) -> Drawing | Absent:
    """The map of tech and crypto stress against credit and funding stress, with the way that led here."""
    found = stress_map(
        {bars.key: bars for bars in known}, {each.name: (each.start, each.end) for each in named}
    )
    if not found.trail:
        return Absent("No map yet.", found.narrow.why or found.systemic.why or "")
    days = pd.DatetimeIndex([place.day for place in found.trail])
    narrow = pd.Series([place.narrow for place in found.trail], index=days)
    systemic = pd.Series([place.systemic for place in found.trail], index=days)
    labelled = {name: (place.narrow, place.systemic) for name, place in found.labelled.items()}
    return Drawing(
        map_chart(narrow, systemic, labelled, phone=phone),
        stress_map_alt(narrow, systemic),
        known,
        CORNERS.get(found.corner or "", ""),
    )


@remembered
def boards(known: tuple[Bars, ...], keys: tuple[str, ...]) -> tuple[Scoreboard, ...]:
    """The rebound scoreboard of each of ``keys``."""
    by_key = {bars.key: bars for bars in known}
    return tuple(scoreboard(key, by_key) for key in keys)


def say_lows(boards: Sequence[Scoreboard]) -> str:
    """Why the low that is judged may be another than the one of the relief rally."""
    days = ", ".join(f"{board.name} {full_day(board.rally.low_day)}" for board in boards if board.rally)
    if not days:
        return ""
    return (
        f"{days}. A low counts from the bounce that confirmed it until the next bounce, for up to 65 closes; "
        "the relief rally on Tech starts at the lowest close of the last 20, which may be another day."
    )


def board_table(boards: Sequence[Scoreboard]) -> Html:
    """Every test with what it asks for, and each asset's verdict and value."""
    columns = (
        Column("Test", Align.PROSE),
        Column("Passes if", Align.PROSE, wide=True),
        *(Column(board.name, Align.PROSE) for board in boards),
        Column("What it has been worth", Align.PROSE, wide=True, grey=True),
    )
    by_key = [{test.key: test for test in board.tests} for board in boards]
    tested = max(by_key, key=len).values()
    cells = [
        (test.title, test.threshold, *(_verdict(tests.get(test.key)) for tests in by_key), test.note)
        for test in tested
    ]
    return rows("Rebound tests", columns, cells)


def rates_table(boards: Sequence[Scoreboard]) -> Html:
    """The fall that is judged, how many tests pass, and what past bounces and luck alone came to."""
    columns = (Column("", Align.PROSE), *(Column(board.name, Align.PROSE) for board in boards))
    cells: list[tuple[Shown, ...]] = [
        ("High of the fall", *(_high(board) for board in boards)),
        ("Its low, which the tests judge", *(_low(board) for board in boards)),
        ("Tests passed", *(_passed(board) for board in boards)),
        ("Of bounces loaded here, new low later", *(told(board.past, percent) for board in boards)),
        ("As published elsewhere", *(_published(board) for board in boards)),
        ("By luck, a walk without drift", *(told(board.null, percent) for board in boards)),
    ]
    return rows("Base rates", columns, cells)


def _verdict(test: ReboundTest | None) -> Shown:
    if test is None or (test.why or "").startswith("Does not apply"):
        return MISSING
    said = SAID[test.verdict]
    if test.value.value is None:
        return Number(test.value, said, Tone.MUTED)
    tone = Tone.PLAIN if test.verdict in (Verdict.PASS, Verdict.FAIL) else Tone.MUTED
    return Number(test.value, f"{said} · {_tested(test)}", tone)


def _tested(test: ReboundTest) -> str:
    """The number that the rule looks at, as it is compared."""
    value = test.value.value
    if test.key in SHARES:
        return decimal(value, 1, suffix="%")
    if test.key == "rebound_macro":
        return f"{percentile(value)} of the dollar’s 20-session moves"
    return _write(test.value)(value)


def _high(board: Scoreboard) -> Shown:
    rally = board.rally
    return MISSING if rally is None else _on(rally.high, rally.high_day)


def _low(board: Scoreboard) -> Shown:
    rally = board.rally
    return MISSING if rally is None else _on(rally.low, rally.low_day)


def _on(close: Envelope, day: date) -> Number:
    """A close and its day."""
    prefix = "$" if close.unit == Unit.USD else ""
    return shown(close, lambda value: f"{decimal(value, prefix=prefix)} on {full_day(day)}")


def _passed(board: Scoreboard) -> str:
    if not board.applicable:
        return "none can be judged"
    profile = f": {board.profile}" if board.profile else ""
    return f"{board.passed} of {board.applicable}{profile}"


def _published(board: Scoreboard) -> str:
    rate = board.published
    if rate is None:
        return MISSING
    low, share, high = (percent(100 * each) for each in (rate.low, rate.failed_share, rate.high))
    return f"{share} ({low} to {high}), n {rate.n}, {rate.years}"


@remembered
def falls_of(key: str, known: tuple[Bars, ...], named: tuple[Episode, ...], depth: float) -> past.Episodes:
    """The falls of one series found by rule, and the named ones its history holds."""
    return past.episodes(key, {bars.key: bars for bars in known}, named, depth)


@remembered
def falls_overlay(
    key: str, known: tuple[Bars, ...], named: tuple[Episode, ...], depth: float, phone: bool
) -> Drawing | Absent:
    """Falls laid over each other from their peaks; the present one in amber."""
    found = falls_of(key, known, named, depth)
    every = _once(found)
    current = found.current or next(iter(reversed(found.falls)), None)
    if current is None:
        return Absent("No fall that deep.", found.why or "The loaded history holds none.")
    others = [_path(fall) for fall in every if fall.peak_day != current.peak_day]
    figure = overlay(_path(current), others, height=380, phone=phone)
    return Drawing(
        figure, overlay_alt(_path(current), others), tuple(bars for bars in known if bars.key == key)
    )


def falls_table(found: past.Episodes, bars: Bars | None) -> Html | Absent:
    """Peak, low, depth, speed, days to recover and Bitcoin's beta of each fall."""
    every = _once(found)
    if bars is None or not every:
        return Absent("No fall that deep.", found.why or "The loaded history holds none.")
    columns = (
        Column("Fall", Align.TEXT),
        Column("Peak", Align.TEXT, wide=True),
        Column("Low", Align.TEXT),
        Column("Depth", strong=True),
        Column("Sessions down", wide=True),
        Column("Days to recover"),
        Column("Bitcoin beta", wide=True),
    )
    cells = [
        (
            fall.name,
            f"{price(fall.peak.price, bars.instrument)}, {full_day(fall.peak_day)}",
            f"{price(fall.low.price, bars.instrument)}, {full_day(fall.low_day)}",
            changed(fall.depth, bars.instrument),
            decimal(fall.sessions_down),
            shown(fall.recovery_days, whole) if fall.recovery_days.value is not None else "not yet",
            shown(fall.beta, correlation, Tone.MUTED),
        )
        for fall in every
    ]
    current = next((place for place, fall in enumerate(every) if fall.is_current), None)
    return rows("Falls", columns, cells, current)


def say_sequels(found: past.Episodes) -> str:
    """What past falls did next, or why no percentage is given; nothing where no prices are known."""
    if found.why:
        return ""
    if found.current is None:
        return "There is no fall at this moment."
    told = [
        f"Over {each.sessions} sessions: median {change(each.quantiles[0.5])}, n {each.n}."
        if each.quantiles
        else f"Over {each.sessions} sessions: {each.why}"
        for each in found.sequels
    ]
    return " ".join(told)


def say_missing(found: past.Episodes) -> str:
    """The named episodes that the loaded history does not hold."""
    if found.why or not found.missing:
        return ""
    return f"Not in the loaded history: {', '.join(found.missing)}."


def _then(found: Stress) -> str:
    history = found.history["score"].dropna()
    if len(history) <= WEEK:
        return "of 100"
    before, week = float(history.iloc[-2]), float(history.iloc[-1 - WEEK])
    day: date = pd.Timestamp(history.index[-2]).date()
    return f"of 100. {whole(before)} on {named_day(day)}, {whole(week)} a week earlier"


def _once(found: past.Episodes) -> list[past.PastFall]:
    """Every fall once, oldest first; one that has a name keeps it."""
    by_peak = {fall.peak_day: fall for fall in (*found.falls, *found.named)}
    return [by_peak[day] for day in sorted(by_peak)]


def _path(fall: past.PastFall) -> Line:
    return Line(fall.name, fall.path / 100 - 1)


def _write(number: Envelope) -> Write:
    return WRITERS.get(number.unit, lambda value: decimal(value, 2))
