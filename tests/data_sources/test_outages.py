"""What the console says of providers that do not answer."""

import logging
from collections.abc import Callable

import pytest

from data_sources.errors import BadData, RateLimited, Unreachable
from data_sources.outages import GATHERED, Outages
from market import catalogue

KNOWN = catalogue.load()
SOURCES = ("yahoo", "fred", "ofr", "kraken", "coinbase", "binance")


class Desk:
    """Outages whose time passes when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []
        self.outages = Outages(self.later)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        assert seconds == GATHERED
        self.waiting.append(act)

    def fail(self, *sources: str) -> None:
        for source in sources:
            for key in ("IXIC", "BTC", "GLD"):
                self.outages.failed(Unreachable(KNOWN[key], source, "no way\nout"))

    def wait(self) -> None:
        waiting, self.waiting = self.waiting, []
        for act in waiting:
            act()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_all_that_fall_silent_together_are_told_in_one_line(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.fail(*SOURCES)
    assert caplog.messages == []
    desk.wait()
    desk.fail(*SOURCES)
    desk.wait()
    [line] = caplog.messages
    assert line.startswith("Yahoo Finance, FRED, OFR and 3 more do not answer. Is there a way out")
    assert "\n" not in line


def test_one_alone_is_told_with_its_words(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.fail("kraken")
    desk.wait()
    assert caplog.messages == ["Kraken does not answer (no way out). It is asked again by itself."]


def test_two_sources_of_one_publisher_are_one(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    desk.fail("yahoo", "yahoo_adjusted")
    desk.wait()
    assert [line.partition(" (")[0] for line in caplog.messages] == ["Yahoo Finance does not answer"]


def test_one_that_answers_meanwhile_is_not_told_and_a_new_silence_is(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.fail("kraken")
    desk.outages.answered("kraken")
    desk.wait()
    assert caplog.messages == []
    desk.outages.failed(RateLimited(KNOWN["BTC"], "kraken", "429"))
    desk.wait()
    assert len(caplog.messages) == 1
    desk.outages.answered("kraken")
    desk.fail("kraken")
    desk.wait()
    assert len(caplog.messages) == 2


def test_what_asking_again_will_not_help_is_told_at_once_and_details_to_whoever_wants_them(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.outages.failed(BadData(KNOWN["BTC"], "kraken", "a row\nis twice there"))
    assert caplog.messages == ["kraken: BTC: a row is twice there"]
    caplog.set_level(logging.DEBUG)
    desk.fail("fred")
    assert "fred: IXIC: no way out" in caplog.messages
