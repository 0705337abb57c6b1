"""Level events as feeds."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from json import loads
from xml.etree import ElementTree

from api.answers.events import MOST, identity
from data_sources.settings import Mode, Settings
from market.zone_events import Happening, Stand, ZoneEvent
from market.zones import Zone
from tests.api.service import client

ATOM = "{http://www.w3.org/2005/Atom}"
HOME = "https://stress.example"
ZONE = Zone("BTC", 68_000, 70_000)
HERE = client(settings=Settings(Mode.RECORDED, public_url=HOME))


def test_the_atom_feed_tells_the_events_of_the_published_hours_newest_first() -> None:
    answer = HERE.get("/api/v1/events.atom?key=BTC&asof=2026-02-06")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    entries = ElementTree.fromstring(answer.text).findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in entries]
    assert any(title.startswith("Bitcoin: Lost $68K–$70K") for title in titles)
    stamps = [entry.findtext(f"{ATOM}updated") or "" for entry in entries]
    assert stamps == sorted(stamps, reverse=True)
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == len(entries)


def test_the_json_feed_holds_the_same_and_links_to_the_view() -> None:
    answer = HERE.get("/api/v1/events.json?key=BTC&asof=2026-02-06")
    assert answer.headers["content-type"].startswith("application/feed+json")
    document = loads(answer.text)
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert all(item["url"].startswith(f"{HOME}/levels?keys=BTC&level=BTC:") for item in document["items"])


def test_only_a_change_of_state_is_called_confirmed() -> None:
    items = loads(HERE.get("/api/v1/events.json?key=BTC&asof=2026-02-07").text)["items"]
    told = {item["content_text"].split(" ")[0]: item["content_text"].rpartition(". ")[2] for item in items}
    assert told["Lost"] == "Confirmed by hourly closes."
    assert told["Pierced"] == "Seen in one hourly bar."


def test_nothing_that_happened_later_is_told() -> None:
    before = loads(HERE.get("/api/v1/events.json?key=BTC&asof=2026-02-05").text)["items"]
    after = loads(HERE.get("/api/v1/events.json?key=BTC&asof=2026-02-06").text)["items"]
    assert {item["id"] for item in before} < {item["id"] for item in after}
    assert all(item["date_published"] <= "2026-02-06T00:00:00Z" for item in before)


def test_an_event_once_published_keeps_its_id_its_time_and_its_words() -> None:
    days = ("2026-01-25", "2026-01-27", "2026-02-06", "2026-02-08", "2026-02-14", "2026-02-20", "2026-03-06")
    published = [loads(HERE.get(f"/api/v1/events.json?key=BTC&asof={day}").text)["items"] for day in days]
    for then, now in combinations(published, 2):
        # A feed holds the newest 50: what is older than all of them has left it, and nothing else has.
        oldest = min((item["date_published"] for item in now), default="") if len(now) == MOST else ""
        assert [item for item in then if item["date_published"] > oldest and item not in now] == []
    [lost] = [item for item in published[-1] if item["content_text"].startswith("Lost $68K–$70K")]
    assert (lost["date_published"], lost in published[2]) == ("2026-02-05T19:00:00Z", True)


def test_two_wicks_of_one_bar_are_two_events() -> None:
    down = ZoneEvent(Happening.WICK, datetime(2026, 2, 6, tzinfo=UTC), 66_000, Stand.ABOVE)
    assert identity(down, ZONE) != identity(replace(down, side=Stand.BELOW, price=72_000), ZONE)


def test_an_unknown_instrument_is_refused() -> None:
    assert HERE.get("/api/v1/events.atom?key=NOPE").status_code == 400
