"""What the tech page shows, as components take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from analytics.averages import SPANS, Average, averages, breadth, breadth_line, moving_average
from analytics.claims_stocks import DAILY_FALL, SOFTWARE_BELOW_HIGH, THIS_YEAR
from analytics.dividends import earned
from analytics.drawdowns import drawdown_since
from analytics.falls import Runs, runs
from analytics.ranks import EQUAL, rank_among_last
from analytics.rebound import relief_rally
from analytics.rotation import HAVENS, HIGH_BETA, window_returns
from app.present import line, readings_of, say_day_in, told, trail_of
from app.present.claims import said_by_article, said_in
from app.present.drawing import Absent, Drawing, remembered
from components.bars import Bar, ranked_bars, ranked_bars_alt, streak_bars
from components.history import history, history_alt
from components.lines import Line
from components.multiples import Panel, multiples, multiples_alt
from components.page.html import Html
from components.page.numbers import Number, Phrase, Tone, changed, priced, shown
from components.page.tables import Align, Column, rows
from components.page.tiles import Tile
from components.text import MISSING, change, decimal, full_day, percent, price, ranked, whole
from components.theme import INK, MUTED, NASDAQ, OTHER, ZONE
from market.bars import Bars
from market.calendars import day_of
from market.readings import envelope
from market.zones import Zone

RALLY = "From the lowest close of the last 20 sessions; the fall is from the high before it"
RANK_WINDOWS = (21, 63, 126, 252)
MOVES_TOLD = 5
ALL = 100.0
AVERAGE_COLOURS = dict(zip(SPANS, (ZONE, MUTED, INK), strict=True))


@dataclass(frozen=True, slots=True)
class Move:
    """One card of sorted bars: which number it ranks, and the range that a claim gives it.

    ``of`` is what the claim speaks of.
    """

    name: str
    title: str
    definition: str
    formula: str
    claim: str = ""
    band: tuple[float, float] = (0.0, 0.0)
    of: str = ""


MOVES = (
    Move(
        "change_1d_pct",
        "The last day",
        "Close on close",
        "change_1d",
        "several_sessions",
        DAILY_FALL,
        "of several sessions",
    ),
    Move("change_1w_pct", "One week", "Against the last close at least seven days earlier", "change_1w"),
    Move(
        "ytd_pct",
        "Since 1 January",
        "Against the last close of the year before",
        "ytd",
        "year_to_date",
        THIS_YEAR,
        "of the Nasdaq 100, chips and software",
    ),
    Move(
        "from_2025_high_pct",
        "From the 2025 high",
        "Highest close of 2025",
        "from_2025_high",
        "software_from_high",
        SOFTWARE_BELOW_HIGH,
        "of leading software names",
    ),
)


def breadth_tile(markets: Sequence[Bars]) -> Tile:
    """How many of the page's markets stand above their own 50-session mean."""
    share = breadth(markets)
    about = f"of {share.n} indices and funds" if share.value is not None else share.why or ""
    return Tile(
        name="Above their 50-day mean",
        value=shown(share, percent),
        about=Number(share, about, Tone.MUTED),
        trail=trail_of(breadth_line(markets)),
    )


@remembered
def with_averages(
    bars: Bars | None, start: datetime, zones: tuple[Zone, ...], phone: bool
) -> Drawing | Absent:
    """The closes from ``start`` on, their averages and levels."""
    drawn = bars and bars.from_date(start)
    if bars is None or not drawn or len(drawn) < 2:
        return Absent("Too few closes in this range.", "A line needs two.")
    averages_drawn = _average_lines(bars, drawn)
    figure = history(drawn, averages=averages_drawn, zones=zones, height=360, phone=phone)
    return Drawing(figure, history_alt(drawn), (drawn,))


def averages_table(bars: Bars | None) -> Html | Absent:
    """Each average: its value, how far the price is from it, and since when it has been on this side."""
    if bars is None:
        return Absent("No averages without prices.")
    columns = (
        Column("Mean of the last", Align.TEXT),
        Column("Stands at"),
        Column("Price is"),
        Column("Closes", Align.PROSE),
    )
    cells = [
        (
            f"{each.span} closes",
            priced(each.value, bars.instrument),
            shown(each.distance, change, Tone.MUTED),
            _side(each, bars),
        )
        for each in averages(bars)
    ]
    return rows("Moving averages", columns, cells)


