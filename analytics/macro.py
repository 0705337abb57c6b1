"""Macro: rates, the curve, the dollar, credit and commodities, with their changes and places in a year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log1p

import numpy as np
import pandas as pd

from analytics.dividends import UNADJUSTED, earned
from analytics.drawdowns import latest_rolling_drawdown
from analytics.naming import name_of, no_prices
from analytics.observations import observed, positive
from analytics.ranks import percentile_of_last
from analytics.returns import REACH_BACK, change_over, change_over_days, newest, say_missing
from market.bars import Bars
from market.definitions import Definition
from market.readings import Envelope, Result, joint_envelope, missing
from market.text import full_day

YEAR = 252
WEEK_DAYS, MONTH_DAYS = 7, 30
FEWEST = 60  # observations a one-year percentile needs before it says anything
STRONG_DOLLAR = 0.80

DEFINITIONS = (
    Definition(
        "macro_value",
        "Value",
        "The last published value; a spread is the difference of two, a ratio the quotient of two prices.",
        "New York closes; Treasury yields are the H.15 fixing, published the next business day.",
        "A spread or ratio is missing on days on which one side is not published.",
        "Own definition.",
        "Macro",
    ),
    Definition(
        "macro_change",
        "Change",
        "Last / base − 1 in percent; for yields and the curve, last − base in basis points. The base is "
        "the close before (1 day), or the last one at least 7 or 30 calendar days before (1 week, 1 "
        "month). A ratio of funds changes by their total returns.",
        "New York closes.",
        "Missing where the close of the base day is, or with none in the week up to it.",
        "Own definition.",
        "Macro",
    ),
    Definition(
        "percentile_1y",
        "Percentile of a year",
        "Mid-rank among the last 252 observations, today included: the share below plus half the share "
        "equal.",
        "New York closes.",
        "Flagged `young` with fewer than 252 observations; missing with fewer than 60.",
        "Own definition.",
        "Macro",
    ),
    Definition(
        "curve",
        "Yield curve",
        "10-year yield less 2-year yield, in basis points. Steeper or flatter over a window; bull when "
        "the 2-year yield fell, bear when it rose.",
        "H.15 constant-maturity yields.",
        "Only days on which both are published.",
        "Federal Reserve H.15.",
        "Macro",
    ),
    Definition(
        "dollar_move",
        "Dollar, 20 sessions",
        "Log change of the dollar index over 20 sessions, and its mid-rank among all such changes loaded. "
        "The dollar is called strong above the 80th percentile only.",
        "ICE closes.",
        "Missing where the close of 20 sessions before is.",
        "Own definition.",
        "Macro",
    ),
    Definition(
        "credit_excess",
        "Credit, 20 sessions",
        "Log return of high yield (HYG) less that of Treasuries (IEF) over 20 sessions.",
        "Total returns; of prices, and flagged `unadjusted`, where dividends are not known.",
        "Missing where either fund has no close at one of the two ends.",
        "Own definition; moves with the spread of high-yield bonds (rank correlation 0.84 over 20 sessions).",
        "Macro",
    ),
    Definition(
        "credit_drawdown",
        "Credit, from its high",
        "HYG / IEF from its highest value of 252 sessions.",
        "Total returns; of prices, and flagged `unadjusted`, where dividends are not known.",
        "Only sessions both have; flagged `young` while fewer than 252 are loaded.",
        "Own definition; rank correlation with the high-yield spread 0.73.",
        "Macro",
    ),
)


# Kernels


def spread_bp(long: float, short: float) -> float:
    """The difference of two yields given in percent, in basis points."""
    return (long - short) * 100


def log_excess(fund: float, against: float) -> float:
    """How much more one simple return is than another, in logs."""
    return log1p(fund) - log1p(against)


def together(first: pd.Series, second: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Both series on the instants that both have, from the first to the last at which both are known.

    A hole of either stays a row, so that rows are sessions.
    """
    both = pd.concat([first, second], axis=1, join="inner")
    known = np.flatnonzero(both.notna().all(axis=1).to_numpy())
    both = both.iloc[known[0] : known[-1] + 1] if len(known) else both.iloc[:0]
    return both.iloc[:, 0], both.iloc[:, 1]


