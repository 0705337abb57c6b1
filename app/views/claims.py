"""The article's claims, each with what it measures to."""

from app.present import claims
from app.services import known
from app.session import here, hours
from app.widgets import card, show, show_title

batch = here().many(known().everything())
found = claims.checked(tuple(batch), hours("BTC"))

show_title(*claims.story(found))
for topic in claims.topics(found):
    with card(
        f"claims-{topic.lower().replace(' ', '-')}", topic, "Judged at the end of the day each is about"
    ):
        show(topic, claims.table(found, topic))
