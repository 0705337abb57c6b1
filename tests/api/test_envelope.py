"""How numbers and times are written in JSON."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from math import inf, nan

import numpy as np

from api.envelope import plain, write_envelope, write_provenance, write_time
from market.bars import Provenance, SecondOpinion
from market.readings import Result, envelope, missing
from tests.api.service import NOW, daily


def test_a_time_is_written_in_utc_to_the_second() -> None:
    assert write_time(datetime(2026, 2, 5, 21, 0, 0, 999, tzinfo=UTC)) == "2026-02-05T21:00:00Z"
    assert (
        write_time(datetime(2026, 2, 5, 16, 0, tzinfo=timezone(-timedelta(hours=5))))
        == "2026-02-05T21:00:00Z"
    )
    assert write_time(None) is None


def test_what_is_not_a_finite_number_is_null() -> None:
    assert plain({"a": [nan, inf, -inf, 1.5], "b": (np.float64("nan"), np.float64(0.1))}) == {
        "a": [None, None, None, 1.5],
        "b": [None, 0.1],
    }
    assert plain([NOW, date(2026, 2, 5), None, True, "x", 3]) == [
        "2026-02-06T18:00:00Z",
        "2026-02-05",
        None,
        True,
        "x",
        3,
    ]


def test_an_envelope_keeps_every_digit() -> None:
    number = envelope(
        Result(-1.589158150902581, n=2, as_of=NOW), daily("BTC", [2.0, 1.0]), "percent", "change_1d"
    )
    assert write_envelope(number) == {
        "value": -1.589158150902581,
        "unit": "percent",
        "as_of": "2026-02-06T18:00:00Z",
        "fetched_at": "2026-02-06T17:58:00Z",
        "source": "shop",
        "state": "final",
        "sampling": "close@00:00 UTC",
        "formula": "change_1d",
        "n": 2,
    }


def test_interval_flags_and_inputs_stand_where_there_are_any() -> None:
    result = Result(0.5, n=60, low=0.2, high=0.7, flags=("async_3h",))
    written = write_envelope(envelope(result, daily("BTC", [1.0]), "", "correlation", window=60))
    assert (written["low"], written["high"]) == (0.2, 0.7)
    assert written["flags"] == ["async_3h"]
    assert written["inputs"] == {"window": 60}


def test_a_number_tells_what_a_second_source_says_of_its_close() -> None:
    bars = daily("BTC", [2.0, 1.0])
    assert "second_opinion" not in write_envelope(envelope(Result(1.0), bars, "USD", "last"))
    checked = replace(bars.provenance, second=SecondOpinion("Kraken", 1.01, NOW, 0.01))
    written = write_envelope(envelope(Result(1.0), replace(bars, provenance=checked), "USD", "last"))
    assert written["second_opinion"] == {
        "source": "Kraken",
        "value": 1.01,
        "as_of": "2026-02-06T18:00:00Z",
        "difference_pct": 1.0,
    }


def test_a_missing_number_says_why() -> None:
    written = write_envelope(missing("percent", "ytd", "History starts within the year."))
    assert (written["value"], written["state"], written["why"]) == (
        None,
        "missing",
        "History starts within the year.",
    )


def test_provenance_tells_what_a_second_source_says() -> None:
    second = SecondOpinion("other", 101.0, NOW, 0.01)
    came = Provenance(
        "shop", "BTC-USD", NOW, "close@00:00 UTC", delay_minutes=15, second=second, disputed=True
    )
    written = write_provenance(daily("BTC", [100.0], came))
    assert (written["state"], written["delay_minutes"], written["symbol"]) == ("disputed", 15, "BTC-USD")
    assert written["second_opinion"] == {
        "source": "other",
        "value": 101.0,
        "as_of": "2026-02-06T18:00:00Z",
        "difference_pct": 1.0,
    }
