"""Official gauges of stress: what authorities and index publishers measure, each in its own unit."""

from dataclasses import dataclass

import numpy as np

from analytics.macro import FEWEST
from analytics.ranks import percentile_of_last
from analytics.returns import change_over, newest, say_missing
from market.bars import Bars
from market.definitions import Definition
from market.instruments import Instrument
from market.readings import Envelope, Result, envelope, missing

DEFINITIONS = (
    Definition(
        "gauge_value",
        "Official gauge",
        "The newest published value. Zero is average stress for the indices of the OFR and of the St. Louis "
        "Fed; the spread is in percent; the broad dollar is 100 in January 2006.",
        "As published: the OFR’s index two business days later, the St. Louis Fed’s a week at a time on the "
        "Thursday after, the spread the next day, the dollar a week at a time on the Monday after. "
        "Publishers revise: a replay shows today’s figures, each from when it had appeared.",
        "A day without a figure is left out.",
        "US Office of Financial Research; FRED: STLFSI4, BAMLH0A0HYM2, DTWEXBGS. Monin (2019), The OFR "
        "Financial Stress Index, Risks 7(1):25.",
        "Gauges",
    ),
    Definition(
        "gauge_change",
        "Change of an official gauge",
        "Last − the value before, in points for the indices of stress and in basis points for the spread; "
        "last / the value before − 1 in percent for the dollar.",
        "As published; over a week where the gauge is weekly.",
        "Missing with a single value, and where the one before is missing.",
        "Own definition.",
        "Gauges",
    ),
    Definition(
        "gauge_percentile",
        "Percentile of an official gauge",
        "Mid-rank of the newest value among all values loaded, itself included.",
        "As published; `n` counts days, or weeks where the gauge is weekly.",
        "Missing with fewer than 60 values. Histories differ in length, so percentiles of two gauges do not "
        "compare.",
        "Own definition.",
        "Gauges",
    ),
)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One gauge now: its value, its change since the value before, and its percentile (0 to 100)."""

    instrument: Instrument
    value: Envelope
    change: Envelope
    percentile: Envelope


def gauge(bars: Bars) -> Gauge:
    """The newest finished value of ``bars``, in the unit of its instrument, and where it stands."""
    known = bars.finished
    close, instrument = known.close, known.instrument
    last = Result(float(close.iloc[-1]), n=1, as_of=newest(close), since=newest(close))
    place = percentile_of_last(close, minimum=FEWEST)
    return Gauge(
        instrument,
        envelope(last, known, instrument.unit.value, "gauge_value"),
        envelope(_change(known), known, unit_of_change(instrument), "gauge_change"),
        envelope(place.scaled(100), known, "percentile", "gauge_percentile"),
    )


def unknown(instrument: Instrument, why: str) -> Gauge:
    """The gauge of an instrument without values, and ``why``."""
    return Gauge(
        instrument,
        missing(instrument.unit.value, "gauge_value", why),
        missing(unit_of_change(instrument), "gauge_change", why),
        missing("percentile", "gauge_percentile", why),
    )


def unit_of_change(instrument: Instrument) -> str:
    """Basis points of a spread, percent of an index with a price, points of one around zero."""
    if instrument.moves_in_basis_points:
        return "bp"
    return "percent" if instrument.has_price else instrument.unit.value


def _change(bars: Bars) -> Result:
    if bars.instrument.has_price:
        return change_over(bars.close, 1).scaled(100)
    if len(bars) < 2:
        return Result.missing("There is one value only.", n=len(bars))
    scale = 100 if bars.instrument.moves_in_basis_points else 1
    move = round(float(bars.changes.iloc[-1]) * scale, 9)
    if np.isnan(move):
        return Result.missing(say_missing(bars.close, len(bars) - 2), n=1, window=1)
    return Result(move, n=1, as_of=bars.as_of, window=1)
