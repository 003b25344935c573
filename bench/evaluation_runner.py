"""Benchmark: 20,000 cases of a millisecond each, 50 at once, against Inspect and pydantic-evals; and a run that is killed."""

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bench.licet_evaluation import CALLS
from bench.peers.side import ROOT, Failed, Figures, Side, ran
from bench.runtime import ROUNDS, SQLITE
from licet.flows.run import CHUNK

CASES: Final = 20_000
INSPECT_CASES: Final = 2_000
"""Inspect takes minutes for 20,000; its processor time is held against ours case by case, its memory is that of the smaller run."""
AT_ONCE: Final = 50
MOST_MB: Final = 150.0
GOALS: Final[Mapping[str, float]] = {"Inspect": 1 / 50, "pydantic-evals": 1 / 5}
WAIT_S: Final = 300.0


def sides(cases: int) -> list[Side]:
    """Licet and its peers."""
    workers = {SQLITE: AT_ONCE}
    return [
        Side(name="Licet", module="bench.licet_evaluation", cases=cases, workers=workers, ours=True),
        Side(name="pydantic-evals", module="bench.peers.pydantic_evaluation", cases=cases, workers=workers),
        Side(name="Inspect", module="bench.peers.inspect_evaluation", cases=min(cases, INSPECT_CASES), workers=workers),
    ]


def measured(cases: int, rounds: int) -> dict[str, Sequence[Figures] | Failed]:
    """Each side in turn, round after round, in empty folders."""
    found: dict[str, Sequence[Figures] | Failed] = {}
    for _ in range(rounds):
        for side in sides(cases):
            before = found.get(side.name, [])
            if isinstance(before, Failed):
                continue
            with tempfile.TemporaryDirectory() as folder:
                one = ran(side, SQLITE, str(Path(folder) / "none"), Path(folder))
            found[side.name] = one if isinstance(one, Failed) else [*before, one]
    return found


def median(figures: Sequence[Figures], what: str) -> float:
    """The median of a figure."""
    return statistics.median(one[what] for one in figures)


def rows(found: Mapping[str, Sequence[Figures] | Failed]) -> dict[str, dict[str, object]]:
    """A row for processor time against each peer, and one for memory."""
    ours = found["Licet"]
    if isinstance(ours, Failed):
        return {"evaluation_runner": nothing(ours.why)}
    cpu = median(ours, "cpu_ms_a_case")
    unit = f"CPU ms a case, {CASES:,} cases, {AT_ONCE} at once: asked, kept, graded, judged"
    made = {f"evaluation_runner_{name.lower().replace('-', '_')}": against(cpu, name, found[name], unit) for name in GOALS}
    memory = median(ours, "peak_memory_mb")
    met = memory <= MOST_MB
    why = None if met else f"it is {memory:.0f} MB"
    made["evaluation_runner_memory"] = {
        "value": memory, "unit": "MB at the peak", "against": None, "ratio": None, "goal": f"at most {MOST_MB:g}", "met": met, "why": why
    }  # fmt: skip
    return made


def against(cpu: float, name: str, theirs: Sequence[Figures] | Failed, unit: str) -> dict[str, object]:
    """Our processor time for a case by a peer's."""
    goal = f"at most {GOALS[name]:g}"
    if isinstance(theirs, Failed):
        return {**nothing(theirs.why), "value": cpu, "unit": unit, "goal": goal}
    other = median(theirs, "cpu_ms_a_case")
    ratio = cpu / other
    met = ratio <= GOALS[name]
    figures = {"Licet": {"cpu_ms_a_case": cpu}, name: {"cpu_ms_a_case": other, "peak_memory_mb": median(theirs, "peak_memory_mb")}}
    row: dict[str, object] = {
        "value": cpu,
        "unit": unit,
        "against": f"{name} ({other})",
        "ratio": round(ratio, 4),
        "goal": goal,
        "met": met,
    }
    return {**row, "why": None if met else f"the ratio is {ratio:.3f}", "figures": figures}


def nothing(why: str) -> dict[str, object]:
    """The row of what could not be measured."""
    return {"value": None, "unit": "", "against": None, "ratio": None, "goal": None, "met": None, "why": why}


def resumed(cases: int) -> dict[str, object]:
    """Kills an evaluation with SIGKILL in the middle, evaluates again, and counts the calls that were made twice."""
    with tempfile.TemporaryDirectory() as folder:
        calls = Path(folder) / "calls.txt"
        command = [sys.executable, "-m", "bench.licet_evaluation", "--database", f"{folder}/none", "--cases", str(cases)]
        command += ["--workers", str(AT_ONCE)]
        with subprocess.Popen(command, cwd=ROOT, env=os.environ | {CALLS: str(calls)}, stdout=subprocess.DEVNULL) as first:
            until_s = time.monotonic() + WAIT_S
            while len(lines(calls)) < cases // 2 and time.monotonic() < until_s:
                time.sleep(0.05)
            first.send_signal(signal.SIGKILL)
        made = lines(calls)
        subprocess.run(command, cwd=ROOT, env=os.environ | {CALLS: str(calls)}, check=True, stdout=subprocess.DEVNULL)
        repeated = len(lines(calls)) - cases
        ended = len(set(lines(calls))) == cases
    met = ended and repeated <= CHUNK
    return {
        "value": repeated,
        "unit": f"calls made twice, killed after {len(made):,} of {cases:,}: those of the chunk under way, and none that was kept",
        "against": None,
        "ratio": None,
        "goal": f"at most {CHUNK}, the chunk under way",
        "met": met,
        "why": None if met else f"{repeated} calls were repeated",
    }


def lines(file: Path) -> list[str]:
    """The calls so far."""
    return file.read_text("utf-8").splitlines() if file.exists() else []


def main(argv: list[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else a line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found = rows(measured(given.cases, given.rounds)) | {"evaluation_runner_resumed": resumed(given.cases)}
    said = [f"{name}: {one['value']} {one['unit']}, {one['ratio']} x {one['against']}, goal {one['goal']}" for name, one in found.items()]
    print(json.dumps(found) if given.json else "\n".join(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
