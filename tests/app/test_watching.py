"""The controls of the Key levels page: levels of one's own, rules, and where messages go."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from app import services
from app.watching import why_unheard
from data_sources import assembly
from market.instruments import Interval
from market.rules import Direction, LevelRule, Measure, MeasureRule, QuietHours
from market.zones import Zone
from tests.app.opening import MAIN, VIEWS
from watch.store import LOCAL, Store, TargetStatus


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A recorded server with a store of its own, and a visitor who sits at it."""
    monkeypatch.setenv("MARKET_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("MARKET_DATA", "recorded")
    monkeypatch.setattr(ContextProxy, "ip_address", None)
    services.store.cache_clear()
    assembly.process_settings.cache_clear()
    yield
    services.store().database.close()
    monkeypatch.undo()
    services.store.cache_clear()
    assembly.process_settings.cache_clear()


@pytest.fixture
def page() -> AppTest:
    return opened()


def opened(**query: str | list[str]) -> AppTest:
    found = AppTest.from_file(str(MAIN), default_timeout=120)
    for name, value in query.items():
        found.query_params[name] = value
    return found.switch_page(str(VIEWS / "levels.py")).run()


def store() -> Store:
    return services.store()


def press(page: AppTest, label: str, place: int = 0) -> AppTest:
    found = [each for each in page.button if each.label == label]
    assert found, [each.label for each in page.button]
    found[place].click().run()
    assert not page.exception
    return page


def enter(page: AppTest, low: float, high: float | None, name: str = "", place: int = 0) -> None:
    """Fill in a form for a level: the first adds one, the others change one."""
    [each for each in page.number_input if each.label == "Lowest price"][place].set_value(low)
    [each for each in page.number_input if each.label == "Highest price"][place].set_value(high)
    [each for each in page.text_input if each.label == "Name"][place].set_value(name)


def shown(page: AppTest) -> str:
    return " ".join(each.proto.body for each in page.get("html"))


def zones(page: AppTest) -> list[str]:
    written = page.query_params.get("zone", [])
    return [written] if isinstance(written, str) else list(written)


def pick(page: AppTest, label: str, option: str) -> AppTest:
    next(each for each in page.selectbox if each.label == label).set_value(option).run()
    return page


def test_a_level_is_added_renamed_moved_and_deleted_in_the_link_and_kept(page: AppTest) -> None:
    enter(page, 68_500, 69_500, "Floor")
    press(page, "Add this level")
    assert zones(page) == ["BTC:68500-69500:Floor"]
    assert page.query_params["level"] == "BTC:68500-69500"
    assert "Floor" in shown(page)
    enter(page, 68_400, 69_400, "Old floor", place=1)
    press(page, "Change this level")
    assert zones(page) == ["BTC:68400-69400:Old floor"]
    assert store().zones(LOCAL) == (Zone("BTC", 68_400, 69_400, "Old floor"),)
    again = opened()
    assert zones(again) == ["BTC:68400-69400:Old floor"]
    assert zones(opened(zone="BTC:50000")) == ["BTC:50000"], "a link shows what it says"
    press(again, "Delete")
    assert zones(again) == []
    assert store().zones(LOCAL) == ()


def test_a_level_that_came_by_link_is_kept_when_that_is_asked_for() -> None:
    linked = opened(zone=["BTC:68500-69500:Floor", "BTC:50000"])
    assert "Kept here too." not in shown(linked)
    assert store().zones(LOCAL) == ()
    press(linked, "Keep them here too")
    assert len(store().zones(LOCAL)) == 2
    assert "Kept here too." in shown(linked)


def test_a_known_level_may_be_named_anew_and_is_told_once(page: AppTest) -> None:
    enter(page, 68_000, 70_000, "My zone")
    press(page, "Add this level")
    assert "My zone" in shown(page)
    assert "$68K–$70K zone" not in shown(page)
    assert "The record of 2021, 69,000, lies inside." in shown(page)


def test_a_link_to_a_level_opens_its_instrument() -> None:
    assert "Ether" in shown(opened(zone="ETH:1900-2000"))
    assert " at 22,000" in shown(opened(zone="IXIC:22000", level="IXIC:22000"))
    assert "Bitcoin at" in shown(opened(zone="IXIC:22000", keys="BTC"))


@pytest.mark.parametrize(
    ("low", "high", "name", "why"),
    [
        (70_000, 68_000, "", "lower price comes first"),
        (0, 10, "", "between 0 and"),
        (1, 1_000_000, "", "five times"),
        (2e9, None, "", "between 0 and"),
        (68_000, 70_000, "<img src=x>", "letters, figures and spaces"),
        (68_000, 70_000, "[a](//b)", "letters, figures and spaces"),
        (68_000, 70_000, "\u202egnp", "letters, figures and spaces"),
    ],
)
def test_a_level_that_cannot_be_is_refused_with_a_sentence(
    page: AppTest, low: float, high: float | None, name: str, why: str
) -> None:
    enter(page, low, high, name)
    press(page, "Add this level")
    assert why in shown(page)
    assert zones(page) == []


def test_a_name_of_ten_thousand_letters_is_clipped_by_the_page_and_refused_in_a_link(page: AppTest) -> None:
    linked = opened(zone=f"BTC:68500-69500:{'x' * 10_000}")
    assert "a name is at most 32 letters, figures and spaces" in shown(linked)
    assert zones(linked) == []
    enter(page, 68_500, 69_500, "x" * 10_000)
    press(page, "Add this level")
    assert zones(page) == [f"BTC:68500-69500:{'x' * 32}"]


def test_there_is_an_end_to_the_levels_of_a_link() -> None:
    full = opened(zone=[f"BTC:{60_000 + number}" for number in range(12)])
    enter(full, 50_000, None)
    press(full, "Add this level")
    assert "12 levels at most" in shown(full)
    long = opened(zone=[f"BTC:{60_000 + number}:{'界' * 15}" for number in range(11)])
    enter(long, 50_000, None, "界" * 32)
    press(long, "Add this level")
    assert "The link would be too long" in shown(long)


def test_the_events_of_a_level_are_watched_by_the_closes_that_the_page_shows(page: AppTest) -> None:
    press(page, "Watch")
    (status,) = store().statuses(LOCAL)
    assert isinstance(status.rule, LevelRule)
    assert (status.rule.zone.low, status.rule.interval) == (68_000, Interval.HOUR)
    assert status.rule.name == "Bitcoin $68K–$70K: lost or reclaimed"
    press(opened(daily="1"), "Watch")
    assert [each.rule.name for each in store().statuses(LOCAL)][-1].endswith("reclaimed, daily closes")


def test_a_number_is_watched_for_a_time_and_not_at_night(page: AppTest) -> None:
    pick(page, "Tell me of", "VIX: price")
    pick(page, "For", "5 minutes")
    pick(page, "Over once back for", "15 minutes")
    next(each for each in page.toggle if each.label == "Send nothing at night").set_value(True).run()
    next(each for each in page.number_input if each.label == "This value").set_value(30.0).run()
    press(page, "Watch")
    (status,) = store().statuses(LOCAL)
    rule = status.rule
    assert isinstance(rule, MeasureRule)
    assert (rule.measure, rule.key, rule.direction, rule.threshold) == (
        Measure.PRICE,
        "VIX",
        Direction.ABOVE,
        30.0,
    )
    assert (rule.clear, rule.hold, rule.keep_for) == (29.85, timedelta(minutes=5), timedelta(minutes=15))
    assert rule.quiet == QuietHours(time(22), time(7), "UTC")
    assert rule.name == "VIX: price at or above 30.0 for 5 minutes"
    assert rule.crossing


@pytest.mark.parametrize("place", range(7))
def test_every_number_of_the_list_can_be_watched(page: AppTest, place: int) -> None:
    options = next(each for each in page.selectbox if each.label == "Tell me of").options[4:]
    pick(page, "Tell me of", options[place])
    pick(page, "When it is", "at or below")
    next(each for each in page.number_input if each.label == "This value").set_value(-0.01).run()
    press(page, "Watch")
    assert len(store().statuses(LOCAL)) == 1


def test_a_rule_is_muted_and_unmuted(page: AppTest) -> None:
    press(page, "Watch")
    press(page, "Mute a day")
    assert store().statuses(LOCAL)[0].muted_until is not None
    press(page, "Unmute")
    assert store().statuses(LOCAL)[0].muted_until is None
    press(page, "Delete")
    assert store().statuses() == ()


def test_a_code_is_guessed_by_a_press_and_not_by_a_page_that_redraws_itself(page: AppTest) -> None:
    next(each for each in page.text_input if each.label == "Address").set_value("topic").run()
    press(page, "Add and send me a code")
    (target,) = store().targets(LOCAL)
    with store().database.transaction() as connection:
        message = connection.execute(text("SELECT text FROM outbox")).scalar_one()
    right = message.split()[3].rstrip(".")
    wrong = f"{(int(right) + 1) % 10**6:06}"
    next(each for each in page.text_input if each.label == "Code").set_value(wrong).run()
    press(page, "Confirm")
    assert "wrong or too old" in shown(page)
    for _ in range(6):
        page.run()
    next(each for each in page.text_input if each.label == "Code").set_value(right).run()
    press(page, "Confirm")
    assert store().targets(LOCAL)[0].confirmed_at is not None
    with store().database.transaction() as connection:
        connection.execute(text("UPDATE targets SET muted_at = confirmed_at"))
    press(page.run(), "Unmute")
    assert store().targets(LOCAL)[0].muted_at is None
    press(page, "Remove")
    assert store().targets(LOCAL) == ()
    assert target.label == "ntfy topic top…"


def test_the_page_says_when_the_watcher_was_seen_and_what_it_could_not_do(page: AppTest) -> None:
    assert "No watcher has run yet." in shown(page)
    heartbeat = "INSERT INTO heartbeats VALUES ('w', :at, 1, 'The clock jumped by 2:00:00.')"
    for old, words in ((12, "The clock jumped by"), (600, "It is late: nothing is watched now.")):
        at = (datetime.now(UTC) - timedelta(seconds=old)).replace(tzinfo=None)
        with store().database.transaction() as connection:
            connection.execute(text("DELETE FROM heartbeats"))
            connection.execute(text(heartbeat), {"at": at})
        assert "Watcher last seen" in shown(page.run())
        assert words in shown(page)


def test_a_rule_on_a_number_waits_for_its_value_and_says_so(page: AppTest) -> None:
    pick(page, "Tell me of", "Bitcoin: price")
    [watch] = [each for each in page.button if each.label == "Watch"]
    assert watch.disabled
    assert "A value is needed" in shown(page)
    next(each for each in page.number_input if each.label == "This value").set_value(60_000.0).run()
    [watch] = [each for each in page.button if each.label == "Watch"]
    assert not watch.disabled
    assert "A value is needed" not in shown(page)


def test_who_has_no_place_for_messages_is_told_that_nobody_will_hear(page: AppTest) -> None:
    assert "Add a place for messages" in shown(page)


AT = datetime(2026, 2, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("confirmed", "muted", "broken", "said"),
    [
        (AT, None, "", ""),
        (None, None, "", "waits for its code"),
        (AT, AT, "", "is muted"),
        (AT, None, "answered 404", "is gone"),
        (None, None, "answered 404", "is gone"),
    ],
)
def test_why_no_message_can_be_delivered_is_said(
    confirmed: datetime | None, muted: datetime | None, broken: str, said: str
) -> None:
    words = why_unheard([TargetStatus("1", "ntfy", "ntfy topic abc…", confirmed, muted, broken)])
    assert said in words
    assert bool(said) == bool(words)
