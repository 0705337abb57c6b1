from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.address import (
    ELSEWHERE,
    METHODS,
    MOST_KEYS,
    MOST_ZONES,
    View,
    parameters,
    read_address,
    write_address,
)
from data_sources.settings import SHIPPED_RECORDING
from market import catalogue
from market.ranges import WINDOWS, Range
from market.text import LONGEST_WORD
from market.trackers import is_tracker
from market.zones import WIDEST, Zone
from tests.app.conftest import Play
from tests.app.opening import PAGES, open_page, stands

KNOWN = catalogue.load()
NAMES = list(parameters(KNOWN))
DEFAULT = View()


def listed(query: dict[str, str | list[str]]) -> dict[str, list[str]]:
    """A query string as the browser gives it back."""
    return {name: [value] if isinstance(value, str) else value for name, value in query.items()}


def only_notice(**query: str) -> str:
    """The one sentence about an address of which nothing is of use."""
    view, notices = read_address({name: [value] for name, value in query.items()})
    assert view == DEFAULT
    [notice] = notices
    return notice


prices = st.integers(1, 1_000_000).map(lambda cents: cents / 100) | st.sampled_from(
    [1e-9, 1.5e-7, 0.00001234]
)
zones = st.builds(
    lambda key, low, share: Zone(key, low, max(low, float(f"{low * (1 + share * (WIDEST - 0.01)):.9g}"))),
    st.sampled_from(list(KNOWN.instruments)),
    prices,
    st.floats(0, 1),
)
moments = st.datetimes(datetime(1990, 1, 2), datetime(2100, 1, 1)).map(  # noqa: DTZ001 (made aware below)
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)
views = st.builds(
    View,
    asof=st.none() | moments,
    range=st.sampled_from([each.value for each in Range]),
    window=st.integers(*WINDOWS),
    method=st.sampled_from(METHODS),
    since=st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    zone=st.lists(zones, max_size=MOST_ZONES, unique=True).map(tuple),
    keys=st.lists(st.sampled_from(list(KNOWN.instruments)), max_size=MOST_KEYS, unique=True).map(tuple),
    log=st.booleans(),
    stress=st.booleans(),
    tz=st.sampled_from(["", "UTC", "America/New_York", "Asia/Tokyo"]),
    cvd=st.booleans(),
    card=st.sampled_from(["", "falls", "change-1d"]),
)


@given(views, st.booleans())
def test_what_is_written_is_read_back(view: View, everything: bool) -> None:
    assert read_address(listed(write_address(view, everything=everything))) == (view, [])


@given(views)
def test_an_address_stays_short(view: View) -> None:
    written = listed(write_address(view, everything=True))
    assert sum(len(name) + len(value) + 2 for name, values in written.items() for value in values) < 2000


@given(
    st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=8), st.lists(st.text(max_size=60), max_size=5))
)
def test_no_address_fails_and_each_notice_is_one_plain_sentence(query: dict[str, list[str]]) -> None:
    view, notices = read_address(query)
    assert read_address(listed(write_address(view))) == (view, [])
    for notice in notices:
        assert notice.isprintable()
        assert notice.endswith(".")
        assert len(notice) < 200


def is_strange(name: str) -> bool:
    return name not in (*NAMES, *ELSEWHERE, "theme") and not is_tracker(name)


@given(st.text(min_size=1).filter(is_strange), st.text())
def test_a_parameter_nobody_knows_changes_nothing_and_is_named(name: str, value: str) -> None:
    view, [notice] = read_address({name: [value]})
    assert view == DEFAULT
    assert notice.startswith("Nothing here is called “")


def test_what_trackers_add_is_ignored_without_a_word_and_not_passed_on() -> None:
    added = {
        "utm_source": "letter",
        "UTM_Campaign": "x",
        "fbclid": "1",
        "gclid": "2",
        "mc_eid": "3",
        "ref_src": "t",
    }
    view, notices = read_address({name: [text] for name, text in added.items()} | {"window": ["20"]})
    assert notices == []
    assert write_address(view) == {"window": "20"}