def ratio(fund: pd.Series, against: pd.Series) -> pd.Series:
    """One price over another on the instants that both have; NaN where one is missing or not positive."""
    one, other = together(positive(fund), positive(against))
    return (one / other).rename(f"{fund.name}/{against.name}")


def difference_over_days(values: pd.Series, dates: pd.DatetimeIndex, days: int) -> Result:
    """The last value less the last known one dated at least ``days`` calendar days earlier."""
    if values.empty:
        return Result.missing("There are no values.")
    day = dates[-1] - pd.Timedelta(days, "D")
    place = int(dates.searchsorted(day, side="right")) - 1
    if place < 0:
        return Result.missing(f"The history starts after {full_day(day)}.", n=len(values))
    while place > 0 and np.isnan(values.iloc[place]):
        place -= 1
    if day - dates[place] > REACH_BACK:
        return Result.missing(f"There is no value in the week up to {full_day(day)}.", n=len(values))
    return _difference(values, len(values) - 1 - place)


def _difference(values: pd.Series, rows: int) -> Result:
    if len(values) <= rows:
        return Result.missing(f"The history holds {len(values)} of {rows + 1} values.", n=len(values))
    known = observed(values)
    move = float(known.iloc[-1] - known.iloc[-1 - rows])
    if np.isnan(move):
        return Result.missing(say_missing(values, len(values) - 1 - rows), n=rows, window=rows)
    return Result(move, n=rows, as_of=newest(values), window=rows)


def percentile_of_year(values: pd.Series) -> Result:
    """The mid-rank of the last value among the last 252; flagged ``young`` while fewer are loaded."""
    found = percentile_of_last(values.iloc[-YEAR:], minimum=FEWEST)
    return replace(found, flags=("young",)) if len(values) < YEAR and found.value is not None else found


# The rows of the Macro page


@dataclass(frozen=True, slots=True)
class MacroRow:
    """One line of the Macro page: a value, its changes over a day, a week and a month, its place in a year.

    Changes are in percent, or in basis points for yields and the curve; the percentile is between 0 and 100.
    """

    key: str
    name: str
    value: Envelope
    day: Envelope
    week: Envelope
    month: Envelope
    percentile: Envelope


@dataclass(frozen=True, slots=True)
class _Line:
    """What a row is made of: one series, and the bars it comes from.

    ``price`` is the value to show where the series is of total returns, whose level means nothing.
    """

    key: str
    name: str
    unit: str
    values: pd.Series
    dates: pd.DatetimeIndex
    made_of: tuple[Bars, ...]
    in_basis_points: bool
    flags: tuple[str, ...] = ()
    price: Envelope | None = None

    def row(self) -> MacroRow:
        values, dates, shown = self.values, self.dates, self._shown
        last = Result(float(values.iloc[-1]), n=1, as_of=newest(values), since=newest(values))
        if self.in_basis_points:
            scale = 1.0 if self.unit == "bp" else 100.0
            moves = [
                _difference(values, 1),
                difference_over_days(values, dates, WEEK_DAYS),
                difference_over_days(values, dates, MONTH_DAYS),
            ]
        else:
            scale = 100.0
            moves = [
                change_over(values, 1),
                change_over_days(values, dates, WEEK_DAYS),
                change_over_days(values, dates, MONTH_DAYS),
            ]
        unit = "bp" if self.in_basis_points else "percent"
        day, week, month = (shown(move.scaled(scale), unit, "macro_change") for move in moves)
        percentile = shown(percentile_of_year(values).scaled(100), "percentile", "percentile_1y")
        value = self.price or shown(last, self.unit, "macro_value")
        return MacroRow(self.key, self.name, value, day, week, month, percentile)

    def _shown(self, result: Result, unit: str, formula: str) -> Envelope:
        flagged = replace(result, flags=(*result.flags, *self.flags))
        inputs: dict[str, float | str] = {bars.key: bars.last for bars in self.made_of}
        return joint_envelope(flagged, self.made_of, unit, formula, **inputs)


ROWS = ("VIX", "DXY", "US10Y", "US2Y", "10Y-2Y", "GLD", "WTI", "HYG/IEF")
TERM, LIVE_ONLY = "VIX/VIX3M", "VIX3M"
NAMES = {
    "10Y-2Y": "10-year less 2-year",
    "HYG/IEF": "High yield against Treasuries",
    TERM: "VIX against 3-month VIX",
}


