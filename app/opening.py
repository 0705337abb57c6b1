"""Every number opens: what `static/open.js` needs to know to show what is behind one."""

from functools import cache
from typing import Any

from analytics.definitions import definitions
from app.script import script
from market.bars import State

STATES = {
    State.FINAL: "Final: the bar is closed.",
    State.PROVISIONAL: "Provisional: the bar is not closed yet.",
    State.STALE: "Out of date: older than it should be.",
    State.RECORDED: "Recorded: played back from a recording.",
    State.DISPUTED: "Disputed: two sources disagree, or nothing bears a jump out.",
    State.MISSING: "Missing.",
}
FLAGS = {
    "async": "The series close at different hours.",
    "backwardation": "Near above far: backwardation.",
    "close-only": "Only closes are published, no highs and lows.",
    "extrapolation": "Beyond the moves it was measured on.",
    "partial": "The period is not all there.",
    "proxy": "Measured on a stand-in.",
    "rejected": "Some bars contradict themselves and are left out.",
    "short": "The source tells only its newest days: the high is that since its first.",
    "truncated": "The order book does not reach that far.",
    "unadjusted": "Prices without dividends.",
    "young": "The history is short for this number.",
}


def mount_opening() -> None:
    """Let every number of the page be opened, by click, tap or key."""
    script("open")(key="open", data=_words())


@cache
def _words() -> dict[str, Any]:
    """Title and formula of every definition, and states and flags in words."""
    return {
        "definitions": {key: [each.title, each.formula] for key, each in definitions().items()},
        "states": STATES,
        "flags": FLAGS,
    }
