"""The whole stack against the whole fake internet: what a page costs, and what is left of it in a fault."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import pytest

from data_sources.breaker import BreakerState
from data_sources.chain import Chain
from data_sources.errors import Pending, SourceError
from data_sources.live import Live, elapsed, live
from market import catalogue
from market.bars import Bars, State
from market.instruments import Interval
from tests.fakes.prices import BITCOIN, make_bars

pytestmark = [
    pytest.mark.usefixtures("upstream"),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]
KNOWN = catalogue.load()
EVERY = list(KNOWN)
# Wall time that other programs may take from a page; without the patience rules it would take minutes.
BUSY_MACHINE = 5.0


class Recording:
    """A last resort that has every instrument."""

    def __init__(self):
        played = {each.key: make_bars(each, [1.0, 1.1, 1.2], source="recording") for each in EVERY}
        self.played = {
            key: replace(bars, provenance=replace(bars.provenance, recorded=True))
            for key, bars in played.items()
        }

    def bars(self, instrument, interval):
        del interval
        return self.played[instrument.key]


def page(chain: Chain) -> dict[str, Bars | SourceError]:
    """Every daily series, as a page asks for them: all questions first, then the answers."""
    found: dict[str, Bars | SourceError] = {}
    for instrument in EVERY:
        chain.start(instrument, Interval.DAY)
    for instrument in EVERY:
        try:
            found[instrument.key] = chain.bars(instrument, Interval.DAY)
        except SourceError as error:
            found[instrument.key] = error
    return found


def only_recorded(found: dict[str, Bars | SourceError]) -> list[str]:
    """The series of which nobody told anything, and which the recording holds."""
    return [key for key, each in found.items() if isinstance(each, SourceError) and each.recorded]


def land(sources: Live, seconds: float = 40) -> None:
    """Wait until nothing is on its way."""
    until = time.monotonic() + seconds
    while sources.on_their_way() and time.monotonic() < until:
        time.sleep(0.02)


@pytest.fixture(scope="module")
def warm(led, tmp_path_factory) -> Iterator[Live]:
    """A process that has seen every page once, all providers well."""
    led.heal()
    sources = live(tmp_path_factory.mktemp("state"), KNOWN["BTC"], patience=20)
    for _ in range(3):
        page(sources.chain())
        land(sources)
    yield sources


def test_every_instrument_of_the_catalogue_is_live(warm):
    found = page(warm.chain())
    missing = {key: str(answer) for key, answer in found.items() if isinstance(answer, SourceError)}
    assert missing == {}
    assert {bars.state for bars in found.values()} <= {State.FINAL, State.PROVISIONAL, State.STALE}
    late = {key for key, bars in found.items() if bars.state is State.STALE}
    assert late <= {key for key in found if KNOWN[key].listings[0].source == "fred"}


def test_a_page_with_a_warm_cache_asks_nobody(warm, upstream):
    started = time.thread_time()
    page(warm.chain())
    assert upstream.count() == 0
    assert time.thread_time() - started < 1


def test_a_restart_with_a_warm_disk_shows_every_price_at_once(warm, upstream):
    upstream.fail("*", "silence")
    folder = next(iter(warm.disks.values()))._folder.parents[1]
    again = live(folder, KNOWN["BTC"], patience=0)
    started = time.perf_counter()
    found = page(again.chain())
    assert time.perf_counter() - started < BUSY_MACHINE
    assert [key for key, answer in found.items() if isinstance(answer, SourceError)] == []


def test_with_everything_black_holed_the_first_page_comes_within_three_seconds(upstream, tmp_path):
    upstream.fail("*", "silence")
    chain = live(tmp_path, KNOWN["BTC"], patience=3).chain(Recording())
    started = time.perf_counter()
    found = page(chain)
    assert time.perf_counter() - started < 3 + BUSY_MACHINE
    assert only_recorded(found) == list(found)
    redraws = []
    for _ in range(20):
        started = time.thread_time()
        page(chain)
        redraws.append(time.thread_time() - started)
    assert quantiles(redraws, n=20)[-1] < 0.3


def test_without_patience_the_recording_is_painted_at_once_and_live_prices_follow(upstream, tmp_path):
    assert upstream.mode("query2.finance.yahoo.com") == "ok"
    sources = live(tmp_path, KNOWN["BTC"], patience=0)
    chain = sources.chain(Recording())
    started = time.thread_time()
    first = page(chain)
    assert time.thread_time() - started < 1
    assert only_recorded(first)
    assert sources.on_their_way()
    for _ in range(3):
        land(sources)
        found = page(chain)
    assert len(only_recorded(found)) <= 3  # on a busy machine one or two may still be resting


def test_without_a_last_resort_a_late_answer_is_told_as_late(upstream, tmp_path):
    upstream.fail("*", "silence")
    answers = page(live(tmp_path, KNOWN["BTC"], patience=0).chain())
    assert {type(answer) for answer in answers.values()} == {Pending}
    assert "has not answered yet" in str(answers["VIX"])


@pytest.mark.parametrize(
    ("plug", "mode"),
    [("api.exchange.coinbase.com", "451"), ("*.yahoo.com", "429"), ("fred.stlouisfed.org", "502")],
)
def test_with_one_plug_pulled_every_price_is_right_or_missing_with_a_reason(
    upstream, tmp_path, plug, mode, world
):
    upstream.fail(plug, mode)
    sources = live(tmp_path, KNOWN["BTC"], patience=15)
    chain = sources.chain()
    for _ in range(2):
        found = page(chain)
        land(sources)
    for key, answer in found.items():
        if isinstance(answer, SourceError):
            assert str(answer).endswith(".")
            continue
        truth = world.days(key, KNOWN[key].calendar.value)["close"]
        if not KNOWN[key].flow and KNOWN[key].group != "fed":  # the fake policy rate is not of this walk
            assert answer.last == pytest.approx(truth.loc[answer.dates[-1]])
    for coin in ("BTC", "ETH", "SOL"):
        assert isinstance(found[coin], Bars)


def test_no_fault_makes_a_cold_page_cost_more_requests_than_health_does(upstream, tmp_path):
    def cost(mode: str) -> int:
        upstream.heal()
        if mode != "ok":
            upstream.fail("*", mode)
        sources = live(tmp_path / mode, KNOWN["BTC"], patience=20)
        for _ in range(3):
            page(sources.chain())
            land(sources)
        return upstream.count()

    healthy = cost("ok")
    for mode in ("429", "502", "html", "451", "refused"):
        assert cost(mode) <= 1.1 * healthy


def test_ten_minutes_without_an_answer_cost_each_host_less_than_an_attempt_each_half_minute(
    upstream, tmp_path
):
    upstream.fail("*", "refused")
    ahead = 0.0
    sources = live(
        tmp_path,
        KNOWN["BTC"],
        clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead),
        timer=lambda: time.monotonic() + ahead,
        patience=0,
    )
    chain = sources.chain(Recording())
    for _ in range(60):
        found = page(chain)
        land(sources)
        ahead += 10
    assert only_recorded(found) == list(found)
    tries = Counter(hit.host for hit in upstream.hits)
    assert set(tries) >= {"api.kraken.com", "fred.stlouisfed.org", "api.exchange.coinbase.com"}
    assert max(tries.values()) <= 600 / 30


@pytest.mark.skipif(not Path("/proc/uptime").exists(), reason="the oracle is Linux's")
def test_the_sleep_of_a_machine_counts_as_time():
    uptime = float(Path("/proc/uptime").read_text().split()[0])
    assert elapsed() == pytest.approx(uptime, abs=5)


def test_health_names_every_provider_and_its_breaker(upstream, tmp_path):
    upstream.fail("api.kraken.com", "451")
    sources = live(tmp_path, KNOWN["BTC"], patience=10)
    with pytest.raises(SourceError):
        sources.sources["kraken"].bars(BITCOIN, Interval.DAY)
    health = sources.health()
    assert set(health) >= {"yahoo", "fred", "kraken", "coinbase", "okx", "binance", "alternative_me"}
    kraken = health["kraken"]
    assert kraken.breaker is BreakerState.OPEN
    assert kraken.last_error == "Kraken does not serve this place"
    assert (kraken.next_try - sources.clock()).total_seconds() > 86_000
    assert not health["yahoo"].was_asked
