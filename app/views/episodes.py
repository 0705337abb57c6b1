"""Today laid over past falls, aligned on their peaks, and the tests of a durable rebound."""

from app.present import episodes, rebound, stress
from app.services import known
from app.session import here
from app.widgets import card, choose_key, explain, is_phone, show, show_note, show_title

DEPTHS = {"IXIC": 0.05, "GSPC": 0.05, "BTC": 0.10}
TESTED = (*stress.SERIES, "GLD", "BTC_ETF_FLOW", "XLK", "XLP", "XLU", "XLV")

phone = is_phone()
batch = here().many(known().pick(*TESTED))
everything, named = tuple(batch), known().episodes
boards = rebound.boards(everything)

show_title(*rebound.story(boards))
explain(batch)

worth = "Published tests with their thresholds, frozen; most bounces fail, whatever the tests say"
with card("boards", "The rebound, test by test", worth, "rebound_score"):
    show("rates", rebound.rates_table(boards))
    show_note("The lows", rebound.say_lows(boards))
    show("boards", rebound.board_table(boards))

key = choose_key(tuple(DEPTHS))
found = episodes.falls_of(key, everything, named, DEPTHS[key])
with card("overlay", "Falls laid over each other", "From each peak; the newest in amber", "fall_depth"):
    show("overlay", episodes.falls_overlay(key, everything, named, DEPTHS[key], phone))
with card("falls", "The falls", "Found by rule, and named ones the loaded history holds", "fall_depth"):
    show("falls", episodes.falls_table(found, batch.get(key)))
    show_note("What followed past falls", episodes.say_sequels(found))
    show_note("Named falls", episodes.say_missing(found))
