"""Rebound tests that fire once: the follow-through day and the breadth thrust.

Until the day on which their absence is a failure they can only pass, so until then they do not count.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from analytics.rebound_case import TOO_SOON, Case, Finding, every, known, say_hole
from analytics.systemic import SECTORS

ATTEMPT_STARTS, ATTEMPT_ENDS = 4, 10  # the first day of the attempt that counts, and the one that decides
FOLLOW_THROUGH = 0.0125
THRUST_FROM, THRUST_TO, THRUST_SESSIONS = 0.40, 0.615, 10


def follow_through(case: Case) -> Finding:
    volume = case.asset.frame["volume"].iloc[case.start.row :]
    days, name = len(case.since_low), case.asset.instrument.name
    if volume.isna().all():
        return Finding(why=f"Volumes of {name} are not in this history.")
    if days < ATTEMPT_STARTS:
        return Finding(why=f"Day {days} of the attempt; the rule starts on day 4.", pending=True)
    gains = case.asset.returns.iloc[case.start.row :].iloc[ATTEMPT_STARTS - 1 :]
    before = volume.shift()
    heavier = known(volume > before, volume, before).reindex(gains.index)
    fired = every(known(gains >= FOLLOW_THROUGH, gains), heavier)
    best = None if gains.isna().all() else 100 * float(gains.max())
    doubt = say_hole(name, volume.where(case.asset.close.notna()))
    return _fires_once(best, fired, days).unless(doubt)


def _fires_once(value: float | None, fired: pd.Series, days: int) -> Finding:
    """A signal that fires once: before day 10 it can pass and not fail, so that it does not count yet."""
    came = fired.eq(1).cummax()
    if days < ATTEMPT_ENDS:
        why = f"Not by day {days}; it is given until day {ATTEMPT_ENDS}."
        if came.any():
            why = f"It came; it counts from day {ATTEMPT_ENDS}, as its absence does."
        return Finding(value, why=why, pending=True)
    is_open = fired.isna().cummax()
    return Finding(value, pd.Series(np.where(came, 1.0, np.where(is_open, np.nan, 0.0)), index=fired.index))


def ema(values: pd.Series, start: float, n: int) -> pd.Series:
    """The exponential mean of ``n`` rows that stands at ``start`` before the first value."""
    level, levels = start, []
    for value in values.to_numpy(float):
        level += 2 / (n + 1) * (value - level)
        levels.append(level)
    return pd.Series(levels, index=values.index, dtype=float)


def thrusts(advancing: pd.Series) -> pd.Series:
    """Whether a breadth thrust fires on each row: the 10-row mean from under 40 to over 61.5% in 10 rows.

    ``advancing`` is the share of issues that rose. The mean starts from its first 10 rows, which stay False.
    """
    level = breadth_mean(advancing)
    lowest = level.rolling(THRUST_SESSIONS, min_periods=1).min().shift()
    fired = ((level > THRUST_TO) & (lowest < THRUST_FROM)).to_numpy(bool)
    early = np.zeros(len(advancing) - len(fired), dtype=bool)
    return pd.Series(np.concatenate([early, fired]), index=advancing.index)


def breadth_mean(advancing: pd.Series) -> pd.Series:
    """The 10-row exponential mean of the share that rose, from the row after its first 10 on."""
    first = float(advancing.iloc[:THRUST_SESSIONS].mean())
    return ema(advancing.iloc[THRUST_SESSIONS:], first, THRUST_SESSIONS)


def breadth(case: Case) -> Finding:
    funds = [case.known[key] for key in SECTORS if key in case.known]
    if len(funds) < len(SECTORS) - 1:
        return Finding(why="Too few sector funds are known to stand in for breadth.")
    moves = pd.concat([fund.returns for fund in funds], axis=1, join="inner")
    whole = moves.notna().all(axis=1)
    advancing = (moves[whole] > 0).mean(axis=1)
    fired = case.after(thrusts(advancing).astype(float).reindex(moves.index))
    level = breadth_mean(advancing)
    if fired.empty:
        return Finding(why=TOO_SOON, pending=True)
    if level.empty:
        return Finding(why=f"The sector funds hold {len(advancing)} of {THRUST_SESSIONS + 1} sessions.")
    found = _fires_once(100 * float(level.iloc[-1]), fired, len(fired))
    found = found.unless(say_hole("a sector fund", fired))
    inputs: dict[str, float | str] = {
        "funds": len(funds),
        "rose on the last day, percent": 100 * float(advancing.iloc[-1]),
        "lowest mean of 10 sessions, percent": 100 * float(level.iloc[-THRUST_SESSIONS:].min()),
    }
    return replace(found, made_of=tuple(funds), flags=("proxy",), inputs=inputs)
