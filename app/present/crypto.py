"""What the crypto page shows, as components take it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import pandas as pd

from analytics.beta import Beta
from analytics.crypto import ARTICLE_BAND, CoinFalls, Flows, Funding, Mood, funding_summary, mood
from analytics.volatility import volume_multiple
from analytics.zones import ZoneHistory
from app.present import trail_of
from components.bars import Bar, Said
from components.page.html import Html
from components.page.numbers import Tone, shown
from components.page.tables import Align, Column, rows
from components.page.tiles import Tile
from components.scatter import Slope
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
from components.theme import NASDAQ
from market.bars import Bars
from market.readings import Reading, joint_envelope
from market.zones import Zone

ARTICLE = Said(100 * ARTICLE_BAND[0], 100 * ARTICLE_BAND[1], "the article")


def gauge_tiles(
    fear: Bars | None, prints: Bars | None, bitcoin: Bars | None, readings: Mapping[str, Reading]
) -> list[Tile]:
    """Fear and greed, funding, and Bitcoin's realised volatility."""
    return [_mood_tile(fear), _funding_tile(prints), _volatility_tile(bitcoin, readings)]


def inside(levels: Iterable[ZoneHistory]) -> Zone | None:
    """The zone the last price lies in."""
    return next((each.zone for each in levels if each.price in each.zone and not each.zone.is_level), None)


def say_volume(bars: Bars) -> str:
    """The volume of the last finished day against the 30 before it."""
    found = volume_multiple(bars.finished.frame["volume"])
    day = f"{bars.finished.dates[-1]:%-d %b}"
    return (
        f"volume on {day}: {multiple(found.value)} the median of 30 days" if found.value is not None else ""
    )


def say_coins(falls: CoinFalls) -> str:
    """The median coin, and how many lie where the article said."""
    low, high = (change(100 * edge) for edge in falls.band)
    share = percent(falls.in_band.value)
    return f"Median coin {change(falls.median.value)}; {share} lie between {high} and {low}, shaded, as the article said"


def coin_bars(falls: CoinFalls) -> list[Bar]:
    """Each coin's distance from its 2025 high, deepest first."""
    return [Bar(row.name, row.fall.value, own=row.key == "BTC") for row in falls.rows]


def beta_table(fits: Sequence[Beta], pair: Sequence[Bars]) -> Html:
    """Beta over each window: slope, interval, fit, and the slopes of falling and of rising days."""
    columns = (
        Column("Sessions", Align.TEXT),
        Column("Beta", strong=True),
        Column("90% interval"),
        Column("R²"),
        Column("Down days", wide=True),
        Column("Up days", wide=True),
    )
    cells = []
    for fit in fits:
        slope = joint_envelope(fit.slope, pair, "times", "beta")
        cells.append(
            (
                str(fit.slope.window),
                shown(slope, correlation),
                f"{correlation(fit.slope.low)} to {correlation(fit.slope.high)}",
                correlation(fit.r2),
                _side(fit.down.value, fit.down.n),
                _side(fit.up.value, fit.up.n),
            )
        )
    return rows("Beta of Bitcoin to the Nasdaq", columns, cells)


def slopes(fit: Beta, market: pd.Series) -> list[Slope]:
    """The fitted line through the days of the window, in percent."""
    if fit.slope.value is None or fit.alpha is None:
        return []
    ends = [
        (100 * x, 100 * (fit.alpha + fit.slope.value * x)) for x in (float(market.min()), float(market.max()))
    ]
    return [Slope("all days", fit.slope.value, ends[0], ends[1], NASDAQ)]


def month_before(prints: Bars) -> datetime:
    """A month before the last funding print."""
    return prints.as_of - timedelta(days=31)


def funding_table(found: Funding) -> Html:
    """Funding now and over the month behind it."""
    columns = (Column("", Align.TEXT), Column("", strong=True))
    cells = [
        ("Last", shown(found.last, funding)),
        ("A year at this rate, simple", shown(found.annual, change)),
        ("Median of 30 days", shown(found.median, funding)),
        ("Share of prints below zero", shown(found.share_negative, percent)),
    ]
    return rows("Funding", columns, cells)


def flow_table(found: Flows) -> Html:
    """Flows of the last day, 5 and 20 days, and the streak."""
    columns = (Column("", Align.TEXT), Column("", strong=True))
    cells = [
        ("Last day", shown(found.last, money_flow)),
        ("Last 5 days", shown(found.sum_5, money_flow)),
        ("Last 20 days", shown(found.sum_20, money_flow)),
        ("Days in a row", shown(found.streak, say_streak)),
    ]
    return rows("ETF flows", columns, cells)


def say_streak(run: float | None) -> str:
    """A signed run in words: `3 of outflow`."""
    if run is None:
        return MISSING
    return f"{decimal(abs(run))} of {'inflow' if run > 0 else 'outflow'}" if run else "none"


def mood_alt(found: Mood) -> str:
    """The index now and a month ago, in words."""
    return (
        f"Crypto fear and greed: {whole(found.value.value)}, {found.word}; "
        f"{whole(found.month_ago.value)} a month ago."
    )


def _side(value: float | None, n: int) -> str:
    return f"{correlation(value)} (n {n})"


def _mood_tile(fear: Bars | None) -> Tile:
    if fear is None:
        return Tile("Fear and greed", MISSING, about="no index")
    found = mood(fear)
    return Tile(
        "Fear and greed",
        shown(found.value, whole),
        change=found.word,
        about=shown(found.low_30, lambda low: f"30-day low {whole(low)}"),
        when=f"{fear.dates[-1]:%a}",
        trail=trail_of(fear.close),
    )


def _funding_tile(prints: Bars | None) -> Tile:
    if prints is None:
        return Tile("Funding, 8 h", MISSING, about="no rates yet")
    last = prints.last
    word = "Shorts pay longs" if last < 0 else "Longs pay shorts"
    found = funding_summary(prints)
    return Tile(
        "Funding, 8 h",
        shown(found.last, funding),
        change=word,
        about=shown(found.median, lambda middle: f"30-day median {funding(middle)}"),
        when=f"{prints.as_of:%a}",
        trail=trail_of(prints.close),
    )


def _volatility_tile(bitcoin: Bars | None, readings: Mapping[str, Reading]) -> Tile:
    if bitcoin is None:
        return Tile("Realised vol", MISSING, about="no Bitcoin prices")
    return Tile(
        "Realised vol",
        shown(readings["BTC"]["realised_vol_pct"], percent, Tone.PLAIN),
        about="Bitcoin, 30 UTC days, a year of 365",
        when="a year",
    )
