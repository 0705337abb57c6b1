"""Dates and numbers as people and programs write them, read in the one way that the whole file allows."""

import re
import unicodedata
from calendar import month_abbr, month_name
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from math import isfinite


class Unclear(ValueError):
    """A file can be read in two ways, or in none; ``str()`` is a sentence that says so."""


class Order(StrEnum):
    """What comes first in a date such as 05/02/2026."""

    DAY = "day-first"
    MONTH = "month-first"


class Decimal(StrEnum):
    """What stands between a number and its decimals."""

    POINT = "."
    COMMA = ","


MISSING = frozenset({"", ".", "-", "--", "–", "—", "null", "nan", "nat", "none", "n/a", "na", "#n/a", "nd"})
MONTHS = {name: at for at in range(1, 13) for name in (month_name[at].lower(), month_abbr[at].lower())} | {
    "sept": 9
}
THE_TIME = (
    r"(?:[T ,]\s*(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?\s*(?P<half>[AP]M)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d:?\d\d)?(?:\s*UTC)?)?"
)
SPACE = r"[\s./-]+"
YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d\d?)[-/.](\d\d?){THE_TIME}", re.IGNORECASE)
TOGETHER = re.compile(rf"(\d{{4}})(\d\d)(\d\d){THE_TIME}", re.IGNORECASE)
NUMBERS = re.compile(rf"(\d\d?)[-/.](\d\d?)[-/.](\d\d|\d{{4}}){THE_TIME}", re.IGNORECASE)
DAY_OF_WEEK = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*[,.]?\s+", re.IGNORECASE)
DAY_NAMED = re.compile(
    rf"(\d\d?)(?:st|nd|rd|th)?{SPACE}([a-z]{{3,9}}),?{SPACE}(\d\d|\d{{4}}){THE_TIME}", re.IGNORECASE
)
NAMED_DAY = re.compile(
    rf"([a-z]{{3,9}}){SPACE}(\d\d?)(?:st|nd|rd|th)?,?{SPACE}(\d{{4}}){THE_TIME}", re.IGNORECASE
)
EPOCH = re.compile(r"(\d{10}|\d{13}|\d{16}|\d{19})(?:\.0*)?")
EPOCH_UNITS = {10: 1, 13: 10**3, 16: 10**6, 19: 10**9}
CURRENCY = "$€£¥₿"
SUFFIXES = {"K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
# Thousands are grouped by three, and no group of them begins with a zero.
SHAPES = {
    Decimal.POINT: re.compile(
        r"-?(?:[1-9]\d{0,2}(?:[, ]\d{3})+|\d+)?(?:\.\d*)?(?:e[+-]?\d+)?", re.IGNORECASE
    ),
    Decimal.COMMA: re.compile(r"-?(?:[1-9]\d{0,2}(?:[. ]\d{3})+|\d+)?(?:,\d*)?(?:e[+-]?\d+)?", re.IGNORECASE),
}
CENTURIES = 300
"""Years from now beyond which nothing is a date of a price."""
FARTHEST_ZONE = timedelta(hours=14)
FEW_AMONG_MANY = 20
"""How often one mark has to stand for each time that the other does, to make the other a fault of its row."""


@dataclass(frozen=True, slots=True)
class When:
    """A written time: the date and the time of day as they stand there, and how far that is from UTC."""

    day: date
    at: time | None = None
    zone: timedelta | None = None

    @property
    def is_label(self) -> bool:
        """Whether it only names a day."""
        return self.at is None or self.at == time()

    @property
    def wall(self) -> datetime:
        """What a clock beside it shows."""
        return datetime.combine(self.day, self.at or time())

    @property
    def instant(self) -> datetime | None:
        """The instant in UTC; None where no zone is named."""
        if self.zone is None:
            return None
        return self.wall.replace(tzinfo=timezone(self.zone)).astimezone(UTC)


def order_of(cells: Iterable[str]) -> Order | None:
    """What comes first in the dates of a file: a number above 12 is no month; None where no date asks.

    Raises `Unclear` where the dates leave it open, or contradict each other.
    """
    found = {cell.strip(): NUMBERS.fullmatch(_plain(cell)) for cell in cells}
    written = {cell: (int(match[1]), int(match[2])) for cell, match in found.items() if match}
    pairs = [pair for pair in written.values() if min(pair) <= 12]
    day_first = any(one > 12 for one, _ in pairs)
    month_first = any(two > 12 for _, two in pairs)
    if day_first and month_first:
        raise Unclear("Its dates are written both day first and month first; --dates says which to read.")
    if day_first or month_first:
        return Order.DAY if day_first else Order.MONTH
    if all(one == two for one, two in pairs):
        return Order.DAY if pairs else None
    one = next(cell for cell, (first, second) in written.items() if first != second)
    raise Unclear(
        f"Its dates leave open whether the day or the month comes first ({one}): say --dates {Order.DAY} or "
        f"--dates {Order.MONTH}."
    )


def read_when(cell: str, order: Order | None, this_year: int) -> When | None:
    """The time in ``cell``; None where it cannot be read. A year of two digits is not after ``this_year``."""
    text = DAY_OF_WEEK.sub("", _plain(cell))
    if found := EPOCH.fullmatch(text):
        seconds, rest = divmod(int(found[1]), EPOCH_UNITS[len(found[1])])
        moment = datetime.fromtimestamp(seconds, UTC) + timedelta(seconds=rest / EPOCH_UNITS[len(found[1])])
        return When(moment.date(), moment.time(), timedelta(0))
    try:
        day, match = _day(text, order, this_year)
        when = When(day, _time(match), _zone(match["zone"])) if match else None
    except (ValueError, KeyError):  # a day or an hour that there is not, or a month of another language
        return None
    return when if when and abs(day.year - this_year) < CENTURIES else None


def _day(text: str, order: Order | None, this_year: int) -> tuple[date, re.Match[str] | None]:
    if match := YEAR_FIRST.fullmatch(text) or TOGETHER.fullmatch(text):
        return date(int(match[1]), int(match[2]), int(match[3])), match
    if match := NUMBERS.fullmatch(text):
        day, month = (match[1], match[2]) if order is Order.DAY else (match[2], match[1])
        return date(_year(match[3], this_year), int(month), int(day)), match
    if match := DAY_NAMED.fullmatch(text):
        return date(_year(match[3], this_year), MONTHS[match[2].casefold()], int(match[1])), match
    if match := NAMED_DAY.fullmatch(text):
        return date(int(match[3]), MONTHS[match[1].casefold()], int(match[2])), match
    return date.min, None


def _year(text: str, this_year: int) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    century = this_year // 100 * 100
    return century + year if century + year <= this_year else century - 100 + year


def _time(match: re.Match[str]) -> time | None:
    if match["hour"] is None:
        return None
    hour = int(match["hour"])
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of half a day")
        hour = hour % 12 + (12 if match["half"].upper() == "PM" else 0)
    return time(hour, int(match["minute"]), int(match["second"] or 0))


def _zone(written: str | None) -> timedelta | None:
    if not written:
        return None
    if written[0] not in "+-":
        return timedelta(0)
    hours, minutes = int(written[1:3]), int(written[-2:])
    apart = timedelta(hours=hours, minutes=minutes)
    if apart > FARTHEST_ZONE:
        raise ValueError("no zone is that far off")
    return -apart if written[0] == "-" else apart


def decimal_of(cells: Iterable[str], separator: str = ",") -> Decimal:
    """What stands before the decimals in the prices of a file: each number that can be read in one way only
    says so.

    Raises `Unclear` where numbers contradict each other, or where only such are left as 22,540, which may be
    thousands; where a semicolon separates the cells, as commas begin decimals there, also such as 22.540.
    """
    votes = dict.fromkeys(Decimal, 0)
    left_open = dict.fromkeys(Decimal, "")
    for cell in cells:
        text = _bare(cell)
        fits = [each for each in Decimal if SHAPES[each].fullmatch(text)]
        if len(fits) == 1:
            votes[fits[0]] += 1
        elif fits and ("," in text or "." in text):
            mark = Decimal.COMMA if "," in text else Decimal.POINT
            left_open[mark] = left_open[mark] or cell.strip()
    more, less = sorted(Decimal, key=lambda each: votes[each], reverse=True)
    if votes[less] * FEW_AMONG_MANY > votes[more]:
        raise Unclear("Its numbers are written with decimal points and with decimal commas.")
    if votes[more]:
        return more
    unclear = left_open[Decimal.COMMA] or (left_open[Decimal.POINT] if separator == ";" else "")
    if unclear:
        mark_said = "comma" if "," in unclear else "point"
        raise Unclear(
            f"Its numbers leave open whether a {mark_said} begins decimals ({unclear}): say --decimal point "
            "or --decimal comma."
        )
    return Decimal.POINT


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no number."""
    return cell.strip().casefold() in MISSING


def read_number(cell: str, decimal: Decimal, *, is_amount: bool = False) -> float:
    """The number in ``cell``, NaN where it is none. An amount may end with K, M, B or T."""
    text, times = _bare(cell), 1.0
    if is_amount and text and text[-1].upper() in SUFFIXES:
        text, times = text[:-1].strip(), SUFFIXES[text[-1].upper()]
    if not SHAPES[decimal].fullmatch(text):
        return float("nan")
    thousands = "," if decimal is Decimal.POINT else "."
    try:
        number = float(text.replace(thousands, "").replace(" ", "").replace(",", ".")) * times
    except ValueError:
        return float("nan")
    return number if isfinite(number) else float("nan")


def _bare(cell: str) -> str:
    """A number without its currency, its percent sign and the apostrophes of its thousands."""
    text = _plain(cell)
    if text.startswith("(") and text.endswith(")"):  # as bookkeepers write an amount below zero
        text = f"-{text[1:-1]}"
    text = text.replace("−", "-").replace("'", "").replace("’", "").rstrip("%").strip()
    sign = "-" if text.startswith("-") else ""
    return sign + text.lstrip("+-").strip(CURRENCY + " ")


def _plain(cell: str) -> str:
    """``cell`` with one kind of blank."""
    return " ".join(unicodedata.normalize("NFKC", cell).split())
