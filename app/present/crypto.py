"""What the crypto page shows, as components take it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd

from analytics.beta import Beta, beta
from analytics.crypto import ARTICLE_BAND, coin_falls, flow_summary, funding_summary, mood
from analytics.volatility import dollar_volume, volume_multiple
from app.present import finished, say_day_in, say_day_of, trail_of
from app.present.claims import said_by_article, said_in
from app.present.drawing import Absent, Drawing, remembered
from app.present.overview import pair_of
from app.present.systemic import implied_table
from components.bars import Bar, ranked_bars, ranked_bars_alt, signed_bars, signed_bars_alt
from components.candles import candles, candles_alt
from components.page.html import Html, join
from components.page.numbers import Number, Phrase, Shown, Tone, shown
from components.page.tables import Align, Column, rows
from components.page.tiles import Tile
from components.scatter import Slope, scatter, scatter_alt
from components.scores import fear_and_greed
from components.text import (
    MISSING,
    change,
    correlation,
    decimal,
    funding,
    money_flow,
    multiple,
    percent,
    whole,
)
from components.theme import BITCOIN, NASDAQ, OTHER
from market.bars import Bars
from market.publishers import publisher
from market.readings import Envelope, Reading, joint_envelope
from market.zones import Zone

BETA_WINDOWS = (60, 252)
NO_PRICES = Absent("No Bitcoin prices.")
NO_PAIR = Absent("Bitcoin or the Nasdaq is missing.")
NO_FUNDING = Absent("No funding rates yet.", "None is known at this moment.")
NO_FLOWS = Absent("No ETF flows yet.", "None is known at this moment.")
FLOWS_DRAWN = 60
MONTH = 30
FUNDING_DRAWN = timedelta(days=31)
NAMELESS = (Column("", Align.TEXT), Column("", strong=True))


@remembered
def candle_chart(
    bars: Bars | None, start: datetime, zones: tuple[Zone, ...], log: bool, phone: bool
) -> Drawing | Absent:
    """The days from ``start`` on as candles over their zones, with volume."""
    drawn = bars and bars.from_date(start)
    if bars is None or not drawn:
        return Absent("No Bitcoin prices in this range.", "Choose a longer one.")
    inside = next((zone for zone in zones if bars.last in zone and not zone.is_level), None)
    figure = candles(drawn, zones, log=log or None, watched=inside, phone=phone)
    return Drawing(figure, candles_alt(drawn, zones), (drawn,), _say_volume(bars))


def say_coins(coins: Sequence[Bars]) -> Phrase:
    """The median coin but Bitcoin; on the days that the article speaks of, how many lie where it said."""
    falls = coin_falls([coin for coin in coins if coin.key != "BTC"])
    share = falls.in_band
    if share.value is None:
        return share.why or ""
    median = replace(shown(falls.median, change), subject="Coins but Bitcoin")
    if said_in("coins", ARTICLE_BAND, coins) is None:
        return f"The median of {share.n} coins but Bitcoin is ", median
    low, high = (decimal(100 * edge, suffix="%") for edge in falls.band)
    inside = f"{decimal(share.value * share.n / 100)} of {share.n} coins"
    return (
        f"Shaded: {high} to {low}, ",
        said_by_article("coins"),
        ": ",
        Number(share, inside, subject="Coins but Bitcoin"),
        " but Bitcoin lie there. Their median is ",
        median,
    )


@remembered
def coin_chart(coins: tuple[Bars, ...], phone: bool) -> Drawing | Absent:
    """Each coin's distance from its 2025 high, deepest first."""
    bars = [
        Bar(row.name, row.fall.value, BITCOIN if row.key == "BTC" else OTHER)
        for row in coin_falls(coins).rows
    ]
    if not bars:
        return Absent("No coin has prices.")
    said = said_in("coins", ARTICLE_BAND, coins)
    return Drawing(ranked_bars(bars, said=said, phone=phone), ranked_bars_alt(bars), coins)


