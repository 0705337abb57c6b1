"""The sentences of the pages through JSON."""

import pytest

from analytics.readings import read
from analytics.stories import Page
from market.moments import parse_moment
from tests.api.service import RECORDING, ask, client, daily, shelf


@pytest.mark.parametrize("page", Page)
@pytest.mark.parametrize("asof", ["2025-11-21", "2026-02-05", "2026-02-07T15:30Z"])
def test_every_sentence_quotes_the_numbers_it_was_made_from(page: Page, asof: str) -> None:
    body = ask(f"/api/v1/facts?page={page}&asof={asof}")
    assert body["headline"]
    assert body["facts"]
    for fact in body["facts"]:
        assert fact["sentence"].endswith(".")
        for quoted in fact["numbers"]:
            assert quoted["text"] in fact["sentence"]
            assert quoted["number"]["value"] is not None
    weights = [fact["weight"] for fact in body["facts"]]
    assert weights == sorted(weights, reverse=True)


def test_a_quoted_number_is_the_reading_of_the_same_name() -> None:
    feed = RECORDING.as_of(parse_moment("2026-02-05"))
    numbers = [
        number
        for fact in ask("/api/v1/facts?page=tech&asof=2026-02-05")["facts"]
        for number in fact["numbers"]
    ]
    known = {key: read(feed.bars(key)) for key in {number["key"] for number in numbers}}
    told = [each for each in numbers if each["name"] in known[each["key"]].numbers]
    assert told
    for each in told:
        assert each["number"]["value"] == known[each["key"]][each["name"]].value


def test_a_page_that_opens_without_sentences_is_refused() -> None:
    assert ask("/api/v1/facts?page=methods", 400)["error"]["parameter"] == "page"


@pytest.mark.parametrize("page", Page)
def test_without_prices_nothing_is_said_of_them(page: Page) -> None:
    body = ask(f"/api/v1/facts?page={page}", asking=client(shelf()))
    assert body["facts"] == []
    assert body["headline"]


@pytest.mark.parametrize("page", Page)
def test_one_series_is_enough_to_say_something(page: Page) -> None:
    asking = client(shelf(BTC=daily("BTC", [100.0 + n % 9 for n in range(120)])))
    assert ask(f"/api/v1/facts?page={page}", asking=asking)["page"] == page
