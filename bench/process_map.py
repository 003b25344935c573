"""Benchmark: which step follows which, with median times, of a million events and of a bank's log, beside pm4py in the same run.

Both sides get the same columns of completed events, each in a process of its own, and time the map alone: reading is not in it. A row
counts only where edges, counts, medians and variants are the same on both sides.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.peers.side import PEERS, ROOT
from licet.core.log_reading import LogWish
from licet.edge.event_log_files import read_event_log

BPIC: Final = Path("eventlogs") / "bpic2012.xes.gz"
EVENTS: Final = 1_000_000
EVENTS_A_CASE: Final = 10
STEPS: Final = 30
ROUNDS: Final = 5
GOAL: Final = 5.0
CLOSE_S: Final = 1e-3
"""So far medians may lie apart: pm4py keeps times in another unit."""

Found = Mapping[str, Any]


def million(path: Path, events: int) -> None:
    """Writes the columns of a made-up log: each step goes to one of a few others, after an exponential time."""
    chance = np.random.default_rng(20120601)
    case = np.repeat(np.arange(events // EVENTS_A_CASE, dtype=np.int32), EVENTS_A_CASE)
    place = np.arange(len(case)) % EVENTS_A_CASE
    activity = ((place * 3 + chance.geometric(0.5, len(case)) - 1) % STEPS).astype(np.int32)
    waits = np.round(chance.exponential(3600.0, len(case)) * 1000) / 1000
    end = 1.7e9 + case * 60.0 + np.cumsum(waits.reshape(-1, EVENTS_A_CASE), axis=1).ravel()
    np.savez(path, case=case, activity=activity, end=end)


def bank(path: Path, log: Path) -> None:
    """Writes the columns of the completed events of BPI Challenge 2012."""
    found = read_event_log(log, LogWish(keep_duplicates=True), now=datetime.now(UTC)).brought.log
    np.savez(path, case=found.case, activity=found.activity, end=found.end)


def run(python: str, module: str, file: Path, rounds: int) -> Found:
    """One side, in a process of its own.

    Raises:
        RuntimeError: with its last words, when it fails.
    """
    done = subprocess.run([python, "-m", module, str(file), str(rounds)], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"{module} ended with {done.returncode}: {done.stderr[-300:]}"
        raise RuntimeError(message)
    found: Found = json.loads(done.stdout)
    return found


def apart(ours: Found, theirs: Found) -> str | None:
    """What the two sides say differently; None where they say the same."""
    for name, one, other in (
        ("edges", *([e[:3] for e in side["edges"]] for side in (ours, theirs))),
        ("variants", ours["variants"], theirs["variants"]),
    ):
        if one != other:
            return f"the sides count {name} differently: {len(one)} and {len(other)}"
    far = max(abs(one[3] - other[3]) for one, other in zip(ours["edges"], theirs["edges"], strict=True))
    return None if far <= CLOSE_S else f"medians lie {far:g} s apart"


def row(file: Path, rounds: int) -> dict[str, object]:
    """The row of a log."""
    ours = run(sys.executable, "bench.licet_process_map", file, rounds)
    if not PEERS.exists():
        return _row(ours, None, "pm4py is not installed: make bench installs it")
    theirs = run(str(PEERS), "bench.peers.pm4py_process_map", file, rounds)
    differs = apart(ours, theirs)
    slow = f"it is {theirs['seconds'] / ours['seconds']:.1f} times as fast" if theirs["seconds"] < GOAL * ours["seconds"] else None
    return _row(ours, theirs, differs or slow)


def _row(ours: Found, theirs: Found | None, why: str | None) -> dict[str, object]:
    return {
        "value": round(1000 * ours["seconds"], 1),
        "unit": "ms for the map",
        "against": None if theirs is None else f"pm4py ({1000 * theirs['seconds']:.0f})",
        "ratio": None if theirs is None else round(theirs["seconds"] / ours["seconds"], 1),
        "goal": f"{GOAL:g} times as fast, the same counts",
        "met": None if theirs is None else why is None,
        "why": why,
        "figures": {
            side: {"edges": len(found["edges"]), "variants": len(found["variants"]), "seconds": round(found["seconds"], 4)}
            for side, found in (("Licet", ours), ("pm4py", theirs))
            if found is not None
        },
    }


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
        million(folder / "million.npz", given.events)
        rows["process_map_million"] = row(folder / "million.npz", given.rounds)
        if data is not None and (Path(data) / BPIC).exists():
            bank(folder / "bank.npz", Path(data) / BPIC)
            rows["process_map_bpic2012"] = row(folder / "bank.npz", given.rounds)
    said = [
        f"{name}: {one['value']} {one['unit']}, {one['ratio']} x {one['against']}, {one['why'] or 'met'}\n  {one['figures']}"
        for name, one in rows.items()
    ]
    print(json.dumps(rows) if given.json else "\n".join(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())
