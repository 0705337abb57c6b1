"""What a program is told: about bad questions, about age, about faults of ours."""

import json
import logging
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from shutil import copytree
from threading import Event
from urllib.parse import quote
from xml.etree import ElementTree

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message

from api.answers import prices
from api.envelope import Json
from api.query import Query
from api.routes import AT_ONCE, MOST_INSIDE, QUESTIONS, ROUTES, Question, routes, under
from data_sources.assembly import assemble
from data_sources.feed import Feed
from data_sources.settings import SHIPPED_RECORDING, Mode, Settings
from market import catalogue
from market.bars import Provenance
from tests.api.service import ASK, NOW, RECORDING, Shelf, ask, client, daily, shelf

ROOT = Path(__file__).parents[2]


def refused(address: str) -> tuple[str, str]:
    """Parameter and problem of a question that must be refused."""
    error = ask(address, 400)["error"]
    assert error.keys() == {"parameter", "problem"}
    assert re.fullmatch(r"[A-Z].*\.", error["problem"])
    return error["parameter"], error["problem"]


# Bad questions


@pytest.mark.parametrize(
    ("address", "parameter"),
    [
        ("bars/XYZ", "key"),
        ("bars/IXIC?interval=5m", "interval"),
        ("bars/IXIC?asof=yesterday", "asof"),
        ("bars/IXIC?asof=2026-02-05T21:00", "asof"),
        ("bars/IXIC?asof=2024-12-31", "asof"),
        ("bars/IXIC?asof=2026-03-08", "asof"),
        ("bars/IXIC?asof=9999-12-31", "asof"),
        ("bars/IXIC?asof=0001-01-01", "asof"),
        ("bars/IXIC?start=2026-02-30", "start"),
        ("bars/IXIC?start=2026-02-05&end=2026-02-01", "start"),
        ("bars/IXIC?end=soon", "end"),
        ("readings?keys=IXIC,NOPE", "keys"),
        ("readings?asof=2026-02-05&asof=2026-02-06", "asof"),
        ("readings?ke%0d%0ays=IXIC", "keys"),
        ("readings?keys=" + ",".join(["IXIC"] * 51), "keys"),
        ("correlation?keys=IXIC", "keys"),
        ("correlation?keys=IXIC,IXIC", "keys"),
        ("correlation?keys=" + ",".join(list(catalogue.load().instruments)[:13]), "keys"),
        ("correlation?window=4", "window"),
        ("correlation?window=253", "window"),
        ("correlation?window=99999", "window"),
        ("correlation?window=60.5", "window"),
        ("correlation?window=-60", "window"),
        ("correlation?window=٦٠", "window"),
        ("correlation?method=kendall", "method"),
        ("beta?market=BTC", "market"),
        ("beta?asset=NOPE", "asset"),
        ("beta?window=nan", "window"),
        ("levels?key=BTC", "zone"),
        ("levels?key=BTC&zone=70000-68000", "zone"),
        ("levels?key=BTC&zone=68000-", "zone"),
        ("levels?key=BTC&zone=nan-nan", "zone"),
        ("levels?key=BTC&zone=1-1e9", "zone"),
        ("levels?key=BTC&zone=ETH:2000-2100", "zone"),
        ("instruments?keys=IXIC", "keys"),
        ("levels?key=BTC&zone=68000-70000&colour=red", "colour"),
    ],
)
def test_a_bad_question_is_refused_and_the_parameter_named(address: str, parameter: str) -> None:
    assert refused(f"/api/v1/{address}")[0] == parameter


def test_what_is_told_of_a_bad_value_is_short_and_printable() -> None:
    _, problem = refused("/api/v1/readings?keys=" + quote("\x1b[31m\r\nA\u202e" + "B" * 500))
    assert problem.isprintable()
    assert len(problem) < 100


@pytest.mark.parametrize(
    "address", ["bars/IXIC?start=&end=&asof=&interval=", "correlation?keys=&window=&method="]
)
def test_an_empty_parameter_is_left_at_its_default(address: str) -> None:
    assert ask(f"/api/v1/{address}") == ask(f"/api/v1/{address.partition('?')[0]}")


