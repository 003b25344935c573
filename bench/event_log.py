"""Benchmark: an event log read, checked, encrypted and stored, then the process as it is, beside pm4py, which reads; CSV beside polars.

Commands run with their modules compiled, as they are in an installation, whatever the environment says about writing compiled modules.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from bench.peers.side import PEERS, ROOT

BPIC: Final = Path("eventlogs") / "bpic2012.xes.gz"
"""The log of BPI Challenge 2012 below the folder of LICET_DATA: 262,200 events."""
EVENTS: Final = 1_000_000
EVENTS_A_CASE: Final = 8
STEPS: Final = 20
PEOPLE: Final = 200
GOALS: Final[Mapping[str, tuple[float, float]]] = {"bpic2012": (3.0, 400.0), "million": (15.0, 1_000.0)}
"""Seconds and megabytes, at most: of a bank's log for the import and the as-is map after it, of a million rows for the import."""
ROUNDS: Final = 3
COMMAND: Final = (sys.executable, "-c", "from licet.cli import main; main()")
UNIT: Final = "s from the command to its end"
OURS: Final = ("Licet, import", "Licet, as-is map")
"""What is counted together against the goal, where the map is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What a process took, from its start to its end, as the operating system counts it."""

    seconds: float
    cpu_seconds: float
    peak_memory_mb: float


def timed(command: Sequence[str], compiled: Path | None = None) -> Took:
    """Runs a command as a process of its own; `compiled`: where its modules are kept as they were compiled the first time.

    Raises:
        RuntimeError: with its last words, when it fails.
    """
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {} if compiled is None else {"PYTHONPYCACHEPREFIX": str(compiled)}
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        words = b"" if process.stderr is None else process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[:4]} ended with {process.returncode}: {words.decode(errors='replace')[-300:]}")
    return Took(seconds=time.perf_counter() - began, cpu_seconds=used.ru_utime + used.ru_stime, peak_memory_mb=used.ru_maxrss / 1000)


def licet(*words: str) -> list[str]:
    """A command of Licet."""
    return [*COMMAND, *words]


def million(path: Path, events: int) -> None:
    """Writes a made-up log: cases of eight steps of one of twenty kinds, by one of two hundred people, with starts and ends."""
    first = datetime(2025, 1, 1)  # noqa: DTZ001 - as exports have them
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Case ID", "Activity", "Resource", "Start Timestamp", "Complete Timestamp", "Amount"))
        for number in range(events):
            case, step = divmod(number, EVENTS_A_CASE)
            start = first + timedelta(minutes=case, hours=3 * step)
            end = start + timedelta(seconds=60 + number * 7919 % 1800)
            row = (f"case-{case}", f"step {(case * step) % STEPS}", f"user {number * 31 % PEOPLE}", start, end, number % 9973)
            writer.writerow(row)


def together(parts: Sequence[Took]) -> Took:
    """What commands took that ran one after another."""
    return Took(
        seconds=sum(one.seconds for one in parts),
        cpu_seconds=sum(one.cpu_seconds for one in parts),
        peak_memory_mb=max(one.peak_memory_mb for one in parts),
    )


def sides(file: Path, home: Path, name: str, *, shown: bool) -> dict[str, list[str]]:
    """Each command that is measured: ours does all of it, into an installation."""
    imported, mapped = OURS
    found = {imported: licet("process", "import", name, str(file), "--home", str(home))}
    if shown:
        found[mapped] = licet("process", "show", name, "--home", str(home))
    found["Licet, the start of a command alone"] = licet("process", "logs", name, "--home", str(home))
    if PEERS.exists():
        found["pm4py"] = [str(PEERS), "-m", "bench.peers.pm4py_event_log", str(file)]
    return found


def measured(file: Path, rounds: int, folder: Path, *, shown: bool) -> dict[str, list[Took]]:
    """Each side in turn, round after round, after one round that compiles; `shown`: with the as-is map."""
    home, compiled, found = folder / "home", folder / "compiled", dict[str, list[Took]]()
    timed(licet("init", str(home)), compiled)
    for number in range(rounds + 1):
        timed(licet("use-case", "new", f"log-{number}", "--home", str(home)), compiled)
        took = {side: timed(command, compiled) for side, command in sides(file, home, f"log-{number}", shown=shown).items()}
        took["Licet"] = together([took[side] for side in OURS if side in took])
        for side, one in took.items() if number else ():
            found.setdefault(side, []).append(one)
    return found


