"""The crypto drawdown: the market that never closes, its levels, and how closely it follows the Nasdaq."""

import streamlit as st

from analytics import stories
from analytics.alignment import align
from analytics.beta import beta
from analytics.crypto import coin_falls, flow_summary, funding_summary, mood
from analytics.drawdowns import drawdown_since
from analytics.falls import largest_falls
from analytics.readings import read_all
from analytics.zones import follow_all
from app import present
from app.present import crypto
from app.services import known
from app.session import here, hours, moment_now, since, watched
from app.widgets import (
    card,
    choose_range,
    choose_switch,
    explain_missing,
    is_phone,
    show,
    show_empty,
    show_html,
    show_story,
)
from components.bars import ranked_bars, ranked_bars_alt, signed_bars, signed_bars_alt
from components.candles import candles, candles_alt
from components.page.tiles import tiles
from components.scatter import scatter, scatter_alt
from components.scores import fear_and_greed
from components.text import full_day, funding, money_flow
from components.underwater import underwater, underwater_alt

COINS = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "LINK", "AVAX")

moment, phone = moment_now(), is_phone()
batch = here().many(known().pick(*COINS, "FNG", "BTC_FUNDING", "BTC_ETF_FLOW", "IXIC"))
readings = read_all(batch)
coins = batch.pick(*COINS)
bitcoin, nasdaq = batch.get("BTC"), batch.get("IXIC")
prints, flows, fear = batch.get("BTC_FUNDING"), batch.get("BTC_ETF_FLOW"), batch.get("FNG")
zones = watched("BTC")
levels = follow_all(bitcoin, zones) if bitcoin else ()

show_story(stories.crypto(batch.found, readings, levels, moment))
strip = present.tiles_of(readings, batch.found, known().pick("BTC", "ETH", "SOL"))
show_html(tiles([*strip, *crypto.gauge_tiles(fear, prints, bitcoin, readings)]))
explain_missing(batch.missing)

with card(
    "candles", "Bitcoin, daily", "Hollow candle: closed higher. Filled: closed lower. UTC days", "last"
):
    start = choose_range().start(moment)
    drawn = bitcoin and bitcoin.from_date(start)
    if drawn:
        figure = candles(
            drawn,
            zones,
            log=choose_switch("log", "Log scale") or None,
            watched=crypto.inside(levels),
            phone=phone,
        )
        show(figure, "candles", candles_alt(drawn, zones), [drawn], crypto.say_volume(bitcoin))
    else:
        show_empty("No Bitcoin prices in this range.", "Choose a longer one.")

left, right = st.columns(2)
with (
    left,
    card(
        "underwater",
        "Below the peak",
        f"Fall from the highest close since {full_day(since().date())}",
        "drawdown",
    ),
):
    lines = [
        present.line(each, drawdown_since(each.linked, since()))
        for each in batch.pick("BTC", "ETH", "SOL").values()
    ]
    show(
        underwater(lines, phone=phone),
        "underwater",
        underwater_alt(lines),
        batch.pick("BTC", "ETH", "SOL").values(),
    )
with (
    right,
    card(
        "coins", "Coins from their 2025 high", crypto.say_coins(coin_falls(coins.values())), "from_2025_high"
    ),
):
    bars = crypto.coin_bars(coin_falls(coins.values()))
    show(ranked_bars(bars, said=crypto.ARTICLE, phone=phone), "coins", ranked_bars_alt(bars), coins.values())

left, right = st.columns(2)
with (
    left,
    card(
        "ranks",
        "Where this fall ranks",
        "Largest one-day falls of the loaded history, UTC days",
        "largest_fall",
    ),
):
    if bitcoin:
        show_html(present.falls_table(largest_falls(bitcoin, 8), bitcoin))
        show_html(present.from_high_table(bitcoin))
    else:
        show_empty("No Bitcoin prices.")
with (
    right,
    card(
        "beta",
        "Is Bitcoin leveraged tech?",
        "Slope of Bitcoin’s daily log returns on the Nasdaq’s, 90% interval",
        "beta",
    ),
):
    if bitcoin and nasdaq:
        pair = align([bitcoin, nasdaq], hours("BTC"))
        fits = [beta(pair["BTC"], pair["IXIC"], window) for window in (60, 252)]
        show_html(crypto.beta_table(fits, [bitcoin, nasdaq]))
        names = ("Nasdaq", "Bitcoin")
        slopes = crypto.slopes(fits[0], pair["IXIC"].iloc[-60:])
        points = 100 * pair["IXIC"].iloc[-60:], 100 * pair["BTC"].iloc[-60:]
        show(
            scatter(*points, names=names, slopes=slopes, phone=phone),
            "beta",
            scatter_alt(*points, names, slopes),
            [bitcoin, nasdaq],
            f"60 sessions · {pair.sampling(60)}",
        )
    else:
        show_empty("Bitcoin or the Nasdaq is missing.")

left, right = st.columns(2)
with (
    left,
    card(
        "funding",
        "Funding rate, 8 hours",
        "Amber: below zero, short sellers pay. Neutral is +0.010%",
        "funding",
    ),
):
    if prints:
        paid = prints.close.loc[crypto.month_before(prints) :]
        show(
            signed_bars(paid, funding, phone=phone),
            "funding",
            signed_bars_alt(paid, funding, "Funding"),
            [prints],
        )
        show_html(crypto.funding_table(funding_summary(prints)))
    else:
        show_empty("No funding rates yet.", "The recording starts on 15 December 2025.")
with (
    right,
    card(
        "flows",
        "Spot ETF flows",
        "Net dollars a day, US spot Bitcoin funds. Holidays are absent, not zero",
        "etf_flow",
    ),
):
    if flows:
        paid = flows.close.iloc[-60:]
        show(
            signed_bars(paid, money_flow, phone=phone),
            "flows",
            signed_bars_alt(paid, money_flow, "ETF flows"),
            [flows],
        )
        show_html(crypto.flow_table(flow_summary(flows)))
    else:
        show_empty("No ETF flows yet.", "The recording starts on 1 October 2025.")

with card(
    "mood",
    "Crypto fear and greed",
    "0 is extreme fear, 100 extreme greed. A published index, not ours",
    "fear_and_greed",
):
    if fear:
        recent = fear.close.loc[start:]
        show(fear_and_greed(recent, phone=phone), "mood", crypto.mood_alt(mood(fear)), [fear])
    else:
        show_empty("No fear and greed index.")
