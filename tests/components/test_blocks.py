"""The blocks of a page: what they say, what they carry for tests, and that nothing in them can be markup."""

import re
from datetime import timedelta
from math import inf
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components import page, text
from components.page.html import Html, element, link
from components.page.levels import zone_mark
from components.page.numbers import about
from components.page.sparkline import sparkline
from market import catalogue
from market.bars import SecondOpinion, State
from market.facts import Quoted
from market.scales import Scale
from market.zones import Zone
from tests.components.makers import BTC, FUNDING, HOSTILE, IXIC, NOW, US10Y, VIX, envelope

SCALE = Scale.from_floors([("calm", -inf), ("elevated", 40), ("stress", 65), ("crisis", 85)])
FALL = envelope(-1.5886219, "change_1d")


def read(html: str) -> ElementTree.Element:
    """The block as a tree; fails when it is not well formed."""
    assert isinstance(html, Html)
    return ElementTree.fromstring(html)


def words(html: str) -> str:
    return re.sub(r"\s+", " ", "".join(read(html).itertext())).strip()


def every(html: str, class_: str) -> list[ElementTree.Element]:
    return [each for each in read(html).iter() if class_ in (each.get("class") or "").split()]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=40))
def test_text_from_outside_is_never_markup(outside: str) -> None:
    block = element("div", outside, title=outside, class_="mk")
    assert "".join(ElementTree.fromstring(block).itertext()) == outside
    assert ElementTree.fromstring(block).get("title") == outside or "\n" in outside


@pytest.mark.parametrize("href", ["javascript:alert(1)", "data:text/html,x", "vbscript:x", "JAVASCRIPT:x"])
def test_a_link_that_is_not_a_page_is_shown_as_text(href: str) -> None:
    assert link("words", href) == "<span>words</span>"


@pytest.mark.parametrize(
    "href", ["?zone=BTC:68000-70000", "methods#drawdown", "https://example.org/a?b=c", "/tech"]
)
def test_pages_and_publishers_can_be_linked(href: str) -> None:
    assert read(link("words", href)).get("href") == href


def test_a_number_is_a_button_that_carries_its_full_value_its_formula_and_its_state() -> None:
    span = read(page.numbers.number_html(page.changed(FALL, IXIC)))
    assert span.text == "−1.6%"
    assert {span.get("data-value"), span.get("data-formula"), span.get("data-state")} == {
        "-1.5886219",
        "change_1d",
        "recorded",
    }
    assert (span.get("role"), span.get("tabindex")) == ("button", "0")


def test_a_number_carries_all_else_that_is_known_of_it() -> None:
    second = SecondOpinion("FRED", 23031.21, NOW, 0.0021)
    number = envelope(
        -1.5, low=-2.0, high=-1.25, flags=("async", "young"), inputs=(("price", 1e5 / 3),), second=second
    )
    assert about(number).split("|") == [
        "percent",
        "2026-02-07T15:30Z",
        "2026-02-07T15:30Z",
        "Nasdaq",
        "close",
        "252",
        "-2",
        "-1.25",
        "async;young",
        "price=33333.33333",
        "FRED;23031.21;0.21;2026-02-07T15:30Z",
    ]
    assert about(envelope(-1.5)).endswith("|252")


@pytest.mark.parametrize("name", ["a|b;c", HOSTILE])
def test_a_name_from_outside_cannot_shift_the_fields(name: str) -> None:
    fields = about(envelope(1.0, unit=name, source=name, inputs=((name, name),))).split("|")
    assert len(fields) == 10
    assert fields[5] == "252"
    assert fields[9].count(";") == 0


def test_a_missing_number_is_a_dash_that_says_why() -> None:
    span = page.numbers.number_html(page.changed(envelope(None), IXIC))
    assert words(span) == "– not published"
    assert read(span).get("data-value") == ""


@pytest.mark.parametrize(
    ("instrument", "value", "tone"),
    [
        (IXIC, -1.6, "mk-down"),
        (IXIC, 1.6, "mk-up"),
        (IXIC, -0.04, "mk-muted"),
        (VIX, -18.4, "mk-up"),
        (VIX, 18.4, "mk-down"),
        (catalogue.load()["VIX3M"], 18.4, "mk-down"),
        (US10Y, 3.0, "mk-muted"),
        (FUNDING, -0.1, "mk-muted"),
    ],
)
def test_colour_follows_the_written_sign(instrument: object, value: float, tone: str) -> None:
    assert page.changed(envelope(value), instrument).tone.value == tone  # type: ignore[arg-type]


