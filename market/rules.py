"""Rules: what the watcher watches, and the two axes of its state."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from math import isfinite
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from market.instruments import Interval
from market.zone_events import Happening
from market.zones import Zone

LONGEST_NAME = 80
LONGEST_HOLD = timedelta(days=7)


class Condition(StrEnum):
    """Whether what a rule waits for is the case: not, not long enough yet, yes, or over but not for long."""

    OK = "ok"
    PENDING = "pending"
    FIRING = "firing"
    RECOVERING = "recovering"


class Health(StrEnum):
    """Whether the numbers a rule reads can be believed. Only fresh ones move a condition."""

    FRESH = "fresh"
    STALE = "stale"
    NO_DATA = "no_data"
    ERROR = "error"
    DISPUTED = "disputed"


class Measure(StrEnum):
    """The numbers a rule can compare with a threshold; changes, drawdowns and funding are in percent."""

    PRICE = "price"
    CHANGE_1D = "change_1d"
    DRAWDOWN = "drawdown"
    CORRELATION = "correlation"
    STRESS = "stress"


class Direction(StrEnum):
    """The side of a threshold a rule waits for."""

    ABOVE = "above"
    BELOW = "below"

    def beyond(self, value: float, threshold: float) -> bool:
        """Whether ``value`` is on this side of ``threshold``, the threshold itself included."""
        return value >= threshold if self is Direction.ABOVE else value <= threshold


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours of a day in which messages wait, in a named time zone; they may pass midnight.

    Raises `ValueError` for a zone that does not exist or for hours of no length.
    """

    start: time
    end: time
    zone: str = "UTC"

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise ValueError("quiet hours need a start and a different end")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("quiet hours need a time zone such as Europe/London") from None

    def until(self, moment: datetime) -> datetime | None:
        """When the quiet that ``moment`` lies in ends; None when it lies in none."""
        local = moment.astimezone(ZoneInfo(self.zone))
        passes_midnight = self.start > self.end
        after_start, before_end = local.time() >= self.start, local.time() < self.end
        quiet = (after_start or before_end) if passes_midnight else (after_start and before_end)
        if not quiet:
            return None
        day = local.date() + timedelta(days=1) if passes_midnight and after_start else local.date()
        ends = datetime.combine(day, self.end, ZoneInfo(self.zone))
        # Where clocks went back over the end, it comes twice.
        return (ends if ends > moment else ends.replace(fold=1)).astimezone(moment.tzinfo)


@dataclass(frozen=True, slots=True)
class LevelRule:
    """Tell when one of ``kinds`` happens to a zone, confirmed by closes of ``interval``.

    The same event is told again only after ``cool_down``, or once price has been one range away, or after the
    opposite event; never more than ``most_a_day`` in a day.
    """

    id: str
    zone: Zone
    kinds: frozenset[Happening] = frozenset({Happening.LOST, Happening.RECLAIMED})
    interval: Interval = Interval.HOUR
    name: str = ""
    cool_down: timedelta = timedelta(hours=4)
    most_a_day: int = 6
    quiet: QuietHours | None = None

    def __post_init__(self) -> None:
        if not self.kinds:
            raise ValueError("a rule needs at least one event to wait for")
        _check_name(self.name)

    @property
    def keys(self) -> tuple[str, ...]:
        """The instruments the rule reads."""
        return (self.zone.key,)


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """Tell when a number stays on one side of a threshold for long enough.

    It fires after ``hold`` and ``samples`` fresh numbers beyond ``threshold``, and is over after ``keep_for``
    and as many on the clear side of ``clear``. A ``crossing`` rule must have seen the clear side first; any
    other may fire on what it finds. ``other`` and ``window`` belong to a correlation.

    Raises `ValueError` where the clear side would overlap the firing side, or a value cannot be.
    """

    id: str
    measure: Measure
    key: str
    direction: Direction
    threshold: float
    clear: float
    hold: timedelta = timedelta(0)
    keep_for: timedelta = timedelta(0)
    samples: int = 2
    crossing: bool = True
    other: str = ""
    window: int = 60
    name: str = ""
    cool_down: timedelta = timedelta(hours=4)
    quiet: QuietHours | None = None

    def __post_init__(self) -> None:
        if not (isfinite(self.threshold) and isfinite(self.clear)):
            raise ValueError("a threshold is a finite number")
        if self.direction.beyond(self.clear, self.threshold) and self.clear != self.threshold:
            raise ValueError("the rule must be over on the other side of its threshold")
        if not timedelta(0) <= self.hold <= LONGEST_HOLD or not timedelta(0) <= self.keep_for <= LONGEST_HOLD:
            raise ValueError("a rule waits at most seven days")
        if not 1 <= self.samples <= 100 or not 5 <= self.window <= 500:
            raise ValueError("samples lie between 1 and 100, a window between 5 and 500")
        if (self.measure is Measure.CORRELATION) != bool(self.other):
            raise ValueError("a correlation, and nothing else, needs a second instrument")
        _check_name(self.name)

    @property
    def keys(self) -> tuple[str, ...]:
        """The instruments the rule reads."""
        return (self.key, self.other) if self.other else (self.key,)


Rule = LevelRule | MeasureRule

# How far a number must be back before its alert is over, so that one at its threshold does not flap.
_BACK = {Measure.CHANGE_1D: 0.2, Measure.DRAWDOWN: 0.2, Measure.CORRELATION: 0.05, Measure.STRESS: 2.0}
_PRICE_BACK = 0.005


def usual_clear(measure: Measure, direction: Direction, threshold: float) -> float:
    """Where an alert at ``threshold`` is over, where nobody says otherwise: half a percent back for a price,
    two tenths of a point for a change or a drawdown, 0.05 for a correlation, two points for the score.
    """
    back = _BACK.get(measure, _PRICE_BACK * abs(threshold))
    return threshold - back if direction is Direction.ABOVE else threshold + back


def _check_name(name: str) -> None:
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise ValueError(f"a name is one line of at most {LONGEST_NAME} characters")
