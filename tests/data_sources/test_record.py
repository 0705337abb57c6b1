import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from data_sources.errors import NoData, Unreachable
from data_sources.feed import Feed
from data_sources.record import Recorder
from data_sources.recorded import Recorded, describe
from market import catalogue
from market.bars import State
from market.instruments import GAUGES, Interval
from tests.fakes.prices import BITCOIN, ETF_FLOW, FUNDING, MOOD, NASDAQ, VIX, make_bars

NOW = datetime(2026, 2, 9, 15, 30, tzinfo=UTC)
SUNDAY = date(2026, 2, 8)
EVERY = [VIX, NASDAQ, BITCOIN, MOOD, FUNDING]


class Shelf:
    """A Source of one answer by key and interval; counts what was asked."""

    def __init__(self, *instruments):
        self.answers = {(each.key, Interval.DAY): self.days(each) for each in instruments}
        self.answers["BTC", Interval.HOUR] = make_bars(
            BITCOIN, [5, 6], interval=Interval.HOUR, source="kraken"
        )
        self.asked = []

    def days(self, instrument):
        last = SUNDAY if instrument.calendar == "24/7" else date(2026, 2, 6)
        return make_bars(instrument, [1.5, 2.25, 3], last=last, source="yahoo", in_progress=4.0)

    def bars(self, instrument, interval):
        self.asked.append((instrument.key, interval))
        answer = self.answers.get((instrument.key, interval), NoData(instrument, "everyone"))
        if isinstance(answer, BaseException):
            raise answer
        return answer


def recorder(shelf, folder, instruments=EVERY, naps=None):
    sleep = (lambda _: None) if naps is None else naps.append
    return Recorder(shelf, instruments, folder, lambda: NOW, sleep, io.StringIO())


def test_a_recording_plays_back_what_was_answered(tmp_path):
    shelf = Shelf(*EVERY)
    assert recorder(shelf, tmp_path / "now").record() == []
    about = describe(tmp_path / "now")
    played = Recorded(tmp_path / "now", about)
    for instrument in EVERY:
        bars = played.bars(instrument, Interval.DAY)
        assert bars.close.tolist() == [1.5, 2.25, 3]
        assert bars.frame.index.equals(shelf.answers[instrument.key, Interval.DAY].finished.frame.index)
        assert bars.provenance.source == "Yahoo Finance"
    hours = played.bars(BITCOIN, Interval.HOUR)
    assert (hours.close.tolist(), hours.provenance.source) == ([5, 6], "Kraken")
    assert about.moment == about.end == datetime(2026, 2, 9, tzinfo=UTC)
    assert played.problems == ()


def test_a_close_of_which_a_second_source_says_otherwise_is_disputed_when_it_is_played(tmp_path):
    """Yahoo's VIX of 6 February 2026, which Cboe has at 17.76."""
    yahoo = make_bars(VIX, [18.64, 21.77, 20.37, 18.0], last=date(2026, 2, 9), source="yahoo")
    fred = make_bars(VIX, [18.64, 21.77, 17.76, 18.0], last=date(2026, 2, 9), source="fred")
    shelf = Shelf(NASDAQ, VIX)
    shelf.answers["VIX", Interval.DAY] = yahoo
    second = {"VIX": fred}
    made = Recorder(
        shelf,
        [VIX, NASDAQ],
        tmp_path / "now",
        lambda: NOW,
        lambda _: None,
        io.StringIO(),
        lambda bars: second.get(bars.key),
    )
    assert made.record() == []
    played = Recorded(tmp_path / "now", describe(tmp_path / "now"))
    assert played.problems == ()
    friday = Feed(played, catalogue.load()).as_of(datetime(2026, 2, 7, 15, 30, tzinfo=UTC))
    vix = friday.bars("VIX")
    assert (vix.last, vix.state) == (20.37, State.DISPUTED)
    assert (vix.provenance.second.source, vix.provenance.second.value) == ("FRED", 17.76)
    assert vix is friday.bars("VIX")
    assert friday.bars("IXIC").state is State.RECORDED
    thursday = Feed(played, catalogue.load()).as_of(datetime(2026, 2, 5, 22, 30, tzinfo=UTC))
    assert thursday.bars("VIX").state is State.RECORDED


def test_a_file_of_second_opinions_that_cannot_be_read_is_told_and_stops_nothing(tmp_path):
    recorder(Shelf(*EVERY), tmp_path / "now").record()
    (tmp_path / "now" / "second_opinions.csv").write_text("nonsense")
    played = Recorded(tmp_path / "now", describe(tmp_path / "now"))
    assert len(played.problems) == 1
    assert played.as_of(NOW).bars(VIX, Interval.DAY).last == 3


def test_it_is_laid_out_like_the_shipped_recording(tmp_path):
    recorder(Shelf(*EVERY), tmp_path / "now").record()
    names = sorted(path.name for path in (tmp_path / "now").iterdir())
    assert names == ["hours.csv", "readings.csv", "recording.toml", "sessions.csv", "utc_days.csv"]
    assert (tmp_path / "now" / "readings.csv").read_text().startswith("time,key,value\n")
    assert (tmp_path / "now" / "sessions.csv").read_text().startswith("time,key,close\n2026-02-04T21:00Z,")


