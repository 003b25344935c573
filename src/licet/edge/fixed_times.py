"""Times that are all written alike, with the year first and every number as long as it can be: read as columns of digits, at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

LONGEST: Final = 32
"""Characters of such a time: 26 with microseconds, and an offset."""
NAIVE: Final = 1 << 62
"""In place of an offset, where a time has none."""

_DATE, _CLOCK = 10, 19
_MARKS: Final = {4: "-/", 7: "-/", 10: "T ", 13: ":", 16: ":"}
_HOUR, _MINUTE, _SECOND, _DAY = 3_600_000_000, 60_000_000, 1_000_000, 86_400_000_000
_ZERO: Final = ord("0")
_NINE, _MONTHS, _HOURS, _SIXTY = 9, 12, 24, 60
_MICROS = 6

Chars = NDArray[np.uint32]
Ints = NDArray[np.int64]


class _NotAlikeError(ValueError):
    """The times are written in another way, or one of them is none."""


def read_alike(cells: Sequence[str]) -> Ints | None:
    """Reads times such as `2026-03-01 09:30:00` and `2026/03/01T09:30:00.000+01:00`, if all of them are written in one such way.

    Args:
        cells: the times; at least one.

    Returns:
        Shape (n, 2): microseconds since 1970 as the clock showed them, and its offset from UTC in microseconds, `NAIVE` where it names
        none. None where a cell is written in another way, is blank, or is no time: then each must be read by itself.
    """
    if not all(map(str.isascii, cells)) or not _DATE <= len(cells[0]) <= LONGEST:
        return None
    width = len(cells[0])
    if len(set(map(len, cells))) != 1:
        return None
    chars = np.frombuffer("".join(cells).encode("ascii"), np.uint8).reshape(-1, width).astype(np.uint32)
    try:
        offset, end = _offset(chars)
        return np.column_stack((_local(chars[:, :end]), offset))
    except _NotAlikeError:
        return None


def _local(chars: Chars) -> Ints:
    width = chars.shape[1]
    for place, marks in _MARKS.items():
        if place < width:
            _must(np.isin(chars[:, place], [ord(mark) for mark in marks]))
    year, month, day = _number(chars, 0, 4), _number(chars, 5, 7), _number(chars, 8, 10)
    _must((month >= 1) & (month <= _MONTHS) & (day >= 1) & (year >= 1))
    first = ((year - 1970) * _MONTHS + month - 1).astype("datetime64[M]")
    days = first.astype("datetime64[D]").astype(np.int64)
    _must(day <= (first + 1).astype("datetime64[D]").astype(np.int64) - days)
    local = (days + day - 1) * _DAY
    if width == _DATE:
        return local
    if width < _CLOCK:
        raise _NotAlikeError
    hour, minute, second = _number(chars, 11, 13), _number(chars, 14, 16), _number(chars, 17, 19)
    _must((hour < _HOURS) & (minute < _SIXTY) & (second < _SIXTY))
    return local + hour * _HOUR + minute * _MINUTE + second * _SECOND + _fraction(chars)


def _fraction(chars: Chars) -> Ints:
    """Microseconds behind the seconds, where there are any."""
    digits = chars.shape[1] - _CLOCK - 1
    if digits < 0:
        return np.zeros(chars.shape[0], np.int64)
    _must(chars[:, _CLOCK] == ord("."))
    if not 1 <= digits <= _MICROS:
        raise _NotAlikeError
    micros: Ints = _number(chars, _CLOCK + 1, chars.shape[1]) * 10 ** (_MICROS - digits)
    return micros


def _offset(chars: Chars) -> tuple[Ints, int]:
    """The offsets, and where they begin."""
    rows, width = chars.shape
    last = chars[0, -1]
    if last == ord("Z") and width > _CLOCK:
        _must(chars[:, -1] == last)
        return np.zeros(rows, np.int64), width - 1
    if width < _CLOCK + 6 or chars[0, -3] != ord(":") or chars[0, -6] not in (ord("+"), ord("-")):
        return np.full(rows, NAIVE, np.int64), width
    sign = chars[:, -6]
    _must((chars[:, -3] == ord(":")) & ((sign == ord("+")) | (sign == ord("-"))))
    hours, minutes = _number(chars, width - 5, width - 3), _number(chars, width - 2, width)
    _must((hours < _HOURS) & (minutes < _SIXTY))
    return np.where(sign == ord("-"), -1, 1) * (hours * _HOUR + minutes * _MINUTE), width - 6


def _number(chars: Chars, start: int, end: int) -> Ints:
    found = np.zeros(chars.shape[0], np.int64)
    for place in range(start, end):
        digit = chars[:, place] - np.uint32(_ZERO)
        _must(digit <= _NINE)
        found = found * 10 + digit
    return found


def _must(holds: NDArray[np.bool_]) -> None:
    if not holds.all():
        raise _NotAlikeError
