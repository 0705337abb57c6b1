"""Every page, on half a recording, on a broken one and on none: it stands, and says what is missing."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from data_sources.recorded import DESCRIPTION
from tests.app.conftest import Play
from tests.app.opening import PAGES, TALKING, copied, open_page, recorded_keys, stands, without, words

FILES = ("sessions.csv", "utc_days.csv", "hours.csv", "readings.csv")


@pytest.fixture(scope="module", params=[0, 1], ids=["these", "the others"])
def gone(request: pytest.FixtureRequest, play: Play, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every second key, taken out of the recording that plays."""
    gone = set(recorded_keys()[request.param :: 2])
    play(without(copied(tmp_path_factory.mktemp("half") / "rout"), gone))
    return gone


@pytest.mark.parametrize("asof", ["", "2025-01-03"], ids=["where it opens", "on the first days"])
@pytest.mark.parametrize("view", PAGES)
def test_a_page_stands_on_half_the_series(gone: set[str], view: str, asof: str) -> None:
    assert gone
    assert stands(open_page(view, asof=asof))


@pytest.mark.parametrize("view", TALKING)
def test_a_page_says_that_series_are_missing_and_draws_the_rest(gone: set[str], view: str) -> None:
    page = open_page(view)
    [note] = [note for note in page.notes if note.startswith("Some series are missing.")]
    assert gone
    assert "the recording has nothing to show" in note
    assert page.charts


@pytest.fixture(scope="module", params=FILES)
def broken(request: pytest.FixtureRequest, play: Play, tmp_path_factory: pytest.TempPathFactory) -> str:
    """One file that is no text, in the recording that plays."""
    folder = copied(tmp_path_factory.mktemp("broken") / "rout")
    (folder / request.param).write_bytes(bytes(range(256)) * 20)
    play(folder)
    file: str = request.param
    return file


@pytest.mark.parametrize("view", PAGES)
def test_a_page_stands_on_a_broken_file_and_names_it_once(broken: str, view: str) -> None:
    page = open_page(view)
    assert stands(page)
    assert sum(note.startswith(f"The recording’s file {broken} cannot be read: ") for note in page.notes) == 1


@pytest.fixture(scope="module")
def misstamped(play: Play, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every session of the Nasdaq at midnight, a key that nobody knows, and a second file for the VIX."""
    folder = copied(tmp_path_factory.mktemp("stamps") / "rout")
    path = folder / "sessions.csv"
    rows = re.sub(r"(?m)^(\S{10})T\d\d:\d\dZ,IXIC,", r"\1T00:00Z,^IXIC,", path.read_text("utf-8"))
    path.write_text(f"{rows}2026-02-05T21:00Z,VIXX,21.77\n", "utf-8")
    (folder / "more.csv").write_text("time,key,close\n2026-02-05T21:00Z,VIX,20.37\n", "utf-8")
    with (folder / DESCRIPTION).open("a", encoding="utf-8") as lines:
        lines.write('\n[files."more.csv"]\ninterval = "1d"\nsampling = "close@16:00 NY"\n')
    play(folder)


@pytest.mark.usefixtures("misstamped")
@pytest.mark.parametrize("view", PAGES)
def test_a_page_says_which_rows_were_set_aside_and_why(view: str) -> None:
    page = open_page(view)
    assert stands(page)
    notes = [note for note in page.notes if note.startswith("The recording’s file ")]
    assert notes == [
        "The recording’s file sessions.csv has rows of a key that is not in the catalogue: "
        "VIXX (did you mean VIX?).",
        "The recording’s file sessions.csv is not whole: 295 rows set aside (line 2353: its time is no New "
        "York close, which was 21:00Z on 2025-01-02; 293 more, up to line 2646, for the same reason; "
        "line 5268: its time has another close elsewhere, in more.csv line 2).",
        "The recording’s file more.csv is not whole: 1 row set aside "
        "(line 2: its time has another close elsewhere, in sessions.csv line 5268).",
    ]


@pytest.mark.usefixtures("misstamped")
def test_the_sources_page_says_why_a_series_has_nothing_to_show() -> None:
    text = words(" ".join(open_page("sources").blocks))
    assert "the recording holds no row of it that can be used: sessions.csv, line 2353: its time is" in text


def missing(folder: Path) -> None:
    """No folder at all."""


def bare(folder: Path) -> None:
    """A folder with nothing in it."""
    folder.mkdir()


def speechless(folder: Path) -> None:
    """A description that is no text."""
    (copied(folder) / DESCRIPTION).write_bytes(b"\xff\xfe\x00")


def senseless(folder: Path) -> None:
    """A description that says too little."""
    (copied(folder) / DESCRIPTION).write_text('title = "The rout"\nmoment = "yesterday"\n', "utf-8")


def rowless(folder: Path) -> None:
    """Files with headers only."""
    without(copied(folder), set(recorded_keys()))


NOTHINGS = (missing, bare, speechless, senseless, rowless)


@pytest.fixture(scope="module", params=NOTHINGS, ids=lambda make: make.__name__)
def nothing(
    request: pytest.FixtureRequest, play: Play, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Path], None]:
    """A recording without a price, playing."""
    folder = tmp_path_factory.mktemp("nothing") / "rout"
    request.param(folder)
    play(folder)
    make: Callable[[Path], None] = request.param
    return make


@pytest.mark.parametrize("view", PAGES)
def test_a_page_stands_without_a_price_and_says_why(nothing: Callable[[Path], None], view: str) -> None:
    page = open_page(view)
    assert stands(page)
    assert page.charts == 0
    frame = [note for note in page.notes if "recording" in note]
    if nothing is not rowless:
        assert [note for note in frame if "There is no recording" in note or "cannot be opened" in note]
    elif view in TALKING:
        assert frame
