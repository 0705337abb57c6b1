from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.averages import Average, averages, breadth, breadth_line, moving_average
from market.bars import Bars, InProgress
from tests.analytics.bars import series
from tests.analytics.recorded import recording

walks = st.lists(st.floats(1, 1e4), min_size=1, max_size=60)


def one(closes: list[float], span: int = 3) -> Average:
    """The average of one span over these closes."""
    [found] = averages(series("IXIC", closes), [span])
    return found


@given(walks, st.integers(1, 10))
def test_an_average_is_the_plain_mean_of_the_last_closes(closes: list[float], span: int) -> None:
    means = moving_average(series("IXIC", closes).close, span)
    for place in range(len(closes)):
        if place + 1 < span:
            assert means.isna().iloc[place]
        else:
            assert means.iloc[place] == pytest.approx(fmean(closes[place + 1 - span : place + 1]))


def test_price_above_its_average_says_since_when() -> None:
    found = one([10.0, 9.0, 8.0, 7.0, 12.0, 13.0])
    assert found.is_above
    assert found.since == series("IXIC", [1.0] * 5).as_of
    assert not found.crossed
    assert found.distance.value == pytest.approx(100 * (13 / fmean([7, 12, 13]) - 1))


def test_the_way_to_an_average_is_measured_from_the_price() -> None:
    found = one([110.0, 110.0, 80.0])
    assert found.value.value == pytest.approx(100)
    assert found.distance.value == pytest.approx(-20)
    assert found.reach.value == pytest.approx(25)
    assert dict(found.reach.inputs) == {"level": pytest.approx(100), "price": 80}


def test_the_first_close_on_the_other_side_is_a_crossing() -> None:
    found = one([10.0, 11.0, 12.0, 13.0, 5.0])
    assert found.is_above is False
    assert found.crossed
    assert found.last_other_side is None


def test_a_side_held_ever_since_has_no_beginning() -> None:
    found = one([1.0, 2.0, 3.0, 4.0])
    assert found.is_above
    assert found.since is None


def test_too_short_a_history_has_no_average_and_says_so() -> None:
    found = one([1.0, 2.0])
    assert found.value.value is None
    assert found.value.why == "The history holds 2 of 3 closes."
    assert found.is_above is None


def test_an_open_bar_moves_the_distance_and_not_the_average() -> None:
    closed = series("IXIC", [10.0, 10.0, 10.0, 20.0])
    opened = replace(closed, in_progress=InProgress("another venue", 0.5))
    [found] = averages(opened, [3])
    assert found.value.value == 10.0
    assert found.distance.value == pytest.approx(50.0)


def test_breadth_is_the_share_above_their_own_mean() -> None:
    up, down = [1.0] * 60 + [2.0], [2.0] * 60 + [1.0]
    markets = [series("IXIC", up), series("GSPC", down), series("DJI", up), series("NDX", [1.0])]
    share = breadth(markets)
    assert share.value == pytest.approx(200 / 3)
    assert share.n == 3
    assert breadth(markets[-1:]).value is None


def test_the_line_of_breadth_ends_at_the_share_of_today() -> None:
    known = recording("2026-02-05")
    markets: list[Bars] = [known[key] for key in ("IXIC", "GSPC", "DJI", "IGV", "XLP")]
    line = breadth_line(markets)
    assert float(line.iloc[-1]) == pytest.approx(breadth(markets).value)
    assert line.between(0, 100).all()
    assert len(line) == len(markets[0]) - 49


def test_a_run_beside_a_missing_close_may_be_longer_and_nothing_crossed_on_its_first_day() -> None:
    bars = series("IXIC", [100.0] * 49 + [110.0, 111.0, 90.0])
    crossed, _, _ = averages(bars)
    assert crossed.crossed
    holed = replace(bars, frame=bars.frame.drop(bars.frame.index[-2]))
    (unsure, _, _) = averages(holed)
    assert (unsure.since, unsure.beside_gap, unsure.crossed) == (bars.as_of, True, False)
    assert unsure.value.n == 49
    assert unsure.value.flags == ("gap",)
    assert unsure.value.value == (100.0 * 47 + 110.0 + 90.0) / 49
