"""Every page, at many moments of the shipped recording: it stands, and says nothing that is not so."""

import pytest

from data_sources.settings import SHIPPED_RECORDING
from tests.app.conftest import Play
from tests.app.opening import PAGES, TALKING, open_page, stands

MOMENTS = {
    "where it opens": "",
    "on the worst day": "2026-02-05",
    "in the middle of a session": "2026-02-05T18:00Z",
    "at the first instant": "2025-01-01",
    "before any session": "2025-01-02T01:00Z",
    "on the first days": "2025-01-03",
    "at the end": "2026-03-06",
}


@pytest.fixture(scope="module", autouse=True)
def recording(play: Play) -> None:
    play(SHIPPED_RECORDING)


@pytest.mark.parametrize("asof", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("view", PAGES)
def test_every_page_stands(view: str, asof: str) -> None:
    assert stands(open_page(view, asof=asof))


@pytest.mark.parametrize("view", TALKING)
def test_a_page_of_markets_shows_charts_and_misses_nothing(view: str) -> None:
    page = open_page(view)
    assert page.charts >= 3
    assert page.notes == []


@pytest.mark.parametrize("view", TALKING)
def test_a_headline_is_short_and_plain(view: str) -> None:
    title = open_page(view, asof="2026-02-05").title
    assert 20 <= len(title) <= 95
    assert title[0].isupper()
    assert not set("!?;*_") & set(title)


@pytest.mark.parametrize("view", TALKING)
def test_a_few_days_of_history_make_no_record(view: str) -> None:
    page = open_page(view, asof="2025-01-03")
    assert "highest close" not in f"{page.title} {page.lead}"
