"""What the gates set aside: the instant of a row, why, and how that is said."""

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from market.bars import SetAside
from market.calendars import day_of
from market.instruments import Instrument
from market.text import MINUS, full_day, full_moment

Disbelieved = tuple[pd.Timestamp, str]
"""The instant of a row that is not believed, and a short reason: `688,272 is 100 times its neighbours`."""

MOST_NAMED = 5
IN_DOUBT = ": in doubt, "
APART = 20 * 3600 * 10**9  # nanoseconds


def notes_of(set_aside: Sequence[Disbelieved], index: pd.Index, instrument: Instrument) -> tuple[str, ...]:
    """A sentence for each of the first rows, and one for how many more there are.

    ``index`` holds all instants of the series: where it has several a day, they are said with their hour.
    """
    when = partial(say_when, has_hours=is_within_days(index), opens_the_day=instrument.opens_the_day)
    notes = [f"{when(at)}: {why}, set aside" for at, why in set_aside[:MOST_NAMED]]
    more = len(set_aside) - MOST_NAMED
    if more > 0:
        notes.append(f"{counted(more)} more set aside in the same way")
    return tuple(notes)


def as_set_aside(disbelieved: Iterable[Disbelieved]) -> tuple[SetAside, ...]:
    """The rows as the provenance of what is left names them."""
    return tuple(SetAside(at.to_pydatetime(), why) for at, why in disbelieved)


def doubts_in(notes: Iterable[str]) -> list[str]:
    """The notes that say what is in doubt: kept among the prices, and disputed."""
    return [note for note in notes if IN_DOUBT in note]


def is_within_days(index: pd.Index) -> bool:
    """Whether the rows of a series mostly lie closer together than days."""
    apart = (
        np.median(np.diff(np.sort(pd.DatetimeIndex(index).as_unit("ns").asi8))) if len(index) > 1 else APART
    )
    return bool(apart < APART)


def say_when(stamp: pd.Timestamp, *, has_hours: bool = False, opens_the_day: bool = False) -> str:
    """The day a row belongs to, `4 Feb 2026`: the one its stamp ends, or begins where it opens the day; its
    instant where a day has several.
    """
    moment = stamp.to_pydatetime()
    if has_hours:
        return full_moment(moment)
    return full_day(moment.date() if opens_the_day else day_of(moment))


def say_number(value: float) -> str:
    """A number as it arrived: `−6,882.72`, `612`, `42.1`."""
    return f"{value:,.10g}".replace("-", MINUS)


def counted(rows: int) -> str:
    """`1 row`, `2 rows`."""
    return f"{rows} row" if rows == 1 else f"{rows:,} rows"