def ranks_table(bars: Bars | None) -> Html | Absent:
    """The newest day among the worst of the last month, quarter, half year and year; a rise the best."""
    if bars is None:
        return Absent("No Nasdaq prices.")
    rose = float(bars.returns.iloc[-1]) > 0 if len(bars) > 1 else False
    returns, what = (-bars.returns, "best") if rose else (bars.returns, "worst")
    cells = []
    for window in RANK_WINDOWS:
        found = rank_among_last(returns, window)
        place = envelope(found, bars, f"place of {window}", "rank_252", window=window)
        is_tied = EQUAL in found.flags
        cells.append((f"{window} sessions", told(place, partial(_say_rank, what=what, is_tied=is_tied))))
    return rows(
        "Rank of the last day", (Column("Of the last", Align.TEXT), Column("Rank", strong=True)), cells
    )


def _say_rank(place: float | None, what: str, is_tied: bool) -> str:
    return ranked(int(place), what, is_tied=is_tied) if place else MISSING


@remembered
def last_moves(bars: Bars | None, phone: bool) -> Drawing | Absent:
    """The moves of the last month of sessions, the run of falls in amber."""
    if bars is None or len(bars) < 2:
        return Absent("No moves yet.")
    moved = 100 * bars.returns.iloc[-RANK_WINDOWS[0] :]
    told = ", ".join(change(float(value)) for value in moved.iloc[-5:])
    return Drawing(
        streak_bars(moved, phone=phone), f"{bars.instrument.name}, the last five moves: {told}.", (bars,)
    )


def runs_table(markets: Sequence[Bars]) -> Html | Absent:
    """The run of falls or rises each market is in, each move of it, and its longest run of falls so far."""
    if not markets:
        return Absent("No prices.")
    columns = (
        Column("Market", Align.TEXT),
        Column("In a row", Align.TEXT),
        Column("Each", wide=True),
        Column("In all", strong=True),
        Column("Longest losing streak", wide=True),
    )
    found = [(bars, runs(bars)) for bars in markets]
    found.sort(key=lambda pair: pair[1].length.value or 0.0)
    cells = [
        (
            bars.instrument.short,
            shown(run.length, _in_a_row),
            Number(run.change, _each(run.moves), Tone.MUTED),
            changed(run.change, bars.instrument),
            Number(run.longest, _longest(run), Tone.MUTED),
        )
        for bars, run in found
    ]
    return rows("Losing streaks", columns, cells)


def say_move(markets: Sequence[Bars], move: Move) -> Phrase:
    """How the number is made, and on the days that the article speaks of, what it said."""
    said = said_in(move.claim, move.band, markets) if move.claim else None
    if said is None:
        return move.definition
    high, low = (f"−{-end:.3g}%" for end in (said.high, said.low))
    return f"{move.definition}. Shaded: {high} to {low} {move.of}, ", said_by_article(move.claim)


@remembered
def moves(markets: tuple[Bars, ...], move: Move, phone: bool) -> Drawing | Absent:
    """One number of each market as sorted bars, over what the article said where it speaks of that day."""
    readings = readings_of(markets)
    bars = [
        Bar(reading.instrument.short, reading.value(move.name), NASDAQ if key == "IXIC" else OTHER)
        for key, reading in readings.items()
    ]
    bars.sort(key=lambda bar: (bar.value is None, bar.value or 0.0))
    if all(bar.value is None for bar in bars):
        return Absent("Not known yet.", "The history starts too late for it.")
    said = said_in(move.claim, move.band, markets) if move.claim else None
    return Drawing(ranked_bars(bars, said=said, phone=phone), ranked_bars_alt(bars), markets)


