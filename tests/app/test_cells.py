"""Every figure in a table, a tile, an event or a score opens, but for the few that are not measured."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from data_sources.settings import SHIPPED_RECORDING
from tests.app.conftest import Play
from tests.app.opening import TALKING, open_page

PAGES = (*TALKING, "levels", "episodes")
MOMENTS = ("2026-02-07T15:30Z", "2026-02-05")
DAY = r"\d{1,2} [A-Z][a-z]{2} \d{4}"
PLAIN_CELLS = {
    f"{DAY}(, so far)?": "a day",
    f"since {DAY}": "the day a state began",
    f"[a-z]+, {DAY}": "an event in a word, and its day",
    f"(above|below) since( at least)? {DAY}(, the first since .*)?": "a side of a mean, and its days",
}
PLAIN_COLUMNS = {
    ("Rebound tests", "Passes if"): "the threshold of a published test, which Methods cites",
    ("Rebound tests", "What it has been worth"): "figures of a study, which Methods cites",
    ("Levels found", "What it is"): "the reason for a level in words: its convention and its days",
}
PLAIN_ROWS = {("Biography", "Why it is a level"): "the words of whoever set the level"}


@dataclass(frozen=True)
class Cell:
    """One cell with a digit that does not open, and where it stands."""

    view: str
    caption: str
    row: str
    head: str
    text: str

    @property
    def patterns(self) -> set[str]:
        return {pattern for pattern in PLAIN_CELLS if re.fullmatch(pattern, self.text)}

    @property
    def place(self) -> set[tuple[str, str]]:
        return {(self.caption, self.head), (self.caption, self.row)} & {*PLAIN_COLUMNS, *PLAIN_ROWS}


@pytest.fixture(scope="module", autouse=True)
def recording(play: Play) -> None:
    play(SHIPPED_RECORDING)


@pytest.fixture(scope="module")
def closed() -> list[Cell]:
    """Every cell with a digit that does not open, on all pages and at both moments.

    What a row is about stands in its first cell and is not measured: an index, a window, a rank, a supposed
    move.
    """
    return [cell for view in PAGES for asof in MOMENTS for cell in closed_cells(view, asof)]


def closed_cells(view: str, asof: str) -> Iterator[Cell]:
    for table in blocks(view, asof, "mk-table"):
        caption = words(table.find("caption"))
        heads = [words(head) for head in table.findall("thead/tr/*")]
        for row in table.findall("tbody/tr"):
            name, *cells = list(row)
            for place, cell in enumerate(cells, 1):
                if re.search(r"\d", words(cell)) and not opens(cell):
                    head = heads[place] if heads else ""
                    yield Cell(view, caption, words(name), head, words(cell))


def blocks(view: str, asof: str, class_: str) -> list[Element]:
    """Every element of a class on a page."""
    return [each for each in tree(view, asof).iter() if class_ in (each.get("class") or "").split()]


@cache
def tree(view: str, asof: str) -> Element:
    """All blocks of a page, which is opened once."""
    return ElementTree.fromstring(f"<main>{''.join(open_page(view, asof=asof).blocks)}</main>")


def opens(element: Element) -> bool:
    return any(each.get("data-formula") for each in element.iter())


def words(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())


def test_every_figure_in_a_table_opens(closed: list[Cell]) -> None:
    assert [cell for cell in closed if not cell.patterns and not cell.place] == []


def test_every_exception_is_needed(closed: list[Cell]) -> None:
    used = {each for cell in closed for each in (*cell.patterns, *cell.place)}
    assert used == {*PLAIN_CELLS, *PLAIN_COLUMNS, *PLAIN_ROWS}


@pytest.mark.parametrize("asof", MOMENTS)
@pytest.mark.parametrize("view", TALKING)
def test_every_line_of_a_tile_opens(view: str, asof: str) -> None:
    for tile in blocks(view, asof, "mk-tile"):
        for line in ("mk-tile-row", "mk-tile-change", "mk-tile-about"):
            [found] = [each for each in tile.iter() if each.get("class", "").split()[:1] == [line]]
            assert opens(found) or not re.search(r"\d", words(found)), words(tile)


@pytest.mark.parametrize("asof", MOMENTS)
@pytest.mark.parametrize("view", ["overview", "levels"])
def test_the_price_of_every_event_opens(view: str, asof: str) -> None:
    [listed] = blocks(view, asof, "mk-events")
    assert len(listed)
    assert all(opens(each) for each in listed)


@pytest.mark.parametrize(
    ("asof", "opened"), [(MOMENTS[0], ["last"]), (MOMENTS[1], ["last", "distance_from_level"])]
)
def test_the_headline_of_the_levels_opens(asof: str, opened: list[str]) -> None:
    [title] = blocks("levels", asof, "mk-h1")
    assert [each.get("data-formula") for each in title.iter() if opens(each) and each.get("role")] == opened


@pytest.mark.parametrize("view", ["overview", "macro"])
def test_the_scores_of_earlier_sessions_open(view: str) -> None:
    [score] = blocks(view, MOMENTS[0], "mk-score-words")
    opened = [each.get("data-subject") for each in score if each.get("data-formula") == "stress_past"]
    assert len(opened) == len(set(opened)) == 2
