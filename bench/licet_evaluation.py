"""The side of Licet: sealed cases, a system in a folder's `system.py`, a locked standard; from the first call to the signed verdict."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from bench.peers.evaluated import text, truth
from bench.peers.work import Given, given, measured, proved, report
from licet.cli.frame import at_work
from licet.core.run import Run
from licet.edge.folder import load_standard, load_use_case
from licet.edge.runner import runner_here
from licet.flows.evaluate import Evaluated, Request, evaluate
from licet.flows.office import who
from licet.store.runs import Terms

LICET: Final = (sys.executable, "-c", "from licet.cli import main; main()")
SLUG: Final = "messages"
CALLS: Final = "BENCH_CALLS"
"""Names a file into which the system writes a line for each call; where it names none, nothing is written."""

SYSTEM: Final = """
import asyncio
import os

from bench.peers.evaluated import SYSTEM_S, answer

SYSTEM = {"name": "bench", "version": "1"}
CALLS = os.environ.get("BENCH_CALLS")
SEEN = os.open(CALLS, os.O_WRONLY | os.O_APPEND | os.O_CREAT) if CALLS else None


async def propose(content):
    await asyncio.sleep(SYSTEM_S)
    if SEEN is not None:
        os.write(SEEN, (content["text"].split(":")[0] + "\\n").encode())
    return {"answer": answer(content["text"]), "confidence": 0.99}
"""


def licet(*words: str) -> None:
    """Runs a command that is not measured."""
    subprocess.run([*LICET, *words], check=True, capture_output=True)


def prepared(home: Path, told: Given) -> None:
    """Makes an installation with sealed cases and a standard that two people signed."""
    at = ("--home", str(home))
    licet("init", str(home))
    for email, role in (("owner@example.org", "owner"), ("risk@example.org", "risk")):
        licet("person", "add", email, "--name", role, "--role", role, *at)
    licet("use-case", "new", SLUG, *at)
    folder = home / "use_cases" / SLUG
    title = f"title: Messages\nanswer: choice\nsystem: callable\ncallable:\n  concurrency: {told.workers}\n"
    (folder / "use_case.yaml").write_text(title, "utf-8")
    (folder / "system.py").write_text(SYSTEM, "utf-8")
    rows = home.parent / f"{home.name}.csv"
    lines = ["id,text,label", *(f"c{number},{text(number)},{truth(number)}" for number in range(told.cases))]
    rows.write_text("\n".join(lines) + "\n", "utf-8")
    licet("import", SLUG, str(rows), "--content", "text", "--answer", "label", "--id", "id", "--parts", "0:0:100", *at)
    licet("standard", "lock", SLUG, "--as", "owner@example.org", *at)
    licet("standard", "countersign", SLUG, "--as", "risk@example.org", *at)


def judged(home: Path) -> tuple[int, float, float]:
    """Evaluates; says how many cases stand behind the verdict, and the seconds and processor seconds it took."""
    folder = home / "use_cases" / SLUG
    told = load_use_case(folder)
    request = Request(name=SLUG, on_disk=load_standard(folder), system=told.system, schema=told.case)
    with at_work(str(home)) as office, runner_here(office, _nothing, Terms()) as runner, measured() as meter:
        found = evaluate(office, who(office, None), request, runner)
    return found.stored.look.labels if isinstance(found, Evaluated) else 0, meter.seconds, meter.cpu_seconds


def _nothing(run: Run) -> None:
    del run


def main() -> None:
    """Prepares an installation and evaluates in it, or evaluates in one that is there."""
    told = given(__doc__)
    home = Path(told.database).parent / "home"
    if not home.exists():
        prepared(home, told)
    with measured() as meter:
        found, seconds, cpu_seconds = judged(home)
    proved(found, told.cases)
    meter.seconds, meter.cpu_seconds = seconds, cpu_seconds
    report(told.cases, meter)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).resolve().parent.parent))
    main()
