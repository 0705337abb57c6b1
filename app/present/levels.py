"""What the Key levels page shows, as components take it."""

from collections.abc import Sequence
from datetime import timedelta

from analytics import zone_numbers
from analytics.averages import Average, averages
from analytics.biography import Biography, Followed, Outcome, biography, biography_number
from analytics.biography import what_would_change as say_what_would_change
from analytics.levels_found import FoundLevel, find_levels, found_number, newest_fall, strength_unit
from analytics.zone_rows import closest
from analytics.zones import ZoneHistory, follow_closest
from app.present import latest_events, reach_shown, reading_of, say_since
from app.present import told as told_number
from app.present.drawing import Absent, Drawing, remembered
from components.history import history as line_chart
from components.history import history_alt
from components.ladder import ladder, ladder_alt
from components.page.cards import Sentence, provenance
from components.page.html import Html
from components.page.levels import LevelRow, events, level_table
from components.page.numbers import Number, Shown, priced, shown
from components.page.tables import Align, Column, rows
from components.text import MISSING, age, change, decimal, full_day, short_price, zone_range
from components.touches import add_touches
from market.bars import Bars
from market.calendars import day_of
from market.facts import Quoted
from market.instruments import Interval
from market.readings import Result
from market.zone_events import Happening
from market.zones import Zone, write_zone

DRAWN = timedelta(days=90)
LOGGED = 12
FOUND = 14
DAY = timedelta(days=1)
KINDS = {kind: kind.value for kind in Happening} | {Happening.GAP_OVER: "jump"}
NO_PRICES = Absent("No prices.", "The levels come back with them.")


@remembered
def follow(days: Bars | None, hours: Bars | None, zones: tuple[Zone, ...]) -> tuple[ZoneHistory, ...]:
    """Each zone by its hours wherever they are known, else by its days."""
    return () if days is None else follow_closest(days, hours, zones)


def story(histories: Sequence[ZoneHistory], days: Bars | None) -> tuple[Sentence, str]:
    """The headline, its numbers to open, and the sentence under it."""
    if days is None or not histories:
        return "No level can be judged", "There are no prices at this moment."
    name = days.instrument.short
    last = reading_of(days)["last"]
    at = Quoted(short_price(days.last, days.instrument), name, "last", last)
    said: Sentence
    inside = next((each for each in histories if each.price in each.zone), None)
    near = min(histories, key=lambda each: abs(each.distance))
    if inside is not None:
        said = (f"{name} is inside {zone_range(inside.zone, days.instrument)} at ", at)
    else:
        side = "above" if near.distance > 0 else "below"
        away = zone_numbers.distance_of(near, days)
        distance = Quoted(decimal(100 * abs(near.distance), 1, suffix="%"), name, "distance_pct", away)
        zone = zone_range(near.zone, days.instrument)
        said = (f"{name} at ", at, " stands ", distance, f" {side} {zone}")
    states = [f"{each.zone.name}: {each.word.value}" for each in histories if each.word]
    told = "; ".join(states)
    return said, f"By confirmed closes: {told}." if told else "Too few closes yet to confirm a state."


def nearest(histories: Sequence[ZoneHistory]) -> Zone | None:
    """The zone the price is in, or nearest to."""
    return min(histories, key=lambda each: abs(each.distance)).zone if histories else None


def say_closes(histories: Sequence[ZoneHistory]) -> str:
    """Which closes confirm a state, and how many."""
    if not histories:
        return ""
    first = histories[0]
    kind = "daily" if first.interval is Interval.DAY else "hourly"
    return f"States change after {first.confirmation.votes} {kind} closes beyond an edge and its band"


@remembered
def ladder_chart(days: Bars | None, zones: tuple[Zone, ...], phone: bool) -> Drawing | Absent:
    """The zones around the last price."""
    if days is None:
        return NO_PRICES
    figure = ladder(days.last, days.instrument, zones, height=290, phone=phone)
    return Drawing(figure, ladder_alt(days.last, days.instrument, zones), (days,))


def table(histories: Sequence[ZoneHistory], days: Bars | None, hours: Bars | None) -> Html | Absent:
    """Every zone: distance in percent and in ranges, state, since when, tests, last event."""
    if days is None or not histories:
        return NO_PRICES
    columns = (
        Column("Level", Align.TEXT),
        Column("To reach it"),
        Column("In daily ranges (ATR)", wide=True),
        Column("State", strong=True),
        Column("Since", Align.TEXT, wide=True, grey=True),
        Column("Tests"),
        Column("Last event", Align.PROSE, wide=True),
    )
    cells = [
        (
            each.zone.name or zone_range(each.zone, days.instrument),
            reach_shown(each, days),
            _reach_in_ranges(each, days),
            each.word.value if each.word else MISSING,
            say_since(each),
            shown(zone_numbers.touch_count(each, _followed(days, hours)), decimal),
            _last_event(each),
        )
        for each in histories
    ]
    return rows("Key levels", columns, cells)


