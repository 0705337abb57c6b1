from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from data_sources.chain import Chain
from data_sources.errors import NoData, Pending, Refused, Unreachable
from market import catalogue
from market.bars import State
from market.instruments import Interval
from tests.fakes.clock import Clock
from tests.fakes.prices import BITCOIN, MOOD, NASDAQ, VIX, YIELD, make_bars
from tests.fakes.scripted import Scripted

MONDAY = Clock()
SUNDAY = date(2026, 2, 8)


def chain(instrument=VIX, clock=MONDAY, last_resort=None, **providers):
    sources = {
        name: answer if isinstance(answer, Scripted) else Scripted(answer)
        for name, answer in providers.items()
    }
    return Chain(sources, clock.now, last_resort).bars(instrument, Interval.DAY)


def vix(*closes, source="yahoo", **more):
    return make_bars(VIX, closes, source=source, **more)


def btc(*closes, source="kraken", symbol="BTC/USD", last=SUNDAY, **more):
    return make_bars(BITCOIN, closes, source=source, symbol=symbol, last=last, **more)


def test_the_first_provider_is_shown_with_the_opinion_of_the_second():
    bars = chain(yahoo=vix(20, 21, 22), fred=vix(20, 21, 22.01, source="fred"))
    assert bars.provenance.source == "yahoo"
    assert bars.provenance.second.source == "fred"
    assert bars.state is State.FINAL


def test_yahoos_vix_of_6_february_2026_is_disputed_and_cannot_be_a_headline():
    bars = chain(yahoo=vix(18.64, 21.77, 20.37), fred=vix(18.64, 21.77, 17.76, source="fred"))
    assert bars.state is State.DISPUTED


def test_the_same_dispute_is_there_when_a_later_day_looks_back():
    clock = Clock(datetime(2026, 2, 13, 15, 30, tzinfo=UTC))
    later = date(2026, 2, 12)
    live = Chain(
        {
            "yahoo": Scripted(vix(18.64, 21.77, 20.37, 17.4, 17.8, 17.6, 20.8, last=later)),
            "fred": Scripted(vix(18.64, 21.77, 17.76, 17.4, 17.8, 17.6, 20.8, source="fred", last=later)),
        },
        clock.now,
    )
    assert live.bars(VIX, Interval.DAY).state is State.FINAL
    looking_back = live.as_of(datetime(2026, 2, 7, 15, 30, tzinfo=UTC))
    assert looking_back.bars(VIX, Interval.DAY).state is State.DISPUTED


def test_the_real_jumps_of_the_vix_are_final_while_fred_has_nothing_for_the_day():
    """8 August 2011 and 24 June 2016."""
    for closes in ([31.66, 32.0, 48.0], [17.25, 17.3, 25.76]):
        late = vix(*closes[:2], source="fred", last=date(2026, 2, 5))
        bars = chain(yahoo=vix(*closes), fred=late)
        assert (bars.state, bars.last, bars.provenance.notes) == (State.FINAL, closes[-1], ())


def test_a_failing_provider_hands_over_to_the_next():
    bars = chain(BITCOIN, kraken=Refused(BITCOIN, "kraken"), coinbase=btc(70, 71, 72, source="coinbase"))
    assert bars.provenance.source == "coinbase"


def test_the_first_providers_reason_is_told_when_none_answers():
    with pytest.raises(Refused) as caught:
        chain(BITCOIN, kraken=Refused(BITCOIN, "kraken"), coinbase=Unreachable(BITCOIN, "coinbase"))
    assert caught.value.source == "kraken"


def test_what_the_recording_holds_comes_beside_the_reason_and_is_no_answer():
    recording = Scripted(btc(9, 9.1, 9.2, source="Binance"))
    with pytest.raises(Unreachable) as caught:
        chain(BITCOIN, last_resort=recording, kraken=Unreachable(BITCOIN, "kraken"))
    assert caught.value.recorded.provenance.source == "Binance"


def test_a_replay_is_answered_from_the_recording_up_to_where_it_reaches():
    recording = Scripted(btc(9, 9.1, 9.2, source="Binance"))
    providers = {"kraken": Scripted(Unreachable(BITCOIN, "kraken"))}
    live = Chain(providers, MONDAY.now, recording)
    inside = live.as_of(datetime(2026, 2, 9, 0, 30, tzinfo=UTC))
    assert inside.bars(BITCOIN, Interval.DAY).provenance.source == "Binance"
    with pytest.raises(Unreachable) as caught:
        live.as_of(datetime(2026, 2, 12, tzinfo=UTC)).bars(BITCOIN, Interval.DAY)
    assert caught.value.recorded.last == 9.2
    assert caught.value.recorded.provenance.stale_because is None


