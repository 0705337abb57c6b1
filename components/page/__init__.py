"""The blocks of a page that are not charts: safe HTML from typed values, and their one stylesheet."""

from components.page.cards import (
    Kind,
    Mark,
    Mode,
    Signal,
    age_badge,
    empty,
    facts,
    footer,
    heading,
    headline,
    note,
    provenance,
    status_strip,
)
from components.page.gauge import Part, gauge
from components.page.html import Html, block
from components.page.levels import LevelRow, events, level_strip, level_table
from components.page.numbers import Number, Shown, Tone, changed, priced, shown
from components.page.stylesheet import STYLESHEET
from components.page.tables import Align, Column, RankRow, WatchRow, rank_table, rows, watch_table
from components.page.tiles import Tile, tiles

__all__ = [
    "STYLESHEET",
    "Align",
    "Column",
    "Html",
    "Kind",
    "LevelRow",
    "Mark",
    "Mode",
    "Number",
    "Part",
    "RankRow",
    "Shown",
    "Signal",
    "Tile",
    "Tone",
    "WatchRow",
    "age_badge",
    "block",
    "changed",
    "empty",
    "events",
    "facts",
    "footer",
    "gauge",
    "heading",
    "headline",
    "level_strip",
    "level_table",
    "note",
    "priced",
    "provenance",
    "rank_table",
    "rows",
    "shown",
    "status_strip",
    "tiles",
    "watch_table",
]