def test_the_badge_reads_as_the_contract_writes_it() -> None:
    strip = page.status_strip(page.Mode.RECORDED, "7 Feb 2026 15:30 UTC", [], "brief")
    assert words(strip).startswith("RECORDED · 7 Feb 2026 15:30 UTC")
    assert read(strip)[0].get("role") == "status"


def test_each_state_of_a_feed_has_its_own_shape() -> None:
    strip = page.status_strip(page.Mode.LIVE, "", [page.Signal(mark, "x") for mark in page.Mark], "brief")
    shapes = [i.get("class") for i in read(strip).iter("i")]
    assert len(set(shapes)) == len(page.Mark)


def quoted(value: float, key: str) -> Quoted:
    return Quoted("2.2%", key, "change_1d_pct", envelope(value))


def test_numbers_in_a_sentence_carry_their_own_values_even_where_they_read_the_same() -> None:
    title = ("Nasdaq rose ", quoted(2.24, "IXIC"), ", the Dow ", quoted(2.17, "DJI"))
    block = page.headline(title, ("2.2% stands here as text, and ", quoted(2.21, "NDX"), "."))
    carried = [(each.get("data-subject"), each.get("data-value")) for each in every(block, "mk-n")]
    assert carried == [("IXIC", "2.24"), ("DJI", "2.17"), ("NDX", "2.21")]
    assert words(block) == "Nasdaq rose 2.2%, the Dow 2.2%2.2% stands here as text, and 2.2%."


def test_a_range_never_breaks_over_two_lines() -> None:
    block = page.headline("Bitcoin is back inside $68K–$70K and stocks bounced")
    assert [each.text for each in every(block, "mk-nb")] == ["$68K–$70K"]
    assert next(read(block).iter("h1")) is not None


def test_its_and_at_stay_on_the_line_of_the_number_they_lead_to() -> None:
    title = ("Nasdaq rose on Friday, its ", quoted(2.24, "IXIC"), ", and ", "Bitcoin is at ", "rest")
    block = page.headline(title)
    assert [each.text for each in every(block, "mk-nb") if each.text] == ["its ", "2.2%"]
    assert words(block) == "Nasdaq rose on Friday, its 2.2%, and Bitcoin is at rest"


def test_a_card_heading_leads_to_its_method() -> None:
    block = page.heading("How far below the peak", "Fall from the highest close", "drawdown")
    assert next(read(block).iter("a")).get("href") == "methods#drawdown"
    assert [each.tag for each in read(block).iter() if each.tag in ("h2", "p")] == ["h2", "p"]
    assert not list(read(page.heading("Title")).iter("a"))


def test_a_tile_has_four_lines_and_says_up_or_down_in_words() -> None:
    tile = page.Tile(
        "Bitcoin",
        page.priced(envelope(69310.0, "last"), BTC),
        page.changed(envelope(-1.8, state=State.PROVISIONAL), BTC),
        "−44.4% from high",
        "24 h",
        [3.0, 2.0, 1.0],
    )
    block = page.tiles([tile])
    assert words(block) == "Bitcoin24 h$69,310down ▼ −1.8% so far−44.4% from high"
    assert [each.get("aria-hidden") for each in every(block, "mk-sp")] == ["true"]
    assert every(block, "mk-sp")[0].get("class") == "mk-sp mk-down"


def test_the_context_of_a_tile_may_hold_several_numbers() -> None:
    low, high = (page.priced(envelope(at, "year_range"), VIX) for at in (13.5, 52.3))
    block = page.tiles([page.Tile("VIX", "20", about=("1 yr: ", low, " to ", high))])
    assert words(block) == "VIX201 yr: 13.5 to 52.3"
    assert [each.get("data-value") for each in every(block, "mk-n")] == ["13.5", "52.3"]


def test_a_tile_without_prices_says_so() -> None:
    assert words(page.tiles([page.Tile("Bitcoin", text.MISSING, about="no prices")])) == "Bitcoin–no prices"
    gone = page.Tile("Bitcoin", page.priced(envelope(None), BTC), page.changed(envelope(None), BTC))
    assert words(page.tiles([gone])) == "Bitcoin– not published– not published"


