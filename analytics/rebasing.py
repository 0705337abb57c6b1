"""Ratios while a bar is open on another venue than the finished bars: marked, and able to be done again."""

from dataclasses import replace

from market.bars import Bars
from market.definitions import Definition
from market.publishers import publisher
from market.readings import Envelope, Result, envelope

REBASED = "rebased"

DEFINITIONS = (
    Definition(
        REBASED,
        "Ratios while a bar is open elsewhere",
        "The price of the open bar enters every ratio as last close × (1 + its move on its own venue since "
        "that close), so that the prices of two venues never meet in one return. The number is flagged "
        "`rebased`, and names the last print, that move and the last close with the venue of each.",
        "Until the bar closes; then the close of the usual venue stands there.",
        "Not flagged where the open bar and the closes come from one venue.",
        "Own definition.",
        "Prices",
    ),
)


def ratio_envelope(result: Result, bars: Bars, unit: str, formula: str, **inputs: float | str) -> Envelope:
    """``result``, made of `Bars.linked`, as a number to show; flagged where that rebased an open bar."""
    steps = rebased(bars)
    if steps:
        result = replace(result, flags=(*result.flags, REBASED))
    return envelope(result, bars, unit, formula, **inputs, **(steps if result.value is not None else {}))


def rebased(bars: Bars) -> dict[str, float]:
    """What the price of an open bar on another venue was rebased from; empty without such a bar."""
    bar = bars.in_progress
    if bar is None or len(bars) < 2 or bar.source == bars.provenance.source:
        return {}
    here, elsewhere = publisher(bars.provenance.source), publisher(bar.source)
    return {
        f"last print on {elsewhere}": bars.last,
        "its move since the last close on that venue, percent": 100 * bar.change,
        f"last close on {here}": float(bars.close.iloc[-2]),
    }
