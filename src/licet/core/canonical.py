"""Canonical bytes: the one way a value is written down before it is hashed, so that equal values have equal digests."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import cast

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


_WRITER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_READER = json.JSONDecoder()


def canonical_bytes(value: Json) -> bytes:
    """Writes a JSON value as UTF-8 with sorted keys and no white space.

    Args:
        value: any JSON value; floats must be finite. They are written in their shortest form that reads back equal.

    Returns:
        The bytes; equal values give equal bytes.

    Raises:
        ValueError: for NaN or an infinity, which JSON cannot say.
        TypeError: for a value JSON has no word for.
    """
    return _WRITER.encode(value).encode("utf-8")


def digest(value: Json) -> str:
    """Names a JSON value by what it says: the SHA-256 of its canonical bytes, in hex (64 characters)."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def read_json(raw: bytes) -> Json:
    """Reads bytes that `canonical_bytes` wrote.

    Raises:
        ValueError: when the bytes are not JSON.
    """
    text = raw.decode("utf-8")
    value, end = _READER.raw_decode(text)  # spares the searches for white space around it, of which there is none
    if end != len(text):
        message = f"{len(text) - end} characters follow the value; canonical JSON ends with it."
        raise ValueError(message)
    return cast("Json", value)
