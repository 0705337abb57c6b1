"""What the page of levels lists."""

from app.present.levels import found_table
from tests.analytics.recorded import recording


def test_retracements_of_the_newest_fall_are_among_the_levels_found() -> None:
    table = str(found_table(recording("2026-02-07")["BTC"]))
    assert "23.6% of the fall from 6 Oct 2025 to 6 Feb 2026 given back: a convention." in table
    assert "$75,623" in table
