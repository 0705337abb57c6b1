"""Whether a rebound is durable: the published tests, and what such bounces came to."""

from analytics.rebound import ASSETS, Rally, Scoreboard, scoreboard
from analytics.rebound_tests import ReboundTest
from api.envelope import Json, write_envelope
from api.query import BadParameter, Query
from data_sources.feed import Feed
from market.fed import december


def rebound(feed: Feed, query: Query) -> Json:
    """Each test with value, threshold and verdict, the share of the fall retraced, and the base rates."""
    instrument = query.instrument("key", "IXIC")
    if instrument.key not in ASSETS:
        raise BadParameter("key", f"The tests are made for {', '.join(ASSETS)}.")
    board = scoreboard(
        instrument.key, feed.many([*feed.catalogue.everything(), december(feed.moment or query.now)]).found
    )
    return {
        "key": instrument.key,
        "name": instrument.name,
        "passed": board.passed,
        "applicable": board.applicable,
        "profile": board.profile,
        "why": board.why,
        "retraced_pct": write_envelope(board.rally.retraced) if board.rally else None,
        "rally": _rally(board.rally) if board.rally else None,
        "tests": [_test(each) for each in board.tests],
        "past": _past(board),
    }


def _rally(rally: Rally) -> Json:
    return {
        "low": write_envelope(rally.low),
        "low_day": rally.low_day,
        "high": write_envelope(rally.high),
        "high_day": rally.high_day,
        "gain_pct": write_envelope(rally.gain),
    }


def _test(test: ReboundTest) -> Json:
    return {
        "key": test.key,
        "title": test.title,
        "value": write_envelope(test.value),
        "threshold": test.threshold,
        "verdict": test.verdict.for_programs,
        "since": test.since,
        "why": test.why,
        "note": test.note,
    }


def _past(board: Scoreboard) -> Json:
    """How often such bounces failed: in the loaded history, by luck alone, and as published."""
    rate, published = board.rate, board.published
    return {
        "failed_pct": write_envelope(board.past),
        "by_luck_pct": write_envelope(board.null),
        "failed": rate.failed if rate else 0,
        "settled": rate.settled if rate else 0,
        "pending": rate.pending if rate else 0,
        "published": {
            "failed_pct": 100 * published.failed_share,
            "low": 100 * published.low,
            "high": 100 * published.high,
            "n": published.n,
            "years": published.years,
        }
        if published
        else None,
    }
