"""The article's claims, measured."""

from analytics.checking import Checked
from analytics.claims import claims as check_all
from api.envelope import Json, write_envelope
from api.query import Query
from data_sources.feed import Feed
from market.instruments import Interval

BY_THE_HOUR = ("BTC",)


def claims(feed: Feed, _: Query) -> Json:
    """Every claim in the article's order: what is said, what it measures to, the verdict and why."""
    hours = feed.many(feed.catalogue.pick(*BY_THE_HOUR), Interval.HOUR).found
    return {
        "claims": [_claim(each) for each in check_all(feed.many(feed.catalogue.everything()).found, hours)]
    }


def _claim(checked: Checked) -> Json:
    claim = checked.claim
    numbers = {name: write_envelope(number) for name, number in checked.numbers.items()}
    return {
        "key": claim.key,
        "topic": claim.topic,
        "says": claim.says,
        "measure": claim.measure,
        "day": claim.day,
        "verdict": checked.verdict,
        "why": checked.why,
        "value": next(iter(numbers.values()), None),
        "numbers": numbers,
    }
