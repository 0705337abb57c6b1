"""How much markets move as one, and how far they swing: measures that stand beside the heat map."""

from math import isfinite

import pandas as pd

from analytics.alignment import align
from analytics.beta import Beta, implied_move
from analytics.contagion import downside_correlation, exceedance_correlations
from analytics.correlation import correlate, correlation_matrix, ewma_correlation
from analytics.ranks import percentile_of_last
from analytics.systemic import absorption_ratios, average_pairwise, rolling_average_pairwise, turbulences
from analytics.volatility import Estimator, range_volatility, realised_volatility
from app.present import finished, told
from app.present.drawing import Absent, remembered
from components.page.html import Html
from components.page.numbers import Number, Shown, Tone, shown
from components.page.tables import Align, Column, rows
from components.text import MISSING, Write, change, correlation, decimal, percent, percentile
from market.bars import Bars
from market.readings import Envelope, Result, envelope, joint_envelope

WINDOW = 60
TURBULENCE_DAYS = 5
TURBULENCE_HISTORY = 504
ABSORPTION_HISTORY = 500
VOLATILITY_DAYS = 30
FRAGILE = "High means fragile; it does not say when"
FALLS = (-0.01, -0.02, -0.03)
SAID = {
    Estimator.PARKINSON: "High and low (Parkinson)",
    Estimator.GARMAN_KLASS: "Open, high, low, close (Garman-Klass)",
    Estimator.ROGERS_SATCHELL: "Drift free (Rogers-Satchell)",
    Estimator.YANG_ZHANG: "With gaps (Yang-Zhang)",
}


@remembered
def together_table(sectors: tuple[Bars, ...]) -> Html | Absent:
    """Average correlation, turbulence and absorption of the US sectors, with their percentiles."""
    if len(sectors) < 3:
        return Absent("Too few sectors have prices.")
    moves = align(sectors).moves
    pairs = rolling_average_pairwise(moves, WINDOW).dropna()
    now = average_pairwise(correlation_matrix(moves, WINDOW))
    turbulence = turbulences(moves, TURBULENCE_HISTORY)["turbulence"].rolling(TURBULENCE_DAYS).mean().dropna()
    absorbed = absorption_ratios(moves, ABSORPTION_HISTORY).dropna()
    cells: list[tuple[Shown, ...]] = [
        (
            "Average correlation of all pairs",
            _cell(now, sectors, "average_pairwise", correlation),
            _rank(pairs, WINDOW, sectors),
        ),
        (
            "Turbulence, mean of five days",
            _last(turbulence, TURBULENCE_HISTORY, sectors, "turbulence"),
            _rank(turbulence, TURBULENCE_HISTORY, sectors),
        ),
        (
            "Absorption ratio",
            _last(absorbed, ABSORPTION_HISTORY, sectors, "absorption_ratio"),
            _rank(absorbed, ABSORPTION_HISTORY, sectors),
        ),
    ]
    columns = (Column("Six US sectors", Align.PROSE), Column("Now", strong=True), Column("In its history"))
    return rows("How much sectors move as one", columns, cells)


@remembered
def pair_table(asset: Bars | None, market: Bars | None, hours: tuple[Bars, ...]) -> Html | Absent:
    """The correlation of a pair by other means: ranks, recent days, falling days, joint tails."""
    if asset is None or market is None:
        return Absent("One of the two is missing.")
    pair = align([asset, market], {each.key: each for each in hours})
    y, x = pair[asset.key], pair[market.key]
    weighted = ewma_correlation(y, x).dropna()
    tails = [each for each in exceedance_correlations(y, x) if each.share in (0.1, 0.5) and each.lower]
    found: list[tuple[str, Result]] = [
        ("5 sessions", correlate(y, x, 5)),
        ("20 sessions", correlate(y, x, 20)),
        ("60 sessions", correlate(y, x, WINDOW)),
        ("60 sessions, ranks", correlate(y, x, WINDOW, "spearman")),
        ("252 sessions", correlate(y, x, 252)),
        ("Recent days weigh more (0.94)", _newest(weighted)),
        ("Days the Nasdaq is below its median", downside_correlation(y, x)),
    ]
    columns = (
        Column("Over", Align.PROSE),
        Column("Correlation", strong=True),
        Column("95% interval"),
        Column("n", wide=True),
    )
    made_of = finished((asset, market))
    cells: list[tuple[Shown, ...]] = []
    for name, each in found:
        number = joint_envelope(each, made_of, "correlation", "correlation")
        cells.append((name, shown(number, correlation), *_opened(number, _interval(each), decimal(each.n))))
    for tail in tails:
        inputs = {"a normal pair of the same correlation": tail.normal} if isfinite(tail.normal) else {}
        number = joint_envelope(tail.correlation, made_of, "correlation", "tail_correlation", **inputs)
        beside = tail.correlation.why or f"a normal pair: {correlation(tail.normal)}"
        name = f"Both in their lowest {percent(100 * tail.share)}"
        cells.append((name, shown(number, correlation), *_opened(number, beside, decimal(number.n))))
    return rows("Correlation by other means", columns, cells)


