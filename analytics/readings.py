"""One instrument now: the numbers every page, tile, table and route shows of it."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

import pandas as pd

from analytics import drawdowns, ranks, returns, volatility
from analytics.rebasing import ratio_envelope
from market.bars import Bars
from market.calendars import day_of
from market.definitions import Definition
from market.instruments import Calendar, Instrument
from market.moments import say_day
from market.publishers import publisher
from market.readings import Envelope, Reading, Result, envelope, joint_envelope, missing
from market.text import full_day

RANK_WINDOW = 252
WEEK_DAYS = 7
HIGH_YEAR = 2025
PUBLISHED = "published"
HIGH_DAY = "set on"
"""The input that says which day a highest close was set on."""
HISTORY_FROM = "history from"
"""The input that says when a history begins whose source tells its newest days only."""
SHORT = "short"
VOLATILITY_WINDOW = {Calendar.XNYS: 20, Calendar.ALWAYS: 30}

NO_PERCENT = "An amount or a score of one day has no change in percent."
IN_POINTS = "A yield changes in basis points, not in percent."

DEFINITIONS = (
    Definition(
        key="last",
        title="Last price",
        formula="The newest close; while a day or session is open, the newest hour known.",
        sampling="New York close for sessions, 00:00 UTC for crypto; an open bar is provisional. A Treasury "
        "yield is of its own close, and known once the Federal Reserve’s H.15 prints it at 16:15 in New York "
        "on its next business day; ETF flows are known by 06:00 UTC of the next day, fear and greed from "
        "00:00 UTC of its own day.",
        gaps="A day without a print keeps the last price and is marked out of date.",
        source="The publisher named beside the number.",
        group="Prices",
    ),
    Definition(
        key="change_1d",
        title="Change on the day",
        formula="P(t) / P(t−1) − 1; a yield: the difference in basis points.",
        sampling="Close to close. An open bar is measured since the last close, wholly on its own venue.",
        gaps="Missing where the close of the session or day before is: no change is measured over a gap.",
        source="Simple return.",
        group="Prices",
    ),
    Definition(
        key="change_1w",
        title="Change on the week",
        formula=f"P(t) / P(last close dated at least {WEEK_DAYS} days earlier) − 1.",
        sampling="Close to close, so that a Friday is set against the Friday before.",
        gaps="Missing where history starts later, and where that close is missing.",
        source="Simple return.",
        group="Prices",
    ),
    Definition(
        key="ytd",
        title="Change since 1 January",
        formula="P(t) / P(last close of the previous calendar year) − 1.",
        sampling="Close to close; crypto from the midnight UTC that ends 31 December.",
        gaps="Missing where history starts within the year, and where that close is missing.",
        source="Simple return.",
        group="Prices",
    ),
    Definition(
        key="drawdown",
        title="Distance from the highest close",
        formula="P(t) / max(P) − 1 over the history shown on the Sources page, the longest at hand: where an "
        "exchange tells its newest days only, older closes of another source in the same money stand "
        "before them, joined where the two agree. Else the number is flagged `short` and says since when.",
        sampling="Closes on closes; the low-on-high form is larger and is always named where it is used.",
        gaps="A missing close neither makes nor moves a high; the number is then flagged `gap`. A thing that "
        "nobody holds (a volatility, a rate, a currency, stress, a mood) has no fall from its high.",
        source="Magdon-Ismail and Atiya (2004).",
        group="Falls",
    ),
    Definition(
        key="from_2025_high",
        title=f"Distance from the {HIGH_YEAR} high",
        formula=f"P(t) / highest close of calendar {HIGH_YEAR} − 1; above zero once that high is passed.",
        sampling="Closes on closes.",
        gaps=f"Missing where no close of {HIGH_YEAR} is known, and for a gauge.",
        source="Simple return.",
        group="Falls",
    ),
    Definition(
        key="year_range",
        title="Range of a year",
        formula="The lowest and the highest close of the last 252 sessions, or 365 days, of what is loaded.",
        sampling="Closes, an open bar counted at its newest price; a shorter history says since when.",
        gaps="A missing close is neither; the number is then flagged `gap`.",
        source="Order statistic.",
        group="Falls",
    ),
    Definition(
        key="streak",
        title="Streak",
        formula="Number of rises (+) or falls (−) in a row up to the newest price; an unchanged one ends it.",
        sampling="Close to close; a bar still open counts provisionally.",
        gaps="Missing where the newest return is. A gap ends the count: flagged `gap`, it may be longer.",
        source="Run length.",
        group="Falls",
    ),
    Definition(
        key="rank_252",
        title=f"Rank among the last {RANK_WINDOW}",
        formula=f"1 + how many of the last {RANK_WINDOW} returns were lower; 1 is the worst day, a tie too.",
        sampling="Simple close-to-close returns, the newest included.",
        gaps="Missing until the history is that long. A missing return is left out, and n says how many are "
        "known; missing where the newest is, and with less than 80% of them.",
        source="Order statistic.",
        group="Falls",
    ),
    Definition(
        key="realised_vol",
        title="Realised volatility",
        formula=(
            "Standard deviation (n − 1) of log returns × √(periods a year): "
            f"{VOLATILITY_WINDOW[Calendar.XNYS]} sessions on √252, "
            f"{VOLATILITY_WINDOW[Calendar.ALWAYS]} UTC days on √365."
        ),
        sampling="Finished bars, close to close.",
        gaps="A return beside a close that is missing or not positive is left out, and n says how many are "
        "known; missing with less than 80% of them.",
        source="Close-to-close estimator.",
        group="Volatility",
    ),
)


def read(bars: Bars) -> Reading:
    """Everything we say of one instrument at the end of ``bars``.

    Changes of a yield stand under names that end in ``_bp``; what an instrument has no use for is missing and
    says why.
    """
    numbers: dict[str, Envelope] = {"last": last_of(bars)}
    for name, compute in _CHANGES.items():
        numbers[f"{name}_pct"] = _percent(bars, name, compute)
        if bars.instrument.moves_in_basis_points:
            moved = _difference(bars, compute(bars)).scaled(100)
            numbers[f"{name}_bp"] = _number(moved, bars, "bp", name)
    for name, (formula, compute) in _RATIOS.items():
        if name in _FALLS and bars.instrument.is_gauge:
            numbers[name] = missing("percent", formula, drawdowns.NO_FALL, bars.provenance.source)
        else:
            numbers[name] = _percent(bars, formula, compute)
    for name, (unit, compute) in _COUNTS.items():
        if bars.instrument.flow:
            numbers[name] = missing(unit, name, NO_PERCENT, bars.provenance.source)
        else:
            numbers[name] = _number(compute(bars), bars, unit, name)
    return Reading(bars.instrument, numbers)


def unread(instrument: Instrument, why: str, recorded: Bars | None = None) -> Reading:
    """The reading of an instrument without bars: every number that `read` gives is missing, and ``why``.

    Where a recording holds it, its last price is that of ``recorded``, with the date and the state of one.
    """
    named = {"last": (instrument.unit.value, "last")}
    for name in _CHANGES:
        named[f"{name}_pct"] = "percent", name
        if instrument.moves_in_basis_points:
            named[f"{name}_bp"] = "bp", name
    named |= {name: ("percent", formula) for name, (formula, _) in _RATIOS.items()}
    named |= {name: (unit, name) for name, (unit, _) in _COUNTS.items()}
    numbers = {name: missing(*number, why) for name, number in named.items()}
    return Reading(instrument, numbers if recorded is None else {**numbers, "last": last_of(recorded)})


def read_all(batch: Iterable[Bars]) -> dict[str, Reading]:
    """The reading of each instrument, by key."""
    return {bars.key: read(bars) for bars in batch}


def last_of(bars: Bars) -> Envelope:
    """The newest price; of a figure that is published later than its day, when it was."""
    result = Result(bars.last, n=1, as_of=bars.as_of, since=bars.as_of)
    day = published_on(bars)
    told = {} if day is None else {"of": say_day(bars.dates[-1].date()), PUBLISHED: say_day(day)}
    return envelope(result, bars, bars.instrument.unit.value, "last", **told)


def published_on(bars: Bars) -> date | None:
    """The New York day on which the newest figure of ``bars`` was published, where that is after its own."""
    habit, day = bars.instrument.published_by(bars.provenance.source), bars.dates[-1].date()
    printed = habit.of(day).astimezone(habit.zone).date() if habit else day
    return printed if printed > day and bars.in_progress is None else None


def _number(result: Result, bars: Bars, unit: str, formula: str) -> Envelope:
    if formula == "realised_vol":
        bars = bars.finished
    inputs = {} if result.value is None else _inputs(bars, formula)
    return ratio_envelope(result, bars, unit, formula, **inputs)


def _inputs(bars: Bars, formula: str) -> dict[str, float | str]:
    """The prices a reader needs to do the sum again."""
    close = bars.linked
    if formula in ("change_1d", "streak", "rank_252"):
        return {"price": float(close.iloc[-1]), "close before": float(close.iloc[-2])}
    if formula == "drawdown":
        high = drawdowns.highest(close)
        day = {} if high is None else {HIGH_DAY: full_day(day_of(high.at))}
        return {"price": float(close.iloc[-1]), "highest close": float(close.max()), **day, **_history(bars)}
    return {"price": float(close.iloc[-1])}


def _history(bars: Bars) -> dict[str, float | str]:
    """When a short history begins, and who tells the older closes of one that was joined."""
    known = bars.provenance
    since = {HISTORY_FROM: full_day(bars.dates[0].date())} if known.windowed else {}
    if known.older is None:
        return {**since}
    first = full_day(day_of(known.older.before))
    return {**since, f"closes before {first} from": publisher(known.older.provenance.source)}


def _drawdown(bars: Bars) -> Result:
    found = drawdowns.latest_drawdown(bars.linked)
    is_short = bars.provenance.windowed and found.value is not None
    return replace(found, flags=(*found.flags, SHORT)) if is_short else found


def _percent(bars: Bars, formula: str, compute: Callable[[Bars], Result]) -> Envelope:
    if bars.instrument.flow or bars.instrument.moves_in_basis_points:
        why = NO_PERCENT if bars.instrument.flow else IN_POINTS
        return missing("percent", formula, why, bars.provenance.source)
    return _number(compute(bars).scaled(100), bars, "percent", formula)


def _difference(bars: Bars, ratio: Result) -> Result:
    """The difference over the same rows that ``ratio`` spans, in the instrument's own unit."""
    if ratio.value is None or ratio.window is None:
        return ratio
    close = bars.linked
    moved = float(close.iloc[-1] - close.iloc[-1 - ratio.window])
    return Result(moved, n=ratio.n, as_of=ratio.as_of, window=ratio.window)


