"""What is worth saying: clauses made only from measured numbers, ranked by how unusual they are.

A number that is missing, out of date or disputed says nothing. Every clause carries the numbers it was made
from.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from analytics import averages, ranks
from analytics.dividends import EARNED
from analytics.news import (
    DAY_WEIGHT,
    FEAR_WEIGHT,
    NEW_HIGH_WEIGHT,
    NEW_LOW_WEIGHT,
    NOTABLE_PLACES,
    PER_USUAL_MOVE,
    RANKED_WEIGHT,
    SESSION_WINDOW,
    STREAK_WEIGHT,
    UNUSUAL_WEEK,
    WEEK_WEIGHT,
    times_usual,
)
from analytics.readings import HIGH_DAY, HISTORY_FROM
from analytics.zones import ZoneHistory
from market.bars import Bars, State
from market.calendars import NEW_YORK, day_of
from market.definitions import Definition
from market.facts import Fact, Quoted, Tone
from market.instruments import Calendar, Instrument
from market.readings import Envelope, Reading, Result, envelope, joint_envelope
from market.text import (
    change,
    correlation,
    decimal,
    full_day,
    ordinal,
    price,
    ranked,
    short_day,
    short_price,
    zone_range,
)
from market.zone_events import Happening, Stand
from market.zones import Zone

FRESH_EVENT = timedelta(hours=24)
RECORD_HISTORY = 252
DEEP_FALL = {Calendar.XNYS: 20.0, Calendar.ALWAYS: 40.0}
"""Percent below a high from which a fall is a bear market, and of coins a deep one even for them."""
NAMED_DAYS = 6
BAD_PLACES = 25
LONG_AGO = timedelta(days=30)
ONE_PLACE = 0.05
"""The least move, in percent, that one decimal can tell."""
SMALLEST = 0.005
"""The least that two can; below it nothing moved."""
HALF_A_POINT = 0.5
"""The least move of a yield, in basis points, that is one point when rounded."""

DEFINITIONS = (
    Definition(
        key="rank_90",
        title=f"Rank among the last {SESSION_WINDOW}",
        formula=f"1 + how many of the last {SESSION_WINDOW} returns were lower; for a rise, higher. 1 is the "
        "worst day, or the best; a tie with it is the equal worst.",
        sampling="Simple close-to-close returns, the newest included; sessions, or UTC days of a coin.",
        gaps="Missing until that many returns are known.",
        source="Order statistic.",
        group="Falls",
    ),
    Definition(
        key="streak_change",
        title="What a streak adds up to",
        formula="The product of 1 + r over the returns of the streak, less 1.",
        sampling="Close to close.",
        gaps="Missing where the last price did not move.",
        source="Compounded simple returns.",
        group="Falls",
    ),
)

Readings = Mapping[str, Reading]
UNUSABLE = (State.MISSING, State.STALE, State.DISPUTED)


def usable(number: Envelope) -> bool:
    """Whether a sentence may be made of ``number``."""
    return number.value is not None and number.state not in UNUSABLE


def quote(reading: Reading, name: str, text: str) -> Quoted:
    """A number of ``reading`` as a sentence says it."""
    return Quoted(text, reading.instrument.key, name, reading[name])


def when(bars: Bars, moment: datetime) -> str:
    """The day of the newest bar as a person at ``moment`` says it: "today", "on Friday", "on 6 Feb"."""
    continuous = bars.instrument.calendar is Calendar.ALWAYS
    today = day_of(moment) if continuous else moment.astimezone(NEW_YORK).date()
    day = bars.dates[-1].date()
    if bars.in_progress is not None:
        return "so far today"
    ago = (today - day).days
    if ago == 0:
        return "today"
    return f"on {day:%A}" if ago <= NAMED_DAYS else f"on {short_day(day, today)}"


def moved(
    reading: Reading, bars: Bars, moment: datetime, subject: str, weight: float = DAY_WEIGHT
) -> Fact | None:
    """How far an index moved on its last day, and where that stands among the last 90 sessions."""
    number = reading["change_1d_pct"]
    if not usable(number) or number.value is None:
        return None
    day = when(bars, moment)
    if abs(number.value) < SMALLEST:
        still = quote(reading, "change_1d_pct", "unchanged")
        return Fact((f"{subject} was ", still, f" {day}"), 1.0, subject=subject)
    tone = _tone_of(bars, number.value)
    told = (f"{subject} {_verb(bars, number.value)} ", _size(reading), f" {day}")
    weight += PER_USUAL_MOVE * times_usual(bars)
    returns = bars.returns if number.value < 0 else -bars.returns
    place = ranks.rank_among_last(returns, SESSION_WINDOW)
    if place.value is None or ranks.as_low(returns, SESSION_WINDOW) > NOTABLE_PLACES:
        return Fact(told, weight, tone, subject=subject)
    what = _extreme(bars, number.value)
    rank = ranked(int(place.value), what, is_tied=ranks.EQUAL in place.flags, join="-")
    number_of = envelope(place, bars, f"place of {SESSION_WINDOW}", "rank_90")
    words = Quoted(f"{rank} {_among(place, bars, SESSION_WINDOW)}", bars.key, "rank_90", number_of)
    tail = ", its " if bars.in_progress is None else ", which would be its "
    weight = max(RANKED_WEIGHT - place.value / 10, min(weight, RANKED_WEIGHT))
    return Fact((*told, tail, words), weight, tone, brief=told, subject=subject)


def fell_to_new_low(reading: Reading, bars: Bars, moment: datetime, subject: str) -> Fact | None:
    """A fall of the day that took something deep below its high to the lowest close since then."""
    day, depth = reading["change_1d_pct"], reading["drawdown_pct"]
    if not usable(day) or not usable(depth) or day.value is None or depth.value is None:
        return None
    if day.value > -ONE_PLACE or depth.value > -DEEP_FALL[bars.instrument.calendar]:
        return None
    since_high = bars.linked.loc[bars.linked.idxmax() :]
    if float(since_high.iloc[-1]) > float(since_high.min()):
        return None
    deep = quote(reading, "drawdown_pct", f"{decimal(-depth.value, 1)}%")
    told = (f"{subject} {_verb(bars, day.value)} ", _size(reading), f" {when(bars, moment)} and is ", deep)
    high = " below its highest close"
    if depth.n < RECORD_HISTORY:
        high += f" since {full_day(bars.dates[0].date())}"
    weight = NEW_LOW_WEIGHT + times_usual(bars) / 10
    return Fact((*told, high), weight, Tone.WORSE, brief=(*told, " below its high"), subject=subject)


def unusual_week(reading: Reading, bars: Bars, subject: str) -> Fact | None:
    """A week that moved a price twice as far as weeks usually do, or further."""
    number = reading["change_1w_pct"]
    size = times_usual(bars, 7 if bars.is_continuous else 5)
    if not usable(number) or number.value is None or size < UNUSUAL_WEEK:
        return None
    verb, tone = ("gained", Tone.BETTER) if number.value > 0 else ("lost", Tone.WORSE)
    told = quote(reading, "change_1w_pct", f"{decimal(abs(number.value), 1)}%")
    return Fact((f"{subject} has {verb} ", told, " in a week"), WEEK_WEIGHT + size / 2, tone, subject=subject)


def largest_since(reading: Reading, bars: Bars, moment: datetime, subject: str) -> Fact | None:
    """The newest move when it is the largest for at least 90 days, and since when."""
    number = reading["change_1d_pct"]
    found = ranks.largest_since(bars.returns)
    if not usable(number) or found.move is None or not number.value:
        return None
    since = found.since or found.first
    if since is None or bars.as_of - since < timedelta(days=SESSION_WINDOW):
        return None
    what = "fall" if found.move < 0 else "rise"
    day = full_day(day_of(since))
    tail = f"since {day}" if found.since else f"of the history here, which starts on {day}"
    size = quote(reading, "change_1d_pct", change(number.value))
    tone = _tone_of(bars, found.move)
    is_so = "is" if bars.in_progress is None else "would be"
    told = (f"{subject}’s move of ", size, f" {when(bars, moment)} {is_so} its largest one-day {what} {tail}")
    return Fact(told, 3.6, tone)


def below_high(reading: Reading, subject: str, weight: float = 1.5) -> Fact | None:
    """How far something stands below its highest close; a short history knows of no record.

    One that its source cut off knows of a record since its first day, and says so.
    """
    number = reading["drawdown_pct"]
    if not usable(number) or number.value is None or number.n < RECORD_HISTORY:
        return None
    inputs = dict(number.inputs)
    since = f" since {inputs[HISTORY_FROM]}" if HISTORY_FROM in inputs else ""
    if number.value > -0.05:
        return Fact(
            (f"{subject} stands at its highest close{since}",), NEW_HIGH_WEIGHT, Tone.BETTER, subject=subject
        )
    size = quote(reading, "drawdown_pct", f"{decimal(-number.value, 1)}%")
    extra = 0.3 if -number.value >= DEEP_FALL[reading.instrument.calendar] else 0.0
    brief = (f"{subject} is ", size, f" below its highest close{since}")
    day = inputs.get(HIGH_DAY)
    words = (*brief, f" ({day})") if day else brief
    return Fact(words, weight + extra, Tone.WORSE, brief=brief, subject=subject)


def streak(reading: Reading, bars: Bars, subject: str) -> Fact | None:
    """A run of three falls or more, with what it adds up to."""
    number = reading["streak"]
    total = ranks.streak_change(bars.returns)
    if not usable(number) or number.value is None or number.value > -3 or total.value is None:
        return None
    period = "day" if bars.is_continuous else "session"
    run = quote(reading, "streak", f"{ordinal(int(-number.value))} {period} in a row")
    sum_of = envelope(total.scaled(100), bars, "percent", "streak_change")
    size = Quoted(change(sum_of.value), bars.key, "streak_change_pct", sum_of)
    brief = (f"{subject} {'fell' if bars.in_progress is None else 'is falling'} for the ", run)
    total_of = " in all" if bars.in_progress is None else " so far"
    weight = max(STREAK_WEIGHT, DAY_WEIGHT + PER_USUAL_MOVE * times_usual(bars))
    return Fact((*brief, ", ", size, total_of), weight, _tone_of(bars, -1), brief=brief, subject=subject)


def ranked_in_year(reading: Reading, bars: Bars, moment: datetime, subject: str) -> Fact | None:
    """Where a fall among the worst tenth of a year stands."""
    moved_by, place = reading["change_1d_pct"], reading["rank_252"]
    if not usable(place) or not usable(moved_by) or place.value is None or place.value > BAD_PLACES:
        return None
    if moved_by.value is None or moved_by.value >= 0:
        return None
    if ranks.as_low(bars.returns, RECORD_HISTORY) > BAD_PLACES:
        return None
    nth = ranked(int(place.value), is_tied=ranks.EQUAL in place.flags)
    rank = quote(reading, "rank_252", f"{nth} {_among(place, bars, RECORD_HISTORY, 'of')}")
    opening = (
        f"{subject}’s fall {when(bars, moment)} {'was' if bars.in_progress is None else 'would be'} the "
    )
    return Fact((opening, rank), 2.1, Tone.WORSE)


def at_average(bars: Bars, moment: datetime, subject: str) -> Fact | None:
    """A close that crossed a moving average after a long time, else the longest average it closes below."""
    known = [each for each in averages.averages(bars) if usable(each.value)]
    longest_first = sorted(known, key=lambda each: -each.span)
    crossed = (_crossed(each, bars, moment, subject) for each in longest_first)
    below = (_below(each, bars, moment, subject) for each in longest_first)
    return next((fact for fact in (*crossed, *below) if fact), None)


def at_zone(history: ZoneHistory, reading: Reading, subject: str) -> Fact | None:
    """Where price stands to a watched zone: an event of the last day, or that it is inside."""
    last = reading["last"]
    if not usable(last) or last.value is None or history.stand is None:
        return None
    instrument, zone = reading.instrument, zone_range(history.zone, reading.instrument)
    at = quote(reading, "last", _beside(last.value, history.zone, instrument))
    event = history.last_move
    fresh = event is not None and history.as_of - event.time <= FRESH_EVENT
    if history.price in history.zone:
        verb = (
            "is back inside"
            if fresh and event is not None and event.kind is Happening.ENTERED
            else "is inside"
        )
        inside = quote(reading, "last", zone)
        brief = (f"{subject} {verb.replace('inside', 'in')} ", inside)
        return Fact((f"{subject} {verb} {zone} at ", at), 3.4 if fresh else 2.2, brief=brief, subject=subject)
    if fresh and event is not None and event.kind is Happening.LOST:
        return Fact((f"{subject} lost {zone} and stands at ", at), 3.8, Tone.WORSE, subject=subject)
    if fresh and event is not None and event.kind is Happening.RECLAIMED:
        return Fact((f"{subject} is back above {zone} at ", at), 3.8, Tone.BETTER, subject=subject)
    if history.testing and history.stand is Stand.INSIDE:
        beyond = "above" if history.price > history.zone.high else "below"
        return Fact((f"{subject} is just {beyond} {zone}, not yet confirmed, at ", at), 2.4, subject=subject)
    if history.testing:
        side = "above" if history.stand is Stand.ABOVE else "below"
        return Fact((f"{subject} is testing {zone} from {side} at ", at), 2.3, subject=subject)
    return None


def year_so_far(readings: Readings, keys: Mapping[str, str]) -> Fact | None:
    """How the best and the worst of ``keys`` stand since 1 January."""
    known = {
        key: readings[key]["ytd_pct"].value
        for key in keys
        if key in readings and usable(readings[key]["ytd_pct"])
    }
    if len(known) < 2:
        return None
    ordered = sorted(known, key=lambda key: known[key] or 0.0)
    low, high = ordered[0], ordered[-1]
    worst = quote(readings[low], "ytd_pct", change(known[low]))
    best = quote(readings[high], "ytd_pct", change(known[high]))
    return Fact((f"since 1 January {keys[low]} stands at ", worst, f" and {keys[high]} at ", best), 1.9)


def level(reading: Reading, subject: str, percentile: Envelope | None = None) -> Fact | None:
    """Where a gauge such as the VIX stands, and how its last year ranks that."""
    last, moved_by = reading["last"], reading["change_1d_pct"]
    if not usable(last) or last.value is None:
        return None
    parts: list[str | Quoted] = [
        f"{subject} stands at ",
        quote(reading, "last", price(last.value, reading.instrument)),
    ]
    if percentile is not None and percentile.value is not None:
        words = _among_days(percentile.value, percentile.n)
        parts += [", ", Quoted(words, reading.instrument.key, "percentile_1y", percentile)]
    big = 0.3 if moved_by.value is not None and abs(moved_by.value) > 10 else 0.0
    weight = big + next(weight for floor, weight in FEAR_WEIGHT if last.value >= floor)
    tone = Tone.NEUTRAL if percentile is None or percentile.value is None else _tone(50 - percentile.value)
    return Fact(tuple(parts), weight, tone, brief=tuple(parts[:2]), subject=subject)


def price_now(reading: Reading, subject: str) -> Fact | None:
    """Where a price stands, and nothing more."""
    last = reading["last"]
    if not usable(last):
        return None
    at = quote(reading, "last", price(last.value, reading.instrument))
    return Fact((f"{subject} stands at ", at), 0.0, subject=subject)


def week_move(reading: Reading, subject: str, weight: float = 1.6) -> Fact | None:
    """How far something moved in a week, in its own unit."""
    in_points = reading.instrument.moves_in_basis_points
    name = "change_1w_bp" if in_points else "change_1w_pct"
    name = EARNED if EARNED in reading.numbers else name
    number = reading[name]
    if not usable(number) or number.value is None:
        return None
    size = f"{decimal(abs(number.value), 0)} bp" if in_points else f"{decimal(abs(number.value), 1)}%"
    if abs(number.value) < (HALF_A_POINT if in_points else ONE_PLACE):
        return Fact((f"{subject} stands ", quote(reading, name, "where it did a week ago")), weight)
    verb = "rose" if number.value > 0 else "fell"
    extra = min(1.5, abs(number.value) / (15 if in_points else 3))
    tail = " in a week, dividends included" if name == EARNED else " in a week"
    return Fact((f"{subject} {verb} ", quote(reading, name, size), tail), weight + extra)


def together(found: Result, sides: tuple[Bars, Bars], window: int, pair: str) -> Fact | None:
    """A correlation of two markets with its interval, and whether it can be told from none."""
    if found.value is None or found.low is None or found.high is None:
        return None
    number = joint_envelope(found, [bars.finished for bars in sides], "correlation", "correlation")
    told = "" if found.low > 0 or found.high < 0 else ", which cannot be told from zero"
    value = Quoted(correlation(found.value), sides[0].key, f"correlation_{window}", number)
    spread = f" (95% interval {correlation(found.low)} to {correlation(found.high)}, n {found.n})"
    return Fact((f"{pair} correlate at ", value, f" over {window} sessions{told}", spread), 1.4)


def _beside(value: float, zone: Zone, instrument: Instrument) -> str:
    """A price beside a zone, in few signs unless it would then read as an edge of the zone."""
    edges = {short_price(edge, instrument) for edge in (zone.low, zone.high)}
    written = short_price(value, instrument)
    return price(value, instrument) if written in edges else written


def _crossed(each: averages.Average, bars: Bars, moment: datetime, subject: str) -> Fact | None:
    closed = bars.finished
    if not each.crossed or each.is_above is None:
        return None
    before = each.last_other_side
    if before is not None and closed.as_of - before < LONG_AGO:
        return None
    known = f"at least {full_day(closed.dates[each.span - 1].date())}"
    since = full_day(day_of(before)) if before else known
    side, tone = ("above", _tone_of(bars, 1)) if each.is_above else ("below", _tone_of(bars, -1))
    mean = Quoted(f"{each.span}-day mean", bars.key, f"mean_{each.span}", each.value)
    brief = (f"{subject} closed {side} its ", mean, f" {when(closed, moment)}")
    told = (*brief, f", for the first time since {since}")
    return Fact(told, 2.7, tone, brief=brief, subject=subject)


def _below(each: averages.Average, bars: Bars, moment: datetime, subject: str) -> Fact | None:
    if each.is_above is not False or each.since is None:
        return None
    mean = Quoted(f"{each.span}-day mean", bars.key, f"mean_{each.span}", each.value)
    if each.crossed:
        told = (f"{subject} closed below its ", mean, f" {when(bars.finished, moment)}")
        return Fact(told, 1.3, _tone_of(bars, -1), subject=subject)
    least = "at least " if each.beside_gap else ""
    since = f" since {least}{full_day(day_of(each.since))}"
    told = (f"{subject} has closed below its ", mean, since)
    return Fact(told, 1.3, _tone_of(bars, -1), subject=subject)


def _among_days(percentile: float, n: int) -> str:
    """A mid-rank percentile of ``n`` days in words, told from the end that it is nearer to."""
    side, share = ("higher", percentile) if percentile >= 50 else ("lower", 100 - percentile)
    if n * (100 - share) < 100:
        return f"{side} than on any other of the last {n} sessions"
    return f"{side} than on about {decimal(min(share, 99))}% of the last {n} sessions"


def _size(reading: Reading) -> Quoted:
    """How far the day went, in percent without its sign."""
    size = abs(reading["change_1d_pct"].value or 0.0)
    return quote(reading, "change_1d_pct", f"{decimal(size, 1 if size >= ONE_PLACE else 2)}%")


def _among(place: Result | Envelope, bars: Bars, window: int, word: str = "in") -> str:
    """What a place is among: all of a window, or what is known of it."""
    period = "days" if bars.is_continuous else "sessions"
    if place.n < window:
        return f"of the {place.n} {period} known of the last {window}"
    return f"{word} {window} {period}"


def _verb(bars: Bars, move: float) -> str:
    """What a price did, or where it stands while the bar is open."""
    if bars.in_progress is None:
        return "rose" if move > 0 else "fell"
    return "is up" if move > 0 else "is down"


def _extreme(bars: Bars, move: float) -> str:
    """A fall of a gauge of fear is no bad day: it is only large."""
    if bars.instrument.fear:
        return "largest fall" if move < 0 else "largest rise"
    return "worst" if move < 0 else "best"


def _tone(value: float) -> Tone:
    return Tone.BETTER if value > 0 else Tone.WORSE if value < 0 else Tone.NEUTRAL


def _tone_of(bars: Bars, move: float) -> Tone:
    """Whether a move is for the better: the rise of a price, the fall of a gauge of fear."""
    return _tone(-move if bars.instrument.fear else move)