def test_many_strangers_make_one_notice() -> None:
    _, notices = read_address({name: ["1"] for name in ("windw", "rnage", "zones", "key", "as_of")})
    told = "“windw”, “rnage”, “zones” and 2 more"
    assert notices == [f"Nothing here is called {told}; the rest of the link is used."]


def test_what_is_read_elsewhere_is_no_stranger() -> None:
    query = {"embed": ["true"], "embed_options": ["dark_theme"], "mute": ["abc"], "theme": ["dark"]}
    assert read_address(query) == (DEFAULT, [])


def test_a_theme_that_is_none_is_named() -> None:
    assert only_notice(theme="purple").startswith("“theme=purple” is not a theme")


def test_of_several_keys_only_the_unknown_one_is_left_out() -> None:
    view, notices = read_address({"keys": ["BTC,NOPE"]})
    assert view.keys == ("BTC",)
    assert notices == ["“keys=NOPE” is not an instrument we know. The others are used."]


def test_of_two_moments_the_first_is_used() -> None:
    view, notices = read_address({"asof": ["2026-02-05", "2026-02-06"]})
    assert view.asof == datetime(2026, 2, 6, tzinfo=UTC)
    assert notices == ["“asof” is given 2 times; only the first is used."]


def test_the_default_view_has_an_empty_address() -> None:
    assert write_address(DEFAULT) == {}


def test_a_share_link_spells_out_the_defaults() -> None:
    written = write_address(replace(DEFAULT, range="6m"), everything=True)
    assert written["range"] == "6m"
    assert written["window"] == "60"


BAD = {
    "keys": ("keys", "VXI", "is not an instrument we know"),
    "a word for a moment": ("asof", "yesterday", "is not a date or an instant"),
    "a moment without a zone": ("asof", "2026-02-05T21:00", "an instant needs its zone"),
    "a day that is none": ("asof", "2026-02-30", "is not a date or an instant"),
    "a moment out of range": ("asof", "9999-12-31", "is not a date or an instant"),
    "a range": ("range", "7Q", "is not a range"),
    "a window too long": ("window", "99999", "is not a number of sessions from 5 to 252"),
    "a window too short": ("window", "4", "is not a number of sessions from 5 to 252"),
    "a window in other digits": ("window", "\uff16\uff10", "is not a number of sessions from 5 to 252"),
    "a method": ("method", "kendall", "is not a correlation method"),
    "a zone upside down": ("zone", "BTC:70000-68000", "a zone’s lower price comes first"),
    "a zone of nothing": ("zone", "BTC", "a zone is written like BTC:68000-70000"),
    "a zone without end": ("zone", "BTC:1-inf", "a zone needs two finite prices"),
    "a zone that is no number": ("zone", "BTC:nan-nan", "a zone needs two finite prices"),
    "a zone below zero": ("zone", "BTC:0-10", "a zone lies between 0"),
    "a zone of a stranger": ("zone", "XYZ:1-2", "is not an instrument we know"),
    "a flag": ("log", "yes", "is neither 0 nor 1"),
    "a time zone": ("tz", "../../etc/passwd", "is not a time zone"),
    "a card": ("card", "<script>", "is not a card"),
    "a language": ("lang", "tlh", "is not a language we have yet"),
    "a date": ("since", "the crash", "is not a date such as"),
}


@pytest.mark.parametrize(("name", "value", "said"), BAD.values(), ids=BAD)
def test_a_bad_value_is_named_and_replaced_by_the_default(name: str, value: str, said: str) -> None:
    notice = only_notice(**{name: value})
    assert notice.startswith(f"“{name}={value}”")
    assert said in notice
    assert notice.endswith(". The default is shown.")


