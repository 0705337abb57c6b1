"""One feed per process, built from the settings."""

import os
from functools import cache

from data_sources.errors import NoData
from data_sources.feed import Feed, Span
from data_sources.recorded import Recorded, describe
from data_sources.settings import Settings, read_settings
from data_sources.source import Source
from market import catalogue
from market.bars import Bars
from market.instruments import Instrument, Interval


class Nothing:
    """A `Source` that has nothing: what is left when a recording cannot be opened."""

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:  # noqa: ARG002 (the Protocol's signature)
        """Never any bars: raises `NoData`."""
        raise NoData(instrument, "the recording")


def assemble(settings: Settings) -> Feed:
    """The feed that ``settings`` ask for; a recording that cannot be opened is a problem told in its span."""
    source, span = _recording(settings)
    return Feed(source, catalogue.load(), span)


def _recording(settings: Settings) -> tuple[Source, Span]:
    try:
        description = describe(settings.recording)
    except ValueError as problem:
        return Nothing(), Span(problems=(str(problem),))
    recorded = Recorded(settings.recording, description)
    span = Span(description.start, description.end, description.moment, recorded.problems)
    return recorded, span


@cache
def process_settings() -> Settings:
    """This process's settings: the environment as it was at the first question."""
    return read_settings(os.environ)


@cache
def process_feed() -> Feed:
    """This process's one feed."""
    return assemble(process_settings())
