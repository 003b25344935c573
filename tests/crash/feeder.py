"""Brings cases, as a program does that will not lose one: `python -m tests.crash.feeder HOME COUNT AHEAD FOLDER POSTED|ASKED`.

What was said to be accepted is written to a file, name by name: the outside's own memory, which the database is held against later.
Whatever fails is sent again, as it was. How many cases may be brought so far is read from another file.
"""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import text

from licet.core.answer import Choice
from licet.core.case import CaseBody, TextContent
from licet.core.history import PastCase, PostedProposal
from licet.core.people import Operator
from licet.core.refusal import Refused
from licet.core.system import SystemCard, SystemKind
from licet.flows.intake import Accepted, Batch, accept
from licet.flows.office import Office
from licet.settings import home_at
from licet.store.book import ClockOffError, ClockWentBackError
from licet.store.engines import BrokenDatabaseError, DatabaseBusyError, DatabaseUnreachableError
from licet.wiring import RolledBackError, serving
from tests.cli.desk import cases
from tests.crash.ground import SLUG, WRONGS

AT_ONCE = 25
KNOWN, ALLOWED = "known.txt", "allowed.txt"
VENDOR = SystemCard(kind=SystemKind.POSTED, name="vendor", version="3")
TRY_AGAIN = (DatabaseUnreachableError, DatabaseBusyError, BrokenDatabaseError, ClockOffError, ClockWentBackError, RolledBackError, OSError)
FREE = text("select count(*) from work where claim is null")


def batch(first: int, count: int, *, posted: bool) -> Batch:
    """Cases with names of their own; asked ones carry no proposal, and in some of them the provider fails."""
    said = cases(count, seed=first, first=first)
    rows = [
        PastCase(
            line=place,
            body=CaseBody(content=TextContent(text=str(one["text"]) if posted else f"{one['text']}{_wrong(first + place)}")),
            answer=None,
            external_id=str(one["id"]),
            posted=PostedProposal(answer=Choice(value=str(one["said"])), confidence=float(str(one["sure"]))) if posted else None,
        )
        for place, one in enumerate(said)
    ]
    return Batch(name=SLUG, rows=rows, card=VENDOR if posted else None, source="chaos")


def _wrong(number: int) -> str:
    """The first cases of each hundred are those in which the provider fails, each in another way."""
    place = number % 100
    return f" !{WRONGS[place]}" if place < len(WRONGS) else ""


def send(office: Office, cases_: Batch) -> Sequence[Accepted]:
    """Sends cases until they are accepted."""
    while True:
        try:
            done = accept(office, Operator(), cases_)
        except TRY_AGAIN as failed:
            sys.stderr.write(f"{type(failed).__name__}: {failed}\n")
        else:
            if not isinstance(done, Refused):
                return done
            sys.stderr.write(f"{done.code}: {done.why}\n")
        time.sleep(0.2)


def waits(office: Office) -> int:
    """How many cases nobody has claimed; many where the database does not say."""
    try:
        with office.book.read() as tx:
            return int(tx.conn.execute(FREE).scalar_one())
    except TRY_AGAIN:
        return sys.maxsize


def allowed(folder: Path) -> int:
    """How many cases may be brought by now."""
    return int((folder / ALLOWED).read_text("ascii"))


def feed(office: Office, count: int, *, ahead: int, folder: Path, posted: bool) -> None:
    """Brings all of them, as soon as they may be brought, and no further ahead of the workers than told."""
    with (folder / KNOWN).open("a", encoding="ascii") as memory:
        for first in range(1, count + 1, AT_ONCE):
            while allowed(folder) < first or waits(office) >= ahead:
                time.sleep(0.01)
            done = send(office, batch(first, min(AT_ONCE, count + 1 - first), posted=posted))
            memory.write("".join(f"{one.name}\n" for one in done))
            memory.flush()


def main(home: str, count: str, ahead: str, folder: str, kind: str) -> None:
    """Opens the installation, again and again where its database does not answer, and feeds it."""
    while True:
        try:
            with serving(home_at(Path(home))) as office:
                feed(office, int(count), ahead=int(ahead), folder=Path(folder), posted=kind == "POSTED")
                return
        except TRY_AGAIN as failed:
            sys.stderr.write(f"{type(failed).__name__}: {failed}\n")
            time.sleep(0.2)


if __name__ == "__main__":
    main(*sys.argv[1:])
