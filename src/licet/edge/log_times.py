"""Times in event logs: read in the few ways in which systems write them, a column at a time, and never guessed where they are ambiguous."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

import numpy as np
from numpy.typing import NDArray

from licet.core.log_quality import Done, Finding
from licet.edge.bad_file import BadCellError, shown
from licet.edge.fixed_times import NAIVE, read_alike
from licet.edge.times import zone

EXAMPLES: Final = "2026-03-01T09:30:00+01:00, 2026/03/01 09:30:00.000, 01.03.2026 09:30, 3/1/2026 9:30 PM, or seconds since 1970"
NONE: Final = int(np.iinfo(np.int64).min)
"""In place of a time, where a cell is blank: what numpy calls NaT."""
MIDNIGHTS: Final = 0.001
"""Fewer times at midnight than this share are chance and nights at work."""

_DAY, _MINUTE, _SECOND = 86_400_000_000, 60_000_000, 1_000_000
_START = datetime(1970, 1, 1)  # noqa: DTZ001 - of times that name no zone
_CLOCK = r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])\.?[Mm]\.?)?"
_OFFSET = r"(?: ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:[T ,]+{_CLOCK}{_OFFSET})?", re.ASCII)
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}})(?:[T ,]+{_CLOCK}{_OFFSET})?", re.ASCII)
_SINCE_1970 = re.compile(r"\d{10}(?:\.\d{1,9})?|\d{13}|\d{16}", re.ASCII)
_MONTHS, _NOON = 12, 12

Moment = tuple[int, int]
"""Microseconds since 1970 as the clock showed them, and the clock's offset from UTC in microseconds; `NAIVE` where it names none."""


class AmbiguousTimesError(ValueError):
    """Nothing in a column says whether day or month comes first."""


def parsed(cell: str, *, day_first: bool | None) -> Moment | None:
    """Reads one time.

    Args:
        cell: the cell.
        day_first: what the first number is where the year comes last; None: not known.

    Returns:
        The moment; None where the cell is none that can be read.

    Raises:
        AmbiguousTimesError: when the year comes last and nobody said what comes first.
    """
    try:
        return _of(datetime.fromisoformat(cell.replace("/", "-", 2) if cell[4:5] == "/" else cell))
    except ValueError:
        pass
    text = cell.strip()
    if found := _YEAR_FIRST.fullmatch(text):
        year, month, day, *rest = found.groups()
        return _moment((year, month, day), rest)
    if found := _YEAR_LAST.fullmatch(text):
        if day_first is None:
            raise AmbiguousTimesError
        first, second, year, *rest = found.groups()
        return _moment((year, second, first) if day_first else (year, first, second), rest)
    return _since_1970(text) if _SINCE_1970.fullmatch(text) else None


def order_of(cells: Iterable[str]) -> bool | None:
    """Whether days come first in times whose year comes last, as far as a cell proves it: a number above 12 is no month.

    Returns:
        True for days, False for months; None where no cell shows it.
    """
    for cell in cells:
        found = _YEAR_LAST.fullmatch(cell.strip())
        if found is not None and int(found[1]) > _MONTHS:
            return True
        if found is not None and int(found[2]) > _MONTHS:
            return False
    return None


def year_last(cell: str) -> bool:
    """Whether a time is written with its year last."""
    return _YEAR_LAST.fullmatch(cell.strip()) is not None


def _of(moment: datetime) -> Moment:
    offset = moment.utcoffset()
    apart = moment.replace(tzinfo=None) - _START
    micros = apart.days * _DAY + apart.seconds * _SECOND + apart.microseconds
    return micros, NAIVE if offset is None else offset.days * _DAY + offset.seconds * _SECOND


def _moment(date: tuple[str, str, str], rest: Sequence[str | None]) -> Moment | None:
    hour, minute, second, fraction, half, offset = rest
    hours = int(hour or 0)
    if half is not None:
        if not 1 <= hours <= _NOON:
            return None
        hours = hours % _NOON + (_NOON if half in "pP" else 0)
    micros = int(((fraction or "") + "000000")[:6])
    try:
        year, month, day = map(int, date)
        local = datetime(year, month, day, hours, int(minute or 0), int(second or 0), micros, tzinfo=_fixed(offset))
    except ValueError:
        return None
    return _of(local)


def _fixed(offset: str | None) -> tzinfo | None:
    if offset is None:
        return None
    return UTC if offset in {"Z", "UTC", "GMT"} else datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo


def _since_1970(text: str) -> Moment:
    whole, _, fraction = text.partition(".")
    scale = 10 ** (16 - len(whole))
    return int(whole) * scale + int((fraction + "000000")[:6] if fraction else 0), 0