def beta_table(asset: Bars | None, market: Bars | None, hours: tuple[Bars, ...]) -> Html | Absent:
    """Beta over each window: slope, interval, fit, and the slopes of falling and of rising days."""
    fits = _fits(asset, market, hours)
    if asset is None or market is None or not fits:
        return NO_PAIR
    columns = (
        Column("Sessions", Align.TEXT),
        Column("Beta", strong=True),
        Column("90% interval"),
        Column("R²", wide=True),
        Column("Down days"),
        Column("Up days"),
    )
    made_of = finished((asset, market))
    cells: list[tuple[Shown, ...]] = []
    for fit in fits:
        slope = joint_envelope(fit.slope, made_of, "times", "beta", **_errors(fit))
        sides = (joint_envelope(side, made_of, "times", "beta_side") for side in (fit.down, fit.up))
        cells.append(
            (
                str(fit.slope.window),
                shown(slope, correlation),
                Number(slope, _interval(fit), Tone.MUTED),
                Number(slope, correlation(fit.r2)),
                *(Number(side, _side(side)) for side in sides),
            )
        )
    table = rows("Beta of Bitcoin to the Nasdaq", columns, cells)
    return join((table, implied_table(fits[0], (asset, market))))


@remembered
def beta_chart(
    asset: Bars | None, market: Bars | None, hours: tuple[Bars, ...], phone: bool
) -> Drawing | Absent:
    """The days of the shorter window as dots, and the line fitted through them."""
    pair = pair_of(asset, market, hours)
    if pair is None or asset is None or market is None:
        return NO_PAIR
    window = BETA_WINDOWS[0]
    x, y = pair[market.key].iloc[-window:], pair[asset.key].iloc[-window:]
    if len(x) < window:
        return Absent(f"Fewer than {window} common sessions are known.")
    names, slopes = (
        (market.instrument.short, asset.instrument.short),
        _slopes(_fits(asset, market, hours)[0], x),
    )
    figure = scatter(100 * x, 100 * y, names=names, slopes=slopes, phone=phone)
    alt = scatter_alt(100 * x, 100 * y, names, slopes)
    return Drawing(figure, alt, finished((asset, market)), f"{window} sessions · {pair.sampling(window)}")


@remembered
def funding_chart(prints: Bars | None, phone: bool) -> Drawing | Absent:
    """The funding of the last month, print by print."""
    if prints is None:
        return NO_FUNDING
    paid = prints.close.loc[pd.Timestamp(prints.as_of - FUNDING_DRAWN) :]
    return Drawing(
        signed_bars(paid, funding, phone=phone), signed_bars_alt(paid, funding, "Funding"), (prints,)
    )


def funding_table(prints: Bars | None) -> Html:
    """Funding now and over the month behind it."""
    if prints is None:
        return Html("")
    found = funding_summary(prints)
    cells = [
        ("Last", shown(found.last, funding)),
        ("A year at this rate, simple", shown(found.annual, change)),
        ("Median of 30 days", shown(found.median, funding)),
        ("Share of prints below zero", shown(found.share_negative, percent)),
    ]
    return rows("Funding", NAMELESS, cells)


@remembered
def flow_chart(flows: Bars | None, phone: bool) -> Drawing | Absent:
    """The net flows of the last published days."""
    if flows is None:
        return NO_FLOWS
    paid = flows.close.iloc[-FLOWS_DRAWN:]
    return Drawing(
        signed_bars(paid, money_flow, phone=phone), signed_bars_alt(paid, money_flow, "ETF flows"), (flows,)
    )


def flow_table(flows: Bars | None) -> Html:
    """Flows of the last day, 5 and 20 days, and the streak."""
    if flows is None:
        return Html("")
    found = flow_summary(flows)
    cells = [
        ("Last day", shown(found.last, money_flow)),
        ("Last 5 days", shown(found.sum_5, money_flow)),
        ("Last 20 days", shown(found.sum_20, money_flow)),
        ("Days in a row", shown(found.streak, _say_streak)),
    ]
    return rows("ETF flows", NAMELESS, cells)


