from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest

from data_sources.asof import AsOf
from data_sources.errors import NoData, Unreachable
from data_sources.feed import MOMENTS_KEPT, Batch, Feed
from market import catalogue
from market.bars import Bars
from market.instruments import Instrument, Interval
from tests.fakes.prices import BITCOIN, NASDAQ, VIX, make_bars
from tests.fakes.scripted import Scripted

KNOWN = catalogue.load()
NOON = datetime(2026, 2, 5, 12, 0, tzinfo=UTC)


class Shop:
    """Has Bitcoin and the Nasdaq; the VIX does not answer."""

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        if instrument.key == "VIX":
            raise Unreachable(instrument, "the shop")
        if instrument.key not in ("BTC", "IXIC") or interval is not Interval.DAY:
            raise NoData(instrument, "the shop")
        return make_bars(instrument, [1.0, 2.0, 3.0])


FEED = Feed(Shop(), KNOWN)


def test_what_is_missing_never_stops_the_rest() -> None:
    batch = FEED.many(KNOWN.pick("VIX", "BTC", "GLD", "IXIC"))
    assert list(batch.found) == ["BTC", "IXIC"]
    assert [(type(error), error.instrument.key) for error in batch.missing] == [
        (Unreachable, "VIX"),
        (NoData, "GLD"),
    ]


def test_a_bug_is_not_a_missing_series() -> None:
    with pytest.raises(ZeroDivisionError):
        Feed(Scripted(ZeroDivisionError()), KNOWN).many(KNOWN.pick("BTC"))


def test_a_key_outside_the_catalogue_is_a_mistake_of_ours() -> None:
    with pytest.raises(KeyError):
        FEED.bars("VXI")


def test_a_batch_gives_what_was_found_in_the_order_asked() -> None:
    batch = FEED.many(KNOWN.pick("BTC", "VIX", "IXIC"))
    assert [bars.key for bars in batch] == ["BTC", "IXIC"]
    assert [bars.key for bars in batch.select("IXIC", "VIX", "BTC")] == ["IXIC", "BTC"]
    assert list(batch.pick("IXIC", "GLD")) == ["IXIC"]
    assert batch.get("VIX") is None
    assert "BTC" in batch and "VIX" not in batch
    assert batch["BTC"] is batch.get("BTC")
    assert not list(Batch({}))


def test_a_feed_seen_from_now_is_itself() -> None:
    assert FEED.as_of(None) is FEED
    there = FEED.as_of(NOON)
    assert there.as_of(NOON) is there
    assert there.moment == NOON


def test_all_who_stand_at_a_moment_share_its_bars() -> None:
    feed, seen, together = Feed(Shop(), KNOWN), [], Barrier(8)

    def look() -> None:
        together.wait(10)
        seen.append(feed.as_of(NOON).source)

    threads = [Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(seen) == 8
    assert all(source is seen[0] for source in seen)
    assert isinstance(seen[0], AsOf)


def test_moments_are_forgotten_when_there_are_many() -> None:
    feed = Feed(Shop(), KNOWN)
    first = feed.as_of(NOON).source
    for minute in range(MOMENTS_KEPT):
        feed.as_of(datetime(2026, 2, 1, minute // 60, minute % 60, tzinfo=UTC))
    assert feed.as_of(NOON).source is not first


@pytest.mark.parametrize("instrument", [BITCOIN, NASDAQ, VIX], ids=str)
def test_the_catalogue_decides_what_a_key_means(instrument: Instrument) -> None:
    assert KNOWN[instrument.key].calendar is instrument.calendar
