"""Sums that come out the same however they are split: the same past cases give the same system, on one processor core or on many."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

ROW_BITS = 12
INPUT_BITS = 14
WEIGHT_BITS = 20
CHANCE_BITS = 22
"""Bits after the point of encoded cases, of what the classifier sees, of its weights, and of its residuals.

A product of two such numbers is a multiple of 2^-36 at finest, so a sum of them below 2^17 is exact in a 64-bit float, in whatever order
and by however many threads it is made. Cases stay within 10, inputs within 2.5, and there are at most 10,000 of them: 25,000 < 2^17.
"""


def on_grid(values: NDArray[np.floating[Any]], bits: int) -> NDArray[np.float64]:
    """Rounds to multiples of 2^-bits."""
    rounded: NDArray[np.float64] = np.ldexp(np.rint(np.ldexp(values.astype(np.float64), bits)), -bits)
    return rounded