def macro_rows(known: Mapping[str, Bars], keys: Iterable[str] = ()) -> tuple[MacroRow, ...]:
    """The rows of the Macro page in the order of ``keys``; a series not among ``known`` is a row of missing.

    ``10Y-2Y`` is the curve in basis points, and a key such as ``HYG/IEF`` is the ratio of two. Without keys
    they are those of `ROWS`, and the term structure of the VIX where the 3-month index is known.
    """
    usual = (ROWS[0], TERM, *ROWS[1:]) if LIVE_ONLY in known else ROWS
    return tuple(_macro_row(key, known) for key in keys or usual)


def _macro_row(key: str, known: Mapping[str, Bars]) -> MacroRow:
    line = _line(key, known)
    if line is not None:
        return line.row()
    needed = _parts(key)
    why = no_prices([each for each in needed if each not in known] or [key])
    if all(each in known for each in needed):
        why = f"{' and '.join(map(name_of, needed))} have no day in common."
    value = missing("", "macro_value", why)
    change = missing("percent", "macro_change", why)
    place = missing("percentile", "percentile_1y", why)
    return MacroRow(key, NAMES.get(key) or name_of(key), value, change, change, change, place)


def _parts(key: str) -> tuple[str, ...]:
    return ("US10Y", "US2Y") if key == "10Y-2Y" else tuple(key.split("/"))


def _line(key: str, known: Mapping[str, Bars]) -> _Line | None:
    parts = [known[each] for each in _parts(key) if each in known]
    if len(parts) < len(_parts(key)):
        return None
    first = parts[0]
    if len(parts) == 1:
        yields = first.instrument.moves_in_basis_points
        unit = first.instrument.unit.value
        return _Line(key, first.instrument.name, unit, first.linked, first.dates, (first,), yields)
    if key == "10Y-2Y":
        spread = curve_series(*parts)
        return None if spread.empty else _joint_line(key, "bp", spread, parts)
    return _ratio_line(key, known)


def _ratio_line(key: str, known: Mapping[str, Bars]) -> _Line | None:
    """The quotient of two prices, and how it changes with dividends where they are known."""
    fund, against = (known[each] for each in _parts(key))
    prices, pair = ratio(fund.linked, against.linked), earned(known, _parts(key))
    made_of = list(pair.series.values())
    values = ratio(*(each.linked for each in made_of))
    if prices.empty or values.empty:
        return None
    without = (UNADJUSTED,) if fund.instrument.total_return or against.instrument.total_return else ()
    last = Result(float(prices.iloc[-1]), n=1, as_of=newest(prices), flags=without)
    inputs: dict[str, float | str] = {each.key: each.last for each in (fund, against)}
    price = joint_envelope(last, (fund, against), "ratio", "macro_value", **inputs)
    return _joint_line(key, "ratio", values, made_of, pair.flags, price)


def _joint_line(
    key: str,
    unit: str,
    values: pd.Series,
    made_of: Sequence[Bars],
    flags: tuple[str, ...] = (),
    price: Envelope | None = None,
) -> _Line:
    first = made_of[0]
    dates = first.dates[first.frame.index.isin(values.index)]
    name = NAMES.get(key, key)
    return _Line(key, name, unit, values, dates, tuple(made_of), unit == "bp", flags, price)


# Curve, dollar, credit


def curve_series(long: Bars, short: Bars) -> pd.Series:
    """The yield of ``long`` less that of ``short`` in basis points, on the days both are published."""
    one, other = together(long.close, short.close)
    return ((one - other) * 100).round(9).rename(f"{long.key}-{short.key}")


@dataclass(frozen=True, slots=True)
class Curve:
    """The yield curve: its spread, for how many sessions it has been inverted, and what kind of move it made.

    ``kind`` is such as ``bull steepening``; None where it did not move over the window.
    """

    spread: Envelope
    inverted_sessions: int
    kind: str | None


