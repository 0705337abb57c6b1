"""The tech sell-off: how far, how unusual, who fell and who did not, and what the rebound took back."""

import streamlit as st

from analytics import stories
from analytics.averages import averages, breadth, breadth_line
from analytics.drawdowns import drawdown_since
from analytics.falls import largest_falls
from analytics.readings import read_all
from analytics.rebound import relief_rally
from analytics.rotation import window_returns
from app import present
from app.present import tech
from app.services import known
from app.session import here, moment_now, since, watched
from app.widgets import (
    card,
    choose_range,
    choose_window,
    explain_missing,
    is_phone,
    show,
    show_empty,
    show_html,
    show_story,
)
from components.bars import ranked_bars, ranked_bars_alt, streak_bars
from components.history import history, history_alt
from components.multiples import multiples, multiples_alt
from components.page.tiles import tiles
from components.text import full_day

INDICES = ("IXIC", "GSPC", "NDX", "DJI", "SOX")
SECTORS = ("IGV", "SMH", "XLK", "XLP", "XLU", "XLV")
HAVENS = ("XLP", "XLU", "XLV", "GLD", "TLT", "IEF", "SHY")
HIGH_BETA = ("IGV", "SMH", "NDX")

moment, phone = moment_now(), is_phone()
batch = here().many(known().pick(*INDICES, *SECTORS, "VIX", "GLD", "TLT", "IEF", "SHY"))
readings = read_all(batch)
markets = batch.pick(*INDICES, *SECTORS)
nasdaq = batch.get("IXIC")

show_story(stories.tech(batch.found, readings, moment))
strip = present.tiles_of(readings, batch.found, known().pick("IXIC", "NDX", "SOX", "IGV", "VIX"))
share = tech.breadth_tile(breadth(markets.values()), breadth_line(markets.values()))
show_html(tiles([*strip, share]))
explain_missing(batch.missing)

left, right = st.columns([2, 1])
with (
    left,
    card(
        "nasdaq", "Nasdaq Composite", "Closes, with the means of the last 50, 100 and 200", "moving_average"
    ),
):
    drawn = nasdaq and nasdaq.from_date(choose_range().start(moment))
    if drawn:
        trends = tech.average_lines(nasdaq, drawn)
        figure = history(drawn, averages=trends, zones=watched("IXIC"), height=360, phone=phone)
        show(figure, "nasdaq", history_alt(drawn), [drawn])
        show_html(tech.averages_table(averages(nasdaq), nasdaq))
    else:
        show_empty("No Nasdaq sessions in this range.", "Choose a longer one.")
with (
    right,
    card(
        "rank", "How bad was the last day?", "Its rank among the worst, and the run it belongs to", "rank_252"
    ),
):
    if nasdaq:
        show_html(tech.ranks_table(nasdaq))
        show(streak_bars(tech.last_moves(nasdaq)), "streak", tech.streak_alt(nasdaq), [nasdaq])
        show_html(present.falls_table(largest_falls(nasdaq, 5), nasdaq))
    else:
        show_empty("No Nasdaq prices.")

for pair in (tech.MOVES[:2], tech.MOVES[2:]):
    for column, move in zip(st.columns(2), pair, strict=True):
        with column, card(move.name, move.title, move.definition, move.formula):
            bars = tech.move_bars(readings, markets, move.name)
            figure = ranked_bars(bars, said=move.said, phone=phone)
            show(figure, move.name, ranked_bars_alt(bars), markets.values())

left, right = st.columns(2)
with (
    left,
    card(
        "rotation",
        "Did money go to havens?",
        "Return over the window; havens in amber, high beta in grey",
        "window_return",
    ),
):
    window = choose_window((5, 20, 60))
    turned = window_returns(batch.found, window, HAVENS, HIGH_BETA)
    bars = tech.rotation_bars(turned, batch.found)
    show(
        ranked_bars(bars, phone=phone),
        "rotation",
        ranked_bars_alt(bars),
        batch.pick(*HAVENS, *HIGH_BETA).values(),
        f"{window} sessions",
    )
with (
    right,
    card(
        "rally",
        "What has the rebound made good?",
        "From the lowest close of the last 20 sessions; the fall is from the high before it",
        "retraced",
    ),
):
    rallies = [(each, rally) for each in markets.values() if (rally := relief_rally(each))]
    show_html(tech.rally_table(rallies))

with card(
    "falls",
    "How far below the peak",
    f"Fall from the highest close since {full_day(since().date())}; one scale for all",
    "drawdown",
):
    panels = [
        tech.panel(each, drawdown_since(each.linked, since()))
        for each in batch.pick("IXIC", "NDX", "SOX", "IGV", "XLK", "XLP", "XLU", "XLV").values()
    ]
    show(
        multiples(panels, same_y=True, zero=True, phone=phone),
        "falls",
        multiples_alt(panels, "Drawdowns"),
        markets.values(),
    )
