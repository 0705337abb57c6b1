"""The stress score and what it is made of."""

from analytics.stress import SERIES, BlockPart, Comparison, stress
from analytics.stress_words import why_regime
from api.envelope import Json, write_envelope
from api.query import Query
from data_sources.feed import Feed


def score(feed: Feed, _: Query) -> Json:
    """The score, its regime and headlines, and what each block contributes: they add up to the score."""
    now = stress(feed.many(feed.catalogue.pick(*SERIES)).found)
    return {
        "score": write_envelope(now.score),
        "regime": now.regime,
        "since": now.since,
        "could_be": list(now.could_be),
        "band": now.band,
        "words": why_regime(now),
        "change": _change(now.compared(1)),
        "coverage": write_envelope(now.coverage),
        "tradfi": write_envelope(now.tradfi),
        "crypto": write_envelope(now.crypto),
        "contributions": {block.key: write_envelope(block.contribution) for block in now.blocks},
        "discount": write_envelope(now.discount),
        "blocks": [_block(block) for block in now.blocks],
        "uncertainty": now.uncertainty,
        "made_at": now.made_at,
        "partial": now.is_partial,
        "provisional": now.is_provisional,
        "tradfi_day": now.tradfi_day,
        "missing": list(now.missing),
    }


def _change(compared: Comparison | None) -> Json | None:
    """The score beside that of the session before: as it was, and like with like."""
    if compared is None:
        return None
    return {
        "session": compared.session,
        "then": write_envelope(compared.then),
        "move": write_envelope(compared.move),
        "coverage_then": compared.coverage_then,
        "coverage_now": compared.coverage_now,
        "same_components": compared.is_same_basket,
    }


def _block(block: BlockPart) -> Json:
    return {
        "key": block.key,
        "title": block.title,
        "weight": block.weight,
        "score": write_envelope(block.score),
        "components": [
            {
                "key": each.key,
                "title": each.title,
                "weight": each.weight,
                "percentile": write_envelope(each.percentile),
            }
            for each in block.components
        ],
    }
