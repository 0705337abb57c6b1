"""What the pages say, and that JSON says the same."""

import pytest

from analytics.stories import Page
from data_sources.settings import SHIPPED_RECORDING
from tests.api.service import ask
from tests.app.conftest import Play
from tests.app.opening import open_page, words

MOMENTS = ("2026-02-05", "2026-02-07T15:30Z", "2025-04-08", "2025-01-03")


@pytest.fixture(scope="module", autouse=True)
def recording(play: Play) -> None:
    play(SHIPPED_RECORDING)


@pytest.mark.parametrize("asof", MOMENTS)
@pytest.mark.parametrize("page", Page)
def test_a_page_and_json_say_the_same(page: Page, asof: str) -> None:
    opened, answered = open_page(page, asof=asof), ask(f"/api/v1/facts?page={page}&asof={asof}")
    assert opened.title == answered["headline"]
    assert opened.lead == answered["standfirst"]
    told = f"{opened.title}. {opened.lead} {' '.join(opened.blocks)}"
    listed = [fact["sentence"] for fact in answered["facts"]]
    assert sum(sentence in words(told) for sentence in listed) >= len(listed) - 2
