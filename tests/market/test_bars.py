from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.bars import COLUMNS, Bars, InProgress, State
from tests.fakes.prices import BITCOIN, NASDAQ, make_bars

BARS = make_bars(BITCOIN, [100.0, 90.0, 99.0])
OPEN = make_bars(BITCOIN, [100.0, 90.0], in_progress=99.0)

walks = st.lists(st.floats(0.01, 1e6), min_size=2, max_size=40)


def with_frame(frame: pd.DataFrame) -> Bars:
    return replace(BARS, frame=frame)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (BARS.frame.iloc[:0], "empty"),
        (BARS.frame[list(COLUMNS[:4])], "columns are"),
        (BARS.frame.tz_localize(None), "not in UTC"),
        (BARS.frame.tz_convert("America/New_York"), "not in UTC"),
        (BARS.frame.reset_index(drop=True), "not in UTC"),
        (BARS.frame.iloc[::-1], "out of order"),
        (pd.concat([BARS.frame, BARS.frame.iloc[-1:]]), "repeated"),
        (BARS.frame.assign(close=float("nan")), "a close is missing"),
        (BARS.frame.assign(close=float("inf")), "or infinite"),
    ],
)
def test_bars_refuse_what_they_are_not(frame: pd.DataFrame, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        with_frame(frame)


def test_a_missing_open_is_allowed_and_a_price_below_zero_too() -> None:
    assert with_frame(BARS.frame.assign(close=-37.63, open=float("nan"))).last == -37.63


@pytest.mark.parametrize("name", ["close", "linked", "returns", "changes"])
def test_a_series_belongs_to_whoever_asked_for_it(name: str) -> None:
    before = getattr(BARS, name).tolist()
    own = getattr(BARS, name)
    own.iloc[0] = -1.0
    own.name = "changed"
    assert getattr(BARS, name).tolist() == before
    assert getattr(BARS, name).name == "BTC"


def test_returns_go_from_close_to_close() -> None:
    assert BARS.returns.tolist() == pytest.approx([-0.1, 0.1])
    assert BARS.changes.tolist() == pytest.approx([-10, 9])


def test_nothing_is_a_return_of_a_price_at_or_below_zero() -> None:
    returns = make_bars(NASDAQ, [10.0, -10.0, 5.0, 0.0, 4.0]).returns
    assert returns.isna().tolist() == [False, True, False, True]


def test_the_open_bar_moves_by_its_own_venue_only() -> None:
    other = replace(OPEN, in_progress=InProgress("another venue", 0.05))
    assert other.last == 99.0
    assert other.linked.tolist() == pytest.approx([100, 90, 94.5])
    assert other.returns.iloc[-1] == pytest.approx(0.05)


@given(walks)
def test_closed_bars_are_linked_as_they_are(closes: list[float]) -> None:
    bars = make_bars(BITCOIN, closes)
    assert bars.linked.equals(bars.close)
    assert bars.finished is bars


def test_finished_leaves_out_the_open_bar() -> None:
    assert OPEN.finished.close.tolist() == [100.0, 90.0]
    assert OPEN.finished.in_progress is None
    assert OPEN.finished.finished.frame.equals(OPEN.finished.frame)


@given(walks, st.integers(-100, 5000))
def test_until_gives_a_prefix_and_nothing_later(closes: list[float], minutes: int) -> None:
    bars = make_bars(BITCOIN, closes)
    moment = bars.since + timedelta(minutes=minutes)
    known = bars.until(moment)
    wanted = int((bars.frame.index <= pd.Timestamp(moment)).sum())
    assert (0 if known is None else len(known)) == wanted
    assert known is None or known.frame.equals(bars.frame.iloc[:wanted])


def test_until_never_hands_on_an_open_bar() -> None:
    known = OPEN.until(OPEN.as_of)
    assert known is not None
    assert known.in_progress is None


def test_from_date_keeps_what_is_complete_then_or_later() -> None:
    kept = BARS.from_date(BARS.as_of)
    assert kept is not None and len(kept) == 1
    assert BARS.from_date(BARS.as_of + timedelta(seconds=1)) is None


def test_a_day_of_a_coin_is_named_by_its_beginning_and_a_session_by_its_close() -> None:
    assert str(BARS.dates[-1].date()) == "2026-02-06"
    assert BARS.as_of == datetime(2026, 2, 7, tzinfo=UTC)
    session = make_bars(NASDAQ, [1.0, 2.0])
    assert str(session.dates[-1].date()) == "2026-02-06"
    assert session.as_of == datetime(2026, 2, 6, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, State.FINAL),
        ({"recorded": True}, State.RECORDED),
        ({"recorded": True, "stale_because": "late"}, State.STALE),
        ({"disputed": True, "stale_because": "late"}, State.DISPUTED),
    ],
)
def test_the_worst_of_what_is_known_is_the_state(change: dict[str, object], state: State) -> None:
    bars = replace(BARS, provenance=replace(BARS.provenance, **change))  # type: ignore[arg-type]
    assert bars.state is state


def test_an_open_bar_is_provisional_even_in_a_recording() -> None:
    assert replace(OPEN, provenance=replace(OPEN.provenance, recorded=True)).state is State.PROVISIONAL


def test_bars_are_equal_only_to_themselves() -> None:
    assert make_bars(BITCOIN, [1.0]) != make_bars(BITCOIN, [1.0])
    assert BARS == BARS
    assert hash(BARS) == hash(BARS)


def test_changing_a_column_that_was_given_out_changes_no_bars() -> None:
    closes = BARS.close
    closes.iloc[0] = 0.0
    assert BARS.close.iloc[0] == 100.0