@remembered
def rotation(held: tuple[Bars, ...], window: int, phone: bool) -> Drawing | Absent:
    """What havens and high-beta holdings returned over the window, dividends included, best first."""
    known = {each.key: each for each in held}
    short = {each.key: each.instrument.short for each in held}
    found, made_of = window_returns(known, window), earned(known, (*HAVENS, *HIGH_BETA))
    bars = [
        Bar(short.get(leg.key, leg.key), leg.change.value, INK if leg.is_haven else OTHER)
        for leg in found.legs
    ]
    if all(bar.value is None for bar in bars):
        return Absent(f"Fewer than {window} sessions are known.")
    spread = f"havens less high beta: {change(found.spread.value)}" if found.spread.value is not None else ""
    without = "dividends left out" if made_of.flags else "dividends included"
    note = " · ".join(filter(None, [f"{window} sessions", spread, without]))
    used = tuple(made_of.series.values())
    return Drawing(ranked_bars(bars, phone=phone), ranked_bars_alt(bars), used, note)


def rally_table(markets: Sequence[Bars]) -> Html | Absent:
    """The rise off the low of each market: low, gain since, and how much of the fall it has made good."""
    columns = (
        Column("Market", Align.TEXT),
        Column("Low", Align.TEXT),
        Column("Gain since"),
        Column("Fall made good", strong=True),
    )
    rallies = [(bars, rally) for bars in markets if (rally := relief_rally(bars))]
    if not rallies:
        return Absent("No rally to measure yet.", "It needs a fall, a low and a close after it.")
    cells = [
        (
            bars.instrument.short,
            Number(
                rally.low, f"{price(rally.low.value, bars.instrument)} on {say_day_in(bars, rally.low_day)}"
            ),
            changed(rally.gain, bars.instrument),
            shown(rally.retraced, _made_good),
        )
        for bars, rally in rallies
    ]
    return rows("Relief rally", columns, cells)


@remembered
def peaks(markets: tuple[Bars, ...], since: datetime, phone: bool) -> Drawing | Absent:
    """The drawdown of each market since a common date, on one scale."""
    panels = [
        Panel(line(bars, falls), lambda value: percent(None if value is None else 100 * value))
        for bars in markets
        if len(falls := drawdown_since(bars.linked, since)) > 1
    ]
    if not panels:
        return Absent("No sessions since that date.")
    figure = multiples(panels, same_y=True, zero=True, phone=phone)
    return Drawing(figure, multiples_alt(panels, "Drawdowns"), markets)


def _average_lines(bars: Bars, drawn: Bars) -> list[Line]:
    close, first = bars.finished.close, drawn.frame.index[0]
    lines = [(span, moving_average(close, span).loc[first:].dropna()) for span in SPANS]
    return [Line(f"{span}-day", values, AVERAGE_COLOURS[span], 1.3) for span, values in lines if len(values)]


def _in_a_row(length: float | None) -> str:
    if not length:
        return MISSING if length is None else "unchanged"
    word = "fall" if length < 0 else "rise"
    return f"{whole(abs(length))} {word}{'s' if abs(length) > 1 else ''}"


def _each(moves: Sequence[float]) -> str:
    """The newest moves of a run; of a long one the last few."""
    told = [decimal(move, 2, signed=True, suffix="%") for move in moves[-MOVES_TOLD:]]
    return ", ".join([*(["…"] if len(moves) > MOVES_TOLD else []), *told]) or MISSING


def _longest(run: Runs) -> str:
    if run.longest_end is None:
        return MISSING
    return f"{whole(run.longest.value)}, to {full_day(run.longest_end)}: {change(run.longest_change.value)}"


def _made_good(share: float | None) -> str:
    return "all of it" if share is not None and share >= ALL else percent(share)


def _side(each: Average, bars: Bars) -> str:
    if each.is_above is None:
        return each.value.why or MISSING
    side, known = "above" if each.is_above else "below", full_day(bars.dates[each.span - 1].date())
    if each.since is None:
        return f"{side} since at least {known}"
    if each.beside_gap:
        return f"{side} since at least {full_day(day_of(each.since))}: no close before"
    first = f", the first since the mean is known ({known})" if each.last_other_side is None else ""
    return f"{side} since {full_day(day_of(each.since))}{first}"