def average_rows(days: Bars | None) -> Html | Absent:
    """The moving averages as levels that move."""
    if days is None:
        return Html("")
    levels = [
        LevelRow(
            Number(each.value, f"{each.span}-day mean, {short_price(each.value.value, days.instrument)}"),
            shown(each.reach, change),
            "Above" if each.is_above else "Below",
            _say_since(each),
        )
        for each in averages(days)
        if each.is_above is not None
    ]
    return level_table("Moving averages", levels) if levels else Html("")


def _say_since(each: Average) -> str:
    """Since when the price has been on its side of a mean; at least, where no close stands before that."""
    least = "at least " if each.beside_gap else ""
    return f"since {least}{full_day(day_of(each.since))}" if each.since else ""


def title_of(history: ZoneHistory | None, days: Bars | None) -> str:
    """The name of the chosen level's card."""
    if history is None or days is None:
        return "No level chosen"
    return f"{days.instrument.name} at {history.zone.name or zone_range(history.zone, days.instrument)}"


def say_span(days: Bars | None, hours: Bars | None) -> str:
    """What the chart of the chosen level holds: from when on, and by which bars."""
    drawn = None if days is None else _drawn(days, hours)
    if drawn is None:
        return ""
    step = "by the hour" if drawn.interval is Interval.HOUR else "by the day"
    return f"Closes {step} since {full_day(day_of(drawn.since))}, every touch marked"


@remembered
def touches_chart(
    days: Bars | None, hours: Bars | None, history: ZoneHistory | None, phone: bool
) -> Drawing | Absent:
    """The price over the chosen zone, every touch marked."""
    if days is None or history is None:
        return NO_PRICES
    drawn = _drawn(days, hours)
    if drawn is None or len(drawn) < 2:
        return Absent("Too few closes yet.", "A line needs two.")
    figure = line_chart(drawn, zones=(history.zone,), height=340, phone=phone)
    touches = [(each.time, each.price) for each in history.touches if each.time >= drawn.since]
    add_touches(figure, touches)
    return Drawing(figure, history_alt(drawn), (drawn,), f"touched {len(touches)} times")


def biography_table(days: Bars | None, hours: Bars | None, history: ZoneHistory | None) -> Html | Absent:
    """First seen, tests and how they ended, time and volume inside, breaks and wicks, what followed."""
    if days is None or history is None:
        return NO_PRICES
    told, followed = _biography(days, hours, history), _followed(days, hours)
    now = [closest(days, hours)]

    def counted(count: int, unit: str, text: str) -> Number:
        return Number(biography_number(told, followed, Result(count, n=history.closes), unit), text)

    cells: list[tuple[str, Shown]] = [
        ("Why it is a level", history.zone.why or "You set it."),
        ("History loaded from", full_day(day_of(told.since))),
        ("First seen", full_day(day_of(told.first_seen)) if told.first_seen else "not yet"),
        ("Tests", counted(len(told.tests), "tests", _say_tests(told))),
        ("Breaks confirmed by closes", counted(told.breaks, "events", decimal(told.breaks))),
        ("Wicks that closed back", counted(told.wicks, "events", decimal(told.wicks))),
        ("Closes inside", _inside_shown(told, now[0])),
        ("Volume inside", _volume_shown(told, days, now[0])),
        *((f"{_say_bars(each)} after a test", _followed_shown(told, each, now)) for each in told.followed),
    ]
    return rows("Biography", (Column("", Align.TEXT), Column("", Align.PROSE, strong=True)), cells)


def what_would_change(history: ZoneHistory | None, days: Bars | None) -> str:
    """The closes that would change the state."""
    return "" if history is None or days is None else say_what_would_change(history, days.instrument)


def event_log(histories: Sequence[ZoneHistory], days: Bars | None, hours: Bars | None) -> Html | Absent:
    """The newest events of all levels."""
    if days is None:
        return NO_PRICES
    happened = latest_events(histories, _followed(days, hours), LOGGED)
    return events(happened) if happened else Absent("Nothing has happened at these levels.")


