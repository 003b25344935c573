"""Benchmark: every page, and the claim of the next case, with a million cases of which 10,000 wait, on SQLite and on PostgreSQL.

`--use-cases` have a mandate each; all cases are of the first of them. Those that wait, and some that AI decided alone, came in
through the flows; the others are copies of the latter by SQL, in the store's own form, over the days before. Pages are asked for over
HTTP on loopback by a client in the same process, so that processor time is of both; what PostgreSQL spends is its own.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import Engine, event, text

from bench.installation import NAME, installed, mandated
from bench.licet_waiting import AT_ONCE, numbered, wait
from bench.peers.side import Failed
from bench.runtime import BOTH, databases
from licet.cli.frame import granted
from licet.cli.served import Audience, Wish, app_of
from licet.core.case import CaseBody, TextContent
from licet.core.desk import Handed
from licet.core.history import PastCase
from licet.core.people import Person
from licet.edge.told import NoTrace
from licet.flows.desk import in_hand, next_case, release
from licet.flows.drain import claim_cases, work_off
from licet.flows.intake import Batch, accept
from licet.flows.office import Office, who
from licet.flows.speakers import Speakers
from licet.settings import Home, home_at
from licet.store import cases, looks, use_cases
from licet.store.moments import moment_text
from licet.web.desk import silent
from licet.web.metrics import Meter
from licet.web.server import running
from licet.wiring import serving

MILLION: Final = 1_000_000
WAITING: Final = 10_000
DECIDED: Final = 40_000
USE_CASES: Final = 9
ASKED: Final = 60
WARM: Final = 5
PAGE_MS, CLAIM_MS = 150.0, 20.0
REVIEWER, OWNER = "rene@example.org", "olga@example.org"

PAGES: Final = {
    "portfolio": (OWNER, "/"),
    "navigation": (OWNER, "/parts/navigation"),
    "use_case": (OWNER, f"/use-cases/{NAME}"),
    "standard": (OWNER, f"/use-cases/{NAME}/standard"),
    "evaluation": (OWNER, f"/use-cases/{NAME}/evaluation"),
    "review": (REVIEWER, f"/review?use_case={NAME}"),
    "second_look": (OWNER, "/second-look"),
    "approvals": (OWNER, "/approvals"),
    "practice": (REVIEWER, "/practice"),
    "people": (OWNER, "/people"),
    "monitoring": (OWNER, "/monitoring"),
    "monitoring_one": (OWNER, f"/monitoring/{NAME}"),
    "incidents": (OWNER, "/incidents"),
    "ledger": (OWNER, "/ledger"),
}
"""Who looks at what."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What something took, time after time: milliseconds on the wall, and of processor time and statements once each."""

    wall_ms: list[float]
    cpu_ms: float
    statements: float

    def row(self, what: str, most: float) -> Row:
        """A row of it, whose promise is the slowest twentieth."""
        slow = sorted(self.wall_ms)[int(0.95 * len(self.wall_ms))]
        met = slow <= most
        figures = {"p50_ms": statistics.median(self.wall_ms), "p95_ms": slow, "cpu_ms": self.cpu_ms, "statements": self.statements}
        said = ", ".join(f"{figures[name]:.1f} {words}" for name, words in SAID.items())
        return {
            "value": round(slow, 1),
            "unit": f"ms p95 for {what} ({said})",
            "against": None,
            "ratio": None,
            "goal": f"at most {most:g}",
            "met": met,
            "why": None if met else f"{slow:.1f} is above {most:g}",
            "figures": {"Licet": {name: round(value, 2) for name, value in figures.items()}},
        }


SAID: Final = {"p50_ms": "p50", "cpu_ms": "CPU", "statements": "statements"}