def test_where_the_recording_has_nothing_either_the_provider_is_to_blame():
    recording = Scripted(NoData(BITCOIN, "the recording"))
    with pytest.raises(Unreachable):
        chain(BITCOIN, last_resort=recording, kraken=Unreachable(BITCOIN, "kraken"))


def test_old_bars_hand_over_to_a_provider_with_fresh_ones():
    fresh = btc(70, 71, 72)
    old = replace(fresh, provenance=replace(fresh.provenance, stale_because="kraken did not answer"))
    bars = chain(BITCOIN, kraken=old, coinbase=btc(70, 71, 72, source="coinbase"))
    assert (bars.provenance.source, bars.state) == ("coinbase", State.FINAL)


def test_a_provider_that_is_late_for_a_bar_hands_over_to_one_that_has_it():
    late = vix(20, 21, last=date(2026, 2, 5))
    bars = chain(yahoo=late, fred=vix(20, 21, 17.76, source="fred"))
    assert (bars.provenance.source, bars.last) == ("fred", 17.76)


def test_where_all_are_late_the_newest_is_shown_and_says_so():
    bars = chain(yahoo=vix(20, 21, last=date(2026, 2, 5)), fred=vix(20, source="fred", last=date(2026, 2, 4)))
    assert bars.provenance.source == "yahoo"
    assert bars.provenance.stale_because == "Yahoo Finance has nothing after 2026-02-05"


def test_a_close_is_not_due_before_its_provider_had_time_to_publish_it():
    clock = Clock(datetime(2026, 2, 9, 22, 30, tzinfo=UTC))
    assert chain(clock=clock, yahoo=vix(20, 21, 22)).state is State.FINAL
    clock.pass_by(3600)
    assert chain(clock=clock, yahoo=vix(20, 21, 22)).state is State.STALE


def test_a_source_that_publishes_a_day_late_is_not_late_for_that_day():
    thursday = make_bars(YIELD, [4.2, 4.21], last=date(2026, 2, 5), source="fred")
    assert chain(YIELD, fred=thursday).state is State.FINAL
    wednesday = make_bars(YIELD, [4.2, 4.21], last=date(2026, 2, 4), source="fred")
    assert chain(YIELD, fred=wednesday).state is State.STALE


def test_a_source_that_publishes_a_week_at_a_time_is_not_late_within_the_week():
    dollar = catalogue.load()["BROAD_DOLLAR"]
    friday = Clock(datetime(2026, 2, 13, 22, 30, tzinfo=UTC))
    week = make_bars(dollar, [119.9, 119.8], last=date(2026, 2, 6), source="fred")
    assert chain(dollar, friday, fred=week).state is State.FINAL
    before = make_bars(dollar, [119.9, 119.8], last=date(2026, 1, 30), source="fred")
    assert chain(dollar, friday, fred=before).state is State.STALE


def test_a_weekly_gauge_is_not_called_late_every_day():
    stress = catalogue.load()["STLFSI"]
    wednesday = Clock(datetime(2026, 2, 11, 22, 30, tzinfo=UTC))
    every_day = make_bars(
        stress, [-0.7, -0.69, -0.68, -0.67, -0.66, -0.66], last=date(2026, 1, 30), source="fred"
    )
    fridays = replace(every_day, frame=every_day.frame.iloc[[0, -1]])
    assert chain(stress, wednesday, fred=fridays).state is State.FINAL
    friday = Clock(datetime(2026, 2, 13, 22, 30, tzinfo=UTC))
    assert chain(stress, friday, fred=fridays).state is State.STALE


def test_a_yield_is_due_once_the_fed_has_had_time_to_print_it():
    wednesday = make_bars(YIELD, [4.2, 4.21], last=date(2026, 2, 4), source="fred")
    friday_night = datetime(2026, 2, 6, 21, 15, tzinfo=UTC)
    before, after = (Clock(friday_night + timedelta(hours=hours)) for hours in (1, 5))
    assert chain(YIELD, before, fred=wednesday).state is State.FINAL
    assert chain(YIELD, after, fred=wednesday).state is State.STALE


def test_a_day_on_which_the_fed_does_not_work_has_no_yield_to_wait_for():
    friday = make_bars(YIELD, [4.2, 4.21], last=date(2025, 10, 9), source="fred")
    columbus_day, tuesday = (datetime(2025, 10, day, 23, 0, tzinfo=UTC) for day in (13, 14))
    assert chain(YIELD, Clock(columbus_day), fred=friday).state is State.FINAL
    assert chain(YIELD, Clock(tuesday + timedelta(hours=3)), fred=friday).state is State.STALE


