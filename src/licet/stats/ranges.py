"""What each number may be: anything else is refused, naming the number, its limit and what to do."""

import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]


class OutOfRangeError(ValueError):
    """A number lies where no honest answer exists; the message names it, its limit and the remedy."""


def open_unit(name: str, value: float) -> float:
    """Returns a probability strictly between 0 and 1.

    Args:
        name: The number's name, for the message.
        value: The number.

    Returns:
        The same number.

    Raises:
        OutOfRangeError: If it is not strictly between 0 and 1.
    """
    if not 0.0 < value < 1.0:
        raise OutOfRangeError(f"{name} is {value!r}, but must lie strictly between 0 and 1: give 0.05 for five percent")
    return value


def unit(name: str, value: float) -> float:
    """Returns a number in [0, 1].

    Args:
        name: The number's name, for the message.
        value: The number.

    Returns:
        The same number.

    Raises:
        OutOfRangeError: If it is not in [0, 1].
    """
    if not 0.0 <= value <= 1.0:
        raise OutOfRangeError(f"{name} is {value!r}, but must lie between 0 and 1: give it as a fraction, not in percent")
    return value


def count(name: str, value: int, *, least: int = 0) -> int:
    """Returns a whole number that is large enough.

    Args:
        name: The number's name, for the message.
        value: The number.
        least: The smallest allowed value.

    Returns:
        The same number.

    Raises:
        OutOfRangeError: If it is not whole, or smaller than ``least``.
    """
    if isinstance(value, bool) or not math.isfinite(value) or int(value) != value or value < least:
        raise OutOfRangeError(f"{name} is {value!r}, but must be a whole number of at least {least}: count again")
    return int(value)


def loss_sum(value: float, *, n: int) -> float:
    """Returns the sum of n losses in [0, 1].

    Args:
        value: The sum; for right-or-wrong losses the number of errors.
        n: How many losses were added.

    Returns:
        The same number.

    Raises:
        OutOfRangeError: If it is not in [0, n].
    """
    count("n", n)
    if not 0.0 <= value <= n:
        raise OutOfRangeError(f"the loss sum is {value!r}, but must lie in [0, n = {n!r}]: count errors and cases over the same cases")
    return value


def vector(name: str, values: ArrayLike) -> FloatArray:
    """Returns numbers as a one-dimensional array without NaN.

    Args:
        name: The numbers' name, for the message.
        values: Numbers, shape (n,).

    Returns:
        Array of floats, shape (n,).

    Raises:
        OutOfRangeError: If they are not one-dimensional, or one of them is NaN.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1:
        raise OutOfRangeError(f"{name} has shape {array.shape!r}, but must be one-dimensional: give one number per case")
    if np.isnan(array).any():
        raise OutOfRangeError(f"{name} holds NaN at position {int(np.argmax(np.isnan(array)))!r}: leave the case out or give its number")
    return array


def unit_vector(name: str, values: ArrayLike) -> FloatArray:
    """Returns numbers in [0, 1] as a one-dimensional array.

    Args:
        name: The numbers' name, for the message.
        values: Numbers in [0, 1], shape (n,).

    Returns:
        Array of floats, shape (n,).

    Raises:
        OutOfRangeError: If one is NaN or outside [0, 1].
    """
    array = vector(name, values)
    wrong = (array < 0.0) | (array > 1.0)
    if wrong.any():
        at = int(np.argmax(wrong))
        raise OutOfRangeError(f"{name} is {float(array[at])!r} at position {at}, but must lie in [0, 1]: give a fraction, not percent")
    return array


def mask(name: str, values: ArrayLike, *, n: int) -> BoolArray:
    """Returns one yes or no per case.

    Args:
        name: The mask's name, for the message.
        values: Booleans, shape (n,).
        n: The number of cases.

    Returns:
        Array of booleans, shape (n,).

    Raises:
        OutOfRangeError: If there is not exactly one boolean per case.
    """
    array = np.asarray(values)
    if array.shape != (n,) or array.dtype != np.bool_:
        raise OutOfRangeError(f"{name} has shape {array.shape!r} and type {array.dtype}, but must be {n} booleans: give one per case")
    return array.astype(np.bool_)


def same_length(**named: Sequence[object] | NDArray[np.generic]) -> int:
    """Returns the common length of several sequences.

    Args:
        **named: Sequences by name.

    Returns:
        Their length.

    Raises:
        OutOfRangeError: If two lengths differ.
    """
    lengths = {name: len(values) for name, values in named.items()}
    if len(set(lengths.values())) > 1:
        raise OutOfRangeError(f"lengths differ: {lengths!r}: give one entry per case in each")
    return next(iter(lengths.values()), 0)


def finite(name: str, value: float, *, above: float) -> float:
    """Returns a finite number above a limit.

    Args:
        name: The number's name, for the message.
        value: The number.
        above: The limit, itself excluded.

    Returns:
        The same number.

    Raises:
        OutOfRangeError: If it is not finite or not above the limit.
    """
    if not math.isfinite(value) or value <= above:
        raise OutOfRangeError(f"{name} is {value!r}, but must be a finite number above {above!r}: correct it")
    return value