def test_a_hostile_value_is_cut_and_made_printable() -> None:
    notice = only_notice(range="\u202e\x00" + "A" * 5000)
    assert f"“range={'A' * LONGEST_WORD}…”" in notice


def test_of_five_hundred_zones_a_dozen_are_used() -> None:
    view, notices = read_address({"zone": [f"BTC:{60_000 + n}-{61_000 + n}" for n in range(500)]})
    assert len(view.zone) == MOST_ZONES
    assert notices == [f"“zone” is given 500 times; only the first {MOST_ZONES} are used."]


def test_good_values_survive_beside_bad_ones() -> None:
    view, notices = read_address({"zone": ["BTC:70000-68000", "btc:68000-70000"], "window": ["20"]})
    assert view == View(zone=(Zone("BTC", 68_000, 70_000),), window=20)
    assert len(notices) == 1


def test_the_same_fault_is_said_once() -> None:
    _, notices = read_address({"zone": ["nonsense"] * 5})
    assert len(notices) == 1


def test_capitals_and_repeats_do_no_harm() -> None:
    view, notices = read_address({"keys": ["btc,eth,BTC"], "range": ["1Y"], "method": ["Spearman"]})
    assert (view.keys, view.range, view.method) == (("BTC", "ETH"), "1y", "spearman")
    assert notices == []


def test_an_empty_value_is_no_value() -> None:
    assert read_address({"asof": [""], "keys": [",,"]}) == (DEFAULT, [])


def test_a_date_means_the_end_of_that_day() -> None:
    view, _ = read_address({"asof": ["2026-02-05"]})
    assert view.asof == datetime(2026, 2, 5, tzinfo=UTC) + timedelta(days=1)


# On a page


@pytest.fixture(scope="module")
def recording(play: Play) -> None:
    play(SHIPPED_RECORDING)


@pytest.mark.usefixtures("recording")
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("asof", "yesterday", "“asof=yesterday” is not a date or an instant"),
        ("asof", "2019-01-01", "“asof=2019-01-01”: there is nothing before 1 Jan 2025 24:00 UTC."),
        ("asof", "2030-01-01", "“asof=2030-01-01”: there is nothing after 6 Mar 2026 24:00 UTC."),
        ("window", "99999", "“window=99999” is not a number of sessions from 5 to 252."),
        (
            "zone",
            "BTC:70000-68000",
            "“zone=BTC:70000-68000” cannot be used: a zone’s lower price comes first.",
        ),
        ("keys", "VXI", "“keys=VXI” is not an instrument we know."),
        ("range", "<img src=x onerror=alert(1)>", "“range=<img src=x onerror=alert(1)>” is not a range."),
    ],
)
def test_a_bad_link_is_said_in_one_line_and_the_page_stands(name: str, value: str, said: str) -> None:
    page = open_page("overview", **{name: value})
    assert stands(page)
    [note] = page.notes
    assert note.startswith(said)
    assert page.address == {}


@pytest.mark.usefixtures("recording")
@pytest.mark.parametrize("day", ["2025-01-01", "2026-03-06"])
def test_the_first_and_the_last_day_of_a_recording_can_be_linked_to(day: str) -> None:
    page = open_page("crypto", asof=day)
    assert stands(page)
    assert page.address == {"asof": [day]}
    assert not [note for note in page.notes if "asof" in note]


@pytest.mark.usefixtures("recording")
@pytest.mark.parametrize("view", PAGES)
def test_every_page_stands_on_the_worst_address(view: str) -> None:
    page = open_page(
        view,
        asof="2026-02-05T99:99Z",
        range="\x00",
        window="-1",
        method="'; DROP TABLE bars; --",
        zone=["BTC:1-2-3", *[f"BTC:{60_000 + n}" for n in range(100)]],
        keys="<object>,BTC," * 50,
        tz="/etc/localtime",
        card="{{7*7}}",
    )
    assert stands(page)
    assert page.notes
    assert "<object>" not in " ".join(page.blocks)
