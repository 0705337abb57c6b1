"""On a history as long as providers give, pages and JSON make their numbers of the same series."""

import re
from datetime import UTC, date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from data_sources.assembly import process_feed
from market import catalogue
from market.calendars import day_end, session_closes
from market.instruments import Calendar, Instrument
from tests.api.service import ask, client
from tests.app.conftest import Play
from tests.app.opening import Opened, open_page

FIRST, LAST = date(2022, 1, 3), date(2026, 2, 5)
TOLD = """title = "Four years that never were"
moment = 2026-02-06T00:00:00Z
start = 2022-01-03T00:00:00Z
end = 2026-02-06T00:00:00Z
recorded_at = 2026-02-06T00:00:00Z
publishers = {}

[files."sessions.csv"]
interval = "1d"
sampling = "close@16:00 NY"

[files."utc_days.csv"]
interval = "1d"
sampling = "close@00:00 UTC"
"""


def made_up(instrument: Instrument, instants: pd.DatetimeIndex) -> pd.DataFrame:
    """A walk of its own for each key; amounts of a day lie around zero."""
    chance = np.random.default_rng(sum(instrument.key.encode()))
    steps = chance.standard_normal(len(instants))
    level, swing = (100, 0.003) if instrument.group == "currency" else (20, 0.02)
    values = steps / 100 if instrument.flow else level * np.exp(swing * np.cumsum(steps))
    volume = 1_000 + 100 * np.abs(chance.standard_normal(len(instants)))
    return pd.DataFrame(
        {
            "time": instants.strftime("%Y-%m-%dT%H:%MZ"),
            "key": instrument.key,
            "close": values,
            "volume": volume,
        }
    )


@pytest.fixture(scope="module", autouse=True)
def long_history(play: Play, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder: Path = tmp_path_factory.mktemp("long")
    sessions = pd.DatetimeIndex(session_closes(FIRST, LAST)).tz_convert(UTC)
    days = pd.date_range(day_end(FIRST), day_end(LAST), freq=timedelta(days=1))
    for name, calendar, instants in (
        ("sessions.csv", Calendar.XNYS, sessions),
        ("utc_days.csv", Calendar.ALWAYS, days),
    ):
        every = [made_up(each, instants) for each in catalogue.load() if each.calendar is calendar]
        pd.concat(every).to_csv(folder / name, index=False)
    (folder / "recording.toml").write_text(TOLD, encoding="utf-8")
    play(folder)


def answered(route: str) -> Any:
    return ask(route, asking=client(process_feed()))


def score_on(page: Opened) -> float:
    [value] = re.findall(r'mk-score-value"[^>]* data-value="([^"]+)"', " ".join(page.blocks))
    return float(value)


@pytest.mark.parametrize("view", ["overview", "macro"])
def test_the_stress_score_of_a_page_is_that_of_json(view: str) -> None:
    told = answered("/api/v1/stress")
    assert told["coverage"]["value"] == pytest.approx(100)
    assert score_on(open_page(view)) == told["score"]["value"]


def test_the_rebound_tests_of_the_page_are_those_of_json() -> None:
    page = open_page("episodes")
    for key in ("IXIC", "GSPC", "BTC"):
        told = answered(f"/api/v1/rebound?key={key}")
        volatility = next(test for test in told["tests"] if test["key"] == "rebound_volatility")
        assert "VIX3M" not in (volatility["why"] or "")
        assert f"{told['passed']} of {told['applicable']}" in f"{page.title} {page.lead}"


def test_the_claims_of_the_page_are_those_of_json() -> None:
    page = " ".join(open_page("claims").blocks)
    told = answered("/api/v1/claims")["claims"]
    for verdict in ("holds", "fails", "depends"):
        assert page.count(f">{verdict}</span>") == sum(claim["verdict"] == verdict for claim in told)
