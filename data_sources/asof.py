"""A Source in front of a Source that knows nothing after a moment: replay.

Later bars are not hidden, they are never handed on. The bar in progress at the moment is built from the
hours known by then, on the hours' own venue.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd

from data_sources.errors import NoData, SourceError
from data_sources.source import Source
from market.bars import COLUMNS, Bars, InProgress
from market.calendars import day_of, day_start, session_state
from market.instruments import Calendar, Instrument, Interval
from market.moments import say_day
from market.publication import Publication
from market.publishers import publisher

FUNDING_PERIOD = timedelta(hours=8)
WEEK, WORKING_WEEK = timedelta(days=7), timedelta(days=5)


class AsOf:
    """What ``inner`` would have answered at ``moment``."""

    def __init__(self, inner: Source, moment: datetime) -> None:
        """``moment`` carries its zone."""
        self._inner = inner
        self._kept: dict[tuple[str, Interval], tuple[Bars, Bars]] = {}
        self.moment = moment

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars complete by the moment and the one in progress; raises `NoData` if there were none yet.

        The same object again for as long as the source behind answers with the same.
        """
        full = self._inner.bars(instrument, interval)
        made_of, known = self._kept.get((instrument.key, interval), (None, None))
        if known is None or made_of is not full:
            known = self._seen(full, instrument, interval)
            self._kept[instrument.key, interval] = full, known
        return known

    def _seen(self, full: Bars, instrument: Instrument, interval: Interval) -> Bars:
        bars = full.published(self.moment)
        if bars is None:
            raise NoData(instrument, "the history so far", f"nothing at {self.moment.isoformat()}")
        if interval is not Interval.DAY or instrument.flow:
            return self._aged(bars)
        return self._aged(self._with_progress(bars))

    def _with_progress(self, bars: Bars) -> Bars:
        """``bars`` followed by the day or session that the moment lies in, where its hours are known."""
        start = last_close(bars.instrument.calendar, self.moment)
        if start is None or bars.as_of != start or start == self.moment:
            return bars
        try:
            hours = self._inner.bars(bars.instrument, Interval.HOUR).until(self.moment)
        except SourceError:
            return bars
        return with_progress(bars, hours) if hours else bars

    def _aged(self, bars: Bars) -> Bars:
        """``bars`` marked as out of date when a bar that was due by the moment is not there."""
        habit = bars.instrument.published_by(bars.provenance.source)
        if bars.interval is Interval.HOUR or not is_late(bars, self.moment, habit):
            return bars
        day = say_day(bars.dates[-1].date())
        because = f"{publisher(bars.provenance.source)} published nothing after {day}"
        return replace(bars, provenance=replace(bars.provenance, stale_because=because))


def is_late(bars: Bars, moment: datetime, habit: Publication | None) -> bool:
    """Whether a finished bar that was due at ``moment``, as its publisher's ``habit`` goes, is not there."""
    due = due_close(bars.instrument.calendar, moment, habit)
    return due is not None and bars.finished.as_of < due - time_between(bars.finished)


def time_between(bars: Bars) -> timedelta:
    """How long after a close the next reading may be due: hours for funding, a week for what is made weekly.

    Nothing for what comes with every close.
    """
    if not bars.instrument.flow or len(bars) < 2:
        return timedelta(0)
    apart = bars.frame.index[-1] - bars.frame.index[-2]
    if apart < timedelta(days=1):
        return FUNDING_PERIOD
    return WEEK if bars.instrument.published and apart > WORKING_WEEK else timedelta(0)


def due_close(calendar: Calendar, moment: datetime, habit: Publication | None = None) -> datetime | None:
    """The instant of the last close that was due at ``moment``; of what appears later, once it has."""
    if habit is not None and habit.opens_the_day:
        return day_start(moment - timedelta(microseconds=1))  # a midnight still belongs to the day it ends
    due = last_close(calendar, moment)
    while habit and due and not habit.is_expected(day_of(due), moment):
        due = close_before(calendar, due)
    return due


def close_before(calendar: Calendar, close: datetime) -> datetime | None:
    """The close before this one."""
    return last_close(calendar, close - timedelta(minutes=1))


def last_close(calendar: Calendar, moment: datetime) -> datetime | None:
    """The instant of the last close that was due at ``moment``."""
    if calendar is Calendar.ALWAYS:
        return day_start(moment)
    return session_state(moment).last_close


def with_progress(bars: Bars, hours: Bars) -> Bars:
    """``bars`` (finished) followed by one bar made of the ``hours`` since the last close.

    Its change since that close is measured on the hours' own venue: from the hour that ended at the close,
    or where that hour is unknown from the first hour's opening price. Without either, or without a later
    hour, ``bars`` are returned as they are.
    """
    start = pd.Timestamp(bars.as_of)
    frame = hours.frame
    since = frame.loc[frame.index > start]
    if since.empty:
        return bars
    at_start = frame["close"].loc[start:start]
    base = float(at_start.iloc[0] if len(at_start) else since["open"].iloc[0])
    if not base > 0:
        return bars
    last = float(since["close"].iloc[-1])
    bar = pd.DataFrame(
        [
            [
                since["open"].iloc[0],
                since["high"].max(),
                since["low"].min(),
                last,
                since["volume"].sum(min_count=1),
            ]
        ],
        index=since.index[-1:],
        columns=list(COLUMNS),
    )
    in_progress = InProgress(hours.provenance.source, last / base - 1)
    return replace(bars, frame=pd.concat([bars.frame, bar]), in_progress=in_progress)