def main(argv: list[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=BOTH, action="append", help="SQLite or PostgreSQL; both where none is given")
    parser.add_argument("--cases", type=int, default=MILLION)
    parser.add_argument("--use-cases", type=int, default=USE_CASES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    rows: dict[str, Row] = {}
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as places:
        for kind in given.kind or BOTH:
            new_database = places[kind]
            if isinstance(new_database, Failed):
                rows[f"pages_{kind.lower()}"] = absent(kind, new_database.why)
            else:
                home = filled(Path(folder), new_database(), given.cases, given.use_cases)
                rows |= {f"pages_{name}_{kind.lower()}": row for name, row in measured(home, kind).items()}
    print(json.dumps(rows) if given.json else "\n".join(f"{name}: {row['value']} {row['unit']}" for name, row in rows.items()))
    return 0


def absent(kind: str, why: str) -> Row:
    """The row of a database that is not there."""
    goal = f"at most {PAGE_MS:g}"
    return {"value": None, "unit": f"ms on {kind}", "against": None, "ratio": None, "goal": goal, "met": None, "why": why}


def filled(folder: Path, database: str, count: int, others: int) -> Home:
    """Makes the installation with so many cases and use cases."""
    os.environ.pop("LICET_DATABASE_URL", None)
    root = installed(folder, database)
    for number in range(1, others):
        mandated(root, folder, f"{NAME}-{number}")
    home = home_at(root, os.environ)
    with serving(home) as office:
        wait(office, 0, min(WAITING, count // 2))
        decided(office, min(DECIDED, count // 2))
        numbered(office)
        copied(office, count)
    return home


def decided(office: Office, count: int) -> None:
    """Lets cases come in of which the system is sure, and routes them: AI decides nearly all of them alone."""
    by = who(office, None)
    with office.book.read() as tx:
        use_case = use_cases.require(tx, NAME)
    for first in range(0, count, AT_ONCE):
        rows = [_sure(number) for number in range(first, min(count, first + AT_ONCE))]
        granted(accept(office, by, Batch(name=NAME, rows=rows, card=None, source="bench")))
        claimed = claim_cases(office, (use_case.id, use_case.slug), holder="bench", limit=AT_ONCE)
        if claimed is not None:
            list(work_off(office, Speakers(), use_case_id=use_case.id, claim=claimed.claim, limit=AT_ONCE))


def _sure(number: int) -> PastCase:
    body = CaseBody(content=TextContent(text=f"sure case {2 * number}"))
    return PastCase(line=number + 1, body=body, answer=None, external_id=f"sure-{number}")


def copied(office: Office, wanted: int) -> None:
    """Copies decided cases with their keys, routes and decisions until there are so many; each round of copies is a day older."""
    with office.book.read() as tx:
        there = int(tx.conn.execute(text("select count(*) from case_item")).scalar_one())
        first, last = tx.conn.execute(text("select min(case_number), max(case_number) from decision")).one()
        each = int(tx.conn.execute(text("select count(*) from decision")).scalar_one())
    now = office.clock.now()
    for turn in range(1, max(0, -(-(wanted - there) // each)) + 1):
        at = moment_text(now - timedelta(days=turn))
        told = {"shift": turn * (int(last) - int(first) + 1), "mark": f"-{turn}", "first": first, "last": last, "at": at}
        with office.book.write() as tx:
            for statement in COPIES:
                tx.conn.execute(text(statement), told)
    with office.book.write() as tx:
        tx.conn.execute(text("update counter set value = (select max(number) from case_item) where name = 'case'"))
        tx.conn.execute(text("analyze"))


_DECIDED: Final = "case_number in (select case_number from decision where case_number between :first and :last)"
COPIES: Final = (
    "insert into case_item (number, use_case_id, part, digest, external_id, place, received_at, labelled, body) "
    "select number + :shift, use_case_id, part, digest, external_id || :mark, place, :at, labelled, body "
    "from case_item where number in (select case_number from decision where case_number between :first and :last)",
    f"insert into case_key (case_number, salt) select case_number + :shift, salt from case_key where {_DECIDED}",  # noqa: S608
    "insert into routing (case_number, use_case_id, fingerprint, route, reason, mandate_id, at) "  # noqa: S608
    f"select case_number + :shift, use_case_id, fingerprint, route, reason, mandate_id, :at from routing where {_DECIDED}",
    "insert into decision (case_number, use_case_id, answer, by, simulated, versions, at) "
    'select case_number + :shift, use_case_id, answer, "by", simulated, versions, :at from decision '
    "where case_number between :first and :last",
)
"""The statements, in the order in which rows need each other."""


def measured(home: Home, kind: str) -> Mapping[str, Row]:
    """The rows of one database: the claim, each page, and a sealed set's cases counted."""
    with serving(home) as office, counting() as statements:
        rows = {"claim": claims(office, statements).row(f"the next case on {kind}", CLAIM_MS)}
        rows["sealed_set"] = sealed(office, statements).row(f"a sealed set's cases counted on {kind}", PAGE_MS)
        wish = Wish(host="127.0.0.1", port=0, asserted=True, worker=False)
        app = app_of(home, office, wish, Audience(journal=silent, trace=NoTrace(), meter=Meter()), None)
        with running(app, host=wish.host, port=wish.port) as ports:
            address = f"http://127.0.0.1:{ports[0]}"
            for name, (person, path) in PAGES.items():
                with signed_in(address, person) as client:
                    rows[name] = page(office, client, path, statements).row(f"the page {name.replace('_', ' ')} on {kind}", PAGE_MS)
    return rows


@contextmanager
def counting() -> Iterator[list[int]]:
    """Counts the statements that are sent to any database meanwhile, those that begin and end transactions among them."""
    sent = [0]

    def count(*_: object) -> None:
        sent[0] += 1

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def taken(work: Callable[[], object], after: Callable[[], None], statements: list[int]) -> Taken:
    """Does something again and again; what tidies up after each time is not counted."""
    wall: list[float] = []
    cpu, sent = 0.0, 0
    for turn in range(WARM + ASKED):
        began, busy, before = time.perf_counter(), time.process_time(), statements[0]
        work()
        if turn >= WARM:
            wall.append(1000 * (time.perf_counter() - began))
            cpu += 1000 * (time.process_time() - busy)
            sent += statements[0] - before
        after()
    return Taken(wall_ms=wall, cpu_ms=cpu / ASKED, statements=sent / ASKED)


def nothing() -> None:
    """There is nothing to tidy up."""


def person_of(office: Office, email: str) -> Person:
    """Somebody of the installation."""
    found = who(office, email)
    if not isinstance(found, Person):
        message = f"{email} is not there"
        raise TypeError(message)
    return found


def claims(office: Office, statements: list[int]) -> Taken:
    """How long it takes until a reviewer at the desk has the next case; each is given back after."""
    person, hand = person_of(office, REVIEWER), list[Handed]()

    def claim() -> None:
        found = next_case(office, person, name=NAME)
        if not isinstance(found, Handed):
            message = f"a case waits, and the reviewer was told {found!r}"
            raise TypeError(message)
        hand.append(found)

    def give_back() -> None:
        one = hand.pop()
        release(office, person, token=one.token, lease=one.lease.name)

    return taken(claim, give_back, statements)


def sealed(office: Office, statements: list[int]) -> Taken:
    """How long it takes to count the sealed cases of the use case that has a million others."""
    with office.book.read() as tx:
        use_case = use_cases.require(tx, NAME)

    def count() -> None:
        with office.book.read() as tx:
            cases.count_history(tx, use_case)
            looks.current_set(tx, use_case)

    return taken(count, nothing, statements)


@contextmanager
def signed_in(address: str, person: str) -> Iterator[httpx.Client]:
    """A client of somebody who signed in."""
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60) as client:
        client.post("/sign-in/asserted", data={"email": person, "next": "/ledger"}, headers={"Origin": address}).raise_for_status()
        yield client


def page(office: Office, client: httpx.Client, path: str, statements: list[int]) -> Taken:
    """How long a page takes; on that of the review the next case is taken, sent to and drawn, and given back after."""
    person = person_of(office, REVIEWER)

    def give_back() -> None:
        mine = in_hand(office, person)
        for one in mine if isinstance(mine, list) else ():
            release(office, person, token=one.token, lease=one.lease.name)

    return taken(lambda: client.get(path).raise_for_status(), give_back if path.startswith("/review") else nothing, statements)


if __name__ == "__main__":
    sys.exit(main())
