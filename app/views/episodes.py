"""Today laid over past falls, aligned on their peaks, and the tests of a durable rebound."""

from analytics.rebound import ASSETS, SERIES
from app.present import episodes, rebound
from app.services import known
from app.session import here, moment_now
from app.widgets import card, choose_key, explain, is_phone, show, show_note, show_title
from market.fed import december

phone = is_phone()
batch = here().many(known().pick(*ASSETS))
everything, named = tuple(batch), known().episodes
boards = rebound.boards(tuple(here().many([*known().pick(*SERIES), december(moment_now())])))

show_title(*rebound.story(boards))
explain(batch)

worth = "Published tests with their thresholds, frozen; most bounces fail, whatever the tests say"
with card("boards", "The rebound, test by test", worth, "rebound_score"):
    show("rates", rebound.rates_table(boards))
    show_note("The lows", rebound.say_lows(boards))
    show("boards", rebound.board_table(boards))

key = choose_key(ASSETS)
found = episodes.falls_of(key, everything, named)
with card("overlay", "Falls laid over each other", "From each peak; the newest in amber", "fall_depth"):
    show("overlay", episodes.falls_overlay(key, everything, named, phone))
with card("falls", "The falls", "Found by rule, and named ones the loaded history holds", "fall_depth"):
    show("falls", episodes.falls_table(found, batch.get(key)))
    show_note("What followed past falls", episodes.say_sequels(found))
    show("fan", episodes.sequel_fan(key, everything, named, phone))
    show_note("Named falls", episodes.say_missing(found))
