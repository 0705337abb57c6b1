"""The sentences that a page opens with, each with the numbers it was made from."""

from datetime import datetime

from analytics.alignment import Aligned, align
from analytics.readings import read_all
from analytics.stories import NEEDED, Page, story_of
from analytics.stress import SERIES, stress
from api.answers.together import hours
from api.envelope import Json, write_envelope
from api.query import Query
from data_sources.feed import Batch, Feed
from market.facts import Fact, Story, words


def facts(feed: Feed, query: Query) -> Json:
    """The headline of a page, what stands under it, and every fact behind them, the weightiest first."""
    page = query.choice("page", Page.OVERVIEW)
    story = story_at(page, feed, feed.moment or query.now)
    return {
        "page": page,
        "headline": story.title,
        "standfirst": words(story.standfirst),
        "facts": [_fact(each) for each in story.facts],
    }


def story_at(page: Page, feed: Feed, moment: datetime) -> Story:
    """What a page says before its reader has chosen anything."""
    batch = feed.many(feed.catalogue.pick(*NEEDED[page]))
    zones = [zone for zone in feed.catalogue.zones_of("BTC") if zone.is_known(moment)]
    return story_of(
        page,
        batch.found,
        read_all(batch),
        moment,
        zones=zones,
        hours=feed.hours("BTC"),
        pair=_pair(feed, batch),
        score=stress(feed.many(feed.catalogue.pick(*SERIES)).found) if page is Page.OVERVIEW else None,
    ).story


def _pair(feed: Feed, batch: Batch) -> Aligned | None:
    """The moves of Bitcoin and the Nasdaq, where a page knows both."""
    if "BTC" not in batch or "IXIC" not in batch:
        return None
    pair = Batch(batch.pick("BTC", "IXIC"))
    return align(list(pair), hours(feed, pair))


def _fact(fact: Fact) -> Json:
    return {
        "sentence": words(fact.sentence),
        "weight": fact.weight,
        "tone": fact.tone.name.lower(),
        "numbers": [
            {"text": each.text, "key": each.key, "name": each.name, "number": write_envelope(each.number)}
            for each in fact.numbers
        ],
    }
