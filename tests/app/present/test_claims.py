"""What the article said stands on the days that it speaks of, and nowhere else."""

import re
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import pandas as pd
import pytest

from analytics.claims import CLAIMS, claim_named, claims
from analytics.crypto import ARTICLE_BAND
from app.present import crypto, tech
from app.present.claims import said_in, table, topics
from app.present.drawing import Drawing
from components.page.numbers import phrase_html
from market.bars import Bars, InProgress
from tests.analytics.bars import series
from tests.analytics.recorded import recording
from tests.app.opening import open_page

INDICES = ("IXIC", "GSPC", "NDX", "DJI", "SOX", "IGV")
COINS = ("BTC", "ETH", "SOL")
BANDED = [move for move in tech.MOVES if move.claim]
THEN, JUNE, NOVEMBER = "2026-02-05", "2025-06-16", "2026-11-30"


def live(key: str) -> Bars:
    """Closes up to Monday 30 November 2026, and a bar in progress."""
    start = "2025-01-02" if key in INDICES else "2025-01-03"
    days = len(pd.bdate_range(start, NOVEMBER)) if key in INDICES else 698
    bars = series(key, [100.0 + n % 7 for n in range(days)], start)
    assert bars.dates[-1].date() == date(2026, 11, 30)
    return replace(bars, in_progress=InProgress("yahoo", 0.01))


def markets(moment: str, keys: tuple[str, ...] = INDICES) -> tuple[Bars, ...]:
    known = recording(moment) if moment != NOVEMBER else {key: live(key) for key in keys}
    return tuple(known[key] for key in keys)


def is_shaded(drawn: object) -> bool:
    return isinstance(drawn, Drawing) and "the article" in str(drawn.figure.layout.annotations)


@pytest.mark.parametrize(
    ("moment", "claimed"),
    [
        (JUNE, set()),
        ("2026-01-30", set()),
        ("2026-02-03", {"several_sessions"}),
        (THEN, {"several_sessions", "year_to_date", "software_from_high"}),
        ("2026-02-07T15:30Z", {"year_to_date", "software_from_high"}),
        ("2026-02-09", set()),
        ("2026-03-06", set()),
        (NOVEMBER, set()),
    ],
)
def test_a_band_stands_on_the_days_of_its_claim_only(moment: str, claimed: set[str]) -> None:
    shown = markets(moment)
    for move in BANDED:
        said = str(phrase_html(tech.say_move(shown, move)))
        stands = move.claim in claimed
        assert is_shaded(tech.moves(shown, move, phone=False)) == stands, move.claim
        assert (f'href="claims#claim-{move.claim}"' in said) == stands
        assert ("said by the article of February 2026" in said) == stands
        assert stands or "haded" not in said


@pytest.mark.parametrize(
    ("moment", "stands"),
    [(JUNE, False), ("2026-02-04", False), (THEN, True), ("2026-02-07T15:30Z", True), (NOVEMBER, False)],
)
def test_the_band_of_the_coins_stands_on_its_days_only(moment: str, stands: bool) -> None:
    shown = markets(moment, COINS)
    said = str(phrase_html(crypto.say_coins(shown)))
    assert is_shaded(crypto.coin_chart(shown, phone=False)) == stands
    assert ("article" in said) == stands == ("claims#claim-coins" in said)
    assert "median" in said


def test_without_prices_nothing_was_said() -> None:
    assert said_in("coins", ARTICLE_BAND, ()) is None


def test_a_claim_that_nobody_made_is_unknown() -> None:
    with pytest.raises(KeyError, match="nonsense"):
        claim_named("nonsense")


def test_every_row_is_where_links_lead_and_says_its_days() -> None:
    found = claims(recording("2026-02-07T15:30Z"))
    tables = [table(found, topic) for topic in topics(found)]
    rows = [row for each in tables for row in ElementTree.fromstring(each).iter("tr") if row.get("id")]
    assert [row.get("id") for row in rows] == [f"claim-{claim.key}" for claim in CLAIMS]
    told = {row.get("id"): "".join(row.itertext()) for row in rows}
    assert "3 Feb to 5 Feb 2026" in told["claim-several_sessions"]
    assert "7 Feb 2026" in told["claim-relief_days"]


def test_the_page_of_the_day_links_to_the_row_and_that_of_june_does_not() -> None:
    row = 'href="claims#claim-year_to_date"'
    assert row in " ".join(open_page("tech", asof=THEN).blocks)
    before = " ".join(open_page("tech", asof=JUNE).blocks)
    assert "article" not in re.sub("<[^>]+>", "", before)
    assert 'id="claim-year_to_date"' in " ".join(open_page("claims", asof=THEN).blocks)
