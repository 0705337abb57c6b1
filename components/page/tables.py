"""Tables: figures right-aligned, a caption for those who listen, fewer columns on a phone."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from components.page.html import Html, block, classes, div, element, join, link, span
from components.page.numbers import Shown, number_html
from components.page.sparkline import sparkline


class Align(StrEnum):
    """How a column stands: figures right, names left, sentences left and allowed to break."""

    FIGURES = ""
    TEXT = "mk-text"
    PROSE = "mk-text mk-wrap"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head; a ``wide`` one is left out on a phone, ``strong`` is bold, ``grey`` muted.

    ``share`` is its part of the width in percent, for tables whose columns stand below each other; 0 leaves
    it to the browser.
    """

    name: str
    align: Align = Align.FIGURES
    wide: bool = False
    strong: bool = False
    grey: bool = False
    share: int = 0

    @property
    def class_(self) -> str:
        """The classes its cells carry."""
        return classes(
            self.align.value,
            "mk-wide" if self.wide else None,
            "mk-strong" if self.strong else None,
            "mk-grey" if self.grey else None,
        )


def rows(
    caption: str,
    columns: Sequence[Column],
    cells: Sequence[Sequence[Shown]],
    current: int | None = None,
    anchors: Sequence[str] = (),
) -> Html:
    """A plain table; the row numbered ``current`` is bold, and ``anchors`` are where links to a row lead."""
    body = [
        table_row(
            columns,
            [number_html(cell) for cell in row],
            "mk-now" if place == current else "",
            anchors[place] if anchors else None,
        )
        for place, row in enumerate(cells)
    ]
    return block(table_of(caption, columns, body))


@dataclass(frozen=True, slots=True)
class WatchRow:
    """One market of the watch list; ``when`` is the day that its price and its change belong to."""

    name: str
    when: str
    last: Shown
    day: Shown
    week: Shown
    from_high: Shown
    year: Shown
    trail: Sequence[float] = ()
    href: str | None = None


WATCH_COLUMNS = (
    Column("Market", Align.TEXT),
    Column("Last", strong=True),
    Column("1 day"),
    Column("1 week", wide=True),
    Column("From high", grey=True),
    Column("Since 1 Jan", wide=True),
)


def watch_table(caption: str, groups: Sequence[tuple[str, Sequence[WatchRow]]], trail: str = "90 d") -> Html:
    """The watch list, in groups with a heading; a phone keeps five columns."""
    columns = (*WATCH_COLUMNS, Column(trail))
    body: list[Html] = []
    for name, members in groups:
        body.append(_group(name, len(columns)))
        body += [_watched(columns, member) for member in members]
    return block(table_of(caption, columns, body))


@dataclass(frozen=True, slots=True)
class RankRow:
    """One line of a ranking: ``share`` of the longest bar from 0 to 1, then its figures."""

    name: str
    share: float
    figures: Sequence[Shown]
    current: bool = False


def rank_table(caption: str, heads: Sequence[str], ranking: Sequence[RankRow]) -> Html:
    """A ranking with a bar in each row; ``heads`` name the first column and the figures."""
    columns = (Column(heads[0], Align.TEXT), Column(""), *(Column(head) for head in heads[1:]))
    body = [_ranked(columns, row) for row in ranking]
    return block(table_of(caption, columns, body))


def _ranked(columns: Sequence[Column], row: RankRow) -> Html:
    width = f"width:{100 * min(1.0, max(0.0, row.share)):.1f}%"
    bar = element("i", class_="mk-fill", style=width, aria_hidden="true")
    cells = [
        element("th", row.name, scope="row", class_=columns[0].class_),
        element("td", bar, class_="mk-bar"),
    ]
    cells += [element("td", number_html(figure)) for figure in row.figures]
    return element("tr", *cells, class_="mk-now" if row.current else "")


def _watched(columns: Sequence[Column], row: WatchRow) -> Html:
    figures = (row.last, row.day, row.week, row.from_high, row.year)
    name = link(row.name, row.href) if row.href else row.name
    cells = [element("th", name, span("mk-day", f" {row.when}"), scope="row", class_=columns[0].class_)]
    cells += [
        element("td", number_html(figure), class_=column.class_)
        for column, figure in zip(columns[1:-1], figures, strict=True)
    ]
    cells.append(element("td", sparkline(row.trail, width=64, height=22), class_="mk-line"))
    return element("tr", *cells)


def _group(name: str, width: int) -> Html:
    return element("tr", element("th", name, colspan=str(width), scope="colgroup"), class_="mk-group")


def table_row(
    columns: Sequence[Column], cells: Sequence[Html], class_: str = "", anchor: str | None = None
) -> Html:
    first, *others = cells
    head = element("th", first, scope="row", class_=columns[0].class_)
    rest = [
        element("td", cell, class_=column.class_) for column, cell in zip(columns[1:], others, strict=True)
    ]
    return element("tr", head, *rest, class_=class_, id=anchor)


def _heads(columns: Sequence[Column]) -> Html | None:
    """The heads of the columns; none where none has a name."""
    if not any(column.name for column in columns):
        return None
    return element("thead", element("tr", *(_head(column) for column in columns)))


def _head(column: Column) -> Html:
    """The head of a column; one without a name heads nothing."""
    names = classes(column.align.value, "mk-wide" if column.wide else None)
    if not column.name:
        return element("td", class_=names)
    width = f"width:{column.share}%" if column.share else None
    return element("th", column.name, scope="col", class_=names, style=width)


def table_of(caption: str, columns: Sequence[Column], body: Sequence[Html]) -> Html:
    return div(
        "mk-scroll",
        element(
            "table",
            element("caption", caption),
            _heads(columns),
            element("tbody", join(body)),
            class_="mk-table",
        ),
        tabindex="0",
        role="region",
        aria_label=caption,
    )