def test_a_sparkline_needs_two_values_and_survives_a_flat_series() -> None:
    assert sparkline([]) == ""
    assert sparkline([1.0, float("nan")]) == ""
    assert "nan" not in sparkline([5.0] * 10) and "polyline" in sparkline([5.0] * 10)
    assert sparkline([1.0, 2.0]).count("url(") == 1


def test_a_sparkline_shows_the_newest_values_only() -> None:
    assert sparkline([1e9, *[float(x) for x in range(45)]]) == sparkline([float(x) for x in range(45)])


def test_a_watch_table_has_groups_a_caption_and_scopes() -> None:
    row = page.WatchRow("Nasdaq", "Fri", "23,031", "+2.2%", "−1.8%", "−3.9%", "−0.9%", [1.0, 2.0])
    block = page.watch_table("Watch list", [("Tech", [row]), ("Crypto", [row])])
    tree = read(block)
    assert next(tree.iter("caption")).text == "Watch list"
    assert [th.text for th in tree.iter("th") if th.get("scope") == "colgroup"] == ["Tech", "Crypto"]
    heads = [th.text for th in tree.iter("th") if th.get("scope") == "col"]
    assert heads == ["Market", "Last", "1 day", "1 week", "From high", "Since 1 Jan", "90 d"]
    assert (
        len(
            [
                th
                for th in tree.iter("th")
                if th.get("scope") == "col" and "mk-wide" in (th.get("class") or "")
            ]
        )
        == 2
    )


def test_a_table_refuses_a_row_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="zip"):
        page.rows("x", [page.Column("a"), page.Column("b")], [["1"]])


def test_a_ranking_has_a_bar_in_each_row() -> None:
    block = page.rank_table(
        "Falls",
        ["Day", "Fall"],
        [page.RankRow("5 Feb", 0.5, ["−1.6%"], True), page.RankRow("10 Oct", 7.0, ["−3.6%"])],
    )
    assert [each.get("style") for each in every(block, "mk-fill")] == ["width:50.0%", "width:100.0%"]
    assert len(every(block, "mk-now")) == 1


def test_the_level_strip_says_its_numbers_and_marks_the_zone_the_price_is_in() -> None:
    zones = [Zone("BTC", 68000, 70000), Zone("BTC", 80600, 80600)]
    block = page.level_strip(page.priced(envelope(69310.0, "last"), BTC), zones, BTC)
    assert read(block)[0].get("aria-label") == "Bitcoin at $69,310. Levels: 68–70K, 80.6K."
    assert len(every(block, "mk-in")) == 1
    assert [each.get("data-value") for each in every(block, "mk-n")] == ["69310.0"]


def test_labels_that_would_touch_on_a_phone_are_left_out_there() -> None:
    zones = [Zone("BTC", price, price) for price in (60000, 60500, 120000)]
    block = page.level_strip(page.priced(envelope(69310.0), BTC), zones, BTC)
    assert ["mk-wide" in str(each.get("class")) for each in every(block, "mk-mark")] == [False, True, False]


def test_there_is_no_strip_without_a_price() -> None:
    assert page.level_strip(page.priced(envelope(None), BTC), [Zone("BTC", 1, 2)], BTC) == ""


def test_zone_marks_share_their_letter() -> None:
    assert zone_mark(Zone("BTC", 60000, 62000), BTC) == "60–62K"
    assert zone_mark(Zone("BTC", 900_000, 1_100_000), BTC) == "900K–1.1M"


def test_levels_and_events_are_words() -> None:
    table = page.level_table("Levels", [page.LevelRow("$68K–$70K", "now", "Inside", "for 18 h", True)])
    assert [each.text for each in every(table, "mk-warn")] == ["Inside"]
    assert words(page.events([("6 Feb", "Lost it")])) == "6 FebLost it"
    price = page.priced(envelope(66_200.0, "zone_event"), BTC)
    listed = page.events([("6 Feb", ["Lost it at ", price, ", in the morning"])])
    assert words(listed) == "6 FebLost it at $66,200, in the morning"
    assert [each.get("data-formula") for each in every(listed, "mk-n")] == ["zone_event"]


