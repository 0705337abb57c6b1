"""Every provider, through its unchanged client, against a local server that speaks its wire format."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from shutil import rmtree

import pytest

from data_sources.alternative_me import AlternativeMe
from data_sources.chain import Chain
from data_sources.errors import (
    BadData,
    NoData,
    Pending,
    RateLimited,
    Refused,
    SourceError,
    UnknownSymbol,
    Unreachable,
)
from data_sources.etf import EtfFlows
from data_sources.exchange import Exchange
from data_sources.flights import take_off
from data_sources.fred import Fred
from data_sources.guarded import Guarded, Limits
from data_sources.ofr import Ofr
from data_sources.source import Source
from data_sources.venues import VENUES
from data_sources.yahoo import Yahoo
from market import catalogue
from market.bars import Bars
from market.instruments import Calendar, Instrument, Interval, Listing, Unit
from market.text import full_day
from tests.data_sources.source_contract import SourceContract
from tests.fakes.clock import Clock
from tests.fakes.prices import BITCOIN, ETF_FLOW, FUNDING, MOOD, NASDAQ, VIX, YIELD
from tests.fakes.upstream import Upstream
from tests.fakes.world import World

STRESS = Instrument(
    "OFR",
    "Financial stress",
    "Stress",
    "mood",
    Unit.POINTS,
    Calendar.XNYS,
    (Listing("ofr", "OFR FSI"),),
    flow=True,
)
DOGE = Instrument(
    "DOGE",
    "Dogecoin",
    "Doge",
    "crypto",
    Unit.USD,
    Calendar.ALWAYS,
    tuple(Listing(source, "DOGE/USD") for source in ("kraken", "coinbase")),
)
SOURCES = ("yahoo", "fred", "coinbase", "okx", "binance", "alternative_me", "ofr", "btcetfdata", "kraken")
HOST = {
    "yahoo": "query*.finance.yahoo.com",
    "fred": "fred.stlouisfed.org",
    "coinbase": "api.exchange.coinbase.com",
    "okx": "www.okx.com",
    "binance": "api.binance.com",
    "kraken": "api.kraken.com",
    "alternative_me": "api.alternative.me",
    "ofr": "www.financialresearch.gov",
    "btcetfdata": "www.btcetfdata.com",
}
ASKED = {
    "yahoo": NASDAQ,
    "fred": NASDAQ,
    "alternative_me": MOOD,
    "ofr": STRESS,
    "btcetfdata": ETF_FLOW,
}


pytestmark = [
    pytest.mark.usefixtures("upstream"),
    # yfinance still uses what pandas deprecates.
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]


def now() -> datetime:
    return datetime.now(UTC)


def provider(name: str, folder: Path) -> Source:
    if name.startswith("yahoo"):
        return Yahoo(now, folder / "yfinance", adjusted=name != "yahoo")
    plain = {"fred": Fred, "ofr": Ofr, "alternative_me": AlternativeMe}
    if name in plain:
        return plain[name](now)
    if name == "btcetfdata":
        return EtfFlows(now, folder, lambda _: 70_000.0)
    return Exchange(name, now)


@pytest.fixture(scope="module")
def providers(led: Upstream, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Source]:
    """Every provider, its markets loaded while all was well."""
    led.heal()
    folder = tmp_path_factory.mktemp("state")
    made = {name: provider(name, folder) for name in (*SOURCES, "yahoo_adjusted")}
    for name in ("coinbase", "okx", "binance", "kraken"):
        made[name].bars(BITCOIN, Interval.DAY)
    return made


class ProviderContract(SourceContract):
    instrument_asked = BITCOIN

    @pytest.fixture
    def source(self, providers) -> Iterator[Source]:
        yield providers[self.name]

    @pytest.fixture
    def instrument(self) -> Instrument:
        return self.instrument_asked

    @pytest.mark.parametrize("mode", ["500", "502", "503", "html", "blank", "reset", "truncated", "refused"])
    def test_no_answer_or_a_broken_one_is_a_reason(self, source, instrument, upstream, mode):
        upstream.fail(HOST[self.name.removesuffix("_adjusted")], mode)
        with pytest.raises(SourceError) as caught:
            source.bars(instrument, Interval.DAY)
        assert mode in {"html", "blank"} or isinstance(caught.value, Unreachable)

    def test_heals_at_once_when_the_provider_does(self, source, instrument, upstream):
        upstream.fail(HOST[self.name], "502")
        with pytest.raises(SourceError):
            source.bars(instrument, Interval.DAY)
        upstream.heal()
        assert len(source.bars(instrument, Interval.DAY)) >= self.least


class TestYahoo(ProviderContract):
    name = "yahoo"
    instrument_asked = NASDAQ
    has_hours = True


class TestFred(ProviderContract):
    name = "fred"
    instrument_asked = NASDAQ


class TestOfr(ProviderContract):
    name = "ofr"
    instrument_asked = STRESS


class TestAlternativeMe(ProviderContract):
    name = "alternative_me"
    instrument_asked = MOOD


class TestEtfFlows(ProviderContract):
    name = "btcetfdata"
    instrument_asked = ETF_FLOW
    least = 1


class TestCoinbase(ProviderContract):
    name = "coinbase"
    has_hours = True


class TestOkx(ProviderContract):
    name = "okx"
    has_hours = True


class TestBinance(ProviderContract):
    name = "binance"
    has_hours = True


class TestFunding(ProviderContract):
    name = "okx"
    instrument_asked = FUNDING
    least = 90

    def test_hours_or_a_reason(self):
        """Funding is the same prints whatever the interval."""


def ask(
    providers, name: str, instrument: Instrument | None = None, interval: Interval = Interval.DAY
) -> Bars:
    return providers[name].bars(instrument or ASKED.get(name, BITCOIN), interval)


def test_prices_are_those_of_the_world(providers, world: World):
    for name, instrument in [("yahoo", NASDAQ), ("fred", NASDAQ), ("kraken", BITCOIN), ("okx", BITCOIN)]:
        truth = world.days(instrument.key, instrument.calendar.value)["close"]
        closes = ask(providers, name, instrument).finished
        assert closes.close.tolist() == truth[closes.dates].tolist()


def test_histories_reach_back_at_least_two_years_less_a_few_days(providers):
    for name in ("kraken", "coinbase", "okx", "binance"):
        bars = ask(providers, name)
        assert (bars.as_of - bars.since).days >= 718
        assert len(bars) >= 719


def test_old_names_of_coins_are_known(providers):
    assert ask(providers, "kraken", DOGE).last == pytest.approx(0.097)


def test_the_running_day_is_in_progress_and_its_move_is_the_venues_own(providers):
    bars = ask(providers, "coinbase")
    assert bars.in_progress.source == "coinbase"
    assert bars.in_progress.change == pytest.approx(bars.last / bars.finished.last - 1)


def test_adjusted_closes_are_another_source_and_say_so(providers):
    total_return = catalogue.load()["HYG_TR"]
    bars = ask(providers, "yahoo_adjusted", total_return)
    assert bars.provenance.source == "yahoo_adjusted"
    assert "adjusted for dividends" in bars.provenance.sampling


def test_funding_is_in_percent_per_eight_hours_whatever_the_venue_pays_by(providers, upstream):
    eight = ask(providers, "okx", FUNDING).close
    upstream.fail(HOST["okx"], "four hours")
    four = ask(providers, "okx", FUNDING).close
    assert four.iloc[5:].tolist() == pytest.approx((eight.iloc[5:] * 2).tolist())
    assert eight.abs().max() <= 0.01


def test_settled_prints_stand_on_the_minute(providers):
    stamps = ask(providers, "binance", FUNDING).frame.index
    assert {stamp.minute for stamp in stamps} == {0}


def test_a_flow_is_provisional_until_every_fund_has_reported(providers, upstream, tmp_path):
    assert ask(providers, "btcetfdata").state == "final"
    upstream.fail(HOST["btcetfdata"], "late fund")
    early = EtfFlows(now, tmp_path, lambda _: 70_000.0).bars(ETF_FLOW, Interval.DAY)
    assert early.state == "provisional"


def test_a_flow_without_a_price_is_missing_not_zero(tmp_path):
    with pytest.raises(NoData):
        EtfFlows(now, tmp_path, lambda _: None).bars(ETF_FLOW, Interval.DAY)


def test_a_flow_whose_price_is_still_on_its_way_is_on_its_way_too(tmp_path):
    def not_yet(_: date) -> float:
        raise Pending(BITCOIN, "coinbase")

    with pytest.raises(Pending) as caught:
        EtfFlows(now, tmp_path, not_yet).bars(ETF_FLOW, Interval.DAY)
    assert str(caught.value) == "US spot Bitcoin ETF net flow: Coinbase has not answered yet."


# Faults: the catalogue of what providers do wrong, and what each must become


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize(
    ("mode", "error"),
    [("429", RateLimited), ("451", Refused), ("403 cloudfront", Refused), ("418", RateLimited)],
)
def test_refusals_and_throttles_are_told_apart(providers, upstream, name, mode, error):
    if name == "yahoo" and mode != "429":
        error = SourceError  # yfinance hides the status of everything else
    upstream.fail(HOST[name], mode)
    with pytest.raises(error) as caught:
        ask(providers, name)
    if mode in {"429", "418"} and name != "yahoo":
        assert caught.value.retry_after == {"429": 120, "418": 3600}[mode]


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("mode", ["json null", "json list", "json object", "maintenance", "401", "404"])
def test_answers_of_another_shape_are_a_reason(providers, upstream, name, mode):
    upstream.fail(HOST[name], mode)
    with pytest.raises(SourceError):
        ask(providers, name)


@pytest.mark.parametrize("name", ["yahoo", "fred", "coinbase", "okx", "binance", "alternative_me", "ofr"])
@pytest.mark.parametrize("mode", ["nan", "duplicate", "reversed", "gap", "future", "zero"])
def test_rows_that_are_wrong_never_become_a_wrong_number(providers, upstream, name, mode):
    healthy = ask(providers, name)
    upstream.fail(HOST[name], mode)
    bars = ask(providers, name)
    common = healthy.finished.frame.index.intersection(bars.finished.frame.index)
    known = bars.close[common].notna()
    assert known.sum() >= 0.98 * healthy.close.notna().sum()
    may_be_zero = name in {"ofr", "alternative_me"}
    wrong = known & (bars.close[common] != healthy.close[common])
    assert wrong.sum() <= (mode == "zero" and may_be_zero)
    assert bars.as_of <= bars.provenance.fetched_at
    if mode in {"duplicate", "reversed", "future"}:
        lost = [hole.at for hole in bars.holes if hole not in healthy.holes]
        apart = {later - before for before, later in pairwise(lost)}
        # A page of Coinbase with a row too many loses a candle at its edge: a hole on each page, and named.
        assert not lost or (name == "coinbase" and apart == {timedelta(days=VENUES["coinbase"].page)})


@pytest.mark.parametrize("name", ["yahoo", "fred", "coinbase", "okx", "binance", "alternative_me", "ofr"])
def test_an_empty_table_is_nothing_to_show(providers, upstream, name):
    upstream.fail(HOST[name], "no rows")
    with pytest.raises((NoData, Unreachable)):
        ask(providers, name)


@pytest.mark.parametrize("name", ["okx", "kraken"])
def test_maintenance_in_the_exchanges_own_words_will_pass(providers, upstream, name):
    upstream.fail(HOST[name], "maintenance words")
    with pytest.raises(Unreachable):
        ask(providers, name)


@pytest.mark.parametrize("name", ["fred", "coinbase"])
def test_an_endless_answer_is_cut_off(providers, upstream, name):
    upstream.fail(HOST[name], "huge")
    with pytest.raises(SourceError):
        ask(providers, name)


def test_an_answer_that_drips_is_given_up(providers, upstream):
    upstream.fail(HOST["alternative_me"], "drip")
    with pytest.raises(Unreachable):
        ask(providers, "alternative_me")


def test_a_silent_provider_is_given_up(providers, upstream):
    upstream.fail(HOST["fred"], "silence")
    with pytest.raises(Unreachable):
        ask(providers, "fred")


def test_yahoos_cookie_host_that_hangs_costs_the_deadline_and_no_more(upstream, tmp_path):
    """yfinance itself would wait 30 seconds a step, whatever its timeout."""
    upstream.fail("*.yahoo.com", "hang")
    clock = Clock()
    source = Guarded(Yahoo(now, tmp_path), "yahoo", clock.now, clock.seconds, Limits(deadline=0.5))
    with pytest.raises(Unreachable) as caught:
        source.bars(NASDAQ, Interval.DAY)
    assert caught.value.words == "no answer in 0.5 s"


def test_yahoo_is_asked_once_for_a_good_answer_when_its_cookie_is_there(providers, upstream):
    ask(providers, "yahoo")
    before = upstream.count()
    ask(providers, "yahoo")
    assert upstream.count() - before == 1


def test_yahoos_own_word_for_nothing_is_nothing_and_never_delisted(providers, upstream):
    upstream.fail(HOST["yahoo"], "not found")
    with pytest.raises(NoData) as caught:
        ask(providers, "yahoo")
    assert "delisted" not in str(caught.value)


def test_yahoos_empty_answer_is_not_a_delisting_either(providers, upstream):
    upstream.fail(HOST["yahoo"], "empty")
    with pytest.raises(Unreachable):
        ask(providers, "yahoo")


def test_a_yield_at_ten_times_its_value_is_not_believed(providers, upstream):
    upstream.fail(HOST["yahoo"], "ten times")
    with pytest.raises(BadData):
        ask(providers, "yahoo", YIELD)


def test_a_low_above_the_close_is_blanked_and_noted(providers, upstream):
    upstream.fail(HOST["okx"], "contradiction")
    bars = ask(providers, "okx")
    assert bars.provenance.notes == ("high or low contradicts the close: blanked in 5 rows",)


def test_a_symbol_the_exchange_does_not_have_is_unknown(providers):
    typo = replace(BITCOIN, listings=(Listing("coinbase", "BTCC/USD"),))
    with pytest.raises(UnknownSymbol):
        ask(providers, "coinbase", typo)
    missing = replace(NASDAQ, listings=(Listing("fred", "NOSUCH"),))
    with pytest.raises(UnknownSymbol):
        ask(providers, "fred", missing)


def test_a_symbol_is_not_called_unknown_while_markets_cannot_be_loaded(upstream):
    upstream.fail(HOST["coinbase"], "502")
    with pytest.raises(Unreachable):
        Exchange("coinbase", now).bars(BITCOIN, Interval.DAY)


def test_yahoo_is_read_where_its_cache_folder_cannot_be_made(upstream, tmp_path):
    assert upstream.mode("query2.finance.yahoo.com") == "ok"
    (tmp_path / "file").write_text("")
    assert len(Yahoo(now, tmp_path / "file" / "yfinance").bars(NASDAQ, Interval.DAY)) > 500


def lose(folder: Path) -> None:
    rmtree(folder)


def damage(folder: Path) -> None:
    for file in folder.iterdir():
        file.write_bytes(b"garbage" * 1000)


@pytest.mark.parametrize("harm", [lose, damage])
def test_what_yfinance_keeps_for_itself_may_be_lost_or_damaged_while_it_runs(upstream, tmp_path, harm):
    assert upstream.mode("query2.finance.yahoo.com") == "ok"
    source = Yahoo(now, tmp_path / "yfinance")
    source.bars(NASDAQ, Interval.DAY)
    harm(tmp_path / "yfinance")
    with pytest.raises(Unreachable):
        take_off(lambda: source.bars(VIX, Interval.DAY), "another thread").result(20)
    assert len(take_off(lambda: source.bars(VIX, Interval.DAY), "another thread").result(20)) > 500
    assert len(source.bars(NASDAQ, Interval.DAY)) > 500


def test_yahoos_cache_folder_is_made_where_it_is_missing(tmp_path):
    source = Yahoo(now, tmp_path / "in" / "side")
    assert source.bars(NASDAQ, Interval.DAY).last


def test_the_vix_that_yahoo_gets_wrong(providers, world: World):
    day = world.days("VIX", "XNYS").index[-3].date()
    truth = float(world.days("VIX", "XNYS").loc[str(day), "close"])
    world.override("yahoo", "VIX", day, round(truth * 20.37 / 17.76, 2))
    chain = Chain({"yahoo": providers["yahoo"], "fred": providers["fred"]}, now)
    assert any(full_day(day) in note for note in chain.bars(VIX, Interval.DAY).provenance.notes)
    moment = datetime(day.year, day.month, day.day, 23, tzinfo=UTC)
    disputed = chain.as_of(moment).bars(VIX, Interval.DAY)
    assert disputed.state == "disputed"
    assert disputed.provenance.second.value == truth
