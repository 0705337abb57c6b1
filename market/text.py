"""How numbers, days and moments are written: once, for sentences, tiles, tables and axes alike.

Percentages, basis points and money come in the unit they are shown in (-1.59 is written −1.6%). A value that
is None or not finite is written as an en dash. Rounding comes first, then the sign: nothing is ever "−0.0%".
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from math import floor, isfinite, log10
from zoneinfo import ZoneInfo

from market.instruments import Instrument, Unit
from market.scales import Scale
from market.zones import Zone

SAMPLINGS = {
    "close@16:00 NY": "New York close",
    "close@00:00 UTC": "UTC-day close",
    "close@16:00 NY, adjusted for dividends": "New York close with dividends",
}
MINUS = "−"
MISSING = "–"
UTC_ZONE = ZoneInfo("UTC")

Write = Callable[[float | None], str]

LONGEST_WORD = 40
MOST_PLACES = 2

_SCALES = ((1.0, ""), (1e3, "K"), (1e6, "M"), (1e9, "B"), (1e12, "T"))


def decimal(
    value: float | None, places: int = 0, *, signed: bool = False, prefix: str = "", suffix: str = ""
) -> str:
    """A number with thousands separators: `−1,234.5`; ``prefix`` stands after the sign."""
    if value is None or not isfinite(value):
        return MISSING
    digits = f"{abs(value):,.{places}f}"
    is_zero = not digits.strip("0.,")
    sign = "" if is_zero else MINUS if value < 0 else "+" if signed else ""
    return f"{sign}{prefix}{digits}{suffix}"


def change(value: float | None) -> str:
    """A move in percent, with its sign: `−12.3%`, `+2.2%`, `0.0%`."""
    return decimal(value, 1, signed=True, suffix="%")


def basis_points(value: float | None) -> str:
    """A move of a yield: `+3 bp`."""
    return decimal(value, signed=True, suffix=" bp")


def percent(value: float | None) -> str:
    """A level in whole percent, such as a volatility or a share: `71%`."""
    return decimal(value, suffix="%")


def whole(value: float | None) -> str:
    """A count or a score: `71`."""
    return decimal(value)


def on_scale(value: float | None, scale: Scale, places: int = 0) -> str:
    """A score with the decimals it takes not to read as the floor of a band that it is not in: `59.8`."""
    if value is None or not isfinite(value):
        return MISSING
    for more in range(places, MOST_PLACES + 1):
        if scale.band_of(round(value, more)) is scale.band_of(value):
            return decimal(value, more)
    return decimal(floor(value * 10**MOST_PLACES) / 10**MOST_PLACES, MOST_PLACES)


def correlation(value: float | None) -> str:
    """A correlation or a beta standing alone: `0.60`."""
    return decimal(value, 2)


def cell(value: float | None) -> str:
    """A correlation in a heat map: one decimal, and a plain `0` for anything that rounds to nothing."""
    return "0" if value is not None and abs(value) < 0.05 else decimal(value, 1)


def funding(value: float | None) -> str:
    """A funding rate in percent: `−0.004%`."""
    return decimal(value, 3, suffix="%")


def out_of_100(value: float | None) -> str:
    """A score where it stands alone, as in a quotation: `56.5 of 100`."""
    return MISSING if value is None or not isfinite(value) else f"{decimal(value, 1)} of 100"


def plain(value: float | None) -> str:
    """A number of any kind, with two decimals at most, or four digits where small: `23,031.21`, `12`."""
    if value is None or not isfinite(value):
        return MISSING
    places = 2 if abs(value) >= 1 or value == 0 else min(8, 3 - floor(log10(abs(value))))
    return decimal(float(f"{value:.{places}f}"), _exact_places_of(value, places))


def multiple(value: float | None) -> str:
    """How many times something else: `2.4×`."""
    return decimal(value, 1, suffix="×")


def money_flow(value: float | None) -> str:
    """Millions of dollars: `$2.60B` from a billion up, else `−$434M`."""
    if value is None or not isfinite(value):
        return MISSING
    if abs(round(value)) >= 1000:
        return decimal(value / 1000, 2, prefix="$", suffix="B")
    return decimal(value, prefix="$", suffix="M")


def short(value: float | None, *, prefix: str = "") -> str:
    """A large number in few signs: `69.3K`, `126.2K`, `2.6B`; K starts at 10,000."""
    if value is None or not isfinite(value):
        return MISSING
    if abs(round(value)) < 10_000:
        return decimal(value, _places_below_10_000(value), prefix=prefix)
    scale, letter = _scale_of(abs(value) / 0.99995)  # 999,950 is already 1M at one decimal
    scaled = round(value / scale, 1)
    return decimal(scaled, 0 if scaled == int(scaled) else 1, prefix=prefix, suffix=letter)


def price(value: float | None, instrument: Instrument) -> str:
    """A price in a tile or a table: `$69,310`, `$80.90`, `23,031`, `17.8`, `4.21%`."""
    if value is None or not isfinite(value):
        return MISSING
    match instrument.unit:
        case Unit.USD:
            return dollars(value)
        case Unit.PERCENT:
            return decimal(value, 3 if instrument.flow else 2, suffix="%")
        case Unit.MILLION_USD:
            return money_flow(value)
        case Unit.SCORE:
            return decimal(value)
        case _:
            return decimal(value, 0 if abs(value) >= 1000 else 1)


def dollars(value: float | None) -> str:
    """A price in dollars: `$69,310`, `$80.90`, `$0.09780`."""
    if value is None or not isfinite(value):
        return MISSING
    return decimal(value, _dollar_places(value), prefix="$")


def short_price(value: float | None, instrument: Instrument) -> str:
    """A price in a headline, on an axis or at a level: `$69.3K`, `$126.2K`; small prices as in a tile."""
    if value is None or not isfinite(value) or abs(round(value)) < 10_000:
        return price(value, instrument)
    if instrument.unit in (Unit.USD, Unit.POINTS):
        return short(value, prefix="$" if instrument.unit is Unit.USD else "")
    return price(value, instrument)


def price_writer(instrument: Instrument) -> Write:
    """How prices of ``instrument`` are written, as a function."""
    return lambda value: price(value, instrument)


def change_writer(instrument: Instrument) -> Write:
    """How moves of ``instrument`` are written: a yield in basis points, all else in percent."""
    return basis_points if instrument.moves_in_basis_points else change


def zone_range(zone: Zone, instrument: Instrument) -> str:
    """The prices of a zone: `$68K–$70K`, or `$80.6K` for a level."""
    low = short_price(zone.low, instrument)
    return low if zone.is_level else f"{low}–{short_price(zone.high, instrument)}"


def ordinal(place: int) -> str:
    """`1st`, `2nd`, `7th`, `11th`, `23rd`."""
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return f"{place:,}{ending}"


def ranked(place: int, what: str = "worst", *, is_tied: bool = False, join: str = " ") -> str:
    """`worst`, `2nd worst`, `7th worst`; `equal worst` where another stands at the same place."""
    words = what if place == 1 else f"{ordinal(place)}{join}{what}"
    return f"equal {words}" if is_tied else words


def percentile(value: float | None) -> str:
    """A percentile from 0 to 100: `97th percentile`; never the 0th or 100th, which claim too much."""
    place = percentile_place(value)
    return place if place == MISSING else f"{place} percentile"


def percentile_place(value: float | None) -> str:
    """The same where a column says that it holds percentiles: `97th`."""
    if value is None or not isfinite(value):
        return MISSING
    return ordinal(min(99, max(1, round(value))))


def age(span: timedelta) -> str:
    """How old something is, in one unit: `40 s`, `12 min`, `26 h`, `3 d`."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    if seconds < 48 * 3600:
        return f"{seconds // 3600} h"
    return f"{seconds // 86400} d"


