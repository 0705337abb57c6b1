"""Key levels: where price stands to each, what happened there, and who watches while nobody looks."""

import streamlit as st

from app.own_zones import edit_zones
from app.present import levels
from app.receivers import show_targets
from app.services import known
from app.session import here, moment_now, view, watched
from app.watching import show_log, show_rules, show_watcher
from app.widgets import (
    card,
    choose_key,
    choose_level,
    choose_switch,
    controls,
    explain,
    is_phone,
    show,
    show_note,
    show_title,
)

KEYS = ("BTC", "IXIC", "VIX")

moment, phone = moment_now(), is_phone()
head = st.container()
with controls("levels"):
    own = tuple(zone.key for zone in view().zone)
    key = choose_key((*KEYS, *own), usual=own[0] if own else "")
    daily = choose_switch("daily", "Daily closes only")
batch = here().many(known().pick(key))
days, zones = batch.get(key), tuple(watched(key))
hours = None if daily else here().hours(key)
histories = levels.follow(days, hours, zones)

with head:
    show_title(*levels.story(histories, days))
explain(batch)

left, right = st.columns([1, 2])
with left, card("ladder", "The ladder", "Zones as bands, levels as lines, the last price", "zone_state"):
    show("ladder", levels.ladder_chart(days, zones, phone))
with right, card("table", "Where price stands", levels.say_closes(histories), "zone_state"):
    show("table", levels.table(histories, days, hours))
    show("averages", levels.average_rows(days))

chosen = choose_level([each.zone for each in histories], levels.nearest(histories))
history = next((each for each in histories if each.zone == chosen), None)
with card("chart", levels.title_of(history, days), levels.say_span(days, hours), "zone_event"):
    show("chart", levels.touches_chart(days, hours, history, phone))

left, right = st.columns(2)
with left, card("biography", "Biography", "What happened at this level so far", "zone_biography"):
    show("biography", levels.biography_table(days, hours, history))
    show_note("What would change this state", levels.what_would_change(history, days))
with right, card("log", "Events", "Confirmed by closes; wicks and jumps are marked", "zone_event"):
    show("log", levels.event_log(histories, days, hours))
    show("feeds", levels.feed_links(key, history))
with right, card("edit", "Your own levels", "They live in the link; the one you share holds them"):
    edit_zones(key)

with card("found", "Levels found in the prices", "Each with its reason", "found_level"):
    show("found", levels.found_table(days))

with card("watch", "Watched while nobody looks"):
    show_watcher()
    show_rules(key, history)
    show_targets()
    show_log()
