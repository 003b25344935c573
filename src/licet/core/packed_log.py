"""A packed log: an event log as bytes that are as small as they can be made at once, and always the same for the same log."""

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from licet.core.canonical import Json, canonical_bytes
from licet.core.event_log import EventLog
from licet.core.further import further_from_json, further_to_json
from licet.core.refusal import Unknown

VERSION = 1
LEVEL = 1
"""How hard zlib tries: with columns turned below, trying harder takes five times as long and saves an eighth."""

COLUMNS = (
    ("case", "<i4"),
    ("activity", "<i4"),
    ("resource", "<i4"),
    ("start", "<f8"),
    ("end", "<f8"),
    ("started", "|b1"),
)
"""The columns in their order, little-endian whatever the machine is."""


def pack(log: EventLog) -> bytes:
    """Writes a log: a line that says what follows, then its columns, all of it compressed.

    The first bytes of all numbers of a column come first, then all second ones, and so on: neighbours are alike, and compress to half.
    """
    return zlib.compress(b"".join(_pieces(log)), LEVEL)


def digest_of_log(log: EventLog) -> str:
    """Names a log by what it says: SHA-256 over its names and columns, in hex (64 characters), however it was compressed."""
    found = hashlib.sha256()
    for piece in _pieces(log):
        found.update(piece)
    return found.hexdigest()


def unpack(packed: bytes) -> EventLog:
    """Reads what `pack` wrote.

    Raises:
        NotALogError: when the columns do not make a log.
        ValueError: when the bytes are not ours.
    """
    raw = zlib.decompress(packed)
    ends = raw.index(b"\n")
    said = json.loads(raw[:ends])
    events, at, columns = int(said["events"]), ends + 1, {}
    for name, kind in COLUMNS:
        width = np.dtype(kind).itemsize
        turned = np.frombuffer(raw, np.uint8, events * width, at).reshape(width, events)
        columns[name] = np.ascontiguousarray(turned.T).reshape(-1).view(kind)
        at += events * width
    further = further_from_json(said.get("further"))
    return EventLog(activities=tuple(said["activities"]), resources=tuple(said["resources"]), further=further, **columns)


def _pieces(log: EventLog) -> Iterator[bytes]:
    names: Mapping[str, Json] = {"activities": list(log.activities), "resources": list(log.resources)}
    further: Mapping[str, Json] = {} if isinstance(log.further, Unknown) else {"further": further_to_json(log.further)}
    yield canonical_bytes({"version": VERSION, "events": log.events, **names, **further}) + b"\n"
    for name, kind in COLUMNS:
        yield _turned(np.asarray(getattr(log, name), kind))


def _turned(column: NDArray[np.generic]) -> bytes:
    return np.ascontiguousarray(column.view(np.uint8).reshape(column.shape[0], -1).T).tobytes()
