"""The machine on the golden series of methods.md, and what must hold of any path."""

from datetime import UTC, datetime, timedelta
from math import nan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.levels_found import Leg, retracements, swing_places
from analytics.zone_machine import Confirmation, ZoneBar, ZoneMachine, stands
from analytics.zones import distance, holding
from market.zone_events import Happening, Stand, ZoneEvent
from tests.analytics.vectors import Vector, check, of_sections

START = datetime(2026, 1, 1, tzinfo=UTC)
CODE = {Stand.ABOVE: 1, Stand.INSIDE: 0, Stand.BELOW: -1}


def bar(number: int, close: float, atr: float, *, open: float = nan, spread: float = 0.0) -> ZoneBar:
    return ZoneBar(START + timedelta(days=number), open, close + spread, close - spread, close, atr)


def run(rows: list[ZoneBar], low: float = 68, high: float = 70) -> tuple[list[Stand | None], list[ZoneEvent]]:
    machine, states, happened = ZoneMachine(low, high), [], []
    for row in rows:
        machine, events = machine.step(row)
        states.append(machine.stand)
        happened += events
    return states, happened


def moves(events: list[ZoneEvent]) -> list[Happening]:
    return [event.kind for event in events if event.kind.moves_state]


def closes(*prices: float, atr: float = 2.0) -> list[ZoneBar]:
    return [bar(number, price, atr) for number, price in enumerate(prices)]


def test_the_golden_series_loses_the_zone_and_reclaims_it() -> None:
    states, events = run(closes(71, 70.2, 69.5, 67.9, 67.2, 66.9, 68.5, 70.4, 71.0, 71.2))
    assert states == [Stand.ABOVE] * 5 + [Stand.BELOW] * 4 + [Stand.ABOVE]
    assert moves(events) == [Happening.LOST, Happening.RECLAIMED]
    lost, reclaimed = (event for event in events if event.kind.moves_state)
    assert (lost.time, lost.price, lost.side) == (START + timedelta(days=5), 66.9, Stand.ABOVE)
    assert (reclaimed.time, reclaimed.price, reclaimed.side) == (START + timedelta(days=9), 71.2, Stand.BELOW)


def states_of(closes: list[float], low: float, high: float, band: float, votes: int) -> list[str]:
    machine, found = ZoneMachine(low, high, Confirmation(band=1.0, votes=votes)), []
    for number, close in enumerate(closes):
        machine, _ = machine.step(bar(number, close, band))
        found.append(str(machine.stand))
    return found


def lowest_that_keeps(low: float, atr: float, e: float) -> float:
    """The close below which a vote for below begins, found by trying."""
    machine, _ = ZoneMachine(low, low, Confirmation(band=e)).step(bar(0, low * 2, atr))
    return next(
        cents / 100
        for cents in range(round(low * 100), 0, -1)
        if machine.step(bar(1, (cents - 1) / 100, atr))[0].candidate is Stand.BELOW
    )


SUMS = {
    "zone_states": states_of,
    "distance": distance,
    "holding": lambda closes, low, n: holding(np.array(closes, float), low, n),
    "below_threshold": lowest_that_keeps,
    "swing_highs": lambda highs, k: [highs[place] for place in swing_places(np.array(highs, float), k)],
    "retracement_levels": lambda low, high, shares: [
        level.price for level in retracements(Leg("fall", high, low), shares)
    ],
}


@pytest.mark.parametrize(
    "vector", [each for each in of_sections(6) if each.function in SUMS], ids=lambda each: each.key
)
def test_the_product_gives_the_reference_value(vector: Vector) -> None:
    check(vector, SUMS)


def test_a_close_between_the_edge_and_its_band_ends_a_run_of_votes() -> None:
    states, _ = run(closes(71, 67, 67.8, 67))
    assert states[-1] is Stand.ABOVE


def test_a_first_close_in_a_band_starts_inside() -> None:
    assert run(closes(70.2))[0] == [Stand.INSIDE]


def test_turning_back_inside_the_zone_is_a_rejection_from_the_side_it_came_from() -> None:
    _, events = run(closes(72, 69, 69, 72, 72))
    assert moves(events) == [Happening.ENTERED, Happening.REJECTED]
    assert all(event.side is Stand.ABOVE for event in events)


def test_passing_through_is_a_loss_even_after_a_stay_inside() -> None:
    _, events = run(closes(72, 69, 69, 69, 66, 66))
    assert moves(events) == [Happening.ENTERED, Happening.LOST]


def test_leaving_a_zone_that_the_history_began_in_names_no_side() -> None:
    _, events = run(closes(69, 66, 66))
    assert [(event.kind, event.side) for event in events if event.kind.moves_state] == [
        (Happening.LOST, None)
    ]


def test_a_spike_through_the_far_edge_is_a_wick_and_changes_nothing() -> None:
    rows = [*closes(72, 72), ZoneBar(START + timedelta(days=2), 72, 72, 66, 71, 2.0)]
    states, events = run(rows)
    assert states[-1] is Stand.ABOVE
    assert (events[-1].kind, events[-1].price) == (Happening.WICK, 66)


