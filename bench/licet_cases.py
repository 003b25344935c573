"""Licet's side of the comparison: cases are accepted, proposed on, routed, and every other one is answered by a person."""

import os
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bench.installation import NAME, installed, right
from bench.peers.work import Given, given, measured, proved, report
from licet.cli.frame import granted
from licet.core.answer import Choice
from licet.core.case import CaseBody, TextContent
from licet.core.history import PastCase
from licet.core.people import Person
from licet.core.refusal import Refused
from licet.edge.slots import take_slot
from licet.edge.told import NoTrace
from licet.edge.worker import Worker
from licet.flows.intake import Batch, accept
from licet.flows.office import Office, who
from licet.flows.review import Waiting, answer_worksheet, worksheet
from licet.settings import home_at
from licet.store import decisions, queue, use_cases
from licet.web.desk import silent
from licet.wiring import serving
from licet.wiring.work import worker_of

AT_ONCE: Final = 500
LOOK_EVERY: Final = 0.01


def main() -> None:
    """Does the work and reports it."""
    told = given(__doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) if told.on_postgresql else Path(told.database).parent
        home = home_at(installed(folder, told.database), os.environ)
        with serving(home) as office:
            slot = take_slot(home.inner, several=False)
            worker = worker_of(office, slot, silent, NoTrace())
            worker.start()
            with measured() as meter:
                decided = worked(office, worker, told)
            worker.stop()
        proved(decided, told.cases)
        report(told.cases, meter)


def worked(office: Office, worker: Worker, told: Given) -> int:
    """Sends the cases, waits until they are routed, and answers what waits for a person; says how many have a decision."""
    sent = cases(told.cases)
    for start in range(0, len(sent), AT_ONCE):
        found = accept(office, who(office, None), Batch(name=NAME, rows=sent[start : start + AT_ONCE], card=None, source="bench"))
        granted(found)
        worker.wake()
    while waits(office):
        threading.Event().wait(LOOK_EVERY)
    answered(office, told.workers)
    with office.book.read() as tx:
        return decisions.counts(tx, use_cases.require(tx, NAME))["decided"]


def cases(count: int) -> list[PastCase]:
    """Cases of the size the other sides have."""
    return [
        PastCase(line=n + 1, body=CaseBody(content=TextContent(text=f"live case {n}")), answer=None, external_id=f"live-{n}")
        for n in range(count)
    ]


def waits(office: Office) -> bool:
    """Whether a case waits for a worker."""
    with office.book.read() as tx:
        return queue.depth(tx, use_cases.require(tx, NAME), at_most=1) > 0


def answered(office: Office, threads: int) -> None:
    """Answers each case that waits by itself, as people do: one transaction for each."""
    person = who(office, "rene@example.org")
    waiting = worksheet(office, person, name=NAME)
    if isinstance(waiting, Refused) or not isinstance(person, Person):
        message = "the reviewer was refused"
        raise TypeError(message)

    def answer(some: Sequence[Waiting]) -> None:
        for one in some:
            text = one.body.content.text if isinstance(one.body.content, TextContent) else ""
            said = Choice(value=right(int(text.rpartition(" ")[2])))
            done = answer_worksheet(office, person, name=NAME, answers={one.token: said})
            granted(done)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(answer, [waiting[k::threads] for k in range(threads)]))


if __name__ == "__main__":
    main()
