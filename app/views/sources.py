"""Every series: where it comes from, how far it reaches, how old it is, and what state it is in."""

from app.present import sources
from app.providers import show_providers
from app.services import known
from app.session import here, moment_now
from app.widgets import card, show, show_html
from components.page.cards import headline
from market.instruments import Interval

moment = moment_now()
days = here().many(known().everything())
hours = here().many(known().pick("BTC", "QQQ"), Interval.HOUR)

show_html(
    headline(
        "Where every series comes from",
        "Publisher, range, age and state of each, as they stood at this moment.",
    )
)
show_providers()
with card("days", "Daily series", "Sessions, UTC days and readings"):
    show_html(sources.sources_table("Daily series", known().everything(), days, moment))
with card("gaps", "Missing closes", "No number is measured over one of them"):
    show("gaps", sources.gaps_table(known().everything(), days))
if here().moment is None:  # notes are of today: some speak of days after an earlier moment
    with card("notes", "What the gates did", "Prices that cannot be right are set aside, not shown"):
        show("notes", sources.notes_table(known(), days))
with card("hours", "Hourly series", "They build the open bar, and sample crypto at the New York close"):
    show_html(sources.sources_table("Hourly series", known().pick("BTC", "QQQ"), hours, moment))