def weekday(day: date) -> str:
    """`Fri`."""
    return f"{day:%a}"


def short_day(day: date, seen_from: date | None = None) -> str:
    """`6 Feb`; with its year where that is not the year of ``seen_from``, or where that is not known."""
    return f"{day.day} {day:%b}" if seen_from and seen_from.year == day.year else full_day(day)


def named_day(day: date, seen_from: date | None = None) -> str:
    """`Fri 6 Feb`; `Fri 7 Feb 2025` as in `short_day`."""
    return f"{weekday(day)} {short_day(day, seen_from)}"


def full_day(day: date) -> str:
    """`6 Feb 2026`."""
    return f"{day.day} {day:%b %Y}"


def full_moment(moment: datetime, zone: tzinfo = UTC_ZONE, place: str = "UTC") -> str:
    """`Sat 7 Feb 2026, 15:30 UTC`; ``place`` names the zone on the screen."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {place}"


def short_moment(moment: datetime, seen_from: datetime | None = None, zone: tzinfo = UTC_ZONE) -> str:
    """`6 Feb 21:40`, where the zone is said elsewhere; `6 Feb 2025 21:40` as in `short_day`."""
    local = moment.astimezone(zone)
    return f"{short_day(local, seen_from.astimezone(zone) if seen_from else None)} {local:%H:%M}"


def tick(value: float, step: float, *, prefix: str = "") -> str:
    """An axis label that is exact for its ``step``: `$82.5K`, `$80.25K`, `$400`."""
    largest = max(abs(value), abs(step))
    scale, letter = _SCALES[0] if largest < 10_000 else _scale_of(largest)
    return decimal(value / scale, _exact_places(step / scale), prefix=prefix, suffix=letter if value else "")


def listed(names: Sequence[str]) -> str:
    """Names in one phrase: `Cboe`, `Cboe and Nasdaq`, `Cboe, Nasdaq and ICE`."""
    return " and ".join([*([", ".join(names[:-1])] if len(names) > 1 else []), *names[-1:]])


def clipped(text: str) -> str:
    """Words from outside as they may stand in a sentence of ours: printable and short."""
    printable = "".join(character for character in text if character.isprintable())
    return printable if len(printable) <= LONGEST_WORD else printable[:LONGEST_WORD] + "…"


def _scale_of(value: float) -> tuple[float, str]:
    return max((each for each in _SCALES if each[0] <= value), key=lambda each: each[0])


def _exact_places_of(value: float, most: int) -> int:
    """How many of ``most`` decimals of ``value`` say something."""
    return len(f"{value:.{most}f}".partition(".")[2].rstrip("0"))


def _exact_places(step: float) -> int:
    for places in range(7):
        if abs(step * 10**places - round(step * 10**places)) < 1e-6 * 10**places * step:
            return places
    return 7


def _places_below_10_000(value: float) -> int:
    return 0 if abs(value) >= 1000 else 2


def _dollar_places(value: float) -> int:
    """None from 1,000 up and two below; under a dollar enough for four significant digits: $0.09780."""
    size = abs(value)
    if size >= 999.995:
        return 0
    if size >= 1 or size == 0:
        return 2
    return min(8, 3 - floor(log10(size)))


def say_sampling(sampling: str) -> str:
    """When a number was taken, in words: `New York close` for "close@16:00 NY"; words stay as they are."""
    for code, words in SAMPLINGS.items():
        sampling = sampling.replace(code, words)
    return sampling