def test_keys_may_be_written_small_and_repeated() -> None:
    assert list(ask("/api/v1/readings?keys=btc,%20ixic,BTC")) == ["BTC", "IXIC"]


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/readings/", "/api/v2/readings", "/api/v1/bars/A/B", "/api/"]
)
def test_an_unknown_address_is_not_found(path: str) -> None:
    assert "problem" in ask(path, 404)["error"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", ["/healthz", "/api/v1/readings", "/api/v1/nothing"])
def test_only_get_is_answered(method: str, path: str) -> None:
    answer = ASK.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD"
    assert answer.json()["error"]["problem"]


def test_no_other_site_may_read_the_answers() -> None:
    answer = ASK.get("/api/v1/instruments", headers={"origin": "https://elsewhere.test"})
    assert not [name for name in answer.headers if name.startswith("access-control-")]


PARAMETERS = sorted({name for question in QUESTIONS for name in question.names} | {"key", "x"})
VALUES = st.one_of(
    st.sampled_from(
        ["", "BTC", "IXIC,BTC", "2026-02-05", "2026-02-05T21:00Z", "60", "5", "252", "spearman", "1h"]
    ),
    st.sampled_from(
        ["68000-70000", "BTC:80600", "1e308-1e309", "-0", "9" * 30, "0001-01-01", "9999-12-31", "2026-W06-4"]
    ),
    st.dates().map(str),
    st.datetimes().map(lambda moment: f"{moment.isoformat()}Z"),
    st.floats().map(str),
    st.text(max_size=20),
)
PATHS = [question.path.replace("{key}", key) for question in QUESTIONS for key in ("BTC", "US10Y", "%00")]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PATHS), st.lists(st.tuples(st.sampled_from(PARAMETERS), VALUES), max_size=4))
def test_no_question_ever_breaks_anything(path: str, fields: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in fields)
    answer = ASK.get(f"{path}?{query}")
    assert answer.status_code in {200, 400, 404}, (path, query)
    assert "Traceback" not in answer.text
    if "xml" in answer.headers["content-type"]:
        ElementTree.fromstring(answer.text)
        return
    body = json.loads(answer.content, parse_constant=lambda name: pytest.fail(f"{name} in {query}"))
    if answer.status_code == 400:
        assert body["error"].keys() == {"parameter", "problem"}


# Age


@pytest.mark.parametrize(
    ("address", "age"),
    [
        ("/api/v1/readings?keys=IXIC&asof=2026-02-05", "max-age=86400"),
        ("/api/v1/readings?keys=IXIC", "max-age=300"),
        ("/api/v1/instruments", "max-age=3600"),
        ("/api/v1/nothing", "no-store"),
        ("/api/v1/readings?keys=NOPE", "no-store"),
        ("/healthz", "no-store"),
    ],
)
def test_an_answer_says_how_long_it_may_be_kept(address: str, age: str) -> None:
    assert ASK.get(address).headers["cache-control"] == age


def test_a_live_answer_may_be_kept_until_its_oldest_part_is_due() -> None:
    asking = client(shelf(BTC=daily("BTC", [1.0, 2.0]), ETH=daily("ETH", [1.0, 2.0])))
    left = int(asking.get("/api/v1/readings?keys=BTC,ETH").headers["cache-control"].removeprefix("max-age="))
    assert 0.9 * 900 - 120 <= left <= 1.1 * 900 - 120

    later = client(shelf(BTC=daily("BTC", [1.0, 2.0])), now=NOW + timedelta(hours=1))
    assert later.get("/api/v1/readings?keys=BTC").headers["cache-control"] == "max-age=0"


def test_what_is_out_of_date_or_missing_is_not_kept() -> None:
    old = Provenance("shop", "BTC", NOW, "close@00:00 UTC", stale_because="shop did not answer")
    for asking in (client(shelf(BTC=daily("BTC", [1.0, 2.0], old))), client(shelf())):
        assert asking.get("/api/v1/readings?keys=BTC").headers["cache-control"] == "max-age=0"


def test_an_answer_is_worked_out_once_while_what_it_is_made_of_stays_the_same() -> None:
    worked_out: list[Query] = []

    def counted(feed: Feed, query: Query) -> Json:
        worked_out.append(query)
        return prices.readings(feed, query)

    now = NOW
    has = Shelf({"BTC": daily("BTC", [1.0, 2.0])})
    feed = Feed(has, catalogue.load())
    question = Question("/api/v1/readings", ("keys", "asof"), counted)
    served = routes(lambda: feed, Settings, clock=lambda: now, questions=(question,))
    asking = TestClient(Starlette(routes=served))
    first = asking.get("/api/v1/readings?keys=BTC")
    now += timedelta(minutes=5)
    second = asking.get("/api/v1/readings?asof=&keys=BTC")
    assert len(worked_out) == 1
    assert second.text == first.text
    ages = [int(each.headers["cache-control"].removeprefix("max-age=")) for each in (first, second)]
    assert ages[0] - ages[1] == 300

    has.has = {"BTC": daily("BTC", [1.0, 3.0])}
    assert asking.get("/api/v1/readings?keys=BTC").json()["BTC"]["last"]["value"] == 3
    assert len(worked_out) == 2


def test_an_answer_of_yesterday_is_worked_out_anew_today() -> None:
    now = NOW
    feed = shelf(BTC=daily("BTC", [1.0, 2.0]))
    said = Question("/api/v1/said", (), lambda seen, query: {"bars": len(seen.bars("BTC")), "at": query.now})
    asking = TestClient(
        Starlette(routes=routes(lambda: feed, Settings, clock=lambda: now, questions=(said,)))
    )
    evening = asking.get("/api/v1/said").json()
    now += timedelta(hours=5, minutes=59)
    assert asking.get("/api/v1/said").json() == evening
    now += timedelta(minutes=2)
    assert asking.get("/api/v1/said").json() != evening


