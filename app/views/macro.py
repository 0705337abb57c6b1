"""Rates, the dollar, credit and commodities: is the stress narrow, or everywhere?"""

from datetime import UTC, datetime

import streamlit as st

from analytics.stories import Page, story_of
from analytics.systemic import SECTORS
from app import present
from app.present import fed, gauges, macro, overview, stress, systemic
from app.services import known
from app.session import here, hours, moment_now, since, view
from app.widgets import (
    card,
    choose_compared,
    choose_pill,
    choose_range,
    choose_since,
    choose_switch,
    choose_window,
    controls,
    explain,
    is_phone,
    show,
    show_rest,
    show_story,
    show_tiles,
)
from market.instruments import GAUGES

TOGETHER = ("IXIC", "GSPC", "IGV", "BTC", "GLD", "WTI", "HYG", "LQD", "IEF", "TLT", "DXY", "US10Y", "VIX")
COMPARED = ("IXIC", "BTC", "GLD", "TLT", "DXY")

moment, phone = moment_now(), is_phone()
batch = here().many(known().pick(*TOGETHER, *SECTORS, "US2Y", *view().keys))
scored = tuple(here().many(known().pick(*stress.SERIES)))
readings = present.readings_of(batch)
extra = here().many(known().pick("VIX3M", "EFFR"))
totals = here().many([each for bars in batch if (each := bars.instrument.with_dividends)])
told = story_of(Page.MACRO, {**batch.found, **extra.found, **totals.found}, readings, moment)

show_story(told.story)
show_tiles(present.tiles_of(readings, batch, known().pick("VIX", "DXY", "US10Y", "US2Y", "GLD", "WTI")))
explain(batch)

left, right = st.columns([2, 1])
with left, card("indexed", "One hundred on the same day", "Closes, set to 100 on one day", "indexed"):
    with controls("indexed"):
        keys = choose_compared(COMPARED)
        choose_since()
    compared = batch.select(*keys)
    first, day = present.common_start(compared, since())
    show("indexed", macro.indexed_chart(compared, tuple(totals), first, day, phone))
with right, card("safety", "Flight to safety?", "Last week; havens stand out", "change_1w"):
    show("safety", macro.week_chart(batch.select(*macro.SAFETY), tuple(totals), phone))
show_rest(told.story)

ranks = "Percentile of the level in its own last year; yields and the curve change in basis points"
with card("rows", "Where everything stands", ranks, "percentile_1y"):
    show("rows", macro.rows_table(told.rows))

contracts = fed.contracts_of(here(), moment, datetime.now(UTC))
left, right = st.columns(2)
with left, card("fed", "Fed path", fed.words(contracts, known().meetings, extra.get("EFFR")), "fed_path"):
    show("fed", fed.path_chart(contracts, known().meetings, extra.get("EFFR"), phone))
    show("fed-table", fed.path_table(contracts, known().meetings, {**batch.found, **extra.found}))
with right, card("systemic", "Do sectors move as one?", systemic.FRAGILE, "average_pairwise"):
    show("systemic", systemic.together_table(batch.select(*SECTORS)))

left, right = st.columns(2)
with left, card("score", "Stress score", "Six kinds of stress against their own past", "stress_score"):
    show("score", stress.score_gauge(stress.measured(scored)))
    show("score-line", stress.score_line(scored, phone, 330))
with right, card("map", "Narrow or systemic?", "The last 60 sessions on two axes", "stress_systemic"):
    show("map", stress.narrow_or_systemic(scored, known().episodes, phone))
with right, card("parts", "What the score is made of", "The points add up to it", "stress_contribution"):
    show("parts", stress.contributions_table(stress.measured(scored)))

official = here().many(known().group(GAUGES))
with card("gauges", "Official gauges of stress", gauges.words(official), "gauge_percentile"):
    show("gauges-table", gauges.table(official))
    show("gauges", gauges.panels(tuple(official), moment, phone))

with card("panels", "Each on its own scale", "Closes; the curve is the 10-year less the 2-year", "last"):
    with controls("panels"):
        start = choose_range().start(moment)
    show("panels", macro.panels(batch.select(*macro.PANELS), start, phone))

with card("together", "What moves together", "Correlation of daily moves", "correlation"):
    with controls("together"):
        against_calm = view().stress  # of all that is known, and by Pearson: then neither choice counts
        window = choose_window((5, 20, 60, 120, 252), idle=against_calm)
        method = choose_pill("method", "Method", ("pearson", "spearman"), str.capitalize, idle=against_calm)
        choose_switch("stress", "Stress minus calm")
    held = batch.select(*TOGETHER)
    if against_calm:
        show("together", macro.against_calm(held, hours(*TOGETHER), known().scales["VIX"], phone))
    else:
        show("together", overview.moves_together(held, hours(*TOGETHER), window, method, 560, phone))

with card("pair", "Bitcoin and the Nasdaq, by other means", "Each with its sample", "correlation"):
    show("pair", systemic.pair_table(batch.get("BTC"), batch.get("IXIC"), hours("BTC")))
