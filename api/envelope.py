"""How numbers, times and provenance are written in JSON."""

from datetime import UTC, date, datetime
from math import isfinite
from typing import Any

from data_sources.feed import Batch
from market.bars import Bars, InProgress, Older, SecondOpinion
from market.readings import Envelope
from market.zones import Zone

Json = dict[str, Any]


def write_envelope(number: Envelope) -> Json:
    """A number that a person can see, in the shape of `docs/api.md`.

    ``why``, ``low`` and ``high``, ``flags``, ``inputs`` and ``second_opinion`` stand there only where they
    say something.
    """
    written: Json = {
        "value": number.value,
        "unit": number.unit,
        "as_of": write_time(number.as_of),
        "fetched_at": write_time(number.fetched_at),
        "source": number.source,
        "state": number.state,
        "sampling": number.sampling,
        "formula": number.formula,
        "n": number.n,
    }
    if number.why:
        written["why"] = number.why
    if number.low is not None or number.high is not None:
        written |= {"low": number.low, "high": number.high}
    if number.flags:
        written["flags"] = list(number.flags)
    if number.inputs:
        written["inputs"] = dict(number.inputs)
    if number.second:
        written["second_opinion"] = _second(number.second)
    return written


def write_provenance(bars: Bars) -> Json:
    """Where ``bars`` and the one in progress came from, how old they are, and what a second source says.

    ``older`` and ``windowed`` stand there only where they say something.
    """
    known = bars.provenance
    written: Json = {
        "source": known.source,
        "symbol": known.symbol,
        "fetched_at": write_time(known.fetched_at),
        "sampling": known.sampling,
        "state": bars.state,
        "delay_minutes": known.delay_minutes,
        "stale_because": known.stale_because,
        "in_progress": _in_progress(bars, bars.in_progress) if bars.in_progress else None,
        "second_opinion": _second(known.second) if known.second else None,
        "set_aside": [{"time": write_time(each.at), "why": each.why} for each in known.set_aside],
        "filled": [{"time": write_time(each.at), "source": each.source} for each in known.filled],
    }
    if known.older:
        written["older"] = _older(known.older)
    if known.windowed:
        written["windowed"] = True
    return written


def _in_progress(bars: Bars, bar: InProgress) -> Json:
    moves = bars.returns
    return {"source": bar.source, "change_pct": 100 * float(moves.iloc[-1]) if len(moves) else None}


def _older(older: Older) -> Json:
    return {"source": older.provenance.source, "before": write_time(older.before)}


def _second(opinion: SecondOpinion) -> Json:
    return {
        "source": opinion.source,
        "value": opinion.value,
        "as_of": write_time(opinion.as_of),
        "difference_pct": 100 * opinion.difference,
    }


def write_zone(zone: Zone) -> Json:
    """A price range, with its name and the reason it matters."""
    return {
        "key": zone.key,
        "low": zone.low,
        "high": zone.high,
        "name": zone.name,
        "why": zone.why,
        "known": zone.known,
    }


def reasons(batch: Batch) -> dict[str, str]:
    """Why some of a batch could not be had, by key."""
    return {error.instrument.key: str(error) for error in batch.missing}


def write_time(moment: datetime | None) -> str | None:
    """``moment`` as ISO 8601 in UTC: `2026-02-05T21:00:00Z`."""
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def plain(value: Any) -> Any:
    """``value`` made of what JSON knows: a number that is not finite is null, a time a string."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return float(value) if isfinite(value) else None
    if isinstance(value, datetime):
        return write_time(value)
    return value.isoformat() if isinstance(value, date) else value
