"""What changed since the close before."""

from dataclasses import replace

from analytics.changes import PARTIAL, what_changed
from analytics.readings import read
from market.bars import InProgress
from tests.analytics.bars import series

CLOSES = [100.0 + n % 7 for n in range(80)]


def test_a_day_that_is_not_over_is_marked() -> None:
    bars = series("BTC", CLOSES)
    opened = replace(bars, in_progress=InProgress("test", 0.01))
    for known, flags in ((bars, ()), (opened, (PARTIAL,))):
        [row] = what_changed({"BTC": known}, {"BTC": read(known)}, ["BTC"])
        assert row.unusual.flags == flags
        assert row.unusual.n == len(CLOSES) - 1