def _moves(bars: Bars) -> pd.Series:
    return bars.changes if bars.instrument.moves_in_basis_points else bars.returns


def _volatility(bars: Bars) -> Result:
    calendar = bars.instrument.calendar
    closed = bars.finished.close
    return volatility.realised_volatility(closed, VOLATILITY_WINDOW[calendar], calendar.periods_per_year)


_CHANGES: dict[str, Callable[[Bars], Result]] = {
    "change_1d": lambda bars: returns.change_over(bars.linked, 1),
    "change_1w": lambda bars: returns.change_over_days(bars.linked, bars.dates, WEEK_DAYS),
    "ytd": lambda bars: returns.year_to_date(bars.linked, bars.dates),
}

_RATIOS: dict[str, tuple[str, Callable[[Bars], Result]]] = {
    "drawdown_pct": ("drawdown", _drawdown),
    "from_2025_high_pct": (
        "from_2025_high",
        lambda bars: drawdowns.from_high_of_year(bars.linked, bars.dates, HIGH_YEAR),
    ),
    "realised_vol_pct": ("realised_vol", _volatility),
}

_FALLS = frozenset({"drawdown_pct", "from_2025_high_pct"})

_COUNTS: dict[str, tuple[str, Callable[[Bars], Result]]] = {
    "streak": ("closes in a row", lambda bars: ranks.streak(_moves(bars))),
    "rank_252": (f"place of {RANK_WINDOW}", lambda bars: ranks.rank_among_last(_moves(bars), RANK_WINDOW)),
}


def year_range(bars: Bars) -> tuple[Envelope, Envelope]:
    """The lowest and the highest close of the last year of ``bars``, each as of its own instant."""
    kept = bars.close.iloc[-bars.instrument.calendar.periods_per_year :].dropna()
    return _one_close(kept, int(kept.argmin()), bars), _one_close(kept, int(kept.argmax()), bars)


def _one_close(kept: pd.Series, place: int, bars: Bars) -> Envelope:
    found = Result(float(kept.iloc[place]), n=len(kept), as_of=kept.index[place].to_pydatetime())
    span = {"from": full_day(day_of(kept.index[0])), "to": full_day(day_of(kept.index[-1]))}
    return joint_envelope(found, [bars], bars.instrument.unit.value, "year_range", **span)
