"""Everything now: prices, how far below their highs, the watched levels, and what moves together."""

import streamlit as st

from analytics import stories
from analytics.alignment import align
from analytics.changes import what_changed
from analytics.clustering import heatmap_order
from analytics.correlation import correlate, correlation_matrix, rolling_correlate
from analytics.drawdowns import drawdown_since
from analytics.readings import read_all
from analytics.zones import follow_all
from app import present
from app.services import known
from app.session import here, hours, moment_now, since, view, watched
from app.widgets import (
    card,
    choose_window,
    explain_missing,
    is_phone,
    show,
    show_empty,
    show_html,
    show_story,
)
from components.heatmap import heatmap, heatmap_alt
from components.page.levels import events, level_strip, level_table
from components.page.numbers import priced
from components.page.tables import watch_table
from components.page.tiles import tiles
from components.rolling import rolling, rolling_alt
from components.text import full_day
from components.underwater import underwater, underwater_alt

TILES = ("IXIC", "GSPC", "BTC", "ETH", "VIX", "US10Y")
FALLS = ("GSPC", "IXIC", "GLD", "IGV", "BTC")
TOGETHER = ("IXIC", "GSPC", "IGV", "SOX", "BTC", "ETH", "GLD", "HYG", "VIX", "DXY", "IEF")
WATCHED = {
    "Tech and equities": ("IXIC", "GSPC", "DJI", "IGV", "SOX", "VIX"),
    "Crypto": ("BTC", "ETH", "SOL"),
    "Macro and havens": ("US10Y", "DXY", "GLD", "HYG"),
}

moment = moment_now()
batch = here().many(known())
readings = read_all(batch)
bitcoin, nasdaq = batch.get("BTC"), batch.get("IXIC")
levels = follow_all(bitcoin, watched("BTC")) if bitcoin else ()
pair = align([bitcoin, nasdaq], hours("BTC")) if bitcoin and nasdaq else None
link = correlate(pair["BTC"], pair["IXIC"], view().window) if pair else None

show_story(stories.overview(batch.found, readings, levels, moment, link))
show_html(tiles(present.tiles_of(readings, batch.found, known().pick(*TILES))))
explain_missing(batch.missing)

left, right = st.columns([2, 1])
with (
    left,
    card(
        "falls",
        "How far below the peak",
        f"Fall from the highest close since {full_day(since().date())}",
        "drawdown",
    ),
):
    falling = batch.pick(*FALLS)
    lines = [present.line(bars, drawdown_since(bars.linked, since())) for bars in falling.values()]
    show(underwater(lines, phone=is_phone()), "falls", underwater_alt(lines), falling.values())
with right, card("changed", "What changed", "Since the close before, most unusual first", "unusual"):
    show_html(present.changes_table(what_changed(batch.found, readings, TOGETHER)))

left, right = st.columns(2)
with (
    left,
    card(
        "levels", "Bitcoin key levels", "Distance from the last price; states from UTC closes", "zone_state"
    ),
):
    if bitcoin:
        show_html(
            level_strip(
                priced(readings["BTC"]["last"], bitcoin.instrument),
                [each.zone for each in levels],
                bitcoin.instrument,
            )
        )
        show_html(
            level_table(
                "Bitcoin key levels", [present.level_row(each, bitcoin.instrument) for each in levels]
            )
        )
        show_html(events(present.latest_events(levels, bitcoin.instrument, 4)))
    else:
        show_empty("No Bitcoin prices.", "The levels come back with them.")
with (
    right,
    card(
        "link",
        "Does Bitcoin move with the Nasdaq?",
        "Correlation of daily returns with its 95% interval. Grey band: weak link",
        "correlation",
    ),
):
    window = choose_window((20, 60, 90))
    if pair:
        drawn = rolling_correlate(pair["BTC"], pair["IXIC"], window)
        show(
            rolling(drawn["value"], drawn["low"], drawn["high"], phone=is_phone()),
            "link",
            rolling_alt(drawn["value"], f"Correlation of Bitcoin and the Nasdaq over {window} sessions"),
            [bitcoin, nasdaq],
            note=f"{window} sessions · {pair.sampling(window)}",
        )
    else:
        show_empty("Bitcoin or the Nasdaq is missing.")

left, right = st.columns(2)
with (
    left,
    card(
        "together",
        "What moves together",
        f"Correlation of daily moves, {view().window} sessions, grouped by similarity",
        "correlation",
    ),
):
    present_keys = batch.pick(*TOGETHER)
    if len(present_keys) > 1:
        aligned = align(list(present_keys.values()), hours("BTC", "ETH"))
        matrix = correlation_matrix(aligned.moves, view().window)
        matrix = matrix.ordered(heatmap_order(matrix.value))
        names = [known()[key].short for key in matrix.keys]
        show(
            heatmap(names, matrix.cells, phone=is_phone()),
            "together",
            heatmap_alt(names, matrix.cells),
            present_keys.values(),
            note=f"{view().window} sessions · {aligned.sampling(view().window)}",
        )
    else:
        show_empty("Too few markets have prices.")
with right, card("watch", "Watch list", "Newest prices; the day they belong to stands on the tiles"):
    groups = [
        (name, [present.watch_row(readings[key], batch[key]) for key in batch.pick(*keys)])
        for name, keys in WATCHED.items()
    ]
    show_html(watch_table("Watch list", groups))
