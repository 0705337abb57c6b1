"""Fed-funds futures: the contracts around a moment, by the month whose average rate they settle on."""

from datetime import datetime

from market.instruments import Calendar, Instrument, Listing, Unit

GROUP = "fed"
LETTERS = "FGHJKMNQUVXZ"  # January to December, as futures exchanges write them
MONTHS = 12
Month = tuple[int, int]  # year, month


def fed_funds(moment: datetime, months: int = MONTHS) -> dict[Month, Instrument]:
    """The 30-day fed-funds futures of the month of ``moment`` and of those after it, by year and month.

    A contract settles on 100 less the average effective rate of its month. Yahoo lists them on the CBOT,
    until they expire.

    >>> [each.listings[0].symbol for each in fed_funds(datetime(2026, 12, 5), 2).values()]
    ['ZQZ26.CBT', 'ZQF27.CBT']
    """
    first = moment.year * 12 + moment.month - 1
    found = ((count // 12, count % 12 + 1) for count in range(first, first + months))
    return {month: contract(month) for month in found}


def december(moment: datetime) -> Instrument:
    """The contract that settles on the rate at the end of the year of ``moment``."""
    return contract((moment.year, 12))


def contract(month: Month) -> Instrument:
    """The contract of one month; raises `IndexError` for a month that there is not."""
    year, number = month
    key = f"ZQ{LETTERS[number - 1]}{year % 100:02d}"
    name = f"{datetime(year, number, 1):%B %Y}"  # noqa: DTZ001 (a month has no zone)
    return Instrument(
        key,
        f"Fed funds future, {name}",
        f"Fed funds {datetime(year, number, 1):%b %y}",  # noqa: DTZ001
        GROUP,
        Unit.POINTS,
        Calendar.XNYS,
        (Listing("yahoo", f"{key}.CBT", delay_minutes=10),),
        about="30-day fed-funds future of the CBOT.",
    )
