"""Limits: how much of the server one request may take."""

from dataclasses import dataclass
from datetime import timedelta

from licet.flows.intake import BACKLOG

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a request may be, and how long it may take.

    Attributes:
        body_bytes: most bytes of a body.
        header_bytes: most bytes of all headers together.
        target_bytes: most bytes of an address with its query.
        depth: how deep JSON may be nested.
        body_within: how long a body may take to arrive.
        threads: how many requests may work on the database at once.
        backlog: cases of one use case that may wait for a worker.
    """

    body_bytes: int = 10 * MEGABYTE
    header_bytes: int = 16 * 1024
    target_bytes: int = 4096
    depth: int = 32
    body_within: timedelta = timedelta(seconds=30)
    threads: int = 32
    backlog: int = BACKLOG
