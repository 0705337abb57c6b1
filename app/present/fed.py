"""The Fed path, as components take it: the rate and the odds of each meeting, now and before."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from analytics.fed import Meeting, Outlook, outlook
from analytics.macro import macro_rows
from app.present.drawing import Absent, Drawing, remembered
from app.present.macro import rows_table
from components.page.html import Html
from components.page.numbers import Shown, shown
from components.page.tables import Align, Column, rows
from components.steps import steps, steps_alt
from components.text import Write, basis_points, decimal, full_day, percent, short_day
from data_sources.feed import Feed
from market.bars import Bars
from market.fed import Month, fed_funds
from market.readings import Result, joint_envelope

BEFORE = 20  # sessions
SHOWN = 8  # meetings
CUT, HOLD, RISE = -1, 0, 1
NO_FUTURES = "No fed-funds futures have prices here, so meetings have no odds. The 2-year yield stands in."
Contracts = tuple[tuple[Month, Bars], ...]


def contracts_of(feed: Feed, moment: datetime, today: datetime) -> Contracts:
    """The futures around ``moment`` that have prices, by month.

    Contracts that have expired by ``today`` are not asked for, and the others only once the first of them has
    prices: five questions in vain would close the door of the provider to everything else.
    """
    wanted = {month: each for month, each in fed_funds(moment).items() if month >= (today.year, today.month)}
    first = next(iter(wanted.values()), None)
    if first is None or not feed.many([first]).found:
        return ()
    found = feed.many(wanted.values())
    return tuple((month, bars) for month, each in wanted.items() if (bars := found.get(each.key)))


def words(contracts: Contracts, decisions: Sequence[date], effective: Bars | None) -> str:
    """What the card shows, under its title."""
    if _now(contracts, decisions, effective) is None:
        return NO_FUTURES
    return "What fed-funds futures imply after each meeting, by CME’s method"


@remembered
def path_chart(
    contracts: Contracts, decisions: tuple[date, ...], effective: Bars | None, phone: bool
) -> Drawing | Absent | Html:
    """The rate after each meeting, now and 20 sessions ago; nothing without futures."""
    now = _now(contracts, decisions, effective)
    if now is None:
        return Html("")
    then = outlook(dict(contracts), decisions, effective, BEFORE)
    before = then.path if then is not None and len(then.path) > 1 else None
    names = "now", f"on {short_day(then.stamp, now.stamp)}" if then else ""
    figure = steps(now.path, before, names=names, phone=phone)
    made_of = (*(bars for _, bars in contracts), *([effective] if effective else []))
    return Drawing(figure, steps_alt(now.path, "Implied policy rate"), made_of)


def path_table(contracts: Contracts, decisions: Sequence[date], known: Mapping[str, Bars]) -> Html:
    """Rate, change and odds of the coming meetings; the 2-year yield and its changes without futures."""
    effective = known.get("EFFR")
    now = _now(contracts, decisions, effective)
    if now is None:
        return rows_table(macro_rows(known, ("US2Y",)), "Fed path")
    made_of = [bars for _, bars in contracts]
    columns = (
        Column("Meeting", Align.TEXT),
        Column("Rate after", strong=True),
        Column("Change"),
        Column("Cut"),
        Column("No change", wide=True),
        Column("Rise", wide=True),
        Column("Lower by then"),
    )
    return rows("Fed path", columns, [_row(each, made_of) for each in now.meetings[:SHOWN]])


def _now(contracts: Contracts, decisions: Sequence[date], effective: Bars | None) -> Outlook | None:
    """The outlook of today, where any meeting in it has a rate."""
    found = outlook(dict(contracts), decisions, effective)
    return found if found is not None and len(found.path) > 1 else None


def _row(meeting: Meeting, made_of: Sequence[Bars]) -> tuple[Shown, ...]:
    def number(value: float | None, unit: str, formula: str, write: Write) -> Shown:
        why = meeting.why or "An earlier meeting has no rate."
        result = Result.missing(why) if value is None else Result(value, n=len(made_of))
        return shown(joint_envelope(result, made_of, unit, formula), write)

    def odds(steps: Mapping[int, float] | None, side: int) -> Shown:
        inside = None if steps is None else sum(each for count, each in steps.items() if sign(count) == side)
        return number(None if inside is None else 100 * inside, "percent", "fed_odds", percent)

    change = None if meeting.change is None else 100 * meeting.change
    return (
        full_day(meeting.day),
        number(meeting.after, "percent", "fed_path", _rate),
        number(change, "bp", "fed_path", basis_points),
        odds(meeting.odds, CUT),
        odds(meeting.odds, HOLD),
        odds(meeting.odds, RISE),
        odds(meeting.cumulative, CUT),
    )


def sign(count: int) -> int:
    """-1, 0 or 1."""
    return (count > 0) - (count < 0)


def _rate(value: float | None) -> str:
    return decimal(value, 2, suffix="%")
