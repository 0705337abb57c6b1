"""What the overview shows, as components take it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from analytics.alignment import Aligned, align
from analytics.clustering import heatmap_order
from analytics.correlation import correlation_matrix, rolling_correlate
from analytics.drawdowns import drawdown_since
from analytics.zones import ZoneHistory
from app.present import finished, latest_events, level_row, lines_of, recorded_row, watch_row
from app.present.drawing import Absent, Drawing, remembered
from components.heatmap import heatmap, heatmap_alt
from components.page.html import Html, join
from components.page.levels import events, level_strip, level_table
from components.page.numbers import priced
from components.page.tables import watch_table
from components.rolling import rolling, rolling_alt
from components.underwater import underwater, underwater_alt
from data_sources.feed import Batch
from market.bars import Bars
from market.readings import Reading

WATCHED = {
    "Tech and equities": ("IXIC", "GSPC", "DJI", "IGV", "SOX", "VIX"),
    "Crypto": ("BTC", "ETH", "SOL"),
    "Macro and havens": ("US10Y", "DXY", "GLD", "HYG"),
}
NEWEST_EVENTS = 7
TALLEST_ON_A_PHONE = 380


@remembered
def below_peak(falling: tuple[Bars, ...], since: datetime, height: int, phone: bool) -> Drawing | Absent:
    """How far each stands below its highest close since a common date."""
    lines = lines_of(falling, lambda closes: drawdown_since(closes, since))
    if not lines:
        return Absent("Too few prices since that date.", "A line needs two.")
    height = min(height, TALLEST_ON_A_PHONE) if phone else height
    return Drawing(underwater(lines, height=height, phone=phone), underwater_alt(lines), falling)


def key_levels(
    levels: Sequence[ZoneHistory], bars: Bars | None, hours: Bars | None, readings: Mapping[str, Reading]
) -> Html | Absent:
    """The strip of zones, their table, and the newest events."""
    if bars is None:
        return Absent("No prices.", "The levels come back with them.")
    last = priced(readings[bars.key]["last"], bars.instrument)
    return join(
        (
            level_strip(last, [each.zone for each in levels], bars.instrument),
            level_table(f"{bars.instrument.name} key levels", [level_row(each, bars) for each in levels]),
            events(latest_events(levels, [bars, hours] if hours else [bars], NEWEST_EVENTS)),
        )
    )


@remembered
def pair_of(asset: Bars | None, market: Bars | None, hours: tuple[Bars, ...]) -> Aligned | None:
    """The moves of two instruments over common sessions; None where one is not there."""
    if asset is None or market is None:
        return None
    return align([asset, market], {each.key: each for each in hours})


@remembered
def link_through_time(
    asset: Bars | None, market: Bars | None, hours: tuple[Bars, ...], window: int, phone: bool
) -> Drawing | Absent:
    """The correlation of two instruments through time, with its interval."""
    pair = pair_of(asset, market, hours)
    if pair is None or asset is None or market is None:
        return Absent("One of the two is missing.")
    drawn = rolling_correlate(pair[asset.key], pair[market.key], window)
    if not drawn["value"].notna().any():
        return Absent(f"Fewer than {window} common sessions are known.")
    what = f"Correlation of {asset.instrument.name} and the {market.instrument.short} over {window} sessions"
    return Drawing(
        rolling(drawn["value"], drawn["low"], drawn["high"], phone=phone),
        rolling_alt(drawn["value"], what),
        finished((asset, market)),
        f"{window} sessions · {pair.sampling(window)}",
    )


@remembered
def moves_together(
    held: tuple[Bars, ...], hours: tuple[Bars, ...], window: int, method: str, height: int, phone: bool
) -> Drawing | Absent:
    """The correlation of every pair, ordered by similarity."""
    if len(held) < 2:
        return Absent("Too few markets have prices.")
    aligned = align(held, {each.key: each for each in hours})
    matrix = correlation_matrix(aligned, window, method)
    matrix = matrix.ordered(heatmap_order(matrix.value))
    if matrix.why:
        return Absent("Not enough history.", matrix.why)
    short = {each.key: each.instrument.short for each in held}
    names = [short[key] for key in matrix.keys]
    return Drawing(
        heatmap(names, matrix.cells, height=height, phone=phone),
        heatmap_alt(names, matrix.cells),
        finished(held),
        f"{window} sessions, {method} · {aligned.sampling(window)}",
    )


def watch_list(batch: Batch, readings: Mapping[str, Reading]) -> Html:
    """The markets we watch, in groups; a group of which nothing is known is left out."""
    recorded = batch.recorded
    groups = [
        (
            name,
            [
                watch_row(readings[key], batch[key]) if key in batch else recorded_row(recorded[key])
                for key in held
            ],
        )
        for name, keys in WATCHED.items()
        if (held := [key for key in keys if key in batch or key in recorded])
    ]
    return watch_table("Watch list", groups)
