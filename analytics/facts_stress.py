"""What is worth saying of the stress score."""

from analytics.facts import usable
from analytics.news import MOVED_SCORE, NEW_REGIME, STRESS_WEIGHT
from analytics.stress import Stress
from analytics.stress_error import WEIGHTS
from analytics.stress_score import say_score
from analytics.stress_words import regime_now
from market.facts import Fact, Quoted, Tone
from market.scales import Severity


def stress_now(found: Stress) -> Fact | None:
    """Where the stress score stands, in which regime, and whether it moved by more than its weights explain.

    A move is told of the components that both days have. Where the score is partial or young, its coverage
    and its uncertainty are told with the regimes it may lie in.
    """
    score, before = found.score, found.compared(1)
    if not usable(score) or score.value is None:
        return None
    points = before.move.value if before else 0.0
    verb = (
        "stands at" if points is None or abs(points) <= WEIGHTS else "rose to" if points > 0 else "eased to"
    )
    tone = {"rose to": Tone.WORSE, "eased to": Tone.BETTER}.get(verb, Tone.NEUTRAL)
    parts = (f"stress {verb} ", Quoted(f"{say_score(score.value)} of 100", "", "stress_score", score))
    weight = STRESS_WEIGHT[found.regime or found.band or Severity.CALM] + (MOVED_SCORE if tone else 0.0)
    weight += NEW_REGIME if found.is_new_regime else 0.0
    return Fact((*parts, f", {regime_now(found, rose=verb == 'rose to')}"), weight, tone, brief=parts)
