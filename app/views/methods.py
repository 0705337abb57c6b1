"""Every number explained: generated from the definitions that the code itself carries."""

from analytics.definitions import by_group
from app.present import methods
from app.widgets import card, show_html
from components.page.cards import headline

CONVENTIONS = (
    "Falls, ranks, drawdowns and changes are simple returns; what is averaged or regressed is in logs.",
    "A New York session counts from its close; a crypto day is the UTC day and counts from its midnight.",
    "An open bar is provisional. Its move is measured on one venue, never against another’s price.",
    "A missing value is missing: it is never set to zero and never carried forward into a return.",
    "Nothing shown at a moment uses anything that was known only after it.",
)

show_html(
    headline(
        "How every number is computed",
        "Formula, sample, gaps and source of each, from the code that computes it.",
    )
)
with card("conventions", "What holds for all of them"):
    show_html(methods.conventions(CONVENTIONS))
    show_html(methods.contents(by_group()))
for group, entries in by_group().items():
    with card(methods.anchor(group), group):
        show_html(methods.entries(group, entries))
