"""Strokes: which way a small picture turns from light to dark, place by place, and how light each place is."""

import numpy as np
from numpy.typing import NDArray

from licet.edge.exact import ROW_BITS, on_grid

PLACES = 4
"""A picture is looked at in so many places across and down; in fewer where it has fewer pixels."""

DIRECTIONS = 8
"""Ways in which brightness can rise: along the sides, and between them."""

_FAINT = 0.1
_OF_GREY = 0.25
_DIAGONAL = 2.0**0.5


def strokes(greys: NDArray[np.float64]) -> NDArray[np.float64]:
    """Says of pictures where their brightness rises, and which way: a pen that moves by a pixel changes little of it, unlike of pixels.

    At each pixel the slope of brightness is shared out between the two of eight directions that it lies between (histograms of oriented
    gradients; Dalal & Triggs 2005, without their blocks). Sums over each place are divided by their length over the whole picture, so that
    faint ink counts as much as dark, and the place's mean grey stands beside them at a quarter of its weight: without it, pictures that
    differ in brightness alone would be the same. All sums are of multiples of 2^-12, and so exact in any order.

    Args:
        greys: shape (n, height, width), in [0, 1]; at least 1 by 1.

    Returns:
        Shape (n, places * (DIRECTIONS + 1)), in [0, 1].
    """
    sums = _flat(_in_places(on_grid(_directions(greys), ROW_BITS)))
    length = np.sqrt((sums * sums).sum(axis=1, keepdims=True))
    pixels = _in_places(np.ones((1, *greys.shape[1:], 1)))
    grey = _in_places(on_grid(greys, ROW_BITS)[..., np.newaxis]) / pixels
    found: NDArray[np.float64] = np.concatenate([sums / (length + _FAINT), _OF_GREY * _flat(grey)], axis=1)
    return found


def _directions(greys: NDArray[np.float64]) -> NDArray[np.float64]:
    """How much brightness rises each way at each pixel, at least 0; shape (n, height, width, DIRECTIONS)."""
    framed = np.pad(greys, ((0, 0), (1, 1), (1, 1)), mode="edge")
    across, down = framed[:, 1:-1, 2:] - framed[:, 1:-1, :-2], framed[:, 2:, 1:-1] - framed[:, :-2, 1:-1]
    right, left, below, above = (np.maximum(side, 0.0) for side in (across, -across, down, -down))
    between = [_DIAGONAL * np.minimum(one, other) for one in (right, left) for other in (below, above)]
    along = [np.maximum(one - np.abs(down), 0.0) for one in (right, left)] + [
        np.maximum(one - np.abs(across), 0.0) for one in (below, above)
    ]
    found: NDArray[np.float64] = np.stack([*between, *along], axis=-1)
    return found


def _flat(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """One row for each picture; none where there is none."""
    return values.reshape(len(values), int(np.prod(values.shape[1:])))


def _in_places(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums values of pixels, shape (n, height, width, k), over each place: (n, down, across, k)."""
    for axis in (1, 2):
        side = values.shape[axis]
        places = min(PLACES, side)
        values = np.add.reduceat(values, [side * k // places for k in range(places)], axis=axis)
    return values
