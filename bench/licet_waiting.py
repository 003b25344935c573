"""Licet's side while many cases wait for a person: what an idle worker takes, how long answers take, and pages of the API.

`--cases` wait; with 0 the worker is measured on none, and answers and pages on a few. The cases are accepted, proposed on and routed
by the flows, in large batches. Where there are `COPIED_FROM` or more, their rows are then copied by SQL, in the store's own form, until
there are a million cases, and pages are measured once more.
"""

import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
from sqlalchemy import text

from bench.installation import NAME, installed, right, typed
from bench.licet_process import workers
from bench.peers.work import Given, Meter, given, measured, proved, report
from licet.cli.frame import granted
from licet.cli.served import Audience, Wish, app_of
from licet.core.answer import Choice
from licet.core.case import CaseBody, TextContent
from licet.core.desk import Handed
from licet.core.history import PastCase
from licet.core.people import Person
from licet.edge.told import NoTrace
from licet.flows.answer import answer_case
from licet.flows.desk import next_case, release
from licet.flows.drain import claim_cases, work_off
from licet.flows.intake import Batch, accept
from licet.flows.office import Office, who
from licet.flows.review import answer_worksheet
from licet.flows.settle import settle
from licet.flows.speakers import Speakers
from licet.settings import Home, home_at
from licet.store import decisions, ledger, use_cases
from licet.web.desk import silent
from licet.web.metrics import Meter as WebMeter
from licet.web.server import running
from licet.wiring import serving

AT_ONCE: Final = 2000
FEW: Final = 500
IDLE_S: Final = 20.0
SETTLED_S: Final = 3.0
ASKED: Final = 200
COPIED_FROM: Final = 100_000
MILLION: Final = 1_000_000
ADMIN: Final = "ada@example.org"
LOOKS: Final = random.Random(7)  # noqa: S311 - which pages are looked at


def main() -> None:
    """Does the work and reports it."""
    told = given(__doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) if told.on_postgresql else Path(told.database).parent
        home = home_at(installed(folder, told.database), os.environ)
        typed(home.root, "person", "add", ADMIN, "--name", "Ada", "--role", "admin")
        token = str(typed(home.root, "token", "new", "bench", "--scope", "cases:read", "--as", ADMIN)["token"])
        with serving(home) as office, measured() as meter:
            looked_at(home, office, told, token, meter)
        report(max(told.cases, FEW), meter)


def looked_at(home: Home, office: Office, told: Given, token: str, meter: Meter) -> None:
    """Makes the cases, and measures the worker, answers and pages in turn."""
    wait(office, 0, told.cases)
    proved(waiting(office), told.cases)
    numbered(office)
    meter.extra |= idle(home.root, office)
    if not told.cases:
        wait(office, 0, FEW)
    meter.extra |= answers(office)
    meter.extra |= claims(office, "")
    meter.extra |= pages(home, office, token, max(told.cases, FEW), "")
    if told.cases >= COPIED_FROM:
        began = time.perf_counter()
        copied(office, told.cases, MILLION)
        meter.extra["copied_s"] = time.perf_counter() - began
        meter.extra |= claims(office, "_of_a_million")
        meter.extra |= pages(home, office, token, MILLION, "_of_a_million")


def wait(office: Office, start: int, end: int) -> None:
    """Lets cases come in of which the system is not sure, and routes them: each waits for a person."""
    speakers, by = Speakers(), who(office, None)
    with office.book.read() as tx:
        use_case = use_cases.require(tx, NAME)
    for first in range(start, end, AT_ONCE):
        rows = [_unsure(number) for number in range(first, min(end, first + AT_ONCE))]
        granted(accept(office, by, Batch(name=NAME, rows=rows, card=None, source="bench")))
        claimed = claim_cases(office, (use_case.id, use_case.slug), holder="bench", limit=AT_ONCE)
        if claimed is not None:
            list(work_off(office, speakers, use_case_id=use_case.id, claim=claimed.claim, limit=AT_ONCE))


def _unsure(number: int) -> PastCase:
    body = CaseBody(content=TextContent(text=f"waiting case {2 * number + 1}"))
    return PastCase(line=number + 1, body=body, answer=None, external_id=f"wait-{number}")


def waiting(office: Office) -> int:
    """How many cases wait for a person."""
    with office.book.read() as tx:
        return decisions.counts(tx, use_cases.require(tx, NAME))["waiting"]


def numbered(office: Office) -> None:
    """Numbers the ledger first, as a worker has by the time that it is idle."""
    while True:
        settle(office)
        with office.book.read() as tx:
            if not ledger.is_pending(tx):
                return


def idle(home: Path, office: Office) -> dict[str, float]:
    """What a worker takes that has nothing to do: megabytes, and its share of a core."""
    with workers(home, office, 1) as (one,):
        time.sleep(SETTLED_S)
        before, began = one.cpu_s, time.perf_counter()
        time.sleep(IDLE_S)
        share = (one.cpu_s - before) / (time.perf_counter() - began)
        return {"worker_mb": one.memory_mb("VmRSS"), "worker_idle_cpu": share}


