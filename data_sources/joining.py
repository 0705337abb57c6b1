"""The longest history of one price: the older closes of a second source in front of those of the first.

An exchange tells its newest 720 to 2,000 days, and the high that a fall is measured from may lie before them.
Closes in the same money are joined at a day on which both sources know the close and agree on it, so that no
return is made of two prices that differ. Nothing is scaled: where they do not agree the history stays short,
and says so.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from data_sources.agreement import comparable, differences
from data_sources.errors import SourceError
from data_sources.source import Remembering, Source
from market.bars import Bars, Older
from market.instruments import Instrument, Interval

SEARCHED, IN_A_ROW, MOSTLY = 30, 3, 0.8
"""The seam is looked for among the first closes that both know; from it on they agree on some in a row,
and on most of those looked at."""

Joined = tuple[Bars, tuple[Bars, ...], Bars]


class Longest:
    """``inner``, and in front of its days the older ones that others of the same money have at hand."""

    def __init__(
        self, inner: Source, others: Sequence[tuple[Source, bool]], kept: dict[tuple[str, str], Joined]
    ) -> None:
        """``others`` with whether each may be asked, once, for what it has not told; ``kept`` stays."""
        self._inner = inner
        self._others = others
        self._kept = kept

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """The bars of ``inner``, lengthened; the same object again while nothing has changed."""
        bars = self._inner.bars(instrument, interval)
        if interval is not Interval.DAY or instrument.flow:
            return bars
        place = instrument.key, bars.provenance.source
        histories = tuple(self._histories(bars))
        known = self._kept.get(place)
        if known and known[0] is bars and known[1] == histories:
            return known[2]
        joined = longest(bars, histories)
        self._kept[place] = bars, histories, joined
        return joined

    def _histories(self, bars: Bars) -> list[Bars]:
        """What the others have at hand that begins earlier, the longest first."""
        is_short = bars.provenance.windowed
        told = [
            history_of(other, bars.instrument, bars.interval, ask=is_short and may_ask)
            for other, may_ask in self._others
        ]
        return sorted(
            (each for each in told if each and each.since < bars.since), key=lambda each: each.since
        )


def history_of(provider: Source, instrument: Instrument, interval: Interval, *, ask: bool) -> Bars | None:
    """What ``provider`` has of the past, however old; with ``ask``, asked for where it has nothing."""
    if isinstance(provider, Remembering):
        return provider.remembered(instrument, interval, ask=ask)
    try:
        return provider.bars(instrument, interval) if ask else None
    except SourceError:
        return None


def longest(bars: Bars, histories: Sequence[Bars]) -> Bars:
    """``bars`` behind the first of ``histories`` that is the same price; themselves where none is."""
    return next((joined for each in histories if (joined := lengthen(bars, each)) is not bars), bars)


def lengthen(bars: Bars, older: Bars) -> Bars:
    """``bars`` with the closes of ``older`` in front of the first one on which the two agree.

    Volumes of the older part are left out: they count another venue's trades. ``bars`` themselves are
    returned where ``older`` does not begin earlier, or is not the same price in the same money.
    """
    seam = seam_of(bars, older)
    if seam is None:
        return bars
    front = older.finished.frame
    front = front.loc[front.index < seam].assign(volume=np.nan)
    if front.empty:
        return bars
    told = replace(older.provenance, stale_because=None, second=None, disputed=False, notes=())
    provenance = replace(
        bars.provenance, windowed=older.provenance.windowed, older=Older(told, seam.to_pydatetime())
    )
    return replace(bars, frame=pd.concat([front, bars.frame.loc[seam:]]), provenance=provenance)


def seam_of(bars: Bars, older: Bars) -> pd.Timestamp | None:
    """The first close from which the two agree; None where they are not one price."""
    if not comparable(bars, older) or older.since >= bars.since:
        return None
    ours, theirs = (each.finished.close.dropna() for each in (bars, older))
    both = ours.index.intersection(theirs.index)[:SEARCHED]
    agree = ~both.isin(differences(bars, older).index)
    if len(both) < IN_A_ROW or agree.mean() < MOSTLY:
        return None
    for place in range(len(both) - IN_A_ROW + 1):
        if agree[place : place + IN_A_ROW].all():
            return pd.Timestamp(both[place])
    return None


def attributed(bars: Bars) -> Bars:
    """``bars``, seen from before their seam, with the provenance of the source that they are all from."""
    older = bars.provenance.older
    if older is None or bars.as_of >= older.before:
        return bars
    return replace(bars, provenance=replace(older.provenance, stale_because=bars.provenance.stale_because))
