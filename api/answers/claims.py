"""The article's claims, measured."""

from analytics.checking import Checked
from analytics.claims import claims as check_all
from analytics.dividends import total_returns
from api.envelope import Json, write_envelope
from api.query import Query
from data_sources.feed import Feed
from market.instruments import Interval

BY_THE_HOUR = ("BTC",)


def claims(feed: Feed, _: Query) -> Json:
    """Every claim in the article's order: what is said, what it measures to, the verdict and why."""
    hours = feed.many(feed.catalogue.pick(*BY_THE_HOUR), Interval.HOUR).found
    known = feed.many(feed.catalogue.everything()).found
    return {"claims": [_claim(each) for each in check_all(known, hours, total_returns(known))]}


def _claim(checked: Checked) -> Json:
    claim = checked.claim
    numbers = {name: write_envelope(number) for name, number in checked.numbers.items()}
    return {
        "key": claim.key,
        "topic": claim.topic,
        "says": claim.says,
        "measure": claim.measure,
        "day": claim.day,
        "from": claim.about[0] if claim.about else None,
        "to": claim.about[1] if claim.about else None,
        "verdict": checked.verdict,
        "why": checked.why,
        "value": next(iter(numbers.values()), None),
        "numbers": numbers,
    }
