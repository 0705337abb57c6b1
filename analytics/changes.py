"""What changed since the close before, the most unusual first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from analytics.ranks import percentile_of_last
from market.bars import Bars
from market.definitions import Definition
from market.instruments import Instrument
from market.readings import Envelope, Reading, envelope

YEAR = 252
PARTIAL = "partial"
FEWEST = 60

DEFINITIONS = (
    Definition(
        key="unusual",
        title="How unusual a move is",
        formula=f"Mid-rank of the size of the newest move among the last {YEAR} moves, up or down alike.",
        sampling="Close to close; percent for prices, basis points for yields. A bar still open is flagged "
        "`partial`: its move so far stands against moves of whole days.",
        gaps=f"Missing until {FEWEST} moves are known; n says how many were.",
        source="Empirical distribution.",
        group="Falls",
    ),
)


@dataclass(frozen=True, slots=True)
class Changed:
    """One instrument: its price, its move, and the share of days of a year that moved less (percent)."""

    instrument: Instrument
    last: Envelope
    move: Envelope
    unusual: Envelope


def what_changed(
    known: Mapping[str, Bars], readings: Mapping[str, Reading], keys: Iterable[str]
) -> tuple[Changed, ...]:
    """The instruments of ``keys`` by how unusual their newest move is; those without a rank stand last."""
    rows = [_changed(known[key], readings[key]) for key in keys if key in readings]
    return tuple(sorted(rows, key=lambda row: -(row.unusual.value or 0.0)))


def _changed(bars: Bars, reading: Reading) -> Changed:
    in_points = bars.instrument.moves_in_basis_points
    moves = (bars.changes if in_points else bars.returns).abs()
    rank = percentile_of_last(moves.iloc[-YEAR:], minimum=FEWEST).scaled(100)
    if bars.in_progress is not None:
        rank = replace(rank, flags=(*rank.flags, PARTIAL))
    return Changed(
        bars.instrument,
        reading["last"],
        reading["change_1d_bp" if in_points else "change_1d_pct"],
        envelope(rank, bars, "percent", "unusual"),
    )
