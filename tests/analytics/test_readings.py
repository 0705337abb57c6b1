"""Readings against the recording's own files, summed up again without pandas and without any code of ours."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from math import isnan, log, nan, sqrt
from statistics import stdev
from zoneinfo import ZoneInfo

import pytest

from analytics.drawdowns import NO_FALL, low_on_high
from analytics.ranks import rank_among_last
from analytics.readings import IN_POINTS, NO_PERCENT, read, unread, year_range
from data_sources.assembly import assemble
from data_sources.settings import SHIPPED_RECORDING, Mode, Settings
from market import catalogue
from market.bars import State
from market.instruments import Instrument
from market.readings import Reading

FEED = assemble(Settings(mode=Mode.RECORDED)).feed()
YIELDS = ("US10Y", "US2Y")
GAUGES = ("VIX", "DXY")
AMOUNTS = ("FNG", "BTC_FUNDING", "BTC_ETF_FLOW")
ALWAYS = ("BTC", "ETH", "SOL", "XRP", "BNB", "DOGE", "ADA", "LINK", "AVAX")
HOLES = {"DXY": datetime(2025, 3, 5, 21, tzinfo=UTC)}
"""Sessions of which the recording has no close."""
NEW_YORK = ZoneInfo("America/New_York")
EVERY_DAY = ("IXIC", "BTC", "US10Y")
STEP = 7  # of the other keys every seventh day, so that all weekdays and month ends have their turn


@cache
def files() -> dict[str, list[tuple[datetime, float]]]:
    """Instants and closes by key, as the files have them."""
    found: dict[str, list[tuple[datetime, float]]] = {}
    for name, column in (("sessions.csv", "close"), ("utc_days.csv", "close"), ("readings.csv", "value")):
        with (SHIPPED_RECORDING / name).open(encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                at = datetime.fromisoformat(row["time"])
                found.setdefault(row["key"], []).append((at, float(row[column])))
    for key, at in HOLES.items():
        found[key] = sorted([*found[key], (at, nan)])
    return found


KEYS = sorted(files())
PRICES = [key for key in KEYS if key not in AMOUNTS]


def day(key: str, at: datetime) -> date:
    """The session or the UTC day that ends at an instant."""
    if key in ALWAYS:
        return (at.astimezone(UTC) - timedelta(seconds=1)).date()
    return at.astimezone(NEW_YORK).date()


def last_on_or_before(key: str, known: list[tuple[datetime, float]], limit: date) -> float | None:
    """The last close dated ``limit`` or up to seven days earlier."""
    for at, close in reversed(known):
        if day(key, at) <= limit:
            return close if limit - day(key, at) <= timedelta(days=7) else None
    return None


def expected(key: str, known: list[tuple[datetime, float]]) -> dict[str, float | None]:
    """Every number of a reading, the slow way."""
    closes = [close for _, close in known]
    now, today = closes[-1], day(key, known[-1][0])
    numbers: dict[str, float | None] = {"last": now}
    before = {
        "change_1d": closes[-2] if len(closes) > 1 else None,
        "change_1w": last_on_or_before(key, known, today - timedelta(days=7)),
        "ytd": last_on_or_before(key, known, date(today.year - 1, 12, 31)),
    }
    for name, base in before.items():
        numbers[f"{name}_pct"] = None if base is None or key in YIELDS else 100 * (now / base - 1)
        if key in YIELDS:
            numbers[f"{name}_bp"] = None if base is None else 100 * (now - base)
    moves = [b - a if key in YIELDS else b / a - 1 for a, b in pairwise(closes)]
    numbers["streak"] = run(moves)
    year = moves[-252:]
    is_ranked = len(year) == 252 and not isnan(year[-1])
    numbers["rank_252"] = 1 + sum(move < year[-1] for move in year) if is_ranked else None
    numbers = {name: None if value is not None and isnan(value) else value for name, value in numbers.items()}
    falls = ("drawdown_pct", "from_2025_high_pct")
    numbers |= dict.fromkeys((*falls, "realised_vol_pct")) if key in YIELDS else _ratios(key, known)
    return numbers | (dict.fromkeys(falls) if key in GAUGES else {})


def _ratios(key: str, known: list[tuple[datetime, float]]) -> dict[str, float | None]:
    closes = [close for _, close in known]
    of_2025 = [close for at, close in known if day(key, at).year == 2025]
    window, periods = (30, 365) if key in ALWAYS else (20, 252)
    logs = [log(b / a) for a, b in pairwise(closes)][-window:]
    of_window = [each for each in logs if not isnan(each)]
    return {
        "drawdown_pct": 100 * (closes[-1] / highest(closes) - 1),
        "from_2025_high_pct": 100 * (closes[-1] / highest(of_2025) - 1) if of_2025 else None,
        "realised_vol_pct": 100 * stdev(of_window) * sqrt(periods) if len(logs) == window else None,
    }


def highest(closes: list[float]) -> float:
    """The highest of the closes that are there."""
    return max(close for close in closes if not isnan(close))


def run(moves: list[float]) -> float | None:
    """How many moves of the last one's sign stand at the end; negative for falls."""
    if not moves or isnan(moves[-1]):
        return None
    sign = (moves[-1] > 0) - (moves[-1] < 0)
    length = 0
    for move in reversed(moves):
        if sign == 0 or not move * sign > 0:
            break
        length += 1
    return float(sign * length)