@remembered
def volatility_table(bars: Bars | None) -> Html | Absent:
    """Realised volatility by each estimator, on the year of the instrument's own calendar."""
    if bars is None:
        return Absent("No prices.")
    finished, year = bars.finished, bars.instrument.calendar.periods_per_year
    found = {"Close to close": realised_volatility(finished.close, VOLATILITY_DAYS, year)}
    found |= {
        name: range_volatility(finished.frame, VOLATILITY_DAYS, year, each) for each, name in SAID.items()
    }
    columns = (Column(f"Over {VOLATILITY_DAYS} days", Align.PROSE), Column("A year", strong=True))
    cells = [
        (
            name,
            shown(
                envelope(
                    each.scaled(100),
                    finished,
                    "percent a year",
                    "range_volatility" if name in SAID.values() else "realised_vol",
                ),
                percent,
            ),
        )
        for name, each in found.items()
    ]
    return rows("Realised volatility", columns, cells)


def implied_table(fit: Beta, pair: tuple[Bars, Bars]) -> Html:
    """What Bitcoin has done on days the Nasdaq fell so far, if the window's history persists.

    The drift is the intercept: what Bitcoin did in the window on a day on which the Nasdaq stood still.
    """
    columns = (
        Column("If the Nasdaq moves", Align.TEXT),
        Column("Bitcoin", strong=True),
        Column("Of which drift"),
        Column("90% of such days"),
    )
    drift = {} if fit.drift is None else {"of which drift": 100 * fit.drift}
    cells: list[tuple[Shown, ...]] = []
    for fall in FALLS:
        found, moved = implied_move(fit, fall).scaled(100), {"market_move_pct": 100 * fall}
        number = joint_envelope(found, finished(pair), "percent", "implied_move", **moved, **drift)
        spread = f"{change(found.low)} to {change(found.high)}" if found.low is not None else found.why or ""
        own = change(drift.get("of which drift")) if found.value is not None else MISSING
        cells.append((change(100 * fall), shown(number, change), *_opened(number, own, spread)))
    return rows("Implied moves", columns, cells)


def _opened(number: Envelope, *texts: str) -> tuple[Number, ...]:
    """What is said beside a number, each opening to that number."""
    return tuple(Number(number, text, Tone.MUTED) for text in texts)


def _cell(found: Result, made_of: tuple[Bars, ...], formula: str, write: Write) -> Shown:
    return shown(joint_envelope(found, finished(made_of), "ratio", formula), write)


def _newest(series: pd.Series) -> Result:
    if series.empty:
        return Result.missing("Not enough history.")
    return Result(float(series.iloc[-1]), n=len(series), as_of=series.index[-1].to_pydatetime())


def _last(series: pd.Series, needed: int, made_of: tuple[Bars, ...], formula: str) -> Shown:
    return _cell(_newest(series) if len(series) else _too_young(needed), made_of, formula, correlation)


def _too_young(needed: int) -> Result:
    return Result.missing(f"It needs {needed} sessions of history.", window=needed)


def _rank(series: pd.Series, needed: int, made_of: tuple[Bars, ...]) -> Shown:
    found = percentile_of_last(series).scaled(100) if len(series) else _too_young(needed)
    return told(joint_envelope(found, finished(made_of), "percentile", "percentile_1y"), percentile)


def _interval(found: Result) -> str:
    if found.value is None:
        return found.why or ""
    if found.low is None or found.high is None:
        return "no interval"
    told = ", holds zero" if found.low <= 0 <= found.high else ""
    return f"{correlation(found.low)} to {correlation(found.high)}{told}"
