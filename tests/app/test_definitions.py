"""Whatever a page or a route shows has its definition, and every question mark leads to one."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from analytics.definitions import definitions
from data_sources.settings import SHIPPED_RECORDING
from tests.api.service import ask
from tests.app.conftest import Play
from tests.app.opening import PAGES, open_page

MOMENTS = ("2026-02-07T15:30Z", "2026-02-05", "2025-01-03")
ROUTES = (
    "readings",
    "beta?asset=BTC&market=IXIC",
    "correlation",
    "stress",
    "levels?key=BTC&zone=68000-70000",
    "rebound?key=IXIC",
    "rebound?key=BTC",
    "episodes?key=IXIC",
    "episodes?key=BTC",
    *(f"facts?page={page}" for page in ("overview", "tech", "crypto", "macro")),
    "claims",
)


@pytest.fixture(scope="module", autouse=True)
def recording(play: Play) -> None:
    play(SHIPPED_RECORDING)


def formulas(answer: Any) -> Iterator[str]:
    """The formula of every number in an answer."""
    if isinstance(answer, dict):
        if "state" in answer and isinstance(answer.get("formula"), str):
            yield answer["formula"]
        for each in answer.values():
            yield from formulas(each)
    elif isinstance(answer, list):
        for each in answer:
            yield from formulas(each)


@pytest.mark.parametrize("asof", MOMENTS)
@pytest.mark.parametrize("view", PAGES)
def test_every_number_and_every_anchor_of_a_page_is_defined(view: str, asof: str) -> None:
    markup = " ".join(open_page(view, asof=asof).blocks)
    shown = {*re.findall(r'data-formula="([^"]*)"', markup), *re.findall(r'methods[^"#]*#([^"]*)"', markup)}
    assert shown - set(definitions()) == set()


@pytest.mark.parametrize("asof", MOMENTS)
@pytest.mark.parametrize("route", ROUTES)
def test_every_number_of_a_route_is_defined(route: str, asof: str) -> None:
    answer = ask(f"/api/v1/{route}{'&' if '?' in route else '?'}asof={asof}")
    assert set(formulas(answer)) - set(definitions()) == set()


@pytest.mark.parametrize("key", definitions())
def test_a_definition_says_how_from_what_and_after_whom(key: str) -> None:
    entry = definitions()[key]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", key)
    for text in (entry.title, entry.formula, entry.sampling, entry.source, entry.group):
        assert text
        assert not set("!<>") & set(text.replace(" < ", "").replace(" > ", ""))
    assert entry.formula.endswith(".")
