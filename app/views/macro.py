"""Rates, the dollar, credit and commodities: is the stress narrow, or everywhere?"""

import streamlit as st

from analytics import stories
from analytics.alignment import align
from analytics.clustering import heatmap_order
from analytics.correlation import correlation_matrix
from analytics.macro import macro_rows
from analytics.readings import read_all
from analytics.returns import indexed
from app import present
from app.present import macro
from app.services import known
from app.session import here, hours, moment_now, since
from app.widgets import (
    card,
    choose_pill,
    choose_range,
    choose_switch,
    choose_window,
    explain_missing,
    is_phone,
    show,
    show_empty,
    show_html,
    show_story,
)
from components.bars import ranked_bars, ranked_bars_alt
from components.heatmap import difference, heatmap, heatmap_alt
from components.indexed import indexed as indexed_chart
from components.indexed import indexed_alt
from components.multiples import multiples, multiples_alt
from components.page.tiles import tiles
from components.text import full_day

TOGETHER = ("IXIC", "GSPC", "IGV", "BTC", "GLD", "WTI", "HYG", "LQD", "IEF", "TLT", "DXY", "US10Y", "VIX")
COMPARED = ("IXIC", "BTC", "GLD", "TLT", "DXY")

moment, phone = moment_now(), is_phone()
batch = here().many(known().pick(*TOGETHER, "US2Y"))
readings = read_all(batch)
lines_of = macro_rows(batch.found)

show_story(stories.macro(batch.found, readings, moment, macro.percentiles(lines_of)))
strip = present.tiles_of(readings, batch.found, known().pick("VIX", "DXY", "US10Y", "US2Y", "GLD", "WTI"))
show_html(tiles(strip))
explain_missing(batch.missing)

left, right = st.columns([2, 1])
with (
    left,
    card(
        "indexed",
        "One hundred on the same day",
        f"Closes, set to 100 on {full_day(since().date())}",
        "indexed",
    ),
):
    compared = batch.pick(*COMPARED)
    lines = [present.line(each, indexed(each.linked, since())) for each in compared.values()]
    show(
        indexed_chart(lines, height=380, phone=phone),
        "indexed",
        indexed_alt(lines, full_day(since().date())),
        compared.values(),
    )
with (
    right,
    card("safety", "Flight to safety?", "Move of the last week; havens in amber, risk in grey", "change_1w"),
):
    bars = macro.week_bars(readings)
    show(ranked_bars(bars, phone=phone), "safety", ranked_bars_alt(bars), batch.pick(*macro.SAFETY).values())

with card(
    "rows",
    "Where everything stands",
    "Percentile of the level in its own last year; yields and the curve change in basis points",
    "percentile_1y",
):
    show_html(macro.rows_table(lines_of))

with card(
    "panels", "Each on its own scale", "Closes; the yield curve is the 10-year less the 2-year", "last"
):
    start = choose_range().start(moment)
    panels = macro.panels(batch.found, start)
    show(
        multiples(panels, across=4, phone=phone),
        "panels",
        multiples_alt(panels, "Last values"),
        batch.pick(*macro.PANELS).values(),
    )

with card(
    "together",
    "What moves together",
    "Correlation of daily moves; hover for n and the 95% interval",
    "correlation",
):
    with st.container(horizontal=True, vertical_alignment="center"):
        window = choose_window((5, 20, 60, 120, 252))
        method = choose_pill("method", "Method", ("pearson", "spearman"))
        against_calm = choose_switch("stress", "Stress minus calm")
    held = batch.pick(*TOGETHER)
    if len(held) > 1:
        aligned = align(list(held.values()), hours("BTC"))
        matrix = correlation_matrix(aligned.moves, window, method)
        matrix = matrix.ordered(heatmap_order(matrix.value))
        names = [known()[key].short for key in matrix.keys]
        sampled = f"{window} sessions, {method} · {aligned.sampling(window)}"
        if against_calm and "VIX" in held:
            cells, words = macro.against_calm(aligned, held["VIX"], known().scales["VIX"], matrix.keys)
            show(
                difference(names, cells, height=560, phone=phone),
                "together",
                heatmap_alt(names, cells, "Differences"),
                held.values(),
                words,
            )
        else:
            show(
                heatmap(names, matrix.cells, height=560, phone=phone),
                "together",
                heatmap_alt(names, matrix.cells),
                held.values(),
                sampled,
            )
    else:
        show_empty("Too few markets have prices.")
