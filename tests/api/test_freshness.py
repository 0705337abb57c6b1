"""A number in JSON and the same number on a page, asked for in the same second, in every mode."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.envelope import write_envelope
from app.present import reading_of
from data_sources.feed import Feed
from data_sources.settings import Mode
from market.moments import parse_moment
from tests.api.service import asking
from tests.fakes.clock import Clock
from tests.fakes.telling import Town

# Calendars are opened in the threads that ask, where the filters of warnings are not ours.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
TODAY = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)
KEYS = ("BTC", "IXIC", "VIX", "US10Y")


def same(town: Town, asked: TestClient, asof: str = "") -> dict[str, float | None]:
    """The last prices, which the page and the JSON tell alike, with all that is told of them.

    The page is looked at before and after: an answer may land between it and the JSON.
    """
    feed = town.sources.feed()
    moment = parse_moment(asof) if asof else feed.span.moment
    shown = [_shown(feed, moment)]
    told = asked.get(f"/api/v1/readings?keys={','.join(KEYS)}&asof={asof}").json()
    shown.append(_shown(feed, moment))
    for key in KEYS:
        pages = [each[key] for each in shown]
        if None in pages:
            assert told[key]["change_1d_pct"]["state"] == "missing" or pages[0] != pages[1]
            continue
        assert told[key] in pages
    return {key: told[key]["last"]["value"] for key in KEYS}


def _shown(feed: Feed, moment: datetime | None) -> dict[str, Any]:
    """The numbers of a page by key, written as JSON writes them; None of what it has no prices of."""
    batch = feed.as_of(moment).many(feed.catalogue.pick(*KEYS))
    return {
        key: {name: write_envelope(number) for name, number in reading_of(batch[key]).numbers.items()}
        if key in batch
        else None
        for key in KEYS
    }


def recover(town: Town) -> None:
    """Let every provider tell again, and time pass until all have been asked."""
    town.fail(())
    town.clock.pass_by(3600)
    for _ in range(4):
        town.clock.pass_by(120)
        town.settle(1)


def change(town: Town, close: float) -> None:
    """Let Bitcoin trade at ``close`` from now on."""
    for name in town.providers:
        town.world.override(name, "BTC", town.clock.now().date(), close)


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.AUTO])
def test_page_and_json_tell_the_same_before_and_after_the_first_answer_and_after_each_change(
    tmp_path: Path, mode: Mode
) -> None:
    town = Town(tmp_path, mode, Clock(TODAY))
    asked = asking(town)
    town.fail(town.providers)
    before = same(town, asked)
    town.settle()
    assert same(town, asked) == before
    assert (before["BTC"] is None) == (mode is Mode.LIVE)

    recover(town)
    first = same(town, asked)
    assert None not in first.values()
    assert first != before

    for seconds, close in ((5, 71_000.0), (61, 72_000.0), (600, 73_000.0)):
        change(town, close)
        town.clock.pass_by(seconds)
        same(town, asked)
        town.settle(1)
        assert same(town, asked)["BTC"] == (first["BTC"] if seconds == 5 else close)


def test_a_recording_that_stands_in_is_told_until_the_first_answer_and_not_a_second_longer(
    tmp_path: Path,
) -> None:
    town = Town(tmp_path, Mode.AUTO, Clock(TODAY))
    asked = asking(town)
    town.fail(town.providers)
    for asof in ("", "&asof=2026-02-05"):
        answer = asked.get(f"/api/v1/readings?keys=IXIC{asof}")
        assert answer.json()["IXIC"]["last"]["state"] == "recorded"
        assert answer.headers["cache-control"] == "max-age=0"
    town.settle()
    recover(town)
    assert asked.get("/api/v1/readings?keys=IXIC").json()["IXIC"]["last"]["state"] == "provisional"
    assert asked.get("/api/v1/readings?keys=IXIC&asof=2026-02-05").json()["IXIC"]["last"]["state"] == "final"


def test_a_recording_is_told_alike_at_every_moment(tmp_path: Path) -> None:
    town = Town(tmp_path, Mode.RECORDED, Clock(TODAY))
    asked = asking(town)
    for asof in ("", "2026-02-05", "2026-03-06"):
        assert same(town, asked, asof) == same(town, asked, asof)


def test_an_answer_may_be_kept_for_as_long_as_nobody_is_asked_anew(tmp_path: Path) -> None:
    town = Town(tmp_path, Mode.LIVE, Clock(TODAY))
    asked = asking(town)
    town.settle()

    def age(keys: str) -> int:
        told = asked.get(f"/api/v1/readings?keys={keys}").headers["cache-control"]
        return int(told.removeprefix("max-age="))

    fresh = age("BTC")
    assert 50 <= fresh <= 66
    town.clock.pass_by(30)
    assert age("BTC") == fresh - 30
    assert age("BTC,US10Y") == fresh - 30
    town.clock.pass_by(40)
    assert age("BTC") == 0
    town.settle(1)
    assert age("BTC") >= 50
