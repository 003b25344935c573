"""JSON of other tools: read whole and within limits, and asked for what it may hold without trusting that it does."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from licet.core.canonical import Json
from licet.core.outside_rows import LARGEST
from licet.edge.bad_file import BadFileError

WHOLE_LIMIT = 128 * 2**20
"""Bytes of a file, or of an entry of one, that is read as one piece of JSON."""
NAME_LIMIT = 200
"""Characters that are kept of a name that a file gives to anything."""
_UNSAYABLE = re.compile("[\0\ud800-\udfff]")
_ESCAPED = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""How JSON writes them; a pair of halves is a character, and matches too."""
_NANOSECONDS = 10**9

Object = Mapping[str, Json]


class _TwiceError(ValueError):
    """A name occurs twice in one object."""


def whole_file(path: Path) -> bytes:
    """The bytes of a file that is read as one piece.

    Raises:
        BadFileError: when it is not there, cannot be read, or is too large.
    """
    if not path.is_file():
        raise BadFileError(path, why="there is no such file.", remedy="Check the path.")
    try:
        size = path.stat().st_size
        if size > WHOLE_LIMIT:
            why = f"it has {size:,} bytes; {WHOLE_LIMIT:,} are the most that is read as one piece of JSON."
            raise BadFileError(path, why=why, remedy="Export it as JSON Lines or CSV, which are read row by row.")
        return path.read_bytes()
    except OSError as error:
        raise BadFileError(path, why=f"it cannot be read: {error.strerror}.", remedy="Allow reading it.") from None


def parsed(path: Path, raw: bytes, *, entry: str = "") -> Json:
    """Reads bytes as JSON; NaN and infinities, which JSON has no word for, are null; what no UTF-8 or database can hold is U+FFFD.

    Args:
        path: the file, for messages.
        raw: UTF-8, with or without a byte order mark.
        entry: which part of the file; empty: all of it.

    Raises:
        BadFileError: when it is no JSON, is nested too deeply, or says a name twice.
    """
    where = f"entry {entry!r} " if entry else "it "
    remedy = "Export it again with the tool that made it."
    try:
        found = cast("Json", json.loads(raw.decode("utf-8-sig"), parse_constant=lambda _: None, object_pairs_hook=_unique))
        return _sayable(found) if _ESCAPED.search(raw) else found
    except UnicodeDecodeError as error:
        why = f"{where}is not UTF-8: byte {error.start} is 0x{raw[error.start]:02x}."
        raise BadFileError(path, why=why, remedy="Save it as UTF-8.") from None
    except RecursionError:
        raise BadFileError(path, why=f"{where}is nested too deeply to be read.", remedy=remedy) from None
    except _TwiceError as error:
        raise BadFileError(path, why=f"{where}has the name {str(error)[:NAME_LIMIT]!r} twice in one object.", remedy=remedy) from None
    except json.JSONDecodeError as error:
        why = f"{where}is not JSON: {error.msg}, at character {error.pos:,}."
        raise BadFileError(path, line=None if entry else error.lineno, why=why, remedy=f"It may be cut off. {remedy}") from None
    except ValueError:  # Python reads no whole number of more than 4,300 digits
        raise BadFileError(path, why=f"{where}holds a number of thousands of digits.", remedy=remedy) from None


def _sayable(value: Json) -> Json:
    if isinstance(value, str):
        return _UNSAYABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return _unique([(_UNSAYABLE.sub("\ufffd", name), _sayable(one)) for name, one in value.items()])
    return [_sayable(one) for one in value] if isinstance(value, list) else value


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(next(name for name in names if names.count(name) > 1))
    return record


def items(value: Json) -> Sequence[Json]:
    """A list, or none of it where there is no list."""
    return value if isinstance(value, list) else ()


def part(value: Json, *names: str) -> Json:
    """What lies under names, one below the other; None where there is nothing."""
    for name in names:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def objects(value: Json) -> Sequence[Object]:
    """The objects of a list."""
    return [one for one in items(value) if isinstance(one, Mapping)]


def named(value: Json) -> str | None:
    """A name that a file gives to something, as it can be kept: shortened, and without what no database takes; None where it has none."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        return None
    return _UNSAYABLE.sub("\ufffd", str(value)[:NAME_LIMIT])


def number(value: Json) -> float | None:
    """A number below `LARGEST`; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < LARGEST:
        return None
    return float(value)


def whole(value: Json) -> int | None:
    """A whole number that is not negative; None where there is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def moment(value: Json) -> datetime | None:
    """A time with its offset (ISO 8601), or nanoseconds since 1970; None where the file says no moment that is sure."""
    try:
        if isinstance(value, int) or (isinstance(value, str) and value.isascii() and value.isdigit()):
            return datetime.fromtimestamp(int(value) / _NANOSECONDS, tz=UTC)
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return None if found is None or found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None


def texts(value: Json) -> tuple[str, ...]:
    """Texts that may be a case's content: the value itself, or those right below it."""
    if isinstance(value, str):
        return (value,)
    return tuple(one for one in value.values() if isinstance(one, str)) if isinstance(value, Mapping) else ()