def figures(took: Sequence[Took]) -> dict[str, float]:
    """The medians of some runs."""
    return {
        "seconds": round(median(one.seconds for one in took), 2),
        "cpu_seconds": round(median(one.cpu_seconds for one in took), 2),
        "peak_memory_mb": round(median(one.peak_memory_mb for one in took), 1),
    }


def row(name: str, found: Mapping[str, list[Took]]) -> dict[str, object]:
    """The row of a log."""
    medians = {side: figures(took) for side, took in found.items()}
    ours, peer = medians["Licet"], medians.get("pm4py")
    most_s, most_mb = GOALS[name]
    met = ours["seconds"] <= most_s and ours["peak_memory_mb"] <= most_mb
    return {
        "value": ours["seconds"],
        "unit": UNIT,
        "against": None if peer is None else f"pm4py ({peer['seconds']})",
        "ratio": None if peer is None else round(ours["seconds"] / peer["seconds"], 3),
        "goal": f"at most {most_s:g} s and {most_mb:g} MB",
        "met": met,
        "why": None if met else f"it takes {ours['seconds']} s, of which {ours['cpu_seconds']} s are CPU, and {ours['peak_memory_mb']} MB",
        "figures": medians,
    }


def readers(file: Path, rounds: int) -> dict[str, object]:
    """Our own reader of CSV beside polars, which need not do what ours does: it decides nothing by itself, see ADR 0061."""
    commands = {"standard library": "stdlib", "polars": "polars"}
    found = {
        name: figures([timed([sys.executable, "-m", "bench.licet_log_readers", which, str(file)]) for _ in range(rounds)])
        for name, which in commands.items()
    }
    ours, theirs = found["standard library"]["cpu_seconds"], found["polars"]["cpu_seconds"]
    counting = [sys.executable, "-m", "bench.licet_log_readers", "polars", str(file), "follows"]
    follows = subprocess.run(counting, cwd=ROOT, capture_output=True, text=True, check=True)
    return {
        "value": ours,
        "unit": "s of processor time, read to columns alone",
        "against": f"polars ({theirs})",
        "ratio": round(ours / theirs, 3),
        "goal": None,
        "met": None,
        "why": "no goal: it is what the choice of a reader stands on",
        "figures": {**found, "steps that follow each other": json.loads(follows.stdout)},
    }


def nothing(why: str) -> dict[str, object]:
    """The row of what could not be measured."""
    return {"value": None, "unit": "", "against": None, "ratio": None, "goal": None, "met": None, "why": why}


def main(argv: list[str] | None = None) -> int:
    """Prints the rows: as JSON with --json, else a line each with the figures behind it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    rows: dict[str, dict[str, object]] = {}
    data = os.environ.get("LICET_DATA")
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        log = None if data is None else Path(data) / BPIC
        if log is not None and log.exists():
            rows["event_log_bpic2012"] = row("bpic2012", measured(log, given.rounds, folder / "a", shown=True))
        else:
            rows["event_log_bpic2012"] = nothing(f"LICET_DATA has no {BPIC}")
        million(folder / "million.csv", given.events)
        rows["event_log_million"] = row("million", measured(folder / "million.csv", given.rounds, folder / "b", shown=False))
        rows["event_log_readers"] = readers(folder / "million.csv", given.rounds)
    said = [f"{name}: {one['value']} {one['unit']}, {one['ratio']} x {one['against']}, goal {one['goal']}" for name, one in rows.items()]
    said += [f"  {name} {side}: {values}" for name, one in rows.items() for side, values in _sides(one).items()]
    print(json.dumps(rows) if given.json else "\n".join(said))
    return 0


def _sides(one: Mapping[str, object]) -> Mapping[str, object]:
    found = one.get("figures", {})
    return found if isinstance(found, Mapping) else {}


if __name__ == "__main__":
    sys.exit(main())
