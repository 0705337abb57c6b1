"""What the rebound tests look at, and what they can say: yes, no, or that it cannot be known."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import pandas as pd

from analytics.bounces import DayZero
from analytics.naming import no_prices
from market.bars import Bars
from market.calendars import day_of
from market.text import full_day
from market.zones import Zone

TOO_SOON = "The low is the newest close."


@dataclass(frozen=True, slots=True)
class Finding:
    """What one test saw: its number, and through time since day 0 whether the rule was met.

    ``met`` is 1, 0, or NaN where a missing close could decide. Without it the test is unknown, or not yet due
    where ``pending``.
    """

    value: float | None = None
    met: pd.Series | None = None
    why: str | None = None
    pending: bool = False
    made_of: tuple[Bars, ...] = ()
    flags: tuple[str, ...] = ()
    inputs: Mapping[str, float | str] = field(default_factory=lambda: MappingProxyType({}))

    def unless(self, why: str) -> "Finding":
        """The finding, and ``why`` where what was met cannot be known."""
        is_open = self.met is not None and not self.met.empty and bool(np.isnan(self.met.iloc[-1]))
        return replace(self, why=why) if is_open else self


@dataclass(frozen=True, slots=True)
class Case:
    """What the tests of one asset look at."""

    asset: Bars
    start: DayZero
    known: Mapping[str, Bars]
    zone: Zone

    @property
    def since_low(self) -> pd.Series:
        """Closes after day 0, one a session: NaN where one is missing."""
        return self.asset.close.iloc[self.start.row + 1 :]

    def after(self, series: pd.Series) -> pd.Series:
        """The part of another series that came after day 0."""
        return series[series.index > pd.Timestamp(self.start.low.at)]

    def lacking(self, *keys: str) -> Finding | None:
        """The finding that these series are not there; None where they all are."""
        absent = [key for key in keys if key not in self.known]
        return Finding(why=no_prices(absent)) if absent else None


def known(condition: pd.Series, *made_of: pd.Series) -> pd.Series:
    """A condition as 1 and 0; NaN where one of the series it was made of is."""
    whole = pd.concat(made_of, axis=1).notna().all(axis=1)
    return condition.astype(float).where(whole)


def every(*parts: pd.Series) -> pd.Series:
    """1 where all parts are 1, 0 where one is 0, and NaN where one that is not known decides."""
    table = pd.concat(parts, axis=1)
    failed, is_open = (table == 0).any(axis=1), table.isna().any(axis=1)
    return pd.Series(np.where(failed, 0.0, np.where(is_open, np.nan, 1.0)), index=table.index)


def say_hole(name: str, values: pd.Series) -> str:
    """The sentence for the newest close that is missing among ``values``."""
    gone = values.index[values.isna()]
    if gone.empty:
        return f"A close of {name} is missing."
    return (
        f"The close of {name} of {full_day(day_of(pd.Timestamp(gone[-1])))} is missing; it could decide this."
    )
