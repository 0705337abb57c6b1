"""View and address stay together, whatever order a browser's messages come in."""

import pytest

from data_sources.settings import SHIPPED_RECORDING
from tests.app.conftest import Play
from tests.app.opening import VIEWS, Opened, open_page


@pytest.fixture(scope="module", autouse=True)
def recording(play: Play) -> None:
    play(SHIPPED_RECORDING)


def run_again(page: Opened, view: str = "", **query: str) -> None:
    """Another run of the page, or of another one, at the address the browser has by then."""
    page.run.query_params.clear()
    page.run.query_params.update({name: [value] for name, value in query.items()})
    if view:
        page.run.switch_page(str(VIEWS / f"{view}.py"))
    page.run.run()


def test_a_click_in_the_navigation_keeps_the_view() -> None:
    page = open_page("sources", asof="2026-02-05")
    run_again(page, "methods")
    assert page.address == {"asof": ["2026-02-05"]}


def test_a_run_asked_for_before_the_new_page_has_its_address_keeps_the_view() -> None:
    page = open_page("sources", asof="2026-02-05")
    run_again(page, "methods")
    run_again(page)
    assert page.address == {"asof": ["2026-02-05"]}