@dataclass(slots=True, kw_only=True)
class TimeColumn:
    """Reads the times of one column, piece by piece, and remembers what was odd about them.

    Attributes:
        column: its name, for messages.
        zone_name: where clocks stood whose times name no offset; None: read as UTC, and said.
        day_first: as in `parsed`.
    """

    column: str
    zone_name: str | None = None
    day_first: bool | None = None
    read_: int = 0
    naive: int = 0
    midnights: int = 0
    offsets: dict[int, int] = field(default_factory=dict)
    _zone: tzinfo = field(default=UTC)

    def __post_init__(self) -> None:
        """Looks the zone up.

        Raises:
            BadCellError: when there is no such zone.
        """
        self._zone = UTC if self.zone_name is None else zone(self.zone_name)

    def read(self, cells: Sequence[str]) -> NDArray[np.datetime64]:
        """Reads cells; blank ones are NaT.

        Returns:
            Times in UTC, datetime64[us], one per cell.

        Raises:
            BadCellError: for a cell that is no time, or that is one in two ways; `line` of it is its place in `cells`.
        """
        alike = read_alike(cells) if cells else None
        moments = np.array(list(self._moments(cells)), np.int64).reshape(-1, 2) if alike is None else alike
        local, offset = moments[:, 0], moments[:, 1].copy()
        told, naive = local != NONE, moments[:, 1] == NAIVE
        self.read_ += int(told.sum())
        self.naive += int((told & naive).sum())
        self.midnights += int((told & (local % _DAY == 0)).sum())
        for value, count in zip(*np.unique(offset[told & ~naive], return_counts=True), strict=True):
            self.offsets[int(value)] = self.offsets.get(int(value), 0) + int(count)
        offset[naive] = self._offsets(local[naive], told[naive])
        utc = np.where(told, local - offset, NONE)
        return utc.view("datetime64[us]")

    def _moments(self, cells: Sequence[str]) -> Iterator[Moment]:
        for place, cell in enumerate(cells):
            try:
                found = parsed(cell, day_first=self.day_first) if cell else (NONE, NAIVE)
            except AmbiguousTimesError:
                raise BadTimeError(self.column, place, ambiguous=cell) from None
            if found is None and cell.strip():
                raise BadTimeError(self.column, place, cell=cell)
            yield (NONE, NAIVE) if found is None else found

    def _offsets(self, local: NDArray[np.int64], told: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How far the clocks of the zone were ahead of UTC at local times; asked once for each minute that occurs."""
        if self._zone is UTC or not local.size:
            return np.zeros(local.shape[0], np.int64)
        minutes, place = np.unique(np.where(told, local // _MINUTE, 0), return_inverse=True)
        ahead = [(_START + timedelta(minutes=int(one))).replace(tzinfo=self._zone).utcoffset() or timedelta(0) for one in minutes]
        return np.array([one // timedelta(microseconds=1) for one in ahead], np.int64)[place]


class BadTimeError(BadCellError):
    """A cell of a time column cannot be read; `place` counts cells from 0 in the piece that was read."""

    def __init__(self, column: str, place: int, *, cell: str = "", ambiguous: str = "") -> None:
        """Says which cell, and what to write."""
        if ambiguous:
            why = f"{shown(ambiguous)} can be read with the day or with the month first, and no time in the file shows which."
            super().__init__(column, why=why, remedy="Say it: --day-first or --month-first.")
        else:
            super().__init__(column, why=f"{shown(cell)} is not a time.", remedy=f"Write times such as {EXAMPLES}.")
        self.place = place


def odd_times(columns: Iterable[TimeColumn]) -> tuple[Finding, ...]:
    """What is odd about the times of a log's columns, all of it together."""
    found: list[Finding] = []
    offsets: dict[int, int] = {}
    read = naive = midnights = 0
    zone_name = None
    for column in columns:
        read, naive, midnights = read + column.read_, naive + column.naive, midnights + column.midnights
        zone_name = column.zone_name
        for offset, count in column.offsets.items():
            offsets[offset] = offsets.get(offset, 0) + count
    if midnights > MIDNIGHTS * read:
        found.append(Finding(code="midnight", count=midnights, of=read, done=Done.KEPT))
    if naive:
        code = "zone_assumed" if zone_name is None else "zone_told"
        found.append(Finding(code=code, count=naive, of=read, done=Done.KEPT, zone=zone_name or "UTC"))
    if len(offsets) + bool(naive) > 1 and not _summer(offsets, naive):
        most = max(naive, *offsets.values())
        several = len(offsets) + bool(naive)
        found.append(Finding(code="zones_mixed", count=read - most, of=read, done=Done.KEPT, several=several))
    return tuple(found)


def _summer(offsets: Mapping[int, int], naive: int) -> bool:
    """Whether two offsets are an hour apart, as those of one zone are in summer and in winter."""
    return not naive and len(offsets) == 2 and max(offsets) - min(offsets) == 60 * _MINUTE  # noqa: PLR2004 - summer and winter
