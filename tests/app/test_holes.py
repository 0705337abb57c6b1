"""Every page on a recording of which closes are missing: it stands, says which, and never calls it today."""

from pathlib import Path

import pytest

from tests.app.conftest import Play
from tests.app.opening import PAGES, TALKING, copied, open_page, stands

THIS_WEEK = {
    ("2026-02-04T21:00Z", "IXIC"),
    ("2026-02-04T21:00Z", "VIX"),
    ("2026-02-05T00:00Z", "BTC"),
}


def less(folder: Path, gone: set[tuple[str, str]]) -> Path:
    """The recording in ``folder`` without the rows of these instants and keys."""
    for path in folder.glob("*.csv"):
        head, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [row for row in rows if tuple(row.split(",")[:2]) not in gone]
        path.write_text("".join([head, *kept]), encoding="utf-8")
    return folder


def every_fifth(folder: Path) -> Path:
    """The recording in ``folder`` without every fifth row of each series, its ends excepted."""
    for path in folder.glob("*.csv"):
        head, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [row for place, row in enumerate(rows) if place % 5]
        path.write_text("".join([head, *kept]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def holed(play: Play, tmp_path_factory: pytest.TempPathFactory) -> None:
    play(less(copied(tmp_path_factory.mktemp("holed") / "rout"), THIS_WEEK))


@pytest.mark.usefixtures("holed")
@pytest.mark.parametrize("view", PAGES)
@pytest.mark.parametrize("asof", ["2026-02-05", ""])
def test_a_page_stands_on_missing_closes(view: str, asof: str) -> None:
    assert stands(open_page(view, asof=asof))


@pytest.mark.usefixtures("holed")
@pytest.mark.parametrize("view", TALKING)
def test_a_page_says_which_closes_are_missing_and_why(view: str) -> None:
    told = [note for note in open_page(view, asof="2026-02-05").notes if note.startswith("Some closes")]
    assert len(told) == 1
    assert "no close of 4 Feb 2026 (" in told[0]


@pytest.mark.usefixtures("holed")
@pytest.mark.parametrize("view", ["overview", "tech"])
def test_a_headline_is_not_made_over_a_missing_close(view: str) -> None:
    page = open_page(view, asof="2026-02-05")
    for wrong in ("3.1%", "2nd-worst", "4.5%"):
        assert wrong not in f"{page.title} {page.lead}"


@pytest.fixture(scope="module")
def tattered(play: Play, tmp_path_factory: pytest.TempPathFactory) -> None:
    play(every_fifth(copied(tmp_path_factory.mktemp("tattered") / "rout")))


@pytest.mark.usefixtures("tattered")
@pytest.mark.parametrize("view", PAGES)
@pytest.mark.parametrize("asof", ["2026-02-05", "2025-04-08"])
def test_a_page_stands_where_a_fifth_of_all_rows_is_gone(view: str, asof: str) -> None:
    assert stands(open_page(view, asof=asof))


@pytest.mark.usefixtures("holed")
def test_sources_names_every_missing_close_with_its_reason() -> None:
    told = " ".join(open_page("sources", asof="2026-02-05").blocks)
    for row in ("Nasdaq Composite", "4 Feb 2026", "missing: Nasdaq has no close of that day"):
        assert row in told
    assert "missing: ICE has no close of that day" in told
