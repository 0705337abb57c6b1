"""Moving averages: where price stands to them, since when, and how many markets stand above their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from analytics.observations import positive
from analytics.ranks import FEWEST_SHARE
from analytics.rebasing import ratio_envelope
from analytics.returns import newest
from analytics.rolling import windows_of
from market.bars import Bars
from market.definitions import Definition
from market.readings import Envelope, Result, envelope, joint_envelope

SPANS = (50, 100, 200)
BREADTH_SPAN = 50

DEFINITIONS = (
    Definition(
        key="moving_average",
        title="Moving average",
        formula="The plain mean of the last 50, 100 or 200 finished closes.",
        sampling="Finished daily closes.",
        gaps="Missing until the history holds that many sessions, and with less than 80% of the closes; one "
        "that is missing is left out, and n says how many there are.",
        source="Simple mean; Faber (2007) for its use as a trend line.",
        group="Trend",
    ),
    Definition(
        key="distance_from_average",
        title="Distance from a moving average",
        formula="P(t) / average(t) − 1.",
        sampling="The newest price against the average of finished closes.",
        gaps="Missing while the average is.",
        source="Simple return.",
        group="Trend",
    ),
    Definition(
        key="breadth",
        title="Breadth",
        formula=f"Share of the named markets that closed above their own {BREADTH_SPAN}-session mean.",
        sampling="Finished daily closes; equal weights.",
        gaps="A market without the mean is left out; n counts those that have it.",
        source="Share of a fixed list; not the exchange’s own breadth.",
        group="Trend",
    ),
)


@dataclass(frozen=True, slots=True)
class Average:
    """One moving average now: its value, the price's distance from it, the way to it, and the run there.

    ``reach`` is measured from the price, ``distance`` from the average: 10% below is 11.1% to go.
    ``since`` is the first close of that run, None where it is as old as the average itself; ``crossed`` says
    whether the newest close was the first on its side. ``beside_gap`` says that a close is missing right
    before that run, so that it may have begun earlier.
    """

    span: int
    value: Envelope
    distance: Envelope
    reach: Envelope
    is_above: bool | None
    since: datetime | None
    last_other_side: datetime | None
    beside_gap: bool = False

    @property
    def crossed(self) -> bool:
        """Whether the newest close is the first on its side of the average."""
        return self.since is not None and self.since == self.value.as_of and not self.beside_gap


def moving_average(close: pd.Series, span: int) -> pd.Series:
    """The mean of what is known of the last ``span`` rows; NaN until there are that many, and below 80 %.

    Each mean is made of its own rows alone, so that what has left them leaves no trace.
    """
    if len(close) < span:
        return pd.Series(np.nan, index=close.index, name=close.name, dtype=float)
    stretches = windows_of(close.to_numpy(float), span)
    known = ~np.isnan(stretches)
    count = known.sum(axis=1)
    means = np.full(len(close), np.nan)
    total = np.where(known, stretches, 0.0).sum(axis=1)
    np.divide(total, count, out=means[span - 1 :], where=count >= FEWEST_SHARE * span)
    return pd.Series(means, index=close.index, name=close.name)


def averages(bars: Bars, spans: Iterable[int] = SPANS) -> tuple[Average, ...]:
    """Each moving average of the finished closes, and where the newest price stands to it."""
    return tuple(_average(bars, span) for span in spans)


def breadth(markets: Iterable[Bars], span: int = BREADTH_SPAN) -> Envelope:
    """The share (percent) of ``markets`` whose last finished close lies above its own mean."""
    ends = [
        (bars, bars.finished.last, float(moving_average(bars.finished.close, span).iloc[-1]))
        for bars in markets
    ]
    measured = [(bars, last > mean) for bars, last, mean in ends if not np.isnan(mean)]
    if not measured:
        why = f"No market has {span} closes yet."
        return joint_envelope(Result.missing(why), [], "percent", "breadth")
    share = 100 * sum(is_above for _, is_above in measured) / len(measured)
    return joint_envelope(
        Result(share, n=len(measured)), [bars.finished for bars, _ in measured], "percent", "breadth"
    )


def breadth_line(markets: Iterable[Bars], span: int = BREADTH_SPAN) -> pd.Series:
    """The same share through time, on the rows that all measured markets of one calendar have in common."""
    above = [
        (close > mean).where(mean.notna() & close.notna())
        for close in (bars.finished.close for bars in markets)
        for mean in [moving_average(close, span)]
    ]
    if not above:
        return pd.Series(dtype=float)
    table = pd.concat(above, axis=1, sort=True)
    return (100 * table.astype(float).mean(axis=1)).where(table.notna().any(axis=1)).dropna()


def _average(bars: Bars, span: int) -> Average:
    close = bars.finished.close
    mean = moving_average(close, span)
    if not len(mean) or np.isnan(mean.iloc[-1]):
        known = int(close.iloc[-span:].count())
        found = Result.missing(f"The history holds {known} of {span} closes.", known, span)
        return Average(
            span,
            envelope(found, bars, bars.instrument.unit.value, "moving_average"),
            envelope(found, bars, "percent", "distance_from_average"),
            envelope(found, bars, "percent", "reach"),
            None,
            None,
            None,
        )
    price, level = (float(positive(each).iloc[-1]) for each in (bars.linked, mean))
    n, first = int(close.iloc[-span:].count()), close.index[-span].to_pydatetime()
    value = Result(float(mean.iloc[-1]), n=n, as_of=newest(close), window=span, since=first)
    distance = reach = Result.missing("The price or its mean is not positive.", n, span, since=first)
    if not np.isnan(price / level):
        distance = Result(100 * (price / level - 1), n=n, window=span, since=first)
        reach = Result(100 * (level / price - 1), n=n, window=span, since=first)
    since, other, beside_gap = _run(
        (close > mean).astype(float).where(mean.notna() & close.notna()).loc[mean.notna()]
    )
    return Average(
        span,
        envelope(value, bars.finished, bars.instrument.unit.value, "moving_average", sessions=span),
        ratio_envelope(
            distance,
            bars,
            "percent",
            "distance_from_average",
            average=float(mean.iloc[-1]),
            price=float(bars.linked.iloc[-1]),
        ),
        ratio_envelope(
            reach,
            bars,
            "percent",
            "reach",
            level=float(mean.iloc[-1]),
            price=float(bars.linked.iloc[-1]),
        ),
        bool(close.iloc[-1] > mean.iloc[-1]),
        since,
        other,
        beside_gap,
    )


def _run(side: pd.Series) -> tuple[datetime | None, datetime | None, bool]:
    """The first row of the newest run, the last row before it that was on the same side, and whether a row
    without a close (NaN) stands right before the run; then no row on the same side is told.
    """
    here = side.to_numpy(float)
    others = np.flatnonzero(here != here[-1])
    if not len(others):
        return None, None, False
    start = int(others[-1]) + 1
    first, beside_gap = side.index[start].to_pydatetime(), bool(np.isnan(here[start - 1]))
    same = np.flatnonzero(here[:start] == here[-1])
    before = side.index[same[-1]].to_pydatetime() if len(same) and not beside_gap else None
    return first, before, beside_gap
