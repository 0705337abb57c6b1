"""The tech sell-off: how far, how unusual, who fell and who did not, and what the rebound took back."""

import streamlit as st

from analytics.rotation import SERIES as ROTATING
from analytics.stories import Page, story_of
from analytics.systemic import SECTORS
from app import present
from app.present import tech
from app.services import known
from app.session import here, moment_now, since, watched
from app.widgets import (
    card,
    choose_range,
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

INDICES = ("IXIC", "GSPC", "NDX", "DJI", "SOX")
PEAKS = ("IXIC", "NDX", "SOX", "IGV", "XLK", "XLP", "XLU", "XLV")

moment, phone = moment_now(), is_phone()
batch = here().many(known().pick(*INDICES, *SECTORS, "VIX", "GLD", "TLT", "IEF", "SHY"))
readings = present.readings_of(batch)
markets = batch.select(*INDICES, *SECTORS)
nasdaq = batch.get("IXIC")

told = story_of(Page.TECH, batch.found, readings, moment)
show_story(told.story)
strip = present.tiles_of(readings, batch, known().pick("IXIC", "NDX", "SOX", "IGV", "VIX"))
show_tiles([*strip, tech.breadth_tile(markets)])
explain(batch)

left, right = st.columns([2, 1])
with left, card("nasdaq", "Nasdaq Composite", "Closes and their 50-, 100-, 200-day means", "moving_average"):
    with controls("nasdaq"):
        start = choose_range().start(moment)
    show("nasdaq", tech.with_averages(nasdaq, start, tuple(watched("IXIC")), phone))
    show("averages", tech.averages_table(nasdaq))
with right, card("rank", "How bad was the last day?", "Its rank, and the run it belongs to", "rank_252"):
    show("ranks", tech.ranks_table(nasdaq))
    show("streak", tech.last_moves(nasdaq, phone))
    show("largest", present.falls_table(nasdaq, 5))
show_rest(told.story)

for pair in (tech.MOVES[:2], tech.MOVES[2:]):
    for column, move in zip(st.columns(2), pair, strict=True):
        with column, card(move.name, move.title, tech.say_move(markets, move), move.formula):
            show(move.name, tech.moves(markets, move, phone))

with card("runs", "Losing streaks", "Closes in a row that fell, or rose; the longest falls first", "streak"):
    show("runs", tech.runs_table(markets))

left, right = st.columns(2)
with (
    left,
    card("rotation", "Did money go to havens?", "Havens stand out; high beta is grey", "window_return"),
):
    with controls("rotation"):
        window = choose_window((5, 20, 60))
    show("rotation", tech.rotation(tuple(here().many(known().pick(*ROTATING))), window, phone))
with right, card("rally", "What has the rebound made good?", tech.RALLY, "retraced"):
    show("rally", tech.rally_table(markets))

falling = batch.select(*PEAKS)
start, day = present.common_start(falling, since())
peak = f"Fall from the highest close since {day}; one scale for all"
with card("falls", "How far below the peak", peak, "drawdown"):
    with controls("falls"):
        choose_since()
    show("falls", tech.peaks(falling, start, phone))
