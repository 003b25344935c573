"""Times in files: read as moments in UTC, and never guessed where the time zone is missing."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from licet.core.canonical import Json
from licet.edge.bad_file import BadCellError, shown


def zone(name: str) -> tzinfo:
    """Looks up a time zone by its IANA name, such as `Europe/Amsterdam`.

    Raises:
        BadCellError: when there is no such zone; names the nearest spelling.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    near = get_close_matches(name, sorted(available_timezones()), n=1)
    hint = f"Did you mean {near[0]!r}?" if near else "Give an IANA name: --timezone Europe/Amsterdam."
    raise BadCellError(None, why=f"{shown(name)} is not a time zone this machine knows.", remedy=hint)


def moment_reader(column: str, timezone: str | None) -> Callable[[Json], datetime]:
    """Makes a reader for the cells of a time column.

    Cells are ISO 8601: date, or date and time, with or without offset or `Z`. An offset in the cell wins over `timezone`. Where
    clocks are set back, a local time that occurs twice is its first occurrence; where they are set forward, a local time that
    does not occur is read with the offset before the change, and so lies as far after it (PEP 495, fold=0).

    Args:
        column: the column's name, for messages.
        timezone: IANA name for times without an offset; None: such times are refused.

    Returns:
        A function from a cell to an aware datetime in UTC; it raises BadCellError for an unreadable cell.

    Raises:
        BadCellError: when the zone is unknown.
    """
    local = None if timezone is None else zone(timezone)

    def read(cell: Json) -> datetime:
        if not isinstance(cell, str):
            raise _unreadable(column, cell)
        try:
            moment = datetime.fromisoformat(cell.strip())
        except ValueError:
            raise _unreadable(column, cell) from None
        if moment.tzinfo is None:
            if local is None:
                raise _zoneless(column, cell)
            moment = moment.replace(tzinfo=local)
        try:
            return moment.astimezone(UTC)
        except OverflowError:  # the first and last day of the calendar
            raise _unreadable(column, cell) from None

    return read


def _zoneless(column: str, cell: str) -> BadCellError:
    remedy = "Say where its clock stood: --timezone Europe/Amsterdam, or write offsets such as 2026-03-01T09:30:00+01:00."
    return BadCellError(column, why=f"{shown(cell)} has no time zone.", remedy=remedy)


def _unreadable(column: str, cell: Json) -> BadCellError:
    remedy = "Write ISO 8601, such as 2026-03-01T09:30:00+01:00 or 2026-03-01."
    return BadCellError(column, why=f"{shown(cell)} is not a date or time.", remedy=remedy)
