"""Frozen dataclasses as JSON and back, so that rules and memories outlive the process.

A field that is missing takes its default and one that is unknown is left out, so that a store written by
another version can be read. Nothing is ever pickled.
"""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime, time, timedelta
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from market.rules import LevelRule, MeasureRule, Rule

T = TypeVar("T")

KINDS: dict[str, type[LevelRule] | type[MeasureRule]] = {"level": LevelRule, "measure": MeasureRule}

_FROM_TEXT: dict[type, Callable[[Any], Any]] = {
    datetime: datetime.fromisoformat,
    time: time.fromisoformat,
    timedelta: lambda seconds: timedelta(seconds=seconds),
}


def pack(value: Any) -> Any:
    """``value`` in the words of JSON."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: pack(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, frozenset):
        return sorted(pack(each) for each in value)
    if isinstance(value, tuple):
        return [pack(each) for each in value]
    return value


def unpack(kind: type[T], packed: Any) -> T:
    """What `pack` was given, as a ``kind``; raises `ValueError` where it cannot be one."""
    try:
        found: T = _read(kind, packed)
    except (TypeError, KeyError, AttributeError) as problem:
        raise ValueError(f"not a {kind.__name__}: {problem}") from problem
    return found


def pack_rule(rule: Rule) -> dict[str, Any]:
    """A rule with its kind."""
    kind = next(name for name, each in KINDS.items() if isinstance(rule, each))
    return {"kind": kind, **pack(rule)}


def unpack_rule(packed: dict[str, Any]) -> Rule:
    """The rule that `pack_rule` was given; raises `ValueError`."""
    kind = KINDS.get(str(packed.get("kind")))
    if kind is None:
        raise ValueError(f"not a rule: {packed.get('kind')!r}")
    return unpack(kind, packed)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _read(kind: Any, packed: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, UnionType):
        if packed is None:
            return None
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
        return _read(kind, packed)
    if origin is tuple:
        inner = get_args(kind)
        if inner[-1] is Ellipsis:
            return tuple(_read(inner[0], each) for each in packed)
        return tuple(_read(each, value) for each, value in zip(inner, packed, strict=True))
    if origin is frozenset:
        return frozenset(_read(get_args(kind)[0], each) for each in packed)
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        known = {each.name for each in fields(kind)} & packed.keys()
        return kind(**{name: _read(hints[name], packed[name]) for name in known})  # type: ignore[operator]
    if kind in _FROM_TEXT:
        return _FROM_TEXT[kind](packed)
    if issubclass(kind, Enum):
        return kind(packed)
    return float(packed) if kind is float else packed
