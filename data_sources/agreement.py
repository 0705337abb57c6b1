"""Whether two sources say the same of one close.

Tolerances, as a share of the middle of the two, and never finer than the second decimal or what the source
rounds to: 0.3 % for indices and funds, 0.5 % for crypto (two venues), 0.05 points or 0.3 % for VIX-like
levels, 0.10 points for yields (H.15 reads the curve at another hour than Yahoo). Yahoo's VIX close of
2026-02-06, 20.37 against Cboe's 17.76, is 13.7 % off: disputed.
"""

from dataclasses import replace
from datetime import timedelta

import pandas as pd

from data_sources.set_aside import say_number
from market.bars import Bars, SecondOpinion
from market.instruments import Calendar, Instrument, Interval, Unit
from market.publishers import publisher
from market.text import full_day

INDEX, CRYPTO, UNFINISHED = 0.003, 0.005, 0.02
POINTS, YIELD_POINTS = 0.05, 0.10
COMPARED_DAYS = 252
SHOWN_DAYS = 3
TOGETHER = timedelta(minutes=2)


def compare(bars: Bars, second: Bars) -> Bars:
    """``bars`` with the opinion of ``second`` attached, and disputed where the two differ beyond the
    tolerance.

    The newest finished bar that both have is compared; where both have the bar in progress, asked within two
    minutes of each other, that too (2 %). Series in different currencies are not compared. Days of the past
    year on which the two differ are noted.
    """
    if not comparable(bars, second):
        return bars
    ours, theirs = bars.finished.close.dropna(), second.finished.close.dropna()
    both = ours.index.intersection(theirs.index)[-COMPARED_DAYS:]
    if both.empty:
        return bars
    apart = _apart(ours[both], theirs[both], bars.instrument)
    newest = both[-1]
    opinion = opinion_of(ours[newest], theirs[newest], newest, second.provenance.source)
    disputed = bool(apart.iloc[-1]) and newest == ours.index[-1]
    if not disputed and _both_in_progress(bars, second):
        now = opinion_of(bars.last, second.last, second.frame.index[-1], second.provenance.source)
        if now.difference > UNFINISHED:
            opinion, disputed = now, True
    days = apart.index[apart][::-1][:SHOWN_DAYS]
    dates = dict(zip(bars.frame.index, bars.dates, strict=True))
    notes = tuple(
        f"{full_day(dates[day])}: {say_number(ours[day])} here, "
        f"{say_number(theirs[day])} at {publisher(second.provenance.source)}"
        for day in days
    )
    provenance = bars.provenance
    return replace(
        bars,
        provenance=replace(
            provenance,
            second=opinion,
            disputed=provenance.disputed or disputed,
            notes=(*provenance.notes, *notes),
        ),
    )


def disagreeing(bars: Bars) -> SecondOpinion | None:
    """What the second source says of the newest price, where that is what disputes ``bars``; else None.

    Bars may be disputed for a jump that nothing confirms, and a second source may have nothing for the day.
    """
    second = bars.provenance.second
    if not bars.provenance.disputed or second is None:
        return None
    about = pd.Timestamp(second.as_of)
    finished = bars.finished.close.dropna()
    if about > finished.index[-1]:
        return second if second.difference > UNFINISHED else None
    if about < finished.index[-1]:
        return None
    ours, theirs = (pd.Series([value]) for value in (float(finished.iloc[-1]), second.value))
    return second if bool(_apart(ours, theirs, bars.instrument).iloc[0]) else None


def differences(bars: Bars, second: Bars) -> "pd.Series[float]":
    """What ``second`` says on every day on which the two differ beyond the tolerance."""
    if not comparable(bars, second):
        return second.close.iloc[:0]
    ours, theirs = bars.finished.close.dropna(), second.finished.close.dropna()
    both = ours.index.intersection(theirs.index)
    return theirs[both][_apart(ours[both], theirs[both], bars.instrument)]


def comparable(bars: Bars, second: Bars) -> bool:
    """Whether the two count in the same money and bars: not USDT against dollars."""
    same_money = quote_of(bars.provenance.symbol) == quote_of(second.provenance.symbol)
    return same_money and bars.interval is second.interval


def quote_of(symbol: str) -> str:
    """The currency a symbol is quoted in: `USDT` of `BTC/USDT`, `USD` of `BTC-USD`, empty where it does not
    say.
    """
    base = symbol.split(":", 1)[0]
    for mark in ("/", "-"):
        if mark in base:
            quote = base.rsplit(mark, 1)[1]
            return "" if quote == "USD" else quote
    return ""


def _apart(ours: "pd.Series[float]", theirs: "pd.Series[float]", instrument: Instrument) -> "pd.Series[bool]":
    difference = (ours - theirs).abs()
    middle = (ours + theirs).abs() / 2
    if instrument.unit is Unit.PERCENT:
        return difference > YIELD_POINTS + 1e-9
    least = POINTS if instrument.unit is Unit.POINTS else 0.0
    share = CRYPTO if instrument.calendar is Calendar.ALWAYS else INDEX
    return difference > (middle * share).clip(lower=least) + 1e-9


def opinion_of(ours: float, theirs: float, stamp: pd.Timestamp, source: str) -> SecondOpinion:
    """What ``source`` says of a close, and how far that is from ours."""
    middle = abs(ours + theirs) / 2
    difference = abs(ours - theirs) / middle if middle else 0.0
    return SecondOpinion(source, float(theirs), stamp.to_pydatetime(), float(difference))


def _both_in_progress(bars: Bars, second: Bars) -> bool:
    both = bars.in_progress is not None and second.in_progress is not None
    apart = abs(bars.provenance.fetched_at - second.provenance.fetched_at)
    return both and bars.interval is Interval.DAY and bars.dates[-1] == second.dates[-1] and apart <= TOGETHER
