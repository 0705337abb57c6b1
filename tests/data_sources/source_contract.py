"""What every Source must do, whatever is behind it. Inherit it, and say what to ask."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from data_sources.errors import SourceError, UnknownSymbol
from data_sources.source import Source
from market.bars import Bars
from market.instruments import Calendar, Instrument, Interval


class SourceContract:
    """Tests of a ``source`` fixture that knows the ``instrument`` fixture."""

    name: str
    has_hours = False
    least = 100

    @pytest.fixture
    def answer(self, source: Source, instrument: Instrument) -> Bars:
        """The daily bars, asked once a test."""
        return source.bars(instrument, Interval.DAY)

    def test_answers_what_was_asked(self, answer: Bars, instrument: Instrument):
        assert answer.instrument is instrument
        assert answer.interval is Interval.DAY
        assert len(answer) >= self.least

    def test_says_where_the_prices_come_from(self, answer: Bars):
        provenance = answer.provenance
        assert provenance.source == self.name
        assert provenance.symbol
        assert provenance.sampling
        assert abs(datetime.now(UTC) - provenance.fetched_at) < timedelta(minutes=1)
        assert not provenance.recorded

    def test_nothing_finished_lies_in_the_future(self, answer: Bars):
        assert answer.finished.as_of <= answer.provenance.fetched_at
        assert answer.as_of <= answer.provenance.fetched_at

    def test_days_end_when_their_calendar_says(self, answer: Bars, instrument: Instrument):
        ends = answer.finished.frame.index[-30:]
        if instrument.calendar is Calendar.ALWAYS:
            assert {(end.minute, end.second) for end in ends} == {(0, 0)}
        else:
            assert {(end.tz_convert("America/New_York").hour, end.minute) for end in ends} <= {
                (16, 0),
                (13, 0),
            }

    def test_hours_or_a_reason(self, source: Source, instrument: Instrument):
        if self.has_hours:
            hours = source.bars(instrument, Interval.HOUR)
            assert hours.interval is Interval.HOUR
            assert len(hours) > 100
        else:
            with pytest.raises(SourceError):
                source.bars(instrument, Interval.HOUR)

    def test_an_instrument_without_a_listing_here_is_unknown(self, source: Source, instrument: Instrument):
        with pytest.raises(UnknownSymbol):
            source.bars(replace(instrument, listings=()), Interval.DAY)
