"""Everything now: prices, how far below their highs, the watched levels, and what moves together."""

import streamlit as st

from analytics.changes import what_changed
from analytics.correlation import TOGETHER
from analytics.stories import Page, story_of
from app import present
from app.present import overview, stress
from app.services import known
from app.session import here, hours, moment_now, since, view, watched
from app.widgets import (
    card,
    choose_since,
    choose_window,
    controls,
    explain,
    is_phone,
    show,
    show_rest,
    show_story,
    show_tiles,
)

TILES = ("IXIC", "GSPC", "BTC", "ETH", "VIX", "US10Y")
FALLS = ("GSPC", "IXIC", "GLD", "IGV", "BTC")

moment, phone = moment_now(), is_phone()
batch = here().many(known().pick(*TOGETHER, "DJI", "SOL", "US10Y"))
scored = tuple(here().many(known().pick(*stress.SERIES)))
readings = present.readings_of(batch)
bitcoin, nasdaq = batch.get("BTC"), batch.get("IXIC")
pair = overview.pair_of(bitcoin, nasdaq, hours("BTC"))
newest = here().hours("BTC")
told = story_of(
    Page.OVERVIEW,
    batch.found,
    readings,
    moment,
    zones=watched("BTC"),
    hours=newest,
    pair=pair,
    window=view().window,
    score=stress.measured(scored),
)
levels = told.levels

show_story(told.story)
show_tiles(present.tiles_of(readings, batch, known().pick(*TILES)))
explain(batch)

left, right = st.columns([2, 1])
falling = batch.select(*FALLS)
start, day = present.common_start(falling, since())
peak = f"Fall from the highest close since {day}"
with left, card("falls", "How far below the peak", peak, "drawdown"):
    with controls("falls"):
        choose_since()
    show("falls", overview.below_peak(falling, start, 545, phone))
with right, card("stress", "Stress score", "Six kinds of stress against their own past", "stress_score"):
    show("stress", stress.score_gauge(stress.measured(scored)))
    show("stress-line", stress.score_line(scored, phone))
show_rest(told.story)

left, right = st.columns(2)
with left, card("levels", "Bitcoin key levels", "States from confirmed closes", "zone_state"):
    show("levels", overview.key_levels(levels, bitcoin, newest, readings))
with right, card("link", "Does Bitcoin move with the Nasdaq?", "With its 95% interval", "correlation"):
    with controls("link"):
        window = choose_window((20, 60, 90))
    show("link", overview.link_through_time(bitcoin, nasdaq, hours("BTC"), window, phone))

left, right = st.columns(2)
with left, card("together", "What moves together", "Daily moves, grouped by similarity", "correlation"):
    held = batch.select(*TOGETHER)
    show(
        "together", overview.moves_together(held, hours(*TOGETHER), view().window, view().method, 370, phone)
    )
with right, card("changed", "What changed", "Since the close before, most unusual first", "unusual"):
    show("changed", present.changes_table(what_changed(batch.found, readings, TOGETHER)))

with card("watch", "Watch list", "Newest prices, each with the day that it belongs to"):
    show("watch", overview.watch_list(batch, readings))
