"""An evaluation is spread over real worker processes on PostgreSQL: they share its cases, and none is asked about twice."""

import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from licet.flows.run import CHUNK
from tests.cli.desk import OWNER, PEOPLE, RISK, cases, only, typed
from tests.cluster import Cluster
from tests.crash.ground import ROOT, SLUG, TEXT, Ground, command

COUNT = 5 * CHUNK
SYSTEM = """
import os
import time

SYSTEM = {"name": "slow", "version": "1"}
CALLS = os.open(os.path.join(os.path.dirname(__file__), "..", "..", "calls.txt"), os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def propose(content):
    time.sleep(0.06)
    os.write(CALLS, f"{os.getpid()} {content['text']!r}\\n".encode())
    return {"answer": "card", "confidence": 0.9}
"""


def test_an_evaluation_is_shared_by_two_workers_and_ends_in_one_verdict(cluster: Cluster, tmp_path: Path) -> None:
    """Breaks when workers ask about what another holds, when one cannot load the system, or when who began does not wait for them."""
    ground = Ground(home=tmp_path / "home", url=cluster.new_database())
    sealed(ground)
    with working(ground, tmp_path / "worker.log") as workers:
        evaluating = subprocess.Popen(
            command(ground, "evaluate", SLUG, "--spread", "--json"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=ground.environment,
            cwd=ROOT,
        )
        out, err = evaluating.communicate(timeout=120)
    assert evaluating.returncode == 1, (out, err, (tmp_path / "worker.log").read_text("utf-8"))
    lines = (ground.home / "calls.txt").read_text("utf-8").splitlines()
    asked = Counter(line.partition(" ")[2] for line in lines)
    assert (len(asked), max(asked.values())) == (COUNT, 1)
    pids = Counter(int(line.partition(" ")[0]) for line in lines)
    assert set(pids) == {evaluating.pid, *(worker.pid for worker in workers)}, "each of the three asked about a part"
    assert ground.run("ledger", "verify")["problems"] == []


def sealed(ground: Ground) -> None:
    """An installation with sealed cases, a system that notes who asks it, and a standard that two people signed."""
    with ground.here() as desk:
        assert typed("init", str(desk.home)).code == 0
        for email, role in PEOPLE.items():
            desk("person", "add", email, "--name", email.partition("@")[0].title(), "--role", role)
        desk("use-case", "new", SLUG, "--title", "Mails")
        folder = desk.home / "use_cases" / SLUG
        (folder / "system.py").write_text(SYSTEM, "utf-8")
        (folder / "use_case.yaml").write_text("title: Mails\nanswer: choice\nsystem: callable\ncallable:\n  concurrency: 4\n", "utf-8")
        desk("import", SLUG, desk.table("past.csv", only(cases(COUNT), "id", "text", "label")), *TEXT, "--parts", "0:0:100")
        desk("standard", "lock", SLUG, "--as", OWNER)
        desk("standard", "countersign", SLUG, "--as", RISK)


@contextmanager
def working(ground: Ground, log: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Two workers that are up, until the block ends."""
    with log.open("ab") as file:
        workers = [subprocess.Popen(command(ground, "worker"), stdout=file, stderr=file, env=ground.environment) for _ in range(2)]
    try:
        until = time.monotonic() + 60
        while log.read_text("utf-8").count("\n") < len(workers) and time.monotonic() < until:
            time.sleep(0.05)
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(30)
