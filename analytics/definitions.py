"""Every definition of the Methods page, gathered from the modules that compute the numbers."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from market.definitions import Definition

GROUPS = (
    "Prices",
    "Falls",
    "Trend",
    "Together",
    "Volatility",
    "Levels",
    "Crypto",
    "Rotation",
    "Macro",
    "Rebound",
    "Stress",
    "Gauges",
    "Episodes",
)


@cache
def definitions() -> dict[str, Definition]:
    """All definitions by key; raises `ValueError` when two modules use one key."""
    found: dict[str, Definition] = {}
    for module in _modules():
        for definition in getattr(import_module(f"analytics.{module}"), "DEFINITIONS", ()):
            if definition.key in found:
                raise ValueError(f"{definition.key} is defined twice")
            found[definition.key] = definition
    return found


def by_group() -> dict[str, list[Definition]]:
    """The definitions in the order of the page: known groups first, others after."""
    every = definitions().values()
    names = [*GROUPS, *dict.fromkeys(each.group for each in every if each.group not in GROUPS)]
    grouped = {name: [each for each in every if each.group == name] for name in names}
    return {name: members for name, members in grouped.items() if members}


def _modules() -> Iterator[str]:
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem not in ("__init__", "definitions"):
            yield path.stem