def answers(office: Office) -> dict[str, float]:
    """How long an answer takes: on a case by its name, and on a line of a worksheet."""
    person = who(office, "rene@example.org")
    if not isinstance(person, Person):
        message = "the reviewer is not there"
        raise TypeError(message)
    said = Choice(value=right(1))
    with office.book.read() as tx:
        tokens = [task.token for task in decisions.open_tasks(tx, use_cases.require(tx, NAME)) if task.case % 2][:ASKED]
        names = [name for _, name in tx.conn.execute(text(_OPEN), {"most": ASKED}).all()]

    def by_name(place: int) -> None:
        granted(answer_case(office, person, name=NAME, case=names[place], answer=said))

    def by_line(place: int) -> None:
        granted(answer_worksheet(office, person, name=NAME, answers={tokens[place]: said}))

    return marks("answer", [_took(by_name, place) for place in range(len(names))]) | marks(
        "worksheet_answer", [_took(by_line, place) for place in range(len(tokens))]
    )


_OPEN: Final = (
    "select t.case_number, c.external_id from task t join case_item c on c.number = t.case_number "
    "where t.done_at is null and t.case_number % 2 = 0 order by t.case_number limit :most"
)


def claims(office: Office, after: str) -> dict[str, float]:
    """How long it takes until a reviewer at the desk has the next case; each is given back after."""
    person = who(office, "rene@example.org")

    def claim(place: int) -> None:
        del place
        found = next_case(office, person, name=NAME)
        if not isinstance(found, Handed):
            message = f"a case waits, and the reviewer was told {found!r}"
            raise TypeError(message)
        in_hand.append(found)

    took: list[float] = []
    in_hand: list[Handed] = []
    for place in range(ASKED):
        took.append(_took(claim, place))
        one = in_hand.pop()
        release(office, person, token=one.token, lease=one.lease.name)
    return marks(f"claim{after}", took)


def _took(work: Callable[[int], None], place: int) -> float:
    began = time.perf_counter()
    work(place)
    return 1000 * (time.perf_counter() - began)


def marks(name: str, took: list[float]) -> dict[str, float]:
    """The middle and the slowest twentieth."""
    return {f"{name}_p50_ms": statistics.median(took), f"{name}_p95_ms": sorted(took)[int(0.95 * len(took))]}


def pages(home: Home, office: Office, token: str, count: int, after: str) -> dict[str, float]:
    """How long the API takes for a page of 100 cases that wait, and for one case with its timeline, over HTTP on loopback."""
    wish = Wish(host="127.0.0.1", port=0, asserted=False, worker=False)
    app = app_of(home, office, wish, Audience(journal=silent, trace=NoTrace(), meter=WebMeter()), None)
    with running(app, host=wish.host, port=wish.port) as ports, httpx.Client(headers={"Authorization": f"Bearer {token}"}) as client:
        address = f"http://127.0.0.1:{ports[0]}/api/v1/use-cases/{NAME}/cases"
        cursor: list[str | None] = [None]

        def turn(place: int) -> None:
            del place
            found = client.get(address, params={"state": "waiting", **({"cursor": cursor[0]} if cursor[0] else {})})
            cursor[0] = found.raise_for_status().json()["next"]

        def read(place: int) -> None:
            del place
            client.get(f"{address}/wait-{LOOKS.randrange(min(count, COPIED_FROM))}").raise_for_status()

        listed = [_took(turn, place) for place in range(ASKED)]
        single = [_took(read, place) for place in range(ASKED)]
    return marks(f"page{after}", listed) | marks(f"case{after}", single)


def copied(office: Office, there: int, wanted: int) -> None:
    """Copies the rows of waiting cases, key, route and task included, under new numbers and names."""
    with office.book.read() as tx:
        first = int(tx.conn.execute(text("select min(case_number) from task")).scalar_one())
        last = int(tx.conn.execute(text("select max(number) from case_item")).scalar_one())
    for turn in range(1, -(-wanted // there)):
        shift = turn * (last - first + 1)
        with office.book.write() as tx:
            for statement in COPIES:
                tx.conn.execute(text(statement), {"shift": shift, "mark": f"-{turn}", "first": first, "last": last})
    with office.book.write() as tx:
        tx.conn.execute(text("update counter set value = (select max(number) from case_item) where name = 'case'"))
        tx.conn.execute(text("analyze"))


COPIES: Final = (
    "insert into case_item (number, use_case_id, part, digest, external_id, place, received_at, labelled, body) "
    "select number + :shift, use_case_id, part, digest, external_id || :mark, place, received_at, labelled, body "
    "from case_item where number between :first and :last",
    "insert into case_key (case_number, salt) select case_number + :shift, salt from case_key where case_number between :first and :last",
    "insert into routing (case_number, use_case_id, fingerprint, route, reason, mandate_id, at) "
    "select case_number + :shift, use_case_id, fingerprint, route, reason, mandate_id, at from routing "
    "where case_number between :first and :last",
    "insert into task (token, case_number, use_case_id, kind, created_at) "
    "select token || :mark, case_number + :shift, use_case_id, kind, created_at from task where case_number between :first and :last",
)


if __name__ == "__main__":
    main()
