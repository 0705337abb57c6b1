"""The fake internet, and the environment that leads the unchanged clients to it."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from market import catalogue
from tests.fakes.sites import sites
from tests.fakes.upstream import Upstream
from tests.fakes.world import World

# Property tests here import pandas and calendars on their first example: no deadline on one example.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def world() -> World:
    """The market that the fake providers tell of, at the real time: the clients look at their own clocks."""
    world = World()
    world.warm(catalogue.load())
    return world


@pytest.fixture(scope="session")
def internet(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Upstream]:
    """The fake providers, running."""
    upstream = Upstream(sites(world), tmp_path_factory.mktemp("authority"))
    upstream.start()
    yield upstream
    upstream.stop()


@pytest.fixture(scope="module")
def led(internet: Upstream) -> Iterator[Upstream]:
    """The fake providers, and every client of this module led to them."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in internet.environment().items():
            patch.setenv(name, value)
        yield internet


@pytest.fixture
def upstream(led: Upstream, world: World) -> Iterator[Upstream]:
    """The fake providers in good health, nothing counted."""
    led.heal()
    world.lies.clear()
    yield led
    led.heal()
    world.lies.clear()
