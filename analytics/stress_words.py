"""The stress score in words: one regime wherever it is told, and what it stands on."""

from analytics.stress import Comparison, Stress
from market.scales import Severity
from market.text import decimal, full_day, named_day

NO_REGIME = "no regime can be told"


def regime_word(found: Stress) -> str:
    """The regime, and after it what else the score may be: `elevated or stress`."""
    if found.regime is None:
        return NO_REGIME if found.could_be else "no regime"
    others = [each.value for each in found.could_be if each is not found.regime]
    return " or ".join((found.regime.value, *others))


def regime_now(found: Stress, rose: bool = False) -> str:
    """The regime as the end of a sentence: `still calm`, `now in stress`, `elevated or stress (±9)`."""
    if found.regime is None or len(found.could_be) > 1:
        return f"{regime_word(found)} ({basis(found)})"
    is_adjective = found.regime in (Severity.CALM, Severity.ELEVATED)
    word = found.regime.value if is_adjective else f"in {found.regime.value}"
    return f"now {word}" if found.is_new_regime else f"still {word}" if rose else word


def basis(found: Stress) -> str:
    """How sure the score is: `±9 points at 71% coverage`."""
    return f"±{decimal(found.uncertainty)} points at {decimal(found.coverage.value)}% coverage"


def why_regime(found: Stress) -> str:
    """What stands behind the word: since when, how sure it is, and where today's number alone would lie."""
    sentences = []
    if found.could_be and (found.regime is None or len(found.could_be) > 1):
        sentences.append(
            f"{basis(found)}: {' or '.join(each.value for each in found.could_be)}.".capitalize()
        )
    if found.regime is not None and found.since is not None:
        since = f"{found.regime.value.capitalize()} since {full_day(found.since)}"
        apart = found.band is not None and found.band is not found.regime
        alone = f"; the newest score alone would be {found.band}" if apart else ""
        sentences.append(f"{since}{alone}.")
    return " ".join(sentences)


def like_with_like(compared: Comparison) -> str:
    """What changed in the basket since an earlier score; empty where both are made of the same components."""
    if compared.is_same_basket:
        return ""
    coverage = (
        f"Since {named_day(compared.session)} the components changed: coverage was "
        f"{decimal(compared.coverage_then)}% then and is {decimal(compared.coverage_now)}% now"
    )
    points = compared.move.value
    if points is None:
        return f"{coverage}, too different to compare."
    return f"{coverage}. On those of both days the score moved by {decimal(points, 1, signed=True)} points."
