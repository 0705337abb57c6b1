"""Changes of a price: from close to close, over days, since a date, since the year began.

Simple returns are for anything a person reads; log returns for what is added up, averaged or regressed. Every
change is a fraction: -0.0159 is a fall of 1.59 %. Nothing is ever filled forward into a return.
The ``n`` of a change counts the rows it spans.
"""

from datetime import datetime
from math import log, log1p

import numpy as np
import pandas as pd

from analytics.observations import observed, positive
from market.calendars import day_of
from market.definitions import Definition
from market.readings import Result
from market.text import full_day

REACH_BACK = pd.Timedelta(7, "D")
"""How far before the day asked for a base close may lie: longer than any closure of New York since 1933."""

DEFINITIONS = (
    Definition(
        key="indexed",
        title="Set to 100 on one day",
        formula="100 × P(t) / P(last close at the chosen day or earlier).",
        sampling="Close to close, each series on its own days.",
        gaps="A series that starts later begins at 100 on its first close.",
        source="Simple return.",
        group="Prices",
    ),
)


def newest(series: pd.Series) -> datetime | None:
    """The instant of the last row; None where there are no rows or the index holds no instants."""
    if series.empty or not isinstance(series.index, pd.DatetimeIndex):
        return None
    return series.index[-1].to_pydatetime()


def change(before: float, after: float) -> float:
    """The simple change from ``before`` to ``after``; raises `ValueError` unless ``before`` is positive."""
    if not before > 0:
        raise ValueError("a change starts from a positive price")
    return after / before - 1


def log_change(before: float, after: float) -> float:
    """The log change from ``before`` to ``after``; raises `ValueError` unless both are positive."""
    if not (before > 0 and after > 0):
        raise ValueError("a log change is made of two positive prices")
    return log(after / before)


def as_log(simple: float) -> float:
    """A simple return as a log return; raises `ValueError` at -100 % and below."""
    return log1p(simple)


def simple_returns(close: pd.Series) -> pd.Series:
    """Simple returns from row to row, first row left out; NaN beside a gap and after a price <= 0."""
    return (observed(close) / positive(close.shift()) - 1).iloc[1:]


def log_returns(close: pd.Series) -> pd.Series:
    """Log returns from row to row, first row left out; NaN beside a gap and on both sides of a price <= 0."""
    logs = np.log(positive(close).to_numpy(float))
    return pd.Series(np.diff(logs), index=close.index[1:], name=close.name)


def change_over(close: pd.Series, sessions: int) -> Result:
    """The simple change of the last close against the one ``sessions`` rows earlier; missing if that is."""
    if len(close) <= sessions:
        return Result.missing(
            f"The history holds {len(close)} of {sessions + 1} closes.",
            n=len(close),
            window=sessions,
        )
    return _change_from(close, len(close) - 1 - sessions)


def change_over_days(close: pd.Series, dates: pd.DatetimeIndex, days: int) -> Result:
    """The simple change against the last close dated at least ``days`` calendar days earlier.

    With 7, a Friday is set against the Friday before, or against the Thursday when that Friday was a holiday.
    Dates, not instants, are compared: a closing instant moves by an hour with summer time. Missing when the
    history starts later, or has no close within a week before the day asked for.
    """
    if close.empty:
        return Result.missing("There are no closes.")
    return _change_from_date(close, dates, dates[-1] - pd.Timedelta(days, "D"))


def year_to_date(close: pd.Series, dates: pd.DatetimeIndex) -> Result:
    """The simple change against the last close of the calendar year before; missing if history is shorter."""
    if close.empty:
        return Result.missing("There are no closes.")
    return _change_from_date(close, dates, pd.Timestamp(dates[-1].year - 1, 12, 31))


def change_since(close: pd.Series, instant: datetime) -> Result:
    """The simple change against the last close at ``instant`` or earlier; missing if history is shorter."""
    place = int(close.index.searchsorted(pd.Timestamp(instant), side="right")) - 1
    if place < 0:
        return Result.missing("The history starts later than the date asked for.")
    return _change_from(close, place)


def indexed(close: pd.Series, start: datetime, base: float = 100.0) -> pd.Series:
    """The closes from the last one at ``start`` or earlier (else the first), scaled to begin at ``base``.

    Empty when that close is not positive: nothing can be measured from it.
    """
    place = max(int(close.index.searchsorted(pd.Timestamp(start), side="right")) - 1, 0)
    kept = observed(close.iloc[place:])
    if not positive(kept.iloc[:1]).notna().any():
        return kept.iloc[:0]
    return kept * (base / float(kept.iloc[0]))


def period_changes(close: pd.Series, dates: pd.DatetimeIndex, period: str) -> pd.Series:
    """Simple changes from the last close of one period to the last of the next, by the instant of that close.

    ``period`` is ``W`` (ISO week) or ``M`` (month). The newest period is measured as far as it has gone; the
    first one, whose beginning is not known, is left out.
    """
    labels = dates.to_period(period)
    is_last = np.append(labels[1:] != labels[:-1], True) if len(labels) else np.zeros(0, bool)
    return simple_returns(close[is_last])


def _change_from_date(close: pd.Series, dates: pd.DatetimeIndex, day: pd.Timestamp) -> Result:
    place = int(dates.searchsorted(day, side="right")) - 1
    if place < 0:
        return Result.missing(f"The history starts after {full_day(day)}.", n=len(close))
    if day - dates[place] > REACH_BACK:
        return Result.missing(f"There is no close in the week up to {full_day(day)}.", n=len(close))
    return _change_from(close, place)


def _change_from(close: pd.Series, place: int) -> Result:
    before, after = float(positive(close).iloc[place]), float(observed(close).iloc[-1])
    spanned = len(close) - 1 - place
    if np.isnan(before):
        return Result.missing(_why_no_base(close, place), n=spanned, window=spanned)
    if np.isnan(after):
        return Result.missing("The last close is missing.", n=spanned, window=spanned)
    return Result(change(before, after), n=spanned, as_of=newest(close), window=spanned)


def _why_no_base(close: pd.Series, place: int) -> str:
    if not np.isnan(float(close.iloc[place])):
        return "The earlier price is not positive, so a change in percent means nothing."
    return say_missing(close, place)


def say_missing(values: pd.Series, place: int) -> str:
    """The sentence for a row without a value: of which day it is, where the index tells."""
    if not isinstance(values.index, pd.DatetimeIndex):
        return "The earlier value is missing."
    return f"There is no close of {full_day(day_of(values.index[place].to_pydatetime()))}."
