"""View and address stay together, whatever order a browser's messages come in."""

from datetime import date
from typing import Any

import pytest

from app.widgets import NARROW
from data_sources.settings import SHIPPED_RECORDING
from tests.app.conftest import Play
from tests.app.opening import VIEWS, Opened, open_page, stands


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


@pytest.mark.parametrize("view", ["overview", "tech", "crypto", "macro"])
def test_the_common_date_can_be_chosen_and_stands_in_the_address(view: str) -> None:
    page = open_page(view, asof="2026-02-05")
    [since] = [each for each in page.run.date_input if each.label == "Since"]
    assert since.value == date(2025, 10, 1)
    since.set_value(date(2026, 1, 2)).run()
    assert page.address == {"asof": ["2026-02-05"], "since": ["2026-01-02"]}
    assert "2 Jan 2026" in " ".join(page.blocks)


@pytest.mark.parametrize("since", ["1990-01-01", "2026-03-01", "2099-12-31"])
def test_a_common_date_outside_of_the_prices_is_kept_and_harms_nothing(since: str) -> None:
    page = open_page("overview", asof="2026-02-05", since=since)
    assert stands(page)
    assert page.address["since"] == [since]


def buttons(page: Opened, name: str) -> Any:
    """The one row of buttons of a part of the view."""
    [found] = [each for each in page.run.button_group if str(each.key).startswith(f"choose-{name}-")]
    return found


def test_a_choice_that_changes_nothing_cannot_be_made() -> None:
    calm, against = open_page("macro"), open_page("macro", stress="1", window="20", method="spearman")
    for name, value in (("window", 20), ("method", "spearman")):
        assert not buttons(calm, name).disabled
        assert buttons(against, name).disabled
        assert buttons(against, name).value == value


def test_what_the_macro_page_compares_can_be_chosen_and_stands_in_the_address() -> None:
    page = open_page("macro", asof="2026-02-05")
    assert buttons(page, "keys").value == ["IXIC", "BTC", "GLD", "TLT", "DXY"]
    buttons(page, "keys").set_value(["XLP", "IGV"]).run()
    assert page.address == {"asof": ["2026-02-05"], "keys": ["XLP,IGV"]}
    assert buttons(page, "keys").value == ["XLP", "IGV"]
    buttons(page, "keys").set_value([]).run()
    assert page.address == {"asof": ["2026-02-05"]}


@pytest.mark.parametrize(
    ("keys", "shown"),
    [("SOL,US10Y,SMH", ["SOL", "SMH"]), ("US10Y,FNG", ["IXIC", "BTC", "GLD", "TLT", "DXY"])],
)
def test_only_what_has_a_price_is_compared(keys: str, shown: list[str]) -> None:
    page = open_page("macro", keys=keys)
    assert stands(page)
    assert buttons(page, "keys").value == shown


def test_a_phone_looks_back_less_far_and_a_shared_link_says_how_far() -> None:
    page = open_page("crypto")
    assert "range=6m" in page.run.code[0].value
    page.run.session_state[NARROW] = True
    run_again(page)
    assert "range=3m" in page.run.code[0].value
    assert page.address == {}
    assert "range=1y" in open_page("crypto", range="1y").run.code[0].value


@pytest.mark.parametrize(
    ("view", "asof"), [("macro", "2025-10-20"), ("tech", "2025-07-03"), ("levels", "2026-02-05")]
)
def test_what_a_page_chose_for_an_earlier_moment_is_no_choice_of_the_reader(view: str, asof: str) -> None:
    page = open_page(view, asof=asof)
    for _ in range(3):
        page.run.button("step-back").click()
        said = page.run._tree.get_widget_states()
        for _ in range(
            3
        ):  # clicks of a browser that has not heard of the change: its controls are the old ones
            page.run._run(said)
            assert set(page.address) == {"asof"}
    assert page.address["asof"][0] < asof