def differences(reading: Reading, wanted: dict[str, float | None]) -> Iterator[str]:
    for name, value in wanted.items():
        number = reading[name]
        if value is None:
            assert number.why, f"{name} says nothing of why it is missing"
            assert number.state is State.MISSING
        if (number.value is None) != (value is None) or (
            value is not None and number.value != pytest.approx(value, rel=1e-9, abs=1e-9)
        ):
            yield f"{name}: {number.value}, not {value}"


@pytest.mark.parametrize("key", PRICES)
def test_every_number_through_time_equals_the_slow_sum_of_the_file(key: str) -> None:
    bars = FEED.bars(key)
    rows = files()[key]
    wrong = {}
    step = 1 if key in EVERY_DAY else STEP
    for size in sorted({1, 2, *range(PRICES.index(key) % step + 1, len(rows) + 1, step), len(rows)}):
        at = rows[size - 1][0]
        if isnan(rows[size - 1][1]):
            continue
        seen = bars.until(at)
        assert seen is not None and len(seen) == size
        found = list(differences(read(seen), expected(key, rows[:size])))
        if found:
            wrong[at.isoformat()] = found
    assert wrong == {}


@pytest.mark.parametrize("key", AMOUNTS)
def test_an_amount_of_a_day_has_a_last_value_and_no_changes(key: str) -> None:
    rows = files()[key]
    for size in (1, 2, len(rows)):
        seen = FEED.bars(key).until(rows[size - 1][0])
        assert seen is not None
        numbers = dict(read(seen).numbers)
        assert numbers.pop("last").value == rows[size - 1][1]
        assert {number.why for number in numbers.values()} <= {NO_PERCENT, NO_FALL}


@pytest.mark.parametrize("key", ["VIX", "DXY", "US10Y", "FNG", "BTC_ETF_FLOW", "BTC_FUNDING"])
def test_what_nobody_holds_has_no_fall_from_its_high(key: str) -> None:
    reading = read(FEED.bars(key))
    for name in ("drawdown_pct", "from_2025_high_pct"):
        assert (reading[name].value, reading[name].state) == (None, State.MISSING)
        assert reading[name].why == "A gauge has no fall from its high."


def test_a_yield_says_of_which_day_it_is_and_when_it_was_published() -> None:
    saturday = FEED.as_of(datetime(2026, 2, 7, 15, 30, tzinfo=UTC))
    last = read(saturday.bars("US10Y"))["last"]
    assert last.inputs == (("of", "Thu 5 Feb 2026"), ("published", "Fri 6 Feb 2026"))
    assert last.as_of == datetime(2026, 2, 5, 21, 0, tzinfo=UTC)
    assert read(saturday.bars("IXIC"))["last"].inputs == ()
    assert read(saturday.bars("FNG"))["last"].inputs == ()


def test_a_yield_moves_in_basis_points_only() -> None:
    reading = read(FEED.bars("US10Y"))
    assert reading["change_1d_pct"].why == IN_POINTS
    assert reading["change_1d_bp"].unit == "bp"


