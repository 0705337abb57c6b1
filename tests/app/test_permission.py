"""Who may change what the server keeps, as the Key levels page shows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest
from streamlit.user_info import UserInfoProxy

from app import services
from data_sources import assembly
from market.rules import LevelRule
from market.zones import Zone
from tests.app.opening import MAIN, VIEWS
from watch.store import LOCAL, Store, open_store

EDITING = "Add and send me a code"
BOX = "Capability link"


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    """The Key levels page of a recorded server with a store of its own; nothing is set yet."""
    monkeypatch.setenv("MARKET_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("MARKET_DATA", "recorded")
    monkeypatch.setattr(ContextProxy, "ip_address", None)  # how Streamlit calls a browser on this machine
    forget()
    yield AppTest.from_file(str(MAIN), default_timeout=120).switch_page(str(VIEWS / "levels.py"))
    services.store().database.close()
    monkeypatch.undo()
    forget()


def forget() -> None:
    """Let the process read its settings again."""
    services.store.cache_clear()
    assembly.process_settings.cache_clear()


def hosted(monkeypatch: pytest.MonkeyPatch) -> Store:
    """Make the server a hosted one; its store."""
    monkeypatch.setenv("MARKET_PUBLIC_URL", "https://stress.example")
    forget()
    return open_store(assembly.process_settings())


def may_edit(page: AppTest) -> bool:
    """Whether the page offers to change what the server keeps."""
    assert not page.exception
    return EDITING in [each.label for each in page.button]


def hand_in(page: AppTest, link: str) -> None:
    next(each for each in page.text_input if each.label == BOX).set_value(link).run()


def test_whoever_sits_at_the_machine_may_edit(page: AppTest) -> None:
    assert may_edit(page.run())
    assert BOX not in [each.label for each in page.text_input]


@pytest.mark.parametrize("peer", ["192.0.2.7", "2001:db8::7"])
def test_a_visitor_from_elsewhere_may_only_look(
    page: AppTest, peer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextProxy, "ip_address", peer)
    assert not may_edit(page.run())
    assert BOX in [each.label for each in page.text_input]


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-Ip"])
def test_a_visitor_through_a_proxy_may_only_look(
    page: AppTest, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextProxy, "headers", {header: "127.0.0.1"})
    assert not may_edit(page.run())


def test_a_capability_link_is_held_for_the_whole_visit(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = hosted(monkeypatch).grant("link/ada", may_edit=True)
    assert not may_edit(page.run())
    hand_in(page, f" {link} ")
    for _ in range(3):
        assert may_edit(page.run())
    page.switch_page(str(VIEWS / "methods.py")).run()
    assert may_edit(page.switch_page(str(VIEWS / "levels.py")).run())


def test_a_link_that_is_revoked_changes_nothing_more(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    store = hosted(monkeypatch)
    link = store.grant("link/ada", may_edit=True)
    page.run()
    hand_in(page, link)
    store.revoke(link)
    next(each for each in page.button if each.label == "Watch").click().run()
    assert store.statuses() == ()
    assert not may_edit(page)
    assert any("has ended" in each.proto.body for each in page.get("html"))


@pytest.mark.parametrize(
    ("said", "may"),
    [
        ({"sub": "a" * 300, "iss": "https://a.example"}, True),
        ({"email": "ada@example.org"}, True),
        ({}, False),
    ],
)
def test_who_signed_in_may_edit_where_the_provider_says_who(
    page: AppTest, said: dict[str, str], may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = hosted(monkeypatch)
    monkeypatch.setattr(UserInfoProxy, "get", lambda _, name: {"is_logged_in": True, **said}.get(name))
    assert may_edit(page.run()) is may
    if may:
        next(each for each in page.button if each.label == "Watch").click().run()
        assert len(store.statuses()) == 1


@pytest.mark.parametrize("made", [False, None])
def test_a_link_to_look_or_a_guess_edits_nothing(
    page: AppTest, made: bool | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = hosted(monkeypatch)
    link = "AAAAAAAAAAAAAAAAAAAAAA" if made is None else store.grant("link/bob", may_edit=made)
    page.run()
    hand_in(page, link)
    assert not may_edit(page)


def test_a_read_only_server_offers_no_change(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKET_READ_ONLY", "1")
    forget()
    assert not may_edit(page.run())
    labels = {each.label for each in page.button} | {each.label for each in page.text_input}
    assert not labels & {"Watch", "Sign in", BOX, "Mute", "Stop"}
    assert "This copy is read-only." in " ".join(each.proto.body for each in page.get("html"))


def test_nobody_sees_what_others_watch(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    store = hosted(monkeypatch)
    store.save_rule("link/eve", LevelRule("e", Zone("BTC", 1_000, 2_000), name="a secret of Eve"))
    store.save_rule(LOCAL, LevelRule("l", Zone("BTC", 68_000, 70_000), name="the desk’s own"))
    link = store.grant("link/ada", may_edit=True)
    look = store.grant("link/eve", may_edit=False)
    page.run()
    shown = " ".join(each.proto.body for each in page.get("html"))
    assert "a secret of Eve" not in shown
    hand_in(page, link)
    assert "a secret of Eve" not in " ".join(each.proto.body for each in page.get("html"))
    page.session_state["capability"] = look
    assert "a secret of Eve" in " ".join(each.proto.body for each in page.run().get("html"))
    assert not may_edit(page)
