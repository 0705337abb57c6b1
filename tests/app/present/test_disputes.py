"""What is said of a disputed price: only what a second source says, and only of the day it speaks of."""

from dataclasses import replace
from datetime import date

from app import present
from data_sources.agreement import compare
from data_sources.quality import vouch
from tests.fakes.prices import FETCHED, SOFTWARE, VIX, make_bars


def test_two_sources_that_differ_are_both_quoted() -> None:
    ours = make_bars(VIX, [18.64, 21.77, 20.37], source="yahoo")
    bars = compare(ours, make_bars(VIX, [18.64, 21.77, 17.76], source="fred"))
    assert present.say_dispute(bars, FETCHED) == (
        "VIX, Fri 6 Feb: Yahoo Finance says 20.4, FRED says 17.8. Showing Yahoo Finance."
    )
    assert present.say_doubts(bars) == ""


def test_a_jump_in_doubt_is_told_and_no_second_source_is_quoted_against_it() -> None:
    halved = make_bars(SOFTWARE, [100.0, 101.0, 50.5], source="yahoo")
    a_day_late = make_bars(SOFTWARE, [100.0, 101.0], last=date(2026, 2, 5), source="fred")
    bars = compare(vouch(halved, a_day_late), a_day_late)
    assert bars.provenance.second is not None
    assert present.say_dispute(bars, FETCHED) == ""
    assert present.say_doubts(bars) == (
        "Software (IGV), 6 Feb 2026: in doubt, a fall of 50.0% from one close to the next, the size of a "
        "2-for-1 split, which nothing confirms."
    )


def test_what_is_not_disputed_is_not_in_doubt() -> None:
    bars = make_bars(VIX, [18.64, 21.77])
    noted = replace(bars, provenance=replace(bars.provenance, notes=("6 Feb 2026: in doubt, a rise",)))
    assert present.say_doubts(noted) == ""
