"""Rotation: whether money moved from high-beta holdings into defensives, gold, bonds and cash."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from analytics.dividends import Earned, earned, with_keys_of_total_returns
from analytics.macro import together
from analytics.naming import name_of, no_prices
from analytics.ranks import percentile_of_last
from analytics.returns import change_over, newest
from analytics.volatility import rolling_volatility
from market.bars import Bars
from market.definitions import Definition
from market.readings import Envelope, Result, envelope, joint_envelope, missing

HAVENS = ("XLP", "XLU", "XLV", "GLD", "TLT", "IEF", "SHY")
HIGH_BETA = ("IGV", "SMH", "NDX")
WINDOW = 20
YEAR = 252

CASH = "SHY"  # one to three years of Treasuries: what stands in for bills among the keys we hold
SAFE_GROUPS = {
    "defensives": ("XLP", "XLU", "XLV"),
    "gold": ("GLD",),
    "bonds": ("IEF", "TLT"),
    "cash": (CASH,),
}
SAFE_LEGS = tuple(key for keys in SAFE_GROUPS.values() for key in keys)
RISK_LEGS = ("NDX", "IGV", "SMH", "IWM", "BTC")
SERIES = with_keys_of_total_returns((*HAVENS, *HIGH_BETA))
FEWEST_LEGS = 3
TEXTBOOK_PERCENTILE = 0.80
TEXTBOOK_GROUPS = 3

DEFINITIONS = (
    Definition(
        "window_return",
        "Return over the window",
        "Last close / close that many sessions earlier − 1.",
        "New York closes; total returns of all legs, or prices of all, flagged `unadjusted`.",
        "Missing while the history is shorter than the window.",
        "Simple return.",
        "Rotation",
    ),
    Definition(
        "rotation_spread",
        "Havens less high beta",
        "Mean return of the havens less mean return of the high-beta legs, over the window.",
        "New York closes; total returns of all legs, or prices of all, flagged `unadjusted`.",
        "A leg without prices is left out of its side; fewer than 3 legs on a side: missing.",
        "Own definition.",
        "Rotation",
    ),
    Definition(
        "rotation_index",
        "Rotation index",
        "Each leg’s 20-session excess return over cash is divided by its own volatility of 252 sessions × "
        "√20; the index is the mean of the safe legs less the mean of the risk legs.",
        "Common New York sessions; Bitcoin on the UTC day of the same date, flagged `async`. Treasuries "
        "of 1–3 years stand in for bills: cash is a safe leg with no excess over itself. Total returns of "
        "all legs, or prices of all, flagged `unadjusted`.",
        "A leg without prices is left out of its side; fewer than 3 legs on a side: missing.",
        "Own definition.",
        "Rotation",
    ),
    Definition(
        "rotation_percentile",
        "Rotation percentile",
        "Mid-rank of the rotation index in its own loaded history.",
        "Common New York sessions.",
        "Missing with fewer than 60 values of the index.",
        "Own definition.",
        "Rotation",
    ),
)


def spread(safe: Sequence[float], risk: Sequence[float]) -> float:
    """The mean of the safe legs less that of the risk legs; raises `ValueError` for a side without legs."""
    if not len(safe) or not len(risk):
        raise ValueError("a rotation needs legs on both sides")
    return float(np.mean(safe) - np.mean(risk))


# Returns over a window


@dataclass(frozen=True, slots=True)
class Leg:
    """One holding and its return over the window, in percent."""

    key: str
    name: str
    is_haven: bool
    change: Envelope


@dataclass(frozen=True, slots=True)
class WindowReturns:
    """Havens and high-beta holdings over one window, best first, and the spread between the two sides.

    The spread is in percentage points. Legs without a return stand last.
    """

    sessions: int
    legs: tuple[Leg, ...]
    spread: Envelope


def window_returns(
    known: Mapping[str, Bars],
    sessions: int = WINDOW,
    havens: Iterable[str] = HAVENS,
    high_beta: Iterable[str] = HIGH_BETA,
) -> WindowReturns:
    """What each haven and each high-beta holding returned over the last ``sessions``, dividends included
    where they are known of all.
    """
    sides = [(key, True) for key in havens] + [(key, False) for key in high_beta]
    held = earned(known, [key for key, _ in sides])
    legs = [_leg(key, held, is_haven, sessions) for key, is_haven in sides]
    legs.sort(key=lambda leg: -(leg.change.value if leg.change.value is not None else -np.inf))
    return WindowReturns(sessions, tuple(legs), _spread_of(legs, held, sessions))


def _leg(key: str, held: Earned, is_haven: bool, sessions: int) -> Leg:
    bars = held.series.get(key)
    if bars is None:
        absent = missing("percent", "window_return", no_prices([key]))
        return Leg(key, name_of(key), is_haven, absent)
    moved = replace(change_over(bars.linked, sessions).scaled(100), flags=held.flags)
    change = envelope(moved, bars, "percent", "window_return", sessions=sessions, last=bars.last)
    return Leg(key, name_of(key), is_haven, change)


def _spread_of(legs: Iterable[Leg], held: Earned, sessions: int) -> Envelope:
    measured = [(leg, leg.change.value) for leg in legs if leg.change.value is not None]
    safe = [value for leg, value in measured if leg.is_haven]
    risk = [value for leg, value in measured if not leg.is_haven]
    if min(len(safe), len(risk)) < FEWEST_LEGS:
        why = f"Only {len(safe)} havens and {len(risk)} high-beta legs are measured; each side needs 3."
        return missing("points", "rotation_spread", why)
    result = Result(spread(safe, risk), n=len(measured), window=sessions, flags=held.flags)
    inputs: dict[str, float | str] = {leg.key: value for leg, value in measured}
    made_of = [held.series[leg.key] for leg, _ in measured]
    return joint_envelope(result, made_of, "points", "rotation_spread", **inputs)


# The index


@dataclass(frozen=True, slots=True)
class Rotation:
    """The rotation index, its percentile, what each leg contributes, and whether this is the textbook kind.

    Contributions add up to the index. ``groups_up`` are the safe groups that rose over the window;
    ``textbook`` is None where the percentile is not known.
    """

    index: Envelope
    percentile: Envelope
    contributions: Mapping[str, float]
    groups_up: tuple[str, ...]
    textbook: bool | None


def rotation(known: Mapping[str, Bars], minimum: int = 60) -> Rotation:
    """The rotation index now, from the legs among ``known``.

    Textbook rotation is an index above its 80th percentile with at least 3 of the 4 safe groups up.
    """
    held = earned(known, (*SAFE_LEGS, *RISK_LEGS))
    safe, risk = _terms(held, SAFE_LEGS), _terms(held, RISK_LEGS)
    series = _index(safe, risk)
    made_of = [held.series[key] for key in (*safe, *risk)]
    if series.empty:
        why = f"{len(safe)} safe and {len(risk)} risk legs have {YEAR + WINDOW} sessions; each side needs 3."
        absent = missing("sigmas", "rotation_index", why)
        return Rotation(absent, missing("percentile", "rotation_percentile", why), {}, (), None)
    last = series.index[-1]
    parts = {key: float(term[last]) / len(safe) for key, term in safe.items()}
    parts |= {key: -float(term[last]) / len(risk) for key, term in risk.items()}
    flags = (*(("async",) if any(bars.is_continuous for bars in made_of) else ()), *held.flags)
    value = Result(float(series.iloc[-1]), len(series), newest(series), WINDOW, flags=flags)
    place = percentile_of_last(series, minimum=minimum)
    up = tuple(name for name, keys in SAFE_GROUPS.items() if _rose(held, keys))
    textbook = place.value is not None and place.value > TEXTBOOK_PERCENTILE and len(up) >= TEXTBOOK_GROUPS
    return Rotation(
        joint_envelope(value, made_of, "sigmas", "rotation_index", **parts),
        joint_envelope(
            replace(place.scaled(100), flags=held.flags), made_of, "percentile", "rotation_percentile"
        ),
        parts,
        up,
        None if place.value is None else textbook,
    )


def rotation_index(known: Mapping[str, Bars]) -> pd.Series:
    """The index through time, on the sessions all its legs have; empty with fewer than 3 on a side."""
    held = earned(known, (*SAFE_LEGS, *RISK_LEGS))
    return _index(_terms(held, SAFE_LEGS), _terms(held, RISK_LEGS))


def _terms(held: Earned, keys: Iterable[str]) -> dict[str, pd.Series]:
    """Each leg's 20-session excess over cash in its own volatility; legs too young for one are left out."""
    cash = held.series.get(CASH)
    if cash is None:
        return {}
    terms = {key: _term(held.series[key], cash) for key in keys if key in held.series}
    return {key: term for key, term in terms.items() if not term.empty}


