"""Licet's side at 1, 2 and 4 workers: cases lie in the queue, real worker processes route them until it is empty.

The cases are accepted first and held under a lease; when every worker has been seen, the lease is given back, and time begins.
`cpu_ms_a_case` is of the worker processes alone: what the database spends stands beside it.
"""

import os
import tempfile
import time
from pathlib import Path
from typing import Final

from bench.installation import NAME, installed
from bench.licet_cases import cases
from bench.licet_process import WorkerProcess, until, workers
from bench.peers.work import Meter, given, proved, report
from licet.cli.frame import granted
from licet.flows.drain import claim_cases, give_back, keep_claims
from licet.flows.intake import Batch, accept
from licet.flows.office import Office, who
from licet.settings import home_at
from licet.store import decisions, queue, use_cases
from licet.wiring import serving

AT_ONCE: Final = 1000
DONE_WITHIN_S: Final = 300.0


def main() -> None:
    """Does the work and reports it."""
    told = given(__doc__)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) if told.on_postgresql else Path(told.database).parent
        home = home_at(installed(folder, told.database), os.environ)
        with serving(home) as office:
            claim = held(office, told.cases)
            with workers(home.root, office, told.workers) as running:
                keep_claims(office, [claim])
                meter = timed(office, running, claim)
            proved(routed(office), told.cases)
        report(told.cases, meter)


def held(office: Office, count: int) -> str:
    """Accepts the cases and holds them, so that no worker begins before all are there; says under which lease."""
    sent = cases(count)
    for start in range(0, count, AT_ONCE):
        batch = Batch(name=NAME, rows=sent[start : start + AT_ONCE], card=None, source="bench")
        granted(accept(office, who(office, None), batch))
    with office.book.read() as tx:
        use_case = use_cases.require(tx, NAME)
    found = claim_cases(office, (use_case.id, use_case.slug), holder="bench", limit=count)
    if found is None or found.cases != count:
        message = f"Of {count} cases {0 if found is None else found.cases} could be held."
        raise RuntimeError(message)
    return found.claim


def timed(office: Office, running: list[WorkerProcess], claim: str) -> Meter:
    """Lets the workers begin, and waits until nothing is left in the queue."""
    before = sum(one.cpu_s for one in running)
    began = time.perf_counter()
    give_back(office, [claim])
    until(lambda: empty(office), DONE_WITHIN_S, "the queue was to be empty")
    took = time.perf_counter() - began
    spent = sum(one.cpu_s for one in running) - before
    peak = max(one.memory_mb("VmHWM") for one in running)
    return Meter(seconds=took, cpu_seconds=spent, extra={"peak_memory_mb": peak})


def empty(office: Office) -> bool:
    """Whether no case waits for a worker."""
    with office.book.read() as tx:
        return queue.depth(tx, use_cases.require(tx, NAME), at_most=1) == 0


def routed(office: Office) -> int:
    """How many cases were routed."""
    with office.book.read() as tx:
        found = decisions.counts(tx, use_cases.require(tx, NAME))
    return found["alone"] + found["to_person"]


if __name__ == "__main__":
    main()