def test_what_may_not_be_kept_is_asked_for_again() -> None:
    empty = Shelf({})
    asking = client(Feed(empty, catalogue.load()))
    assert ask("/api/v1/readings?keys=BTC", asking=asking)["BTC"]["last"]["state"] == "missing"
    empty.has = {"BTC": daily("BTC", [1.0, 2.0])}
    assert ask("/api/v1/readings?keys=BTC", asking=asking)["BTC"]["last"]["value"] == 2


def test_today_is_now_where_there_is_no_recording() -> None:
    asking = client(shelf(BTC=daily("BTC", [1.0, 2.0])))
    now = ask("/api/v1/readings?keys=BTC", asking=asking)
    assert ask(f"/api/v1/readings?keys=BTC&asof={NOW.date()}", asking=asking) == now
    tomorrow = (NOW + timedelta(days=1)).date()
    assert ask(f"/api/v1/readings?keys=BTC&asof={tomorrow}", 400, asking)["error"]["parameter"] == "asof"


# Recordings that are broken


def test_a_broken_file_takes_only_its_own_series_with_it(tmp_path: Path) -> None:
    folder = copytree(SHIPPED_RECORDING, tmp_path / "broken")
    (folder / "utc_days.csv").write_bytes(b"\x00\xff not a table")
    asking = client(assemble(Settings(Mode.RECORDED, folder)).feed())
    body = ask("/api/v1/readings?keys=IXIC,BTC", asking=asking)
    assert body["IXIC"]["last"]["value"] == 23031.21
    assert body["BTC"]["last"]["state"] == "missing"
    assert ask("/api/v1/bars/BTC", 404, asking)["error"]["parameter"] == "key"


def test_without_a_recording_every_reading_is_missing(tmp_path: Path) -> None:
    asking = client(assemble(Settings(Mode.RECORDED, tmp_path)).feed())
    states = {each["last"]["state"] for each in ask("/api/v1/readings", asking=asking).values()}
    assert states == {"missing"}


# Faults of ours


def test_a_bug_is_logged_and_answered_by_its_reference(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> dict[str, object]:
        raise ZeroDivisionError("secret")

    asking = client(RECORDING, questions=(Question("/api/v1/broken", ("q",), broken),))
    with caplog.at_level(logging.ERROR, "api.routes"):
        problem = ask("/api/v1/broken?q=%0d%0aforged", 500, asking)["error"]["problem"]
    (record,) = caplog.records
    reference = re.fullmatch(r"Something went wrong on our side\. It is noted under ([0-9a-f]{8})\.", problem)
    assert reference
    assert reference[1] in record.getMessage()
    assert "\n" not in record.getMessage()
    assert "secret" not in problem


def at_once(app: ASGIApp, paths: list[str], answered: list[tuple[int, bytes]]) -> None:
    """Ask for all ``paths`` on one event loop; status and body are added as they come."""

    async def one(path: str) -> None:
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
        await app(scope, anyio.sleep_forever, keep)
        answered.append((sent[0]["status"], sent[1]["body"]))

    async def crowd() -> None:
        async with anyio.create_task_group() as group:
            for path in paths:
                group.start_soon(one, path)

    anyio.run(crowd)


def test_a_crowd_waits_in_line_the_rest_are_sent_away_and_health_is_told() -> None:
    sent_away = Event()
    at_work: list[int] = []

    def slow(*_: object) -> dict[str, object]:
        at_work.append(1)
        assert sent_away.wait(10)
        return {}

    class Watched(list[tuple[int, bytes]]):
        def append(self, each: tuple[int, bytes]) -> None:
            super().append(each)
            if len(self) == 6:
                assert len(at_work) <= AT_ONCE
                sent_away.set()

    answered = Watched()
    asking = client(RECORDING, questions=(Question("/slow", (), slow),))
    at_once(asking.app, ["/slow"] * (MOST_INSIDE + 5) + ["/healthz"], answered)
    assert [status for status, _ in answered] == [503] * 5 + [200] * (1 + MOST_INSIDE)


def test_many_ask_at_once_and_get_the_same() -> None:
    answered: list[tuple[int, bytes]] = []
    at_once(client().app, ["/api/v1/bars/BTC"] * 20, answered)
    assert len(answered) == 20
    assert len(set(answered)) == 1
    assert answered[0][0] == 200


def test_importing_the_routes_reads_no_recording() -> None:
    script = (
        "from api.routes import ROUTES\n"
        "from data_sources.assembly import process_sources\n"
        "assert ROUTES and process_sources.cache_info().currsize == 0\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_under_a_path_every_route_stands_below_it_and_probes_find_theirs_at_the_root_too() -> None:
    assert under("", ROUTES) == ROUTES
    paths = [route.path for route in under("/stress", ROUTES)]
    assert paths == [*(f"/stress{route.path}" for route in ROUTES), "/healthz", "/readyz", "/metrics"]