def curve(long: Bars, short: Bars, sessions: int = 20) -> Curve:
    """The curve now, and what kind of move it made over the last ``sessions``."""
    spread = curve_series(long, short)
    if spread.empty:
        why = f"{long.instrument.name} and {short.instrument.name} have no day in common."
        return Curve(missing("bp", "curve", why), 0, None)
    known = spread.dropna().to_numpy()
    last = Result(float(spread.iloc[-1]), n=len(known), as_of=newest(spread))
    positive = np.flatnonzero(known >= 0)
    inverted = len(known) - (int(positive[-1]) + 1 if len(positive) else 0)
    shown = joint_envelope(last, (long, short), "bp", "curve", **{long.key: long.last, short.key: short.last})
    return Curve(shown, inverted, _kind_of_move(spread, together(long.close, short.close)[1], sessions))


def _kind_of_move(spread: pd.Series, short: pd.Series, sessions: int) -> str | None:
    wider, higher = _difference(spread, sessions).value, _difference(short, sessions).value
    if not wider or not higher:
        return None
    return f"{'bull' if higher < 0 else 'bear'} {'steepening' if wider > 0 else 'flattening'}"


@dataclass(frozen=True, slots=True)
class Dollar:
    """The dollar's move and its place among all such moves loaded; ``strong`` is None where not known."""

    move: Envelope
    percentile: Envelope
    strong: bool | None


def dollar(index: Bars, sessions: int = 20) -> Dollar:
    """The log move of the dollar over ``sessions``; strong only above the 80th percentile of its history."""
    close = positive(index.linked)
    moves = np.log(close).diff(sessions).dropna()
    if moves.empty or moves.index[-1] != close.index[-1]:
        why = f"The history holds {len(close)} of {sessions + 1} closes."
        if len(close) > sessions:
            why = say_missing(close, len(close) - 1 - sessions)
        return Dollar(missing("percent", "dollar_move", why), missing("percentile", "dollar_move", why), None)
    move = Result(float(moves.iloc[-1]), n=sessions, as_of=newest(moves), window=sessions)
    place = percentile_of_last(moves, minimum=FEWEST)
    return Dollar(
        joint_envelope(move.scaled(100), (index,), "percent", "dollar_move", sessions=sessions),
        joint_envelope(place.scaled(100), (index,), "percentile", "dollar_move", sessions=sessions),
        None if place.value is None else place.value > STRONG_DOLLAR,
    )


@dataclass(frozen=True, slots=True)
class Credit:
    """High yield against Treasuries, in percent: excess over 20 sessions, distance from a year's high."""

    excess: Envelope
    drawdown: Envelope
    excess_percentile: Envelope


def credit(known: Mapping[str, Bars], sessions: int = 20) -> Credit:
    """The pair that follows credit spreads best, HYG and IEF, both among ``known``: 20-session excess and
    distance from a year's high.
    """
    pair = earned(known, ("HYG", "IEF"))
    funds, flags = tuple(pair.series.values()), pair.flags
    quotient = ratio(*(each.linked for each in funds))

    def shown(result: Result, unit: str, formula: str) -> Envelope:
        flagged = replace(result, flags=(*result.flags, *flags))
        inputs: dict[str, float | str] = {each.key: each.last for each in funds}
        return joint_envelope(flagged.scaled(100), funds, unit, formula, **inputs)

    excess = excess_returns(quotient, sessions)
    if excess.empty or excess.index[-1] != quotient.index[-1]:
        why = f"The history holds {len(quotient)} of {sessions + 1} common closes."
        if len(quotient) > sessions:
            why = say_missing(quotient, len(quotient) - 1 - sessions)
        last = place = Result.missing(why, n=len(quotient))
    else:
        last = Result(float(excess.iloc[-1]), n=sessions, as_of=newest(excess), window=sessions)
        place = percentile_of_last(excess, minimum=FEWEST)
    return Credit(
        shown(last, "percent", "credit_excess"),
        shown(_from_high_of_year(quotient), "percent", "credit_drawdown"),
        shown(place, "percentile", "credit_excess"),
    )


def excess_returns(quotient: pd.Series, sessions: int) -> pd.Series:
    """Log changes of a ratio over ``sessions`` rows, the excess return of its upper leg; none by holes."""
    logs: pd.Series = np.log(positive(quotient))
    return logs.diff(sessions).dropna()


def _from_high_of_year(quotient: pd.Series) -> Result:
    window = min(YEAR, len(quotient))
    if not window:
        return Result.missing("The two funds have no day in common.")
    found = latest_rolling_drawdown(quotient, window)
    return replace(found, flags=("young",)) if window < YEAR else found
