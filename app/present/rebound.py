"""The rebound tests, as components take them: the fall that is judged, each test, and past bounces."""

from collections.abc import Sequence
from datetime import date

from analytics.rebound import ASSETS, Scoreboard, scoreboard
from analytics.rebound_tests import ReboundTest, Verdict
from app.present import told
from app.present.drawing import remembered
from components.page.html import Html
from components.page.numbers import Number, Shown, Tone, shown
from components.page.tables import Align, Column, rows
from components.text import (
    MISSING,
    Write,
    change,
    decimal,
    full_day,
    funding,
    money_flow,
    percent,
    percentile,
)
from market.bars import Bars
from market.instruments import Unit
from market.readings import Envelope

WRITERS: dict[str, Write] = {
    "percent": change,
    "percent per 8 h": funding,
    "million USD": money_flow,
    "percentile": percentile,
}
# A share of a whole has no sign; a change has one.
SHARES = frozenset({"rebound_retracement", "rebound_breadth", "rebound_volume", "rebound_volatility"})
TONES = {Verdict.PASS: Tone.PLAIN, Verdict.FAIL: Tone.WARN}
SAID = {Verdict.PASS: "pass", Verdict.FAIL: "fail", Verdict.NOT_YET: "not yet", Verdict.UNKNOWN: "unknown"}


@remembered
def boards(known: tuple[Bars, ...]) -> tuple[Scoreboard, ...]:
    """The rebound scoreboard of each market that has one."""
    by_key = {bars.key: bars for bars in known}
    return tuple(scoreboard(key, by_key) for key in ASSETS)


def story(boards: Sequence[Scoreboard]) -> tuple[str, str]:
    """The headline and the sentences under it, from the same scoreboards as the table below them."""
    tested = sorted((board for board in boards if board.applicable), key=lambda board: -_share(board))
    told = [f"{board.name}: {board.profile or _plain(board.why)}." for board in boards]
    if not tested:
        return "No rebound can be tested yet", " ".join(told)
    best, *others = tested
    counts = [f"{best.name} passes {best.passed} of {best.applicable} rebound tests"]
    counts += [f"{board.name} {board.passed} of {board.applicable}" for board in others]
    return ", ".join(counts), " ".join(told)


def say_lows(boards: Sequence[Scoreboard]) -> str:
    """Why the low that is judged may be another than the one of the relief rally."""
    days = ", ".join(f"{board.name} {full_day(board.rally.low_day)}" for board in boards if board.rally)
    if not days:
        return ""
    return (
        f"{days}. A low counts from the bounce that confirmed it until the next bounce, for up to 65 closes; "
        "the relief rally on Tech starts at the lowest close of the last 20, which may be another day."
    )


def board_table(boards: Sequence[Scoreboard]) -> Html:
    """Every test with what it asks for, and each asset's verdict and value."""
    columns = (
        Column("Test", Align.PROSE),
        Column("Passes if", Align.PROSE, wide=True),
        *(Column(board.name, Align.PROSE) for board in boards),
        Column("What it has been worth", Align.PROSE, wide=True, grey=True),
    )
    by_key = [{test.key: test for test in board.tests} for board in boards]
    tested = max(by_key, key=len).values()
    cells = [
        (test.title, test.threshold, *(_verdict(tests.get(test.key)) for tests in by_key), test.note)
        for test in tested
    ]
    return rows("Rebound tests", columns, cells)


def rates_table(boards: Sequence[Scoreboard]) -> Html:
    """The fall that is judged, how many tests pass, and what past bounces and luck alone came to."""
    columns = (Column("", Align.PROSE), *(Column(board.name, Align.PROSE) for board in boards))
    cells: list[tuple[Shown, ...]] = [
        ("High of the fall", *(_high(board) for board in boards)),
        ("Its low, which the tests judge", *(_low(board) for board in boards)),
        ("Tests passed", *(_passed(board) for board in boards)),
        ("Of bounces loaded here, new low later", *(told(board.past, percent) for board in boards)),
        ("As published elsewhere", *(_published(board) for board in boards)),
        ("By luck, a walk without drift", *(told(board.null, percent) for board in boards)),
    ]
    return rows("Base rates", columns, cells)


def _verdict(test: ReboundTest | None) -> Shown:
    if test is None or (test.why or "").startswith("Does not apply"):
        return MISSING
    said = SAID[test.verdict]
    if test.value.value is None:
        return Number(test.value, said, Tone.MUTED)
    tone = TONES.get(test.verdict, Tone.MUTED)
    return Number(test.value, f"{said} · {_tested(test)}", tone)


def _tested(test: ReboundTest) -> str:
    """The number that the rule looks at, as it is compared."""
    value = test.value.value
    if test.key in SHARES:
        return decimal(value, 1, suffix="%")
    if test.key == "rebound_macro":
        return f"{percentile(value)} of the dollar’s 20-session moves"
    return _write(test.value)(value)


def _high(board: Scoreboard) -> Shown:
    rally = board.rally
    return MISSING if rally is None else _on(rally.high, rally.high_day)


def _low(board: Scoreboard) -> Shown:
    rally = board.rally
    return MISSING if rally is None else _on(rally.low, rally.low_day)


def _on(close: Envelope, day: date) -> Number:
    """A close and its day."""
    prefix = "$" if close.unit == Unit.USD else ""
    return shown(close, lambda value: f"{decimal(value, prefix=prefix)} on {full_day(day)}")


def _passed(board: Scoreboard) -> Number:
    if not board.applicable:
        return Number(board.score, "none can be judged", Tone.MUTED)
    profile = f": {board.profile}" if board.profile else ""
    return Number(board.score, f"{board.passed} of {board.applicable}{profile}")


def _published(board: Scoreboard) -> Shown:
    rate = board.published
    if rate is None:
        return MISSING
    low, share, high = (percent(each) for each in (rate.number.low, rate.number.value, rate.number.high))
    return Number(rate.number, f"{share} ({low} to {high}), n {rate.n}, {rate.years}")


def _share(board: Scoreboard) -> float:
    return board.passed / board.applicable


def _plain(why: str | None) -> str:
    return (why or "no profile").removesuffix(".")


def _write(number: Envelope) -> Write:
    return WRITERS.get(number.unit, lambda value: decimal(value, 2))
