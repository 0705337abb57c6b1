"""Which fed-funds futures the Macro page asks for."""

from datetime import UTC, datetime

from app.present.fed import contracts_of
from data_sources.errors import NoData
from data_sources.feed import Feed
from market import catalogue
from market.bars import Bars
from market.instruments import Instrument, Interval
from tests.fakes.prices import make_bars

NOVEMBER = datetime(2026, 11, 22, tzinfo=UTC)


class Exchange:
    """Lists some contracts, and notes which it was asked for."""

    def __init__(self, *listed: str) -> None:
        self.listed = listed
        self.asked: list[str] = []

    def bars(self, instrument: Instrument, interval: Interval) -> Bars:
        """Three closes of a contract it lists."""
        self.asked.append(instrument.key)
        if instrument.key not in self.listed:
            raise NoData(instrument, "yahoo")
        return make_bars(instrument, [96.3, 96.3, 96.4], interval=interval)


def test_where_the_first_contract_has_no_price_the_others_are_not_asked_for() -> None:
    exchange = Exchange()
    assert contracts_of(Feed(exchange, catalogue.load()), NOVEMBER, NOVEMBER) == ()
    assert exchange.asked == ["ZQX26"]


def test_those_that_have_prices_come_by_month() -> None:
    exchange = Exchange("ZQX26", "ZQZ26", "ZQG27")
    found = contracts_of(Feed(exchange, catalogue.load()), NOVEMBER, NOVEMBER)
    assert [month for month, _ in found] == [(2026, 11), (2026, 12), (2027, 2)]


def test_contracts_that_have_expired_are_not_asked_for() -> None:
    exchange = Exchange("ZQX26", "ZQZ26", "ZQF27")
    contracts_of(Feed(exchange, catalogue.load()), datetime(2026, 2, 6, tzinfo=UTC), NOVEMBER)
    assert set(exchange.asked) == {"ZQX26", "ZQZ26", "ZQF27"}
    assert contracts_of(Feed(exchange, catalogue.load()), datetime(2025, 2, 6, tzinfo=UTC), NOVEMBER) == ()
