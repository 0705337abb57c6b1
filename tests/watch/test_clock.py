"""The steady clock does not believe a wall that jumps."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from watch.clock import SteadyClock, steady_seconds

START = datetime(2026, 2, 6, 12, tzinfo=UTC)


class Machine:
    """A wall clock and a timer that are set by hand."""

    def __init__(self) -> None:
        self.wall, self.seconds = START, 100.0

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(hours=-24), timedelta(days=3650)])
def test_a_jump_is_flagged_at_once_and_believed_after_ten_minutes(jump: timedelta) -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.seconds)
    machine.passes(60)
    machine.wall += jump
    assert clock.now() == START + timedelta(seconds=60)
    assert clock.skew() == jump
    machine.passes(599)
    assert clock.skew() == jump
    assert clock.now() == START + timedelta(seconds=659)
    machine.passes(1)
    assert clock.skew() == timedelta(0)
    assert clock.now() == machine.wall


def test_a_jump_that_is_taken_back_is_forgotten() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.seconds)
    machine.wall += timedelta(hours=1)
    assert clock.skew()
    machine.wall -= timedelta(hours=1)
    assert not clock.skew()
    machine.passes(700)
    assert not clock.skew()
    assert clock.now() == machine.wall


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="only Linux counts what it slept through")
def test_a_suspended_machine_is_counted() -> None:
    before = time.clock_gettime(time.CLOCK_BOOTTIME)
    assert before <= steady_seconds() <= time.clock_gettime(time.CLOCK_BOOTTIME)
