"""The crypto drawdown: the market that never closes, its levels, and how closely it follows the Nasdaq."""

import streamlit as st

from analytics.stories import Page, story_of
from app import present
from app.market_now import show_market_now
from app.present import crypto, overview, systemic
from app.services import known
from app.session import here, hours, moment_now, since, watched
from app.widgets import (
    card,
    choose_range,
    choose_since,
    choose_switch,
    controls,
    explain,
    is_phone,
    show,
    show_rest,
    show_story,
    show_tiles,
)

COINS = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "LINK", "AVAX")

moment, phone = moment_now(), is_phone()
batch = here().many(known().pick(*COINS, "FNG", "BTC_FUNDING", "BTC_ETF_FLOW", "IXIC"))
readings = present.readings_of(batch)
coins = batch.select(*COINS)
bitcoin, nasdaq = batch.get("BTC"), batch.get("IXIC")
prints, flows, fear = batch.get("BTC_FUNDING"), batch.get("BTC_ETF_FLOW"), batch.get("FNG")
newest = here().hours("BTC")
told = story_of(Page.CRYPTO, batch.found, readings, moment, zones=watched("BTC"), hours=newest)

show_story(told.story)
strip = present.tiles_of(readings, batch, known().pick("BTC", "ETH", "SOL"))
show_tiles([*strip, crypto.mood_tile(fear), crypto.funding_tile(prints), crypto.volatility_tile(readings)])
explain(batch)

with card("candles", "Bitcoin, daily", "Hollow: closed higher. Filled: closed lower. UTC days", "last"):
    with controls("candles"):
        start = choose_range().start(moment)
        log = choose_switch("log", "Log scale")
    show("candles", crypto.candle_chart(bitcoin, start, tuple(watched("BTC")), log, phone))
show_rest(told.story)

left, right = st.columns(2)
falling = batch.select("BTC", "ETH", "SOL")
first, day = present.common_start(falling, since())
peak = f"Fall from the highest close since {day}"
with left, card("underwater", "Below the peak", peak, "drawdown"):
    with controls("underwater"):
        choose_since()
    show("underwater", overview.below_peak(falling, first, 300, phone))
with right, card("coins", "Coins from their 2025 high", crypto.say_coins(coins), "from_2025_high"):
    show("coins", crypto.coin_chart(coins, phone))

left, right = st.columns(2)
with left, card("ranks", "Where this fall ranks", "Largest one-day falls, UTC days", "largest_fall"):
    show("ranks", present.falls_table(bitcoin, 8))
    show("from-high", present.from_high_table(bitcoin))
with left, card("volatility", "How far does it swing?", "Five estimators, 30 days", "range_volatility"):
    show("volatility", systemic.volatility_table(bitcoin))
with right, card("beta", "Is Bitcoin leveraged tech?", "Slope of its log returns on the Nasdaq’s", "beta"):
    show("beta-table", crypto.beta_table(bitcoin, nasdaq, hours("BTC")))
    show("beta", crypto.beta_chart(bitcoin, nasdaq, hours("BTC"), phone))

show_market_now(bitcoin)

left, right = st.columns(2)
with left, card("funding", "Funding rate, 8 hours", "Amber: shorts pay. Neutral is +0.010%", "funding_last"):
    show("funding", crypto.funding_chart(prints, phone))
    show("funding-table", crypto.funding_table(prints))
with right, card("flows", "Spot ETF flows", "Net dollars a day; holidays are absent", "etf_flow"):
    show("flows", crypto.flow_chart(flows, phone))
    show("flow-table", crypto.flow_table(flows))

with card("mood", "Crypto fear and greed", "0 is extreme fear, 100 extreme greed", "fear_and_greed"):
    show("mood", crypto.mood_chart(fear, start, phone))
