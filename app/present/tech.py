"""What the tech page shows, as components take it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from analytics.averages import SPANS, Average, moving_average
from analytics.ranks import rank_among_last
from analytics.rebound import Rally
from analytics.rotation import WindowReturns
from app.present import day_of, line, trail_of
from components.bars import Bar, Said
from components.lines import Line
from components.multiples import Panel
from components.page.html import Html
from components.page.numbers import Tone, changed, priced, shown
from components.page.tables import Align, Column, rows
from components.page.tiles import Tile
from components.text import change, full_day, percent, price, ranked
from components.theme import INK, MUTED, ZONE
from market.bars import Bars
from market.readings import Envelope, Reading, envelope

RANK_WINDOWS = (21, 63, 126, 252)
ALL = 100.0
AVERAGE_COLOURS = dict(zip(SPANS, (ZONE, MUTED, INK), strict=True))


@dataclass(frozen=True, slots=True)
class Move:
    """One card of sorted bars: which number it ranks, and what the article said of it."""

    name: str
    title: str
    definition: str
    formula: str
    said: Said | None = None


MOVES = (
    Move(
        "change_1d_pct",
        "The last day",
        "Close on close. Shaded: −1.8% to −2.5%, what the article said of several sessions",
        "change_1d",
        Said(-2.5, -1.8, "the article"),
    ),
    Move("change_1w_pct", "One week", "Against the last close at least seven days earlier", "change_1w"),
    Move(
        "ytd_pct",
        "Since 1 January",
        "Shaded: −8% to −14%, what the article said of the Nasdaq 100, chips and software",
        "ytd",
        Said(-14.0, -8.0, "the article"),
    ),
    Move(
        "from_2025_high_pct",
        "From the 2025 high",
        "Highest close of 2025. Shaded: −18% to −30%, what the article said of leading software names",
        "from_2025_high",
        Said(-30.0, -18.0, "the article"),
    ),
)


def breadth_tile(share: Envelope, line: pd.Series) -> Tile:
    """How many of the page's markets stand above their own 50-session mean."""
    return Tile(
        name="Above their 50-day mean",
        value=shown(share, percent),
        about=f"of {share.n} indices and funds" if share.value is not None else share.why or "",
        trail=trail_of(line),
    )


def average_lines(bars: Bars, shown_bars: Bars) -> list[Line]:
    """The moving averages over the stretch that is drawn."""
    close, first = bars.finished.close, shown_bars.frame.index[0]
    lines = [(span, moving_average(close, span).loc[first:].dropna()) for span in SPANS]
    return [Line(f"{span}-day", values, AVERAGE_COLOURS[span], 1.3) for span, values in lines if len(values)]


def averages_table(found: Iterable[Average], bars: Bars) -> Html:
    """Each average: its value, how far the price is from it, and since when it has been on this side."""
    columns = (
        Column("Mean of the last", Align.TEXT),
        Column("Stands at"),
        Column("Price is"),
        Column("Since", Align.TEXT),
    )
    cells = [
        (
            f"{each.span} closes",
            priced(each.value, bars.instrument),
            shown(each.distance, change, Tone.MUTED),
            _side(each),
        )
        for each in found
    ]
    return rows("Moving averages", columns, cells)


def ranks_table(bars: Bars) -> Html:
    """The newest day among the worst of the last month, quarter, half year and year; a rise among the best."""
    rose = float(bars.returns.iloc[-1]) > 0
    returns, what = (-bars.returns, "best") if rose else (bars.returns, "worst")
    columns = (Column("Of the last", Align.TEXT), Column("Rank", strong=True))
    cells = []
    for window in RANK_WINDOWS:
        found = envelope(
            rank_among_last(returns, window), bars, f"place of {window}", "rank_252", window=window
        )
        cells.append(
            (f"{window} sessions", shown(found, lambda place: ranked(int(place), what) if place else "–"))
        )
    return rows("Rank of the last day", columns, cells)


def move_bars(readings: Mapping[str, Reading], keys: Iterable[str], name: str) -> list[Bar]:
    """One number of each market, lowest first; the missing ones last."""
    bars = [
        Bar(readings[key].instrument.short, readings[key].value(name), own=key in ("IXIC", "BTC"))
        for key in keys
        if key in readings
    ]
    return sorted(bars, key=lambda bar: (bar.value is None, bar.value or 0.0))


def rally_table(rallies: Iterable[tuple[Bars, Rally]]) -> Html:
    """The rise off the low of each market: low, gain since, and how much of the fall it has made good."""
    columns = (
        Column("Market", Align.TEXT),
        Column("Low", Align.TEXT),
        Column("Gain since"),
        Column("Of the fall made good", strong=True),
    )
    cells = [
        (
            bars.instrument.short,
            f"{price(rally.low.value, bars.instrument)} on {full_day(rally.low_day)}",
            changed(rally.gain, bars.instrument),
            shown(rally.retraced, made_good),
        )
        for bars, rally in rallies
    ]
    return rows("Relief rally", columns, cells)


def made_good(share: float | None) -> str:
    """The share of a fall that a rise has made good; beyond it, all."""
    return "all of it" if share is not None and share >= ALL else percent(share)


def rotation_bars(found: WindowReturns, known: Mapping[str, Bars]) -> list[Bar]:
    """Havens (amber) and high-beta holdings (grey), best first."""
    return [
        Bar(
            known[leg.key].instrument.short if leg.key in known else leg.name,
            leg.change.value,
            own=leg.is_haven,
        )
        for leg in found.legs
    ]


def _side(each: Average) -> str:
    if each.is_above is None:
        return ""
    side = "above" if each.is_above else "below"
    if each.since is None:
        return f"{side} ever since the mean is known"
    first = ", the first such close known" if each.last_other_side is None else ""
    return f"{side} since {full_day(day_of(each.since))}{first}"


def last_moves(bars: Bars) -> pd.Series:
    """The moves (percent) of the last month of sessions."""
    return 100 * bars.returns.iloc[-RANK_WINDOWS[0] :]


def streak_alt(bars: Bars) -> str:
    """The last moves in words."""
    told = ", ".join(change(float(value)) for value in last_moves(bars).iloc[-5:])
    return f"{bars.instrument.name}, the last five moves: {told}."


def panel(bars: Bars, falls: pd.Series) -> Panel:
    """One small drawdown chart."""
    return Panel(line(bars, falls), lambda value: percent(None if value is None else 100 * value))
