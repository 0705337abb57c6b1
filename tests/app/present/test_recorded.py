"""What only the recording holds, on a page beside live prices: dated in full, and nothing made of it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from analytics.changes import what_changed
from app import present
from app.present import overview, sources
from components.page.tiles import tiles
from data_sources.errors import Unreachable
from data_sources.feed import Batch
from market import catalogue
from market.bars import Bars, State
from tests.fakes.prices import make_bars

KNOWN = catalogue.load()
NOW = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)
LIVE = make_bars(KNOWN["IXIC"], [100.0, 101.0, 99.0], last=date(2026, 11, 27), source="fred")


def recorded(key: str) -> Bars:
    bars = make_bars(KNOWN[key], [90.0, 91.0, 87.97], last=date(2026, 3, 6), source="Yahoo Finance")
    return replace(bars, provenance=replace(bars.provenance, recorded=True))


BATCH = Batch(
    {"IXIC": LIVE},
    (
        Unreachable(KNOWN["IGV"], "yahoo").beside(recorded("IGV")),
        Unreachable(KNOWN["SOX"], "yahoo"),
    ),
)
READINGS = present.readings_of(BATCH)


def test_its_tile_shows_the_price_with_its_whole_date_and_no_change() -> None:
    live, held, missing = present.tiles_of(READINGS, BATCH, KNOWN.pick("IXIC", "IGV", "SOX"))
    assert (held.when, held.change, list(held.trail)) == ("6 Mar 2026", "", [])
    html = str(tiles([held]))
    assert "$87.97" in html
    assert "recorded" in html
    assert "6 Mar 2026" in html
    assert held.value.envelope.state is State.RECORDED
    assert missing.value == "–"
    assert live.change


def test_its_row_in_the_watch_list_has_a_date_and_a_price_alone() -> None:
    row = present.recorded_row(recorded("IGV"))
    assert row.when == "recorded 6 Mar 2026"
    assert {row.day, row.week, row.from_high, row.year} == {"–"}
    assert "recorded 6 Mar 2026" in str(overview.watch_list(BATCH, READINGS))


def test_the_sources_page_says_why_it_is_recorded_and_how_old_it_is() -> None:
    table = str(sources.sources_table("Daily", KNOWN.pick("IGV", "SOX"), BATCH, NOW))
    assert "Yahoo Finance did not answer; recorded from Yahoo Finance" in table
    assert "268 d" in table


def test_the_note_on_the_page_says_up_to_when_it_is_recorded() -> None:
    held, missing = BATCH.missing
    assert present.say_missing(held) == (
        "Software (IGV): Yahoo Finance did not answer. It is recorded up to 6 Mar 2026."
    )
    assert present.say_missing(missing) == "PHLX Semiconductor index: Yahoo Finance did not answer."


def test_what_changed_names_the_day_of_a_price_that_is_out_of_date() -> None:
    old = replace(LIVE, provenance=replace(LIVE.provenance, stale_because="FRED did not answer"))
    known = {"IXIC": old}
    told = str(present.changes_table(what_changed(known, present.readings_of(known.values()), ["IXIC"])))
    assert "Nasdaq, 27 Nov 2026" in told


@pytest.mark.parametrize("state", [State.STALE, State.DISPUTED])
def test_a_tile_of_an_old_price_has_its_year(state: State) -> None:
    provenance = replace(
        LIVE.provenance, stale_because="FRED did not answer", disputed=state is State.DISPUTED
    )
    old = replace(LIVE, provenance=provenance)
    assert old.state is state
    assert present.say_day_of(old) == "27 Nov 2026"