@remembered
def mood_chart(fear: Bars | None, start: datetime, phone: bool) -> Drawing | Absent:
    """The published fear and greed index from ``start`` on."""
    if fear is None:
        return Absent("No fear and greed index.")
    # By day: what carries the midnight that begins its day would be drawn on the day before.
    by_day = pd.Series(fear.close.to_numpy(), index=pd.Index(fear.dates.date, dtype=object))
    recent = by_day[fear.frame.index >= pd.Timestamp(start)]
    if recent.empty:
        return Absent("No value in this range.", "Choose a longer one.")
    found = mood(fear)
    alt = (
        f"Crypto fear and greed: {whole(found.value.value)}, {found.word}; "
        f"{whole(found.month_ago.value)} a month ago."
    )
    return Drawing(fear_and_greed(recent, phone=phone), alt, (fear,))


def mood_tile(fear: Bars | None) -> Tile:
    """Fear and greed: its value, its word, and the low of a month."""
    if fear is None:
        return Tile("Fear and greed", MISSING, about="no index")
    found = mood(fear)
    return Tile(
        "Fear and greed",
        shown(found.value, whole),
        change=found.word,
        about=shown(found.low_30, lambda low: _say_low(low, found.low_30.n)),
        when=say_day_of(fear),
        trail=trail_of(fear.close),
    )


def funding_tile(prints: Bars | None) -> Tile:
    """Funding: the last print, who pays, and the median of a month."""
    if prints is None:
        return Tile("Funding, 8 h", MISSING, about="no rates yet")
    found = funding_summary(prints)
    return Tile(
        "Funding, 8 h",
        shown(found.last, funding),
        change="Shorts pay longs" if prints.last < 0 else "Longs pay shorts",
        about=shown(found.median, lambda middle: f"30-day median {funding(middle)}"),
        when=say_day_of(prints),
        trail=trail_of(prints.close),
    )


def volatility_tile(readings: Mapping[str, Reading]) -> Tile:
    """Bitcoin's realised volatility."""
    if "BTC" not in readings:
        return Tile("Realised vol", MISSING, about="no Bitcoin prices")
    value = shown(readings["BTC"]["realised_vol_pct"], percent)
    return Tile("Realised vol", value, about="Bitcoin, annualised", when="30 days")


def _say_low(low: float | None, n: int) -> str:
    return (
        f"30-day low {whole(low)}"
        if n >= MONTH
        else f"lowest of {n} days: {whole(low)}"
        if n > 1
        else "first value"
    )


def _fits(asset: Bars | None, market: Bars | None, hours: tuple[Bars, ...]) -> tuple[Beta, ...]:
    pair = pair_of(asset, market, hours)
    if pair is None or asset is None or market is None:
        return ()
    return tuple(beta(pair[asset.key], pair[market.key], window) for window in BETA_WINDOWS)


def _slopes(fit: Beta, market: pd.Series) -> list[Slope]:
    if fit.slope.value is None or fit.alpha is None:
        return []
    ends = (float(market.min()), float(market.max()))
    start, end = ((100 * x, 100 * (fit.alpha + fit.slope.value * x)) for x in ends)
    return [Slope("all days", fit.slope.value, start, end, NASDAQ)]


def _say_volume(bars: Bars) -> str:
    found = volume_multiple(dollar_volume(bars.finished.frame))
    if found.value is None:
        return ""
    day, venue = say_day_in(bars, bars.finished.dates[-1].date()), publisher(bars.provenance.source)
    return f"dollar volume on {venue}, {day}: {multiple(found.value)} the median of 30 days"


def _interval(fit: Beta) -> str:
    if fit.slope.low is None or fit.slope.high is None:
        return fit.slope.why or MISSING
    return f"{correlation(fit.slope.low)} to {correlation(fit.slope.high)}"


def _say_streak(run: float | None) -> str:
    if run is None:
        return MISSING
    return f"{decimal(abs(run))} of {'inflow' if run > 0 else 'outflow'}" if run else "none"


def _errors(fit: Beta) -> dict[str, float]:
    """What a reader needs to judge a slope: its three errors, and how much of the moves it explains."""
    every = {
        "standard error, textbook": fit.se_ols,
        "standard error, HC3": fit.se_hc3,
        "standard error, Newey-West": fit.se_hac,
        "R²": fit.r2,
    }
    return {name: value for name, value in every.items() if value is not None}


def _side(slope: Envelope) -> str:
    """The slope of one side with its own count; of a side that was not measured there is nothing to count."""
    return MISSING if slope.value is None else f"{correlation(slope.value)} (n {slope.n})"
