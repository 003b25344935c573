"""The work that every side of a comparison does, and how a side reports it: one line of JSON."""

import argparse
import asyncio
import json
import os
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypedDict

SYSTEM_S: Final = 0.001
"""How long the system takes for a case: it waits, as for an answer over a network."""

STATUS: Final = Path("/proc/self/status")
PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)


class Proposal(TypedDict):
    """What the system proposes for a case."""

    answer: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a side was told on its command line."""

    database: str
    cases: int
    workers: int

    @property
    def on_postgresql(self) -> bool:
        """Whether the database is an address; otherwise it is the path of a SQLite file."""
        return self.database.startswith("postgresql://")


@dataclass(slots=True)
class Meter:
    """What a side used, filled in when its work is done."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    extra: dict[str, float] = field(default_factory=dict)


def propose(number: int) -> Proposal:
    """The system: it waits a millisecond and is sure of every other case."""
    time.sleep(SYSTEM_S)
    return {"answer": "card", "confidence": 0.99 if alone(number) else 0.6}


async def propose_async(number: int) -> Proposal:
    """The same system for those who await it."""
    await asyncio.sleep(SYSTEM_S)
    return {"answer": "card", "confidence": 0.99 if alone(number) else 0.6}


def alone(number: int) -> bool:
    """Whether a case is decided at once; the others wait for a person."""
    return number % 2 == 0


def given(about: str | None) -> Given:
    """Reads a side's command line."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--database", required=True, help="the path of a SQLite file that is not there yet, or postgresql://...")
    parser.add_argument("--cases", type=int, required=True)
    parser.add_argument("--workers", type=int, default=1, help="how many threads or coroutines the side may use")
    found = parser.parse_args()
    return Given(database=found.database, cases=found.cases, workers=found.workers)


@contextmanager
def measured() -> Iterator[Meter]:
    """Measures the time and the processor time of this process between two points."""
    meter = Meter()
    before, spent = time.perf_counter(), time.process_time()
    yield meter
    meter.seconds, meter.cpu_seconds = time.perf_counter() - before, time.process_time() - spent


def report(cases: int, meter: Meter) -> None:
    """Prints the line that the runner reads."""
    line = {"cases": cases, "seconds": meter.seconds, "cpu_seconds": meter.cpu_seconds, "peak_memory_mb": peak_memory_mb(), **meter.extra}
    print(json.dumps(line), flush=True)


def peak_memory_mb() -> float:
    """The most memory this process has had; what the operating system calls so elsewhere counts the process that started it, too."""
    if STATUS.exists() and (found := PEAK.search(STATUS.read_text("ascii"))):
        return int(found.group(1)) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def proved(found: int, cases: int) -> None:
    """Ends a side that did not do all of its work: a fast side that lost a case is no side."""
    if found != cases:
        print(f"{found} of {cases} cases have a decision in the database", file=sys.stderr)
        sys.stderr.flush()
        os._exit(3)