def test_what_is_called_late_is_what_its_own_provider_owes():
    wednesday = make_bars(YIELD, [4.2, 4.21], last=date(2026, 2, 4), source="yahoo")
    assert chain(YIELD, Clock(datetime(2026, 2, 5, 23, 30, tzinfo=UTC)), yahoo=wednesday).state is State.STALE


def test_an_index_of_mood_that_stands_still_is_late_after_some_days():
    monday = make_bars(MOOD, [40, 41], last=SUNDAY, source="alternative_me")
    assert chain(MOOD, alternative_me=monday).state is State.FINAL
    old = make_bars(MOOD, [40, 41], last=date(2025, 2, 8), source="alternative_me")
    assert chain(MOOD, alternative_me=old).state is State.STALE


def test_a_coin_is_due_every_day_of_the_week():
    assert chain(BITCOIN, kraken=btc(70, 71, 72)).state is State.FINAL
    assert chain(BITCOIN, kraken=btc(70, 71, 72, last=date(2026, 2, 7))).state is State.STALE


def test_tether_prices_are_no_second_opinion_on_dollar_prices():
    bars = chain(
        BITCOIN,
        kraken=btc(70, 71, 72),
        okx=btc(60, 61, 62, source="okx", symbol="BTC/USDT"),
        yahoo=btc(70, 71, 72, source="yahoo", symbol="BTC-USD"),
    )
    assert bars.provenance.second.source == "yahoo"


def test_a_provider_in_other_money_is_not_even_asked_for_an_opinion():
    tether = Scripted(btc(60, 61, 62, source="okx", symbol="BTC/USDT"))
    chain(BITCOIN, kraken=btc(70, 71, 72), okx=tether)
    assert tether.calls == 0


def test_a_hundredfold_price_is_set_aside_and_the_close_of_a_second_source_takes_its_place():
    wrong = btc(70_000, 70_500, 7_100_000)
    alone = chain(BITCOIN, kraken=wrong)
    assert (alone.last, alone.state) == (70_500, State.STALE)
    filled = chain(BITCOIN, kraken=wrong, coinbase=btc(70_000, 70_500, 71_000, source="coinbase"))
    assert (filled.last, filled.state) == (71_000, State.FINAL)
    assert [each.source for each in filled.provenance.filled] == ["coinbase"]


def test_an_instrument_without_a_configured_provider_is_missing():
    with pytest.raises(NoData):
        chain(NASDAQ)


class Slow(Scripted):
    """A provider that never answers in time."""

    def __init__(self, name):
        super().__init__(Pending(VIX, name))
        self.given = []

    def within(self, instrument, interval, seconds):
        self.given.append(seconds)
        return self.bars(instrument, interval)


def test_a_page_waits_for_nothing_once_and_then_not_for_half_a_minute():
    clock = Clock()

    def silence():
        clock.pass_by(3)
        raise Pending(VIX, "yahoo")

    yahoo, fred = Slow("yahoo"), Slow("fred")
    yahoo.answers = [silence, Pending(VIX, "yahoo")]
    page = Chain({"yahoo": yahoo, "fred": fred}, clock.now, patience=3, timer=clock.seconds)
    for _ in range(3):
        with pytest.raises(Pending):
            page.bars(VIX, Interval.DAY)
    clock.pass_by(31)
    with pytest.raises(Pending):
        page.bars(VIX, Interval.DAY)
    assert yahoo.given == [3, 0, 0, 3]
    assert fred.given == [0, 0, 0, 3]


def test_what_one_provider_took_of_the_patience_the_next_does_not_get():
    clock = Clock()

    def give_up():
        clock.pass_by(2.5)
        raise Unreachable(VIX, "yahoo")

    late, fred = Slow("yahoo"), Slow("fred")
    late.answers = [give_up]
    with pytest.raises(Unreachable):
        Chain({"yahoo": late, "fred": fred}, clock.now, timer=clock.seconds).bars(VIX, Interval.DAY)
    assert fred.given == [0.5]


def test_the_same_two_answers_are_checked_once():
    live = Chain({"yahoo": Scripted(vix(20, 21, 22)), "fred": Scripted(vix(20, 21, 22))}, MONDAY.now)
    assert live.bars(VIX, Interval.DAY) is live.bars(VIX, Interval.DAY)


def test_start_asks_only_the_first_provider_and_waits_for_nothing():
    yahoo, fred = Slow("yahoo"), Slow("fred")
    Chain({"yahoo": yahoo, "fred": fred}, MONDAY.now).start(VIX, Interval.DAY)
    assert (yahoo.given, fred.given) == ([0], [])
