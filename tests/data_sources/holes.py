"""What must be true of bars of which closes were set aside."""

from collections.abc import Iterable

import pandas as pd

from market.bars import Bars


def check_only_set_aside(left: Bars, whole: Bars, places: Iterable[int]) -> None:
    """Check that ``left`` is ``whole`` but for the rows at ``places``, each a hole with the gate's reason."""
    stamps = whole.frame.index[list(places)]
    expected = whole.frame.copy()
    expected.loc[stamps] = float("nan")
    pd.testing.assert_frame_equal(left.frame, expected, check_freq=False)
    why = {each.at: each.why for each in left.provenance.set_aside}
    before = {hole.at for hole in whole.holes}
    holes = [(hole.at, hole.why) for hole in left.holes if hole.at not in before]
    assert holes == [(stamp, why[stamp]) for stamp in stamps]