def test_an_open_beyond_the_zone_is_a_gap_and_its_loss_says_so() -> None:
    rows = [*closes(72, 72), bar(2, 66, 2.0, open=66.5), bar(3, 66, 2.0, open=66)]
    _, events = run(rows)
    assert [event.kind for event in events] == [Happening.GAP_OVER, Happening.LOST]
    assert (events[0].price, events[0].side) == (66.5, Stand.ABOVE)
    assert events[1].gapped


def test_a_gap_that_closes_again_leaves_no_mark_on_a_later_loss() -> None:
    rows = [*closes(72, 72), bar(2, 71, 2.0, open=66), bar(3, 66, 2.0, open=71), bar(4, 66, 2.0, open=66)]
    _, events = run(rows)
    assert [event.gapped for event in events if event.kind is Happening.LOST] == [False]


def test_a_touch_counts_again_only_after_price_was_one_range_away() -> None:
    _, events = run(closes(73, 70.2, 71.9, 70.2, 72, 70.2))
    assert [event.time.day for event in events if event.kind is Happening.TOUCHED] == [2, 6]


def test_no_state_and_no_event_before_a_range_is_known() -> None:
    states, events = run([bar(0, 72, nan), bar(1, 60, nan)])
    assert states == [None, None]
    assert events == []


# Prices and ranges are dyadic, so that a mirrored path is mirrored to the last bit.
QUARTERS = st.integers(60 * 4, 80 * 4).map(lambda quarter: quarter / 4)


@st.composite
def paths(draw: st.DrawFn) -> list[ZoneBar]:
    prices = draw(st.lists(st.tuples(QUARTERS, QUARTERS, QUARTERS, QUARTERS), min_size=1, max_size=60))
    ranges = draw(st.lists(st.sampled_from([1.0, 2.0, 4.0]), min_size=len(prices), max_size=len(prices)))
    has_open = draw(st.booleans())
    rows = []
    for number, (quad, atr) in enumerate(zip(prices, ranges, strict=True)):
        opened, close = quad[0] if has_open else nan, quad[1]
        known = [price for price in (*quad[2:], opened, close) if price == price]
        rows.append(ZoneBar(START + timedelta(hours=number), opened, max(known), min(known), close, atr))
    return rows


@given(st.lists(QUARTERS, min_size=2, max_size=40), st.booleans())
def test_a_monotone_path_has_at_most_one_event_at_each_edge(prices: list[float], falling: bool) -> None:
    _, events = run(closes(*sorted(prices, reverse=falling)))
    kinds = moves(events)
    last = Happening.LOST if falling else Happening.RECLAIMED
    assert kinds in ([], [Happening.ENTERED], [Happening.ENTERED, last], [last])


MIRRORED = {Happening.LOST: Happening.RECLAIMED, Happening.RECLAIMED: Happening.LOST}


@given(paths())
def test_a_mirrored_path_has_mirrored_events(rows: list[ZoneBar]) -> None:
    centre = 140.0
    flipped = [
        ZoneBar(row.time, centre - row.open, centre - row.low, centre - row.high, centre - row.close, row.atr)
        for row in rows
    ]
    _, events = run(rows, 68, 71)
    _, seen = run(flipped, centre - 71, centre - 68)

    def sides(event: ZoneEvent) -> Stand | None:
        return event.side and event.side.opposite

    # Two wicks of one bar have no order of their own.
    expected = [(MIRRORED.get(event.kind, event.kind), event.time, sides(event)) for event in events]
    assert sorted(expected, key=str) == sorted(
        [(event.kind, event.time, event.side) for event in seen], key=str
    )


@given(paths(), st.integers(0, 60))
def test_a_feed_in_two_parts_is_the_whole_feed(rows: list[ZoneBar], cut: int) -> None:
    machine = ZoneMachine(68, 70)
    happened: list[ZoneEvent] = []
    for part in (rows[:cut], rows[cut:]):
        for row in part:
            machine, events = machine.step(row)
            happened += events
    assert happened == run(rows)[1]


@given(paths(), st.integers(1, 60))
def test_what_a_prefix_tells_stays_true(rows: list[ZoneBar], cut: int) -> None:
    states, events = run(rows)
    early_states, early_events = run(rows[:cut])
    assert early_states == states[:cut]
    assert early_events == [event for event in events if event.time <= rows[:cut][-1].time]


@given(paths(), st.integers(1, 4))
@settings(max_examples=60)
def test_many_zones_at_once_stand_where_each_machine_stands(rows: list[ZoneBar], votes: int) -> None:
    confirmation = Confirmation(votes=votes)
    lows = np.arange(58.0, 80.0, 1.5)
    highs = lows + np.arange(len(lows)) % 3
    expected = []
    for low, high in zip(lows, highs, strict=True):
        machine = ZoneMachine(low, high, confirmation)
        for row in rows:
            machine, _ = machine.step(row)
        assert machine.stand is not None
        expected.append(CODE[machine.stand])
    assert stands(rows, lows, highs, confirmation).tolist() == expected


def test_many_zones_settle_far_back_too() -> None:
    rows = closes(72, 72, *([70.2] * 200))
    assert stands(rows, np.array([68.0, 70.1]), np.array([70.0, 70.1])).tolist() == [1, 1]


def test_many_zones_need_a_known_range() -> None:
    with pytest.raises(ValueError, match="no range"):
        stands([bar(0, 70, nan)], np.array([68.0]), np.array([70.0]))
