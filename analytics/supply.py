"""Bitcoin in being: how many coins its protocol has paid out, and what they are worth."""

from datetime import date

from market.definitions import Definition

HALVING = date(2024, 4, 20)
AT_HALVING = 19_687_500
"""Coins paid out in the 840,000 blocks before it: 210,000 each at 50, 25, 12.5 and 6.25."""
A_DAY = 450
"""144 blocks a day at 3.125 coins."""
LAST_DAY = date(2028, 1, 1)
"""Until the next halving is near: the day of block 1,050,000 is not known yet."""

DEFINITIONS = (
    Definition(
        "bitcoin_value",
        "Value of all bitcoin",
        "Price × coins paid out by the protocol: 19,687,500 up to the halving of 20 April 2024, then 450 a "
        "day (144 blocks of 3.125). Lost coins are counted; a loss is between two days, each with its coins.",
        "UTC-day closes.",
        "Missing before that halving, and without a close. Blocks come a little faster or slower than every "
        "ten minutes: the count is good to about 0.1%.",
        "The Bitcoin protocol.",
        "Crypto",
    ),
)


def bitcoin_supply(day: date) -> float | None:
    """The coins paid out by the end of ``day``; None outside the years between two halvings."""
    if not HALVING <= day < LAST_DAY:
        return None
    return float(AT_HALVING + A_DAY * (day - HALVING).days)
