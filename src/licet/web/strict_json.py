"""Strict JSON: one document in UTF-8 that means one thing only, or nothing is read.

Python's reader takes more than RFC 8259 and I-JSON (RFC 7493) allow: NaN, a number too large for a float as infinity, one of two
values of the same name, half of a surrogate pair. Each would mean something else to the next program, so each is refused.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import NoReturn

from licet.core.canonical import Json

SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
NUL = re.compile(rb"\\u0000")
LONGEST_NUMBER = 64


class NotStrictJsonError(ValueError):
    """A body is not JSON, or means different things to different readers."""


def read_strictly(raw: bytes, *, depth: int) -> Json:
    """Reads one JSON document.

    Args:
        raw: the bytes.
        depth: how deep objects and lists may be nested.

    Raises:
        NotStrictJsonError: says what is wrong and where, and repeats nothing of the document but names and numbers.
    """
    try:
        found: Json = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_constant, parse_float=_float, parse_int=_int)
    except UnicodeDecodeError as error:
        raise NotStrictJsonError(f"The body is not UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise NotStrictJsonError(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _too_deep(depth) from None
    _check_depth(found, depth)
    if SURROGATE.search(raw) or NUL.search(raw):
        _check_text(found)
    return found


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise NotStrictJsonError(f"The name {twice[:40]!a} occurs twice in one object; which of its values counts is anybody's guess.")
    return found


def _constant(word: str) -> NoReturn:
    raise NotStrictJsonError(f"{word} is not JSON; leave out what is not known.")


def _float(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise NotStrictJsonError(f"The number {digits[:20]} is too large.")
    return value


def _int(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise NotStrictJsonError(f"The number {digits[:20]}… has {len(digits):,} digits; {LONGEST_NUMBER} may be. Send it as a string.")
    return int(digits)


def _check_depth(found: Json, depth: int) -> None:
    level: list[Json] = [found]
    for _ in range(depth + 1):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise _too_deep(depth)


def _inside(outer: Json) -> Iterable[Json]:
    match outer:
        case dict():
            return outer.values()
        case list():
            return outer
        case _:
            return ()


def _too_deep(depth: int) -> NotStrictJsonError:
    return NotStrictJsonError(f"The body is nested deeper than {depth} levels.")


def _check_text(found: Json) -> None:
    """Refuses half a surrogate pair, which no UTF-8 can say, and U+0000, which databases cut texts at."""
    whole = json.dumps(found, ensure_ascii=False)
    if "\\u0000" in whole and _holds_nul(found):
        raise NotStrictJsonError("A string holds the character U+0000; leave it out.")
    try:
        whole.encode("utf-8")
    except UnicodeEncodeError:
        raise NotStrictJsonError("A string holds half of a surrogate pair, which is no character.") from None


def _holds_nul(found: Json) -> bool:
    match found:
        case str():
            return "\0" in found
        case dict():
            return any("\0" in name or _holds_nul(value) for name, value in found.items())
        case list():
            return any(map(_holds_nul, found))
        case _:
            return False