def _term(leg: Bars, cash: Bars) -> pd.Series:
    prices, cash_prices = together(_on_sessions(leg, cash), _positive(cash))
    excess: pd.Series = np.log(prices / cash_prices)  # type: ignore[assignment]
    volatility = rolling_volatility(prices, YEAR, WINDOW)
    return (excess.diff(WINDOW) / volatility).dropna()


def _positive(bars: Bars) -> pd.Series:
    return bars.linked.where(bars.linked > 0)


def _on_sessions(leg: Bars, cash: Bars) -> pd.Series:
    """The closes of ``leg`` at the sessions of ``cash``; a market that never closes by the same UTC day."""
    if not leg.is_continuous:
        return _positive(leg)
    by_day = pd.Series(_positive(leg).to_numpy(), index=leg.dates)
    return pd.Series(by_day.reindex(cash.dates).to_numpy(), index=cash.frame.index, name=leg.key)


def _index(safe: Mapping[str, pd.Series], risk: Mapping[str, pd.Series]) -> pd.Series:
    if min(len(safe), len(risk)) < FEWEST_LEGS:
        return pd.Series(dtype=float)
    legs = pd.concat({**safe, **risk}, axis=1, join="inner")
    return legs[list(safe)].mean(axis=1) - legs[list(risk)].mean(axis=1)


def _rose(held: Earned, keys: Sequence[str]) -> bool:
    moves = [change_over(held.series[key].linked, WINDOW).value for key in keys if key in held.series]
    measured = [move for move in moves if move is not None]
    return bool(measured) and float(np.mean(measured)) > 0
