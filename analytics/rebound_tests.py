"""What the rebound tests see: one function per rule, each through time since the low.

A test counts only where it could both pass and fail: on a day, and with series, that leave one verdict only
it is unknown. Two signals that fire once stand in `rebound_signals`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import numpy as np
import pandas as pd

from analytics.dividends import earned, with_keys_of_total_returns
from analytics.fed import cuts_added
from analytics.macro import dollar, ratio
from analytics.naming import name_of
from analytics.rebound_case import TOO_SOON, Case, Finding, every, known, say_hole
from analytics.rebound_rules import CRYPTO, EXCHANGE, Rule
from analytics.rebound_signals import breadth, follow_through
from analytics.systemic import SECTORS
from market.calendars import day_of
from market.fed import december
from market.readings import Envelope, Result, joint_envelope, marked_by, missing
from market.text import full_day

HALF = 0.5
UP_VOLUME = 0.60
FEWEST_VOLUMES = 3
SHORT_MEAN, LONG_MEAN = 50, 200
CALM_TERM, CALM_CLOSES, CALM_SHARE = 0.95, 3, 0.75
CREDIT_SESSIONS = 5
POSITIVE_PRINTS = 6
FLOW_DAYS, FLOW_DAYS_UP = 5, 3
ZONE_CLOSES = 3
STRONG_DOLLAR = 80.0
CUTS_LOST = -10.0  # basis points of cuts that may be priced out
CREDIT = ("HYG", "IEF")
SERIES = ("VIX", "VIX3M", *with_keys_of_total_returns(CREDIT), *SECTORS, "BTC_FUNDING", "BTC_ETF_FLOW", "DXY")
NO_BOUNCE = "No bounce has confirmed this low; a lower close would be another low, not a failure of this one."


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


def judge(case: Case, rule: Rule) -> ReboundTest:
    crypto_only, exchange_only = rule.scope == CRYPTO, rule.scope == EXCHANGE
    if (crypto_only and not case.asset.is_continuous) or (exchange_only and case.asset.is_continuous):
        found = Finding(why=f"Does not apply to {case.asset.instrument.name}.")
    else:
        found = FINDERS[rule.key](case)
    if found.met is not None and found.met.empty:
        found = replace(found, met=None, why=TOO_SOON, pending=True)
    made_of = found.made_of or (case.asset,)
    if found.value is None:
        value = missing(rule.unit, rule.key, found.why or "There is no number yet.")
    else:
        n = 1 if found.met is None else int(found.met.count())
        result = Result(found.value, n=n, flags=found.flags)
        number = joint_envelope(result, made_of, rule.unit, rule.key, **found.inputs)
        value = marked_by(number, (case.asset,))  # which day the low and the high are hangs on it
    verdict = _verdict(found)
    is_judged = found.met is not None and verdict in (Verdict.PASS, Verdict.FAIL)
    since = _since(found.met) if is_judged and found.met is not None else None
    return ReboundTest(rule.key, rule.title, value, rule.threshold, verdict, since, found.why, rule.note)


def _verdict(found: Finding) -> Verdict:
    if found.met is None:
        return Verdict.NOT_YET if found.pending else Verdict.UNKNOWN
    last = float(found.met.iloc[-1])
    if np.isnan(last):
        return Verdict.UNKNOWN
    return Verdict.PASS if last else Verdict.FAIL


def _since(met: pd.Series) -> date:
    """The day the last run of equal verdicts began, among those that are known."""
    met = met.dropna()
    changed = np.flatnonzero(met.to_numpy()[1:] != met.to_numpy()[:-1])
    stamp = pd.Timestamp(met.index[int(changed[-1]) + 1 if len(changed) else 0])
    return day_of(stamp)


def _undercut(case: Case) -> Finding:
    closes, low = case.since_low, case.start.low.price
    if closes.empty:
        return Finding(why=TOO_SOON, pending=True)
    deepest = closes.cummin().ffill()
    inputs = {"low": low, "lowest since": float(deepest.iloc[-1])}
    value = 100 * (float(deepest.iloc[-1]) / low - 1)
    if not case.start.bounced:
        return Finding(value, why=NO_BOUNCE, pending=True, inputs=inputs)
    # A lower close is a fact; that there was none is one only while no close is missing.
    met = (deepest >= low).astype(float).where((deepest < low) | closes.notna().cummin())
    return Finding(value, met, inputs=inputs).unless(say_hole(case.asset.instrument.name, closes))


def _retracement(case: Case) -> Finding:
    closes, low, high = case.since_low, case.start.low.price, case.start.high.price
    if closes.empty:
        return Finding(0.0, why=TOO_SOON, pending=True)
    share = (closes - low) / (high - low)
    inputs = {"price": float(closes.iloc[-1]), "low": low, "high": high}
    return Finding(100 * float(share.iloc[-1]), known(share >= HALF, share), inputs=inputs)


def _volume(case: Case) -> Finding:
    rows = case.asset.frame.iloc[case.start.row + 1 :]
    volume, name = rows["volume"], case.asset.instrument.name
    if rows.empty:
        return Finding(why=TOO_SOON, pending=True)
    if not volume.sum() > 0:
        return Finding(why=f"Volumes of {name} are not in this history.")
    if len(rows) < FEWEST_VOLUMES:
        return Finding(why=f"Day {len(rows)}; three days are needed.", pending=True)
    moves = case.asset.returns.reindex(rows.index)
    counted = volume.where(moves.notna())
    share = (counted.where(~(moves <= 0), 0.0).cumsum() / counted.cumsum()).where(counted.notna())
    met = known(share >= UP_VOLUME, share).where(counted.notna().cummin())
    value = None if share.isna().all() else 100 * float(share.dropna().iloc[-1])
    doubt = say_hole(name, rows["close"].where(volume.notna()))
    return Finding(value, met.iloc[FEWEST_VOLUMES - 1 :]).unless(doubt)


def _trend(case: Case) -> Finding:
    close = case.asset.close
    if len(close) < LONG_MEAN:
        return Finding(why=f"The history holds {len(close)} of {LONG_MEAN} closes.")
    recent = close.iloc[-LONG_MEAN:]

    def above(missing_at: float) -> pd.Series:
        """Whether the close is above both means if every missing close stood at one price."""
        whole = close.fillna(missing_at)
        return (close > whole.rolling(SHORT_MEAN).mean()) & (close > whole.rolling(LONG_MEAN).mean())

    # Missing closes decide where the verdict is another with all of them low than with all of them high.
    if_low, if_high = above(float(recent.min())), above(float(recent.max()))
    met = case.after(known(if_low, close).where(if_low == if_high))
    means = {
        days: float(close.rolling(days, min_periods=1).mean().iloc[-1]) for days in (SHORT_MEAN, LONG_MEAN)
    }
    inputs: dict[str, float | str] = {f"{days}-day mean": mean for days, mean in means.items()}
    value = 100 * (float(close.iloc[-1]) / means[SHORT_MEAN] - 1)
    return Finding(value, met, inputs=inputs).unless(say_hole(case.asset.instrument.name, recent))


def _volatility(case: Case) -> Finding:
    if missing_series := case.lacking("VIX"):
        return missing_series
    vix = case.known["VIX"]
    since_high = vix.close[vix.close.index >= pd.Timestamp(case.start.high.at)]
    if since_high.empty:
        return Finding(why="The VIX has no close since the high.")
    of_peak = since_high / since_high.cummax()
    share = case.after(of_peak)
    inputs = {"VIX": vix.last, "peak": float(since_high.max())}
    found = Finding(100 * float(of_peak.iloc[-1]), made_of=(vix,), inputs=inputs)
    if share.empty:
        return replace(found, why=TOO_SOON, pending=True)
    if "VIX3M" not in case.known:
        alone = "pass" if share.iloc[-1] <= CALM_SHARE else "fail"
        return replace(found, why=f"VIX3M is not in this history; the VIX alone would {alone}.")
    if len(share) < CALM_CLOSES:
        return replace(found, why=f"Day {len(share)}; three closes are needed.", pending=True)
    # A missing close may have been the peak; a share that is low enough of a lower peak is so of that one.
    whole = since_high.notna().cummin().reindex(share.index)
    fell = known(share <= CALM_SHARE, share).where((share <= CALM_SHARE) | whole)
    term = ratio(vix.close, case.known["VIX3M"].close).reindex(vix.close.index)
    is_calm = known(term < CALM_TERM, term)
    calm = every(*(is_calm.shift(back) for back in range(CALM_CLOSES))).reindex(share.index)
    met = every(fell, calm).iloc[CALM_CLOSES - 1 :]
    if np.isfinite(term.iloc[-1]):
        inputs["VIX/VIX3M"] = float(term.iloc[-1])
    return replace(found, met=met, inputs=inputs).unless(say_hole("VIX or VIX3M", case.after(term)))


def _credit(case: Case) -> Finding:
    if missing_series := case.lacking(*CREDIT):
        return missing_series
    pair = earned(case.known, CREDIT)
    funds = tuple(pair.series.values())
    quotient = ratio(*(each.close for each in funds))
    at_low = quotient[quotient.index <= pd.Timestamp(case.start.low.at)].dropna()
    if at_low.empty:
        return Finding(why="Credit prices start after the low.")
    if len(quotient) <= CREDIT_SESSIONS:
        return Finding(
            why=f"The history holds {len(quotient)} of {CREDIT_SESSIONS + 1} closes of HYG and IEF."
        )
    base = float(quotient[quotient.index <= pd.Timestamp(case.start.low.at)].iloc[-1])
    if np.isnan(base):
        return Finding(why=f"A close of HYG or IEF of {full_day(day_of(case.start.low.at))} is missing.")
    before = quotient.shift(CREDIT_SESSIONS)
    met = case.after(every(known(quotient > base, quotient), known(quotient > before, quotient, before)))
    value = 100 * (float(quotient.iloc[-1]) / base - 1)
    return Finding(value, met, made_of=funds, flags=pair.flags).unless(say_hole("HYG or IEF", quotient))


def _funding(case: Case) -> Finding:
    if missing_series := case.lacking("BTC_FUNDING"):
        return missing_series
    prints = case.known["BTC_FUNDING"]
    rates = prints.close
    since_high = rates[rates.index >= pd.Timestamp(case.start.high.at)]
    if not (since_high < 0).any():
        return Finding(why="Funding has not been negative since the high.")
    since_low = case.after(rates)
    found = Finding(float(rates.iloc[-1]), made_of=(prints,))
    if len(since_low) < POSITIVE_PRINTS:
        why = f"{len(since_low)} prints since the low; {POSITIVE_PRINTS} are needed."
        return replace(found, why=why, pending=True)
    alone = "pass" if bool((since_low.iloc[-POSITIVE_PRINTS:] > 0).all()) else "fail"
    return replace(found, why=f"Open interest is not in this history; funding alone would {alone}.")


def _flows(case: Case) -> Finding:
    if missing_series := case.lacking("BTC_ETF_FLOW"):
        return missing_series
    flows = case.known["BTC_ETF_FLOW"]
    values = flows.close
    total = values.rolling(FLOW_DAYS).sum()
    if len(values) < FLOW_DAYS:
        return Finding(why=f"{len(values)} of {FLOW_DAYS} days are published.")
    value = float(total.iloc[-1]) if np.isfinite(total.iloc[-1]) else None
    found, since_low = Finding(value, made_of=(flows,)), case.after(values)
    if len(since_low) < FLOW_DAYS:
        why = f"{len(since_low)} published days since the low; {FLOW_DAYS} are needed."
        return replace(found, why=why, pending=True)
    days_up = (values > 0).rolling(FLOW_DAYS).sum()
    met = case.after(known((total > 0) & (days_up >= FLOW_DAYS_UP), total)).iloc[FLOW_DAYS - 1 :]
    return replace(found, met=met).unless(say_hole(flows.instrument.name, since_low))


def _zone(case: Case) -> Finding:
    if case.asset.key != case.zone.key:
        return Finding(why=f"The watched zone is one of {name_of(case.zone.key)}.")
    closes, zone = case.since_low, case.zone
    inputs = {"zone low": zone.low, "zone high": zone.high, "close": case.asset.last}
    if len(closes) < ZONE_CLOSES:
        value = 100 * (case.asset.last / zone.high - 1)
        why = f"Day {len(closes)}; three closes since the low are needed."
        return Finding(value, why=why, pending=True, inputs=inputs)
    last = [closes.shift(back) for back in range(ZONE_CLOSES)]
    highest = pd.concat(last, axis=1).max(axis=1)
    held = every(*(known(close >= zone.low, close) for close in last))
    # One close over the upper price is enough; without one, it may be the close that is missing.
    over = known(highest > zone.high, *last).where(highest <= zone.high, 1.0)
    met = every(held, over).iloc[ZONE_CLOSES - 1 :]
    value = 100 * (float(highest.iloc[-1]) / zone.high - 1)
    return Finding(value, met, inputs=inputs).unless(say_hole(case.asset.instrument.name, closes))


def _macro(case: Case) -> Finding:
    if missing_series := case.lacking("DXY"):
        return missing_series
    index = case.known["DXY"]
    place = dollar(index).percentile
    found = Finding(place.value, why=place.why, made_of=(index,))
    if place.value is None:
        return found
    is_strong = place.value >= STRONG_DOLLAR
    future = case.known.get(december(case.asset.as_of).key)
    if future is None:
        alone = "fail" if is_strong else "pass"
        why = f"Fed-funds futures are not in this history; the dollar alone would {alone}."
        return replace(found, why=why)
    cuts = cuts_added(future, case.start.low.at)
    if cuts.value is None:
        return replace(found, why=cuts.why)
    return replace(
        found,
        met=pd.Series([float(not is_strong and cuts.value >= CUTS_LOST)], index=index.close.index[-1:]),
        why="The dollar is strong." if is_strong else None,
        made_of=(index, future),
        inputs={"cuts added since the low, bp": cuts.value},
    )


FINDERS: Mapping[str, Callable[[Case], Finding]] = {
    "rebound_undercut": _undercut,
    "rebound_retracement": _retracement,
    "rebound_follow_through": follow_through,
    "rebound_breadth": breadth,
    "rebound_volume": _volume,
    "rebound_trend": _trend,
    "rebound_volatility": _volatility,
    "rebound_credit": _credit,
    "rebound_funding": _funding,
    "rebound_flows": _flows,
    "rebound_zone": _zone,
    "rebound_macro": _macro,
}