def test_the_gauge_tells_its_numbers_to_those_who_listen() -> None:
    parts = [page.Part("Credit", 93.0, "93"), page.Part("Breadth", None, "–"), page.Part("Rates", 20.0, "20")]
    block = page.gauge(page.shown(envelope(71.2), text.whole), SCALE, "of 100", 34.0, parts)
    bar = every(block, "mk-gauge")[0]
    assert bar.get("aria-label") == "71 on a scale from 0 to 100: Stress. 1-yr median 34."
    assert [each.get("style") for each in every(block, "mk-needle")] == ["left:71.20%"]
    assert [each.get("style") for each in every(block, "mk-part-fill")] == [
        "width:93.0%",
        "width:0.0%",
        "width:20.0%",
    ]
    assert len(every(block, "mk-hot")) == 1


def test_a_gauge_without_a_score_has_no_needle() -> None:
    block = page.gauge(page.shown(envelope(None), text.whole), SCALE)
    assert not every(block, "mk-needle")
    assert every(block, "mk-gauge")[0].get("aria-label") == "No score."


def test_notes_and_empty_cards_lead_with_their_point() -> None:
    note = page.note(
        page.Kind.FAILED, "ETF flows are not updating.", "Next try in 4 min.", ("Go to live", "?")
    )
    assert words(note) == "ETF flows are not updating. Next try in 4 min. Go to live"
    assert words(page.empty("No sessions.", "Choose 1 week.")) == "No sessions.Choose 1 week."


def test_lines_of_provenance_end_in_links() -> None:
    assert (
        words(page.provenance("Source: Nasdaq", [("CSV", "a"), ("JSON", "b")]))
        == "Source: Nasdaq · CSV · JSON"
    )
    assert words(page.footer("Not advice.", [("Methods", "methods")])) == "Not advice. Methods"


def test_a_late_feed_is_marked() -> None:
    badge = page.age_badge("FRED", timedelta(hours=26), late=True)
    assert words(badge) == "FRED 26 h old"
    assert "mk-late" in badge


def test_facts_and_plain_tables_carry_numbers_too() -> None:
    number = page.shown(FALL, lambda _: "1.6%")
    listed = page.facts([("Fell ", Quoted("1.6%", "IXIC", "change_1d_pct", FALL), ".")])
    assert [e.get("data-value") for e in every(listed, "mk-n")] == ["-1.5886219"]
    table = page.rows("x", [page.Column("a", page.Align.TEXT), page.Column("b")], [["n", number]], current=0)
    assert [e.get("data-value") for e in every(table, "mk-n")] == ["-1.5886219"]


def test_hostile_names_stay_text_in_every_block() -> None:
    number = page.shown(envelope(1.0, HOSTILE, source=HOSTILE), lambda _: HOSTILE)
    blocks = [
        page.status_strip(page.Mode.LIVE, HOSTILE, [page.Signal(page.Mark.LATE, HOSTILE)], HOSTILE),
        page.headline(HOSTILE, [Quoted(HOSTILE, HOSTILE, HOSTILE, number.envelope)]),
        page.heading(HOSTILE, HOSTILE, HOSTILE),
        page.tiles([page.Tile(HOSTILE, number, number, HOSTILE, HOSTILE)]),
        page.rows(HOSTILE, [page.Column(HOSTILE)], [[number]]),
        page.level_table(HOSTILE, [page.LevelRow(HOSTILE, number, HOSTILE, HOSTILE)]),
        page.events([(HOSTILE, [HOSTILE, number])]),
        page.note(page.Kind.PLAIN, HOSTILE, HOSTILE, (HOSTILE, HOSTILE)),
        page.gauge(number, SCALE, [HOSTILE, number], 3.0, [page.Part(HOSTILE, 1.0, number)]),
    ]
    assert all("<b style" not in each for each in blocks)
    assert all(read(each) is not None for each in blocks)


def test_the_stylesheet_names_no_colour_outside_its_variables() -> None:
    rules = page.STYLESHEET.split("}", 1)[1]
    assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b|rgba?\(", rules)
    assert page.STYLESHEET.count("{") == page.STYLESHEET.count("}")
    used, defined = (
        set(re.findall(pattern, page.STYLESHEET)) for pattern in (r"var\(--([\w-]+)\)", r"--([\w-]+):")
    )
    assert used <= defined
    assert "<" not in page.STYLESHEET


def test_motion_ends_where_the_reader_asks_for_it() -> None:
    assert "prefers-reduced-motion" in page.STYLESHEET


def test_colour_blind_colours_are_one_class_on_the_frame() -> None:
    assert page.block("x", safe=True) == '<div class="mk mk-safe">x</div>'
