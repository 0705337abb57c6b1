"""The source contract against the real providers: `make live-test`, and never part of `make test`.

A failure here is news: a provider has changed, or the catalogue names something that is not there.
"""

from datetime import UTC, datetime

import pytest

from data_sources.errors import Refused, SourceError
from data_sources.live import live
from market import catalogue
from market.bars import Bars
from market.instruments import Instrument, Interval
from tests.data_sources.source_contract import SourceContract

pytestmark = [
    pytest.mark.live,
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
KNOWN = catalogue.load()


@pytest.fixture(scope="session")
def sources(tmp_path_factory):
    """Every provider behind its guard, with the patience of a test."""
    return live(tmp_path_factory.mktemp("state"), KNOWN["BTC"], patience=30).sources


class Real(SourceContract):
    key = "BTC"

    @pytest.fixture
    def source(self, sources):
        return sources[self.name]

    @pytest.fixture
    def instrument(self) -> Instrument:
        return KNOWN[self.key]

    @pytest.fixture
    def answer(self, source, instrument) -> Bars:
        try:
            return source.bars(instrument, Interval.DAY)
        except Refused as refused:
            pytest.xfail(str(refused))  # not from this place: an answer too

    def test_hours_or_a_reason(self, source, instrument):
        try:
            super().test_hours_or_a_reason(source, instrument)
        except Refused as refused:
            pytest.xfail(str(refused))


class TestYahoo(Real):
    name, key, has_hours = "yahoo", "QQQ", True


class TestFred(Real):
    name, key = "fred", "VIX"


class TestAlternativeMe(Real):
    name, key = "alternative_me", "FNG"


class TestEtfFlows(Real):
    name, key, least = "btcetfdata", "BTC_ETF_FLOW", 1


class TestKraken(Real):
    name, has_hours = "kraken", True


class TestCoinbase(Real):
    name, has_hours = "coinbase", True


class TestOkx(Real):
    name, has_hours = "okx", True


class TestBybit(Real):
    name, has_hours = "bybit", True


class TestGate(Real):
    name, has_hours = "gate", True


class TestBinance(Real):
    name, has_hours = "binance", True


EVERY_LISTING = [(instrument, listing) for instrument in KNOWN for listing in instrument.listings]


@pytest.mark.parametrize(
    ("instrument", "listing"),
    EVERY_LISTING,
    ids=[f"{each.key}-{listing.source}" for each, listing in EVERY_LISTING],
)
def test_every_symbol_of_the_catalogue_is_known(sources, instrument, listing):
    try:
        bars = sources[listing.source].bars(instrument, Interval.DAY)
    except Refused as refused:
        pytest.xfail(str(refused))
    except SourceError as error:
        pytest.fail(f"{error} ({error.words})")
    assert (datetime.now(UTC) - bars.as_of).days <= 12
