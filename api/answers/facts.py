"""The sentences that a page opens with, each with the numbers it was made from."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from analytics import stories
from analytics.alignment import align
from analytics.correlation import correlate
from analytics.macro import macro_rows
from analytics.readings import read_all
from analytics.zones import ZoneHistory, follow_all
from api.answers.together import WINDOW, hours
from api.envelope import Json, write_envelope
from api.query import Query
from data_sources.feed import Batch, Feed
from market.facts import Fact, Quoted, Story
from market.readings import Result


class Page(StrEnum):
    """The pages that open with sentences."""

    OVERVIEW = "overview"
    TECH = "tech"
    CRYPTO = "crypto"
    MACRO = "macro"


def facts(feed: Feed, query: Query) -> Json:
    """The headline of a page, what stands under it, and every fact behind them, the weightiest first."""
    page = query.choice("page", Page.OVERVIEW)
    story = STORIES[page](feed, feed.many(feed.catalogue), feed.moment or query.now)
    return {
        "page": page,
        "headline": story.title,
        "standfirst": _text(story.standfirst),
        "facts": [_fact(each) for each in story.facts],
    }


def _overview(feed: Feed, batch: Batch, moment: datetime) -> Story:
    levels, link = _levels(feed, batch, moment), _link(feed, batch)
    return stories.overview(batch.found, read_all(batch), levels, moment, link)


def _tech(_: Feed, batch: Batch, moment: datetime) -> Story:
    return stories.tech(batch.found, read_all(batch), moment)


def _crypto(feed: Feed, batch: Batch, moment: datetime) -> Story:
    return stories.crypto(batch.found, read_all(batch), _levels(feed, batch, moment), moment)


def _macro(_: Feed, batch: Batch, moment: datetime) -> Story:
    percentiles = {row.key: row.percentile for row in macro_rows(batch.found)}
    return stories.macro(batch.found, read_all(batch), moment, percentiles)


STORIES: dict[Page, Callable[[Feed, Batch, datetime], Story]] = {
    Page.OVERVIEW: _overview,
    Page.TECH: _tech,
    Page.CRYPTO: _crypto,
    Page.MACRO: _macro,
}


def _levels(feed: Feed, batch: Batch, moment: datetime) -> tuple[ZoneHistory, ...]:
    """The watched zones of Bitcoin that were known at the moment."""
    zones = [zone for zone in feed.catalogue.zones_of("BTC") if zone.is_known(moment)]
    return follow_all(batch["BTC"], zones) if "BTC" in batch else ()


def _link(feed: Feed, batch: Batch) -> Result | None:
    """How closely Bitcoin moves with the Nasdaq."""
    if "BTC" not in batch or "IXIC" not in batch:
        return None
    pair = Batch(batch.pick("BTC", "IXIC"))
    aligned = align(list(pair), hours(feed, pair))
    return correlate(aligned["BTC"], aligned["IXIC"], WINDOW)


def _fact(fact: Fact) -> Json:
    return {
        "sentence": _text(fact.sentence),
        "weight": fact.weight,
        "tone": fact.tone.name.lower(),
        "numbers": [
            {"text": each.text, "key": each.key, "name": each.name, "number": write_envelope(each.number)}
            for each in fact.numbers
        ],
    }


def _text(parts: tuple[str | Quoted, ...]) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in parts)