def test_a_number_says_what_it_was_made_from() -> None:
    number = read(FEED.as_of(datetime(2026, 2, 6, tzinfo=UTC)).bars("IXIC"))["drawdown_pct"]
    inputs = dict(number.inputs)
    price, high = inputs["price"], inputs["highest close"]
    assert isinstance(price, float) and isinstance(high, float)
    assert number.value == pytest.approx(100 * (price / high - 1))
    assert number.formula == "drawdown"
    assert number.source == "Nasdaq"


# The figures that were published, and that everything here must show


@pytest.fixture(scope="module")
def thursday() -> dict[str, Reading]:
    """Every reading at the end of 5 February 2026."""
    feed = FEED.as_of(datetime(2026, 2, 6, tzinfo=UTC))
    return {bars.key: read(bars) for bars in feed.many(catalogue.load())}


@pytest.mark.parametrize(
    ("key", "name", "value"),
    [
        ("IXIC", "last", 22_540.59),
        ("IXIC", "change_1d_pct", -1.59),
        ("IXIC", "ytd_pct", -3.02),
        ("IXIC", "streak", -3),
        ("IXIC", "rank_252", 25),
        ("IGV", "ytd_pct", -24.62),
        ("SOX", "ytd_pct", 7.50),
        ("XLP", "ytd_pct", 11.89),
        ("IGV", "from_2025_high_pct", -32.36),
        ("XLK", "from_2025_high_pct", -10.81),
        ("ETH", "from_2025_high_pct", -62.2),
        ("SOL", "from_2025_high_pct", -70.1),
        ("AVAX", "from_2025_high_pct", -81.1),
        ("BTC", "last", 62_910),
        ("BTC", "change_1d_pct", -14.02),
        ("BTC", "drawdown_pct", -49.53),
    ],
)
def test_the_worst_day_shows_the_published_figures(
    thursday: dict[str, Reading], key: str, name: str, value: float
) -> None:
    digits = len(str(value).partition(".")[2])
    found = thursday[key].value(name)
    assert found is not None
    assert round(found, digits) == value


@pytest.mark.parametrize(("key", "value"), [("BTC", 12.19), ("IXIC", 2.18), ("DJI", 2.47)])
def test_the_day_after_shows_the_published_rebound(key: str, value: float) -> None:
    found = read(FEED.as_of(datetime(2026, 2, 7, tzinfo=UTC)).bars(key)).value("change_1d_pct")
    assert found is not None
    assert round(found, 2) == value


@pytest.mark.parametrize(("window", "place"), [(21, 2), (63, 7), (126, 9), (252, 25)])
def test_the_worst_day_ranks_as_published(window: int, place: int) -> None:
    returns = FEED.as_of(datetime(2026, 2, 6, tzinfo=UTC)).bars("IXIC").returns
    assert rank_among_last(returns, window).value == place


def test_the_streak_of_the_worst_day_is_made_of_the_published_falls() -> None:
    returns = FEED.as_of(datetime(2026, 2, 6, tzinfo=UTC)).bars("IXIC").returns
    assert [round(100 * float(move), 2) for move in returns.iloc[-4:]][1:] == [-1.43, -1.51, -1.59]
    assert float(returns.iloc[-4]) > 0


def test_low_on_high_is_deepest_the_day_after() -> None:
    frame = FEED.as_of(datetime(2026, 2, 7, tzinfo=UTC)).bars("BTC").frame
    assert round(100 * float(low_on_high(frame["high"], frame["low"]).iloc[-1]), 2) == -52.46


@pytest.mark.parametrize("instrument", [bars.instrument for bars in FEED.many(FEED.catalogue)], ids=str)
def test_without_bars_the_same_numbers_are_missing(instrument: Instrument) -> None:
    there, gone = read(FEED.bars(instrument.key)).numbers, unread(instrument, "No prices.").numbers
    assert [(name, each.unit, each.formula) for name, each in gone.items()] == [
        (name, each.unit, each.formula) for name, each in there.items()
    ]
    assert {(each.value, each.why) for each in gone.values()} == {(None, "No prices.")}


def test_the_range_of_a_year_has_the_instants_of_both_ends() -> None:
    bars = FEED.bars("VIX")
    rows = files()["VIX"][-252:]
    for found, (at, close) in zip(
        year_range(bars), (pick(rows, key=lambda row: row[1]) for pick in (min, max)), strict=True
    ):
        assert (found.value, found.as_of, found.n) == (close, at, 252)
        assert dict(found.inputs)["to"] == "6 Mar 2026"
