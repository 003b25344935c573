"""Findings: what a look at an installation comes to, and what looks look at."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licet.edge.draw import SystemDraw
from licet.edge.seal import open_seal
from licet.edge.vault import open_key
from licet.flows.office import Office
from licet.ports import Clock
from licet.settings import Home
from licet.store.book import Book
from licet.store.engines import check_schema, open_engine
from licet.store.gauges import Gauges, read_gauges
from licet.wiring import office_of


class Severity(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


_ORDER = list(Severity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look found; what it says names the remedy where something is not in order."""

    severity: Severity
    says: str


def fine(says: str) -> Found:
    """Everything is in order."""
    return Found(severity=Severity.OK, says=says)


def note(says: str) -> Found:
    """Worth knowing."""
    return Found(severity=Severity.NOTE, says=says)


def warning(says: str) -> Found:
    """It works, and something will go wrong."""
    return Found(severity=Severity.WARNING, says=says)


def error(says: str) -> Found:
    """It does not work, or is not safe."""
    return Found(severity=Severity.ERROR, says=says)


def worst(found: Iterable[Found], otherwise: str) -> Found:
    """Several findings as one: the worst severity, all sentences; `otherwise` is said where there are none."""
    several = list(found)
    if not several:
        return fine(otherwise)
    severity = max((one.severity for one in several), key=_ORDER.index)
    return Found(severity=severity, says=" ".join(one.says for one in several))


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What looks at the files look at."""

    home: Home
    clock: Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRoom:
    """What looks at the database look at: an office on it, and how everything stands; nothing is written."""

    home: Home
    clock: Clock
    office: Office
    gauges: Gauges
    now: datetime


@contextmanager
def opened_for_looking(room: Room) -> Iterator[OpenRoom]:
    """Opens the database without settling anything: what waits is left for the looks to find.

    Raises:
        DatabaseMissingError, DatabaseUnreachableError, SchemaError, KeyFileError, SealError: each names the remedy.
    """
    home = room.home
    engine = open_engine(home.database, url=home.database_url)
    try:
        check_schema(engine)
        vault, seal = open_key(home.key_file), open_seal(home.ledger_key)
        office = office_of(home, Book(engine, vault, SystemDraw()), vault, seal, room.clock)
        now = room.clock.now()
        with office.book.read() as tx:
            gauges = read_gauges(tx, now)
        yield OpenRoom(home=home, clock=room.clock, office=office, gauges=gauges, now=now)
    finally:
        engine.dispose()
