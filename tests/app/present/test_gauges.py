"""The card of official gauges on the Macro page."""

from datetime import UTC, datetime

from app.present import gauges
from app.present.drawing import Drawing
from components.page.html import Html
from data_sources.errors import Unreachable
from data_sources.feed import Batch
from market import catalogue
from market.instruments import GAUGES
from tests.analytics.bars import series

KNOWN = catalogue.load()
MOMENT = datetime(2025, 8, 1, tzinfo=UTC)
OFR = series("OFR_FSI", [-2 + n / 100 for n in range(100)])
WEEKS = series("STLFSI", [-1 + n / 100 for n in range(35)])
SPREAD = series("HY_OAS", [3 + n / 100 for n in range(100)])


def test_each_gauge_has_its_value_its_day_its_change_and_its_place() -> None:
    shown = str(gauges.table(Batch({each.key: each for each in (OFR, SPREAD)})))
    for words in ("OFR Financial Stress Index", "−1.01", "21 May 2025", "+0.01", "3.99%", "+1 bp", "99th"):
        assert words in shown
    assert 'data-formula="gauge_percentile"' in shown


def test_where_there_is_one_the_card_says_what_zero_means_and_that_it_comes_late() -> None:
    said = gauges.words(Batch({"OFR_FSI": OFR}))
    assert "delay" in said
    assert "zero is average stress" in said


def test_a_gauge_that_stays_away_is_a_row_with_the_reason() -> None:
    away = Unreachable(KNOWN["STLFSI"], "fred")
    shown = str(gauges.table(Batch({"OFR_FSI": OFR}, (away,))))
    assert "St. Louis Fed Financial Stress Index: FRED did not answer." in shown


def test_where_there_is_none_one_sentence_says_so() -> None:
    away = tuple(Unreachable(each, "fred") for each in KNOWN.group(GAUGES))
    assert gauges.words(Batch({}, away)) == gauges.NO_GAUGES
    assert gauges.table(Batch({}, away)) == Html("")
    assert gauges.panels((), MOMENT, False) == Html("")


def test_each_is_drawn_on_a_scale_of_its_own() -> None:
    drawn = gauges.panels((OFR, WEEKS, SPREAD), MOMENT, False)
    assert isinstance(drawn, Drawing)
    axes = [drawn.figure.layout[name].range for name in ("yaxis", "yaxis2", "yaxis3")]
    assert len(set(axes)) == 3
    assert drawn.sources == (OFR, WEEKS, SPREAD)
    assert drawn.alt == "Newest values: OFR stress −1.01, St. Louis stress −0.66, HY spread 3.99%."


def test_a_series_that_ended_years_ago_is_not_drawn() -> None:
    drawn = gauges.panels((OFR, series("HY_OAS", [3.0, 3.1], start="2015-01-05")), MOMENT, False)
    assert isinstance(drawn, Drawing)
    assert drawn.sources == (OFR,)
