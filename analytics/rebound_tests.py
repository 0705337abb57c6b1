"""What the rebound tests see: one function per rule, each through time since the low."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType

import numpy as np
import pandas as pd

from analytics.bounces import DayZero
from analytics.dividends import earned, with_keys_of_total_returns
from analytics.fed import cuts_added
from analytics.macro import dollar, ratio
from analytics.naming import name_of, no_prices
from analytics.rebound_rules import CRYPTO, EXCHANGE, Rule
from analytics.systemic import SECTORS
from analytics.zones import holding
from market.bars import Bars
from market.calendars import day_of
from market.fed import december
from market.readings import Envelope, Result, joint_envelope, missing
from market.zones import Zone

HALF = 0.5
ATTEMPT_STARTS, ATTEMPT_ENDS = 4, 10  # days of the attempt on which a follow-through counts
FOLLOW_THROUGH = 0.0125
THRUST_FROM, THRUST_TO, THRUST_SESSIONS = 0.40, 0.615, 10
UP_VOLUME = 0.60
FEWEST_VOLUMES = 3
CALM_TERM, CALM_CLOSES, CALM_SHARE = 0.95, 3, 0.75
POSITIVE_PRINTS = 6
STRONG_DOLLAR = 80.0
CUTS_LOST = -10.0  # basis points of cuts that may be priced out
CREDIT = ("HYG", "IEF")
SERIES = ("VIX", "VIX3M", *with_keys_of_total_returns(CREDIT), *SECTORS, "BTC_FUNDING", "BTC_ETF_FLOW", "DXY")
TOO_SOON = "The low is the newest close."


class Verdict(StrEnum):
    """What a test says; ``not yet`` where its day has not come, ``unknown`` where its data are not here."""

    PASS = "pass"
    FAIL = "fail"
    NOT_YET = "not yet"
    UNKNOWN = "unknown"

    @property
    def for_programs(self) -> str:
        """The verdict as `contract.md` names it: ``not yet`` is unknown."""
        return Verdict.UNKNOWN.value if self is Verdict.NOT_YET else self.value


@dataclass(frozen=True, slots=True)
class ReboundTest:
    """One test: its number, the threshold in words, the verdict, since when, and what the test is worth."""

    key: str
    title: str
    value: Envelope
    threshold: str
    verdict: Verdict
    since: date | None
    why: str | None
    note: str


@dataclass(frozen=True, slots=True)
class Case:
    """What the tests of one asset look at."""

    asset: Bars
    start: DayZero
    known: Mapping[str, Bars]
    zone: Zone

    @property
    def since_low(self) -> pd.Series:
        """Closes after day 0."""
        return self.asset.close.iloc[self.start.row + 1 :]

    def after(self, series: pd.Series) -> pd.Series:
        """The part of another series that came after day 0."""
        return series[series.index > pd.Timestamp(self.start.low.at)]

    def lacking(self, *keys: str) -> "Finding | None":
        """The finding that these series are not there; None where they all are."""
        absent = [key for key in keys if key not in self.known]
        return Finding(why=no_prices(absent)) if absent else None


@dataclass(frozen=True, slots=True)
class Finding:
    """What one test saw: its number, and through time since day 0 whether the rule was met.

    Without ``met`` the test is unknown, or not yet due where ``pending``.
    """

    value: float | None = None
    met: pd.Series | None = None
    why: str | None = None
    pending: bool = False
    made_of: tuple[Bars, ...] = ()
    flags: tuple[str, ...] = ()
    inputs: Mapping[str, float | str] = field(default_factory=lambda: MappingProxyType({}))


def judge(case: Case, rule: Rule) -> ReboundTest:
    crypto_only, exchange_only = rule.scope == CRYPTO, rule.scope == EXCHANGE
    if (crypto_only and not case.asset.is_continuous) or (exchange_only and case.asset.is_continuous):
        found = Finding(why=f"Does not apply to {case.asset.instrument.name}.")
    else:
        found = FINDERS[rule.key](case)
    if found.met is not None and found.met.empty:
        found = replace(found, met=None, why=TOO_SOON, pending=True)
    verdict = _verdict(found)
    made_of = found.made_of or (case.asset,)
    if found.value is None:
        value = missing(rule.unit, rule.key, found.why or "There is no number yet.")
    else:
        n = 1 if found.met is None else len(found.met)
        result = Result(found.value, n=n, flags=found.flags)
        value = joint_envelope(result, made_of, rule.unit, rule.key, **found.inputs)
    since = None if found.met is None else _since(found.met)
    return ReboundTest(rule.key, rule.title, value, rule.threshold, verdict, since, found.why, rule.note)


def _verdict(found: Finding) -> Verdict:
    if found.met is None:
        return Verdict.NOT_YET if found.pending else Verdict.UNKNOWN
    return Verdict.PASS if bool(found.met.iloc[-1]) else Verdict.FAIL


def _since(met: pd.Series) -> date:
    """The day the last run of equal verdicts began."""
    changed = np.flatnonzero(met.to_numpy()[1:] != met.to_numpy()[:-1])
    stamp = pd.Timestamp(met.index[int(changed[-1]) + 1 if len(changed) else 0])
    return day_of(stamp)


def _undercut(case: Case) -> Finding:
    closes, low = case.since_low, case.start.low.price
    if closes.empty:
        return Finding(why=TOO_SOON, pending=True)
    deepest = closes.cummin()
    inputs = {"low": low, "lowest since": float(deepest.iloc[-1])}
    return Finding(100 * (float(deepest.iloc[-1]) / low - 1), deepest >= low, inputs=inputs)


def _retracement(case: Case) -> Finding:
    closes, low, high = case.since_low, case.start.low.price, case.start.high.price
    if closes.empty:
        return Finding(0.0, why=TOO_SOON, pending=True)
    share = (closes - low) / (high - low)
    inputs = {"price": float(closes.iloc[-1]), "low": low, "high": high}
    return Finding(100 * float(share.iloc[-1]), share >= HALF, inputs=inputs)


def _follow_through(case: Case) -> Finding:
    volume = case.asset.frame["volume"]
    days = len(case.since_low)
    if volume.iloc[case.start.row :].isna().any():
        return Finding(why=f"Volumes of {case.asset.instrument.name} are not in this history.")
    if days < ATTEMPT_STARTS:
        return Finding(why=f"Day {days} of the attempt; the rule starts on day 4.", pending=True)
    gains = case.asset.returns.iloc[case.start.row :].iloc[ATTEMPT_STARTS - 1 :]
    heavier = (volume > volume.shift()).reindex(gains.index)
    met = ((gains >= FOLLOW_THROUGH) & heavier).cummax()
    return _fires_once(100 * float(gains.max()), met, days)


def _fires_once(value: float, met: pd.Series, days: int) -> Finding:
    """A signal that fires once: until day 10 its absence is not yet a failure."""
    if not met.iloc[-1] and days < ATTEMPT_ENDS:
        return Finding(value, why=f"Not by day {days}; it is given until day {ATTEMPT_ENDS}.", pending=True)
    return Finding(value, met)


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


def _breadth(case: Case) -> Finding:
    funds = [case.known[key] for key in SECTORS if key in case.known]
    if len(funds) < len(SECTORS) - 1:
        return Finding(why="Too few sector funds are known to stand in for breadth.")
    rose = pd.concat([fund.returns for fund in funds], axis=1, join="inner").dropna() > 0
    advancing = rose.mean(axis=1)
    fired, level = case.after(thrusts(advancing)), breadth_mean(advancing)
    if fired.empty:
        return Finding(why=TOO_SOON, pending=True)
    if level.empty:
        return Finding(why=f"The sector funds hold {len(advancing)} of {THRUST_SESSIONS + 1} sessions.")
    found = _fires_once(100 * float(level.iloc[-1]), fired.cummax(), len(fired))
    inputs: dict[str, float | str] = {
        "funds": len(funds),
        "rose on the last day, percent": 100 * float(advancing.iloc[-1]),
        "lowest mean of 10 sessions, percent": 100 * float(level.iloc[-THRUST_SESSIONS:].min()),
    }
    return replace(found, made_of=tuple(funds), flags=("proxy",), inputs=inputs)


def _volume(case: Case) -> Finding:
    rows = case.asset.frame.iloc[case.start.row + 1 :]
    volume = rows["volume"]
    if rows.empty:
        return Finding(why=TOO_SOON, pending=True)
    if not volume.sum() > 0:
        return Finding(why=f"Volumes of {case.asset.instrument.name} are not in this history.")
    if len(rows) < FEWEST_VOLUMES:
        return Finding(why=f"Day {len(rows)}; three days are needed.", pending=True)
    rose = case.asset.returns.reindex(rows.index) > 0
    share = volume.where(rose, 0.0).cumsum() / volume.cumsum()
    return Finding(100 * float(share.iloc[-1]), share.iloc[FEWEST_VOLUMES - 1 :] >= UP_VOLUME)


def _trend(case: Case) -> Finding:
    close = case.asset.close
    means = {days: close.rolling(days).mean() for days in (50, 200)}
    if len(close) < 200:
        return Finding(why=f"The history holds {len(close)} of 200 closes.")
    met = case.after((close > means[50]) & (close > means[200]))
    inputs: dict[str, float | str] = {f"{days}-day mean": float(m.iloc[-1]) for days, m in means.items()}
    value = 100 * (float(close.iloc[-1]) / float(means[50].iloc[-1]) - 1)
    return Finding(value, met, inputs=inputs)


def _volatility(case: Case) -> Finding:
    if missing_series := case.lacking("VIX"):
        return missing_series
    vix = case.known["VIX"]
    since_high = vix.close[vix.close.index >= pd.Timestamp(case.start.high.at)]
    if since_high.empty:
        return Finding(why="The VIX has no close since the high.")
    share = case.after(since_high / since_high.cummax())
    value = 100 * float((since_high / since_high.cummax()).iloc[-1])
    inputs = {"VIX": vix.last, "peak": float(since_high.max())}
    found = Finding(value, share <= CALM_SHARE, made_of=(vix,), inputs=inputs)
    if share.empty:
        return replace(found, why=TOO_SOON, pending=True)
    if "VIX3M" not in case.known:
        only_half = "VIX3M is not in this history; the VIX alone would pass."
        return replace(found, met=None, why=only_half) if share.iloc[-1] <= CALM_SHARE else found
    term = ratio(vix.close, case.known["VIX3M"].close)
    calm = (term < CALM_TERM).rolling(CALM_CLOSES).sum() == CALM_CLOSES
    met = (share <= CALM_SHARE) & calm.reindex(share.index, fill_value=False)
    return replace(found, met=met, inputs={**inputs, "VIX/VIX3M": float(term.iloc[-1])})


def _credit(case: Case) -> Finding:
    if missing_series := case.lacking(*CREDIT):
        return missing_series
    pair = earned(case.known, CREDIT)
    funds = tuple(pair.series.values())
    quotient = ratio(*(each.close for each in funds))
    at_low = quotient[quotient.index <= pd.Timestamp(case.start.low.at)].dropna()
    if at_low.empty:
        return Finding(why="Credit prices start after the low.")
    base = float(at_low.iloc[-1])
    before = quotient.shift(5)
    known = quotient.notna() & (before.notna() | (np.arange(len(quotient)) < 5))
    met = case.after(((quotient > base) & (quotient > before))[known])
    return Finding(100 * (float(quotient.iloc[-1]) / base - 1), met, made_of=funds, flags=pair.flags)


def _funding(case: Case) -> Finding:
    if missing_series := case.lacking("BTC_FUNDING"):
        return missing_series
    prints = case.known["BTC_FUNDING"]
    rates = prints.close
    since_high = rates[rates.index >= pd.Timestamp(case.start.high.at)]
    if not (since_high < 0).any():
        return Finding(why="Funding has not been negative since the high.")
    positive = case.after((rates > 0).rolling(POSITIVE_PRINTS).sum() == POSITIVE_PRINTS)
    found = Finding(float(rates.iloc[-1]), positive, made_of=(prints,))
    if not positive.empty and bool(positive.iloc[-1]):
        why = "Open interest is not in this history; funding alone would pass."
        return replace(found, met=None, why=why)
    return found


def _flows(case: Case) -> Finding:
    if missing_series := case.lacking("BTC_ETF_FLOW"):
        return missing_series
    flows = case.known["BTC_ETF_FLOW"]
    values = flows.close
    total = values.rolling(5).sum()
    if not np.isfinite(total.iloc[-1]):
        return Finding(why=f"{len(values)} of 5 days are published.")
    met = case.after((total > 0) & ((values > 0).rolling(5).sum() >= 3))
    return Finding(float(total.iloc[-1]), met, made_of=(flows,))


def _zone(case: Case) -> Finding:
    if case.asset.key != case.zone.key:
        return Finding(why=f"The watched zone is one of {name_of(case.zone.key)}.")
    close = case.asset.close
    held = pd.Series(holding(close.to_numpy(float), case.zone.low), index=close.index)
    value = 100 * (float(close.iloc[-1]) / case.zone.high - 1)
    inputs = {"zone low": case.zone.low, "zone high": case.zone.high, "close": float(close.iloc[-1])}
    return Finding(value, case.after(held & (close > case.zone.high)), inputs=inputs)


def _macro(case: Case) -> Finding:
    if missing_series := case.lacking("DXY"):
        return missing_series
    index = case.known["DXY"]
    place = dollar(index).percentile
    found = Finding(place.value, why=place.why, made_of=(index,))
    if place.value is None:
        return found
    last = index.close.index[-1:]
    if place.value >= STRONG_DOLLAR:
        return replace(found, met=pd.Series([False], index=last), why="The dollar is strong.")
    future = case.known.get(december(case.asset.as_of).key)
    if future is None:
        return replace(found, why="Fed-funds futures are not in this history; the dollar alone would pass.")
    cuts = cuts_added(future, case.start.low.at)
    if cuts.value is None:
        return replace(found, why=cuts.why)
    return replace(
        found,
        met=pd.Series([cuts.value >= CUTS_LOST], index=last),
        made_of=(index, future),
        inputs={"cuts added since the low, bp": cuts.value},
    )


FINDERS: Mapping[str, Callable[[Case], Finding]] = {
    "rebound_undercut": _undercut,
    "rebound_retracement": _retracement,
    "rebound_follow_through": _follow_through,
    "rebound_breadth": _breadth,
    "rebound_volume": _volume,
    "rebound_trend": _trend,
    "rebound_volatility": _volatility,
    "rebound_credit": _credit,
    "rebound_funding": _funding,
    "rebound_flows": _flows,
    "rebound_zone": _zone,
    "rebound_macro": _macro,
}