def feed_links(key: str, history: ZoneHistory | None) -> Html:
    """Where programs find these events: as feeds that need no account, and the chosen level as JSON."""
    feeds = [
        (name, f"api/v1/events.{ending}?key={key}")
        for name, ending in (("Atom", "atom"), ("JSON Feed", "json"))
    ]
    level = (
        [("This level as JSON", f"api/v1/levels?key={key}&zone={write_zone(history.zone).partition(':')[2]}")]
        if history
        else []
    )
    return provenance("For your reader and your programs", [*feeds, *level])


def found_table(days: Bars | None) -> Html | Absent:
    """The levels that could be drawn from the prices, nearest first."""
    if days is None:
        return NO_PRICES
    fall = newest_fall(days)
    every = find_levels(days, legs=(fall,) if fall else ())
    found = sorted(every, key=lambda each: abs(each.price / days.last - 1))[:FOUND]
    columns = (
        Column("Price", Align.TEXT),
        Column("Away"),
        Column("Reason", Align.TEXT, strong=True),
        Column("What it is", Align.PROSE, wide=True),
        Column("Age", wide=True),
        Column("Strength", wide=True),
    )
    cells = [_found_row(each, days) for each in sorted(found, key=lambda each: -each.price)]
    return rows("Levels found", columns, cells) if cells else Absent("No level found yet.")


def _found_row(level: FoundLevel, days: Bars) -> tuple[Shown, ...]:
    at = found_number(level, days, level.price, days.instrument.unit.value)
    old, strength = level.age(days.as_of), level.strength
    return (
        priced(at, days.instrument),
        shown(zone_numbers.reach(days, level.price), change),
        level.reason.value,
        level.why,
        Number(found_number(level, days, old / DAY, "days"), age(old)) if old else "",
        Number(found_number(level, days, strength, strength_unit(level)), decimal(strength, 1))
        if strength is not None
        else "",
    )


def _followed(days: Bars, hours: Bars | None) -> list[Bars]:
    return [days] if hours is None else [days, hours]


def _drawn(days: Bars, hours: Bars | None) -> Bars | None:
    """What the chart of a level draws: the last months of the closes that tell now."""
    bars = closest(days, hours)
    return bars.from_date(bars.as_of - DRAWN)


@remembered
def _biography(days: Bars, hours: Bars | None, history: ZoneHistory) -> Biography:
    return biography(history, days, hours)


def _say_tests(told: Biography) -> str:
    ended = ", ".join(f"{told.ended(each)} {each.value}" for each in Outcome if told.ended(each))
    return f"{len(told.tests)}{': ' + ended if ended else ''}"


def _say_bars(each: Followed) -> str:
    kind = "hourly" if each.interval is Interval.HOUR else "daily"
    return f"{each.bars} {kind} close{'' if each.bars == 1 else 's'}"


def _inside_shown(told: Biography, bars: Bars) -> Number:
    """The closes inside, and where they are those of hours that begin later, since when."""
    count, unit, since = told.days_inside, "days", ""
    if told.hours_inside is not None:
        count, unit, since = told.hours_inside, "hours", f" since {full_day(day_of(bars.since))}"
    result = Result(count, n=int(bars.finished.close.count()))
    return Number(biography_number(told, [bars], result, unit), f"{decimal(count)} {unit}{since}")


def _volume_shown(told: Biography, days: Bars, followed: Bars) -> Number:
    share = told.volume_share
    result = Result.missing("Not published.") if share is None else Result(100 * share)
    has_volume = bool(followed.finished.frame["volume"].notna().any())
    number = biography_number(told, [followed if has_volume else days], result, "percent")
    return told_number(number, lambda value: decimal(value, 1, suffix="% of all"))


def _followed_shown(told: Biography, after: Followed, followed: Sequence[Bars]) -> Number:
    result = Result.missing("No test is that old.")
    if after.median is None or after.worst is None or after.best is None:
        return told_number(biography_number(told, followed, result, "percent"), change)
    median, worst, best = (100 * each for each in (after.median, after.worst, after.best))
    number = biography_number(told, followed, Result(median, after.n), "percent", worst=worst, best=best)
    return Number(number, f"median {change(median)}, from {change(worst)} to {change(best)}, n {after.n}")


def _reach_in_ranges(each: ZoneHistory, days: Bars) -> Number:
    found = zone_numbers.reach_in_ranges(each, days)
    return shown(found, lambda way: "now" if way == 0 else decimal(way, 1, signed=True))


def _last_event(each: ZoneHistory) -> str:
    newest = each.events[-1] if each.events else None
    return f"{KINDS[newest.kind]}, {full_day(day_of(newest.time))}" if newest else "none"
