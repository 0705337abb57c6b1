"""Readings: what a sum returns, and the numbers a person can see."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from math import isfinite
from typing import Self

from market.bars import Bars, SecondOpinion, State
from market.instruments import Instrument
from market.spans import marks


@dataclass(frozen=True, slots=True)
class Result:
    """What a sum returns: its value, how many observations it stands on, and its interval if it has one.

    ``value`` is None where it cannot be had, and then ``why`` is a sentence. ``as_of`` is the newest instant
    used, ``since`` the oldest: None stands for ``window`` rows before the newest, or without a window for the
    whole history. ``flags`` are short marks such as ``async`` or ``partial``.
    """

    value: float | None
    n: int = 0
    as_of: datetime | None = None
    window: int | None = None
    low: float | None = None
    high: float | None = None
    coverage: float = 1.0
    flags: tuple[str, ...] = ()
    why: str | None = None
    since: datetime | None = None

    @classmethod
    def missing(
        cls, why: str, n: int = 0, window: int | None = None, *, since: datetime | None = None
    ) -> Self:
        """A result without a value, and the reason."""
        return cls(None, n=n, window=window, why=why, since=since)

    def __post_init__(self) -> None:
        if self.value is None and not self.why:
            raise ValueError("a missing value needs its reason")
        if self.value is not None and not isfinite(self.value):
            raise ValueError("a value is finite or missing")

    def scaled(self, factor: float) -> Self:
        """The same result in another unit: value and interval times ``factor``."""

        def times(value: float | None) -> float | None:
            return None if value is None else value * factor

        return replace(self, value=times(self.value), low=times(self.low), high=times(self.high))


@dataclass(frozen=True, slots=True)
class Envelope:
    """A number a person can see, with all that is known about it: the shape of `contract.md`.

    ``formula`` names its definition (the anchor on the Methods page); ``inputs`` are the named values it was
    made from, for the reader who opens it. ``second`` is what another source says of the close behind it.
    """

    value: float | None
    unit: str
    as_of: datetime | None
    fetched_at: datetime | None
    source: str
    state: State
    sampling: str
    formula: str
    n: int
    why: str | None = None
    low: float | None = None
    high: float | None = None
    flags: tuple[str, ...] = ()
    inputs: tuple[tuple[str, float | str], ...] = ()
    second: SecondOpinion | None = None


def envelope(result: Result, bars: Bars, unit: str, formula: str, **inputs: float | str) -> Envelope:
    """``result`` as a number to show, with the provenance of the ``bars`` it was made from."""
    number = joint_envelope(result, [bars], unit, formula, **inputs)
    return replace(number, second=bars.provenance.second)


# Worst first: what is made of several series is as good as the worst of them.
_WORST_FIRST = (State.DISPUTED, State.STALE, State.PROVISIONAL, State.RECORDED, State.FINAL)


def joint_envelope(
    result: Result, series: Iterable[Bars], unit: str, formula: str, **inputs: float | str
) -> Envelope:
    """``result`` as a number made of several series: the worst state and the oldest fetch of them all.

    Closes that are missing in its span, or came from a second source, are flagged and named among its inputs.
    Without any series it is missing, whatever ``result`` says.
    """
    every = list(series)
    if not every:
        return missing(unit, formula, result.why or "None of its series is available.")
    provenances = [bars.provenance for bars in every]
    marked = marks(every, result.as_of, result.since, result.window)
    state = next(state for state in _WORST_FIRST if any(bars.state is state for bars in every))
    return Envelope(
        value=result.value,
        unit=unit,
        as_of=result.as_of or min(bars.as_of for bars in every),
        fetched_at=min(each.fetched_at for each in provenances),
        source=" and ".join(dict.fromkeys(_source(bars) for bars in every)),
        state=State.MISSING if result.value is None else state,
        sampling=" and ".join(dict.fromkeys(each.sampling for each in provenances)),
        formula=formula,
        n=result.n,
        why=result.why,
        low=result.low,
        high=result.high,
        flags=(*result.flags, *(flag for flag, _, _ in marked)),
        inputs=(*inputs.items(), *((name, days) for _, name, days in marked)),
    )


def marked_by(number: Envelope, series: Iterable[Bars], since: datetime | None = None) -> Envelope:
    """``number``, flagged too for closes from ``since`` on that are missing in what it depends on otherwise.

    The choice of a day, or whether a component counts, may hang on a series that is not in the sum itself.
    """
    told = [mark for mark in marks(series, None, since, None) if mark[0] not in number.flags]
    return replace(
        number,
        flags=(*number.flags, *(flag for flag, _, _ in told)),
        inputs=(*number.inputs, *((name, days) for _, name, days in told)),
    )


def _source(bars: Bars) -> str:
    """The publisher, and the one of the open bar where there is one."""
    publisher = bars.provenance.source
    return f"{publisher}, open bar from {bars.in_progress.source}" if bars.in_progress else publisher


def missing(unit: str, formula: str, why: str, source: str = "none") -> Envelope:
    """A number that cannot be had, and why."""
    return Envelope(None, unit, None, None, source, State.MISSING, "", formula, 0, why)


@dataclass(frozen=True, slots=True)
class Reading:
    """One instrument now: its named numbers, each an `Envelope`."""

    instrument: Instrument
    numbers: Mapping[str, Envelope] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Envelope:
        return self.numbers[name]

    def value(self, name: str) -> float | None:
        """The value of one named number; None when missing."""
        return self.numbers[name].value
