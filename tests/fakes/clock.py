"""Time that stands still until told otherwise."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 2, 9, 15, 30, tzinfo=UTC)  # a Monday, New York open since an hour


class Clock:
    """A clock and a stopwatch in one: `now` for the date, `seconds` for what is measured."""

    def __init__(self, start: datetime = START) -> None:
        self.moment = start
        self.elapsed = 1000.0

    def now(self) -> datetime:
        """The date and time."""
        return self.moment

    def seconds(self) -> float:
        """Monotonic seconds."""
        return self.elapsed

    def pass_by(self, seconds: float) -> None:
        """Let time go by."""
        self.moment += timedelta(seconds=seconds)
        self.elapsed += seconds

    def set_wall(self, moment: datetime) -> None:
        """Change the date only, as a corrected system clock does."""
        self.moment = moment
