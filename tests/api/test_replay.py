"""No answer looks ahead: with every later price made up, or not there, it is the same to the last digit."""

from dataclasses import replace

import pandas as pd
import pytest

from api.routes import QUESTIONS
from data_sources.errors import NoData
from data_sources.feed import Feed
from data_sources.source import Source
from market.bars import Bars
from market.instruments import Instrument, Interval
from market.moments import parse_moment
from tests.api.service import RECORDING, client

MOMENTS = (
    "2025-01-10T15:00Z",  # a week of history
    "2025-07-22",  # a market that only rises
    "2026-02-05T16:00Z",  # the rout, within the day
    "2026-02-08",  # a Sunday
)
ADDRESSES = (
    "/api/v1/readings",
    "/api/v1/correlation?keys=BTC,IXIC,GLD,TLT",
    "/api/v1/beta?asset=BTC&market=IXIC",
    "/api/v1/levels?key=BTC&zone=68000-70000",
    "/api/v1/stress",
    "/api/v1/rebound?key=IXIC",
    "/api/v1/rebound?key=BTC",
    "/api/v1/episodes?key=IXIC",
    "/api/v1/episodes?key=BTC",
    *(f"/api/v1/facts?page={page}" for page in ("overview", "tech", "crypto", "macro")),
    "/api/v1/claims",
    "/api/v1/events.json",
)


class Future:
    """``inner`` with every later row made up, or left out."""

    def __init__(self, inner: Source, moment: pd.Timestamp, factor: float | None) -> None:
        """``factor`` is what later rows are multiplied by; None leaves them out."""
        self.inner, self.moment, self.factor = inner, moment, factor

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        bars = self.inner.bars(instrument, interval)
        later = bars.frame.index > self.moment
        if self.factor is not None:
            frame = bars.frame.copy()
            frame.loc[later] *= self.factor
            return replace(bars, frame=frame)
        if later.all():
            raise NoData(instrument, "the history so far")
        return replace(bars, frame=bars.frame[~later])


def test_every_route_that_takes_a_moment_is_asked() -> None:
    asked = {address.partition("?")[0] for address in ADDRESSES}
    untold = {each.path for each in QUESTIONS if "asof" in each.names} - asked
    assert untold == {"/api/v1/bars/{key}", "/api/v1/events.atom"}  # the frames themselves; the same events


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_comes_later_changes_no_answer(moment: str) -> None:
    stamp = pd.Timestamp(parse_moment(moment))
    feeds = [
        RECORDING,
        *(
            Feed(Future(RECORDING.source, stamp, factor), RECORDING.catalogue, RECORDING.span)
            for factor in (3.0, None)
        ),
    ]
    asking = [client(feed) for feed in feeds]
    for address in ADDRESSES:
        asof = f"{address}{'&' if '?' in address else '?'}asof={moment}"
        seen, poisoned, short = (each.get(asof) for each in asking)
        assert seen.status_code == 200
        assert seen.text == poisoned.text, address
        assert seen.text == short.text, address
