"""What counts as an observation: a finite number that sums can hold. Everything else is missing.

Infinities, and numbers whose fourth power no float holds (kurtosis and robust errors need it), come from
divisions by nothing and from broken feeds. They are no prices and no returns: they count as gaps do.
"""

import numpy as np
import pandas as pd

LARGEST = 1e70


def is_known(values: np.ndarray) -> np.ndarray:
    """Where ``values`` are observations."""
    known: np.ndarray = np.abs(values) <= LARGEST
    return known


def observed(values: pd.Series) -> pd.Series:
    """``values`` as they are where they are observations; NaN elsewhere. The series itself where all are."""
    wild = np.abs(values.to_numpy(float)) > LARGEST
    return values.mask(wild) if wild.any() else values


def positive(prices: pd.Series) -> pd.Series:
    """``prices`` where they are above zero, with room for what is divided by them; NaN elsewhere.

    The series itself where all are.
    """
    levels = prices.to_numpy(float)
    wild = (levels < 1 / LARGEST) | (levels > LARGEST)
    return prices.mask(wild) if wild.any() else prices
