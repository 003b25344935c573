"""Strokes: what a small picture looks like to the built-in system."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from licet.edge.pictures import Canvas
from licet.edge.strokes import DIRECTIONS, PLACES, strokes
from tests.edge.builtin_examples import png


def bar(column: int, *, ink: float = 1.0) -> NDArray[np.float64]:
    """White paper of 8 by 8 with an upright bar two pixels wide."""
    grey = np.ones((8, 8))
    grey[1:7, column : column + 2] -= ink
    return grey


def apart(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """How far two descriptions are from each other, as a share of their lengths."""
    return float(np.linalg.norm(one - other) / (np.linalg.norm(one) * np.linalg.norm(other)) ** 0.5)


@pytest.mark.parametrize(("height", "width", "places"), [(8, 8, 16), (16, 16, 16), (10, 7, 16), (3, 5, 12), (1, 1, 1)])
def test_a_picture_of_any_size_has_at_most_sixteen_places_of_eight_directions_and_a_grey(height: int, width: int, places: int) -> None:
    found = strokes(np.linspace(0.0, 1.0, height * width).reshape(1, height, width))
    assert found.shape == (1, places * (DIRECTIONS + 1))
    assert np.isfinite(found).all()


@given(seed=st.integers(0, 1000))
@settings(max_examples=20)
def test_strokes_lie_between_nothing_and_one_and_no_picture_changes_anothers(seed: int) -> None:
    greys = np.random.default_rng(seed).integers(0, 256, (5, 8, 8)) / 255.0
    found = strokes(greys)
    assert 0.0 <= found.min() <= found.max() <= 1.0
    assert all((strokes(one[np.newaxis])[0] == row).all() for one, row in zip(greys, found, strict=True))


def test_a_pen_that_moves_by_a_pixel_changes_less_of_the_strokes_than_of_the_pixels() -> None:
    here, there = bar(2), bar(3)
    found = strokes(np.stack([here, there]))
    assert apart(*found) < 0.75 * apart(1.0 - here, 1.0 - there)


def test_faint_ink_makes_nearly_the_same_strokes_as_dark_ink() -> None:
    dark, faint = strokes(np.stack([bar(3), bar(3, ink=0.4)]))[:, : -PLACES * PLACES]
    assert apart(dark, faint) < 0.05


def test_pictures_that_differ_in_brightness_alone_are_told_apart() -> None:
    dark, light = strokes(np.stack([np.full((8, 8), 0.2), np.full((8, 8), 0.8)]))
    assert (light - dark)[-PLACES * PLACES :] == pytest.approx(0.15, abs=0.001)
    assert (light == dark)[: -PLACES * PLACES].all()


def test_which_way_a_line_leans_is_seen() -> None:
    ahead = 1.0 - np.eye(8)
    one, other, again = strokes(np.stack([ahead, ahead[:, ::-1], ahead]))
    assert apart(one, other) > 0.5
    assert apart(one, again) == 0.0


def test_many_pictures_are_encoded_as_each_alone_and_damaged_ones_as_nothing() -> None:
    canvas = Canvas(width=8, height=8, mean=0.2, deviation=0.3)
    pictures = [png(bar(k % 6) * 255.0) for k in range(300)]
    pictures[270] = b"damaged"
    rows, readable = canvas.rows(pictures)
    assert np.flatnonzero(~readable).tolist() == [270]
    assert (rows[270] == 0.0).all()
    for k in (0, 255, 256, 299):
        assert (rows[k] == canvas.rows([pictures[k]])[0][0]).all()
    assert canvas.rows([])[0].shape == (0, PLACES * PLACES * (DIRECTIONS + 1))