def test_it_is_complete_or_not_there(tmp_path):
    shelf, naps = Shelf(*EVERY), []
    shelf.answers["VIX", Interval.DAY] = Unreachable(VIX, "yahoo")
    [missing] = recorder(shelf, tmp_path / "now", naps=naps).record()
    assert missing.instrument is VIX
    assert not (tmp_path / "now").exists()
    assert naps == [30, 30]


def test_a_run_that_was_stopped_goes_on_from_what_it_had(tmp_path):
    shelf = Shelf(*EVERY)
    good = shelf.answers["VIX", Interval.DAY]
    shelf.answers["VIX", Interval.DAY] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        recorder(shelf, tmp_path / "now", instruments=[NASDAQ, VIX, BITCOIN]).record()
    shelf.asked.clear()
    shelf.answers["VIX", Interval.DAY] = good
    assert recorder(shelf, tmp_path / "now", instruments=[NASDAQ, VIX, BITCOIN]).record() == []
    assert ("IXIC", Interval.DAY) not in shelf.asked
    assert sorted(path.name for path in tmp_path.iterdir()) == ["now"]


def test_a_later_pass_asks_only_for_what_is_missing(tmp_path):
    shelf = Shelf(*EVERY)
    good = shelf.answers["VIX", Interval.DAY]
    shelf.answers["VIX", Interval.DAY] = Unreachable(VIX, "yahoo")

    def heal(_):
        shelf.asked.clear()
        shelf.answers["VIX", Interval.DAY] = good

    assert Recorder(shelf, EVERY, tmp_path / "now", lambda: NOW, heal, io.StringIO()).record() == []
    assert [key for key, interval in shelf.asked if interval is Interval.DAY] == ["VIX"]


def test_fund_flows_have_no_history_and_do_not_hold_up_a_recording(tmp_path):
    shelf = Shelf(VIX)
    shelf.answers["BTC_ETF_FLOW", Interval.DAY] = NoData(ETF_FLOW, "btcetfdata")
    assert recorder(shelf, tmp_path / "now", instruments=[VIX, ETF_FLOW]).record() == []


def test_official_gauges_are_recorded_where_they_answer_and_hold_up_nothing(tmp_path):
    gauges = catalogue.load().group(GAUGES)
    shelf = Shelf(VIX, *gauges[:3])
    assert recorder(shelf, tmp_path / "now", instruments=[VIX, *gauges]).record() == []
    played = Recorded(tmp_path / "now", describe(tmp_path / "now"))
    assert [played.bars(each, Interval.DAY).last for each in gauges[:3]] == [3, 3, 3]
    with pytest.raises(NoData):
        played.bars(gauges[3], Interval.DAY)


def test_a_folder_that_is_there_is_not_written_over(tmp_path):
    (tmp_path / "now").mkdir()
    with pytest.raises(FileExistsError):
        recorder(Shelf(VIX), tmp_path / "now").record()


def test_progress_is_visible(tmp_path):
    screen = io.StringIO()
    Recorder(Shelf(VIX), [VIX], tmp_path / "now", lambda: NOW, lambda _: None, screen).record()
    assert "[###############...............] 1/2 VIX 1d" in screen.getvalue()
    assert "[##############################] 2/2 VIX 1h" in screen.getvalue()


def test_old_days_are_left_out(tmp_path):
    shelf = Shelf()
    shelf.answers["VIX", Interval.DAY] = replace(make_bars(VIX, [1.0 + n / 100 for n in range(1000)]))
    recorder(shelf, tmp_path / "now", instruments=[VIX]).record()
    played = Recorded(tmp_path / "now", describe(tmp_path / "now")).bars(VIX, Interval.DAY)
    assert 740 < len(played) < 760


def test_total_returns_have_a_file_of_their_own_and_no_hours(tmp_path):
    fund, total = catalogue.load()["HYG"], catalogue.load()["HYG_TR"]
    shelf = Shelf(fund, total)
    assert recorder(shelf, tmp_path / "now", instruments=[fund, total]).record() == []
    assert (
        (tmp_path / "now" / "total_returns.csv")
        .read_text()
        .startswith("time,key,close\n2026-02-04T21:00Z,HYG_TR")
    )
    played = Recorded(tmp_path / "now", describe(tmp_path / "now"))
    assert "adjusted for dividends" in played.bars(total, Interval.DAY).provenance.sampling
    assert "adjusted" not in played.bars(fund, Interval.DAY).provenance.sampling


def test_prices_stand_in_for_total_returns_that_cannot_be_had(tmp_path):
    fund, total = catalogue.load()["HYG"], catalogue.load()["HYG_TR"]
    shelf = Shelf(fund)
    shelf.answers["HYG_TR", Interval.DAY] = NoData(total, "yahoo_adjusted")
    assert recorder(shelf, tmp_path / "now", instruments=[fund, total]).record() == []
